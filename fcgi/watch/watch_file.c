/* The state file: a copy of the catalog in state_dir.  It is saved after changes, and once in a while without a
 * change, because its age bounds what may be served without a database.  A larger catalog is saved less often:
 * saving takes at most a fiftieth of the time and BYTES_PER_S of the disk.  An older file only means that more of
 * the change log is applied after a start.
 *
 * The file is not trusted.  While it is tried, a mark lies beside it (catalog.trying) until the watcher has finished
 * one round of work.  A start that finds the mark knows that the start before it died of the file, and renames the
 * file to catalog.bad.  A file that was refused is renamed as well. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "watch/watch.h"

#define SAVE_EVERY_US (3 * CLOCK_SECOND)
#define CONFIRM_EVERY_US (60 * CLOCK_SECOND) /* without a change */
#define SAVE_SHARE 50 /* pause after a save, in multiples of its duration */
#define BYTES_PER_S (4 << 20)

#define PATH_MAX_BYTES 4096

static bool path_make(const struct watcher *w, const char *end, char *out, size_t cap)
{
  return *w->config->state_dir && (size_t)snprintf(out, cap, "%s/catalog%s", w->config->state_dir, end) < cap;
}

static void set_aside(const char *path, const char *bad, const char *why)
{
  if (rename(path, bad) == 0)
    log_warn("%s is set aside as %s, because %s: everything is read from the database", path, bad, why);
  else
    log_error("%s is not used, because %s, and cannot be set aside: %s", path, why, strerror(errno));
}

static bool mark_make(const char *mark)
{
  int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

bool watch_file_load(struct watcher *w)
{
  char path[PATH_MAX_BYTES], mark[PATH_MAX_BYTES], bad[PATH_MAX_BYTES];
  if (!path_make(w, "", path, sizeof path) || !path_make(w, ".trying", mark, sizeof mark) ||
      !path_make(w, ".bad", bad, sizeof bad) || access(path, F_OK) != 0)
    return false;
  if (access(mark, F_OK) == 0) {
    set_aside(path, bad, "a start died of it");
    unlink(mark);
    return false;
  }
  w->file_marked = mark_make(mark); /* without a mark, on a full disk for example, the file is tried all the same */
  enum err err = catalog_load(w->writer, path);
  if (err == ERR_INVALID)
    set_aside(path, bad, "it was refused");
  else if (err != ERR_OK && err != ERR_NOT_FOUND)
    log_warn("%s is not used: everything is read from the database", path);
  if (err != ERR_OK)
    watch_file_unmark(w);
  return err == ERR_OK;
}

void watch_file_unmark(struct watcher *w)
{
  char mark[PATH_MAX_BYTES];
  if (w->file_marked && path_make(w, ".trying", mark, sizeof mark))
    unlink(mark);
  w->file_marked = false;
}

static int64_t pause_us(const char *path, int64_t took_us)
{
  struct stat st;
  int64_t pause = SAVE_EVERY_US;
  if (pause < SAVE_SHARE * took_us)
    pause = SAVE_SHARE * took_us;
  if (stat(path, &st) == 0 && pause < st.st_size * CLOCK_SECOND / BYTES_PER_S)
    pause = st.st_size * CLOCK_SECOND / BYTES_PER_S;
  return pause;
}

void watch_file_save(struct watcher *w, bool now)
{
  char path[4096];
  int64_t began_us = clock_mono_us();
  if (!w->state.ready || !path_make(w, "", path, sizeof path))
    return;
  if (!now && (began_us < w->save_after_us || (!w->unsaved && began_us < w->save_after_us + CONFIRM_EVERY_US)))
    return;
  if (mkdir(w->config->state_dir, 0750) != 0 && errno != EEXIST)
    log_debug("%s: cannot be created", w->config->state_dir);
  enum err err = now ? catalog_save_now(w->writer, path) : catalog_save(w->writer, path);
  if (err != ERR_OK && err != ERR_RETRY && err != ERR_IO) /* IO was logged where it happened */
    log_error("%s cannot be saved: %s", path, err_text(err));
  w->file_trouble[0] = 0;
  if (catalog_save_refused(w->writer))
    snprintf(w->file_trouble, sizeof w->file_trouble,
             "%.200s cannot be saved: the log says why; a pool that starts while the database is away has nothing to serve", path);
  int64_t took_us = clock_mono_us() - began_us;
  log_debug("%s: saved in %.3f s", path, (double)took_us / 1e6);
  w->unsaved = err != ERR_OK;
  w->save_after_us = clock_mono_us() + pause_us(path, took_us);
}
