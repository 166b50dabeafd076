#include "import/import_version.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "text/utf8.h"

#define YEAR_LEAST 1900
#define YEAR_MOST 2199
#define NUMBER_DIGITS 14

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_word(struct span s, const char *const *list)
{
  for (; *list; list++)
    if (s.n == strlen(*list) && strncasecmp(s.p, *list, s.n) == 0)
      return true;
  return false;
}

/* ---- tails */

static const char *const prerelease_words[] = {
    "alpha",  "beta",      "rc",    "cr",   "pre",     "preview",  "prerelease", "dev",          "devel",   "snapshot", "nightly",
    "canary", "milestone", "ea",    "test", "testing", "unstable", "next",       "experimental", "insider", "insiders", "edge",
    "tip",    "candidate", "draft", NULL};
static const char *const final_words[] = {"final", "ga", "release", "released", "lts", "stable", NULL};

/* Removes the next run of letters from *s. */
static struct span letters_take(struct span *s)
{
  size_t from = 0, to;
  while (from < s->n && !is_letter(s->p[from]))
    from++;
  for (to = from; to < s->n && is_letter(s->p[to]);)
    to++;
  struct span word = span_of(s->p + from, to - from);
  *s = span_from(*s, to);
  return word;
}

/* "b1" after the numbers is a beta, but "1.1.1b" is a release of OpenSSL and "-b06" a build.  "M3" is a milestone. */
static bool letter_is_prerelease(struct span tail, struct span word)
{
  char c = word.p[0] | 0x20;
  bool numbered = word.p + 1 < tail.p + tail.n && is_digit(word.p[1]);
  return word.n == 1 && numbered && ((c == 'm') || (word.p == tail.p && (c == 'a' || c == 'b' || c == 'c')));
}

static bool tail_is_prerelease(struct span tail)
{
  struct span rest = tail;
  size_t plus = span_find(tail, '+');
  if (plus < tail.n && plus) /* what follows is a build */
    rest = tail = span_head(tail, plus);
  while (rest.n) {
    struct span word = letters_take(&rest);
    if (word.n && (is_word(word, prerelease_words) || letter_is_prerelease(tail, word)))
      return true;
  }
  return false;
}

/* A build, and words such as "Final", make no other release. */
static bool tail_counts(struct span tail)
{
  struct span rest = tail;
  if (!tail.n || tail.p[0] == '+')
    return false;
  for (size_t i = 0; i < tail.n; i++)
    if (is_digit(tail.p[i]))
      return true;
  while (rest.n) {
    struct span word = letters_take(&rest);
    if (word.n && !is_word(word, final_words))
      return true;
  }
  return false;
}

/* ---- numbers */

/* The numbers at the beginning of s, joined by one of these separators.  Returns their length. */
static size_t numbers_take(struct span s, const char *separators, struct import_version *v)
{
  size_t at = 0;
  v->n = 0;
  while (at < s.n && is_digit(s.p[at]) && v->n < IMPORT_VERSION_NUMBERS) {
    size_t from = at;
    uint64_t number = 0;
    for (; at < s.n && is_digit(s.p[at]) && at - from < NUMBER_DIGITS; at++)
      number = number * 10 + (uint64_t)(s.p[at] - '0');
    v->numbers[v->n++] = number;
    if (at + 1 < s.n && s.p[at] && strchr(separators, s.p[at]) && is_digit(s.p[at + 1]) && v->n < IMPORT_VERSION_NUMBERS)
      at++;
    else
      break;
  }
  return at;
}

/* text: the numbers with dots, then the tail. */
static bool version_write(struct arena *a, struct import_version *v, struct span numbers, struct span tail)
{
  struct buf text = BUF_INIT;
  for (size_t i = 0; i < numbers.n; i++)
    buf_putc(&text, is_digit(numbers.p[i]) ? numbers.p[i] : '.');
  size_t n = text.n;
  buf_span(&text, tail);
  v->text = utf8_cut(arena_take(a, &text), IMPORT_VERSION_TEXT);
  v->tail = span_from(v->text, n);
  v->prerelease = tail_is_prerelease(v->tail);
  return v->text.n > 0;
}

