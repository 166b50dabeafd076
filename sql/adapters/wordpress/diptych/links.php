<?php
/**
 * Addresses: what WordPress shows as a post's address is its address on the diptych site.
 * WordPress's own pages of these posts redirect there.
 */

defined('ABSPATH') || exit;

/** base_url of the site without a slash at its end, or '' when nobody has set it. */
function diptych_url()
{
    return rtrim(defined('DIPTYCH_URL') ? DIPTYCH_URL : (string) get_option('diptych_url', ''), '/');
}

function diptych_setting()
{
    register_setting('general', 'diptych_url', array('type' => 'string', 'sanitize_callback' => 'esc_url_raw', 'show_in_rest' => true, 'default' => ''));
}
add_action('init', 'diptych_setting');

function diptych_setting_field()
{
    add_settings_field('diptych_url', 'Address of the diptych site', function () {
        printf('<input type="url" name="diptych_url" id="diptych_url" class="regular-text code" value="%s"%s>', esc_attr(diptych_url()),
            defined('DIPTYCH_URL') ? ' disabled' : '');
        echo '<p class="description">As base_url in diptych.conf. Products, comparisons and previews are shown there.</p>';
    }, 'general', 'default', array('label_for' => 'diptych_url'));
}
add_action('admin_init', 'diptych_setting_field');

/** The path of a post on the site; '' when it has none yet. */
function diptych_path($post, $slug = null)
{
    $name = function ($id) { return (string) get_post_field('post_name', $id); };
    $slug = $slug ?? $post->post_name;
    $owner = $post->post_parent ? $name($post->post_parent) : '';
    switch ($post->post_type) {
        case 'product':
            return $slug === '' ? '' : "/products/$slug";
        case 'page':
            return $slug === '' ? '' : "/$slug";
        case 'editorial':
        case 'move':
            return $owner === '' ? '' : "/products/$owner";
        case 'pick':
            return $owner === '' ? '' : "/alternatives/$owner";
        default:
            $pair = array_filter(array($owner, $name((int) get_post_meta($post->ID, 'other_product', true))));
            sort($pair, SORT_STRING);
            if ($post->post_type === 'faq') {
                return $pair ? '/faq/' . implode('-vs-', $pair) : '/faq';
            }
            return count($pair) === 2 ? '/compare/' . implode('-vs-', $pair) : '';
    }
}

function diptych_post_link($link, $post, $leavename = false)
{
    if (!isset(DIPTYCH_TYPES[$post->post_type]) || diptych_url() === '') {
        return $link;
    }
    $path = diptych_path($post, $leavename && $post->post_type === 'product' ? '%product%' : null);
    return $path === '' ? $link : diptych_url() . $path;
}
add_filter('post_type_link', 'diptych_post_link', 10, 3);

function diptych_page_link($link, $id)
{
    $post = get_post($id);
    if (!$post || diptych_url() === '') {
        return $link;
    }
    $path = diptych_path($post, strpos($link, '%pagename%') !== false ? '%pagename%' : null);
    return $path === '' ? $link : diptych_url() . $path;
}
add_filter('page_link', 'diptych_page_link', 10, 2);

function diptych_redirect()
{
    $post = is_singular() ? get_queried_object() : null;
    if (!$post || diptych_url() === '' || ($post->post_type !== 'page' && !isset(DIPTYCH_TYPES[$post->post_type]))) {
        return;
    }
    $link = is_preview() && current_user_can('edit_post', $post->ID) ? diptych_preview_url($post) : diptych_url() . diptych_path($post);
    if ($link !== '') {
        wp_redirect($link, 302, 'diptych');
        exit;
    }
}
add_action('template_redirect', 'diptych_redirect');

function diptych_term_link($link, $term, $taxonomy)
{
    $paths = array('sector' => '/sectors/', 'theme' => '/themes/');
    return isset($paths[$taxonomy]) && diptych_url() !== '' ? diptych_url() . $paths[$taxonomy] . $term->slug : $link;
}
add_filter('term_link', 'diptych_term_link', 10, 3);
