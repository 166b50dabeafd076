/* A writer of records instead of markup, so that a dear body is read in a child process like any other.  A record is a line:
 * the kind, the number of the line, a blank, the words. */
#include "markdown/markdown_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "markdown/markdown_misread.h"
#include "markdown/markdown_parse.h"
#include "text/address.h"
#include "text/utf8.h"

#define WORDS_MOST 120 /* characters */
#define LINK_MOST 500  /* bytes of its text, and of its address: what is hostile costs little */

struct notes {
  const struct markdown_limits *limits;
  struct buf *out;
  struct buf paragraph; /* its text, with its line ends */
  int line, heading;    /* of the last block; the level of the last heading, 0: none */
  size_t n;
  bool linked, shown;
};

static void note_put(struct notes *w, enum markdown_note_kind kind, struct span words)
{
  if (w->n++ >= MARKDOWN_NOTES_MAX)
    return;
  buf_printf(w->out, "%c%d ", (char)kind, w->line);
  words = utf8_cut(utf8_trim(words), WORDS_MOST);
  for (size_t i = 0; i < words.n; i++)
    buf_putc(w->out, (unsigned char)words.p[i] < ' ' ? ' ' : words.p[i]);
  buf_putc(w->out, '\n');
}

/* ---- tables */

/* "| --- | :-: |" */
static bool is_delimiter_row(struct span line)
{
  size_t bars = 0, dashes = 0;
  for (size_t i = 0; i < line.n; i++)
    if (!strchr("|-: \t", line.p[i]))
      return false;
    else
      bars += line.p[i] == '|', dashes += line.p[i] == '-';
  return bars && dashes;
}

/* Two lines that begin with a bar, or one over a delimiter row. */
static bool looks_like_table(struct span text)
{
  bool before = false, began = false;
  while (text.p) {
    struct span line = span_trim(span_split(&text, '\n'));
    bool begins = span_starts(line, SPAN("|")) && span_ends(line, SPAN("|")) && line.n > 2;
    if ((before && is_delimiter_row(line)) || (began && begins))
      return true;
    before = span_find(line, '|') < line.n;
    began = begins;
  }
  return false;
}

/* ---- marks that other programs read */

/* The text between two marks on one line; empty: there is none. */
static struct span marked(struct span text, struct span begins, struct span ends)
{
  size_t at = span_find_span(text, begins);
  struct span inner = span_from(text, at + begins.n);
  size_t length = span_find_span(inner, ends);
  bool some = at < text.n && length && length < inner.n && span_find(inner, '\n') > length;
  return some ? span_head(span_from(text, at), begins.n + length + ends.n) : SPAN("");
}

static struct span mark_find(struct span text)
{
  static const struct span marks[][2] = {{{"[[", 2}, {"]]", 2}}, {{"~~", 2}, {"~~", 2}}, {{"[^", 2}, {"]", 1}}};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    struct span found = marked(text, marks[i][0], marks[i][1]);
    if (found.n)
      return found;
  }
  return span_starts(text, SPAN("[ ] ")) || span_starts(text, SPAN("[x] ")) ? span_head(text, span_find(text, '\n')) : SPAN("");
}

/* "[x](my file.pdf)", "![x](my pic.png)": with a blank in its address, it is no link.  What has neither a point nor a slash
 * there is a remark in brackets.  From *at on; empty: there is none. */
static struct span broken_link(struct span text, size_t *at)
{
  for (struct span rest = span_from(text, *at); rest.n; rest = span_from(text, *at)) {
    size_t middle = *at + span_find_span(rest, SPAN("](")), begin = middle;
    if (middle >= text.n)
      break;
    struct span address = span_from(text, middle + 2);
    address = span_head(address, LINK_MOST);
    address = span_head(address, span_find(address, '\n'));
    size_t end = span_find(address, ')');
    bool closed = end < address.n;
    address = span_trim(span_head(address, end));
    *at = middle + 2;
    while (begin && middle - begin < LINK_MOST && text.p[begin] != '[' && text.p[begin] != '\n')
      begin--;
    if (!closed || text.p[begin] != '[' || span_find(address, ' ') == address.n ||
        (span_find(address, '.') == address.n && span_find(address, '/') == address.n))
      continue;
    begin -= begin && text.p[begin - 1] == '!';
    *at += end + 1;
    return span_head(span_from(text, begin), *at - begin);
  }
  return SPAN("");
}

