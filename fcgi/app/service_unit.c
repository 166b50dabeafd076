#include "app/service_unit.h"

#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/service_environment.h"
#include "base/buf.h"
#include "base/file.h"
#include "confine/account.h"

#define NAME "diptych.service"
#define UNIT_MOST ((size_t)256 << 10)
#define NOBODY 65534 /* stands for a dynamic account that does not exist yet */

static bool same_file(const char *a, const char *b)
{
  char left[PATH_MAX], right[PATH_MAX];
  return strcmp(a, b) == 0 || (realpath(a, left) && realpath(b, right) && strcmp(left, right) == 0);
}

/* ---- reading */

struct unit_reading {
  struct service_unit *unit;
  const char *config;
  bool names_config;
};

static void word_copy(char *to, size_t cap, struct span value)
{
  snprintf(to, cap, "%.*s", SPAN_ARG(value));
}

static void words_add(char *to, struct span value)
{
  size_t n = value.n ? strlen(to) : 0; /* an empty value empties the list */
  snprintf(to + n, SERVICE_WORD - n, " %.*s", SPAN_ARG(value));
}

static void command_take(struct unit_reading *r, struct span command)
{
  char path[PATH_MAX];
  while (command.n) {
    struct span word = span_split(&command, ' ');
    if (span_eq(word, SPAN("--config")))
      word = span_split(&command, ' ');
    else if (span_starts(word, SPAN("--config=")))
      word = span_from(word, 9);
    else
      continue;
    snprintf(path, sizeof path, "%.*s", SPAN_ARG(word));
    r->names_config = same_file(path, r->config);
  }
}

static bool is_true(struct span value)
{
  return span_eq(value, SPAN("yes")) || span_eq(value, SPAN("true")) || span_eq(value, SPAN("on")) || span_eq(value, SPAN("1"));
}

static void entry_take(struct unit_reading *r, struct span key, struct span value)
{
  struct service_unit *u = r->unit;
  if (span_eq(key, SPAN("User")))
    word_copy(u->user, sizeof u->user, value);
  else if (span_eq(key, SPAN("Group")))
    word_copy(u->group, sizeof u->group, value);
  else if (span_eq(key, SPAN("DynamicUser")))
    u->dynamic = is_true(value);
  else if (span_eq(key, SPAN("ProtectSystem")))
    u->strict = span_eq(value, SPAN("strict"));
  else if (span_eq(key, SPAN("ProtectHome")))
    u->private_home = is_true(value) || span_eq(value, SPAN("tmpfs"));
  else if (span_eq(key, SPAN("RuntimeDirectory")))
    words_add(u->runtime, value);
  else if (span_eq(key, SPAN("StateDirectory")))
    words_add(u->state, value);
  else if (span_eq(key, SPAN("LogsDirectory")))
    words_add(u->logs, value);
  else if (span_eq(key, SPAN("ReadWritePaths")))
    words_add(u->writable, value);
  else if (span_eq(key, SPAN("EnvironmentFile")))
    words_add(u->environment_files, value);
  else if (span_eq(key, SPAN("LoadCredential")) || span_eq(key, SPAN("LoadCredentialEncrypted")))
    words_add(u->credentials, value);
  else if (span_eq(key, SPAN("ExecStart")) && value.n)
    command_take(r, value);
}

/* With `environment`, only the variables of Environment lines are taken. */
static bool unit_read(struct unit_reading *r, const char *path, bool environment)
{
  struct buf text = {.max = UNIT_MOST};
  bool read = file_read(&text, path);
  struct span rest = buf_view(&text);
  while (read && rest.n) {
    struct span value = span_split(&rest, '\n'), key = span_trim(span_split(&value, '='));
    if (!environment)
      entry_take(r, key, span_trim(value));
    else if (span_eq(key, SPAN("Environment")))
      service_environment_words(value);
  }
  buf_free(&text);
  return read;
}

