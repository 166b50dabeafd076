<?php
/**
 * The meta boxes, which both editors show, and their saving.
 *
 * The block editor saves the post through the REST API first and sends the boxes in a second request, which
 * WordPress handles as a form. A form's `parent_id` and `excerpt` are the post's own columns there. A field
 * that is emptied is deleted.
 */

defined('ABSPATH') || exit;

function diptych_boxes($type, $post)
{
    if (!isset(DIPTYCH_TYPES[$type]) && $type !== 'page') {
        return;
    }
    if (isset(DIPTYCH_TYPES[$type])) {
        $title = array('product' => 'Product and editorial', 'editorial' => 'Editorial', 'move' => 'Ship move', 'faq' => 'Products',
            'comparison' => 'Comparison', 'pick' => 'Pick')[$type];
        add_meta_box('diptych_fields', $title, 'diptych_fields_box', $type, 'normal', 'high');
        remove_meta_box('postexcerpt', $type, 'normal');
        remove_meta_box('postcustom', $type, 'normal');
    }
    if ($type === 'product' && diptych_attributes()) {
        add_meta_box('diptych_facts', 'Facts', 'diptych_facts_box', $type, 'normal', 'default');
    }
    add_meta_box('diptych_site', 'On the site', 'diptych_site_box', $type, 'side', 'high');
}
add_action('add_meta_boxes', 'diptych_boxes', 10, 2);

/** IDs and titles of the posts that a choice offers. */
function diptych_choices($type, $parent = 0)
{
    global $wpdb;
    $sql = $wpdb->prepare("SELECT ID, post_title, post_status FROM $wpdb->posts WHERE post_type = %s AND post_status NOT IN ('auto-draft', 'trash', 'inherit')", $type);
    $sql .= $parent ? $wpdb->prepare(' AND post_parent = %d ORDER BY post_date DESC LIMIT 200', $parent) : ' ORDER BY post_title';
    $choices = array();
    foreach ($wpdb->get_results($sql) as $row) {
        $choices[$row->ID] = html_entity_decode($row->post_title) . ($row->post_status === 'publish' ? '' : " ($row->post_status)");
    }
    return $choices;
}

function diptych_select($name, $id, $choices, $value)
{
    printf('<select name="%s" id="%s">', esc_attr($name), esc_attr($id));
    foreach ($choices as $key => $text) {
        printf('<option value="%s"%s>%s</option>', esc_attr($key), selected((string) $value, (string) $key, false), esc_html($text));
    }
    echo '</select>';
}

function diptych_input($post, $key, $kind)
{
    $name = "diptych[$key]";
    $id = "diptych-$key";
    $value = get_post_meta($post->ID, $key, true);
    if (is_array($kind)) {
        diptych_select($name, $id, $kind, $value === '' ? key($kind) : $value);
    } elseif ($kind === 'product' || $kind === 'move') {
        $owner = $post->post_type === 'product' ? $post->ID : $post->post_parent;
        $choices = $kind === 'product' ? diptych_choices('product') : diptych_choices('move', $owner ?: -1);
        diptych_select($name, $id, array('' => '(none)') + $choices, $value ?: '');
    } elseif ($kind === 'lines') {
        printf('<textarea name="%s" id="%s" rows="5" class="large-text">%s</textarea>', esc_attr($name), esc_attr($id), esc_textarea($value));
    } else {
        $types = array('day' => 'date', 'number' => 'text', 'line' => 'text', 'address' => 'text');
        printf('<input type="%s" name="%s" id="%s" value="%s" class="%s">', $types[$kind], esc_attr($name), esc_attr($id), esc_attr($value),
            in_array($kind, array('line', 'address'), true) ? 'large-text' : 'small-text');
    }
}

function diptych_row($id, $label, $help, $show)
{
    printf('<tr><th scope="row"><label for="%s">%s</label></th><td>', esc_attr($id), esc_html($label));
    $show();
    echo $help === '' ? '</td></tr>' : '<p class="description">' . esc_html($help) . '</p></td></tr>';
}

