/* The part of the builder that makes texts and inline elements. */
#include "markdown/html_builder_state.h"
#include "text/utf8.h"

void html_builder_inline_open(struct html_builder *b, enum html_inline kind, const char *url, const char *title, size_t *depth)
{
  *depth = b->n_open;
  if (b->n_open < HTML_INLINES_MOST)
    b->open[b->n_open++] = (struct html_inline_open){kind, ++b->last_id, url, title};
}

void html_builder_inline_close(struct html_builder *b, size_t depth)
{
  b->n_open = depth < b->n_open ? depth : b->n_open;
}

static bool is_open(const struct html_builder *b, enum html_inline kind, size_t before)
{
  for (size_t i = 0; i < before; i++)
    if (b->open[i].kind == kind)
      return true;
  return false;
}

bool html_builder_in_code(const struct html_builder *b)
{
  return is_open(b, HTML_CODE, b->n_open);
}

static void inline_add(struct html_builder *b, cmark_node *in, cmark_node_type type, const char *literal)
{
  cmark_node *n = html_node_new(b, type);
  if (literal)
    cmark_node_set_literal(n, literal);
  cmark_node_append_child(in, n);
  b->begun = true;
}

/* The node that holds the content of the i-th open element.  Neighbours of one kind become one node: Markdown cannot
 * write "**a****b**".  Within its own kind an element adds nothing. */
static cmark_node *inline_make(struct html_builder *b, size_t i, cmark_node *in)
{
  static const cmark_node_type types[] = {[HTML_EMPH] = CMARK_NODE_EMPH, [HTML_STRONG] = CMARK_NODE_STRONG,
                                          [HTML_STRIKE] = CMARK_NODE_CUSTOM_INLINE, [HTML_LINK] = CMARK_NODE_LINK,
                                          [HTML_SUB] = CMARK_NODE_NONE};
  const struct html_inline_open *o = &b->open[i];
  cmark_node *last = cmark_node_last_child(in);
  if (types[o->kind] == CMARK_NODE_NONE || is_open(b, o->kind, i))
    return in;
  if (last && o->kind != HTML_LINK && cmark_node_get_type(last) == types[o->kind] &&
      (markdown_kind_of(last) == MARKDOWN_STRIKE) == (o->kind == HTML_STRIKE))
    return last;
  cmark_node *n = o->kind == HTML_STRIKE ? markdown_strike_new() : html_node_new(b, types[o->kind]);
  if (o->kind == HTML_LINK) {
    cmark_node_set_url(n, o->url);
    cmark_node_set_title(n, o->title);
  }
  cmark_node_append_child(in, n);
  return n;
}

static cmark_node *made_last(const struct html_builder *b)
{
  return b->n_made ? b->made[b->n_made - 1].at : b->leaf;
}

static void gap_write(struct html_builder *b)
{
  static const cmark_node_type types[] = {[GAP_LINE] = CMARK_NODE_SOFTBREAK, [GAP_BREAK] = CMARK_NODE_LINEBREAK};
  bool blank = b->gap == GAP_BLANK;
  if (b->begun && b->gap != GAP_NONE)
    inline_add(b, made_last(b), blank ? CMARK_NODE_TEXT : types[b->gap], blank ? " " : NULL);
  b->gap = GAP_NONE;
}

/* The node that the next text goes to. */
static cmark_node *inline_place(struct html_builder *b)
{
  size_t same = 0;
  if (!b->leaf)
    html_paragraph_open(b);
  while (same < b->n_made && same < b->n_open && b->made[same].id == b->open[same].id)
    same++;
  b->n_made = same;
  gap_write(b);
  while (b->n_made < b->n_open) {
    cmark_node *at = inline_make(b, b->n_made, made_last(b));
    b->made[b->n_made].id = b->open[b->n_made].id;
    b->made[b->n_made++].at = at;
  }
  return made_last(b);
}

/* ---- text */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* Copies s with runs of blanks as one blank. */
static size_t collapse(char *to, struct span s)
{
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    if (!is_blank(s.p[i]))
      to[n++] = s.p[i];
    else if (n && to[n - 1] != ' ')
      to[n++] = ' ';
  return n && to[n - 1] == ' ' ? n - 1 : n;
}

char *html_builder_collapsed(struct span s)
{
  char *to = markdown_memory()->calloc(s.n + 1, 1);
  to[collapse(to, s)] = 0;
  return to;
}

/* The characters that stand for digits and signs above or below the line; NULL: one of s has none. */
static const char *raised(struct span s, bool below)
{
  static const char above[][4] = {"\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4", "\xE2\x81\xB5",
                                  "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9", "\xE2\x81\xBA", "\xE2\x81\xBB"};
  char *to = markdown_memory()->calloc(3 * s.n + 1, 1), *end = to;
  for (size_t i = 0; i < s.n; i++) {
    int at = s.p[i] >= '0' && s.p[i] <= '9' ? s.p[i] - '0' : s.p[i] == '+' ? 10 : s.p[i] == '-' ? 11 : -1;
    if (at < 0)
      return NULL;
    char low[4] = {(char)0xE2, (char)0x82, (char)(0x80 + at), 0};
    const char *put = below ? low : above[at];
    memcpy(end, put, strlen(put));
    end += strlen(put);
  }
  return to;
}

