<?php
/**
 * Plugin Name: diptych
 * Description: Products, editorials, ship moves, questions, comparisons and picks of a diptych site, with previews on the site itself.
 * Version: 0.1.0
 * Requires at least: 5.9
 * Requires PHP: 7.4
 * License: Apache-2.0 OR GPL-2.0-or-later
 *
 * What the views in ../../wordpress.sql read is declared here: post types, fields, taxonomies and relations.
 * Both editors show the fields, as meta boxes, and the REST API has them. The plugin shows no page: addresses
 * and the Preview button lead to the diptych site. It works without JavaScript of its own, but for one line
 * that hides WordPress's excerpt, which is the headline here.
 *
 * Publishing needs neither this plugin nor WordPress's cron: triggers log each change, and the site's clock is
 * the database's.
 *
 * Install: copy this folder to wp-content/plugins/, activate it, and write the site's address into
 * Settings > General, or define DIPTYCH_URL in wp-config.php.
 */

defined('ABSPATH') || exit;

require __DIR__ . '/types.php';
require __DIR__ . '/fields.php';
require __DIR__ . '/boxes.php';
require __DIR__ . '/slugs.php';
require __DIR__ . '/links.php';
require __DIR__ . '/preview.php';
require __DIR__ . '/attributes.php';
