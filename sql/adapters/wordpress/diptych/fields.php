<?php
/**
 * The fields of each type: what boxes.php shows, what the REST API has under `meta`, and how each is cleaned.
 *
 * The kinds: line (one line of text), address, lines (paragraphs; HTML is allowed as in a post), number, day,
 * product and move (the ID of a post), and a list of words, the first of which is the default.
 */

defined('ABSPATH') || exit;

const DIPTYCH_EDITORIAL = array(
    'heading'          => array("Where it's heading", 'lines', 'What the next months will bring, and why.'),
    'prediction'       => array('Prediction', 'lines', 'Something that can come true or fail, with a date.'),
    'prediction_state' => array('The prediction', array('open' => 'is open', 'came_true' => 'came true', 'failed' => 'failed'), ''),
    'prediction_move'  => array('What settled it', 'move', 'A ship move of this product.'),
    'prediction_note'  => array('Why', 'line', 'One sentence beside the settled prediction.'),
);

const DIPTYCH_FIELDS = array(
    'product' => array(
        'summary'    => array('Summary', 'line', 'What it is, in one plain sentence of at most 200 characters.'),
        'website'    => array('Website', 'address', ''),
        'repository' => array('Repository', 'address', ''),
        'license'    => array('Licence', 'line', 'For example Apache-2.0.'),
        'lifecycle'  => array('Lifecycle', array('active' => 'active', 'maintenance' => 'maintenance', 'discontinued' => 'discontinued'), ''),
        'velocity'   => array('Velocity, set by hand', 'number', 'From 0 to 10 with one decimal. Leave it empty: the site computes it.'),
    ) + DIPTYCH_EDITORIAL,
    'editorial' => DIPTYCH_EDITORIAL,
    'move' => array(
        'kind'    => array('Kind', array('release' => 'release', 'post' => 'post', 'event' => 'event'), ''),
        'class'   => array('Class', array('improvement' => 'improvement', 'spark' => 'spark: it changes direction or capability', 'trivial' => 'trivial'), ''),
        'version' => array('Version', 'line', 'Of a release, for example 4.3.0.'),
        'url'     => array('Source', 'address', 'Where it was announced.'),
    ),
    'faq' => array(
        'other_product' => array('And the product', 'product', 'Of a question on two products.'),
    ),
    'comparison' => array(
        'other_product' => array('And the product', 'product', ''),
        'verdict'       => array('Verdict', 'lines', 'Who should take which, and why.'),
    ),
    'pick' => array(
        'other_product' => array('Its alternative', 'product', ''),
    ),
);

/** The published attributes, whose values are facts: slug => (name, kind, unit, help, group). Empty without the table. */
function diptych_attributes()
{
    global $wpdb;
    static $attributes = null;
    if ($attributes === null) {
        $attributes = array();
        $shown = $wpdb->suppress_errors();
        $rows = $wpdb->get_results("SELECT slug, name, kind, unit, help, group_name FROM attribute WHERE status = 'published' ORDER BY group_name, sort, id");
        $wpdb->suppress_errors($shown);
        foreach ($rows ?: array() as $row) {
            $attributes[$row->slug] = $row;
        }
    }
    return $attributes;
}

function diptych_fields($type)
{
    $fields = DIPTYCH_FIELDS[$type] ?? array();
    if ($type === 'product') {
        foreach (diptych_attributes() as $slug => $row) {
            $fields[$slug] = array($row->name, 'line', (string) $row->help);
            $fields["{$slug}_note"] = array("$row->name: note", 'line', '');
            $fields["{$slug}_source"] = array("$row->name: source", 'address', '');
            $fields["{$slug}_checked"] = array("$row->name: checked on", 'day', '');
        }
    }
    return $fields;
}

function diptych_clean($value, $kind)
{
    if (is_array($kind)) {
        return isset($kind[$value]) ? $value : key($kind);
    }
    switch ($kind) {
        case 'lines':
            return current_user_can('unfiltered_html') ? trim($value) : wp_kses_post(trim($value));
        case 'product':
        case 'move':
            return absint($value) ? (string) absint($value) : '';
        case 'number':
            return preg_match('/^(10(\.0)?|[0-9](\.[0-9])?)$/', trim($value)) ? trim($value) : '';
        case 'day':
            return preg_match('/^\d{4}-\d\d-\d\d$/', trim($value)) ? trim($value) : '';
        default:
            return trim(preg_replace('/\s+/u', ' ', (string) $value));
    }
}

function diptych_register_fields()
{
    foreach (array_keys(DIPTYCH_FIELDS) as $type) {
        foreach (diptych_fields($type) as $key => list($label, $kind)) {
            register_post_meta($type, $key, array(
                'single' => true, 'show_in_rest' => true, 'description' => $label,
                'type' => in_array($kind, array('product', 'move'), true) ? 'integer' : 'string',
                'sanitize_callback' => function ($value) use ($kind) { return diptych_clean((string) $value, $kind); },
                'auth_callback' => function ($allowed, $name, $post) { return current_user_can('edit_post', $post); },
            ));
        }
    }
}
add_action('init', 'diptych_register_fields', 11);
