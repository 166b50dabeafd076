<?php
/**
 * Post types, taxonomies and relations.
 *
 * A relation to one product is the post's parent, which an index finds. The second product of a pair is the
 * field other_product. A type without an editor has a plain form in WordPress.
 *
 * Query variables are off, and the REST API calls the themes product-themes: `theme` and `themes` are names of WordPress's own.
 */

defined('ABSPATH') || exit;

const DIPTYCH_TYPES = array(
    'product'    => array('Product', 'Products', 'products', 'dashicons-products', array('title', 'editor', 'excerpt', 'author', 'thumbnail', 'revisions', 'custom-fields')),
    'editorial'  => array('Editorial', 'Editorials', 'editorials', 'dashicons-edit-page', array('title', 'editor', 'excerpt', 'author', 'revisions', 'custom-fields')),
    'move'       => array('Ship move', 'Ship moves', 'moves', 'dashicons-controls-forward', array('title', 'custom-fields')),
    'faq'        => array('Question', 'Questions', 'questions', 'dashicons-editor-help', array('title', 'editor', 'revisions', 'page-attributes', 'custom-fields')),
    'comparison' => array('Comparison', 'Comparisons', 'comparisons', 'dashicons-columns', array('editor', 'revisions', 'custom-fields')),
    'pick'       => array('Pick', 'Picks', 'picks', 'dashicons-star-filled', array('title', 'page-attributes', 'custom-fields')),
);

/** Types that belong to a product, their parent. */
const DIPTYCH_OWNED = array('editorial', 'move', 'faq', 'comparison', 'pick');
/** Types with a preview of their own. A move is previewed with its product. */
const DIPTYCH_PREVIEWED = array('product', 'editorial', 'faq', 'comparison', 'pick', 'page');

function diptych_labels($one, $many)
{
    $lower = strtolower($one);
    return array(
        'name' => $many, 'singular_name' => $one, 'add_new_item' => "Add a $lower", 'edit_item' => "Edit the $lower",
        'new_item' => "New $lower", 'view_item' => "See it on the site", 'search_items' => "Search $many",
        'not_found' => "No $lower found", 'all_items' => $many, 'item_published' => "The $lower is published.",
        'item_scheduled' => "The $lower is scheduled.", 'item_updated' => "The $lower is saved.",
    );
}

function diptych_types()
{
    $place = 20;
    foreach (DIPTYCH_TYPES as $type => list($one, $many, $base, $icon, $supports)) {
        register_post_type($type, array(
            'labels' => diptych_labels($one, $many), 'public' => true, 'exclude_from_search' => true, 'show_in_rest' => true,
            'rest_base' => $base, 'menu_icon' => $icon, 'menu_position' => ++$place, 'supports' => $supports,
            'rewrite' => false, 'query_var' => false, 'has_archive' => false,
        ));
    }
    $shared = array('public' => true, 'publicly_queryable' => false, 'show_in_rest' => true, 'show_admin_column' => true,
        'rewrite' => false, 'query_var' => false, 'sort' => true, 'args' => array('orderby' => 'term_order'));
    register_taxonomy('sector', 'product', $shared + array(
        'labels' => array('name' => 'Sectors', 'singular_name' => 'Sector', 'add_new_item' => 'Add a sector', 'new_item_name' => 'Name of the sector'),
        'hierarchical' => true, 'rest_base' => 'sectors'));
    register_taxonomy('theme', 'product', $shared + array(
        'labels' => array('name' => 'Themes', 'singular_name' => 'Theme', 'add_new_item' => 'Add a theme', 'separate_items_with_commas' => 'Separate themes with commas'),
        'hierarchical' => false, 'rest_base' => 'product-themes'));
    add_theme_support('post-thumbnails', array('product'));
}
add_action('init', 'diptych_types');

function diptych_title_here($text, $post)
{
    $texts = array('product' => 'Name of the product', 'editorial' => 'Title for the list of editorials; the site shows the headline',
        'move' => 'What happened, in one line', 'faq' => 'The question', 'pick' => 'Why it is an alternative, in one sentence');
    return $texts[$post->post_type] ?? $text;
}
add_filter('enter_title_here', 'diptych_title_here', 10, 2);

function diptych_body_here($text, $post)
{
    $texts = array('product' => 'Current state: what is true of it today', 'editorial' => 'Current state: what is true of the product today',
        'faq' => 'The answer', 'comparison' => 'What a reader should know of this pair first');
    return $texts[$post->post_type] ?? $text;
}
add_filter('write_your_story', 'diptych_body_here', 10, 2);

/** A comparison is named by its products. */
function diptych_pair_title($id, $post)
{
    if ($post->post_type !== 'comparison' || in_array($post->post_status, array('auto-draft', 'trash'), true)) {
        return;
    }
    $names = array_filter(array(get_post_field('post_title', $post->post_parent), get_post_field('post_title', (int) get_post_meta($id, 'other_product', true))));
    $title = implode(' vs ', $names);
    if ($post->post_parent && $title !== '' && $title !== $post->post_title) {
        wp_update_post(wp_slash(array('ID' => $id, 'post_title' => $title)));
    }
}
add_action('wp_after_insert_post', 'diptych_pair_title', 10, 2);

/** REST: the product of a post. */
function diptych_rest_product()
{
    foreach (DIPTYCH_OWNED as $type) {
        register_rest_field($type, 'product', array(
            'get_callback' => function ($row) { return (int) get_post_field('post_parent', $row['id']); },
            'schema' => array('type' => 'integer', 'description' => 'The ID of its product; 0: none.', 'context' => array('view', 'edit')),
        ));
        add_filter("rest_pre_insert_$type", 'diptych_rest_parent', 10, 2);
    }
}
add_action('rest_api_init', 'diptych_rest_product');

function diptych_rest_parent($prepared, $request)
{
    if (isset($request['product'])) {
        $product = (int) $request['product'];
        if ($product && get_post_type($product) !== 'product') {
            return new WP_Error('diptych_no_product', 'product must be the ID of a product.', array('status' => 400));
        }
        $prepared->post_parent = $product;
    }
    return $prepared;
}

/** The lists of posts name their product. */
function diptych_columns()
{
    foreach (DIPTYCH_OWNED as $type) {
        add_filter("manage_{$type}_posts_columns", function ($columns) { return $columns + array('diptych_product' => 'Product'); });
        add_action("manage_{$type}_posts_custom_column", function ($column, $id) {
            if ($column === 'diptych_product') {
                $parent = wp_get_post_parent_id($id);
                echo $parent ? esc_html(get_the_title($parent)) : '';
            }
        }, 10, 2);
    }
}
add_action('admin_init', 'diptych_columns');
