/* A watcher alone, without a pool: the parent keeps the catalog in shared memory and shows it, a child
 * runs the watcher.  Commands come on standard input, one a line; each is answered by one line of JSON
 * (`all` by a line for each product, then {"end":...}).
 *
 *   slug WORD | id N | all | sectors | medians | themes | pages | attributes | site | pair A B | state | metrics
 *   kill      ends the watcher with SIGKILL and starts another
 *   stop      lets the watcher end in its own way, and does not start another
 *   start     starts one
 *   cpu       microseconds of CPU that ended watchers used
 *
 *   watcher_probe CONFIG */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "probe.h"
#include "watch/watch_loop.h"

struct shared {
  struct breaker breaker;
  struct metrics metrics;
};

struct probe {
  struct config *config;
  struct catalog *catalog;
  struct shared *shared;
  pid_t pid;
  int stop_fd;
};

static void start(struct probe *p)
{
  int ends[2];
  if (pipe(ends) != 0)
    exit(3);
  p->pid = fork();
  if (p->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ends[1]);
    log_open("watcher", LOG_LEVEL_DEBUG);
    exit(watcher_run(p->config, p->catalog, &p->shared->breaker, &p->shared->metrics, ends[0], NULL));
  }
  close(ends[0]);
  p->stop_fd = ends[1];
}

static int ended(struct probe *p, int signal)
{
  int status = 0;
  if (!p->pid)
    return 0;
  if (signal)
    kill(p->pid, signal);
  close(p->stop_fd);
  while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
    ;
  p->pid = 0;
  return status;
}

static json_t *product(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct facts f;
  if (ordinal == CATALOG_NONE || !catalog_facts(pin, ordinal, &f))
    return json_null();
  uint16_t past[SCORE_MONTHS];
  catalog_past(pin, ordinal, past);
  f.past = past;
  json_t *o = probe_facts(&f);
  json_object_set_new(o, "score", json_integer(catalog_score(pin, ordinal)));
  return o;
}

static json_t *by_slug(const struct catalog_pin *pin, const char *word)
{
  bool alias = false;
  json_t *o = product(pin, catalog_find(pin, span_z(word), &alias));
  if (!json_is_null(o))
    json_object_set_new(o, "alias", json_boolean(alias));
  return o;
}

static json_t *term_json(const char *entity, const struct catalog_term *t)
{
  return probe_term(entity, &(struct term){.id = t->id, .version = t->version, .slug = t->slug, .name = t->name, .sort = t->sort});
}

/* Twice the medians of each sector at the ends of past months. */
static json_t *medians(const struct catalog_pin *pin)
{
  json_t *list = json_array();
  struct catalog_term t;
  uint32_t past[SCORE_MONTHS];
  for (uint32_t i = 0; catalog_sector(pin, i, &t); i++) {
    json_t *months = json_array();
    catalog_sector_past(pin, t.id, past);
    for (int k = 0; k < SCORE_MONTHS; k++)
      json_array_append_new(months, json_integer(past[k]));
    json_array_append_new(list, json_pack("{s:I, s:o}", "id", (json_int_t)t.id, "past", months));
  }
  return list;
}

static json_t *terms(const struct catalog_pin *pin, const char *entity)
{
  json_t *list = json_array();
  struct catalog_term t;
  struct page_head g;
  for (uint32_t i = 0; *entity == 's' && catalog_sector(pin, i, &t); i++)
    json_array_append_new(list, term_json(entity, &t));
  for (uint32_t i = 0; *entity == 't' && catalog_theme(pin, i, &t); i++)
    json_array_append_new(list, term_json(entity, &t));
  for (uint32_t i = 0; *entity == 'p' && catalog_page_at(pin, i, &g); i++)
    json_array_append_new(list, probe_page(&g));
  struct arena *arena = arena_new(0);
  struct attribute a;
  for (uint32_t i = 0; *entity == 'a' && catalog_attribute(pin, i, arena, &a); i++)
    json_array_append_new(list, probe_attribute(&a));
  arena_free(&arena);
  return list;
}

