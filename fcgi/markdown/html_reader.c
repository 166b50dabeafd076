#include "markdown/html_reader.h"

#include <strings.h>

#include "markdown/html_builder.h"
#include "markdown/html_elements.h"
#include "markdown/html_notes.h"
#include "markdown/html_press.h"
#include "markdown/html_walk.h"
#include "text/utf8.h"

#define FRAMES_MOST 64
#define COLUMNS_MOST 64
#define SIZE_MOST 10000     /* CSS pixels of a picture */
#define START_MOST 99999999 /* of an ordered list */
#define LANGUAGE_MOST 40
#define WORDS_MOST 200 /* of a tag that is left out */

/* What must be undone when an element ends. */
struct html_frame {
  const GumboNode *node;
  enum { FRAME_INLINE, FRAME_QUOTED, FRAME_BLOCK, FRAME_LINE, FRAME_ROW, FRAME_CELL, FRAME_TABLE } what;
  size_t depth;
};

struct reader {
  struct html_builder *b;
  struct html_press *press; /* NULL: not WordPress */
  struct html_notes *notes;
  struct markdown_footnotes *footnotes; /* the notes, and what the text says of activities */
  const GumboNode *in_note;             /* whose content is read; NULL: that of the body */
  struct html_frame frames[FRAMES_MOST];
  size_t n_frames;
  unsigned column, below[COLUMNS_MOST]; /* rows that a cell above still takes */
};

static bool frame_push(struct reader *r, const GumboNode *n, int what, size_t depth)
{
  r->frames[r->n_frames++] = (struct html_frame){.node = n, .what = what, .depth = depth};
  return true;
}

/* The beginning of its tag tells the editor what is left out. */
static bool vanish(struct reader *r, const GumboElement *e)
{
  struct span tag = {e->original_tag.data, e->original_tag.length};
  html_builder_left_out(r->b, span_head(tag.n ? tag : SPAN("<svg>"), WORDS_MOST));
  return false;
}

/* ---- inline elements.  They return true: the content of the element is read. */

static bool inline_enter(struct reader *r, const GumboNode *n, enum html_inline kind, const char *url, const char *title)
{
  size_t depth;
  html_builder_inline_open(r->b, kind, url, title, &depth);
  return frame_push(r, n, FRAME_INLINE, depth);
}

/* True: the element is a reference to a note, or it is no part of the text. */
static bool note_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  size_t note = html_notes_referred(r->notes, e);
  if (note != HTML_NOTE_NONE)
    html_builder_inline(r->b, markdown_footnotes_refer(r->footnotes, note));
  return note != HTML_NOTE_NONE || (n != r->in_note && html_notes_has(r->notes, n)) || (r->in_note && html_notes_leads_back(e));
}

/* A part of this page has no address here, because no id is written. */
static bool link_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  const char *url = html_attribute(e, "href"), *title = html_attribute(e, "title");
  if (html_has_word(e, "class", SPAN("wp-block-file__button")))
    html_builder_space(r->b);
  if (!url || !*url || *url == '#')
    return true;
  return inline_enter(r, n, HTML_LINK, url, title ? html_builder_collapsed(span_z(title)) : "");
}

static bool image_enter(struct reader *r, const GumboElement *e)
{
  const char *url = html_attribute(e, "src"), *title = html_attribute(e, "title"), *alt = html_attribute(e, "alt");
  struct html_picture p = {.url = url ? url : "", .title = title ? html_builder_collapsed(span_z(title)) : "", .alt = span_z(alt),
                           .width = html_number(e, "width", SIZE_MOST), .height = html_number(e, "height", SIZE_MOST)};
  html_builder_image(r->b, &p);
  return false;
}

static bool quoted_enter(struct reader *r, const GumboNode *n)
{
  html_builder_text(r->b, SPAN("\xE2\x80\x9C"));
  return frame_push(r, n, FRAME_QUOTED, 0);
}

