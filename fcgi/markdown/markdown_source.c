/* The Markdown writer.  It removes from the tree what is not allowed, puts custom nodes into words that libcmark's
 * CommonMark writer leaves as they are, and calls that writer.  A table becomes one paragraph of rows; notes are written
 * one by one behind the text, because their lines are indented. */
#include <stdio.h>

#include "markdown/markdown_nodes.h"

/* ---- removing */

/* Whether a link or a picture is written. */
static bool address_ok(cmark_node *n)
{
  return cmark_node_get_type(n) == CMARK_NODE_IMAGE ? markdown_image_ok(n) : markdown_url_ok(span_z(cmark_node_get_url(n)));
}

/* Replaces the node by its children. */
static void node_unwrap(cmark_node *n)
{
  for (cmark_node *child; (child = cmark_node_first_child(n));)
    if (!cmark_node_insert_before(n, child))
      break;
  cmark_node_unlink(n);
}

/* Two codes side by side cannot be written: the marks between them would be one. */
static void code_join(cmark_node *n)
{
  cmark_node *before = cmark_node_previous(n);
  if (!before || cmark_node_get_type(before) != CMARK_NODE_CODE)
    return;
  struct span first = span_z(cmark_node_get_literal(before)), second = span_z(cmark_node_get_literal(n));
  char *both = markdown_memory()->calloc(first.n + second.n + 1, 1);
  memcpy(both, first.p, first.n);
  memcpy(both + first.n, second.p, second.n);
  cmark_node_set_literal(n, both);
  cmark_node_unlink(before);
}

static void codes_join(cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_CODE)
      code_join(cmark_iter_get_node(i));
}

/* A link, picture or reference is removed on its EXIT event: until then the iterator needs the node. */
static void tree_clean(cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
      cmark_node_unlink(n);
    else if (e == CMARK_EVENT_EXIT && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) && !address_ok(n))
      node_unwrap(n);
    else if (e == CMARK_EVENT_EXIT && markdown_kind_of(n) == MARKDOWN_REFERENCE && !markdown_extra_of(n)->number)
      cmark_node_unlink(n);
  }
  codes_join(root);
}

/* ---- marks in texts */

static cmark_node *literal_new(const char *markdown)
{
  cmark_node *n = markdown_node_new(CMARK_NODE_CUSTOM_INLINE);
  cmark_node_set_on_enter(n, markdown);
  cmark_node_set_on_exit(n, "");
  return n;
}

static bool is_blank_or(char c, const char *set)
{
  return c == ' ' || c == '\t' || (c && strchr(set, c));
}

/* A text that would be read as the delimiter row of a table. */
static bool is_delimiters(struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if (!is_blank_or(s.p[i], "|:-"))
      return false;
  return span_find(s, '-') < s.n;
}

/* Whether a reader's Markdown would take the mark at s[at] for what it is not here: bare addresses are links of the tree
 * already.  libcmark's writer escapes the marks of CommonMark only. */
static bool must_escape(struct span s, size_t at, bool in_cell)
{
  switch (s.p[at]) {
  case '~': return true;
  case '|': return in_cell || (at == 0 && is_delimiters(s));
  case ':': return (span_starts(span_from(s, at), SPAN("://")) && span_ends(span_head(s, at), SPAN("http"))) ||
                   (span_starts(span_from(s, at), SPAN("://")) && span_ends(span_head(s, at), SPAN("https"))) ||
                   (at == 0 && is_delimiters(s));
  case '.': return span_ends(span_head(s, at), SPAN("www"));
  case '@': return at > 0 && at + 1 < s.n;
  default: return false;
  }
}

static void text_escape(cmark_node *text, bool in_cell)
{
  struct span s = span_z(cmark_node_get_literal(text));
  size_t kept = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (!must_escape(s, i, in_cell))
      continue;
    if (i > kept)
      cmark_node_insert_before(text, markdown_text_new(span_of(s.p + kept, i - kept)));
    cmark_node_insert_before(text, literal_new((char[]){'\\', s.p[i], 0}));
    kept = i + 1;
  }
  if (!kept)
    return;
  if (kept < s.n)
    cmark_node_insert_before(text, markdown_text_new(span_from(s, kept)));
  cmark_node_unlink(text);
}

