/* The rules that read texts, column by column: a table of columns and what is asked of each.  Columns that a view lacks read as
 * NULL.  Archived rows are passed over. */
#include "base/clock.h"
#include "lint/lint_bodies.h"
#include "lint/lint_texts.h"
#include "text/address.h"
#include "text/url.h"
#include "text/utf8.h"

#define BODIES_CHUNK 200 /* rows with bodies read by one statement */

enum {
  NAME = 1,       /* one line that must show something */
  LINE = 2,       /* one line */
  HEADLINE = 4,   /* of at most LINT_HEADLINE_CHARS */
  SUMMARY = 8,    /* of at most LINT_SUMMARY_CHARS */
  QUESTION = 16,  /* must show something */
  REASON = 32,    /* the same */
  ADDRESS = 64,   /* of another site */
  LOGO = 128,     /* of a picture */
  DATE = 256,     /* must exist */
  NEAR = 512,     /* and not be far */
  PAST = 1024,    /* and not be ahead */
  BODY = 2048,    /* Markdown */
  CLAIMS = 4096,  /* whose numbers need a source */
  ANSWER = 8192,  /* must show something */
  OWN = 16384,    /* no other product has the same */
  TITLE = 32768,  /* one line that should say something */
};

static const struct column {
  const char *table, *name;
  unsigned asks;
} columns[] = {
    {"product", "name", NAME},
    {"product", "summary", LINE | SUMMARY | OWN},
    {"product", "license", LINE},
    {"product", "website_url", ADDRESS},
    {"product", "repository_url", ADDRESS},
    {"product", "logo_url", LOGO},
    {"product", "created_at", DATE},
    {"product", "updated_at", DATE},
    {"sector", "name", NAME},
    {"theme", "name", NAME},
    {"editorial", "headline", LINE | HEADLINE | OWN},
    {"editorial", "current_state_md", BODY | CLAIMS | OWN},
    {"editorial", "heading_md", BODY | CLAIMS | OWN},
    {"editorial", "prediction_md", BODY | CLAIMS | OWN},
    {"editorial", "author", LINE},
    {"editorial", "published_at", DATE | NEAR},
    {"editorial", "created_at", DATE},
    {"editorial", "updated_at", DATE},
    {"editorial", "prediction_note", LINE},
    {"activity", "title", LINE | TITLE},
    {"activity", "url", ADDRESS},
    {"activity", "version", LINE},
    {"activity", "occurred_at", DATE | NEAR},
    {"faq", "question", LINE | QUESTION},
    {"faq", "answer_md", BODY | ANSWER},
    {"comparison", "intro_md", BODY | CLAIMS},
    {"comparison", "verdict_md", BODY | CLAIMS},
    {"page", "title", NAME},
    {"page", "body_md", BODY},
    {"page", "updated_at", DATE},
    {"attribute", "name", NAME},
    {"attribute", "unit", LINE},
    {"attribute", "help", LINE},
    {"attribute", "group_name", LINE},
    {"fact", "value", LINE},
    {"fact", "note", LINE},
    {"fact", "checked_on", DATE | PAST},
    {"alternative", "reason", LINE | REASON},
    {"product_source", "url", ADDRESS},
    {"product_source", "checked_at", DATE},
};
#define COLUMNS (sizeof columns / sizeof *columns)

bool lint_table_known(const char *table)
{
  static const char *const links[] = {"product_sector", "product_theme", "product_alias", "attribute_sector"};
  struct span name = span_z(lint_table_name(table));
  for (size_t i = 0; i < COLUMNS; i++)
    if (span_eq(name, span_z(columns[i].table)))
      return true;
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    if (span_eq(name, span_z(links[i])))
      return true;
  return false;
}

/* ---- one line */

/* Characters that nobody sees, but for joiners and selectors behind what they belong to, and marks of right-to-left text. */
static bool is_odd(uint32_t before, uint32_t c, bool turns)
{
  if (c < ' ' || (c >= 0x7F && c < 0xA0) || c == UTF8_REPLACEMENT)
    return true;
  if (c == ' ' || c == 0xA0 || c == 0x202F || !utf8_unseen(c))
    return false;
  if (c == 0x200C || c == 0x200D || (c >= 0xE0020 && c <= 0xE007F))
    return before < 0x80;
  if (c >= 0xFE00 && c <= 0xFE0F)
    return before < 0x80 && !(before >= '0' && before <= '9') && before != '#' && before != '*';
  return !(turns && (c == 0x200E || c == 0x200F || c == 0x61C));
}

static bool has_unseen(struct span s)
{
  uint32_t c, before = 0;
  bool turns = false, odd = utf8_trim(s).n != span_trim(s).n;
  for (size_t i = 0; i < s.n; i++)
    turns = turns || ((unsigned char)s.p[i] >= 0xD6 && (unsigned char)s.p[i] <= 0xDF);
  for (size_t n; s.n && !odd; s = span_from(s, n)) {
    n = utf8_next(s, &c);
    odd = !n || is_odd(before, c, turns);
    before = c;
    n = n ? n : 1;
  }
  return odd;
}