static bool sign_enter(struct reader *r, const GumboElement *e)
{
  bool done = html_has_word(e, "aria-label", SPAN("done"));
  if (!html_has_word(e, "role", SPAN("img")) || (!done && !html_has_word(e, "aria-label", SPAN("open"))))
    return true;
  html_builder_task(r->b, done);
  return false;
}

static bool input_enter(struct reader *r, const GumboElement *e)
{
  if (html_has_word(e, "type", SPAN("checkbox")))
    html_builder_task(r->b, html_has(e, "checked"));
  return false;
}

/* ---- blocks */

static bool legend_enter(struct reader *r, const GumboNode *n, enum html_inline kind)
{
  html_builder_boundary(r->b);
  return inline_enter(r, n, kind, NULL, NULL);
}

static bool list_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  bool ordered = e->tag == GUMBO_TAG_OL;
  const char *start = html_attribute(e, "start");
  bool first = !start || (*start == '0' && !start[1]); /* 0 is a start; what is no number is none */
  unsigned number = html_number(e, "start", START_MOST);
  return !html_builder_list_open(r->b, ordered, first && start ? 0 : number ? (int)number : 1) ||
         frame_push(r, n, FRAME_BLOCK, 0);
}

static bool item_enter(struct reader *r, const GumboNode *n)
{
  if (html_builder_item_open(r->b))
    return frame_push(r, n, FRAME_BLOCK, 0);
  if (html_builder_in_line(r->b))
    html_builder_text(r->b, SPAN("\xE2\x80\xA2 "));
  return true;
}

/* The word behind "language-" or "lang-" in a class of <pre> or of the <code> in it.  Libcmark puts it behind a fence. */
static struct span language_in(const GumboElement *e)
{
  const char *class = html_attribute(e, "class");
  for (struct span rest = span_z(class); rest.n;) {
    size_t n = strcspn(rest.p, " \t\n\f\r");
    struct span word = span_head(rest, n);
    size_t prefix = span_starts(word, SPAN("language-")) ? 9 : span_starts(word, SPAN("lang-")) ? 5 : 0;
    if (prefix && word.n > prefix && word.n < prefix + LANGUAGE_MOST && span_find(word, '`') == word.n)
      return span_from(word, prefix);
    rest = span_from(rest, n + 1);
  }
  return SPAN("");
}

static const char *language_of(const GumboElement *pre)
{
  struct span language = language_in(pre);
  for (unsigned i = 0; !language.n && i < pre->children.length; i++)
    if (html_is(pre->children.data[i], GUMBO_TAG_CODE))
      language = language_in(html_element(pre->children.data[i]));
  return html_builder_collapsed(language);
}

static bool pre_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  char *text = html_text(n);
  size_t bytes = strlen(text);
  if (bytes && text[bytes - 1] != '\n') { /* a block of code ends with a line end */
    text = markdown_memory()->realloc(text, bytes + 2);
    memcpy(text + bytes, "\n", 2);
  }
  if (!utf8_is_blank(span_z(text)))
    html_builder_code(r->b, text, language_of(e));
  return false;
}

/* ---- tables */

static bool table_enter(struct reader *r, const GumboNode *n)
{
  memset(r->below, 0, sizeof r->below);
  return !html_builder_table_open(r->b) || frame_push(r, n, FRAME_TABLE, 0);
}

static bool is_header(const GumboNode *row, const GumboElement *e)
{
  bool any = false;
  for (unsigned i = 0; i < e->children.length; i++)
    if (html_is(e->children.data[i], GUMBO_TAG_TD))
      return html_is(row->parent, GUMBO_TAG_THEAD);
    else
      any = any || html_is(e->children.data[i], GUMBO_TAG_TH);
  return any || html_is(row->parent, GUMBO_TAG_THEAD);
}

static bool row_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  bool header = is_header(n, e);
  r->column = 0;
  if (html_builder_row_open(r->b, &header))
    return frame_push(r, n, FRAME_ROW, header);
  html_builder_boundary(r->b);
  return true;
}

