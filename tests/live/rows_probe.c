/* Shows the live tests what the content room reads: one JSON value a line.
 *
 *   rows_probe CONFIG products ID...        rows_products
 *   rows_probe CONFIG cards ID...           the same, for cards only
 *   rows_probe CONFIG facts ID...           rows_batch_list (ids sorted)
 *   rows_probe CONFIG range AFTER MOST      rows_batch_range
 *   rows_probe CONFIG terms | site | page ID | timeline ID PAGE | lint */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "model/moves.h"
#include "probe.h"
#include "rows/rows_batch.h"
#include "rows/rows_terms.h"

static json_t *activities_json(const struct activity *a, size_t n)
{
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(list, json_pack("{s:I, s:o, s:I, s:i, s:i}", "id", (json_int_t)a[i].id, "title",
                                          probe_text(a[i].title), "at", (json_int_t)a[i].occurred_us, "kind",
                                          a[i].kind, "class", a[i].class));
  return list;
}

static json_t *release_json(const struct activity *a)
{
  return a ? json_pack("{s:o, s:I, s:o}", "version", probe_text(a->version), "at", (json_int_t)a->occurred_us, "url",
                       probe_text(a->url))
           : json_null();
}

static json_t *questions_json(const struct question *q, size_t n)
{
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(list, json_pack("{s:I, s:o, s:o}", "id", (json_int_t)q[i].id, "question",
                                          probe_text(q[i].question), "answer", probe_text(q[i].answer_md)));
  return list;
}

static json_t *pair_json(const struct pair_source *w)
{
  return json_pack("{s:I, s:b, s:o, s:o, s:o}", "other", (json_int_t)w->other_id, "words", w->has_text, "intro",
                   probe_text(w->intro_md), "verdict", probe_text(w->verdict_md), "questions",
                   questions_json(w->questions, w->n_questions));
}

static uint64_t moves_sum(const struct product *p)
{
  uint64_t n = 0;
  for (size_t i = 0; i < p->n_moves; i++)
    n += p->moves[i].n;
  return n;
}

static json_t *value_json(const struct recorded_value *v)
{
  json_t *checked = v->checked_us == CLOCK_NEVER ? json_null() : json_integer((json_int_t)v->checked_us);
  return json_pack("{s:I, s:o, s:o, s:o, s:o}", "attribute", (json_int_t)v->attribute_id, "value", probe_text(v->value), "note",
                   probe_text(v->note), "source", probe_text(v->source_url), "checked", checked);
}

static json_t *product_json(const struct product *p)
{
  json_t *o = probe_facts(&p->facts);
  json_t *pairs = json_array();
  for (size_t i = 0; i < p->n_pairs; i++)
    json_array_append_new(pairs, pair_json(&p->pairs[i]));
  json_object_set_new(o, "pairs", pairs);
  json_t *picks = json_array();
  for (size_t i = 0; i < p->facts.n_picks; i++)
    json_array_append_new(picks, json_pack("[I, I, o]", (json_int_t)p->facts.picks[i], (json_int_t)p->picks[i].other_id,
                                           probe_text(p->picks[i].reason)));
  json_object_set_new(o, "picks", picks);
  json_t *values = json_array();
  for (size_t i = 0; i < p->n_values; i++)
    json_array_append_new(values, value_json(&p->values[i]));
  json_object_set_new(o, "values", values);
  json_t *aliases = json_array();
  for (size_t i = 0; i < p->n_aliases; i++)
    json_array_append_new(aliases, probe_text(p->aliases[i]));
  json_object_set_new(o, "aliases", aliases);
  json_object_set_new(o, "website", probe_text(p->website_url));
  json_object_set_new(o, "summary", probe_text(p->summary));
  json_object_set_new(o, "latest_release", release_json(p->latest_release));
  json_object_set_new(o, "first_release", release_json(p->first_release));
  json_object_set_new(o, "questions_list", questions_json(p->questions, p->n_questions));
  json_object_set_new(o, "timeline", activities_json(p->activities, p->n_activities));
  json_object_set_new(o, "sparks", activities_json(p->sparks, p->n_sparks));
  json_object_set_new(o, "moves", json_integer((json_int_t)moves_sum(p)));
  if (p->editorial)
    json_object_set_new(o, "editorial",
                        json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)p->editorial->id, "headline",
                                  probe_text(p->editorial->headline), "current", probe_text(p->editorial->current_md),
                                  "heading", probe_text(p->editorial->heading_md), "prediction",
                                  probe_text(p->editorial->prediction_md), "author",
                                  probe_text(p->editorial->author)));
  return o;
}

struct ask {
  struct db *db;
  struct arena *arena;
  int64_t deadline_us;
  uint64_t numbers[1000];
  size_t n;
};

static enum err products_ask(struct ask *a, bool cards)
{
  static struct product out[ROWS_PRODUCTS_MAX];
  struct rows_snapshot snapshot;
  enum err err = rows_products(a->db, &(struct rows_wanted){a->numbers, a->n, cards}, a->arena, a->deadline_us, out,
                               &snapshot);
  for (size_t i = 0; err == ERR_OK && i < a->n; i++)
    probe_say(product_json(&out[i]));
  return err;
}