/* ---- quantities */

static bool is_digit(struct span s, size_t i)
{
  return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static bool is_letter(struct span s, size_t i)
{
  return i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z'));
}

/* A word behind the number that makes it a claim: a share, a multiple, a size, a rate or an amount. */
static bool makes_a_claim(struct span after)
{
  static const char *const words[] = {"percent", "per cent", "times", "million", "billion", "thousand",  "x",
                                      "ms",      "KB",       "MB",    "GB",      "TB",      "kB",        "KiB",
                                      "MiB",     "GiB",      "users", "customers", "downloads", "requests", "stars"};
  if (span_starts(after, SPAN("%")) || span_starts(after, SPAN(" %")))
    return true;
  while (span_starts(after, SPAN(" ")) || span_starts(after, SPAN("\xC2\xA0")))
    after = span_from(after, after.p[0] == ' ' ? 1 : 2);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (span_starts(after, span_z(words[i])) && !is_letter(after, strlen(words[i])) && !is_digit(after, strlen(words[i])))
      return true;
  return false;
}

static bool is_money(struct span s, size_t at)
{
  struct span before = span_head(s, at);
  return span_ends(before, SPAN("$")) || span_ends(before, SPAN("\xE2\x82\xAC")) || span_ends(before, SPAN("\xC2\xA3"));
}

static bool number_find(struct span s, size_t *at, size_t *end)
{
  for (size_t i = 0; i < s.n; i++) {
    if (!is_digit(s, i) || (i && (is_letter(s, i - 1) || s.p[i - 1] == '.' || s.p[i - 1] == '-')))
      continue;
    size_t n = i;
    while (is_digit(s, n) || (n < s.n && (s.p[n] == ',' || s.p[n] == '.') && is_digit(s, n + 1)))
      n++;
    *at = i;
    *end = n;
    if (is_money(s, i) || makes_a_claim(span_from(s, n)))
      return true;
    i = n;
  }
  return false;
}

static void misread_notes(struct notes *w, struct span text)
{
  struct span link = markdown_misread_link(text), reference = markdown_misread_reference(text);
  if (link.n)
    note_put(w, NOTE_BRACKETS, link);
  if (reference.n)
    note_put(w, NOTE_REFERENCE, reference);
}

static void paragraph_end(struct notes *w)
{
  struct span text = buf_view(&w->paragraph), mark = mark_find(text);
  size_t at, end;
  if (mark.n)
    note_put(w, NOTE_MARK, mark);
  size_t from = 0;
  for (struct span link; w->limits->format == BODY_MARKDOWN && (link = broken_link(text, &from)).n;)
    note_put(w, NOTE_ADDRESS, link);
  if (w->limits->format <= BODY_MARKDOWN)
    misread_notes(w, text);
  if (looks_like_table(text))
    note_put(w, NOTE_TABLE, span_head(text, span_find(text, '\n')));
  if (!w->linked && number_find(text, &at, &end)) {
    from = at > 20 ? at - 20 : 0;
    while (from && from < at && text.p[from - 1] != ' ')
      from++;
    note_put(w, NOTE_NUMBER, span_head(span_from(text, from), end - from + 24));
  }
  w->shown = w->shown || !utf8_is_blank(text);
  buf_clear(&w->paragraph);
  w->linked = false;
}

/* ---- nodes */

static void link_note(struct notes *w, cmark_node *n)
{
  struct span url = span_z(cmark_node_get_url(n)), base = w->limits->base_url;
  struct address whole = address_of_link(url);
  bool own = base.n && span_starts(whole.rest, base);
  w->linked = true;
  if (!markdown_url_ok(whole.rest))
    note_put(w, NOTE_LINK_DROPPED, url);
  else if (address_has_user(url))
    note_put(w, NOTE_LINK_USER, url);
  else if (own && !markdown_url_external(whole.rest, base))
    note_put(w, NOTE_LINK, span_from(whole.rest, base.n));
  else if (!whole.before.n && !own && !markdown_url_external(whole.rest, base) &&
           !(whole.rest.n > 7 && strncasecmp(whole.rest.p, "mailto:", 7) == 0))
    note_put(w, NOTE_LINK, whole.rest);
}

static bool has_text(cmark_node *image)
{
  cmark_iter *i = cmark_iter_new(image);
  bool any = false;
  for (cmark_event_type e; !any && (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(i));
    any = (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) &&
          !utf8_is_blank(span_z(cmark_node_get_literal(cmark_iter_get_node(i))));
  }
  return any;
}

static void picture_note(struct notes *w, cmark_node *n)
{
  struct span url = span_z(cmark_node_get_url(n));
  struct address whole = address_of_picture(url, w->limits->base_url);
  if (!whole.rest.n)
    note_put(w, NOTE_PICTURE_DROPPED, url);
  else if (whole.before.n && strncasecmp(utf8_trim_unseen(url).p, "http:", 5) == 0)
    note_put(w, NOTE_PICTURE_HTTP, url);
  else if (!whole.before.n && whole.rest.p[0] != '/' && !markdown_url_external(whole.rest, w->limits->base_url) &&
           !span_starts(whole.rest, w->limits->base_url.n ? w->limits->base_url : SPAN("/")))
    note_put(w, NOTE_PICTURE_RELATIVE, whole.rest);
  if (!has_text(n))
    note_put(w, NOTE_ALT, url);
  w->shown = w->shown || whole.rest.n;
}

static void html_note(struct notes *w, cmark_node *n)
{
  struct span html = utf8_trim(span_z(cmark_node_get_literal(n)));
  if (span_starts(html, SPAN("[")) || span_starts(html, SPAN("wp:"))) {
    note_put(w, html.p[0] == '[' ? NOTE_SHORTCODE : NOTE_BLOCK, html);
    return;
  }
  if (html.n < 7 && strncasecmp(html.p, "<br", html.n < 3 ? html.n : 3) == 0) /* a blank line by itself: nothing is lost */
    return;
  if (!span_starts(html, SPAN("<!--")) && !span_starts(html, SPAN("</"))) /* the tag that begins an element is told */
    note_put(w, NOTE_HTML, html);
}

static void heading_note(struct notes *w, int level)
{
  if (w->heading && level > w->heading + 1)
    note_put(w, NOTE_HEADING, buf_view(&w->paragraph));
  w->heading = level;
}

/* Cells of a row are words apart; a reference to a footnote is a source like a link. */
static void extra_note(struct notes *w, const struct markdown_extra *e)
{
  char path[128];
  if (e->kind == MARKDOWN_CELL)
    buf_putc(&w->paragraph, ' ');
  if (e->kind == MARKDOWN_PRODUCT) {
    note_put(w, NOTE_PRODUCT, span_z(e->written));
    w->linked = true;
  }
  if (e->kind == MARKDOWN_REFERENCE && e->activity) {
    snprintf(path, sizeof path, "%llu", (unsigned long long)e->activity);
    note_put(w, NOTE_ACTIVITY, span_z(path));
  }
  w->linked = w->linked || e->kind == MARKDOWN_REFERENCE;
}

static int lines_of(struct span text)
{
  int n = 0;
  for (size_t i = 0; i < text.n; i++)
    n += text.p[i] == '\n';
  return n;
}

static void text_note(struct notes *w, cmark_node *n)
{
  cmark_node *before = cmark_node_previous(n);
  struct span text = span_z(cmark_node_get_literal(n));
  if (w->limits->format <= BODY_MARKDOWN && cmark_node_get_type(cmark_node_parent(n)) == CMARK_NODE_PARAGRAPH &&
      (!before || cmark_node_get_type(before) == CMARK_NODE_SOFTBREAK) && markdown_misread_heading(text)) {
    int begin = w->line;
    w->line += lines_of(buf_view(&w->paragraph));
    note_put(w, NOTE_HASH, text);
    w->line = begin;
  }
  buf_span(&w->paragraph, text);
}

/* A fence that nothing closes leaves nothing behind its code but footnotes. */
static void code_note(struct notes *w, cmark_node *n)
{
  cmark_node *next = cmark_node_next(n);
  struct span code = utf8_trim(span_z(cmark_node_get_literal(n)));
  bool last = !next || markdown_kind_of(next) == MARKDOWN_FOOTNOTE;
  if (last && cmark_node_get_type(cmark_node_parent(n)) == CMARK_NODE_DOCUMENT && w->limits->format <= BODY_MARKDOWN)
    note_put(w, NOTE_FENCE, span_head(code, span_find(code, '\n')));
  w->shown = w->shown || code.n;
}

static void node_enter(struct notes *w, cmark_node *n, cmark_node_type type)
{
  bool html = w->limits->format > BODY_MARKDOWN, block = type >= CMARK_NODE_FIRST_BLOCK && type <= CMARK_NODE_LAST_BLOCK;
  int line = !block ? 0 : html ? markdown_extra_of(n)->line : markdown_line(n);
  if (line > 0)
    w->line = line;
  switch (type) {
  case CMARK_NODE_HTML_BLOCK:
  case CMARK_NODE_HTML_INLINE: html_note(w, n); break;
  case CMARK_NODE_LINK: link_note(w, n); break;
  case CMARK_NODE_IMAGE: picture_note(w, n); break;
  case CMARK_NODE_CUSTOM_INLINE: extra_note(w, markdown_extra_of(n)); break;
  case CMARK_NODE_TEXT: text_note(w, n); break;
  case CMARK_NODE_SOFTBREAK:
  case CMARK_NODE_LINEBREAK: buf_putc(&w->paragraph, '\n'); break;
  case CMARK_NODE_CODE_BLOCK: code_note(w, n); break;
  case CMARK_NODE_CODE: w->shown = w->shown || !utf8_is_blank(span_z(cmark_node_get_literal(n))); break;
  default: break;
  }
}

static void notes_write(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  struct notes w = {.limits = l, .out = out, .paragraph = BUF_INIT};
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE && !out->failed;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    if (e == CMARK_EVENT_ENTER)
      node_enter(&w, n, type);
    else if (type == CMARK_NODE_HEADING)
      heading_note(&w, cmark_node_get_heading_level(n));
    if (e == CMARK_EVENT_EXIT &&
        (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING || markdown_kind_of(n) == MARKDOWN_ROW))
      paragraph_end(&w);
  }
  if (w.shown) {
    w.n = 0;
    note_put(&w, NOTE_SHOWN, SPAN(""));
  }
  out->failed = out->failed || w.paragraph.failed;
  buf_free(&w.paragraph);
}

