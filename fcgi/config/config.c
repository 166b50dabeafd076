/* Fills a struct config from the table of keys (CONFIG_KEYS in config.h) and a file.  Fields are written through their
 * offsets in the struct, so that the table is the only list of keys. */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/file.h"
#include "config/config_check.h"
#include "config/config_text.h"

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
#define NAME_MOST 63 /* bytes of a key */
#define NAME_FITS(key, ...) _Static_assert(sizeof #key <= NAME_MOST + 1, "a key is longer than NAME_MOST");
CONFIG_KEYS(NAME_FITS, NAME_FITS, NAME_FITS)

/* The state of one reading. */
struct reading {
  struct config_text text;
  struct config *config;
};

static const struct key *key_find(struct span name)
{
  for (size_t i = 0; i < KEYS; i++)
    if (span_eq(span_z(keys[i].name), name))
      return &keys[i];
  return NULL;
}

/* Changes of single bytes that make one name of the other, letters of either case being equal. */
static size_t distance(struct span a, struct span b)
{
  size_t row[NAME_MOST + 1];
  for (size_t j = 0; j <= b.n; j++)
    row[j] = j;
  for (size_t i = 0; i < a.n; i++) {
    size_t corner = row[0]++;
    for (size_t j = 0; j < b.n; j++) {
      size_t changed = corner + (strncasecmp(a.p + i, b.p + j, 1) != 0), least = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;
      corner = row[j + 1];
      row[j + 1] = changed < least ? changed : least;
    }
  }
  return row[b.n];
}

/* The key that was probably meant: the nearest one, at most two changes and a third of the name away.  NULL: none. */
static const struct key *key_near(struct span name)
{
  const struct key *near = NULL;
  size_t least = name.n / 3 < 2 ? name.n / 3 + 1 : 3;
  for (size_t i = 0; i < KEYS && name.n <= NAME_MOST; i++) {
    size_t d = distance(name, span_z(keys[i].name));
    if (d < least) {
      near = &keys[i];
      least = d;
    }
  }
  return near;
}

static void unknown_report(struct config_text *t, const struct config_entry *e)
{
  const struct key *near = key_near(e->key);
  if (near)
    config_text_fault(t, e->line, "there is no key %.*s: did you mean %s?", SPAN_ARG(e->key), near->name);
  else
    config_text_fault(t, e->line, "there is no key %.*s: remove it, or find the right key in `man diptych`", SPAN_ARG(e->key));
}

static bool word_set(struct config *c, const struct key *k, const char *value)
{
  char *copy = strdup(value), *old;
  if (!copy)
    return false;
  memcpy(&old, (char *)c + k->offset, sizeof old);
  free(old);
  memcpy((char *)c + k->offset, &copy, sizeof copy);
  return true;
}

static void int_set(struct config *c, const struct key *k, int64_t v)
{
  memcpy((char *)c + k->offset, &v, sizeof v);
}

static void flag_set(struct config *c, const struct key *k, bool v)
{
  memcpy((char *)c + k->offset, &v, sizeof v);
}

static bool defaults_set(struct config *c)
{
  for (size_t i = 0; i < KEYS; i++) {
    const struct key *k = &keys[i];
    if (k->kind == KIND_WORD && !word_set(c, k, k->word))
      return false;
    if (k->kind == KIND_INT)
      int_set(c, k, k->fallback);
    if (k->kind == KIND_FLAG)
      flag_set(c, k, k->fallback != 0);
  }
  return true;
}

static bool may_be_auto(const struct key *k)
{
  return k->offset == AT(workers);
}

/* Modes are written in octal. */
static const char *key_format(const struct key *k)
{
  return strcmp(k->name, "socket_mode") == 0 ? "%#llo" : "%lld";
}

static void word_take(struct reading *r, const struct key *k, const struct config_entry *e)
{
  const char *cure = config_word_fault(k->name, e->value);
  if (cure)
    config_text_fault(&r->text, e->line, "%s = \"%s\" is not valid: %s", k->name, e->value, cure);
  else if (!word_set(r->config, k, e->value))
    config_text_fault(&r->text, e->line, "out of memory");
}

