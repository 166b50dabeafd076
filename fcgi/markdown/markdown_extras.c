/* The HTML of custom nodes.  A table stands in a box of its own that scrolls on narrow screens, and that the keyboard
 * reaches.  A task has a sign with a word, because a page has no form. */
#include "base/format.h"
#include "base/messages.h"
#include "markdown/markdown_nodes.h"
#include "text/escape.h"
#include "text/utf8.h"

#define LABEL_MOST 60 /* characters of the names of the columns in the label of a table */

/* Writes a message of an attribute, with the value in the place of %1$s. */
static void label_put(struct buf *out, struct span format, struct span value)
{
  size_t at = span_find_span(format, SPAN("%1$s"));
  escape_attr(out, span_head(format, at));
  escape_attr(out, value);
  escape_attr(out, span_from(format, at + strlen("%1$s")));
}

/* ---- tables */

static void label_cell(struct buf *text, cmark_node *cell)
{
  cmark_iter *i = cmark_iter_new(cell);
  if (text->n)
    buf_puts(text, ", ");
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_TEXT ||
        cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_CODE)
      buf_puts(text, cmark_node_get_literal(cmark_iter_get_node(i)));
}

/* "Table: Name, Price": the names of the columns tell tables apart. */
static void label(struct buf *out, cmark_node *table)
{
  cmark_node *row = cmark_node_first_child(table);
  struct buf text = BUF_INIT;
  if (row && markdown_extra_of(row)->set)
    for (cmark_node *c = cmark_node_first_child(row); c && text.n < 4 * LABEL_MOST; c = cmark_node_next(c))
      if (cmark_node_first_child(c))
        label_cell(&text, c);
  if (text.n)
    label_put(out, _("Table: %1$s"), utf8_cut(buf_view(&text), LABEL_MOST));
  else
    escape_attr(out, C_("body", "Table"));
  out->failed = out->failed || text.failed;
  buf_free(&text);
}

