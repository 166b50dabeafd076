#include "model/attribute.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/messages.h"
#include "text/day_text.h"
#include "text/decimal.h"
#include "text/address.h"
#include "text/utf8.h"

#define NUMBER_MOST 64 /* bytes of a number or version; longer ones are text */
#define THIN_MINUS "\xe2\x88\x92"
#define NO_BREAK "\xc2\xa0"
#define ITEM_END '\x1f'

/* ---- the attribute */

struct span attribute_kind_name(enum attribute_kind kind)
{
#define NAME(name, word) [ATTRIBUTE_##name] = {word, sizeof(word) - 1},
  static const struct span names[] = {ATTRIBUTE_KINDS(NAME)};
#undef NAME
  return names[kind < ATTRIBUTE_KIND_COUNT ? kind : ATTRIBUTE_TEXT];
}

enum attribute_kind attribute_kind_of(struct span word)
{
  for (enum attribute_kind k = 0; k < ATTRIBUTE_KIND_COUNT; k++)
    if (span_eq(attribute_kind_name(k), word))
      return k;
  return ATTRIBUTE_TEXT;
}

bool attribute_asked(const struct attribute *a, const uint64_t *sectors, uint32_t n)
{
  for (uint32_t i = 0; i < a->n_sectors; i++)
    for (uint32_t k = 0; k < n; k++)
      if (a->sectors[i] == sectors[k])
        return true;
  return a->n_sectors == 0;
}

