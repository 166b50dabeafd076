/* The HTML writer.  It writes only the markup that is in this file.  Text passes escape_xml, which also replaces the
 * characters that XML forbids.  The tree is walked with an iterator, so deep nesting needs no stack. */
#include "markdown/markdown_nodes.h"
#include "text/escape.h"
#include "text/url.h"

struct writer {
  struct buf *out;
  const struct markdown_limits *limits;
  unsigned in_image; /* nested pictures around the node: its text becomes the alt attribute of the outermost */
};

void markdown_headings_shift(cmark_node *root, int base)
{
  int highest = 7, last = base - 1;
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (e == CMARK_EVENT_ENTER && cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_HEADING &&
        cmark_node_get_heading_level(cmark_iter_get_node(i)) < highest)
      highest = cmark_node_get_heading_level(cmark_iter_get_node(i));
  cmark_iter_reset(i, root, CMARK_EVENT_ENTER);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (e == CMARK_EVENT_ENTER && cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_HEADING) {
      int level = base + cmark_node_get_heading_level(cmark_iter_get_node(i)) - highest;
      level = level > last + 1 ? last + 1 : level;
      last = level > 6 ? 6 : level;
      cmark_node_set_heading_level(cmark_iter_get_node(i), last);
    }
}

static void text(struct writer *w, const char *z)
{
  escape_xml(w->out, span_z(z));
}

/* url_tidy keeps "&", which is valid in a URL but must be escaped in an attribute. */
static void url_attribute(struct writer *w, const char *name, struct span url)
{
  struct buf tidy = BUF_INIT;
  url_tidy(&tidy, url);
  buf_printf(w->out, " %s=\"", name);
  escape_attr(w->out, buf_view(&tidy));
  buf_putc(w->out, '"');
  if (tidy.failed)
    w->out->failed = true;
  buf_free(&tidy);
}

static void title_attribute(struct writer *w, cmark_node *n)
{
  const char *title = cmark_node_get_title(n);
  if (!title || !*title)
    return;
  buf_puts(w->out, " title=\"");
  text(w, title);
  buf_putc(w->out, '"');
}

static void link_write(struct writer *w, cmark_node *n, bool entering)
{
  struct span url = span_z(cmark_node_get_url(n));
  if (!markdown_url_ok(url))
    return;
  if (!entering) {
    buf_puts(w->out, "</a>");
    return;
  }
  buf_puts(w->out, "<a");
  url_attribute(w, "href", url);
  title_attribute(w, n);
  if (markdown_url_external(url, w->limits->base_url))
    buf_puts(w->out, " rel=\"nofollow noopener\"");
  buf_putc(w->out, '>');
}

static void size_attributes(struct writer *w, cmark_node *n)
{
  const struct markdown_extra *e = markdown_extra_of(n);
  if (e->width && e->height)
    buf_printf(w->out, " width=\"%u\" height=\"%u\"", e->width, e->height);
}

/* The text of a picture becomes its alt attribute.  If the picture is left out, its text is written in its place. */
static void image_write(struct writer *w, cmark_node *n, bool entering)
{
  if (!markdown_image_ok(n))
    return;
  if (entering && w->in_image++ == 0) {
    buf_puts(w->out, "<img");
    url_attribute(w, "src", span_z(cmark_node_get_url(n)));
    buf_puts(w->out, " alt=\"");
  } else if (!entering && --w->in_image == 0) {
    buf_putc(w->out, '"');
    title_attribute(w, n);
    size_attributes(w, n);
    buf_puts(w->out, " loading=\"lazy\" decoding=\"async\">");
  }
}

/* Inside a picture only text is written. */
static void alt_text(struct writer *w, cmark_node *n)
{
  switch (cmark_node_get_type(n)) {
  case CMARK_NODE_TEXT:
  case CMARK_NODE_CODE: text(w, cmark_node_get_literal(n)); break;
  case CMARK_NODE_SOFTBREAK:
  case CMARK_NODE_LINEBREAK: buf_putc(w->out, ' '); break;
  default: break;
  }
}

