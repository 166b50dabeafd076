#include "app/app_site.h"

#include <malloc.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "app/app_cache.h"
#include "app/app_database.h"
#include "app/app_metrics.h"
#include "base/log.h"
#include "base/messages.h"
#include "cache/cache.h"
#include "db/db_limits.h"
#include "image/image_queue.h"
#include "pool/report.h"
#include "preview/preview_open.h"
#include "site/assets.h"
#include "site/site.h"
#include "site/templates.h"
#include "site/theme.h"
#include "text/json.h"
#include "store/store_open.h"
#include "watch/watch_loop.h"

#define WAIT_MS 100 /* longest poll before the deadline is checked again */

static struct app_shared app_shared;

struct app_resources {
  struct messages *messages;
  struct theme *theme;
  struct templates *templates;
  struct assets *assets;
  struct cache_healths caches;
  int64_t read_us;
};

struct app_worker {
  struct site *site;
  struct cache *cache;
  struct store *store;
  struct image_queue *images;
  struct preview_source *previews;
  const struct scoreboard *board;
};

struct messages *app_messages_read(const struct config *c, FILE *why)
{
  char *fault = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&fault, &n);
  struct messages *m = messages_read(c->locale_dir, c->lang, out ? out : why);
  if (out)
    fclose(out);
  if (!m && fault) {
    config_blame(c, "lang", why);
    fputs(fault, why);
  }
  free(fault);
  return m;
}

/* False: a part is missing, and its fault was written.  Templates are compiled in English when the language has no catalogue, to
 * name all faults at once. */
static bool resources_read(struct app_resources *r, struct app_shared *s, const struct config *c, FILE *why)
{
  r->read_us = clock_now_us();
  r->theme = theme_open(c, why);
  r->assets = r->theme ? assets_read(c, r->theme, why) : NULL;
  r->messages = app_messages_read(c, why);
  messages_use(r->messages);
  r->templates = r->assets ? templates_open(r->theme, r->assets, why) : NULL;
  messages_use(NULL);
  bool placed = !s || cache_healths_open(&r->caches, &s->backends->caches, span_z(c->memcached));
  if (!placed)
    fprintf(why, "memcached: more than %d servers, or the name of one is too long\n", CACHE_SERVERS_MAX);
  return r->messages && r->templates && placed && theme_settled(r->theme, why);
}

struct app_resources *app_resources_open(struct app_shared *s, const struct config *c, FILE *why)
{
  struct app_resources *r = calloc(1, sizeof *r);
  if (!r)
    fputs("out of memory at the start\n", why);
  else if (!resources_read(r, s, c, why))
    app_resources_close(&r);
  return r;
}

bool app_resources_check(const struct config *c, enum app_templates *templates, FILE *why)
{
  struct app_resources *r = calloc(1, sizeof *r);
  if (!r)
    fputs("out of memory\n", why);
  bool whole = r && resources_read(r, NULL, c, why);
  *templates = !r || !r->assets ? APP_TEMPLATES_UNREAD : r->templates ? APP_TEMPLATES_COMPILE : APP_TEMPLATES_FAULTY;
  app_resources_close(&r);
  return whole;
}

void app_resources_close(struct app_resources **r)
{
  if (!*r)
    return;
  templates_close(&(*r)->templates);
  assets_free(&(*r)->assets);
  theme_close(&(*r)->theme);
  messages_free(&(*r)->messages);
  cache_healths_close(&(*r)->caches);
  free(*r);
  *r = NULL;
}

static void *resources_open(const struct config *c, FILE *why)
{
  return app_resources_open(&app_shared, c, why);
}

static void resources_close(void *resources)
{
  struct app_resources *r = resources;
  app_resources_close(&r);
}