/* The texts of the tree.  libcmark's iterator stays valid when the node that it left is unlinked.  The text of a link is its
 * address where libcmark writes "<address>". */
static void texts_escape(cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  unsigned cells = 0, links = 0, headings = 0;
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    unsigned step = e == CMARK_EVENT_ENTER ? 1 : -1U;
    cells += markdown_kind_of(n) == MARKDOWN_CELL ? step : 0;
    links += type == CMARK_NODE_LINK ? step : 0;
    headings += type == CMARK_NODE_HEADING ? step : 0;
    if (type == CMARK_NODE_TEXT && (!links || cells))
      text_escape(n, cells);
    if (type == CMARK_NODE_LINEBREAK && headings) {
      cmark_node_insert_before(n, literal_new("<br>"));
      cmark_node_unlink(n);
    }
  }
}

/* A copy in which each bar is `by`. */
static char *bars_replaced(const char *z, const char *by)
{
  size_t bars = 0, n = 0;
  for (const char *p = z; *p; p++)
    bars += *p == '|';
  char *copy = markdown_memory()->calloc(strlen(z) + bars * strlen(by) + 1, 1);
  for (; *z; z++)
    if (*z == '|')
      n += (size_t)sprintf(copy + n, "%s", by);
    else
      copy[n++] = *z;
  return copy;
}

/* A cell is one line, and a bar in it must not end it. */
static void cell_escape(cmark_node *cell)
{
  cmark_iter *i = cmark_iter_new(cell);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    if (type == CMARK_NODE_CODE && strpbrk(cmark_node_get_literal(n), "|"))
      cmark_node_set_literal(n, bars_replaced(cmark_node_get_literal(n), "\\|"));
    if (e == CMARK_EVENT_ENTER && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)) {
      cmark_node_set_url(n, bars_replaced(cmark_node_get_url(n), "%7C"));
      cmark_node_set_title(n, bars_replaced(cmark_node_get_title(n), "&#124;"));
    }
    if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      cmark_node_insert_before(n, literal_new(type == CMARK_NODE_LINEBREAK ? "<br>" : " "));
      cmark_node_unlink(n);
    }
  }
}

/* ---- tables */

static const char *delimiter(enum markdown_align align)
{
  switch (align) {
  case MARKDOWN_ALIGN_LEFT: return "| :-- ";
  case MARKDOWN_ALIGN_CENTER: return "| :-: ";
  case MARKDOWN_ALIGN_RIGHT: return "| --: ";
  default: return "| --- ";
  }
}

static void row_end(cmark_node *paragraph)
{
  cmark_node_append_child(paragraph, literal_new("|"));
  cmark_node_append_child(paragraph, markdown_node_new(CMARK_NODE_SOFTBREAK));
}

/* Moves the cells of a row into the paragraph; row NULL: empty cells. */
static void row_flatten(cmark_node *paragraph, cmark_node *row, unsigned columns)
{
  unsigned n = 0;
  for (cmark_node *cell; row && (cell = cmark_node_first_child(row)); n++) {
    cell_escape(cell);
    cmark_node_append_child(paragraph, cell);
  }
  for (; n < columns; n++)
    cmark_node_append_child(paragraph, literal_new("|  "));
  row_end(paragraph);
}

static void delimiters_add(cmark_node *paragraph, const enum markdown_align *aligns, unsigned columns)
{
  for (unsigned i = 0; i < columns; i++)
    cmark_node_append_child(paragraph, literal_new(delimiter(aligns[i])));
  row_end(paragraph);
}

static void table_flatten(cmark_node *table)
{
  unsigned columns = markdown_extra_of(table)->count, n = 0;
  cmark_node *paragraph = markdown_node_new(CMARK_NODE_PARAGRAPH), *first = cmark_node_first_child(table);
  enum markdown_align *aligns = markdown_memory()->calloc(columns + 1, sizeof *aligns);
  for (cmark_node *c = first ? cmark_node_first_child(first) : NULL; c && n < columns; c = cmark_node_next(c))
    aligns[n++] = markdown_extra_of(c)->align;
  bool header = first && markdown_extra_of(first)->set;
  row_flatten(paragraph, header ? first : NULL, columns);
  delimiters_add(paragraph, aligns, columns);
  for (cmark_node *row = header ? cmark_node_next(first) : first; row; row = cmark_node_next(row))
    row_flatten(paragraph, row, columns);
  cmark_node_unlink(cmark_node_last_child(paragraph)); /* the last line end */
  cmark_node_insert_before(table, paragraph);
  cmark_node_unlink(table);
}

