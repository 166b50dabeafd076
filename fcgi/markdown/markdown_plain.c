/* The writers of plain text: markdown_write_plain on one line, for descriptions, without struck text and notes;
 * markdown_write_lines all of it, on one line for each block. */
#include "markdown/markdown_nodes.h"
#include "text/utf8.h"

static bool is_blank(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Writes white space and control characters of any length as one blank. */
static void plain_add(struct buf *out, struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if (!is_blank(s.p[i]) && (unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7F)
      buf_putc(out, s.p[i]);
    else if (out->n && out->p[out->n - 1] != ' ')
      buf_putc(out, ' ');
}

static void sign_add(struct buf *out, cmark_node *task)
{
  buf_puts(out, markdown_extra_of(task)->set ? "\xE2\x98\x91 " : "\xE2\x98\x90 ");
}

/* A custom node on one line.  True: its children are left out. */
static bool plain_extra(struct buf *out, cmark_node *n)
{
  switch (markdown_kind_of(n)) {
  case MARKDOWN_ROW: plain_add(out, cmark_node_previous(n) ? SPAN("; ") : SPAN(" ")); break;
  case MARKDOWN_CELL: plain_add(out, cmark_node_previous(n) ? SPAN(", ") : SPAN("")); break;
  case MARKDOWN_TASK: sign_add(out, n); break;
  case MARKDOWN_STRIKE:
  case MARKDOWN_FOOTNOTE: return true;
  default: break;
  }
  return false;
}

void markdown_write_plain(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  cmark_iter *i = cmark_iter_new(root);
  (void)l;
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE && !out->failed;) {
    cmark_node *n = cmark_iter_get_node(i);
    switch (cmark_node_get_type(n)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE: plain_add(out, span_z(cmark_node_get_literal(n))); break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
    case CMARK_NODE_ITEM: plain_add(out, SPAN(" ")); break;
    case CMARK_NODE_CUSTOM_BLOCK:
    case CMARK_NODE_CUSTOM_INLINE:
      if (e == CMARK_EVENT_ENTER && plain_extra(out, n))
        cmark_iter_reset(i, n, CMARK_EVENT_EXIT);
      break;
    default: break;
    }
  }
}

static void line_begin(struct buf *out)
{
  if (out->n && out->p[out->n - 1] == ' ')
    buf_truncate(out, out->n - 1);
  if (out->n && out->p[out->n - 1] != '\n')
    buf_putc(out, '\n');
}

static void lines_add(struct buf *out, struct span code)
{
  while (code.p && code.n) {
    plain_add(out, span_split(&code, '\n'));
    line_begin(out);
  }
}

static void lines_extra(struct buf *out, cmark_node *n, bool entering)
{
  switch (markdown_kind_of(n)) {
  case MARKDOWN_ROW: line_begin(out); break;
  case MARKDOWN_CELL: plain_add(out, entering && cmark_node_previous(n) ? SPAN(" | ") : SPAN("")); break;
  case MARKDOWN_STRIKE: buf_puts(out, "~~"); break;
  case MARKDOWN_TASK:
    if (entering)
      sign_add(out, n);
    break;
  case MARKDOWN_REFERENCE:
    if (entering && markdown_extra_of(n)->number)
      buf_printf(out, "[%u]", markdown_extra_of(n)->number);
    break;
  case MARKDOWN_FOOTNOTE:
    line_begin(out);
    if (entering)
      buf_printf(out, "[%u] ", markdown_extra_of(n)->number);
    break;
  default: break;
  }
}

/* The number of a note stands on the line of its first block. */
static bool note_begins(cmark_node *n, bool entering)
{
  cmark_node *parent = cmark_node_parent(n);
  return entering && parent && !cmark_node_previous(n) && markdown_kind_of(parent) == MARKDOWN_FOOTNOTE;
}

void markdown_write_lines(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE && !out->failed && out->n <= l->output_bytes;) {
    cmark_node *n = cmark_iter_get_node(i);
    switch (cmark_node_get_type(n)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE: plain_add(out, span_z(cmark_node_get_literal(n))); break;
    case CMARK_NODE_CODE_BLOCK:
      line_begin(out);
      lines_add(out, span_z(cmark_node_get_literal(n)));
      break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK: plain_add(out, SPAN(" ")); break;
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
    case CMARK_NODE_ITEM:
      if (!note_begins(n, e == CMARK_EVENT_ENTER))
        line_begin(out);
      break;
    case CMARK_NODE_CUSTOM_BLOCK:
    case CMARK_NODE_CUSTOM_INLINE: lines_extra(out, n, e == CMARK_EVENT_ENTER); break;
    default: break;
    }
  }
}
