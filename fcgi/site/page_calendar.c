/* /feeds/{a}+{b}.ics: a calendar (RFC 5545, RFC 7986) of up to 20 products, for calendar programs that subscribe to it.
 *
 * It has an all-day event for each fact of a product that is a date, and for the prediction of its current editorial, on
 * the day when that was published.
 * Events are transparent: they block no time.  Everything in it comes from rows, also the time stamps, so the same rows
 * give the same bytes.  A calendar without any component is invalid, so one without events has a time zone. */
#include "site/build.h"
#include "site/chosen.h"
#include "site/fact_table.h"
#include "site/feed_id.h"
#include "site/pages.h"
#include "site/site.h"
#include "text/ical.h"
#include "text/url.h"

struct calendar {
  struct chosen chosen;
  struct fact_attributes attributes;
  size_t sources[CHOSEN_MAX]; /* SOURCE wants */
};

enum plan plan_calendar(struct page *p, struct span param)
{
  struct calendar *c = ARENA_NEW(p->arena, struct calendar);
  enum plan result = c ? chosen_parse(p, param, &c->chosen) : PLAN_OK;
  p->plan = c;
  if (result != PLAN_OK || !c)
    return result;
  p->canonical = ARENA_JOIN(p->arena, chosen_path(p, &c->chosen), SPAN(".ics"));
  p->noindex = true;
  fact_attributes_plan(p, &c->attributes);
  for (size_t i = 0; i < c->chosen.n; i++) {
    struct member *m = &c->chosen.members[i];
    m->want = page_want_product(p, m, FRAGMENT_PROFILE, 0);
    c->sources[i] = page_want_product(p, m, FRAGMENT_SOURCE, 0);
  }
  return PLAN_OK;
}

/* ---- build */

struct event {
  struct span uid; /* made from ids of rows */
  int64_t day_us, changed_us;
  struct span summary, description, path, category;
};

static void event_write(struct page *p, const struct event *e, struct buf *out)
{
  ical_line(out, "BEGIN", SPAN("VEVENT"));
  ical_text(out, "UID", e->uid);
  ical_time(out, "DTSTAMP", e->changed_us);
  ical_time(out, "LAST-MODIFIED", e->changed_us);
  ical_date(out, "DTSTART;VALUE=DATE", e->day_us);
  ical_text(out, "SUMMARY", e->summary);
  if (e->description.n)
    ical_text(out, "DESCRIPTION", e->description);
  ical_line(out, "URL", page_absolute(p, e->path));
  ical_text(out, "CATEGORIES", e->category);
  ical_line(out, "TRANSP", SPAN("TRANSPARENT"));
  ical_line(out, "END", SPAN("VEVENT"));
}

static size_t prediction_write(struct page *p, const struct facts *f, const struct profile *profile, const struct source *s,
                               struct buf *out)
{
  int64_t changed_us = profile->updated_us > profile->published_us ? profile->updated_us : profile->published_us;
  if (!s || !s->editorial_id || !s->prediction.n || profile->published_us == CLOCK_NEVER)
    return 0;
  event_write(p,
              &(struct event){.uid = feed_id_uid(p, arena_printf(p->arena, "editorial-%llu", (unsigned long long)s->editorial_id)),
                              .day_us = profile->published_us,
                              .changed_us = changed_us,
                              .summary = SAY(p->arena, _("%1$s: prediction"), f->name),
                              .description = s->prediction,
                              .path = build_path(p, "/products/", f->slug),
                              .category = _("Prediction")},
              out);
  return 1;
}

static struct span fact_description(struct page *p, const struct recorded_value *v)
{
  struct span out = v->note;
  if (url_web(v->source_url))
    out = ARENA_JOIN(p->arena, out, out.n ? SPAN("\n") : SPAN(""), SAY(p->arena, _("Source: %1$s"), v->source_url));
  if (v->checked_us != CLOCK_NEVER)
    out = ARENA_JOIN(p->arena, out, out.n ? SPAN("\n") : SPAN(""),
                     SAY(p->arena, _("Checked on %1$s."), page_day(p, v->checked_us)));
  return out;
}

