/* The full load: reads everything while the published catalog goes on being served.
 *
 * It reads the position in the log first and the rows after it.  A change that commits in between is in the rows,
 * or beyond the cursor, or in one of the gaps below the cursor.  A missing number was assigned before the entry
 * above it was written, so it may still commit while that entry is younger than gap_memory.  The age of the entry
 * below it does not matter. */
#include <stdio.h>

#include "base/log.h"
#include "catalog/catalog_position.h"
#include "watch/watch.h"
#include "watch/watch_gaps.h"
#include "watch/watch_prefetch.h"

#define LOG_CHUNK 50000
#define LOG_MOST 1000000 /* entries to search for gaps */
#define HURRY_US (120 * CLOCK_SECOND)

enum { H_INCARNATION, H_NOW, H_PURGED, H_SEQ, H_ENTITY_ID, H_CHANGED };

static enum err head_read(struct watcher *w, uint64_t *purged)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SELECT s.incarnation, UTC_TIMESTAMP(6), s.purged_seq, l.seq, l.entity_id, l.changed_at FROM site_state s"
                 " LEFT JOIN change_log l ON l.seq = (SELECT MAX(seq) FROM change_log) WHERE s.id = 1");
  enum err err = db_query(w->db, &sql, watch_deadline(), &rows);
  buf_free(&sql);
  if (err != ERR_OK)
    return err;
  struct catalog_position *next = w->next_position;
  *next = (struct catalog_position){.anchor_changed_us = CLOCK_NEVER};
  if (!db_next(&rows)) {
    db_rows_free(&rows);
    log_error("site_state has no row: run `diptych migrate`");
    return ERR_INVALID;
  }
  watch_incarnation(w, next->incarnation, db_text(&rows, H_INCARNATION));
  w->db_now_us = db_time(&rows, H_NOW);
  w->site_now_us = w->config->as_of_us == CLOCK_NEVER ? w->db_now_us : w->config->as_of_us;
  *purged = db_uint(&rows, H_PURGED);
  next->cursor = db_uint(&rows, H_SEQ);
  next->anchor_entity_id = db_uint(&rows, H_ENTITY_ID);
  next->anchor_changed_us = db_time(&rows, H_CHANGED);
  db_rows_free(&rows);
  return ERR_OK;
}

/* ---- gaps below the cursor, from the newest backwards */

struct gaps {
  uint64_t below;   /* numbers from here on are done */
  int64_t above_us; /* database's time of the entry at `below` */
  bool more;        /* entries below may still have gaps that matter */
};

static void gap_note(struct watcher *w, const struct gaps *gaps, uint64_t first)
{
  int64_t skew_us = clock_now_us() - w->db_now_us, memory_us = w->config->gap_memory * CLOCK_SECOND;
  int64_t until_us = gaps->above_us + skew_us + memory_us;
  if (first < gaps->below && !catalog_position_add_gap_below(w->next_position, first, gaps->below - 1, until_us))
    watch_gaps_full(w);
}

static enum err chunk_read(struct watcher *w, struct gaps *gaps, uint64_t purged)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  int64_t oldest_us = w->db_now_us - w->config->gap_memory * CLOCK_SECOND;
  buf_printf(&sql, "SELECT seq, changed_at FROM change_log WHERE seq < %llu ORDER BY seq DESC LIMIT %d",
             (unsigned long long)gaps->below, LOG_CHUNK);
  enum err err = db_query(w->db, &sql, watch_deadline(), &rows);
  buf_free(&sql);
  while (err == ERR_OK && gaps->more && db_next(&rows)) {
    uint64_t seq = db_uint(&rows, 0);
    int64_t changed_us = db_time(&rows, 1);
    gap_note(w, gaps, seq + 1);
    gaps->below = seq;
    gaps->above_us = changed_us == CLOCK_NEVER ? w->db_now_us : changed_us;
    gaps->more = gaps->above_us >= oldest_us;
  }
  if (err == ERR_OK && gaps->more && rows.count < LOG_CHUNK) { /* the log begins here */
    gap_note(w, gaps, purged + 1);
    gaps->more = false;
  }
  db_rows_free(&rows);
  return err;
}

