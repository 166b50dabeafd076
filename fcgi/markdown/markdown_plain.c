/* Three more writers.  markdown_write_source removes what is not allowed from the tree and uses libcmark's CommonMark
 * writer.  markdown_write_plain writes the plain text on one line, markdown_write_lines on one line for each block. */
#include "markdown/markdown_tree.h"
#include "text/utf8.h"

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

/* libcmark's CommonMark writer writes U+FFFE and U+FFFF as the single bytes FE and FF. */
static void source_add(struct buf *out, const char *z)
{
  for (; *z; z++)
    if ((unsigned char)*z < 0xFE)
      buf_putc(out, *z);
    else
      buf_puts(out, "\xEF\xBF\xBD");
}

void markdown_write_source(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  markdown_addresses_complete(root, l->base_url);
  tree_clean(root);
  markdown_headings_shift(root, l->heading_base);
  const char *z = cmark_render_commonmark(root, CMARK_OPT_DEFAULT, 0);
  source_add(out, z);
}

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
    case CMARK_NODE_ITEM: line_begin(out); break;
    default: break;
    }
  }
}