static void fact_write(struct page *p, const struct facts *f, const struct attribute *a, const struct recorded_value *v,
                       int64_t day_us, struct buf *out)
{
  int64_t changed_us = v->checked_us != CLOCK_NEVER ? v->checked_us : f->changed_us;
  struct span ids = arena_printf(p->arena, "fact-%llu-%llu", (unsigned long long)f->id, (unsigned long long)a->id);
  event_write(p,
              &(struct event){.uid = feed_id_uid(p, ids),
                              .day_us = day_us,
                              .changed_us = changed_us != CLOCK_NEVER ? changed_us : day_us,
                              .summary = SAY(p->arena, C_("product and fact", "%1$s: %2$s"), f->name, a->name),
                              .description = fact_description(p, v),
                              .path = ARENA_JOIN(p->arena, build_path(p, "/products/", f->slug), SPAN("#facts")),
                              .category = _("Fact")},
              out);
}

/* The dates among the facts that pages show. */
static size_t facts_write(struct page *p, const struct fact_attributes *attributes, const struct facts *f,
                          const struct profile *profile, struct buf *out)
{
  size_t n = 0;
  for (size_t i = 0; i < attributes->n; i++) {
    const struct attribute *a = &attributes->v[i];
    if (a->kind != ATTRIBUTE_DATE || !fact_shown(a, f))
      continue;
    for (size_t k = 0; k < profile->n_values; k++) {
      const struct recorded_value *v = &profile->values[k];
      int64_t day_us;
      if (v->attribute_id != a->id || !attribute_fits(ATTRIBUTE_DATE, v->value) || !clock_parse(v->value, &day_us))
        continue;
      page_changed_at(p, a->edited_us);
      fact_write(p, f, a, v, day_us, out);
      n++;
    }
  }
  return n;
}

/* UTC never changes its offset. */
static void time_zone_write(struct buf *out)
{
  ical_line(out, "BEGIN", SPAN("VTIMEZONE"));
  ical_line(out, "TZID", SPAN("Etc/UTC"));
  ical_line(out, "BEGIN", SPAN("STANDARD"));
  ical_line(out, "DTSTART", SPAN("19700101T000000"));
  ical_line(out, "TZOFFSETFROM", SPAN("+0000"));
  ical_line(out, "TZOFFSETTO", SPAN("+0000"));
  ical_line(out, "END", SPAN("STANDARD"));
  ical_line(out, "END", SPAN("VTIMEZONE"));
}

/* NAME and DESCRIPTION are those of RFC 7986; most programs still read the X- names. */
static void head_write(struct page *p, const struct calendar *c, struct buf *out)
{
  const struct config *config = site_config(p->site);
  struct span name = SAY(p->arena, _("%1$s: dates and predictions"), chosen_names(p, &c->chosen));
  struct span about = sentences_stop(p->arena, SAY(p->arena, _("Recorded dates and the editors’ predictions for %1$s"),
                                                  chosen_all_names(p, &c->chosen)));
  ical_line(out, "BEGIN", SPAN("VCALENDAR"));
  ical_line(out, "VERSION", SPAN("2.0"));
  ical_text(out, "PRODID", arena_printf(p->arena, "-//diptych//%s//%s", config->site_name, config->lang));
  ical_line(out, "CALSCALE", SPAN("GREGORIAN"));
  ical_text(out, "NAME", name);
  ical_text(out, "X-WR-CALNAME", name);
  ical_text(out, "DESCRIPTION", about);
  ical_text(out, "X-WR-CALDESC", about);
  ical_line(out, "SOURCE;VALUE=URI", page_absolute(p, p->canonical));
  ical_line(out, "REFRESH-INTERVAL;VALUE=DURATION", SPAN("P1D"));
}

enum err build_calendar(struct page *p)
{
  static const struct span none;
  struct calendar *c = p->plan;
  struct buf out = BUF_INIT;
  size_t events = 0;
  if (!c)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < c->chosen.n; i++) {
    struct member *m = &c->chosen.members[i];
    const struct profile *profile = page_value(p, m->want);
    enum err e = build_check_published(profile);
    if (e != ERR_OK)
      return e;
    page_member_refresh(m, &profile->facts);
    page_changed_at(p, m->facts.changed_us);
  }
  head_write(p, c, &out);
  for (size_t i = 0; i < c->chosen.n; i++) {
    const struct member *m = &c->chosen.members[i];
    const struct profile *profile = page_value(p, m->want);
    events += facts_write(p, &c->attributes, &m->facts, profile, &out);
    events += prediction_write(p, &m->facts, profile, page_value(p, c->sources[i]), &out);
  }
  if (!events)
    time_zone_write(&out);
  ical_line(&out, "END", SPAN("VCALENDAR"));
  p->body = arena_take(p->arena, &out);
  p->view = &none; /* no template renders it */
  return p->body.n ? ERR_OK : ERR_NO_MEMORY;
}
