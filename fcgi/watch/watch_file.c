/* The file copy of the catalog.  It is written when something changed, and now and then to say that
 * nothing did (its age bounds what may be served without a database); the larger the catalog, the
 * rarer, so that saving takes at most a fiftieth of the time and BYTES_PER_S of the disk.  An older
 * file only means that more of the change log is applied after a start. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "watch/watch.h"

#define SAVE_EVERY_US (3 * CLOCK_SECOND)
#define CONFIRM_EVERY_US (60 * CLOCK_SECOND)
#define SAVE_SHARE 50
#define BYTES_PER_S (4 << 20)

static bool path_of(const struct watch *w, char *out, size_t cap)
{
  return *w->config->state_dir && (size_t)snprintf(out, cap, "%s/catalog", w->config->state_dir) < cap;
}

bool watch_file_load(struct watch *w)
{
  char path[4096];
  if (!path_of(w, path, sizeof path))
    return false;
  enum err err = catalog_load(w->writer, path);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    log_warn("%s is not used: everything is read from the database", path);
  return err == ERR_OK;
}

static int64_t rest_us(const char *path, int64_t took_us)
{
  struct stat st;
  int64_t rest = SAVE_EVERY_US;
  if (rest < SAVE_SHARE * took_us)
    rest = SAVE_SHARE * took_us;
  if (stat(path, &st) == 0 && rest < st.st_size * CLOCK_SECOND / BYTES_PER_S)
    rest = st.st_size * CLOCK_SECOND / BYTES_PER_S;
  return rest;
}

void watch_file_save(struct watch *w, bool now)
{
  char path[4096];
  int64_t began_us = clock_mono_us();
  if (!w->state.ready || !path_of(w, path, sizeof path))
    return;
  if (!now && (began_us < w->save_after_us || (!w->unsaved && began_us < w->save_after_us + CONFIRM_EVERY_US)))
    return;
  if (mkdir(w->config->state_dir, 0750) != 0 && errno != EEXIST)
    log_debug("%s: cannot be made", w->config->state_dir);
  enum err err = now ? catalog_save_now(w->writer, path) : catalog_save(w->writer, path);
  if (err != ERR_OK && err != ERR_RETRY && err != ERR_IO) /* that one is told where it happens */
    log_error("%s cannot be saved: %s", path, err_text(err));
  int64_t took_us = clock_mono_us() - began_us;
  log_debug("%s: saved in %.3f s", path, (double)took_us / 1e6);
  w->unsaved = err != ERR_OK;
  w->save_after_us = clock_mono_us() + rest_us(path, took_us);
}
