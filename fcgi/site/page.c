#include "site/page.h"

#include <xxhash.h>

#include "site/site.h"
#include "text/reltime.h"
#include "text/url.h"

/* Asked for already?  Lists overlap: a leader may have moved last, too. */
static size_t want_find(const struct page *p, const struct want *w)
{
  size_t i = 0;
  while (i < p->n_wants && (p->wants[i].kind != w->kind || p->wants[i].id != w->id || p->wants[i].page != w->page ||
                            p->wants[i].other_id != w->other_id))
    i++;
  return i;
}

size_t page_want(struct page *p, struct want w)
{
  size_t at = want_find(p, &w);
  if (at == p->n_wants && at == p->wants_cap) {
    size_t cap = p->wants_cap ? p->wants_cap * 2 : 16;
    struct want *more = ARENA_ARRAY(p->arena, cap, struct want);
    if (!more)
      return SIZE_MAX;
    if (p->n_wants)
      memcpy(more, p->wants, p->n_wants * sizeof *more);
    p->wants = more;
    p->wants_cap = cap;
  }
  if (at == p->n_wants)
    p->wants[p->n_wants++] = w;
  uint64_t words[] = {w.kind, w.page, w.id, w.other_id, w.version.rev, w.version.hash, w.other_version.rev,
                      w.other_version.hash};
  page_digest(p, words, sizeof words);
  return at;
}

size_t page_want_product(struct page *p, const struct member *m, enum fragment_kind kind, uint32_t number)
{
  return page_want(p, (struct want){.kind = kind,
                                    .page = number,
                                    .id = m->facts.id,
                                    .version = catalog_newest_version(&p->pin, m->ordinal),
                                    .planned = m->facts.version,
                                    .ordinal = m->ordinal});
}

void page_digest(struct page *p, const void *bytes, size_t n)
{
  /* The hash of each part is seeded with the hash of all parts before it. */
  XXH128_hash_t h = XXH3_128bits_withSeed(bytes, n, p->digest[0]);
  p->digest[0] = h.low64;
  p->digest[1] = (p->digest[1] << 7 | p->digest[1] >> 57) ^ h.high64;
}

void page_digest_span(struct page *p, struct span s)
{
  page_digest(p, &s.n, sizeof s.n);
  if (s.n)
    page_digest(p, s.p, s.n);
}

void page_digest_term(struct page *p, const struct catalog_term *t)
{
  uint64_t words[] = {t->id, t->version.rev, t->version.hash, t->median2, t->firsts}; /* version.hash covers slug and name */
  page_changed_at(p, t->edited_us);
  page_digest(p, words, sizeof words);
}

void page_facts_refresh(const struct page *p, struct facts *f)
{
  for (size_t i = 0; i < p->n_newer; i++)
    if (p->newer[i].id == f->id && version_newer(p->newer[i].version, f->version))
      *f = p->newer[i];
}

static bool facts_read(const struct page *p, uint32_t ordinal, struct facts *out)
{
  if (!catalog_facts(&p->pin, ordinal, out))
    return false;
  page_facts_refresh(p, out);
  return true;
}

void page_digest_member(struct page *p, const struct member *m)
{
  uint64_t words[] = {m->facts.id, m->facts.version.rev, m->facts.version.hash, (uint64_t)m->tenths,
                      m->facts.n90, m->facts.s30, (uint64_t)m->facts.window_us};
  page_digest(p, words, sizeof words);
}

bool page_member(struct page *p, uint32_t ordinal, struct member *out)
{
  *out = (struct member){.ordinal = ordinal, .want = SIZE_MAX};
  if (!facts_read(p, ordinal, &out->facts) || out->facts.status != PRODUCT_PUBLISHED)
    return false;
  page_changed_at(p, out->facts.edited_us);
  out->tenths = catalog_score(&p->pin, ordinal);
  page_digest_member(p, out);
  return true;
}

/* A newer fragment of the product may have been read, in which it has another name. */
static void label_refresh(const struct page *p, struct catalog_label *label)
{
  for (size_t i = 0; i < p->n_newer; i++) {
    const struct facts *f = &p->newer[i];
    if (f->id != label->id || !version_newer(f->version, label->version))
      continue;
    label->version = f->version;
    label->status = f->status;
    label->slug = f->slug;
    label->name = f->name;
    label->edited_us = f->edited_us;
  }
}

size_t page_labels(struct page *p, struct catalog_list list, size_t most, struct catalog_label *out)
{
  size_t n = 0;
  uint64_t *words = ARENA_ARRAY(p->arena, 3 * most, uint64_t);
  for (uint32_t i = 0; i < list.n && i < most && words; i++) {
    if (!catalog_label_read(&p->pin, list.ordinals[i], &out[n]))
      continue;
    label_refresh(p, &out[n]);
    if (out[n].status != PRODUCT_PUBLISHED)
      continue;
    page_changed_at(p, out[n].edited_us);
    memcpy(words + 3 * n, (uint64_t[]){out[n].id, out[n].version.rev, out[n].version.hash}, 3 * sizeof *words);
    n++;
  }
  page_digest(p, words, 3 * n * sizeof *words);
  return n;
}