static void code_add(struct html_builder *b, cmark_node *in, char *words)
{
  unsigned id = 0;
  cmark_node *last = cmark_node_last_child(in);
  for (size_t i = 0; i < b->n_open; i++)
    if (b->open[i].kind == HTML_CODE)
      id = b->open[i].id;
  if (last && id == b->code_id && cmark_node_get_type(last) == CMARK_NODE_CODE) {
    struct span before = span_z(cmark_node_get_literal(last)), more = span_z(words);
    char *both = markdown_memory()->calloc(before.n + more.n + 1, 1);
    memcpy(both, before.p, before.n);
    memcpy(both + before.n, more.p, more.n);
    cmark_node_set_literal(last, both);
  } else
    inline_add(b, in, CMARK_NODE_CODE, words);
  b->code_id = id;
}

static void words_add(struct html_builder *b, char *words)
{
  cmark_node *in = inline_place(b);
  bool sup = is_open(b, HTML_SUP, b->n_open), sub = is_open(b, HTML_SUB, b->n_open);
  const char *other = sup || sub ? raised(span_z(words), sub) : NULL;
  if (html_builder_in_code(b))
    code_add(b, in, words);
  else
    inline_add(b, in, CMARK_NODE_TEXT, other ? other : words);
  b->shown = b->shown || !utf8_is_blank(span_z(words));
}

static size_t blanks(struct span s, size_t *line_ends)
{
  size_t n = 0;
  *line_ends = 0;
  while (n < s.n && is_blank(s.p[n])) {
    *line_ends += s.p[n] == '\n' || (s.p[n] == '\r' && !(n + 1 < s.n && s.p[n + 1] == '\n'));
    n++;
  }
  return n;
}

/* The bytes of s up to blanks that end a line or the text. */
static size_t line_bytes(const struct html_builder *b, struct span s)
{
  size_t n = 0;
  while (n < s.n) {
    size_t line_ends, run = blanks(span_from(s, n), &line_ends);
    if (run && (n + run == s.n || (line_ends && (b->lines || !html_builder_in_code(b)))))
      break;
    n += run ? run : 1;
  }
  return n;
}

static void blanks_add(struct html_builder *b, size_t line_ends)
{
  if (!b->lines)
    html_gap_raise(b, line_ends && !b->line_only && !html_builder_in_code(b) ? GAP_LINE : GAP_BLANK);
  else if (line_ends > 1)
    html_builder_boundary(b);
  else if (line_ends && b->gap != GAP_BREAK)
    html_builder_break(b);
  else
    html_gap_raise(b, GAP_BLANK);
}

void html_builder_text(struct html_builder *b, struct span s)
{
  while (s.n) {
    size_t line_ends, n = blanks(s, &line_ends);
    if (n)
      blanks_add(b, line_ends);
    else {
      n = line_bytes(b, s);
      words_add(b, html_builder_collapsed(span_head(s, n)));
    }
    s = span_from(s, n);
  }
}

void html_builder_space(struct html_builder *b)
{
  html_gap_raise(b, GAP_BLANK);
}

void html_builder_break(struct html_builder *b)
{
  if (b->line_only)
    html_gap_raise(b, b->cell ? GAP_BREAK : GAP_BLANK);
  else if (b->gap == GAP_BREAK && b->begun)
    html_leaf_close(b);
  else if (b->begun)
    b->gap = GAP_BREAK;
}

void html_builder_task(struct html_builder *b, bool done)
{
  cmark_node *in = html_block_last(b);
  if (b->leaf || cmark_node_get_type(in) != CMARK_NODE_ITEM || cmark_node_first_child(in))
    return;
  html_paragraph_open(b);
  cmark_node_append_child(b->leaf, markdown_task_new(done));
  b->shown = true;
}

void html_builder_inline(struct html_builder *b, cmark_node *n)
{
  if (is_open(b, HTML_LINK, b->n_open))
    return;
  cmark_node_append_child(inline_place(b), n);
  b->begun = b->shown = true;
}

void html_builder_image(struct html_builder *b, const struct html_picture *p)
{
  cmark_node *in = inline_place(b), *image = html_node_new(b, CMARK_NODE_IMAGE);
  cmark_node_set_url(image, p->url);
  cmark_node_set_title(image, p->title);
  if (p->width && p->height)
    markdown_picture_size(image, p->width, p->height);
  cmark_node_append_child(in, image);
  inline_add(b, image, CMARK_NODE_TEXT, html_builder_collapsed(p->alt));
  b->shown = true;
}

/* ---- blocks of text alone */

void html_builder_code(struct html_builder *b, const char *text, const char *language)
{
  size_t depth;
  html_builder_boundary(b);
  if (b->line_only) {
    html_builder_inline_open(b, HTML_CODE, NULL, NULL, &depth);
    html_builder_text(b, span_z(text));
    html_builder_inline_close(b, depth);
    return;
  }
  cmark_node *block = html_node_new(b, CMARK_NODE_CODE_BLOCK);
  cmark_node_set_literal(block, text);
  cmark_node_set_fence_info(block, language);
  cmark_node_append_child(html_block_place(b), block);
}

void html_builder_caption(struct html_builder *b, struct span s)
{
  char *words = html_builder_collapsed(s);
  if (!b->table || utf8_is_blank(span_z(words)))
    return;
  cmark_node *paragraph = html_node_new(b, CMARK_NODE_PARAGRAPH), *emph = html_node_new(b, CMARK_NODE_EMPH);
  cmark_node_insert_before(b->table, paragraph);
  cmark_node_append_child(paragraph, emph);
  cmark_node_append_child(emph, markdown_text_new(span_z(words)));
}
