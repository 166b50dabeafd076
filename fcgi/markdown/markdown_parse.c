#include "markdown/markdown_parse.h"

/* The source of the tree that is being written. */
static _Thread_local const struct markdown_prepared *current;

int markdown_line(cmark_node *block)
{
  int line = markdown_extra_of(block)->line ? markdown_extra_of(block)->line : cmark_node_get_start_line(block);
  return line > 0 && current ? markdown_prepared_line(current, line) : 0;
}

/* References in a footnote may show others, behind it. */
static void footnotes_put(struct markdown_footnotes *f, cmark_node *root)
{
  bool of_activity;
  markdown_footnotes_number(f, root);
  for (size_t i = 0; markdown_footnotes_shown(f, i, &of_activity); i++) {
    cmark_node *note = markdown_footnotes_shown(f, i, &of_activity);
    if (!of_activity)
      markdown_inlines(note, f);
    markdown_footnotes_number(f, note);
  }
  markdown_footnotes_append(f, root);
}

cmark_node *markdown_parse(const struct markdown_limits *l, const struct markdown_prepared *p)
{
  cmark_node *root = markdown_parse_plain(p->source);
  current = p;
  markdown_tables(root, p->source);
  struct markdown_footnotes *footnotes = markdown_footnotes_take(root, l, p);
  markdown_inlines(root, footnotes);
  footnotes_put(footnotes, root);
  markdown_restore(root, p);
  markdown_pictures(root);
  return root;
}