enum plan page_product(struct page *p, struct span slug, struct member *out)
{
  bool alias = false;
  struct facts facts;
  uint32_t ordinal = catalog_find(&p->pin, slug, &alias);
  if (ordinal == CATALOG_NONE || !facts_read(p, ordinal, &facts))
    return PLAN_NOT_FOUND;
  if (facts.status == PRODUCT_ARCHIVED)
    return PLAN_GONE;
  return page_member(p, ordinal, out) ? PLAN_OK : PLAN_NOT_FOUND;
}

bool page_sector_id(struct page *p, uint64_t id, struct catalog_term *out)
{
  if (!catalog_sector_id(&p->pin, id, out))
    return false;
  page_digest_term(p, out);
  return true;
}

void page_sector_past(struct page *p, uint64_t id, uint32_t out[SCORE_MONTHS])
{
  catalog_sector_past(&p->pin, id, out);
  page_digest(p, out, SCORE_MONTHS * sizeof *out);
}

bool page_theme_id(struct page *p, uint64_t id, struct catalog_term *out)
{
  if (!catalog_theme_id(&p->pin, id, out))
    return false;
  page_digest_term(p, out);
  return true;
}

void page_about_find(struct page *p)
{
  struct page_head found;
  p->has_about = catalog_page_slug(&p->pin, SPAN("about"), &found) && found.status == PRODUCT_PUBLISHED;
  page_digest(p, &p->has_about, sizeof p->has_about);
}

const void *page_value(const struct page *p, size_t want)
{
  return want < p->n_wants && p->wants[want].err == ERR_OK ? p->wants[want].value : NULL;
}

void page_member_refresh(struct member *m, const struct facts *read)
{
  if (version_newer(read->version, m->facts.version))
    m->facts = *read;
}

void page_changed_at(struct page *p, int64_t us)
{
  if (us != CLOCK_NEVER && us > p->changed_us)
    p->changed_us = us;
}

void page_changes_hourly(struct page *p)
{
  if (site_config(p->site)->as_of_us == CLOCK_NEVER)
    page_changed_at(p, p->pin.window_us);
}

struct time_text { /* the view of a time and two of its texts, in one allocation */
  struct time_view view;
  char iso[CLOCK_ISO_MAX], label[RELTIME_MAX];
};

struct time_view *page_time(struct page *p, int64_t us)
{
  struct time_text *v = us == CLOCK_NEVER ? NULL : ARENA_NEW(p->arena, struct time_text);
  if (!v)
    return NULL;
  v->view.datetime = span_of(v->iso, clock_iso(v->iso, us, 0));
  v->view.absolute = page_day_short(p, us);
  v->view.label = span_of(v->label, reltime_label(v->label, us, p->now_us));
  int64_t next = reltime_next_change(us, p->now_us);
  int64_t began = reltime_began(us, p->now_us);
  if (next < p->next_change_us)
    p->next_change_us = next;
  if (began > p->label_us)
    p->label_us = began;
  return &v->view;
}

struct span page_day(struct page *p, int64_t us)
{
  return day_text_long(p->arena, us);
}

struct span page_day_short(struct page *p, int64_t us)
{
  int64_t day = us / CLOCK_DAY - (us % CLOCK_DAY < 0);
  if (!p->day_text.p || p->day != day) {
    p->day_text = day_text_short(p->arena, us);
    p->day = day;
  }
  return p->day_text;
}

struct span page_hour(struct page *p, int64_t us)
{
  return day_text_hour(p->arena, us);
}

struct span page_absolute(struct page *p, struct span path)
{
  return ARENA_JOIN(p->arena, span_z(site_config(p->site)->base_url), path);
}

void page_parameter_add(struct page *p, const char *name)
{
  struct span value;
  if (url_query_find(p->target->query, span_z(name), &value))
    p->parameters = ARENA_JOIN(p->arena, p->parameters, p->parameters.n ? SPAN("&") : SPAN("?"), span_z(name), SPAN("="),
                               url_tidied(p->arena, value));
}

struct span page_number_query(const struct page *p)
{
  return p->page_number > 1 ? arena_printf(p->arena, "?page=%u", p->page_number) : SPAN("");
}

struct span page_canonical_query(const struct page *p)
{
  return p->order == p->usual_order ? page_number_query(p) : SPAN("");
}

struct span page_query(const struct page *p)
{
  if (p->page_number <= 1 || !p->parameters.n)
    return p->parameters.n ? p->parameters : page_number_query(p);
  return arena_printf(p->arena, "%.*s&page=%u", SPAN_ARG(p->parameters), p->page_number);
}

bool page_links_representations(const struct page *p)
{
  return p->parameters.n <= PAGE_PARAMETERS_LINKED_MAX;
}