bool attribute_reserved(struct span slug)
{
  static const char *const words[] = {"licence", "license",   "website",        "repository",    "lifecycle",
                                      "sector",  "themes",    "latest-release", "first-release", "velocity"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (span_eq(slug, span_z(words[i])))
      return true;
  return false;
}

bool attribute_shown(const struct attribute *a)
{
  return a->status == PRODUCT_PUBLISHED && !attribute_reserved(a->slug);
}

bool attribute_denied(const struct attribute *a, struct span value)
{
  return a->kind == ATTRIBUTE_BOOL && (span_eq(value, SPAN("no")) || span_starts(value, SPAN("no (")));
}

/* ---- what fits */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_word(char c) /* ASCII letters and digits */
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t digits(struct span s, size_t at)
{
  size_t n = 0;
  while (at + n < s.n && is_digit(s.p[at + n]))
    n++;
  return n;
}

static bool fits_number(struct span s)
{
  size_t at = s.n && s.p[0] == '-', whole = digits(s, at);
  at += whole;
  if (!whole || s.n > NUMBER_MOST)
    return false;
  if (at == s.n)
    return true;
  size_t fraction = s.p[at] == '.' ? digits(s, at + 1) : 0;
  return fraction && at + 1 + fraction == s.n;
}

static bool fits_bool(struct span s)
{
  return span_eq(s, SPAN("yes")) || span_eq(s, SPAN("no")) || span_eq(s, SPAN("partly"));
}

static bool fits_date(struct span s)
{
  int64_t us;
  return s.n == strlen("2026-08-22") && clock_parse(s, &us);
}

/* Letters and digits, with single separators between them; a number comes first. */
static bool fits_version(struct span s)
{
  size_t at = s.n && s.p[0] == 'v';
  if (s.n > NUMBER_MOST || !digits(s, at))
    return false;
  for (; at < s.n; at++)
    if (!is_word(s.p[at]) && (!s.p[at] || !strchr(".+_-", s.p[at]) || at + 1 == s.n || !is_word(s.p[at + 1])))
      return false;
  return true;
}

static bool fits_list(struct span s)
{
  while (s.p)
    if (!span_trim(span_split(&s, ',')).n)
      return false;
  return true;
}

bool attribute_fits(enum attribute_kind kind, struct span value)
{
  switch (kind) {
  case ATTRIBUTE_NUMBER: return fits_number(value);
  case ATTRIBUTE_BOOL: return fits_bool(value);
  case ATTRIBUTE_DATE: return fits_date(value);
  case ATTRIBUTE_VERSION: return fits_version(value);
  case ATTRIBUTE_LIST: return value.n && fits_list(value);
  case ATTRIBUTE_URL: return address_is_web(value);
  default: return true;
  }
}

/* ---- what is shown */

static void put_number(struct buf *out, struct span s)
{
  size_t at = s.p[0] == '-', whole = digits(s, at);
  struct span fraction = span_from(s, at + whole);
  buf_puts(out, at ? THIN_MINUS : "");
  for (size_t i = 0; i < whole; i++) {
    if (i && (whole - i) % 3 == 0)
      buf_span(out, decimal_groups());
    buf_putc(out, s.p[at + i]);
  }
  if (fraction.n)
    buf_span(out, decimal_mark());
  buf_span(out, span_from(fraction, 1));
}

static struct span number_text(struct arena *arena, struct span value, struct span unit)
{
  struct buf out = BUF_INIT;
  put_number(&out, value);
  if (unit.n && unit.p[0] != '%')
    buf_puts(&out, NO_BREAK);
  buf_span(&out, unit);
  return arena_take(arena, &out);
}

static struct span date_text(struct arena *arena, struct span value)
{
  int64_t us;
  return clock_parse(value, &us) ? day_text_short(arena, us) : value;
}

static struct span list_text(struct arena *arena, struct span value)
{
  struct buf out = BUF_INIT;
  while (value.p) {
    buf_span(&out, span_trim(span_split(&value, ',')));
    buf_puts(&out, value.p ? ", " : "");
  }
  return arena_take(arena, &out);
}

static struct span bool_text(struct span value)
{
  if (span_eq(value, SPAN("partly")))
    return C_("fact", "partly");
  return span_eq(value, SPAN("yes")) ? C_("fact", "yes") : C_("fact", "no");
}

struct span attribute_text(struct arena *arena, const struct attribute *a, struct span value)
{
  if (!attribute_fits(a->kind, value))
    return value;
  switch (a->kind) {
  case ATTRIBUTE_NUMBER: return number_text(arena, value, a->unit);
  case ATTRIBUTE_BOOL: return bool_text(value);
  case ATTRIBUTE_DATE: return date_text(arena, value);
  case ATTRIBUTE_LIST: return list_text(arena, value);
  default: return value;
  }
}

/* ---- what is the same */

static size_t blank_length(struct span s, size_t at) /* of the blank at this place: ASCII or no-break; 0: none */
{
  if (strchr(" \t\n\r", s.p[at]) && s.p[at])
    return 1;
  return span_starts(span_from(s, at), SPAN(NO_BREAK)) ? 2 : 0;
}

/* Folded, with single blanks and none at the ends. */
static struct span text_key(struct arena *arena, struct span s)
{
  struct buf out = BUF_INIT;
  struct span folded = utf8_fold(arena, s);
  for (size_t i = 0; i < folded.n;) {
    size_t blank = blank_length(folded, i);
    if (!blank)
      buf_putc(&out, folded.p[i]);
    else if (out.n && out.p[out.n - 1] != ' ')
      buf_putc(&out, ' ');
    i += blank ? blank : 1;
  }
  if (out.n && out.p[out.n - 1] == ' ')
    buf_truncate(&out, out.n - 1);
  return arena_take(arena, &out);
}

static struct span zeros_cut(struct span s) /* "007" -> "7" */
{
  while (s.n > 1 && s.p[0] == '0')
    s = span_from(s, 1);
  return s;
}

static struct span number_key(struct arena *arena, struct span s)
{
  bool minus = s.p[0] == '-';
  struct span fraction = s, whole = zeros_cut(span_split(&fraction, '.'));
  if (minus)
    whole = zeros_cut(span_from(whole, 1));
  while (fraction.n && fraction.p[fraction.n - 1] == '0')
    fraction.n--;
  bool zero = span_eq(whole, SPAN("0")) && !fraction.n;
  return ARENA_JOIN(arena, minus && !zero ? SPAN("-") : SPAN(""), whole, SPAN("."), fraction);
}

/* The numbers at the start without leading zeros and without ".0" at their end, then the rest folded. */
static struct span version_key(struct arena *arena, struct span s)
{
  struct buf out = BUF_INIT;
  size_t at = s.p[0] == 'v', kept = 0;
  for (size_t n; (n = digits(s, at)) != 0;) {
    struct span number = zeros_cut(span_of(s.p + at, n));
    buf_putc(&out, '.');
    buf_span(&out, number);
    if (!span_eq(number, SPAN("0")) || !kept)
      kept = out.n;
    at += n;
    if (at + 1 >= s.n || s.p[at] != '.' || !is_digit(s.p[at + 1]))
      break;
    at++;
  }
  if (!out.failed)
    buf_truncate(&out, kept);
  buf_putc(&out, ITEM_END);
  buf_span(&out, utf8_fold(arena, span_from(s, at)));
  return arena_take(arena, &out);
}

static int span_order(const void *a, const void *b)
{
  return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static struct span list_key(struct arena *arena, struct span s)
{
  size_t n = 0, room = 1;
  for (size_t i = 0; i < s.n; i++)
    room += s.p[i] == ',';
  struct span *items = ARENA_ARRAY(arena, room, struct span);
  struct buf out = BUF_INIT;
  while (items && s.p && n < room)
    items[n++] = text_key(arena, span_split(&s, ','));
  if (n)
    qsort(items, n, sizeof *items, span_order);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || !span_eq(items[i], items[i - 1])) {
      buf_span(&out, items[i]);
      buf_putc(&out, ITEM_END);
    }
  return arena_take(arena, &out);
}

/* Browsers add the slash after a host, and read scheme and host in any case, so all these forms are one address. */
static struct span url_key(struct arena *arena, struct span s)
{
  struct buf out = BUF_INIT;
  size_t host = span_find_span(s, SPAN("//")) + 2;
  bool in_path = false;
  while (span_ends(s, SPAN("/")))
    s.n--;
  for (size_t i = 0; i < s.n; i++) {
    in_path = in_path || (i >= host && strchr("/?#", s.p[i]));
    buf_putc(&out, in_path || s.p[i] < 'A' || s.p[i] > 'Z' ? s.p[i] : (char)(s.p[i] + ('a' - 'A')));
  }
  return arena_take(arena, &out);
}

static struct span fitting_key(struct arena *arena, enum attribute_kind kind, struct span value)
{
  switch (kind) {
  case ATTRIBUTE_NUMBER: return number_key(arena, value);
  case ATTRIBUTE_VERSION: return version_key(arena, value);
  case ATTRIBUTE_LIST: return list_key(arena, value);
  case ATTRIBUTE_URL: return url_key(arena, address_completed(arena, value));
  case ATTRIBUTE_TEXT: return text_key(arena, value);
  default: return value;
  }
}

/* A text that is what pages show of a number, "1,000": the number; else empty. */
static struct span number_as_shown(struct arena *arena, struct span value)
{
  struct buf out = BUF_INIT;
  struct span groups = decimal_groups();
  bool thin = span_starts(value, SPAN(THIN_MINUS)), minus = thin || span_starts(value, SPAN("-"));
  value = span_from(value, thin ? strlen(THIN_MINUS) : minus);
  for (size_t at = 0; at < value.n;) {
    bool group = groups.n && span_starts(span_from(value, at), groups);
    if (!group)
      buf_putc(&out, value.p[at]);
    at += group ? groups.n : 1;
  }
  struct span number = arena_take(arena, &out);
  bool shown = fits_number(number) && (span_eq(number, value) || span_eq(number_text(arena, number, SPAN("")), value));
  return shown ? ARENA_JOIN(arena, minus ? SPAN("-") : SPAN(""), number) : SPAN("");
}

/* What readers see as the same is the same, also where one of the two values does not fit: "Yes" and "yes". */
struct span attribute_key(struct arena *arena, enum attribute_kind kind, struct span value)
{
  bool fits = attribute_fits(kind, value);
  struct span number = !fits && kind == ATTRIBUTE_NUMBER ? number_as_shown(arena, value) : SPAN("");
  if (number.n && fits_number(number))
    return attribute_key(arena, kind, number);
  if (!fits || kind == ATTRIBUTE_BOOL)
    return ARENA_JOIN(arena, SPAN("~"), text_key(arena, value));
  return ARENA_JOIN(arena, SPAN("="), fitting_key(arena, kind, value));
}