function diptych_fields_box($post)
{
    wp_nonce_field('diptych_fields', 'diptych_nonce');
    echo '<table class="form-table" role="presentation">';
    if (in_array($post->post_type, DIPTYCH_OWNED, true)) {
        $none = $post->post_type === 'faq' ? '(none: a question on the site itself)' : '(choose a product)';
        diptych_row('diptych-parent', 'Product', '', function () use ($post, $none) {
            diptych_select('parent_id', 'diptych-parent', array(0 => $none) + diptych_choices('product'), $post->post_parent);
        });
    }
    if (post_type_supports($post->post_type, 'excerpt')) {
        diptych_row('diptych-headline', 'Headline', 'One line of at most 120 characters: the news, not the name.', function () use ($post) {
            printf('<input type="text" name="excerpt" id="diptych-headline" value="%s" class="large-text">', esc_attr(html_entity_decode($post->post_excerpt)));
        });
    }
    foreach (DIPTYCH_FIELDS[$post->post_type] as $key => list($label, $kind, $help)) {
        diptych_row("diptych-$key", $label, $help, function () use ($post, $key, $kind) { diptych_input($post, $key, $kind); });
    }
    echo '</table>';
    if ($post->post_type === 'move') {
        echo '<p class="description">The day of the move is the day under "Publish": set it to when it happened.</p>';
    }
}

function diptych_facts_box($post)
{
    echo '<table class="widefat striped"><thead><tr><th>Fact</th><th>Value</th><th>Note</th><th>Source</th><th>Checked on</th></tr></thead><tbody>';
    $bool = array('' => '', 'yes' => 'yes', 'no' => 'no', 'partly' => 'partly');
    $forms = array('number' => '1234.5', 'date' => 'YYYY-MM-DD', 'version' => '4.3', 'list' => 'one, two', 'url' => 'https://');
    foreach (diptych_attributes() as $slug => $row) {
        printf('<tr><td><label for="%s">%s</label>', esc_attr("diptych-$slug"), esc_html($row->name . ($row->unit ? " ($row->unit)" : '')));
        echo $row->help ? '<p class="description">' . esc_html($row->help) . '</p></td><td>' : '</td><td>';
        if ($row->kind === 'bool') {
            diptych_select("diptych[$slug]", "diptych-$slug", $bool, get_post_meta($post->ID, $slug, true));
        } else {
            printf('<input type="text" name="diptych[%1$s]" id="diptych-%1$s" value="%2$s" placeholder="%3$s">', esc_attr($slug),
                esc_attr(get_post_meta($post->ID, $slug, true)), esc_attr($forms[$row->kind] ?? ''));
        }
        foreach (array('note' => 'text', 'source' => 'text', 'checked' => 'date') as $more => $type) {
            printf('</td><td><input type="%s" name="%s" value="%s" aria-label="%s">', $type, esc_attr("diptych[{$slug}_$more]"),
                esc_attr(get_post_meta($post->ID, "{$slug}_$more", true)), esc_attr("$row->name: $more"));
        }
        echo '</td></tr>';
    }
    echo '</tbody></table>';
}

function diptych_save($id, $post)
{
    if (!isset($_POST['diptych_nonce']) || !wp_verify_nonce($_POST['diptych_nonce'], 'diptych_fields') || wp_is_post_autosave($id)
        || wp_is_post_revision($id) || (int) ($_POST['post_ID'] ?? 0) !== $id || !current_user_can('edit_post', $id)) {
        return;
    }
    foreach (diptych_fields($post->post_type) as $key => list(, $kind)) {
        if (!isset($_POST['diptych'][$key]) || !is_string($_POST['diptych'][$key])) {
            continue;
        }
        $value = $_POST['diptych'][$key]; // still slashed, as update_post_meta wants it
        if (diptych_clean(wp_unslash($value), $kind) === '') {
            delete_post_meta($id, $key);
        } else {
            update_post_meta($id, $key, $value);
        }
    }
}
add_action('save_post', 'diptych_save', 10, 2);

/** The headline has its place in our box. */
function diptych_hide_excerpt()
{
    $type = get_post_type();
    if (isset(DIPTYCH_TYPES[$type])) {
        wp_add_inline_script('wp-edit-post', "wp.domReady(function () { var editor = wp.data.dispatch('core/editor');
  (editor.removeEditorPanel ? editor : wp.data.dispatch('core/edit-post')).removeEditorPanel('post-excerpt'); });");
    }
}
add_action('enqueue_block_editor_assets', 'diptych_hide_excerpt');