/* ---- the records */

static struct markdown_note note_of(struct span line)
{
  struct span words = line, number = span_split(&words, ' ');
  char digits[16] = "";
  memcpy(digits, number.p + 1, number.n - 1 < sizeof digits - 1 ? number.n - 1 : sizeof digits - 1);
  return (struct markdown_note){(enum markdown_note_kind)(unsigned char)line.p[0], atoi(digits), words};
}

enum markdown_result markdown_notes(const struct markdown_limits *l, struct arena *a, struct span source,
                                    struct markdown_note **out, size_t *n)
{
  struct buf records = BUF_INIT;
  *n = 0;
  *out = ARENA_ARRAY(a, MARKDOWN_NOTES_MAX + 1, struct markdown_note);
  enum markdown_result result = *out ? markdown_write(l, source, notes_write, &records) : MARKDOWN_NO_MEMORY;
  struct span rest = arena_take(a, &records);
  while (result == MARKDOWN_OK && rest.n && *n <= MARKDOWN_NOTES_MAX) {
    struct markdown_note note = note_of(span_split(&rest, '\n'));
    if ((note.kind != NOTE_FENCE || markdown_misread_fence(source, note.line)) &&
        (note.kind != NOTE_HASH || markdown_misread_heading_at(source, note.line)))
      (*out)[(*n)++] = note;
  }
  return arena_failed(a) ? MARKDOWN_NO_MEMORY : result;
}
