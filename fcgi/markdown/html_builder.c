#include "markdown/html_builder_state.h"
#include "text/utf8.h"

cmark_node *html_node_new(struct html_builder *b, cmark_node_type type)
{
  cmark_node *n = markdown_node_new(type);
  if (b->line && type <= CMARK_NODE_LAST_BLOCK)
    markdown_line_set(n, b->line);
  return n;
}

struct html_builder *html_builder_new(bool press, bool lines)
{
  struct html_builder *b = markdown_memory()->calloc(1, sizeof *b);
  b->press = press;
  b->lines = lines;
  b->root = html_node_new(b, CMARK_NODE_DOCUMENT);
  return b;
}

void html_builder_line(struct html_builder *b, int line)
{
  b->line = line;
}

static char *copy(struct span s)
{
  char *to = markdown_memory()->calloc(s.n + 1, 1);
  if (s.n)
    memcpy(to, s.p, s.n);
  return to;
}

/* ---- blocks */

cmark_node *html_block_last(const struct html_builder *b)
{
  return b->n_blocks ? b->blocks[b->n_blocks - 1] : b->root;
}

static bool is_table(const struct html_builder *b, cmark_node *n)
{
  return n == b->table || markdown_kind_of(n) == MARKDOWN_ROW;
}

/* Where the next block goes.  What stands in a list and in no item goes to the last item, what stands in a table and in no
 * cell goes behind the table. */
cmark_node *html_block_place(struct html_builder *b)
{
  size_t n = b->n_blocks;
  while (n && is_table(b, b->blocks[n - 1]))
    n--;
  cmark_node *in = n ? b->blocks[n - 1] : b->root;
  if (cmark_node_get_type(in) != CMARK_NODE_LIST)
    return in;
  cmark_node *item = cmark_node_last_child(in);
  if (!item) {
    item = html_node_new(b, CMARK_NODE_ITEM);
    cmark_node_append_child(in, item);
  }
  return item;
}

/* An empty paragraph goes; notes in it stay as blocks. */
static void leaf_drop(struct html_builder *b)
{
  for (cmark_node *n = cmark_node_first_child(b->leaf), *next; n; n = next) {
    next = cmark_node_next(n);
    if (cmark_node_get_type(n) != CMARK_NODE_HTML_INLINE)
      continue;
    cmark_node *block = html_node_new(b, CMARK_NODE_HTML_BLOCK);
    cmark_node_set_literal(block, cmark_node_get_literal(n));
    cmark_node_insert_before(b->leaf, block);
  }
  cmark_node_unlink(b->leaf);
}

/* A paragraph that is only an address is a link: WordPress embeds what is there. */
static void address_link(struct html_builder *b)
{
  cmark_node *only = cmark_node_first_child(b->leaf);
  if (!only || cmark_node_next(only) || cmark_node_get_type(only) != CMARK_NODE_TEXT)
    return;
  struct span s = span_z(cmark_node_get_literal(only));
  if ((!span_starts(s, SPAN("https://")) && !span_starts(s, SPAN("http://"))) || span_find(s, ' ') < s.n)
    return;
  cmark_node *link = html_node_new(b, CMARK_NODE_LINK);
  cmark_node_set_url(link, s.p);
  cmark_node_unlink(only);
  cmark_node_append_child(b->leaf, link);
  cmark_node_append_child(link, only);
}

void html_leaf_close(struct html_builder *b)
{
  if (b->leaf && !b->shown && !b->cell)
    leaf_drop(b);
  else if (b->leaf && b->press && !b->line_only)
    address_link(b);
  b->leaf = NULL;
  b->line_only = b->cell = b->begun = b->shown = false;
  b->gap = GAP_NONE;
  b->n_made = 0;
}

static void leaf_open(struct html_builder *b, cmark_node *in, cmark_node *leaf)
{
  cmark_node_append_child(in, leaf);
  b->leaf = leaf;
  b->gap = GAP_NONE;
  b->n_made = 0;
}

/* A list is loose when a paragraph in it is a <p>, or follows another one. */
void html_paragraph_open(struct html_builder *b)
{
  cmark_node *in = html_block_place(b), *last = cmark_node_last_child(in);
  bool follows = last && cmark_node_get_type(last) == CMARK_NODE_PARAGRAPH;
  if (cmark_node_get_type(in) == CMARK_NODE_ITEM && (b->explicit_p || follows))
    cmark_node_set_list_tight(cmark_node_parent(in), 0);
  b->explicit_p = false;
  leaf_open(b, in, html_node_new(b, CMARK_NODE_PARAGRAPH));
}

void html_gap_raise(struct html_builder *b, enum html_gap gap)
{
  b->gap = gap > b->gap ? gap : b->gap;
}

void html_builder_boundary(struct html_builder *b)
{
  if (b->line_only)
    html_gap_raise(b, b->cell ? GAP_BREAK : GAP_BLANK);
  else {
    html_leaf_close(b);
    b->explicit_p = false;
  }
}