int app_shared_create(struct app_shared *s, const struct config *c, FILE *why)
{
  s->catalog = catalog_create((size_t)c->catalog_bytes);
  s->backends = mmap(NULL, sizeof *s->backends, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (!s->catalog || s->backends == MAP_FAILED || sodium_init() < 0) {
    config_blame(c, "catalog_bytes", why);
    fputs("no shared memory for the catalog: set catalog_bytes lower\n", why);
    return 1;
  }
  preview_limits_init(&s->backends->previews);
  return 0;
}

static int shared_create(void *context, const struct config *c, FILE *why)
{
  return app_shared_create(context, c, why);
}

static void metrics_text(void *context, struct buf *out)
{
  const struct app_worker *w = context;
  report_metrics(&(struct report_pool){w->board, app_site(), site_config(w->site)}, out);
}

/* The state in the catalog is written by the watcher and is out of date when the watcher is dead. */
static const char *pool_trouble(void *context)
{
  const struct scoreboard *b = ((struct app_worker *)context)->board;
  return atomic_load_explicit(&b->watcher_failures, memory_order_relaxed) >= WATCHER_FAILURES_DOWN
             ? "the watcher dies again and again: see the log"
             : "";
}

void app_worker_close(struct app_worker **w)
{
  if (!*w)
    return;
  site_close(&(*w)->site);
  preview_close(&(*w)->previews);
  store_close(&(*w)->store);
  image_queue_close(&(*w)->images);
  cache_free(&(*w)->cache);
  free(*w);
  *w = NULL;
}

struct store *app_worker_store(struct app_worker *w)
{
  return w->store;
}

struct cache *app_worker_cache(struct app_worker *w)
{
  return w->cache;
}

static bool worker_site(struct app_worker *w, const struct app_resources *r, const struct config *c, struct metrics *m,
                        const struct app_shared *s)
{
  struct site_resources resources = {.config = c,
                             .templates = r->templates,
                             .assets = r->assets,
                             .picture_style = r->theme->picture_style,
                             .read_us = r->read_us,
                             .catalog = s->catalog,
                             .metrics = m,
                             .metrics_text = w->board ? metrics_text : NULL,
                             .metrics_context = w,
                             .pool_trouble = w->board ? pool_trouble : NULL,
                             .pool_context = w};
  messages_use(r->messages);
  w->cache = cache_new(c, m, &r->caches);
  w->store = w->cache ? store_open(c, s->catalog, m, &s->backends->database, w->cache) : NULL;
  w->images = w->cache ? image_queue_open(c, m, w->cache) : NULL;
  resources.store = w->store;
  resources.images = w->images ? image_queue_source(w->images) : NULL;
  w->previews = w->store ? preview_open(&(struct preview_parts){.config = c,
                                                                .metrics = m,
                                                                .catalog = s->catalog,
                                                                .store = w->store,
                                                                .db = store_database(w->store),
                                                                .limits = &s->backends->previews})
                         : NULL;
  resources.previews = w->previews;
  w->site = w->previews && w->images ? site_open(&resources) : NULL;
  return w->site != NULL;
}

/* Lets malloc keep freed memory for the next request.  Returning it to the kernel cost each request two brk calls and
 * a page fault for every 4 KB. */
static void malloc_tune(void)
{
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

struct app_worker *app_worker_open(const struct app_shared *s, const struct app_resources *r, const struct config *c,
                                   struct metrics *m, const struct scoreboard *board)
{
  struct app_worker *w = calloc(1, sizeof *w);
  malloc_tune();
  if (w)
    w->board = board;
  if (!w || !worker_site(w, r, c, m, s)) {
    log_error("the worker cannot start: out of memory, or see the line above");
    app_worker_close(&w);
  }
  return w;
}

static void *worker_open(void *context, const struct config *c, const struct app_process *process)
{
  return app_worker_open(context, process->resources, c, process->metrics, process->board);
}

static void worker_handle(void *self, const struct request *rq, struct response *out)
{
  site_handle(((struct app_worker *)self)->site, rq, out);
}

static void worker_idle(void *self)
{
  image_queue_tidy(((struct app_worker *)self)->images);
  cache_tidy(((struct app_worker *)self)->cache);
  store_idle(((struct app_worker *)self)->store);
}

static int worker_fd(void *self)
{
  return image_queue_fd(((struct app_worker *)self)->images);
}

static void worker_work(void *self)
{
  image_queue_work(((struct app_worker *)self)->images);
}

void app_worker_handle(struct app_worker *w, struct request *rq, struct response *out)
{
  rq->may_defer = true;
  site_handle(w->site, rq, out);
  while (out->deferred) {
    struct deferred *deferred = out->deferred;
    struct pollfd wait = {.fd = worker_fd(w), .events = POLLIN};
    int64_t until_us = deferred->again_us && deferred->again_us < rq->deadline_us ? deferred->again_us : rq->deadline_us;
    for (deferred->waiters++; !deferred->done && clock_mono_us() < until_us;)
      if (poll(&wait, 1, WAIT_MS) > 0)
        worker_work(w);
    rq->may_defer = clock_mono_us() < rq->deadline_us;
    buf_clear(&out->headers);
    *out = (struct response){.headers = out->headers};
    site_handle(w->site, rq, out);
    deferred->waiters--;
  }
}

static void worker_close(void *self)
{
  struct app_worker *w = self;
  app_worker_close(&w);
}

static int watcher_process_run(void *context, const struct config *c, const struct app_process *process)
{
  struct app_shared *s = context;
  return watcher_run(c, s->catalog, &s->backends->database, process->metrics, process->stop_fd, process->heartbeat_us);
}

static int configuration_check(void *context, const struct config *c, FILE *why)
{
  struct app_resources *r = app_resources_open(NULL, c, why);
  int bad = !r;
  (void)context;
  app_resources_close(&r);
  return bad;
}

static bool ready(void *context)
{
  struct catalog_state st;
  catalog_state_get(((struct app_shared *)context)->catalog, &st);
  return st.ready;
}

static bool serves(void *context, const struct config *c, struct buf *why)
{
  char trouble[SITE_TROUBLE];
  bool ready = site_ready(((struct app_shared *)context)->catalog, c, trouble);
  buf_puts(why, trouble);
  return ready;
}

static int admit(void *context, const struct app_admission *a, FILE *why)
{
  struct catalog_state st;
  catalog_state_get(((struct app_shared *)context)->catalog, &st);
  return app_database_admit(a, st.database_up, why);
}

static bool admitted(void *context, int workers, struct buf *why)
{
  struct db_limits limits = db_limits_shared(&((struct app_shared *)context)->backends->database);
  return db_limits_admit(&limits, workers, why);
}

static void status(void *context, struct buf *out, bool json)
{
  struct app_shared *s = context;
  struct catalog_state st;
  struct catalog_pin pin;
  struct db_limits limits = db_limits_shared(&s->backends->database);
  long long connections = (long long)db_limits_most(&limits);
  catalog_state_get(s->catalog, &st);
  uint32_t products = catalog_pin_current(s->catalog, &pin) ? catalog_ranking(&pin).n : 0;
  int64_t behind_ms = st.confirmed_us > 0 ? (clock_now_us() - st.confirmed_us) / 1000 : -1;
  if (st.confirmed_us > 0 && behind_ms < 0) /* the clock was set back */
    behind_ms = 0;
  if (json) {
    buf_printf(out,
               "\"catalog\":{\"ready\":%s,\"reading_fails\":%s,\"database_up\":%s,\"doubted\":%s,\"cache_up\":%s,\"products\":%u,"
               "\"publication\":%llu,"
               "\"confirmed_ms_ago\":%lld,\"replica_lag_ms\":%lld,\"behind\":%llu,\"cursor\":%llu,\"gaps\":%llu,"
               "\"sweep_found\":%llu,\"from_file\":%s,\"connections_limit\":%lld,\"incarnation\":",
               st.ready ? "true" : "false", st.reading_fails ? "true" : "false", st.database_up ? "true" : "false",
               st.doubted ? "true" : "false",
               app_cache_up(&s->backends->caches) ? "true" : "false", products,
               (unsigned long long)catalog_publication(s->catalog), (long long)behind_ms,
               st.lag_us < 0 ? -1LL : (long long)(st.lag_us / 1000),
               (unsigned long long)st.behind, (unsigned long long)st.cursor, (unsigned long long)st.gaps,
               (unsigned long long)st.sweep_found, st.from_file ? "true" : "false", connections);
    json_write_string(out, span_z(st.incarnation));
    buf_puts(out, ",\"trouble\":");
    json_write_string(out, span_z(st.trouble));
    buf_puts(out, "},\"cache_servers\":[");
    app_cache_json(&s->backends->caches, out);
    buf_putc(out, ']');
    return;
  }
  buf_printf(out, "catalog: %s, %u products, ", st.ready ? "ready" : "not ready", products);
  if (st.reading_fails)
    buf_puts(out, "the database refuses a statement, ");
  else
    buf_printf(out, "%llu entries behind, ", (unsigned long long)st.behind);
  if (behind_ms < 0)
    buf_puts(out, "never confirmed");
  else
    buf_printf(out, "confirmed %lld ms ago", (long long)behind_ms);
  buf_printf(out, ", %llu gaps\n", (unsigned long long)st.gaps);
  buf_printf(out, "database: %s",
             st.database_up ? st.doubted ? "up, and not believed yet" : "up" : st.reading_fails ? "refuses a statement" : "away");
  if (connections)
    buf_printf(out, ", admits %lld connection%s", connections, connections == 1 ? "" : "s");
  buf_putc(out, '\n');
  app_cache_text(&s->backends->caches, out);
  if (*st.primary)
    buf_printf(out, "primary: %s\n", st.primary);
  if (st.galera)
    buf_printf(out, "Galera node: %s\n", st.lag_us == 0 ? "in step with its cluster" : "behind its cluster");
  else if (st.replica && st.lag_us >= 0)
    buf_printf(out, "replica: %lld s behind its primary\n", (long long)(st.lag_us / CLOCK_SECOND));
  if (st.trouble[0])
    buf_printf(out, "trouble: %s\n", st.trouble);
}

static void write_metrics(void *context, struct buf *out)
{
  app_metrics(context, out);
}

const struct app *app_site(void)
{
  static struct app app = {.context = &app_shared,
                                 .resources_open = resources_open,
                                 .resources_close = resources_close,
                                 .shared_create = shared_create,
                                 .worker_open = worker_open,
                                 .worker_handle = worker_handle,
                                 .worker_idle = worker_idle,
                                 .worker_fd = worker_fd,
                                 .worker_work = worker_work,
                                 .worker_close = worker_close,
                                 .watcher_run = watcher_process_run,
                                 .check = configuration_check,
                                 .ready = ready,
                                 .serves = serves,
                                 .admit = admit,
                                 .admitted = admitted,
                                 .status = status,
                                 .metrics = write_metrics};
  if (!app.n_routes)
    app.routes = site_route_names(&app.n_routes);
  return &app;
}
