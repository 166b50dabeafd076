/* Reads catalogues, and finds messages in their sorted table. */
#include "base/messages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/messages_plural.h"

#define MAGIC 0x950412deu
#define FILE_MAX ((size_t)4 << 20)
#define HEADER_BYTES 20
#define LANGUAGES_MAX 64
#define TAG_MOST 35 /* bytes of a language tag (RFC 5646 section 4.4.1) */
#define RECENT 128 /* messages of tables */
#define CONTEXT_END '\004'

struct messages {
  struct buf file;
  bool swapped; /* the other byte order */
  uint32_t n, ids, texts; /* messages; offsets of the two tables */
  uint32_t number;
  struct plural_rule plural;
  char lang[TAG_MOST + 1];
};

uint32_t messages_generation;
static uint32_t generations;
static const struct messages *in_use;

static uint32_t word_at(const struct messages *m, size_t at)
{
  uint32_t v;
  memcpy(&v, m->file.p + at, sizeof v);
  return m->swapped ? __builtin_bswap32(v) : v;
}

/* The string at an index of a table; its NUL follows. */
static struct span string_at(const struct messages *m, uint32_t table, uint32_t i)
{
  return span_of(m->file.p + word_at(m, table + 8 * (size_t)i + 4), word_at(m, table + 8 * (size_t)i));
}

static bool table_fits(const struct messages *m, uint32_t table)
{
  size_t all = m->file.n;
  if (table > all || (all - table) / 8 < m->n)
    return false;
  for (uint32_t i = 0; i < m->n; i++) {
    size_t n = word_at(m, table + 8 * (size_t)i), at = word_at(m, table + 8 * (size_t)i + 4);
    if (at >= all || n >= all - at || m->file.p[at + n])
      return false;
  }
  return true;
}

/* false: the file is no catalogue, or its rule of plural forms is not valid. */
static bool file_take(struct messages *m)
{
  if (m->file.n < HEADER_BYTES)
    return false;
  if (word_at(m, 0) != MAGIC)
    m->swapped = true;
  if (word_at(m, 0) != MAGIC || word_at(m, 4) >> 16)
    return false;
  m->n = word_at(m, 8);
  m->ids = word_at(m, 12);
  m->texts = word_at(m, 16);
  if (!table_fits(m, m->ids) || !table_fits(m, m->texts))
    return false;
  uint64_t hash = hash_span(0, buf_view(&m->file));
  m->number = (uint32_t)(hash ^ hash >> 32) | 1;
  bool headed = m->n && !string_at(m, m->ids, 0).n;
  return plural_rule_read(&m->plural, headed ? string_at(m, m->texts, 0) : SPAN(""));
}

