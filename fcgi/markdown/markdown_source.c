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

/* A link or picture is removed on its EXIT event: until then the iterator needs the node. */
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
  }
}

/* ---- marks in texts */

static cmark_node *literal_new(const char *markdown)
{
  cmark_node *n = markdown_node_new(CMARK_NODE_CUSTOM_INLINE);
  cmark_node_set_on_enter(n, markdown);
  cmark_node_set_on_exit(n, "");
  return n;
}

/* libcmark's writer escapes the marks of CommonMark only.  Puts `escaped` for each `mark` of the text. */
static void mark_escape(cmark_node *text, char mark, const char *escaped)
{
  struct span rest = span_z(cmark_node_get_literal(text));
  if (span_find(rest, mark) == rest.n)
    return;
  while (rest.p) {
    struct span part = span_split(&rest, mark);
    if (part.n)
      cmark_node_insert_before(text, markdown_text_new(part));
    if (rest.p)
      cmark_node_insert_before(text, literal_new(escaped));
  }
  cmark_node_unlink(text);
}

/* The texts under n.  libcmark's iterator stays valid when the node that it left is unlinked. */
static void marks_escape(cmark_node *n, char mark, const char *escaped)
{
  cmark_iter *i = cmark_iter_new(n);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_TEXT)
      mark_escape(cmark_iter_get_node(i), mark, escaped);
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
  marks_escape(cell, '|', "\\|");
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

/* ---- notes */

/* Bodies of one page must not share the names of notes. */
static void marks_name(cmark_node *root, struct span prefix)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; prefix.n && (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (markdown_kind_of(cmark_iter_get_node(i)) == MARKDOWN_MARK) {
      char name[64];
      snprintf(name, sizeof name, "[^%.*s%u]", SPAN_ARG(prefix), markdown_extra_of(cmark_iter_get_node(i))->number);
      cmark_node_set_on_enter(cmark_iter_get_node(i), name);
    }
}

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
  marks_name(root, l->id_prefix);
  marks_escape(root, '~', "\\~");
  tables_flatten(root);
  cmark_node *note = cmark_node_last_child(root);
  while (note && cmark_node_previous(note) && markdown_kind_of(cmark_node_previous(note)) == MARKDOWN_NOTE)
    note = cmark_node_previous(note);
  cmark_node *notes = markdown_node_new(CMARK_NODE_DOCUMENT);
  for (cmark_node *next; note && markdown_kind_of(note) == MARKDOWN_NOTE; note = next) {
    next = cmark_node_next(note);
    cmark_node_append_child(notes, note);
  }
  source_add(out, span_z(cmark_render_commonmark(root, CMARK_OPT_DEFAULT, 0)));
  for (note = cmark_node_first_child(notes); note && out->n <= l->output_bytes; note = cmark_node_next(note))
    note_write(note, l->id_prefix, out);
}
