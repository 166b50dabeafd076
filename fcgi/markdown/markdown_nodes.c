#include "markdown/markdown_nodes.h"

static const struct markdown_extra plain = {.kind = MARKDOWN_PLAIN};

const struct markdown_extra *markdown_extra_of(cmark_node *n)
{
  const struct markdown_extra *e = cmark_node_get_user_data(n);
  return e ? e : &plain;
}

enum markdown_kind markdown_kind_of(cmark_node *n)
{
  return markdown_extra_of(n)->kind;
}

cmark_node *markdown_node_new(cmark_node_type type)
{
  return cmark_node_new_with_mem(type, markdown_memory());
}

cmark_node *markdown_text_new(struct span text)
{
  cmark_node *n = markdown_node_new(CMARK_NODE_TEXT);
  char *z = markdown_memory()->calloc(text.n + 1, 1);
  if (text.n)
    memcpy(z, text.p, text.n);
  cmark_node_set_literal(n, z);
  return n;
}

static void extra_set(cmark_node *n, struct markdown_extra e)
{
  struct markdown_extra *own = markdown_memory()->calloc(1, sizeof *own);
  *own = e;
  cmark_node_set_user_data(n, own);
}

static cmark_node *custom_new(cmark_node_type type, struct markdown_extra e)
{
  cmark_node *n = markdown_node_new(type);
  extra_set(n, e);
  return n;
}

cmark_node *markdown_table_new(unsigned columns, int line)
{
  return custom_new(CMARK_NODE_CUSTOM_BLOCK, (struct markdown_extra){.kind = MARKDOWN_TABLE, .count = columns, .line = line});
}

cmark_node *markdown_row_new(bool header, int line)
{
  return custom_new(CMARK_NODE_CUSTOM_BLOCK, (struct markdown_extra){.kind = MARKDOWN_ROW, .set = header, .line = line});
}

cmark_node *markdown_cell_new(enum markdown_align align)
{
  return custom_new(CMARK_NODE_CUSTOM_INLINE, (struct markdown_extra){.kind = MARKDOWN_CELL, .align = align});
}

cmark_node *markdown_strike_new(void)
{
  return custom_new(CMARK_NODE_CUSTOM_INLINE, (struct markdown_extra){.kind = MARKDOWN_STRIKE});
}

cmark_node *markdown_task_new(bool done)
{
  return custom_new(CMARK_NODE_CUSTOM_INLINE, (struct markdown_extra){.kind = MARKDOWN_TASK, .set = done});
}

static char *text_copy(struct span s)
{
  char *own = markdown_memory()->calloc(s.n + 1, 1);
  memcpy(own, s.p, s.n);
  return own;
}

cmark_node *markdown_product_new(struct span slugs, const struct span *text, struct span written)
{
  cmark_node *n = custom_new(CMARK_NODE_CUSTOM_INLINE,
                             (struct markdown_extra){.kind = MARKDOWN_PRODUCT, .set = text != NULL,
                                                      .slugs = text_copy(slugs), .written = text_copy(written)});
  cmark_node_append_child(n, markdown_text_new(text ? *text : slugs));
  return n;
}

cmark_node *markdown_reference_new(unsigned number, unsigned which)
{
  return custom_new(CMARK_NODE_CUSTOM_INLINE,
                    (struct markdown_extra){.kind = MARKDOWN_REFERENCE, .number = number, .count = which});
}

cmark_node *markdown_footnote_new(unsigned number, unsigned references)
{
  return custom_new(CMARK_NODE_CUSTOM_BLOCK,
                    (struct markdown_extra){.kind = MARKDOWN_FOOTNOTE, .number = number, .count = references});
}

void markdown_picture_size(cmark_node *image, unsigned width, unsigned height)
{
  struct markdown_extra e = *markdown_extra_of(image);
  e.width = width;
  e.height = height;
  extra_set(image, e);
}

void markdown_line_set(cmark_node *n, int line)
{
  struct markdown_extra e = *markdown_extra_of(n);
  e.line = line;
  extra_set(n, e);
}

bool markdown_is_task(cmark_node *item)
{
  cmark_node *first = cmark_node_first_child(item);
  cmark_node *inline_ = first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH ? cmark_node_first_child(first) : NULL;
  return inline_ && markdown_kind_of(inline_) == MARKDOWN_TASK;
}