static void code_block(struct writer *w, cmark_node *n)
{
  struct span language = span_z(cmark_node_get_fence_info(n));
  language = span_head(language, strcspn(language.n ? language.p : "", " \t\r\n"));
  buf_puts(w->out, "<pre tabindex=\"0\"><code");
  if (language.n) {
    buf_puts(w->out, " class=\"language-");
    escape_xml(w->out, language);
    buf_putc(w->out, '"');
  }
  buf_putc(w->out, '>');
  text(w, cmark_node_get_literal(n));
  buf_puts(w->out, "</code></pre>\n");
}

static void list(struct writer *w, cmark_node *n, bool entering)
{
  bool ordered = cmark_node_get_list_type(n) == CMARK_ORDERED_LIST;
  if (!entering)
    buf_puts(w->out, ordered ? "</ol>\n" : "</ul>\n");
  else if (ordered && cmark_node_get_list_start(n) != 1)
    buf_printf(w->out, "<ol start=\"%d\">\n", cmark_node_get_list_start(n));
  else
    buf_puts(w->out, ordered ? "<ol>\n" : "<ul>\n");
}

/* Paragraphs in tight lists have no <p>. */
static bool is_tight(cmark_node *paragraph)
{
  cmark_node *item = cmark_node_parent(paragraph), *grandparent = item ? cmark_node_parent(item) : NULL;
  return grandparent && cmark_node_get_type(grandparent) == CMARK_NODE_LIST && cmark_node_get_list_tight(grandparent);
}

static void paragraph(struct writer *w, cmark_node *n, bool entering)
{
  if (is_tight(n)) {
    if (!entering && cmark_node_next(n))
      buf_putc(w->out, '\n');
  } else if (entering)
    buf_puts(w->out, "<p>");
  else {
    markdown_footnote_links(w->out, w->limits, n);
    buf_puts(w->out, "</p>\n");
  }
}

static void heading(struct writer *w, cmark_node *n, bool entering)
{
  int level = cmark_node_get_heading_level(n);
  buf_printf(w->out, entering ? "<h%d>" : "</h%d>\n", level);
}

static void node(struct writer *w, cmark_node *n, bool in)
{
  cmark_node_type type = cmark_node_get_type(n);
  if (w->in_image && type != CMARK_NODE_IMAGE) {
    alt_text(w, n);
    return;
  }
  switch (type) {
  case CMARK_NODE_BLOCK_QUOTE: buf_puts(w->out, in ? "<blockquote>\n" : "</blockquote>\n"); break;
  case CMARK_NODE_LIST: list(w, n, in); break;
  case CMARK_NODE_ITEM: buf_puts(w->out, !in ? "</li>\n" : markdown_is_task(n) ? "<li class=\"task\">" : "<li>"); break;
  case CMARK_NODE_CODE_BLOCK: code_block(w, n); break;
  case CMARK_NODE_PARAGRAPH: paragraph(w, n, in); break;
  case CMARK_NODE_HEADING: heading(w, n, in); break;
  case CMARK_NODE_THEMATIC_BREAK: buf_puts(w->out, "<hr>\n"); break;
  case CMARK_NODE_TEXT: text(w, cmark_node_get_literal(n)); break;
  case CMARK_NODE_SOFTBREAK: buf_putc(w->out, '\n'); break;
  case CMARK_NODE_LINEBREAK: buf_puts(w->out, "<br>\n"); break;
  case CMARK_NODE_CODE:
    buf_puts(w->out, "<code>");
    text(w, cmark_node_get_literal(n));
    buf_puts(w->out, "</code>");
    break;
  case CMARK_NODE_EMPH: buf_puts(w->out, in ? "<em>" : "</em>"); break;
  case CMARK_NODE_STRONG: buf_puts(w->out, in ? "<strong>" : "</strong>"); break;
  case CMARK_NODE_LINK: link_write(w, n, in); break;
  case CMARK_NODE_IMAGE: image_write(w, n, in); break;
  case CMARK_NODE_CUSTOM_BLOCK:
  case CMARK_NODE_CUSTOM_INLINE: markdown_extra_html(w->out, w->limits, n, in); break;
  default: break; /* the document, HTML and what libcmark does not make */
  }
}

void markdown_write_html(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  struct writer w = {.out = out, .limits = l};
  markdown_addresses_complete(root, l->base_url);
  markdown_headings_shift(root, l->heading_base);
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE && !out->failed && out->n <= l->output_bytes;)
    node(&w, cmark_iter_get_node(i), e == CMARK_EVENT_ENTER);
}
