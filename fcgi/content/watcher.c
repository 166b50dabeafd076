#include "content/watcher.h"
#include <poll.h>
#include "base/log.h"
int watcher_run(const struct config *c, struct catalog *cat, struct breaker *b, struct metrics *m, int stop_fd)
{
  struct db *db = db_new(c, m, b);
  struct catalog_writer *w = catalog_writer_open(cat);
  struct arena *a = arena_new(0);
  static struct catalog_follow follow;
  struct rows_terms t;
  enum err e = rows_terms_read(db, a, clock_mono_us() + 5000000, &t);
  log_info("terms %d", e);
  for (size_t i = 0; i < t.n_sectors; i++) catalog_put_sector(w, &t.sectors[i]);
  for (size_t i = 0; i < t.n_themes; i++) catalog_put_theme(w, &t.themes[i]);
  for (size_t i = 0; i < t.n_pages; i++) catalog_put_page(w, &t.pages[i]);
  catalog_put_site(w, t.site);
  for (uint64_t id = 1; id < 200; id += 50) {
    uint64_t ids[50];
    struct product p[50];
    struct rows_snapshot snap;
    for (int i = 0; i < 50; i++) ids[i] = id + (uint64_t)i;
    e = rows_products(db, ids, 50, a, clock_mono_us() + 5000000, p, &snap);
    for (int i = 0; e == ERR_OK && i < 50; i++)
      if (p[i].facts.id) {
        uint64_t others[64]; size_t n = 0;
        for (; n < p[i].n_pairs && n < 64; n++) others[n] = p[i].pairs[n].other_id;
        catalog_put(w, &p[i].facts, p[i].aliases, p[i].n_aliases, others, n);
      }
    catalog_put_window(w, snap.window_us);
  }
  struct catalog_state s = {.ready = true, .database_up = true, .confirmed_us = clock_now_us()};
  log_info("publish %d", catalog_writer_publish(w, &follow));
  catalog_state_put(w, &s);
  struct pollfd f = {stop_fd, POLLIN, 0};
  poll(&f, 1, -1);
  return 0;
}
