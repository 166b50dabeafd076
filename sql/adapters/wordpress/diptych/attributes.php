<?php
/**
 * Products > Facts: the attributes that the forms of products ask for. They are rows of diptych's own table
 * `attribute`, on which WordPress's account needs SELECT, INSERT and UPDATE. An attribute is archived, not deleted,
 * and its slug stays, because the products' fields are named by it.
 */

defined('ABSPATH') || exit;

const DIPTYCH_KINDS = array('text', 'number', 'bool', 'date', 'version', 'list', 'url');
const DIPTYCH_STATUSES = array('published', 'draft', 'archived');

function diptych_attributes_menu()
{
    add_submenu_page('edit.php?post_type=product', 'Facts', 'Facts', 'edit_others_posts', 'diptych-facts', 'diptych_attributes_page');
}
add_action('admin_menu', 'diptych_attributes_menu');

/** Saves the rows of the form; the one with the key "new" is inserted. Returns sentences about what was not saved. */
function diptych_attributes_save($rows)
{
    global $wpdb;
    $refused = array();
    foreach ($rows as $id => $row) {
        $values = array('name' => trim($row['name']), 'kind' => $row['kind'], 'help' => trim($row['help']) ?: null, 'group_name' => trim($row['group_name']) ?: null,
            'unit' => $row['kind'] === 'number' && trim($row['unit']) !== '' ? trim($row['unit']) : null, 'sort' => (int) $row['sort'], 'status' => $row['status']);
        $slug = trim($row['slug'] ?? '');
        if ($id === 'new' && $values['name'] === '' && $slug === '') {
            continue;
        }
        $slug = $slug === '' ? diptych_slug(sanitize_title($values['name']), '') : $slug;
        if ($values['name'] === '' || ($id === 'new' && !diptych_slug_valid($slug))) {
            $refused[] = $values['name'] === '' ? 'An attribute needs a name.' : "The slug \"$slug\" is not possible: small letters and digits, with single hyphens between them.";
            continue;
        }
        if (!in_array($values['kind'], DIPTYCH_KINDS, true) || !in_array($values['status'], DIPTYCH_STATUSES, true)) {
            continue;
        }
        $shown = $wpdb->suppress_errors();
        $done = $id === 'new' ? $wpdb->insert('attribute', $values + array('slug' => $slug)) : $wpdb->update('attribute', $values, array('id' => (int) $id));
        $wpdb->suppress_errors($shown);
        if ($done === false) {
            $refused[] = "\"{$values['name']}\" was not saved: " . (strpos($wpdb->last_error, 'attribute_slug_unique') ? "another attribute has the slug $slug." : $wpdb->last_error);
        }
    }
    return $refused;
}

function diptych_attributes_row($id, $row)
{
    $name = function ($column) use ($id) { return "diptych_rows[$id][$column]"; };
    $input = function ($column, $label, $width = '100%') use ($row, $name) {
        printf('<td><input type="text" name="%s" value="%s" aria-label="%s" style="width:%s"></td>', esc_attr($name($column)), esc_attr((string) ($row->$column ?? '')),
            esc_attr(trim(($row->name ?? 'New fact') . ": $label")), $width);
    };
    echo '<tr>';
    $input('name', 'name');
    if ($id === 'new') {
        $input('slug', 'slug');
    } else {
        echo '<td><code>' . esc_html($row->slug) . '</code></td>';
    }
    foreach (array('kind' => DIPTYCH_KINDS, 'status' => DIPTYCH_STATUSES) as $column => $words) {
        echo '<td>';
        diptych_select($name($column), "diptych-$id-$column", array_combine($words, $words), $row->$column ?? $words[0]);
        echo '</td>';
    }
    $input('unit', 'unit', '5em');
    $input('group_name', 'group');
    $input('sort', 'order', '4em');
    $input('help', 'help');
    echo '</tr>';
}

function diptych_attributes_page()
{
    global $wpdb;
    $refused = array();
    $sent = isset($_POST['diptych_rows']) && check_admin_referer('diptych_attributes') && current_user_can('edit_others_posts');
    if ($sent) {
        $refused = diptych_attributes_save(wp_unslash($_POST['diptych_rows']));
    }
    echo '<div class="wrap"><h1>Facts</h1><p>Each published fact is asked for in the form of a product, and compared on the site.</p>';
    foreach ($refused as $sentence) {
        printf('<div class="notice notice-error"><p>%s</p></div>', esc_html($sentence));
    }
    echo $sent && !$refused ? '<div class="notice notice-success"><p>Saved.</p></div>' : '';
    echo '<form method="post">';
    wp_nonce_field('diptych_attributes');
    echo '<table class="widefat striped"><thead><tr><th>Name</th><th>Slug</th><th>Kind</th><th>Status</th><th>Unit</th><th>Group</th><th>Order</th><th>Help for editors and readers</th></tr></thead><tbody>';
    foreach ($wpdb->get_results('SELECT * FROM attribute ORDER BY group_name, sort, id') as $row) {
        diptych_attributes_row($row->id, $row);
    }
    diptych_attributes_row('new', new stdClass());
    echo '</tbody></table>';
    submit_button('Save the facts');
    echo '</form></div>';
}

/** What is missing in the installation, on the screens where it matters. */
function diptych_notice()
{
    global $wpdb;
    $screen = get_current_screen();
    if (!$screen || !isset(DIPTYCH_TYPES[$screen->post_type])) {
        return;
    }
    if (!$wpdb->get_var($wpdb->prepare('SHOW TABLES LIKE %s', $wpdb->esc_like($wpdb->prefix . 'diptych_row')))) {
        echo '<div class="notice notice-error"><p>The site does not see what is written here: an administrator of the database must load adapters/wordpress.sql.</p></div>';
    } elseif (diptych_url() === '') {
        printf('<div class="notice notice-warning"><p>Previews need the address of the site: <a href="%s">Settings, General</a>.</p></div>', esc_url(admin_url('options-general.php')));
    }
}
add_action('admin_notices', 'diptych_notice');