static bool unit_read_all(struct unit_reading *r, const char *path, bool environment)
{
  static const char *const folders[] = {"/usr/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system"};
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  bool read = unit_read(r, path, environment);
  for (size_t i = 0; read && i < sizeof folders / sizeof *folders; i++) {
    char pattern[PATH_MAX];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s/%s.d/*.conf", folders[i], name);
    if (glob(pattern, 0, NULL, &found) == 0)
      for (size_t k = 0; k < found.gl_pathc; k++)
        (void)unit_read(r, found.gl_pathv[k], environment);
    globfree(&found);
  }
  return read;
}

/* `systemctl enable` makes this link. */
static bool socket_enabled(const char *path)
{
  char link[PATH_MAX];
  const char *slash = strrchr(path, '/');
  struct stat st;
  snprintf(link, sizeof link, "%.*s/sockets.target.wants/diptych.socket", (int)(slash ? slash - path : 1), slash ? path : ".");
  return lstat(link, &st) == 0 || lstat("/etc/systemd/system/sockets.target.wants/diptych.socket", &st) == 0;
}

static bool unit_try(struct service_unit *u, const char *path, const char *config, bool named)
{
  *u = (struct service_unit){.account = "this account"};
  struct unit_reading r = {.unit = u, .config = config};
  if (!unit_read_all(&r, path, false) || !(r.names_config || named)) {
    *u = (struct service_unit){.account = "this account"};
    return false;
  }
  snprintf(u->path, sizeof u->path, "%s", path);
  u->socket = socket_enabled(path);
  return true;
}

static const char *const usual[] = {"/etc/systemd/system/" NAME, "/run/systemd/system/" NAME,
                                    "/usr/local/lib/systemd/system/" NAME, "/usr/lib/systemd/system/" NAME,
                                    "/lib/systemd/system/" NAME};

bool service_unit_installed(void)
{
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (access(usual[i], F_OK) == 0)
      return true;
  return false;
}

void service_unit_find(struct service_unit *u, const char *path, const char *config)
{
  if (path) {
    (void)unit_try(u, path, config, true);
    return;
  }
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (unit_try(u, usual[i], config, false))
      return;
}

/* ---- the account */

static const char *first_word(const char *list, char *out, size_t cap)
{
  const char *at = list + strspn(list, " ");
  snprintf(out, cap, "%.*s", (int)strcspn(at, " "), at);
  return out;
}

/* A running service owns its runtime folder.  Otherwise any unused account has the same rights. */
static uid_t dynamic_uid(const struct service_unit *u)
{
  char path[SERVICE_WORD + 8], name[SERVICE_WORD];
  struct stat st;
  snprintf(path, sizeof path, "/run/%s", first_word(u->runtime, name, sizeof name));
  return *u->runtime && stat(path, &st) == 0 && st.st_uid ? st.st_uid : NOBODY;
}

bool service_unit_enter(struct service_unit *u, FILE *why)
{
  struct passwd *user = *u->user ? getpwnam(u->user) : NULL;
  struct group *group = *u->group ? getgrnam(u->group) : NULL;
  if (!*u->path)
    return true;
  struct unit_reading r = {.unit = u, .config = ""};
  (void)unit_read_all(&r, u->path, true);
  if (!service_environment_files(u->environment_files, why))
    return false;
  if (geteuid() != 0 || !(*u->user || u->dynamic))
    return service_credentials_place(u->credentials, geteuid(), getegid(), u->credentials_folder, why);
  if ((*u->user && !user && !u->dynamic) || (*u->group && !group)) {
    bool no_group = *u->group && !group;
    fprintf(why, "account    %s names the %s %s, which does not exist: create it, or name another\n", u->path,
            no_group ? "group" : "user", no_group ? u->group : u->user);
    return false;
  }
  uid_t uid = user ? user->pw_uid : dynamic_uid(u);
  gid_t gid = group ? group->gr_gid : user ? user->pw_gid : NOBODY;
  snprintf(u->account, sizeof u->account, "account %s%s%s%s", *u->user ? u->user : "of the unit", *u->group ? " (group " : "",
           u->group, *u->group ? ")" : "");
  if (!service_credentials_place(u->credentials, uid, gid, u->credentials_folder, why))
    return false;
  bool grouped = user ? initgroups(u->user, gid) == 0 : setgroups(1, &gid) == 0;
  if (!grouped || setgid(gid) != 0 || setuid(uid) != 0) {
    fprintf(why, "account    cannot become %s: %s\n", u->account, strerror(errno));
    return false;
  }
  u->entered = true;
  return true;
}

bool service_unit_enter_own(struct service_unit *u, const struct config *c, FILE *why)
{
  struct account a;
  if (*u->path || geteuid() != 0)
    return true;
  if (!account_find(&a, c, why) || !account_enter(&a, why))
    return false;
  u->entered = u->own_account = a.changes;
  if (a.changes)
    snprintf(u->group, sizeof u->group, "%s", a.group);
  if (a.changes)
    snprintf(u->account, sizeof u->account, "account %s (group %s)", a.user, a.group);
  return true;
}

void service_unit_leave(struct service_unit *u)
{
  service_credentials_remove(u->credentials_folder);
}

/* ---- folders */

static bool beneath(const char *folder, const char *above)
{
  size_t n = strlen(above);
  while (n > 1 && above[n - 1] == '/')
    n--;
  return strncmp(folder, above, n) == 0 && (!folder[n] || folder[n] == '/' || n == 1);
}

/* `itself`: the folder is one of the list; otherwise it may also lie in one. */
static bool listed(const char *list, const char *prefix, const char *folder, bool itself)
{
  char path[SERVICE_WORD + 32];
  for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
    size_t n = strcspn(at, " ");
    size_t skip = *prefix ? 0 : strspn(at, "-+");
    snprintf(path, sizeof path, "%s%.*s", prefix, (int)(n - skip), at + skip);
    if (itself ? strcmp(folder, path) == 0 : beneath(folder, path))
      return true;
    at += n;
  }
  return false;
}

bool service_unit_makes(const struct service_unit *u, const char *folder)
{
  return listed(u->runtime, "/run/", folder, true) || listed(u->runtime, "/var/run/", folder, true) ||
         listed(u->state, "/var/lib/", folder, true) || listed(u->logs, "/var/log/", folder, true);
}

const char *service_unit_forbids(const struct service_unit *u, const char *folder)
{
  bool own = listed(u->runtime, "/run/", folder, false) || listed(u->runtime, "/var/run/", folder, false) ||
             listed(u->state, "/var/lib/", folder, false) || listed(u->logs, "/var/log/", folder, false) ||
             listed(u->writable, "", folder, false);
  if (!own && u->private_home && (beneath(folder, "/home") || beneath(folder, "/root") || beneath(folder, "/run/user")))
    return "the unit hides it (ProtectHome): choose a folder of RuntimeDirectory or StateDirectory";
  if (!own && u->strict)
    return "the unit makes it read-only (ProtectSystem): choose a folder of RuntimeDirectory or StateDirectory, or add "
           "ReadWritePaths to the unit";
  return NULL;
}