static enum err gaps_read(struct watcher *w, uint64_t purged)
{
  struct gaps gaps = {.below = w->next_position->cursor + 1, .above_us = w->db_now_us, .more = w->next_position->cursor > 0};
  enum err err = ERR_OK;
  for (int read = 0; err == ERR_OK && gaps.more && read < LOG_MOST; read += LOG_CHUNK)
    err = chunk_read(w, &gaps, purged);
  return err;
}

/* ---- rows */

static enum err products_load(struct watcher *w, size_t *count)
{
  enum err err;
  struct rows_batch batch;
  struct watch_prefetch *prefetch = watch_prefetch_open(w, &err);
  int64_t logged_us = clock_mono_us();
  bool end = false;
  *count = 0;
  while (err == ERR_OK && (err = watch_prefetch_take(prefetch, &batch, &end)) == ERR_OK && !end) {
    for (size_t i = 0; err == ERR_OK && i < batch.n; i++)
      err = watch_product_stage(w, &batch.products[i]);
    *count += batch.n;
    if (clock_mono_us() - logged_us > 5 * CLOCK_SECOND) {
      logged_us = clock_mono_us();
      log_info("reading everything: %zu products so far", *count);
    }
  }
  watch_prefetch_close(&prefetch);
  return err;
}

/* Reads everything and stages it. */
static enum err all_stage(struct watcher *w, size_t *count)
{
  size_t found;
  uint64_t purged = 0;
  arena_reset(w->arena);
  enum err err = head_read(w, &purged);
  if (err == ERR_OK)
    err = gaps_read(w, purged);
  if (err == ERR_OK)
    err = catalog_begin_full(w->writer);
  watch_limit_note(w, err);
  w->loading = true;
  w->past_us = clock_hour_floor(w->site_now_us);
  if (err == ERR_OK)
    err = products_load(w, count);
  if (err == ERR_OK) /* a recount follows when the hour moved during the load */
    catalog_put_window(w->writer, w->past_us);
  if (err == ERR_OK)
    err = watch_terms(w, STAGE_ALL, &found);
  w->loading = false;
  return err;
}

/* The reading is believed before and after it: a restore may begin at any time.  What was staged is abandoned by the next
 * load. */
enum err watch_load(struct watcher *w)
{
  size_t count = 0;
  int64_t began_us = clock_mono_us();
  bool first = !w->position->incarnation[0], believed;
  enum err err = watch_believe(w, (struct watch_claim){.unlogged = true, .age_us = WATCH_SIGNS_US}, &believed);
  if (err != ERR_OK || !believed)
    return err;
  METRICS_ADD(w->metrics, reloads_full, 1);
  uint64_t made = watch_made(w);
  err = all_stage(w, &count);
  if (err == ERR_OK)
    err = watch_believe(w, (struct watch_claim){.unlogged = true, .loaded = true}, &believed);
  if (err == ERR_OK && believed)
    err = watch_sound(w, made, &believed);
  if (err == ERR_OK && believed && w->log_replaced)
    catalog_forget_versions(w->writer);
  if (err == ERR_OK && believed)
    err = watch_publish(w, w->next_position);
  w->past_us = 0;
  if (err != ERR_OK || !believed)
    return err;
  *w->position = *w->next_position;
  w->load_needed = w->log_replaced = false;
  watch_recount_end(w);
  w->sweep.after = 0;
  if (!first) /* a restore writes table by table: sweep at once, and more than once */
    watch_sweep_hurry(w, HURRY_US);
  log_info("read everything: %zu products in %.1f s, because %s", count,
           (double)(clock_mono_us() - began_us) / 1e6, w->load_reason);
  return ERR_OK;
}