static enum err products(struct ask *a)
{
  return products_ask(a, false);
}

static enum err cards(struct ask *a)
{
  return products_ask(a, true);
}

static enum err batch_say(enum err err, const struct rows_batch *batch)
{
  for (size_t i = 0; err == ERR_OK && i < batch->n; i++)
    probe_say(product_json(&batch->products[i]));
  return err;
}

static int64_t past_us(const struct ask *a)
{
  return clock_hour_floor(config_now_us(db_config(a->db)));
}

static enum err facts(struct ask *a)
{
  struct rows_batch batch;
  struct rows_list list = {a->numbers, a->n, past_us(a)};
  return batch_say(rows_batch_list(a->db, &list, a->arena, a->deadline_us, &batch), &batch);
}

static enum err range(struct ask *a)
{
  struct rows_batch batch;
  struct rows_range range = {.after = a->numbers[0], .until = UINT64_MAX, .most = a->numbers[1], .past_us = past_us(a)};
  return batch_say(rows_batch_range(a->db, &range, a->arena, a->deadline_us, &batch), &batch);
}

static enum err terms(struct ask *a)
{
  struct rows_terms t;
  enum err err = rows_terms_read(a->db, a->arena, a->deadline_us, &t);
  for (size_t i = 0; err == ERR_OK && i < t.n_sectors; i++)
    probe_say(probe_term("sector", &t.sectors[i]));
  for (size_t i = 0; err == ERR_OK && i < t.n_themes; i++)
    probe_say(probe_term("theme", &t.themes[i]));
  for (size_t i = 0; err == ERR_OK && i < t.n_pages; i++)
    probe_say(probe_page(&t.pages[i]));
  for (size_t i = 0; err == ERR_OK && i < t.n_attributes; i++)
    probe_say(probe_attribute(&t.attributes[i]));
  if (err == ERR_OK)
    probe_say(json_pack("{s:s, s:o}", "entity", "site", "version", probe_version(t.site)));
  return err;
}

static enum err site(struct ask *a)
{
  struct rows_site out;
  enum err err = rows_site_read(a->db, a->arena, a->deadline_us, &out);
  if (err == ERR_OK)
    probe_say(json_pack("{s:o, s:o}", "version", probe_version(out.version), "questions",
                        questions_json(out.questions, out.n)));
  return err;
}

static enum err page(struct ask *a)
{
  struct rows_page out;
  enum err err = rows_page_read(a->db, a->numbers[0], a->arena, a->deadline_us, &out);
  if (err == ERR_OK)
    probe_say(json_pack("{s:o, s:o, s:o, s:o, s:i}", "version", probe_version(out.version), "slug",
                        probe_text(out.slug), "title", probe_text(out.title), "body", probe_text(out.body_md), "status",
                        out.status));
  return err;
}

static enum err timeline(struct ask *a)
{
  struct rows_timeline out;
  enum err err = rows_timeline_read(a->db, a->numbers[0], (uint32_t)a->numbers[1], a->arena, a->deadline_us, &out);
  if (err == ERR_OK)
    probe_say(json_pack("{s:o, s:I, s:o}", "version", probe_version(out.version), "total", (json_int_t)out.total,
                        "activities", activities_json(out.activities, out.n)));
  return err;
}

static const struct {
  const char *word;
  enum err (*run)(struct ask *a);
} asks[] = {{"products", products}, {"cards", cards}, {"facts", facts},       {"range", range}, {"terms", terms},
            {"site", site},         {"page", page},         {"timeline", timeline}};

static enum err ask(const char *word, struct ask *a)
{
  for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
    if (strcmp(asks[i].word, word) == 0)
      return asks[i].run(a);
  fprintf(stderr, "rows_probe: no such question: %s\n", word);
  return ERR_INVALID;
}

int main(int argc, char **argv)
{
  struct metrics metrics = {0};
  struct breaker breaker = {0};
  struct config *config = argc > 2 ? config_read(argv[1], stderr) : NULL;
  if (!config)
    return 2;
  log_open("probe", LOG_LEVEL_DEBUG);
  struct ask a = {.db = db_new(config, &metrics, &breaker), .arena = arena_new(0)};
  a.deadline_us = clock_mono_us() + config->deadline * 1000;
  for (int i = 3; i < argc && a.n < 1000; i++)
    a.numbers[a.n++] = strtoull(argv[i], NULL, 10);
  enum err err = ask(argv[2], &a);
  probe_say(json_pack("{s:s, s:I, s:I, s:I, s:I}", "end", err_text(err), "statements", (json_int_t)metrics.db_statements,
                      "round_trips", (json_int_t)metrics.db_round_trips,
                      "connects", (json_int_t)metrics.db_connects, "errors", (json_int_t)metrics.db_errors));
  db_free(&a.db);
  arena_free(&a.arena);
  config_free(&config);
  return err == ERR_OK ? 0 : 1;
}
