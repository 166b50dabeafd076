/* The file copy of the catalog.  It is written when something changed, and now and then to say that
 * nothing did (its age bounds what may be served without a database); the larger the catalog, the
 * rarer, so that saving never takes more than a fiftieth of the time. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "content/watch.h"

#define SAVE_EVERY_US (3 * CLOCK_SECOND)
#define CONFIRM_EVERY_US (60 * CLOCK_SECOND)
#define SAVE_SHARE 50

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
    log_warn("%s: %s; everything is read from the database", path, err_text(err));
  return err == ERR_OK;
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
  if (err != ERR_OK && err != ERR_RETRY)
    log_error("%s: not saved (%s): a pool that starts without the database would have nothing to serve", path,
              err_text(err));
  int64_t took_us = clock_mono_us() - began_us;
  w->unsaved = err != ERR_OK;
  w->save_after_us = clock_mono_us() + (SAVE_SHARE * took_us > SAVE_EVERY_US ? SAVE_SHARE * took_us : SAVE_EVERY_US);
}
