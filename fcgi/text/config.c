/* Reads the configuration with libconfuse.  The table in config.h drives everything; what libconfuse
 * cannot know (ranges, the form of addresses and times) is checked by `check_option` while the line
 * number is still known, so each message names file and line. */
#include "text/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum kind { KIND_WORD, KIND_INT, KIND_FLAG };

struct key {
  const char *name, *word, *text;
  enum kind kind;
  int64_t fallback, least, most;
  size_t offset;
};

#define AT(key) offsetof(struct config, key)
#define KEY_WORD(key, fallback, text) {#key, fallback, text, KIND_WORD, 0, 0, 0, AT(key)},
#define KEY_INT(key, fallback, least, most, text) {#key, NULL, text, KIND_INT, fallback, least, most, AT(key)},
#define KEY_FLAG(key, fallback, text) {#key, NULL, text, KIND_FLAG, fallback, 0, 1, AT(key)},
static const struct key keys[] = {CONFIG_KEYS(KEY_WORD, KEY_INT, KEY_FLAG)};
#define KEYS (sizeof keys / sizeof *keys)

/* libconfuse's callbacks carry no user pointer: where the reader's messages go while it reads. */
static FILE *messages;
static unsigned faults;

static void fault(const cfg_t *cfg, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fault_v(const cfg_t *cfg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void fault_v(const cfg_t *cfg, const char *format, va_list args)
{
  faults++;
  fprintf(messages, "%s:%d: ", cfg->filename ? cfg->filename : "configuration", cfg->line);
  vfprintf(messages, format, args);
  fputc('\n', messages);
}

static void fault(const cfg_t *cfg, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  fault_v(cfg, format, args);
  va_end(args);
}

/* What to do about libconfuse's own sentences, by a part of each. */
static const char *const cures[][2] = {
    {"no such option", ": remove it, or see `man diptych` for the keys there are"},
    {"invalid integer", ": write a number, without quotes"},
    {"invalid boolean", ": write true or false"},
    {"missing equal sign", ": write key = value"},
    {"unexpected token", ": write key = value, and # before a comment"},
    {"premature end", ": a quote is opened and never closed, or a key has no value"},
    {"unterminated string", ": close the quote that is open here"},
};

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
  char sentence[512];
  const char *cure = "";
  vsnprintf(sentence, sizeof sentence, format, args);
  for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
    if (strstr(sentence, cures[i][0]))
      cure = cures[i][1];
  fault(cfg, "%s%s", sentence, cure);
}

/* A mode is written as people write modes. */
static const char *key_format(const struct key *k)
{
  return strcmp(k->name, "socket_mode") == 0 ? "%#llo" : "%lld";
}

static void key_range_fault(const cfg_t *cfg, const struct key *k, long v)
{
  char least[32], most[32];
  snprintf(least, sizeof least, key_format(k), (long long)k->least);
  snprintf(most, sizeof most, key_format(k), (long long)k->most);
  fault(cfg, "%s = %ld is out of range: write %s to %s (%s)", k->name, v, least, most, k->text);
}

static const struct key *key_find(const char *name)
{
  for (size_t i = 0; i < KEYS; i++)
    if (strcmp(keys[i].name, name) == 0)
      return &keys[i];
  return NULL;
}

/* host:port; without a port only where there is a usual one. */
static bool is_address(struct span s, bool port_usual)
{
  size_t colon = s.n;
  while (colon && s.p[colon - 1] != ':')
    colon--;
  if (!colon)
    return port_usual && s.n;
  int64_t port = 0;
  for (size_t i = colon; i < s.n && port < 65536; i++)
    port = s.p[i] >= '0' && s.p[i] <= '9' ? port * 10 + (s.p[i] - '0') : 65536;
  return colon > 1 && port > 0 && port < 65536;
}

static bool are_servers(struct span list)
{
  while (list.p) {
    struct span server = span_trim(span_split(&list, ','));
    if (server.n && server.p[0] != '/' && !is_address(server, true))
      return false;
  }
  return true;
}

static const char *word_fault(const char *name, const char *value)
{
  int64_t us;
  struct span s = span_z(value);
  if (strcmp(name, "as_of") == 0 && s.n && !clock_parse(s, &us))
    return "write a UTC time like 2026-08-22T12:00:00Z, or leave it empty";
  if (strcmp(name, "base_url") == 0 && ((!span_starts(s, SPAN("http://")) && !span_starts(s, SPAN("https://"))) ||
                                        span_ends(s, SPAN("/")) || strpbrk(value, " \"<>\\^`{|}")))
    return "write scheme and host without a slash at the end, like https://example.org";
  if (strcmp(name, "listen") == 0 && !strchr(value, '/') && !is_address(s, false))
    return "write a UNIX socket's path with a / in it, or an address like 127.0.0.1:9000";
  if (strcmp(name, "memcached") == 0 && !are_servers(s))
    return "write /path/to/socket or host:port, several with commas between them";
  if (strcmp(name, "contact") == 0 && s.n && !span_starts(s, SPAN("mailto:")) && !span_starts(s, SPAN("https://")))
    return "write a mailto: or https: address";
  if (strcmp(name, "log_level") == 0 && strcmp(value, "error") && strcmp(value, "warn") && strcmp(value, "info") &&
      strcmp(value, "debug"))
    return "write error, warn, info or debug";
  return NULL;
}

static int check_option(cfg_t *cfg, cfg_opt_t *opt)
{
  const struct key *key = key_find(opt->name);
  if (key->kind == KIND_INT) {
    long v = cfg_opt_getnint(opt, 0);
    if (v < key->least || v > key->most)
      key_range_fault(cfg, key, v);
  } else if (key->kind == KIND_WORD) {
    const char *value = cfg_opt_getnstr(opt, 0);
    const char *why = value ? word_fault(opt->name, value) : NULL;
    if (why)
      fault(cfg, "%s = \"%s\" is not valid: %s", opt->name, value, why);
  }
  return 0;
}

static cfg_opt_t *options_new(void)
{
  cfg_opt_t *opts = calloc(KEYS + 1, sizeof *opts);
  for (size_t i = 0; opts && i < KEYS; i++) {
    const struct key *k = &keys[i];
    cfg_opt_t opt_word = CFG_STR(k->name, k->word, CFGF_NONE);
    cfg_opt_t opt_int = CFG_INT(k->name, (long)k->fallback, CFGF_NONE);
    cfg_opt_t opt_flag = CFG_BOOL(k->name, k->fallback ? cfg_true : cfg_false, CFGF_NONE);
    opts[i] = k->kind == KIND_WORD ? opt_word : k->kind == KIND_INT ? opt_int : opt_flag;
  }
  if (opts) {
    cfg_opt_t end = CFG_END();
    opts[KEYS] = end;
  }
  return opts;
}

static bool fields_take(struct config *c, cfg_t *cfg)
{
  for (size_t i = 0; i < KEYS; i++) {
    char *at = (char *)c + keys[i].offset;
    if (cfg_size(cfg, keys[i].name) != 1) /* libconfuse says nothing when it has no memory for a default */
      return false;
    if (keys[i].kind == KIND_WORD) {
      const char *value = cfg_getstr(cfg, keys[i].name);
      char *copy = value ? strdup(value) : NULL;
      if (!copy)
        return false;
      memcpy(at, &copy, sizeof copy);
    } else if (keys[i].kind == KIND_INT) {
      int64_t v = cfg_getint(cfg, keys[i].name);
      memcpy(at, &v, sizeof v);
    } else {
      bool v = cfg_getbool(cfg, keys[i].name);
      memcpy(at, &v, sizeof v);
    }
  }
  return true;
}

static void password_from_file(struct config *c)
{
  char line[256] = "";
  FILE *f;
  if (!*c->mysql_password_file)
    return;
  if (!(f = fopen(c->mysql_password_file, "re")) || (!fgets(line, sizeof line, f) && ferror(f))) {
    faults++;
    fprintf(messages, "%s: mysql_password_file %s: %s: name a file that this account may read\n", c->path,
            c->mysql_password_file, strerror(errno));
  } else {
    line[strcspn(line, "\r\n")] = 0;
    char *password = strdup(line);
    if (password) {
      free(c->mysql_password);
      c->mysql_password = password;
    } else {
      faults++;
      fprintf(messages, "%s: out of memory\n", c->path);
    }
  }
  if (f)
    fclose(f);
}

/* A word about it now is better than the library's at every connection. */
static void tls_check(const struct config *c)
{
  const struct {
    const char *name, *path;
  } files[] = {{"mysql_tls_ca", c->mysql_tls_ca}, {"mysql_tls_cert", c->mysql_tls_cert}, {"mysql_tls_key", c->mysql_tls_key}};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    if (!*files[i].path)
      continue;
    if (!c->mysql_tls || access(files[i].path, R_OK) != 0) {
      faults++;
      fprintf(messages, "%s: %s = \"%s\": %s\n", c->path, files[i].name, files[i].path,
              c->mysql_tls ? strerror(errno) : "set mysql_tls = true too, or nothing is encrypted");
    }
  }
  if (!*c->mysql_tls_cert != !*c->mysql_tls_key) {
    faults++;
    fprintf(messages, "%s: mysql_tls_cert and mysql_tls_key need each other\n", c->path);
  }
}

