/* A body is rendered as for a page, within the limits of the configuration, and then read for notes. */
#include "lint/lint_bodies.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "lint/lint_cited.h"
#include "lint/lint_links.h"
#include "markdown/markdown_notes.h"
#include "text/utf8.h"

#define SLOW_PART 2 /* a body is slow when it takes more than this part of markdown_cpu */

static int64_t time_us(struct timeval t)
{
  return t.tv_sec * CLOCK_SECOND + t.tv_usec;
}

/* CPU time of this process and its dead children. */
static int64_t cpu_us(void)
{
  struct rusage own, children;
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  return time_us(own.ru_utime) + time_us(own.ru_stime) + time_us(children.ru_utime) + time_us(children.ru_stime);
}

/* False: the body is not shown at all. */
static bool render_judge(struct lint *l, const struct lint_place *at, const struct markdown_limits *limits, struct span md)
{
  struct buf html = BUF_INIT;
  int64_t before_us = cpu_us();
  enum markdown_result result = markdown_html(limits, md, &html);
  int64_t spent_us = cpu_us() - before_us;
  buf_free(&html);
  if (result == MARKDOWN_TOO_LARGE || result == MARKDOWN_TOO_SLOW || result == MARKDOWN_FAILED)
    lint_found(l, LINT_body_refused, at, span_head(md, 80),
               LINT_SAYING(result == MARKDOWN_TOO_LARGE  ? N_("too large: pages show a notice in its place")
                           : result == MARKDOWN_TOO_SLOW ? N_("too slow to render: pages show a notice in its place")
                                                         : N_("not readable: pages show a notice in its place")));
  else if (spent_us * SLOW_PART > (int64_t)limits->cpu_ms * 1000)
    lint_found(l, LINT_body_slow, at, span_head(md, 80), LINT_SAYING(N_("slow to render: more than half of markdown_cpu")));
  return result == MARKDOWN_OK;
}

/* Where "[[kafka|the broker]]" leads. */
static struct span product_path(struct arena *a, struct span words)
{
  struct span inner = span_from(words, 2), slugs = span_trim(span_head(inner, strcspn(inner.n ? inner.p : "", "|]")));
  bool set = span_find_span(slugs, SPAN("-vs-")) < slugs.n;
  return ARENA_JOIN(a, set ? SPAN("/compare/") : SPAN("/products/"), slugs);
}

static void link_judge(struct lint *l, const struct lint_place *at, const struct markdown_note *note)
{
  enum lint_rule rule = LINT_link_dead;
  struct span path = note->kind == NOTE_LINK ? note->words : product_path(l->arena, note->words);
  const char *fault = l->links ? lint_links_fault(l->links, path, &rule) : NULL;
  if (fault)
    lint_found(l, rule, at, note->words, LINT_SAYING(fault));
}

/* What is said of a note: %1$s is its line. */
struct said {
  enum markdown_note_kind kind;
  enum lint_rule rule;
  const char *meaning;
};

/* What to do in a tool that writes HTML, where that differs. */
static const char *advice_of(enum markdown_note_kind kind, enum body_format format)
{
  switch (kind) {
  case NOTE_SHORTCODE:
  case NOTE_BLOCK: return N_("write what it shows, or link the page that has it");
  case NOTE_HTML: return format > BODY_MARKDOWN ? N_("take it out, or link to what it shows") : NULL;
  case NOTE_HASH: return N_("write a blank behind the #, or a backslash before it");
  case NOTE_BRACKETS: return N_("write [text](address)");
  case NOTE_REFERENCE: return N_("write [text](address), or add a line such as [name]: address");
  case NOTE_FENCE: return N_("end the code by a line that has its first marks alone");
  case NOTE_ALT: return format > BODY_MARKDOWN ? N_("write the alternative text of the picture") : NULL;
  case NOTE_TABLE:
  case NOTE_MARK: return format > BODY_MARKDOWN ? N_("use the tool's own button for it") : NULL;
  default: return NULL;
  }
}

