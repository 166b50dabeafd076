#include "import/import_choose.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "import/import_text.h"
#include "text/utf8.h"

#define KEYS_SEED UINT64_C(0x696d706f7274)

/* ---- keys */

void import_keys_add(struct import_keys *k, struct span key)
{
  if (k->n == k->cap) {
    size_t cap = k->cap ? 2 * k->cap : 64;
    struct span *v = ARENA_ARRAY(k->arena, cap, struct span);
    if (!v)
      return;
    if (k->n)
      memcpy(v, k->v, k->n * sizeof *v);
    k->v = v;
    k->cap = cap;
  }
  k->v[k->n++] = key;
}

bool import_keys_has(const struct import_keys *k, struct span key)
{
  for (size_t i = 0; i < k->n; i++)
    if (span_eq(k->v[i], key))
      return true;
  return false;
}

static struct span version_key(struct arena *a, const struct import_version *v)
{
  char key[IMPORT_VERSION_KEY];
  size_t n = import_version_key(key, v);
  return ARENA_JOIN(a, SPAN("v:"), span_of(key, n));
}

static struct span hash_key(struct arena *a, const char *kind, uint64_t hash)
{
  return arena_printf(a, "%s:%016llx", kind, (unsigned long long)hash);
}

static bool is_campaign(struct span parameter)
{
  return span_starts(parameter, SPAN("utm_")) || span_starts(parameter, SPAN("ref=")) || span_starts(parameter, SPAN("source="));
}

/* Of a release whose name has no number. */
static struct span name_key(struct arena *a, struct span name)
{
  return hash_key(a, "n", hash_span(KEYS_SEED, utf8_fold(a, name)));
}

/* Empty: there is no address. */
static struct span address_key(struct arena *a, struct span url)
{
  struct span rest = span_head(url, span_find(url, '#')), query;
  size_t scheme = span_find_span(rest, SPAN("://"));
  uint64_t hash = KEYS_SEED;
  if (!url.n)
    return SPAN("");
  rest = scheme < rest.n ? span_from(rest, scheme + 3) : rest;
  rest = span_starts(rest, SPAN("www.")) ? span_from(rest, 4) : rest;
  query = span_from(rest, span_find(rest, '?') + 1);
  rest = span_head(rest, span_find(rest, '?'));
  rest = span_ends(rest, SPAN("/")) ? span_head(rest, rest.n - 1) : rest;
  hash = hash_span(hash, rest);
  for (query = query.n ? query : (struct span){NULL, 0}; query.p;) {
    struct span parameter = span_split(&query, '&');
    hash = is_campaign(parameter) ? hash : hash_span(hash, parameter);
  }
  return hash_key(a, "u", hash);
}

static struct span title_key(struct arena *a, struct span title, int64_t at_us)
{
  int64_t day = at_us == CLOCK_NEVER ? -1 : at_us / CLOCK_DAY;
  return hash_key(a, "t", hash_mix(hash_span(KEYS_SEED, utf8_fold(a, title)), (uint64_t)day));
}

void import_keys_add_activity(struct import_keys *k, const struct import_activity *a)
{
  struct import_version v;
  if (a->release && a->version.n) { /* projects give the same title to several releases of a day */
    bool numbered = import_version_of_tag(k->arena, a->version, &v);
    import_keys_add(k, numbered ? version_key(k->arena, &v) : name_key(k->arena, a->version));
    return;
  }
  if (a->url.n)
    import_keys_add(k, address_key(k->arena, a->url));
  import_keys_add(k, title_key(k->arena, a->title, a->at_us));
}

/* ---- entries */

struct choosing {
  const struct import_feed *feed;
  const struct import_context *context;
  struct import_keys *known;
  struct import_choice *out;
  bool rolling;
};

static bool version_of(const struct choosing *c, const struct import_entry *e, struct import_version *v)
{
  struct arena *a = c->feed->arena;
  if (e->tag.n && import_version_of_tag(a, e->tag, v))
    return true;
  return !e->tag.n && import_version_of_title(a, e->title, &c->context->product, v);
}

/* True: all versions of the document have one number, as those of systemd. */
static bool all_single(const struct choosing *c)
{
  size_t versions = 0;
  for (size_t i = 0; i < c->feed->n; i++) {
    struct import_version v;
    if (!version_of(c, &c->feed->v[i], &v))
      continue;
    if (v.n > 1)
      return false;
    versions++;
  }
  return versions > 1;
}