static enum markdown_align align_of(const GumboElement *e)
{
  static const struct {
    struct span word, class, ours;
    enum markdown_align align;
  } all[] = {{{"right", 5}, {"has-text-align-right", 20}, {"n", 1}, MARKDOWN_ALIGN_RIGHT},
             {{"center", 6}, {"has-text-align-center", 21}, {"mid", 3}, MARKDOWN_ALIGN_CENTER},
             {{"left", 4}, {"has-text-align-left", 19}, {"", 0}, MARKDOWN_ALIGN_LEFT}};
  struct span style = span_z(html_attribute(e, "style"));
  struct span value = span_from(style, span_find_span(style, SPAN("text-align")) + 10);
  while (value.n && (value.p[0] == ' ' || value.p[0] == ':'))
    value = span_from(value, 1);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (span_starts(value, all[i].word) || html_has_word(e, "align", all[i].word) || html_has_word(e, "class", all[i].class) ||
        html_has_word(e, "data-align", all[i].word) || (all[i].ours.n && html_has_word(e, "class", all[i].ours)))
      return all[i].align;
  return MARKDOWN_ALIGN_NONE;
}

static void cell_empty(struct reader *r)
{
  if (html_builder_cell_open(r->b, MARKDOWN_ALIGN_NONE))
    html_builder_heading_close(r->b);
  r->column++;
}

/* Empty cells stand where a cell of a row above reaches down. */
static void cells_above(struct reader *r)
{
  while (r->column < COLUMNS_MOST && r->below[r->column]) {
    r->below[r->column]--;
    cell_empty(r);
  }
}

/* A cell that heads its row is strong. */
static bool cell_enter(struct reader *r, const GumboNode *n, const GumboElement *e)
{
  size_t depth;
  const struct html_frame *row = r->n_frames ? &r->frames[r->n_frames - 1] : NULL;
  bool in_row = row && row->what == FRAME_ROW;
  if (in_row)
    cells_above(r);
  if (in_row && r->column >= COLUMNS_MOST)
    return vanish(r, e);
  if (!in_row || !html_builder_cell_open(r->b, align_of(e))) {
    html_builder_boundary(r->b);
    return true;
  }
  unsigned rows = html_number(e, "rowspan", 1000), columns = html_number(e, "colspan", COLUMNS_MOST);
  columns = columns ? columns : 1;
  for (unsigned i = 0; i < columns && r->column + i < COLUMNS_MOST; i++)
    r->below[r->column + i] = rows > 1 ? rows - 1 : 0;
  frame_push(r, n, FRAME_CELL, columns);
  if (e->tag == GUMBO_TAG_TH && !row->depth) {
    html_builder_inline_open(r->b, HTML_STRONG, NULL, NULL, &depth);
    frame_push(r, n, FRAME_INLINE, depth);
  }
  return true;
}

/* The cells that a wide cell takes are empty. */
static void cell_leave(struct reader *r, size_t columns)
{
  html_builder_heading_close(r->b);
  r->column++;
  while (--columns && r->column < COLUMNS_MOST)
    cell_empty(r);
}

/* ---- elements */

static bool inline_act(struct reader *r, const GumboNode *n, const GumboElement *e, enum html_act act)
{
  switch (act) {
  case ACT_BREAK: html_builder_break(r->b); return false;
  case ACT_EMPH: return inline_enter(r, n, HTML_EMPH, NULL, NULL);
  case ACT_STRONG: return inline_enter(r, n, HTML_STRONG, NULL, NULL);
  case ACT_STRIKE: return inline_enter(r, n, HTML_STRIKE, NULL, NULL);
  case ACT_CODE: return inline_enter(r, n, HTML_CODE, NULL, NULL);
  case ACT_SUP: return inline_enter(r, n, HTML_SUP, NULL, NULL);
  case ACT_SUB: return inline_enter(r, n, HTML_SUB, NULL, NULL);
  case ACT_QUOTED: return quoted_enter(r, n);
  case ACT_LINK: return link_enter(r, n, e);
  case ACT_IMAGE: return image_enter(r, e);
  case ACT_INPUT: return input_enter(r, e);
  case ACT_SIGN: return sign_enter(r, e);
  case ACT_TERM: return legend_enter(r, n, HTML_STRONG);
  case ACT_LEGEND: return legend_enter(r, n, HTML_EMPH);
  default: return true;
  }
}

