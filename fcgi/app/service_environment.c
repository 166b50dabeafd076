#include "app/service_environment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define ENVIRONMENT_MOST ((size_t)1 << 20)
#define CREDENTIAL_MOST ((size_t)1 << 20) /* as systemd */

static void variable_set(struct span name, struct span value)
{
  char *n = strndup(name.n ? name.p : "", name.n), *v = strndup(value.n ? value.p : "", value.n);
  if (n && *n && v)
    setenv(n, v, 1);
  free(n);
  free(v);
}

void service_environment_words(struct span words)
{
  while ((words = span_trim(words)).n) {
    bool quoted = words.p[0] == '"';
    words = span_from(words, quoted);
    struct span value = span_split(&words, quoted ? '"' : ' ');
    if (span_find(value, '=') < value.n) {
      struct span name = span_split(&value, '=');
      variable_set(name, value);
    }
  }
}

/* One pair of quotes around the value is removed, and backslashes within double quotes or none. */
static void line_take(struct span line)
{
  struct span value = span_trim(line), name = span_trim(span_split(&value, '='));
  struct buf text = BUF_INIT;
  value = span_trim(value);
  char quote = value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') && value.p[value.n - 1] == value.p[0] ? value.p[0] : 0;
  if (quote)
    value = span_of(value.p + 1, value.n - 2);
  for (size_t i = 0; i < value.n; i++) {
    if (value.p[i] == '\\' && quote != '\'' && i + 1 < value.n)
      i++;
    buf_putc(&text, value.p[i]);
  }
  if (!text.failed)
    variable_set(name, buf_view(&text));
  buf_free(&text);
}

static bool file_take(const char *path)
{
  struct buf text = {.max = ENVIRONMENT_MOST};
  bool read = file_read(&text, path);
  for (struct span rest = buf_view(&text); read && rest.n;) {
    struct span line = span_trim(span_split(&rest, '\n'));
    if (line.n && line.p[0] != '#' && line.p[0] != ';' && span_find(line, '=') < line.n)
      line_take(line);
  }
  buf_free(&text);
  return read;
}

/* The next word of a list, without its blanks; false: there is none. */
static bool word_next(const char **list, char *out, size_t cap)
{
  *list += strspn(*list, " ");
  size_t n = strcspn(*list, " ");
  snprintf(out, cap, "%.*s", (int)n, *list);
  *list += n;
  return n > 0;
}

bool service_environment_files(const char *list, FILE *why)
{
  char word[PATH_MAX];
  while (word_next(&list, word, sizeof word)) {
    bool optional = word[0] == '-';
    if (file_take(word + optional) || optional)
      continue;
    fprintf(why, "account    EnvironmentFile=%s: %s: systemd would not start the service\n", word, strerror(errno));
    return false;
  }
  return true;
}

static bool bytes_write(int fd, struct span bytes)
{
  while (bytes.n) {
    ssize_t n = write(fd, bytes.p, bytes.n);
    if (n < 0 && errno != EINTR)
      return false;
    bytes = span_from(bytes, n > 0 ? (size_t)n : 0);
  }
  return true;
}

struct placing {
  int folder_fd;
  uid_t uid;
  gid_t gid;
};

static bool copy_place(const struct placing *p, const char *id, const char *source)
{
  struct buf text = {.max = CREDENTIAL_MOST};
  int fd = file_read(&text, source) ? openat(p->folder_fd, id, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400) : -1;
  bool placed = fd >= 0 && bytes_write(fd, buf_view(&text)) && fchown(fd, p->uid, p->gid) == 0;
  if (fd >= 0)
    close(fd);
  buf_free(&text);
  return placed || errno == EEXIST; /* a drop-in names it again */
}

/* A credential without an absolute path is looked for where systemd does. */
static bool credential_place(const struct placing *p, const char *id, const char *path)
{
  static const char *const stores[] = {"/etc/credstore", "/run/credstore", "/usr/lib/credstore"};
  char source[PATH_MAX];
  if (*path == '/')
    return copy_place(p, id, path);
  for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
    snprintf(source, sizeof source, "%s/%s", stores[i], *path ? path : id);
    if (access(source, F_OK) == 0)
      return copy_place(p, id, source);
  }
  errno = ENOENT;
  return false;
}

static bool credentials_copy(const struct placing *p, const char *list, FILE *why)
{
  char word[PATH_MAX];
  while (word_next(&list, word, sizeof word)) {
    char *colon = strchr(word, ':'), *path = colon ? colon + 1 : word + strlen(word);
    if (colon)
      *colon = 0;
    if (!*word || strchr(word, '/') || credential_place(p, word, path))
      continue;
    fprintf(why, "account    the unit's credential %s%s%s: %s\n", word, *path ? " from " : "", path, strerror(errno));
    if (errno == ENOENT && *path == '/')
      return false;
  }
  return true;
}

bool service_credentials_place(const char *list, uid_t uid, gid_t gid, char folder[SERVICE_CREDENTIALS_FOLDER], FILE *why)
{
  struct placing p = {-1, uid, gid};
  if (!list[strspn(list, " ")])
    return true;
  bool memory = access("/dev/shm", W_OK | X_OK) == 0;
  snprintf(folder, SERVICE_CREDENTIALS_FOLDER, "%s/diptych-check-XXXXXX", memory ? "/dev/shm" : "/tmp");
  if (!mkdtemp(folder))
    *folder = 0;
  else
    p.folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool placed = p.folder_fd >= 0 && fchown(p.folder_fd, uid, gid) == 0 && setenv("CREDENTIALS_DIRECTORY", folder, 1) == 0;
  if (!placed)
    fprintf(why, "account    cannot copy the unit's credentials: %s\n", strerror(errno));
  placed = placed && credentials_copy(&p, list, why);
  if (p.folder_fd >= 0)
    close(p.folder_fd);
  return placed;
}

void service_credentials_remove(const char *folder)
{
  DIR *d = *folder ? opendir(folder) : NULL;
  for (struct dirent *e; d && (e = readdir(d));)
    if (*e->d_name != '.')
      unlinkat(dirfd(d), e->d_name, 0);
  if (d)
    closedir(d);
  if (*folder)
    rmdir(folder);
}