/* A title that is nothing but the tag or the version says less than the name of the product with it. */
static struct span release_title(const struct choosing *c, const struct import_entry *e, struct span version)
{
  struct arena *a = c->feed->arena;
  struct span title = e->title, bare = title;
  if (bare.n > 1 && (bare.p[0] | 0x20) == 'v')
    bare = span_from(bare, 1);
  if (title.n && !span_eq(title, e->tag) && !span_eq(bare, version))
    return title;
  return ARENA_JOIN(a, utf8_cut(c->context->product.name, IMPORT_TITLE_CHARS), SPAN(" "), version); /* the column has 500 */
}

static void take(struct choosing *c, struct import_release r, int64_t at_us)
{
  bool dated = at_us != CLOCK_NEVER;
  import_keys_add(c->known, r.key);
  if (r.other_key.n)
    import_keys_add(c->known, r.other_key);
  c->out->undated += !dated && c->context->first;
  r.at_us = dated ? at_us : c->context->first ? CLOCK_NEVER : c->context->now_us;
  c->out->v[c->out->n++] = r;
}

static void release_choose(struct choosing *c, const struct import_entry *e, const struct import_version *v)
{
  struct arena *a = c->feed->arena;
  struct span version = v ? v->text : e->tag;
  struct import_release r = {.version = version, .url = e->url, .kind = "release", .other_key = SPAN("")};
  r.key = v ? version_key(a, v) : name_key(a, e->tag);
  r.title = release_title(c, e, version);
  r.class = v ? import_version_class(v, c->rolling) : "improvement";
  if (e->prerelease || (v && v->prerelease))
    c->out->prereleases++;
  else if (e->at_us != CLOCK_NEVER && e->at_us > c->context->now_us)
    c->out->future++;
  else if (import_keys_has(c->known, r.key) || import_keys_has(c->known, title_key(a, r.title, e->at_us)))
    c->out->known++;
  else
    take(c, r, e->at_us);
}

static bool address_repeats(const struct import_feed *f, const struct import_entry *e)
{
  size_t n = 0;
  for (size_t i = 0; i < f->n; i++)
    n += span_eq(f->v[i].url, e->url);
  return n > 1;
}

static void post_choose(struct choosing *c, const struct import_entry *e)
{
  struct arena *a = c->feed->arena;
  struct import_release r = {.title = e->title, .url = e->url, .version = SPAN(""), .kind = "post", .class = "improvement"};
  struct span by_title = title_key(a, e->title, e->at_us);
  bool addressed = e->url.n && !address_repeats(c->feed, e);
  r.key = addressed ? address_key(a, e->url) : by_title;
  r.other_key = addressed ? by_title : SPAN("");
  if (e->prerelease)
    c->out->prereleases++;
  else if (e->at_us != CLOCK_NEVER && e->at_us > c->context->now_us)
    c->out->future++;
  else if (import_keys_has(c->known, r.key) || import_keys_has(c->known, by_title))
    c->out->known++;
  else
    take(c, r, e->at_us);
}

/* The oldest first: of two entries about one version, the first told of the release. */
static int entry_order(const void *a, const void *b)
{
  const struct import_entry *x = *(const struct import_entry *const *)a, *y = *(const struct import_entry *const *)b;
  if (x->at_us != y->at_us)
    return x->at_us < y->at_us ? -1 : 1;
  return x < y ? 1 : -1; /* documents list the newest first */
}

void import_choose(const struct import_feed *f, const struct import_context *context, struct import_keys *known,
                   struct import_choice *out)
{
  struct choosing c = {f, context, known, out, false};
  const struct import_entry **order = ARENA_ARRAY(f->arena, f->n + 1, const struct import_entry *);
  *out = (struct import_choice){.v = ARENA_ARRAY(f->arena, f->n + 1, struct import_release), .left_out = f->left_out};
  if (!order || !out->v)
    return;
  for (size_t i = 0; i < f->n; i++)
    order[i] = &f->v[i];
  qsort(order, f->n, sizeof *order, entry_order);
  c.rolling = context->kind != IMPORT_ENDOFLIFE && all_single(&c);
  for (size_t i = 0; i < f->n; i++) {
    struct import_version v;
    if (version_of(&c, order[i], &v))
      release_choose(&c, order[i], &v);
    else if (order[i]->tag.n)
      release_choose(&c, order[i], NULL);
    else
      post_choose(&c, order[i]);
  }
}