/* On EXIT, when the iterator has left what is in the table. */
static void tables_flatten(cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (e == CMARK_EVENT_EXIT && markdown_kind_of(cmark_iter_get_node(i)) == MARKDOWN_TABLE)
      table_flatten(cmark_iter_get_node(i));
}

/* ---- other custom nodes */

/* What libcmark's writer puts around the children. */
static void around(cmark_node *n, const char *before, const char *after)
{
  cmark_node_set_on_enter(n, before);
  cmark_node_set_on_exit(n, after);
}

/* Bodies of one page must not share the names of footnotes, so these have the prefix. */
static void extras_name(cmark_node *root, struct span prefix)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    const struct markdown_extra *extra = markdown_extra_of(n);
    char name[128];
    if (e != CMARK_EVENT_ENTER)
      continue;
    switch (extra->kind) {
    case MARKDOWN_STRIKE: around(n, "~~", "~~"); break;
    case MARKDOWN_CELL: around(n, "| ", " "); break;
    case MARKDOWN_TASK: around(n, extra->set ? "[x] " : "[ ] ", ""); break;
    case MARKDOWN_PRODUCT:
      snprintf(name, sizeof name, "%s%s\">", extra->set ? MARKDOWN_PRODUCT_TEXT : MARKDOWN_PRODUCT_NAME, extra->slugs);
      around(n, name, "</a>");
      break;
    case MARKDOWN_REFERENCE:
      snprintf(name, sizeof name, "[^%.*s%u]", SPAN_ARG(prefix), extra->number);
      around(n, name, "");
      break;
    default: break;
    }
  }
}

/* ---- footnotes */

/* libcmark's CommonMark writer writes U+FFFE and U+FFFF as the single bytes FE and FF. */
static void source_add(struct buf *out, struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < 0xFE)
      buf_putc(out, s.p[i]);
    else
      buf_puts(out, "\xEF\xBF\xBD");
}

static void note_write(cmark_node *note, struct span prefix, struct buf *out)
{
  cmark_node *own = markdown_node_new(CMARK_NODE_DOCUMENT);
  for (cmark_node *child; (child = cmark_node_first_child(note));)
    if (!cmark_node_append_child(own, child))
      break;
  struct span rest = span_trim(span_z(cmark_render_commonmark(own, CMARK_OPT_DEFAULT, 0)));
  buf_printf(out, "\n[^%.*s%u]: ", SPAN_ARG(prefix), markdown_extra_of(note)->number);
  for (bool first = true; rest.p; first = false) {
    struct span line = span_split(&rest, '\n');
    if (!first && line.n)
      buf_puts(out, "    ");
    source_add(out, line);
    buf_putc(out, '\n');
  }
}

/* ---- the whole */

void markdown_write_source(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  markdown_addresses_complete(root, l->base_url);
  tree_clean(root);
  markdown_headings_shift(root, l->heading_base);
  extras_name(root, l->id_prefix);
  texts_escape(root);
  tables_flatten(root);
  cmark_node *note = cmark_node_last_child(root);
  while (note && cmark_node_previous(note) && markdown_kind_of(cmark_node_previous(note)) == MARKDOWN_FOOTNOTE)
    note = cmark_node_previous(note);
  cmark_node *notes = markdown_node_new(CMARK_NODE_DOCUMENT);
  for (cmark_node *next; note && markdown_kind_of(note) == MARKDOWN_FOOTNOTE; note = next) {
    next = cmark_node_next(note);
    cmark_node_append_child(notes, note);
  }
  source_add(out, span_z(cmark_render_commonmark(root, CMARK_OPT_DEFAULT, 0)));
  for (note = cmark_node_first_child(notes); note && out->n <= l->output_bytes; note = cmark_node_next(note))
    note_write(note, l->id_prefix, out);
}