static json_t *state(const struct probe *p)
{
  struct catalog_state s;
  catalog_state_get(p->catalog, &s);
  return json_pack("{s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:i, s:s}", "ready", s.ready, "up",
                   s.database_up, "from_file", s.from_file, "confirmed_us", (json_int_t)s.confirmed_us, "cursor",
                   (json_int_t)s.cursor, "gaps", (json_int_t)s.gaps, "behind", (json_int_t)s.behind, "sweep_us",
                   (json_int_t)s.sweep_us, "sweep_found", (json_int_t)s.sweep_found, "incarnation", s.incarnation,
                   "trouble", s.trouble, "publication", (json_int_t)catalog_publication(p->catalog), "pid",
                   (int)p->pid, "primary", s.primary);
}

static json_t *counters(const struct probe *p)
{
  json_t *o = json_object();
#define COUNTER(name, help) json_object_set_new(o, #name, json_integer((json_int_t)atomic_load(&p->shared->metrics.name)));
  METRICS_LIST(COUNTER)
#undef COUNTER
  return o;
}

static json_t *cpu(void)
{
  struct rusage u;
  getrusage(RUSAGE_CHILDREN, &u);
  return json_integer((json_int_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
                      u.ru_stime.tv_usec);
}

static json_t *catalog_answer(struct probe *p, const char *word, const char *one, const char *two)
{
  struct catalog_pin pin;
  if (!catalog_pin_current(p->catalog, &pin))
    return json_null();
  if (strcmp(word, "slug") == 0)
    return by_slug(&pin, one);
  if (strcmp(word, "id") == 0)
    return product(&pin, catalog_find_id(&pin, strtoull(one, NULL, 10)));
  if (strcmp(word, "site") == 0)
    return probe_version(catalog_site_version(&pin));
  if (strcmp(word, "pair") == 0)
    return json_boolean(catalog_pair(&pin, strtoull(one, NULL, 10), strtoull(two, NULL, 10)));
  if (strcmp(word, "all") == 0) {
    for (uint32_t i = 0; i < pin.products; i++) {
      json_t *o = product(&pin, i);
      if (json_is_null(o))
        json_decref(o);
      else
        probe_say(o);
    }
    return json_pack("{s:I}", "end", (json_int_t)pin.publication);
  }
  return strcmp(word, "medians") == 0 ? medians(&pin) : terms(&pin, word);
}

static json_t *answer(struct probe *p, const char *word, const char *one, const char *two)
{
  if (strcmp(word, "state") == 0)
    return state(p);
  if (strcmp(word, "metrics") == 0)
    return counters(p);
  if (strcmp(word, "cpu") == 0)
    return cpu();
  if (strcmp(word, "start") == 0 || strcmp(word, "kill") == 0) {
    ended(p, SIGKILL);
    start(p);
    return json_integer(p->pid);
  }
  if (strcmp(word, "stop") == 0)
    return json_integer(ended(p, 0));
  return catalog_answer(p, word, one, two);
}

int main(int argc, char **argv)
{
  struct probe p = {.config = argc == 2 ? config_read(argv[1], stderr) : NULL};
  char line[300];
  if (!p.config)
    return 2;
  log_open("probe", LOG_LEVEL_DEBUG);
  p.catalog = catalog_create((size_t)p.config->catalog_bytes);
  p.shared = mmap(NULL, sizeof *p.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (!p.catalog || p.shared == MAP_FAILED)
    return 3;
  start(&p);
  while (fgets(line, sizeof line, stdin)) {
    char word[32] = "", one[128] = "", two[128] = "";
    sscanf(line, "%31s %127s %127s", word, one, two);
    probe_say(answer(&p, word, one, two));
  }
  int status = ended(&p, 0);
  catalog_destroy(&p.catalog);
  config_free(&p.config);
  return status ? 4 : 0;
}