static void table_html(struct buf *out, cmark_node *n, bool in)
{
  cmark_node *last = cmark_node_last_child(n);
  if (in) {
    buf_puts(out, "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"");
    label(out, n);
    buf_puts(out, "\">\n<table>\n");
  } else
    buf_puts(out, last && !markdown_extra_of(last)->set ? "</tbody>\n</table>\n</div>\n" : "</table>\n</div>\n");
}

/* A row with too few cells gets the others, empty. */
static void row_fill(struct buf *out, cmark_node *row)
{
  unsigned have = 0, want = markdown_extra_of(cmark_node_parent(row))->count;
  for (cmark_node *c = cmark_node_first_child(row); c; c = cmark_node_next(c))
    have++;
  for (; have < want; have++)
    buf_puts(out, "<td></td>\n");
}

static void row_html(struct buf *out, cmark_node *n, bool in)
{
  bool header = markdown_extra_of(n)->set;
  cmark_node *before = cmark_node_previous(n);
  if (in && header)
    buf_puts(out, "<thead>\n");
  else if (in && (!before || markdown_extra_of(before)->set))
    buf_puts(out, "<tbody>\n");
  if (in)
    buf_puts(out, "<tr>\n");
  else {
    row_fill(out, n);
    buf_puts(out, header ? "</tr>\n</thead>\n" : "</tr>\n");
  }
}

/* A header without words heads nothing: it is a plain cell. */
static void cell_html(struct buf *out, cmark_node *n, bool in)
{
  enum markdown_align align = markdown_extra_of(n)->align;
  bool header = markdown_extra_of(cmark_node_parent(n))->set && cmark_node_first_child(n);
  if (!in) {
    buf_puts(out, header ? "</th>\n" : "</td>\n");
    return;
  }
  buf_puts(out, header ? "<th scope=\"col\"" : "<td");
  if (align == MARKDOWN_ALIGN_RIGHT)
    buf_puts(out, " class=\"n\"");
  else if (align == MARKDOWN_ALIGN_CENTER)
    buf_puts(out, " class=\"mid\"");
  buf_putc(out, '>');
}

/* ---- notes */

static void mark_id(struct buf *out, const struct markdown_limits *l, unsigned number, unsigned which)
{
  escape_attr(out, l->id_prefix);
  buf_printf(out, which > 1 ? "fnref%u-%u" : "fnref%u", number, which);
}

static void mark_html(struct buf *out, const struct markdown_limits *l, const struct markdown_extra *e)
{
  buf_puts(out, "<sup><a href=\"#");
  escape_attr(out, l->id_prefix);
  buf_printf(out, "fn%u\" id=\"", e->number);
  mark_id(out, l, e->number, e->count);
  char digits[16];
  size_t n = (size_t)format_print(digits, sizeof digits, "%u", e->number);
  buf_puts(out, "\" role=\"doc-noteref\" aria-label=\"");
  label_put(out, _("Note %1$s"), span_of(digits, n));
  buf_printf(out, "\">%u</a></sup>", e->number);
}

static void links(struct buf *out, const struct markdown_limits *l, const struct markdown_extra *note)
{
  for (unsigned i = 1; i <= note->count; i++) {
    buf_puts(out, i > 1 ? " <a href=\"#" : "<a href=\"#");
    mark_id(out, l, note->number, i);
    buf_puts(out, "\" role=\"doc-backlink\" aria-label=\"");
    escape_attr(out, _("Back to the text"));
    buf_puts(out, "\">\xE2\x86\xA9\xEF\xB8\x8E");
    if (i > 1)
      buf_printf(out, "<sup>%u</sup>", i);
    buf_puts(out, "</a>");
  }
}

static bool is_note(cmark_node *n)
{
  return n && markdown_kind_of(n) == MARKDOWN_FOOTNOTE;
}

void markdown_footnote_links(struct buf *out, const struct markdown_limits *l, cmark_node *paragraph)
{
  cmark_node *parent = cmark_node_parent(paragraph);
  if (!is_note(parent) || cmark_node_next(paragraph) || !markdown_extra_of(parent)->count)
    return;
  buf_putc(out, ' ');
  links(out, l, markdown_extra_of(parent));
}

static void note_html(struct buf *out, const struct markdown_limits *l, cmark_node *n, bool in)
{
  cmark_node *last = cmark_node_last_child(n);
  if (in) {
    if (!is_note(cmark_node_previous(n)))
      buf_puts(out, "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n");
    buf_puts(out, "<li id=\"");
    escape_attr(out, l->id_prefix);
    buf_printf(out, "fn%u\">\n", markdown_extra_of(n)->number);
    return;
  }
  if (!last || cmark_node_get_type(last) != CMARK_NODE_PARAGRAPH) {
    links(out, l, markdown_extra_of(n));
    buf_putc(out, '\n');
  }
  buf_puts(out, is_note(cmark_node_next(n)) ? "</li>\n" : "</li>\n</ol>\n</section>\n");
}

static void task_html(struct buf *out, bool done)
{
  buf_puts(out, "<span role=\"img\" aria-label=\"");
  escape_attr(out, done ? C_("task", "done") : C_("task", "open"));
  buf_puts(out, done ? "\">\xE2\x98\x91\xEF\xB8\x8E</span> " : "\">\xE2\x98\x90\xEF\xB8\x8E</span> ");
}

/* ---- all kinds */

void markdown_extra_html(struct buf *out, const struct markdown_limits *l, cmark_node *n, bool entering)
{
  const struct markdown_extra *e = markdown_extra_of(n);
  switch (e->kind) {
  case MARKDOWN_TABLE: table_html(out, n, entering); break;
  case MARKDOWN_ROW: row_html(out, n, entering); break;
  case MARKDOWN_CELL: cell_html(out, n, entering); break;
  case MARKDOWN_STRIKE: buf_puts(out, entering ? "<del>" : "</del>"); break;
  case MARKDOWN_TASK:
    if (entering)
      task_html(out, e->set);
    break;
  case MARKDOWN_REFERENCE:
    if (entering && e->number)
      mark_html(out, l, e);
    break;
  case MARKDOWN_PRODUCT: /* the page puts the link here (site/product_links.c) */
    if (entering)
      buf_printf(out, e->set ? MARKDOWN_PRODUCT_TEXT "%s\">" : MARKDOWN_PRODUCT_NAME "%s\">", e->slugs);
    else
      buf_puts(out, "</a>");
    break;
  case MARKDOWN_FOOTNOTE: note_html(out, l, n, entering); break;
  default: break;
  }
}
