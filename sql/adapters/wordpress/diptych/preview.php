<?php
/**
 * Previews: the Preview button of both editors leads to /preview/{token} of the site.
 *
 * The database makes the tokens (table {prefix}diptych_row), and an index finds their posts. A link works for
 * preview_age of diptych.conf, 7 days, after the last save. NULL takes it back. A product that is published and
 * has unsaved changes is previewed through its autosave.
 */

defined('ABSPATH') || exit;

function diptych_token($id)
{
    global $wpdb;
    return (string) $wpdb->get_var($wpdb->prepare("SELECT token FROM {$wpdb->prefix}diptych_row WHERE post_id = %d", $id));
}

/** The autosave that is newer than the product; WordPress has one of each editor. */
function diptych_autosave($post)
{
    $autosave = $post->post_type === 'product' ? wp_get_post_autosave($post->ID, get_current_user_id()) : false;
    return $autosave && $autosave->post_modified_gmt >= $post->post_modified_gmt ? $autosave : $post;
}

/** '': there is no link, or it was taken back. */
function diptych_preview_url($post)
{
    if ($post->post_type === 'move') {
        $post = get_post($post->post_parent);
    }
    if (!$post || diptych_url() === '' || !in_array($post->post_type, DIPTYCH_PREVIEWED, true)) {
        return '';
    }
    $token = diptych_token($post->ID) === '' ? '' : diptych_token(diptych_autosave($post)->ID);
    return $token === '' ? '' : diptych_url() . "/preview/$token";
}

function diptych_preview_link($link, $post)
{
    if (diptych_url() === '' || ($post->post_type !== 'page' && !isset(DIPTYCH_TYPES[$post->post_type]))) {
        return $link;
    }
    return diptych_preview_url($post) ?: get_edit_post_link($post->ID, 'raw');
}
add_filter('preview_post_link', 'diptych_preview_link', 10, 2);

/** $action: "new" makes a link, "none" takes it back. */
function diptych_preview_set($id, $action)
{
    global $wpdb;
    $table = "{$wpdb->prefix}diptych_row";
    if ($action === 'none') {
        $wpdb->query($wpdb->prepare("UPDATE $table SET token = NULL WHERE post_id = %d", $id));
    } elseif ($action === 'new') {
        $wpdb->query($wpdb->prepare("INSERT INTO $table (post_id, token, saved_at) VALUES (%d, LOWER(HEX(RANDOM_BYTES(24))), UTC_TIMESTAMP(6))
            ON DUPLICATE KEY UPDATE token = VALUES(token), saved_at = VALUES(saved_at)", $id));
    }
}

/** Why the site shows the post nowhere, or ''. */
function diptych_lost($post)
{
    $other = (int) get_post_meta($post->ID, 'other_product', true);
    if (in_array($post->post_type, array('editorial', 'move', 'comparison', 'pick'), true) && !$post->post_parent) {
        return 'It has no product yet, so the site does not show it.';
    }
    if (in_array($post->post_type, array('comparison', 'pick'), true) && !$other) {
        return 'It has no second product yet, so the site does not show it.';
    }
    return $other && $other === $post->post_parent ? 'Both products are the same, so the site does not show it.' : '';
}

function diptych_site_box($post)
{
    if (diptych_url() === '') {
        printf('<p>Set the address of the site in <a href="%s">Settings, General</a>.</p>', esc_url(admin_url('options-general.php')));
        return;
    }
    $lost = diptych_lost($post);
    if ($lost !== '' && $post->post_status !== 'auto-draft') {
        printf('<p><strong>%s</strong></p>', esc_html($lost));
    }
    if (!in_array($post->post_type, DIPTYCH_PREVIEWED, true)) {
        echo '<p>It is shown on the page of its product.</p>';
        return;
    }
    wp_nonce_field('diptych_preview', 'diptych_preview_nonce');
    if ($post->post_status === 'publish' && $post->post_password === '') {
        printf('<p><a href="%1$s">%1$s</a></p>', esc_url(diptych_url() . diptych_path($post)));
    }
    if ($post->post_status === 'auto-draft') {
        echo '<p>The Preview button shows it on the site. Its link is here when this form is opened again.</p>';
        return;
    }
    $link = diptych_preview_url($post);
    if ($link !== '') {
        printf('<p><label for="diptych-link">Preview link, for anybody who has it:</label><input type="text" readonly id="diptych-link" class="widefat" value="%s"></p>', esc_attr($link));
    }
    echo '<p><label for="diptych-link-action">The link</label> ';
    diptych_select('diptych_link', 'diptych-link-action', array('' => 'stays as it is', 'new' => 'is replaced by a new one', 'none' => 'is taken back'), '');
    echo '</p><p class="description">It works for 7 days after the last save.</p>';
}

function diptych_preview_save($id)
{
    if (isset($_POST['diptych_preview_nonce'], $_POST['diptych_link']) && wp_verify_nonce($_POST['diptych_preview_nonce'], 'diptych_preview')
        && (int) ($_POST['post_ID'] ?? 0) === $id && current_user_can('edit_post', $id)) {
        diptych_preview_set($id, $_POST['diptych_link']);
    }
}
add_action('save_post', 'diptych_preview_save', 20);

/** REST: the link of a post for those who may edit it; POST makes a new one, DELETE takes it back. */
function diptych_preview_rest()
{
    register_rest_field(DIPTYCH_PREVIEWED, 'diptych_preview', array(
        'get_callback' => function ($row) { return current_user_can('edit_post', $row['id']) ? diptych_preview_url(get_post($row['id'])) : ''; },
        'schema' => array('type' => 'string', 'readonly' => true, 'description' => 'The preview on the site.', 'context' => array('edit')),
    ));
    foreach (array('POST' => 'new', 'DELETE' => 'none') as $method => $action) {
        register_rest_route('diptych/v1', '/preview/(?P<id>\d+)', array(
            'methods' => $method,
            'permission_callback' => function ($request) { return current_user_can('edit_post', (int) $request['id']); },
            'callback' => function ($request) use ($action) {
                diptych_preview_set((int) $request['id'], $action);
                return array('diptych_preview' => diptych_preview_url(get_post((int) $request['id'])));
            },
        ));
    }
}
add_action('rest_api_init', 'diptych_preview_rest');