static bool block_act(struct reader *r, const GumboNode *n, const GumboElement *e, enum html_act act)
{
  switch (act) {
  case ACT_VANISH: return vanish(r, e);
  case ACT_BLOCK: html_builder_boundary(r->b); return true;
  case ACT_P: html_builder_paragraph(r->b); return true;
  case ACT_HEADING:
    return !html_builder_heading_open(r->b, (int)e->tag - (int)GUMBO_TAG_H1 + 1) || frame_push(r, n, FRAME_LINE, 0);
  case ACT_QUOTE: return !html_builder_quote_open(r->b) || frame_push(r, n, FRAME_BLOCK, 0);
  case ACT_LIST: return list_enter(r, n, e);
  case ACT_ITEM: return item_enter(r, n);
  case ACT_PRE: return pre_enter(r, n, e);
  case ACT_RULE: html_builder_rule(r->b); return false;
  case ACT_TABLE: return table_enter(r, n);
  case ACT_CAPTION: html_builder_caption(r->b, span_z(html_text(n))); return false;
  case ACT_ROW: return row_enter(r, n, e);
  case ACT_CELL: return cell_enter(r, n, e);
  default: return inline_act(r, n, e, act);
  }
}

/* Elements that must be undone are unwrapped when too many are open. */
static enum html_act act_in(const struct reader *r, enum html_act act)
{
  static const enum html_act alone[] = {ACT_VANISH, ACT_BLOCK, ACT_P, ACT_PRE, ACT_RULE, ACT_CAPTION, ACT_BREAK, ACT_IMAGE,
                                        ACT_INPUT, ACT_SIGN};
  if (r->n_frames + 2 <= FRAMES_MOST)
    return act;
  for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
    if (alone[i] == act)
      return act;
  return html_act_is_block(act) ? ACT_BLOCK : ACT_UNWRAP;
}

static void frame_pop(struct reader *r)
{
  const struct html_frame *f = &r->frames[--r->n_frames];
  switch (f->what) {
  case FRAME_INLINE: html_builder_inline_close(r->b, f->depth); break;
  case FRAME_QUOTED: html_builder_text(r->b, SPAN("\xE2\x80\x9D")); break;
  case FRAME_BLOCK: html_builder_close(r->b); break;
  case FRAME_LINE: html_builder_heading_close(r->b); break;
  case FRAME_CELL: cell_leave(r, f->depth); break;
  case FRAME_ROW:
    cells_above(r);
    html_builder_row_close(r->b, r->column);
    break;
  case FRAME_TABLE: html_builder_table_close(r->b); break;
  }
}

/* True: read the content of the node. */
static bool node_enter(struct reader *r, const GumboNode *n)
{
  const GumboElement *e = html_element(n);
  switch (n->type) {
  case GUMBO_NODE_TEXT:
  case GUMBO_NODE_WHITESPACE:
  case GUMBO_NODE_CDATA:
    html_builder_line(r->b, (int)n->v.text.start_pos.line);
    if (r->press && !html_builder_in_code(r->b))
      html_press_text(r->press, r->b, span_z(n->v.text.text));
    else
      html_builder_text(r->b, span_z(n->v.text.text));
    return false;
  case GUMBO_NODE_COMMENT:
    html_builder_line(r->b, (int)n->v.text.start_pos.line);
    if (r->press)
      html_press_comment(r->b, span_z(n->v.text.text));
    return false;
  case GUMBO_NODE_ELEMENT:
  case GUMBO_NODE_TEMPLATE:
    if (n->v.element.start_pos.line)
      html_builder_line(r->b, (int)n->v.element.start_pos.line);
    if (!e)
      return vanish(r, &n->v.element);
    if (note_enter(r, n, e))
      return false;
    return block_act(r, n, e, act_in(r, html_act_of(e)));
  default: return true;
  }
}