/* A version may begin here: not within a word such as "log4j", but after a "v". */
static bool begins_number(struct span s, size_t i)
{
  if (!is_digit(s.p[i]) || (i && (is_digit(s.p[i - 1]) || s.p[i - 1] == '.')))
    return false;
  if (i == 0 || !is_letter(s.p[i - 1]))
    return true;
  return (s.p[i - 1] | 0x20) == 'v' && (i == 1 || !is_letter(s.p[i - 2]));
}

static const char *separators_of(struct span tag)
{
  for (size_t i = 1; i + 1 < tag.n; i++)
    if (tag.p[i] == '.' && is_digit(tag.p[i - 1]) && is_digit(tag.p[i + 1]))
      return ".";
  return span_find(tag, '_') < tag.n ? "_" : "-";
}

/* Where the version of a tag begins: at the first place with several numbers, else at the first with one; "go1.22" has none
 * of these and begins at its first digit. */
static size_t tag_start(struct span tag, const char *separators)
{
  struct import_version v;
  size_t single = tag.n, any = tag.n;
  for (size_t i = 0; i < tag.n; i++) {
    if (is_digit(tag.p[i]) && any == tag.n)
      any = i;
    if (!begins_number(tag, i))
      continue;
    numbers_take(span_from(tag, i), separators, &v);
    if (v.n > 1)
      return i;
    single = single == tag.n ? i : single;
  }
  return single < tag.n ? single : any;
}

bool import_version_of_tag(struct arena *a, struct span tag, struct import_version *out)
{
  *out = (struct import_version){0};
  tag = span_trim(tag);
  const char *separators = separators_of(tag);
  size_t at = tag_start(tag, separators);
  if (at == tag.n)
    return false;
  struct span rest = span_from(tag, at);
  size_t n = numbers_take(rest, separators, out);
  return version_write(a, out, span_head(rest, n), span_from(rest, n));
}

/* ---- titles */

static bool ends_word(char c)
{
  return c == ' ' || c == ',' || c == ';' || c == ':' || c == '(' || c == ')' || c == '!' || c == '?' || c == '/' || c == '"';
}

/* The word that ends before byte `at`, without the blanks between. */
static struct span word_before(struct span s, size_t at)
{
  while (at && (ends_word(s.p[at - 1]) || s.p[at - 1] == '-'))
    at--;
  size_t from = at;
  while (from && !ends_word(s.p[from - 1]))
    from--;
  return span_of(s.p + from, at - from);
}

static struct span word_after(struct span s, size_t at)
{
  while (at < s.n && s.p[at] == ' ')
    at++;
  size_t to = at;
  while (to < s.n && !ends_word(s.p[to]))
    to++;
  return span_of(s.p + at, to - at);
}

/* True: the word is one of the words of the product's name. */
static bool is_name_word(struct span word, struct span name, char separator)
{
  for (struct span rest = name; rest.p;) {
    struct span part = span_trim(span_split(&rest, separator));
    if (part.n > 1 && part.n == word.n && strncasecmp(part.p, word.p, part.n) == 0)
      return true;
  }
  return false;
}

static bool is_named(struct span word, const struct import_product_names *of)
{
  return word.n && (is_name_word(word, of->name, ' ') || is_name_word(word, of->slug, '-') ||
                    (word.n == of->slug.n && strncasecmp(word.p, of->slug.p, word.n) == 0) ||
                    (word.n == of->name.n && strncasecmp(word.p, of->name.p, word.n) == 0));
}

/* True: nothing, a mark, or a word that speaks of a release follows. */
static bool release_follows(struct span title, size_t at)
{
  static const char *const words[] = {"released", "release", "is", "available", "out", "now", "final", "lts", "stable", "ga",
                                      "has", "and", NULL};
  struct span word = word_after(title, at);
  return at >= title.n || (title.p[at] != ' ') || !word.n || !is_letter(word.p[0]) || is_word(word, words);
}