static bool is_letter(struct span s, size_t i)
{
  return i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z'));
}

/* "<b>", "</b>", "&amp;", "&#8217;", "**bold**", "[text](address)": what an editor meant as markup. */
static bool has_markup(struct span s)
{
  for (size_t i = 0; i < s.n; i++) {
    struct span rest = span_from(s, i), inner = span_from(rest, 1);
    size_t end = span_find(inner, s.p[i] == '<' ? '>' : ';');
    if (s.p[i] == '<' && end < inner.n && (is_letter(inner, 0) || inner.p[0] == '/'))
      return true;
    if (s.p[i] == '&' && end < inner.n && end > 1 && end < 10 && span_find(span_head(inner, end), ' ') == end)
      return true;
    if (span_starts(rest, SPAN("](")) || (span_starts(rest, SPAN("**")) && is_letter(rest, 2)))
      return true;
  }
  return false;
}

static void line_judge(struct lint *l, const struct lint_place *at, struct span s, unsigned asks)
{
  bool blank = utf8_is_blank(s);
  if (blank && (asks & NAME))
    lint_found(l, LINT_name_blank, at, s, LINT_SAYING(N_("nothing that can be seen: pages show the slug in its place")));
  if (blank && (asks & TITLE))
    lint_found(l, LINT_title_blank, at, s, LINT_SAYING(N_("no title: pages show the version, or only the kind of the move")));
  if (blank && (asks & QUESTION))
    lint_found(l, LINT_question_blank, at, s, LINT_SAYING(N_("nothing that can be seen: the question is not shown")));
  if (blank && (asks & REASON))
    lint_found(l, LINT_reason_blank, at, s, LINT_SAYING(N_("the pick is shown without a reason")));
  if (!blank && has_unseen(s))
    lint_found(l, LINT_unseen, at, s, LINT_SAYING(N_("it has a character that nobody sees, or one that is no text")));
  if (!blank && has_markup(s))
    lint_found(l, LINT_markup, at, s, LINT_SAYING(N_("plain text: its marks are shown as they are")));
  if ((asks & HEADLINE) && utf8_count(s) > LINT_HEADLINE_CHARS)
    lint_found(l, LINT_headline_long, at, s,
               LINT_SAYING(N_("longer than %1$s characters: lists, feeds and pictures show it cut or small"),
                           LINT_NUMBER(LINT_HEADLINE_CHARS)));
  if ((asks & SUMMARY) && utf8_count(s) > LINT_SUMMARY_CHARS)
    lint_found(l, LINT_summary_long, at, s,
               LINT_SAYING(N_("longer than %1$s characters: descriptions and pictures show it cut"),
                           LINT_NUMBER(LINT_SUMMARY_CHARS)));
}

/* ---- addresses and dates */

static void address_judge(struct lint *l, const struct lint_place *at, struct span s, bool logo)
{
  struct address picture = address_of_picture(address_of_column(s).rest, SPAN(""));
  if (utf8_is_blank(s))
    return;
  if (!address_is_web(s))
    lint_found(l, LINT_address, at, s,
               LINT_SAYING(logo ? N_("no address of a picture: pages show letters in its place")
                                : N_("no http or https address with a host: it is not linked")));
  else if (address_has_user(s))
    lint_found(l, LINT_address_user, at, s, LINT_SAYING(N_("a name before the @, which readers take for the site")));
  else if (logo && !picture.rest.n)
    lint_found(l, LINT_picture_dropped, at, s,
               LINT_SAYING(N_("a picture that pages cannot ask for: they show letters in its place")));
  else if (logo && !address_of_column(s).before.n && picture.before.n)
    lint_found(l, LINT_picture_http, at, s, LINT_SAYING(N_("a picture by http: pages ask for it by https")));
}

static int64_t now_of(const struct lint *l)
{
  int64_t now = clock_now_us(), frozen = db_config(l->db)->as_of_us;
  return frozen != CLOCK_NEVER && frozen > now ? frozen : now;
}

static void date_judge(struct lint *l, const struct lint_place *at, const struct db_rows *rows, unsigned column, unsigned asks)
{
  int64_t us, earliest = CLOCK_NEVER, latest = now_of(l) + (asks & PAST ? 1 : LINT_AHEAD_DAYS) * CLOCK_DAY;
  if (db_null(rows, column))
    return;
  bool parsed = clock_parse(SPAN(LINT_EARLIEST), &earliest);
  if (!clock_parse(db_text(rows, column), &us))
    lint_found_cell(l, LINT_date_impossible, at, rows, column, LINT_SAYING(N_("there is no such day: it counts as none")));
  else if ((asks & (NEAR | PAST)) && ((parsed && us < earliest) || us > latest))
    lint_found_cell(l, LINT_date_far, at, rows, column,
                    LINT_SAYING(us < earliest ? N_("before %1$s")
                                : asks & PAST ? N_("after today")
                                              : N_("more than a year ahead"), LINT_EARLIEST));
}