void html_builder_paragraph(struct html_builder *b)
{
  html_builder_boundary(b);
  b->explicit_p = true;
}

static bool block_open(struct html_builder *b, cmark_node *in, cmark_node *block)
{
  cmark_node_append_child(in, block);
  b->blocks[b->n_blocks++] = block;
  return true;
}

static bool block_fits(struct html_builder *b)
{
  html_builder_boundary(b);
  return !b->line_only && b->n_blocks < HTML_BLOCKS_MOST - 1; /* a list leaves room for its items */
}

bool html_builder_quote_open(struct html_builder *b)
{
  return block_fits(b) && block_open(b, html_block_place(b), html_node_new(b, CMARK_NODE_BLOCK_QUOTE));
}

bool html_builder_list_open(struct html_builder *b, bool ordered, int start)
{
  if (!block_fits(b))
    return false;
  cmark_node *list = html_node_new(b, CMARK_NODE_LIST);
  cmark_node_set_list_type(list, ordered ? CMARK_ORDERED_LIST : CMARK_BULLET_LIST);
  cmark_node_set_list_delim(list, ordered ? CMARK_PERIOD_DELIM : CMARK_NO_DELIM);
  cmark_node_set_list_start(list, ordered ? start : 0);
  cmark_node_set_list_tight(list, 1);
  return block_open(b, html_block_place(b), list);
}

bool html_builder_item_open(struct html_builder *b)
{
  html_builder_boundary(b);
  return !b->line_only && cmark_node_get_type(html_block_last(b)) == CMARK_NODE_LIST &&
         block_open(b, html_block_last(b), html_node_new(b, CMARK_NODE_ITEM));
}

/* A block without content goes. */
void html_builder_close(struct html_builder *b)
{
  html_leaf_close(b);
  cmark_node *block = b->blocks[--b->n_blocks];
  if (!cmark_node_first_child(block))
    cmark_node_unlink(block);
}

bool html_builder_heading_open(struct html_builder *b, int level)
{
  html_builder_boundary(b);
  if (b->line_only)
    return false;
  cmark_node *heading = html_node_new(b, CMARK_NODE_HEADING);
  cmark_node_set_heading_level(heading, level);
  leaf_open(b, html_block_place(b), heading);
  b->line_only = true;
  return true;
}

void html_builder_heading_close(struct html_builder *b)
{
  html_leaf_close(b);
}

/* ---- tables: the rows wait in a block of their own until the number of columns is known */

bool html_builder_table_open(struct html_builder *b)
{
  if (!block_fits(b) || b->table)
    return false;
  b->columns = 0;
  b->table = html_node_new(b, CMARK_NODE_CUSTOM_BLOCK);
  return block_open(b, html_block_place(b), b->table);
}

bool html_builder_row_open(struct html_builder *b, bool *header)
{
  if (b->line_only || !b->table || html_block_last(b) != b->table)
    return false;
  *header = *header && !cmark_node_first_child(b->table);
  return block_open(b, b->table, markdown_row_new(*header, b->line));
}

bool html_builder_cell_open(struct html_builder *b, enum markdown_align align)
{
  cmark_node *row = html_block_last(b);
  if (b->line_only || markdown_kind_of(row) != MARKDOWN_ROW)
    return false;
  leaf_open(b, row, markdown_cell_new(align));
  b->line_only = b->cell = true;
  return true;
}

void html_builder_row_close(struct html_builder *b, unsigned columns)
{
  cmark_node *row = html_block_last(b);
  b->columns = columns > b->columns ? columns : b->columns;
  b->n_blocks--;
  if (!columns)
    cmark_node_unlink(row);
}

void html_builder_table_close(struct html_builder *b)
{
  cmark_node *rows = b->table;
  b->n_blocks--;
  b->table = NULL;
  if (b->columns) {
    cmark_node *table = markdown_table_new(b->columns, markdown_extra_of(rows)->line);
    cmark_node_insert_before(rows, table);
    for (cmark_node *row; (row = cmark_node_first_child(rows));)
      cmark_node_append_child(table, row);
  }
  cmark_node_unlink(rows);
}

bool html_builder_in_line(const struct html_builder *b)
{
  return b->line_only;
}

void html_builder_rule(struct html_builder *b)
{
  html_builder_boundary(b);
  if (!b->line_only)
    cmark_node_append_child(html_block_place(b), html_node_new(b, CMARK_NODE_THEMATIC_BREAK));
}

void html_builder_left_out(struct html_builder *b, struct span words)
{
  cmark_node *n = html_node_new(b, b->leaf ? CMARK_NODE_HTML_INLINE : CMARK_NODE_HTML_BLOCK);
  cmark_node_set_literal(n, copy(words));
  if (!b->leaf && b->table)
    cmark_node_insert_before(b->table, n);
  else
    cmark_node_append_child(b->leaf ? b->leaf : html_block_place(b), n);
}

cmark_node *html_builder_finish(struct html_builder *b)
{
  html_leaf_close(b);
  while (b->n_blocks)
    html_builder_close(b);
  return b->root;
}
