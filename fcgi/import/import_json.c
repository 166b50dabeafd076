/* Reads JSON Feed, the releases of GitHub, and endoflife.date, each in its own form. */
#include <jansson.h>

#include "import/import_date.h"
#include "import/import_feed.h"
#include "import/import_text.h"
#include "text/utf8.h"

#define WORDS_AS_TITLE 100 /* characters of an item without a title */

static struct span text_of(const json_t *object, const char *name)
{
  const json_t *v = json_object_get(object, name);
  return json_is_string(v) ? span_of(json_string_value(v), json_string_length(v)) : SPAN("");
}

/* Numbers are versions, too: {"cycle": 9}. */
static struct span word_of(struct arena *a, const json_t *object, const char *name)
{
  const json_t *v = json_object_get(object, name);
  if (json_is_integer(v))
    return arena_printf(a, "%lld", (long long)json_integer_value(v));
  struct span text = text_of(object, name);
  return json_is_real(v) ? arena_printf(a, "%g", json_real_value(v)) : arena_joined(a, &text, 1);
}

static int64_t date_of(const json_t *object, const char *name, const char *other)
{
  int64_t us;
  bool read = import_date_read(text_of(object, name), &us);
  return read || (other && import_date_read(text_of(object, other), &us)) ? us : CLOCK_NEVER;
}

static struct span address_of(struct arena *a, const json_t *object, const char *name, const char *base)
{
  return import_text_address(a, text_of(object, name), base);
}

/* ---- JSON Feed */

static bool feed_read(struct import_feed *f, const json_t *root, const char *base)
{
  static const char *const titles[] = {"title", "summary", "content_text", "content_html"};
  const json_t *items = json_object_get(root, "items"), *item;
  size_t i;
  if (!json_is_array(items))
    return import_feed_fault(f, "this is no JSON Feed: it has no list of items");
  json_array_foreach(items, i, item)
  {
    struct import_entry e = {.at_us = date_of(item, "date_published", "date_modified"), .title = SPAN("")};
    e.url = address_of(f->arena, item, "url", base);
    e.url = e.url.n ? e.url : address_of(f->arena, item, "external_url", base);
    for (size_t t = 0; t < sizeof titles / sizeof *titles && !e.title.n; t++) {
      e.title = import_text_plain(f->arena, text_of(item, titles[t]));
      e.title = t ? utf8_cut(e.title, WORDS_AS_TITLE) : e.title;
    }
    e.tag = import_feed_tag_of(f->arena, e.url);
    if (e.title.n || e.tag.n)
      import_feed_add(f, &e);
  }
  return true;
}

/* ---- GitHub */

static bool github_read(struct import_feed *f, const json_t *root, const char *base)
{
  const json_t *release;
  size_t i;
  if (!json_is_array(root)) {
    struct span said = import_text_plain(f->arena, text_of(root, "message"));
    return import_feed_fault(f, "this is no list of releases%s%.*s", said.n ? ": " : "", SPAN_ARG(said));
  }
  json_array_foreach(root, i, release)
  {
    struct import_entry e = {.at_us = date_of(release, "published_at", "created_at")};
    e.tag = word_of(f->arena, release, "tag_name");
    e.title = import_text_plain(f->arena, text_of(release, "name"));
    e.url = address_of(f->arena, release, "html_url", base);
    e.prerelease = json_is_true(json_object_get(release, "prerelease")) || json_is_true(json_object_get(release, "draft"));
    if (e.tag.n)
      import_feed_add(f, &e);
  }
  return true;
}

/* ---- endoflife.date */

/* A cycle was released, and so was the latest version of it: two entries, or one when they are the same version. */
static void cycle_take(struct import_feed *f, const json_t *cycle, const char *base)
{
  const json_t *latest = json_object_get(cycle, "latest");
  struct import_entry e = {.at_us = date_of(cycle, "releaseDate", NULL), .title = SPAN(""), .url = SPAN("")};
  e.tag = word_of(f->arena, cycle, json_object_get(cycle, "cycle") ? "cycle" : "name");
  if (e.tag.n)
    import_feed_add(f, &e);
  if (json_is_object(latest)) { /* version 1 of the API */
    e.tag = word_of(f->arena, latest, "name");
    e.at_us = date_of(latest, "date", NULL);
    e.url = address_of(f->arena, latest, "link", base);
  } else {
    e.tag = word_of(f->arena, cycle, "latest");
    e.at_us = date_of(cycle, "latestReleaseDate", NULL);
    e.url = address_of(f->arena, cycle, "link", base);
  }
  if (e.tag.n && e.at_us != CLOCK_NEVER)
    import_feed_add(f, &e);
}

static bool endoflife_read(struct import_feed *f, const json_t *root, const char *base)
{
  const json_t *cycles = json_is_array(root) ? root : json_object_get(json_object_get(root, "result"), "releases"), *cycle;
  size_t i;
  if (!json_is_array(cycles))
    return import_feed_fault(f, "this is no list of cycles, as https://endoflife.date/api/PRODUCT.json has it");
  json_array_foreach(cycles, i, cycle)
    cycle_take(f, cycle, base);
  return true;
}

/* ---- the document */

static struct span without_mark(struct span s)
{
  return span_starts(s, SPAN("\xEF\xBB\xBF")) ? span_from(s, 3) : s;
}

bool import_json_read(struct import_feed *f, const struct import_document *d)
{
  json_error_t error;
  struct buf clean = BUF_INIT;
  utf8_clean_put(&clean, without_mark(d->bytes));
  json_t *root = json_loadb(buf_view(&clean).p, buf_view(&clean).n, 0, &error);
  buf_free(&clean);
  if (!root)
    return import_feed_fault(f, "the answer is no JSON: line %d: %.100s", error.line, error.text);
  bool ok = d->kind == IMPORT_JSON_FEED         ? feed_read(f, root, d->url)
            : d->kind == IMPORT_GITHUB_RELEASES ? github_read(f, root, d->url)
                                                : endoflife_read(f, root, d->url);
  json_decref(root);
  return ok;
}