/* ---- rows */

static enum body_format format_of(const struct lint *l, const struct db_rows *rows)
{
  enum body_format of_row = body_format_of(db_text(rows, db_column(rows, "body_format")));
  return of_row != BODY_DEFAULT ? of_row : body_format_of(span_z(db_config(l->db)->body_format));
}

static void column_judge(struct lint *l, const struct column *c, struct lint_place *at, const struct db_rows *rows)
{
  unsigned column = db_column(rows, c->name);
  struct span s = db_text(rows, column);
  at->column = c->name;
  if (c->asks & (NAME | LINE))
    line_judge(l, at, s, c->asks);
  if (c->asks & (ADDRESS | LOGO))
    address_judge(l, at, s, c->asks & LOGO);
  if (c->asks & DATE)
    date_judge(l, at, rows, column, c->asks);
  if ((c->asks & ANSWER) && utf8_is_blank(s))
    lint_found(l, LINT_answer_blank, at, s, LINT_SAYING(N_("the answer shows nothing: the question is not shown")));
  if (c->asks & BODY)
    lint_body_judge(l, at, &(struct lint_body){s, format_of(l, rows), c->asks & CLAIMS, c->asks & ANSWER});
  if ((c->asks & OWN) && l->texts)
    lint_texts_add(l->texts, at, s);
}

/* A row that says nothing, in none of the columns that its table has for words. */
static void words_judge(struct lint *l, struct lint_place *at, const struct db_rows *rows)
{
  static const struct {
    const char *table, *texts[4];
    enum lint_rule rule;
    const char *meaning;
  } all[] = {
      {"editorial", {"headline", "current_state_md", "heading_md", "prediction_md"}, LINT_editorial_blank,
       N_("an editorial without a word")},
      {"comparison", {"intro_md", "verdict_md"}, LINT_comparison_blank, N_("no words on the pair: the row counts as none")},
      {"page", {"body_md"}, LINT_page_blank, N_("a page with nothing but its title")},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    bool blank = span_eq(at->table, span_z(all[i].table));
    for (size_t k = 0; k < 4 && blank && all[i].texts[k]; k++)
      blank = utf8_is_blank(db_text(rows, db_column(rows, all[i].texts[k])));
    at->column = all[i].texts[0];
    if (blank)
      lint_found(l, all[i].rule, at, SPAN(""), LINT_SAYING(all[i].meaning));
  }
}

static void row_judge(struct lint *l, size_t first, size_t last, const struct db_rows *rows, uint64_t id)
{
  struct lint_place at = {.table = span_z(columns[first].table), .id = id};
  bool product = span_eq(at.table, SPAN("product"));
  at.product = product ? id : db_uint(rows, db_column(rows, "product_id"));
  at.other = db_uint(rows, db_column(rows, "other_product_id"));
  if (span_eq(db_text(rows, db_column(rows, "status")), SPAN("archived")))
    return;
  for (size_t i = first; i < last; i++) {
    bool asked = lint_wants(l, at.table, id);
    if (asked || (columns[i].asks & OWN))
      column_judge(l, &columns[i], &at, rows);
    arena_reset(l->arena);
  }
  words_judge(l, &at, rows);
}

static bool has_bodies(size_t first, size_t last)
{
  for (size_t i = first; i < last; i++)
    if (columns[i].asks & BODY)
      return true;
  return false;
}

static enum err table_check(struct lint *l, size_t first, size_t last)
{
  struct db_rows rows;
  const char *table = columns[first].table;
  size_t chunk = has_bodies(first, last) ? BODIES_CHUNK : LINT_CHUNK, count = chunk;
  uint64_t after = 0;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == chunk) {
    err = lint_ask(l, &rows, "SELECT * FROM site_%s WHERE id > %llu ORDER BY id LIMIT %zu", table,
                   (unsigned long long)after, chunk);
    count = err == ERR_OK ? rows.count : 0;
    while (err == ERR_OK && db_next(&rows)) {
      uint64_t id = db_uint(&rows, db_column(&rows, "id"));
      bool copy = id == after;
      after = id;
      if (!copy)
        row_judge(l, first, last, &rows, id);
    }
    db_rows_free(&rows);
  }
  return err != ERR_OK && lint_is_optional(l, table) ? ERR_OK : err;
}

enum err lint_columns(struct lint *l)
{
  enum err err = ERR_OK;
  for (size_t first = 0, last; first < COLUMNS && err == ERR_OK; first = last) {
    for (last = first; last < COLUMNS && strcmp(columns[last].table, columns[first].table) == 0;)
      last++;
    if (lint_wants(l, span_z(columns[first].table), 0))
      err = table_check(l, first, last);
  }
  return err;
}
