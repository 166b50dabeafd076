/* Reads the configuration with libconfuse, out of a text that config_text.h has found to be one.  The table
 * in config.h drives everything; what libconfuse cannot know (ranges, and config_check.h) is checked by
 * `check_option` while the line number is still known, so each message names file and line. */
#include "config/config.h"

#include <confuse.h>
#include <stdlib.h>
#include <string.h>

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

/* libconfuse's callbacks carry no user pointer: where the reader's messages go while it reads. */
static FILE *messages;
static unsigned faults;
static int set_in[KEYS]; /* the line; 0: not set yet */

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
    {"premature end", ": a key has no value"},
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

/* Somebody edits the first of two lines and wonders. */
static void note_again(const cfg_t *cfg, const struct key *key)
{
  int *line = &set_in[key - keys];
  if (*line)
    fprintf(messages, "%s:%d: %s was set in line %d already: what stands here counts\n", cfg->filename, cfg->line, key->name,
            *line);
  *line = cfg->line;
}

static int check_option(cfg_t *cfg, cfg_opt_t *opt)
{
  const struct key *key = key_find(opt->name);
  note_again(cfg, key);
  if (key->kind == KIND_INT) {
    long v = cfg_opt_getnint(opt, 0);
    if (v < key->least || v > key->most)
      key_range_fault(cfg, key, v);
  } else if (key->kind == KIND_WORD) {
    const char *value = cfg_opt_getnstr(opt, 0);
    const char *why = value ? config_word_fault(opt->name, value) : NULL;
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
  faults += config_relations_check(c, messages);
  if (faults)
    config_free(&c);
  return c;
}

/* False: it was not read to its end; what is wrong was said. */
static bool text_parse(cfg_t *cfg, const char *path, struct buf *text)
{
  buf_putc(text, '\n'); /* there is no stream over nothing */
  FILE *f = text->failed ? NULL : fmemopen(text->p, text->n, "r");
  if (!f || !(cfg->filename = strdup(path))) {
    fprintf(messages, "%s: out of memory\n", path);
    if (f)
      fclose(f);
    return false;
  }
  bool whole = cfg_parse_fp(cfg, f) == CFG_SUCCESS;
  fclose(f);
  if (!whole && !faults)
    fault(cfg, "this is not understood: write key = value");
  return whole;
}

struct config *config_read(const char *path, FILE *why)
{
  struct config *c = NULL;
  struct buf text = BUF_INIT;
  if (!config_text_read(&text, path, why)) {
    buf_free(&text);
    return NULL;
  }
  cfg_opt_t *opts = options_new();
  cfg_t *cfg = opts ? cfg_init(opts, CFGF_NONE) : NULL;
  messages = why;
  faults = 0;
  memset(set_in, 0, sizeof set_in);
  if (cfg) {
    cfg_set_error_function(cfg, on_error);
    for (size_t i = 0; i < KEYS; i++)
      cfg_set_validate_func(cfg, keys[i].name, check_option);
    text.max = 0;
    if (text_parse(cfg, path, &text))
      c = config_take(cfg, path);
    cfg_free(cfg);
  } else
    fprintf(why, "%s: out of memory\n", path);
  free(opts);
  buf_free(&text);
  return c;
}

char *config_control(const char *path)
{
  struct buf text = BUF_INIT;
  struct span at = span_z(key_find("control")->word);
  char *control = NULL;
  text.max = CONFIG_TEXT_MOST;
  if (file_read(&text, path)) {
    config_text_word(buf_view(&text), SPAN("control"), &at);
    control = strndup(at.p, at.n);
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