static void note_judge(struct lint *l, const struct lint_place *at, const struct markdown_note *note, const struct lint_body *body)
{
  static const struct said all[] = {
      {NOTE_HTML, LINT_html, N_("line %1$s: HTML is left out")},
      {NOTE_SHORTCODE, LINT_html, N_("line %1$s: a shortcode, which WordPress alone can fill in: it is left out")},
      {NOTE_BLOCK, LINT_html, N_("line %1$s: a block that WordPress fills in when it shows the page: it is left out")},
      {NOTE_TABLE, LINT_table_pipes, N_("line %1$s: not a table: the bars are shown as they are")},
      {NOTE_MARK, LINT_mark, N_("line %1$s: marks that pages do not read: they are shown as they are")},
      {NOTE_ADDRESS, LINT_address_blank,
       N_("line %1$s: an address with a blank, which makes no link: it is shown as it is written")},
      {NOTE_HASH, LINT_mark, N_("line %1$s: a heading without a blank behind the #: it is shown as it is written")},
      {NOTE_BRACKETS, LINT_mark, N_("line %1$s: brackets that make no link: they are shown as they are written")},
      {NOTE_REFERENCE, LINT_mark, N_("line %1$s: a link to an address that the text does not name: it is shown as it is written")},
      {NOTE_FENCE, LINT_mark, N_("line %1$s: code that nothing ends: all that follows is shown as code")},
      {NOTE_LINK_DROPPED, LINT_link_dropped, N_("line %1$s: an address that pages do not link: only the text is shown")},
      {NOTE_LINK_USER, LINT_address_user, N_("line %1$s: an address with a name before the @, which readers take for the site")},
      {NOTE_PICTURE_DROPPED, LINT_picture_dropped, N_("line %1$s: a picture that pages cannot show: its text stands in its place")},
      {NOTE_PICTURE_HTTP, LINT_picture_http, N_("line %1$s: a picture by http: pages ask for it by https")},
      {NOTE_PICTURE_RELATIVE, LINT_link_relative,
       N_("line %1$s: a picture whose path does not begin with /: each page looks for it elsewhere")},
      {NOTE_ALT, LINT_alt_missing, N_("line %1$s: a picture without a text: who cannot see it learns nothing")},
      {NOTE_HEADING, LINT_heading_order, N_("line %1$s: a heading more than one level below the one before")},
      {NOTE_NUMBER, LINT_number_without_link, N_("line %1$s: a number without a source")},
  };
  if (note->kind == NOTE_LINK || note->kind == NOTE_PRODUCT)
    link_judge(l, at, note);
  if (note->kind == NOTE_ACTIVITY && l->cited)
    lint_cited_add(l->cited, at, strtoull(note->words.p, NULL, 10));
  if (note->kind == NOTE_NUMBER && !body->claims)
    return;
  char line[12];
  snprintf(line, sizeof line, "%d", note->line);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].kind == note->kind)
      lint_found(l, all[i].rule, at, note->words,
                 &(struct lint_saying){all[i].meaning, advice_of(note->kind, body->format), {line}});
}

static bool has_note(const struct markdown_note *v, size_t n, enum markdown_note_kind kind)
{
  for (size_t i = 0; i < n; i++)
    if (v[i].kind == kind)
      return true;
  return false;
}

void lint_body_judge(struct lint *l, const struct lint_place *at, const struct lint_body *body)
{
  const struct config *c = db_config(l->db);
  struct span md = body->text;
  struct markdown_limits limits = {.bytes = (size_t)c->markdown_bytes, .output_bytes = (size_t)c->markdown_output_bytes,
                                   .cpu_ms = (int)c->markdown_cpu, .heading_base = 3,
                                   .base_url = span_z(c->base_url), .format = body->format};
  struct markdown_note *notes;
  size_t n;
  enum markdown_result found = utf8_is_blank(md) ? MARKDOWN_OK : markdown_format_find(&limits, md);
  if (utf8_is_blank(md) || !render_judge(l, at, &limits, md) || found != MARKDOWN_OK ||
      markdown_notes(&limits, l->arena, md, &notes, &n) != MARKDOWN_OK)
    return;
  bool only_html = limits.format > BODY_MARKDOWN && body->format <= BODY_MARKDOWN, shown = has_note(notes, n, NOTE_SHOWN);
  bool left_out = has_note(notes, n, NOTE_HTML) || has_note(notes, n, NOTE_SHORTCODE) || has_note(notes, n, NOTE_BLOCK);
  if (only_html || (left_out && !shown))
    lint_found(l, LINT_html_only, at, span_head(md, 160),
               &(struct lint_saying){.meaning = shown ? N_("nothing but HTML where Markdown is expected: it is read as HTML")
                                                      : N_("nothing but HTML: nothing of it is shown"),
                                     .advice = advice_of(NOTE_HTML, body->format)});
  else if (!shown && body->answer)
    lint_found(l, LINT_answer_blank, at, span_head(md, 160),
               LINT_SAYING(N_("the answer shows nothing: the question is not shown")));
  bool said = !shown && (only_html || left_out || body->answer);
  for (size_t i = 0; i < n && !said; i++)
    note_judge(l, at, &notes[i], body);
}
