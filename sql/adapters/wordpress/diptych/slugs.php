<?php
/**
 * Slugs that diptych can serve: [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes, without "-vs-", which stands between the
 * products of a comparison. WordPress asks here while it makes a slug, so the editor sees what the address will be.
 */

defined('ABSPATH') || exit;

/** The first words of the site's own addresses, which no page can have. */
const DIPTYCH_PATHS = array('compare', 'products', 'alternatives', 'sectors', 'themes', 'faq', 'leaderboard', 'search', 'feed', 'sitemap',
    'sitemaps', 'robots', 'opensearch', 'llms', 'badge', 'healthz', 'readyz', 'metrics', 'static', 'api', 'favicon', 'index', 'og', 'preview',
    'predictions', 'feeds');

function diptych_slug_valid($slug)
{
    return strlen($slug) <= 64 && preg_match('/^[a-z0-9]+(-[a-z0-9]+)*$/', $slug) && !preg_match('/(^|-)vs(-|$)/', $slug);
}

function diptych_slug($slug, $fallback)
{
    if (diptych_slug_valid($slug)) {
        return $slug;
    }
    $clean = preg_replace(array('/%[0-9a-f]{2}/i', '/[^a-z0-9]+/'), '-', strtolower($slug));
    $words = array_diff(explode('-', substr(preg_replace('/(^|-)vs(?=-|$)/', '$1versus', $clean), 0, 60)), array('')); // WordPress may add -2
    return $words ? implode('-', $words) : $fallback;
}

/** @return bool whether diptych has rules for the slug; WordPress names what is in the trash itself */
function diptych_slug_ruled($slug, $type)
{
    return in_array($type, array('product', 'page'), true) && $slug !== '' && strpos($slug, '__trashed') === false;
}

function diptych_post_slug($slug, $type)
{
    $clean = diptych_slug($slug, "$type-" . substr(md5($slug), 0, 8));
    return $type === 'page' && in_array($clean, DIPTYCH_PATHS, true) ? "$clean-page" : $clean;
}

function diptych_unique_slug($slug, $id, $status, $type, $parent)
{
    $clean = diptych_slug_ruled($slug, $type) ? diptych_post_slug($slug, $type) : $slug;
    return $clean === $slug ? $slug : wp_unique_post_slug($clean, $id, $status, $type, $parent);
}
add_filter('wp_unique_post_slug', 'diptych_unique_slug', 10, 5);

/** WordPress does not ask about the slugs of drafts. */
function diptych_draft_slug($data)
{
    $slug = (string) $data['post_name'];
    if (diptych_slug_ruled($slug, $data['post_type']) && in_array($data['post_status'], array('draft', 'pending'), true)) {
        $data['post_name'] = diptych_post_slug($slug, $data['post_type']);
    }
    return $data;
}
add_filter('wp_insert_post_data', 'diptych_draft_slug');

function diptych_term_slug($slug, $term)
{
    return in_array($term->taxonomy ?? '', array('sector', 'theme'), true) ? diptych_slug($slug, "$term->taxonomy-" . substr(md5($slug), 0, 8)) : $slug;
}
add_filter('wp_unique_term_slug', 'diptych_term_slug', 10, 2);