static void int_take(struct reading *r, const struct key *k, const struct config_entry *e)
{
  char *end, least[32], most[32];
  const char *also = may_be_auto(k) ? ", or auto" : "";
  if (may_be_auto(k) && strcmp(e->value, "auto") == 0) {
    int_set(r->config, k, CONFIG_WORKERS_AUTO);
    return;
  }
  errno = 0;
  long long v = strtoll(e->value, &end, 0);
  snprintf(least, sizeof least, key_format(k), (long long)k->least);
  snprintf(most, sizeof most, key_format(k), (long long)k->most);
  if (end == e->value || *end)
    config_text_fault(&r->text, e->line, "%s = %s is not valid: write a number, %s to %s%s", k->name, e->value, least, most, also);
  else if (errno == ERANGE || v < k->least || v > k->most)
    config_text_fault(&r->text, e->line, "%s = %s is out of range: write %s to %s%s (%s)", k->name, e->value, least, most, also,
                      k->text);
  else
    int_set(r->config, k, v);
}

static void flag_take(struct reading *r, const struct key *k, const struct config_entry *e)
{
  static const char *const words[][2] = {{"true", "false"}, {"yes", "no"}, {"on", "off"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    for (int no = 0; no < 2; no++)
      if (strcasecmp(e->value, words[i][no]) == 0) {
        flag_set(r->config, k, !no);
        return;
      }
  config_text_fault(&r->text, e->line, "%s = %s is not valid: write true or false", k->name, e->value);
}

static void entry_take(struct reading *r, const struct config_entry *e)
{
  const struct key *k = key_find(e->key);
  if (!k) {
    unknown_report(&r->text, e);
    return;
  }
  size_t *set_in = &r->config->lines[k - keys];
  if (*set_in)
    fprintf(r->text.why, "%s:%zu: %s was already set in line %zu: this line counts\n", r->text.path, e->line, k->name,
            *set_in);
  *set_in = e->line;
  if (k->kind == KIND_WORD)
    word_take(r, k, e);
  else if (k->kind == KIND_INT)
    int_take(r, k, e);
  else
    flag_take(r, k, e);
}

static size_t line_find(const void *config, const char *key)
{
  const struct config *c = config;
  return c->lines[key_find(span_z(key)) - keys];
}

void config_blame(const struct config *c, const char *key, FILE *why)
{
  size_t line = line_find(c, key);
  int error = errno;
  if (!c->path) /* a configuration that no file has */
    return;
  fprintf(why, "%s:", c->path);
  if (line)
    fprintf(why, "%zu:", line);
  fputc(' ', why);
  errno = error;
}

/* Relations between keys are checked only when every line is valid. */
static unsigned text_take(struct config *c, struct span text, FILE *why)
{
  struct reading r = {.text = config_text_of(text, c->path, why), .config = c};
  struct config_entry e;
  while (config_text_next(&r.text, &e))
    entry_take(&r, &e);
  config_text_free(&r.text);
  if (!clock_parse(span_z(c->as_of), &c->as_of_us))
    c->as_of_us = CLOCK_NEVER;
  return r.text.faults ? r.text.faults : config_relations_check(c, line_find, c, why);
}

static struct config *read_with(enum config_secrets secrets, const char *path, FILE *why)
{
  struct config *c = NULL;
  struct buf text = BUF_INIT;
  if (config_text_read(&text, path, why)) {
    c = calloc(1, sizeof *c);
    if (!c || !(c->path = strdup(path)) || !defaults_set(c)) {
      fprintf(why, "%s: out of memory\n", path);
      config_free(&c);
    } else {
      c->secrets = secrets;
      if (text_take(c, buf_view(&text), why))
        config_free(&c);
    }
  }
  buf_free(&text);
  return c;
}

struct config *config_read(const char *path, FILE *why)
{
  return read_with(CONFIG_SECRETS_POOL, path, why);
}

struct config *config_read_import(const char *path, FILE *why)
{
  return read_with(CONFIG_SECRETS_IMPORT, path, why);
}

char *config_control(const char *path)
{
  struct buf text = {.max = CONFIG_TEXT_MOST};
  struct config_entry e;
  char *control = NULL;
  if (file_read(&text, path)) {
    struct config_text t = config_text_of(buf_view(&text), path, NULL);
    t.watched = SPAN("control");
    control = strdup(key_find(SPAN("control"))->word);
    while (control && config_text_next(&t, &e))
      if (span_eq(e.key, SPAN("control")) && *e.value) {
        free(control);
        control = strdup(e.value);
      }
    if (t.watched_faulty) { /* the default may belong to another pool */
      free(control);
      control = NULL;
    }
    config_text_free(&t);
  }
  buf_free(&text);
  return control;
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
