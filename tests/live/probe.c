#include "probe.h"

#include <inttypes.h>
#include <stdio.h>

json_t *probe_text(struct span s)
{
  json_t *text = json_stringn(s.n ? s.p : "", s.n);
  return text ? text : json_string("(not UTF-8)");
}

json_t *probe_version(struct version v)
{
  char word[64];
  snprintf(word, sizeof word, "%" PRIu64 ":%016" PRIx64, v.rev, v.hash);
  return json_string(word);
}

static json_t *time_json(int64_t us)
{
  return us == CLOCK_NEVER || us == CLOCK_FOREVER ? json_null() : json_integer(us);
}

static json_t *ids_json(const uint64_t *ids, uint32_t n)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < n; i++)
    json_array_append_new(list, json_integer((json_int_t)ids[i]));
  return list;
}

json_t *probe_facts(const struct facts *f)
{
  json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:i, s:i, s:i, s:b, s:b}", "id", (json_int_t)f->id, "version",
                        probe_version(f->version), "slug", probe_text(f->slug), "name", probe_text(f->name), "status",
                        f->status, "lifecycle", f->lifecycle, "override", f->override_tenths, "has_editorial",
                        f->has_editorial, "has_questions", f->has_questions);
  json_object_set_new(o, "n90", json_integer(f->n90));
  json_object_set_new(o, "s30", json_integer(f->s30));
  json_object_set_new(o, "activities", json_integer(f->activities));
  json_object_set_new(o, "sectors", ids_json(f->sectors, f->n_sectors));
  json_object_set_new(o, "themes", ids_json(f->themes, f->n_themes));
  json_object_set_new(o, "editorials", ids_json(f->editorials, f->n_editorials));
  json_object_set_new(o, "window_us", time_json(f->window_us));
  json_object_set_new(o, "editorial_us", time_json(f->editorial_us));
  json_object_set_new(o, "activity_us", time_json(f->activity_us));
  json_object_set_new(o, "spark_us", time_json(f->spark_us));
  json_object_set_new(o, "release_us", time_json(f->release_us));
  json_object_set_new(o, "changed_us", time_json(f->changed_us));
  json_object_set_new(o, "next_due_us", time_json(f->next_due_us));
  json_t *past = json_array();
  for (int i = 0; i < SCORE_MONTHS; i++)
    json_array_append_new(past, json_integer(f->past ? f->past[i] : 0));
  json_object_set_new(o, "past", past);
  return o;
}

json_t *probe_term(const char *entity, const struct term *t)
{
  return json_pack("{s:s, s:I, s:o, s:o, s:o, s:I}", "entity", entity, "id", (json_int_t)t->id, "version",
                   probe_version(t->version), "slug", probe_text(t->slug), "name", probe_text(t->name), "sort",
                   (json_int_t)t->sort);
}

json_t *probe_page(const struct page_head *p)
{
  return json_pack("{s:s, s:I, s:o, s:o, s:o, s:i}", "entity", "page", "id", (json_int_t)p->id, "version",
                   probe_version(p->version), "slug", probe_text(p->slug), "name", probe_text(p->title), "status",
                   p->status);
}

json_t *probe_attribute(const struct attribute *a)
{
  json_t *sectors = json_array();
  for (uint32_t i = 0; i < a->n_sectors; i++)
    json_array_append_new(sectors, json_integer((json_int_t)a->sectors[i]));
  return json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:i, s:o}", "entity", "attribute", "id", (json_int_t)a->id,
                   "version", probe_version(a->version), "slug", probe_text(a->slug), "name", probe_text(a->name), "kind",
                   probe_text(attribute_kind_name(a->kind)), "unit", probe_text(a->unit), "help", probe_text(a->help), "group",
                   probe_text(a->group), "sort", (json_int_t)a->sort, "status", a->status, "sectors", sectors);
}

void probe_say(json_t *o)
{
  json_dumpf(o, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
  putchar('\n');
  fflush(stdout);
  json_decref(o);
}