static bool introduced(struct span title, size_t at, const struct import_version *v, size_t end,
                       const struct import_product_names *of)
{
  static const char *const words[] = {"version", "release", "released", "releasing", "announcing", "introducing", "v", "ver", NULL};
  bool marked = at && (title.p[at - 1] | 0x20) == 'v';
  size_t from = marked ? at - 1 : at;
  struct span before = word_before(title, from);
  if (v->n == 1 && !marked) /* "PostgreSQL 17 Released!", but not "Kafka 2026" or "Kafka 10 tips" */
    return is_named(before, of) && (v->numbers[0] < YEAR_LEAST || v->numbers[0] > YEAR_MOST) && release_follows(title, end);
  if (is_named(before, of) || is_word(before, words))
    return true;
  return !before.n && (marked || release_follows(title, end));
}

/* Words and marks that belong to the version: up to a blank, without punctuation at the end. */
static size_t tail_length(struct span s)
{
  size_t n = 0;
  while (n < s.n && !ends_word(s.p[n]) && (unsigned char)s.p[n] < 0x80)
    n++;
  while (n && !is_letter(s.p[n - 1]) && !is_digit(s.p[n - 1]))
    n--;
  return n;
}

/* "Kafka 4.0 beta 2", "the release candidate of Kafka 4.0" */
static const char *const ordinary_words[] = {"next", "test", "testing", "edge", "tip", "draft", NULL};

static bool title_is_prerelease(struct span title)
{
  for (struct span rest = title; rest.n;) {
    struct span word = letters_take(&rest);
    if (is_word(word, prerelease_words) && !is_word(word, ordinary_words))
      return true;
  }
  return false;
}

bool import_version_of_title(struct arena *a, struct span title, const struct import_product_names *of, struct import_version *out)
{
  for (size_t i = 0; i < title.n; i++) {
    *out = (struct import_version){0};
    if (!begins_number(title, i))
      continue;
    struct span rest = span_from(title, i);
    size_t n = numbers_take(rest, ".", out), tail = tail_length(span_from(rest, n));
    bool percent = n < rest.n && (rest.p[n] == '%' || (tail == 1 && (rest.p[n] | 0x20) == 'x'));
    if (percent || !introduced(title, i, out, i + n + tail, of))
      continue;
    if (!version_write(a, out, span_head(rest, n), span_head(span_from(rest, n), tail)))
      return false;
    out->prerelease |= title_is_prerelease(title);
    return true;
  }
  return false;
}

/* ---- keys and classes */

static unsigned significant(const struct import_version *v)
{
  unsigned n = v->n;
  while (n > 1 && v->numbers[n - 1] == 0)
    n--;
  return n;
}

size_t import_version_key(char out[IMPORT_VERSION_KEY], const struct import_version *v)
{
  struct buf key = {.max = IMPORT_VERSION_KEY - 1};
  for (unsigned i = 0; i < significant(v); i++) {
    if (i)
      buf_putc(&key, '.');
    buf_uint(&key, v->numbers[i]);
  }
  if (tail_counts(v->tail)) {
    buf_putc(&key, '-');
    for (size_t i = 0; i < v->tail.n; i++) {
      char c = v->tail.p[i];
      if (is_letter(c) || is_digit(c))
        buf_putc(&key, is_letter(c) ? (char)(c | 0x20) : c);
      else if (key.n && key.p[key.n - 1] != '-' && i + 1 < v->tail.n)
        buf_putc(&key, '-');
    }
  }
  size_t n = key.failed ? 0 : key.n;
  memcpy(out, key.p ? key.p : "", n);
  out[n] = 0;
  buf_free(&key);
  return n;
}

const char *import_version_class(const struct import_version *v, bool rolling)
{
  unsigned n = significant(v);
  bool year = v->numbers[0] >= YEAR_LEAST && v->numbers[0] <= YEAR_MOST;
  if (n > 2 || tail_counts(v->tail))
    return "trivial";
  if (n == 1 && !year && !rolling && v->numbers[0])
    return "spark";
  return "improvement";
}