static void node_leave(struct reader *r, const GumboNode *n)
{
  const GumboElement *e = html_element(n);
  while (r->n_frames && r->frames[r->n_frames - 1].node == n)
    frame_pop(r);
  if (e && html_act_is_block(html_act_of(e)))
    html_builder_boundary(r->b);
}

/* ---- the whole */

static void *memory_take(void *unused, size_t n)
{
  (void)unused;
  return markdown_memory()->calloc(1, n);
}

static void memory_drop(void *unused, void *p)
{
  (void)unused, (void)p; /* markdown_memory frees all at once */
}

static size_t form_end(struct span s)
{
  size_t n = 0;
  while (n + 6 <= s.n && strncasecmp(s.p + n, "</form", 6) != 0)
    n += 1 + span_find(span_from(s, n + 1), '<');
  return n + 6 <= s.n ? n : s.n;
}

/* gumbo before 0.11 puts the last text in a form behind the form, unless a comment comes between. */
static struct span forms_close(struct span source)
{
  size_t n = 0, at = form_end(source);
  if (at == source.n)
    return source;
  char *to = markdown_memory()->calloc(2 * source.n + 1, 1);
  for (; source.n; at = form_end(source)) {
    size_t end = at < source.n ? at + 6 : at;
    memcpy(to + n, source.p, at);
    n += at;
    if (at < source.n) {
      memcpy(to + n, "<!----></form", 13);
      n += 13;
    }
    source = span_from(source, end);
  }
  return span_of(to, n);
}

bool html_reader_is_plain(struct span source)
{
  return span_find(source, '<') == source.n && span_find(source, '&') == source.n;
}

/* The content of a node of gumbo's as a document. */
static cmark_node *part_read(struct reader *r, const GumboNode *root, bool press, bool lines)
{
  struct html_walk w = {0};
  r->b = html_builder_new(press, lines);
  r->press = press ? html_press_new() : NULL;
  r->n_frames = 0;
  for (const GumboNode *n; (n = html_walk_next(&w, root));)
    if (w.leaving)
      node_leave(r, n);
    else
      w.skip = !node_enter(r, n);
  cmark_node *document = html_builder_finish(r->b);
  markdown_footnotes_activities(r->footnotes, document);
  return document;
}

/* Notes are read in the order of their first references; those in a note may show others, behind it. */
static void notes_read(struct reader *r, cmark_node *document)
{
  bool of_activity;
  markdown_footnotes_number(r->footnotes, document);
  for (size_t i = 0; markdown_footnotes_shown(r->footnotes, i, &of_activity); i++) {
    cmark_node *note = markdown_footnotes_shown(r->footnotes, i, &of_activity);
    if (of_activity)
      continue;
    r->in_note = html_note(r->notes, markdown_footnotes_place(r->footnotes, i));
    cmark_node *content = part_read(r, r->in_note, r->press != NULL, false);
    for (cmark_node *child; (child = cmark_node_first_child(content));)
      if (!cmark_node_append_child(note, child))
        break;
    markdown_footnotes_number(r->footnotes, note);
  }
  markdown_footnotes_append(r->footnotes, document);
}

cmark_node *html_reader_tree(const struct markdown_limits *l, struct span source)
{
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = memory_take;
  options.deallocator = memory_drop;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_DIV;
  if (span_starts(source, SPAN("\xEF\xBB\xBF")))
    source = span_from(source, 3);
  source = forms_close(source);
  bool press = l->format == BODY_WORDPRESS;
  struct reader *r = markdown_memory()->calloc(1, sizeof *r);
  const GumboOutput *parsed = gumbo_parse_with_options(&options, source.n ? source.p : "", source.n);
  r->notes = html_notes_find(parsed->root);
  r->footnotes = markdown_footnotes_new(l, html_notes_count(r->notes));
  cmark_node *document = part_read(r, parsed->root, press, press && span_find_span(source, SPAN("<!-- wp:")) == source.n);
  notes_read(r, document);
  return document;
}
