#include "app/check_places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "pool/listener_try.h"
#include "pool/log_file.h"

struct places {
  const struct config *config;
  const struct service_unit *unit;
  FILE *out;
  bool served; /* a running pool holds the control socket */
};

enum folder_state { FOLDER_READY, FOLDER_MADE_LATER, FOLDER_FAULTY };

static bool parent_there(const char *folder)
{
  struct stat st;
  const char *slash = strrchr(folder, '/');
  char *parent = !slash ? NULL : strndup(folder, slash == folder ? 1 : (size_t)(slash - folder));
  bool there = parent && stat(parent, &st) == 0 && S_ISDIR(st.st_mode);
  free(parent);
  return there;
}

static enum folder_state folder_check(const struct places *p, const char *what, const char *folder)
{
  struct stat st;
  const char *forbidden = *p->unit->path ? service_unit_forbids(p->unit, folder) : NULL;
  bool there = stat(folder, &st) == 0;
  if (forbidden) {
    fprintf(p->out, "%-10s %s: %s\n", what, folder, forbidden);
    return FOLDER_FAULTY;
  }
  if (!there && service_unit_makes(p->unit, folder)) { /* EACCES: /var/lib/private of a dynamic account */
    fprintf(p->out, "%-10s %s: systemd makes this folder when the service starts\n", what, folder);
    return FOLDER_MADE_LATER;
  }
  if (!there && errno == ENOENT && p->unit->own_account && parent_there(folder)) {
    fprintf(p->out, "%-10s %s: a start makes this folder\n", what, folder);
    return FOLDER_MADE_LATER;
  }
  if (there && !S_ISDIR(st.st_mode))
    errno = ENOTDIR;
  else if (access(folder, W_OK | X_OK) == 0)
    return FOLDER_READY;
  fprintf(p->out, "%-10s %s: %s: make the folder, and let %s write to it\n", what, folder, strerror(errno),
          p->unit->account);
  return FOLDER_FAULTY;
}

static bool has_room(const struct places *p, const char *what, const char *folder)
{
  struct statvfs fs;
  if (statvfs(folder, &fs) != 0 || (fs.f_bavail && (fs.f_favail || !fs.f_files)))
    return true;
  fprintf(p->out, "%-10s %s: %s: make room there\n", what, folder, strerror(ENOSPC));
  return false;
}

/* The caller frees it.  NULL: no memory. */
static char *folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  return !slash ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static enum folder_state folder_of_check(const struct places *p, const char *what, const char *path)
{
  char *folder = folder_of(path);
  enum folder_state state = folder ? folder_check(p, what, folder) : FOLDER_FAULTY;
  free(folder);
  return state;
}

static bool unix_check(struct places *p, const char *what, const char *path)
{
  struct buf why = BUF_INIT;
  pid_t owner = 0;
  enum folder_state folder = folder_of_check(p, what, path);
  if (folder != FOLDER_READY)
    return folder == FOLDER_MADE_LATER;
  enum listener_state state = listener_try_unix(path, &owner, &why);
  if (state == LISTENER_SERVED) {
    fprintf(p->out, "%-10s %s: a running pool, process %d, listens there\n", what, path, (int)owner);
    p->served = true;
  } else if (state == LISTENER_DEAF)
    fprintf(p->out, "%-10s %s: process %d should listen there, but nobody can connect: its log says why\n", what, path, (int)owner);
  else if (state != LISTENER_FREE)
    fprintf(p->out, "%-10s %s: a start by %s would fail\n", what, buf_z(&why), p->unit->account);
  buf_free(&why);
  return state == LISTENER_FREE || state == LISTENER_SERVED;
}

static bool tcp_check(const struct places *p, const char *what, const char *address)
{
  struct buf why = BUF_INIT;
  enum listener_state state = listener_try_tcp(address, &why);
  bool own = state == LISTENER_TAKEN && p->served;
  if (own)
    fprintf(p->out, "%-10s %s: the running pool listens there\n", what, address);
  else if (state != LISTENER_FREE)
    fprintf(p->out, "%-10s %s: stop the program that listens there, or choose another address\n", what, buf_z(&why));
  buf_free(&why);
  return own || state == LISTENER_FREE;
}

static bool listen_check(struct places *p)
{
  const char *address = p->config->listen;
  if (p->unit->socket) {
    fprintf(p->out, "%-10s diptych.socket is enabled: systemd opens the socket for nginx, and listen is not used\n", "listen");
    return true;
  }
  return strchr(address, '/') ? unix_check(p, "listen", address) : tcp_check(p, "listen", address);
}

static bool metrics_check(struct places *p)
{
  const char *address = p->config->metrics_listen;
  if (!*address)
    return true;
  return strchr(address, '/') ? unix_check(p, "metrics", address) : tcp_check(p, "metrics", address);
}

/* The file is tried without making it. */
static bool request_log_check(const struct places *p)
{
  const char *path = log_file_path(p->config);
  if (!path)
    return true;
  if (access(path, F_OK) != 0)
    return folder_of_check(p, "log", path) != FOLDER_FAULTY;
  if (access(path, W_OK) == 0)
    return true;
  fprintf(p->out, "%-10s %s: %s: let %s write to it\n", "log", path, strerror(errno), p->unit->account);
  return false;
}

bool check_places(const struct config *c, const struct service_unit *u, FILE *out)
{
  struct places p = {.config = c, .unit = u, .out = out};
  bool control = unix_check(&p, "control", c->control);
  bool listen = listen_check(&p);
  bool metrics = metrics_check(&p);
  bool pid = !*c->pid_file || folder_of_check(&p, "pid_file", c->pid_file) != FOLDER_FAULTY;
  if (*c->state_dir && (folder_check(&p, "state", c->state_dir) == FOLDER_FAULTY || !has_room(&p, "state", c->state_dir)))
    fputs("           without it the pool serves, but cannot start while the database is away\n", out);
  return request_log_check(&p) && control && listen && metrics && pid;
}