static void relations_check(const struct config *c)
{
  if (c->workers_min > c->workers_max || c->workers < c->workers_min || c->workers > c->workers_max) {
    faults++;
    fprintf(messages, "%s: workers = %lld must lie between workers_min = %lld and workers_max = %lld\n", c->path,
            (long long)c->workers, (long long)c->workers_min, (long long)c->workers_max);
  }
  if (*c->memcached && strlen(c->cache_secret) < 16) {
    faults++;
    fprintf(messages, "%s: cache_secret must have 16 characters or more when memcached is set: write a random word, "
                      "the same on every machine of the site\n", c->path);
  }
}

static struct config *config_take(cfg_t *cfg, const char *path)
{
  struct config *c = calloc(1, sizeof *c);
  if (!c || !(c->path = strdup(path)) || !fields_take(c, cfg)) {
    fprintf(messages, "%s: out of memory\n", path);
    config_free(&c);
    return NULL;
  }
  if (!clock_parse(span_z(c->as_of), &c->as_of_us))
    c->as_of_us = CLOCK_NEVER;
  password_from_file(c);
  relations_check(c);
  tls_check(c);
  if (faults)
    config_free(&c);
  return c;
}

struct config *config_read(const char *path, FILE *why)
{
  struct config *c = NULL;
  cfg_opt_t *opts = options_new();
  cfg_t *cfg = opts ? cfg_init(opts, CFGF_NONE) : NULL;
  messages = why;
  faults = 0;
  if (!cfg) {
    fprintf(why, "%s: out of memory\n", path);
    free(opts);
    return NULL;
  }
  cfg_set_error_function(cfg, on_error);
  for (size_t i = 0; i < KEYS; i++)
    cfg_set_validate_func(cfg, keys[i].name, check_option);
  int got = cfg_parse(cfg, path);
  if (got == CFG_FILE_ERROR)
    fprintf(why, "%s: %s: name a readable file with --config FILE\n", path, strerror(errno));
  else if (got == CFG_SUCCESS)
    c = config_take(cfg, path);
  cfg_free(cfg);
  free(opts);
  return c;
}

void config_free(struct config **c)
{
  if (!*c)
    return;
  for (size_t i = 0; i < KEYS; i++)
    if (keys[i].kind == KIND_WORD) {
      char *word;
      memcpy(&word, (char *)*c + keys[i].offset, sizeof word);
      free(word);
    }
  free((*c)->path);
  free(*c);
  *c = NULL;
}

int64_t config_now_us(const struct config *c)
{
  return c->as_of_us == CLOCK_NEVER ? clock_now_us() : c->as_of_us;
}

void config_sample(FILE *out)
{
  fputs("# diptych.conf: every key with its default.  Remove the # before a key to change it.\n", out);
  for (size_t i = 0; i < KEYS; i++) {
    const struct key *k = &keys[i];
    fprintf(out, "\n# %s\n", k->text);
    if (k->kind == KIND_WORD)
      fprintf(out, "#%s = \"%s\"\n", k->name, k->word);
    else if (k->kind == KIND_INT) {
      fprintf(out, "#%s = ", k->name);
      fprintf(out, key_format(k), (long long)k->fallback);
      fputc('\n', out);
    } else
      fprintf(out, "#%s = %s\n", k->name, k->fallback ? "true" : "false");
  }
}