static int names_order(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Writes "de, en, fr": English is always there. */
static void languages_write(const char *dir, FILE *why)
{
  char *names[LANGUAGES_MAX + 1] = {strdup("en")}, path[4096];
  size_t n = 1;
  DIR *d = opendir(dir);
  for (struct dirent *e; d && n < LANGUAGES_MAX && (e = readdir(d));) {
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/" MESSAGES_DOMAIN ".mo", dir, e->d_name);
    if (e->d_name[0] != '.' && strcmp(e->d_name, "en") != 0 && access(path, R_OK) == 0)
      names[n++] = strdup(e->d_name);
  }
  if (d)
    closedir(d);
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (names[i])
      names[kept++] = names[i];
  qsort(names, kept, sizeof *names, names_order);
  for (size_t i = 0; i < kept; i++) {
    for (char *c = names[i]; *c; c++)
      *c = *c == '_' ? '-' : *c;
    fprintf(why, "%s%s", i ? ", " : "", names[i]);
    free(names[i]);
  }
}

static bool file_open(struct messages *m, char *path, size_t cap, const char *dir, struct span lang)
{
  int n = snprintf(path, cap, "%s/%.*s/LC_MESSAGES/" MESSAGES_DOMAIN ".mo", dir, SPAN_ARG(lang));
  for (char *c = path + strlen(dir); *c; c++)
    *c = *c == '-' ? '_' : *c;
  buf_clear(&m->file);
  m->file.max = FILE_MAX;
  if (n > 0 && (size_t)n < cap)
    return file_read(&m->file, path);
  errno = ENAMETOOLONG;
  return false;
}

static bool is_english(struct span tag)
{
  return span_eq(span_head(tag, span_find(tag, '-')), SPAN("en"));
}

struct messages *messages_read(const char *dir, const char *lang, FILE *why)
{
  struct messages *m = calloc(1, sizeof *m);
  struct span tag = span_z(lang);
  char path[4096];
  if (!m) {
    fputs("out of memory\n", why);
    return NULL;
  }
  snprintf(m->lang, sizeof m->lang, "%s", lang);
  bool found = file_open(m, path, sizeof path, dir, tag);
  if (!found && errno == ENOENT)
    found = file_open(m, path, sizeof path, dir, span_head(tag, span_find(tag, '-')));
  if (found && file_take(m))
    return m;
  if (!found && errno == ENOENT && is_english(tag)) {
    m->plural.forms = 2;
    return m;
  }
  if (found)
    fprintf(why, "%s: this is no catalogue that msgfmt made, or its Plural-Forms are not valid\n", path);
  else if (errno != ENOENT)
    fprintf(why, "%s: %s\n", path, strerror(errno));
  else {
    fprintf(why, "lang = \"%s\": there is no catalogue for it in %s; there are: ", lang, dir);
    languages_write(dir, why);
    fputc('\n', why);
  }
  messages_free(&m);
  return NULL;
}

void messages_free(struct messages **m)
{
  if (!*m)
    return;
  buf_free(&(*m)->file);
  free(*m);
  *m = NULL;
}

void messages_use(const struct messages *m)
{
  in_use = m && m->n ? m : NULL;
  messages_generation = in_use ? ++generations : 0;
}

uint32_t messages_number(void)
{
  return in_use ? in_use->number : 0;
}

const char *messages_language(void)
{
  return in_use ? in_use->lang : "en";
}

/* Compares context, its end and id with an original, of which only the bytes before the first NUL count. */
static int id_compare(struct span context, struct span id, const char *original)
{
  struct span parts[3] = {context, {(const char[]){CONTEXT_END}, context.n ? 1 : 0}, id}, seen = span_z(original);
  for (size_t i = 0; i < 3; i++) {
    int c = span_cmp(parts[i], span_head(seen, parts[i].n));
    if (c)
      return c;
    seen = span_from(seen, parts[i].n);
  }
  return seen.n ? -1 : 0;
}

struct span messages_find(struct span context, struct span id)
{
  uint32_t low = 0, high = in_use ? in_use->n : 0;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    int c = id_compare(context, id, string_at(in_use, in_use->ids, mid).p);
    if (!c) {
      struct span text = string_at(in_use, in_use->texts, mid);
      return text.n ? text : span_of(NULL, 0);
    }
    *(c < 0 ? &high : &low) = c < 0 ? mid : mid + 1;
  }
  return span_of(NULL, 0);
}

void message_look_up(struct message_place *place, const char *context, struct span id)
{
  place->text = messages_find(span_z(context), id);
  place->generation = messages_generation;
}

struct span message_plural(struct message_place *place, struct span one, struct span many, uint64_t n)
{
  if (messages_generation && place->generation != messages_generation)
    message_look_up(place, NULL, one);
  if (!messages_generation || !place->text.p)
    return n == 1 ? one : many;
  struct span forms = place->text;
  for (size_t skip = plural_rule_form(&in_use->plural, n); skip && span_find(forms, '\0') < forms.n; skip--)
    forms = span_from(forms, span_find(forms, '\0') + 1);
  return span_head(forms, span_find(forms, '\0'));
}

struct span message_of(const char *id)
{
  static struct {
    const char *id;
    struct message_place place;
  } recent[RECENT]; /* a page asks for months and bands hundreds of times */
  if (!messages_generation || !*id)
    return span_z(id);
  size_t at = (size_t)((uint64_t)(uintptr_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % RECENT;
  if (recent[at].id != id)
    recent[at].place.generation = 0;
  recent[at].id = id;
  return message_text(&recent[at].place, NULL, span_z(id));
}

struct span message_fill(struct arena *a, struct span format, const struct span *args, size_t n)
{
  struct span parts[4 * MESSAGES_ARGS_MAX + 1], rest = format;
  size_t n_parts = 0;
  while (rest.n && n_parts + 3 < sizeof parts / sizeof *parts) {
    size_t at = span_find(rest, '%');
    const char *p = rest.p + at;
    if (at)
      parts[n_parts++] = span_head(rest, at);
    rest = span_from(rest, at);
    if (rest.n >= 4 && p[1] >= '1' && p[1] <= '9' && p[2] == '$' && p[3] == 's') {
      if ((size_t)(p[1] - '1') < n)
        parts[n_parts++] = args[p[1] - '1'];
      rest = span_from(rest, 4);
    } else if (rest.n) {
      parts[n_parts++] = span_head(rest, 1);
      rest = span_from(rest, rest.n > 1 && p[1] == '%' ? 2 : 1);
    }
  }
  if (rest.n)
    parts[n_parts++] = rest;
  return arena_joined(a, parts, n_parts);
}
