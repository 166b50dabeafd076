/* Saves the state file: writes a temporary file, syncs and renames it.  When the file holds the current publication
 * already, only its header is written again, with the new times.  A large catalog would stop the watcher for a second,
 * so a child process writes it, one at a time, with long pauses. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/title.h"
#include "catalog/catalog_file.h"

#define SAVE_BACKGROUND_BYTES ((size_t)16 << 20) /* of records; more are written by a child process */
#define SAVE_SHARE 20                          /* pause after a child, in multiples of its duration */
#define SAVE_PAUSE_MOST_US (300 * CLOCK_SECOND)

static struct catalog_file_header header_of(const struct catalog_writer *w)
{
  struct catalog_file_header h = {.magic = "diptych", .format = CATALOG_FILE_FORMAT, .layout = catalog_file_layout(),
                          .heap_from = catalog_heap_start(), .heap_top = w->next.heap_top,
                          .products = w->next.products, .n_by_slug = w->n_by_slug, .n_gaps = w->position.n_gaps,
                          .publication = w->next.publication, .window_us = w->next.window_us,
                          .saved_us = clock_now_us(), .confirmed_us = atomic_load(&w->c->confirmed_us),
                          .site = w->next.site, .site_edited_us = w->next.site_edited_us,
                          .public_us = w->next.public_us};
  for (int k = 0; k < KIND_COUNT; k++)
    h.n_terms[k] = (uint32_t)w->n_terms[k];
  memcpy(h.incarnation, w->position.incarnation, sizeof h.incarnation);
  return h;
}

static bool folder_sync(const char *path)
{
  char folder[4096];
  const char *slash = strrchr(path, '/');
  int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  int fd = n < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  bool ok = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return ok;
}

static bool file_write(struct catalog_writer *w, int fd)
{
  struct catalog_file_header h = header_of(w);
  struct catalog_stream s;
  if (lseek(fd, sizeof h, SEEK_SET) < 0)
    return false;
  catalog_stream_open(&s, fd, true);
  catalog_stream_body(&s, w, &h);
  h.body_sum = XXH64_digest(&s.sum);
  h.header_sum = catalog_file_header_sum(&h);
  return !s.failed && pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h && fsync(fd) == 0;
}

/* Writes only the times into a file that holds this publication.  The other fields stay: staged records may have grown the
 * heap beyond the file's.  false: the file must be written whole. */
static bool file_touch(struct catalog_writer *w, const char *path)
{
  struct catalog_file_header h;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  bool ok = fd >= 0 && pread(fd, &h, sizeof h, 0) == (ssize_t)sizeof h && h.publication == w->next.publication;
  ok = ok && h.header_sum == catalog_file_header_sum(&h);
  if (ok) {
    h.saved_us = clock_now_us();
    h.confirmed_us = atomic_load(&w->c->confirmed_us);
    h.header_sum = catalog_file_header_sum(&h);
    ok = pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h;
  }
  if (fd >= 0)
    close(fd);
  return ok;
}

/* false: the half was retired and may have been emptied while the child wrote it, so the file is not usable. */
static bool half_valid(const struct catalog_writer *w)
{
  int64_t retired_us = atomic_load(&w->c->control[w->half].retired_us);
  return retired_us == 0 || clock_mono_us() - retired_us < w->c->grace_us;
}

/* 0, or the errno that failed.  EAGAIN: the half went while it was written, which is no fault. */
static int file_replace(struct catalog_writer *w, const char *path, const char *temp)
{
  errno = 0;
  int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && file_write(w, fd);
  int error = ok ? 0 : errno ? errno : EIO;
  if (fd >= 0 && close(fd) != 0 && !error)
    error = errno;
  if (!error && !half_valid(w))
    error = EAGAIN;
  if (!error && (rename(temp, path) != 0 || !folder_sync(path)))
    error = errno ? errno : EIO;
  if (error)
    unlink(temp);
  return error;
}

/* In the watcher, also for a child process: the limit of a child would end with it. */
static void failure_log(const char *path, int error)
{
  static struct log_limit limit;
  if (error == EAGAIN)
    return;
  log_limited(&limit, 60, LOG_LEVEL_ERROR,
              "%s cannot be saved: %s: %s, otherwise a pool that starts while the database is away has nothing to serve", path,
              strerror(error), error == ENOSPC || error == EDQUOT ? "make room there" : "let this account write there");
}

/* ---- the child process, which has a copy of the mirrors as of the fork */
static bool saver_start(struct catalog_writer *w, const char *path, const char *temp)
{
  pid_t parent = getpid(), pid = fork();
  if (pid < 0)
    return false;
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the next watcher starts its own child, and two must not write one file */
    if (getppid() != parent)
      _exit(EAGAIN);
    title_set("catalog file");
    _exit(file_replace(w, path, temp));
  }
  w->saver = pid;
  snprintf(w->saver_path, sizeof w->saver_path, "%s", path);
  w->saver_step = w->step;
  w->saver_began_us = clock_mono_us();
  return true;
}

static void saver_result(struct catalog_writer *w, int status)
{
  static struct log_limit limit;
  w->save_refused = status != 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == EAGAIN);
  if (WIFSIGNALED(status))
    log_limited(&limit, 60, LOG_LEVEL_ERROR, "%s cannot be saved: the process that writes it was ended by signal %d", w->saver_path,
                WTERMSIG(status));
  else if (WEXITSTATUS(status) != 0)
    failure_log(w->saver_path, WEXITSTATUS(status));
  else
    w->saved_step = w->saver_step;
}

bool catalog_saver_reap(struct catalog_writer *w, bool wait)
{
  int status;
  if (!w->saver)
    return true;
  pid_t pid = waitpid(w->saver, &status, wait ? 0 : WNOHANG);
  if (pid == 0 || (pid < 0 && errno == EINTR))
    return false;
  if (pid == w->saver)
    saver_result(w, status);
  int64_t now_us = clock_mono_us(), pause_us = SAVE_SHARE * (now_us - w->saver_began_us);
  w->saver_not_before_us = now_us + (pause_us < SAVE_PAUSE_MOST_US ? pause_us : SAVE_PAUSE_MOST_US);
  w->saver = 0;
  return true;
}

static enum err save(struct catalog_writer *w, const char *path, bool background)
{
  char temp[4096];
  if (w->step == 0)
    return ERR_NOT_FOUND;
  if (w->broken || w->switched || w->n_staged)
    return ERR_RETRY; /* only a published state is saved */
  if (w->saved_step == w->step && file_touch(w, path))
    return ERR_OK;
  if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp)
    return ERR_INVALID;
  if (background && clock_mono_us() < w->saver_not_before_us)
    return ERR_RETRY;
  if (background && saver_start(w, path, temp))
    return ERR_OK;
  int error = file_replace(w, path, temp);
  w->save_refused = error && error != EAGAIN;
  if (error) {
    failure_log(path, error);
    return error == EAGAIN ? ERR_RETRY : ERR_IO;
  }
  w->saved_step = w->step;
  return ERR_OK;
}

bool catalog_save_refused(const struct catalog_writer *w)
{
  return w->save_refused;
}

enum err catalog_save(struct catalog_writer *w, const char *path)
{
  if (!catalog_saver_reap(w, false))
    return ERR_RETRY;
  return save(w, path, (size_t)w->next.heap_top * 8 > SAVE_BACKGROUND_BYTES);
}

enum err catalog_save_now(struct catalog_writer *w, const char *path)
{
  while (!catalog_saver_reap(w, true))
    ;
  return save(w, path, false);
}
