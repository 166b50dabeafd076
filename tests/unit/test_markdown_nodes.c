/* Custom nodes, built by hand, in each writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "markdown/markdown_nodes.h"
#include "markdown_markup.h"

static const struct markdown_limits limits = {262144, 1048576, 200, 4, {"https://site.example", 20}, 0, {"p-", 2}, NULL, NULL, BODY_DEFAULT};

static cmark_node *with(cmark_node *parent, cmark_node *child)
{
  assert_true(cmark_node_append_child(parent, child));
  return parent;
}

static cmark_node *text(const char *z)
{
  return markdown_text_new(span_z(z));
}

static cmark_node *paragraph(const char *z)
{
  return with(markdown_node_new(CMARK_NODE_PARAGRAPH), text(z));
}

static void build(cmark_node *root)
{
  cmark_node *table = markdown_table_new(2, 0), *head = markdown_row_new(true, 0), *row = markdown_row_new(false, 0);
  with(with(head, with(markdown_cell_new(MARKDOWN_ALIGN_NONE), text("Name"))),
       with(markdown_cell_new(MARKDOWN_ALIGN_RIGHT), text("a|\"b\"")));
  with(row, with(markdown_cell_new(MARKDOWN_ALIGN_NONE), markdown_node_new(CMARK_NODE_LINEBREAK)));
  with(root, with(with(table, head), row));
  cmark_node *item = markdown_node_new(CMARK_NODE_ITEM), *list = markdown_node_new(CMARK_NODE_LIST);
  cmark_node *task = with(markdown_node_new(CMARK_NODE_PARAGRAPH), markdown_task_new(true));
  with(with(with(with(task, text("a")), with(markdown_strike_new(), text("b~"))), markdown_reference_new(1, 1)), markdown_reference_new(1, 2));
  with(root, with(list, with(item, task)));
  cmark_node_set_list_tight(list, 1);
  cmark_node *picture = markdown_node_new(CMARK_NODE_IMAGE);
  cmark_node_set_url(picture, "/p.png");
  markdown_picture_size(picture, 640, 360);
  with(root, with(markdown_node_new(CMARK_NODE_PARAGRAPH), picture));
  with(root, with(with(markdown_footnote_new(1, 2), paragraph("c")), paragraph("d")));
}

static void write_html(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  build(root);
  markdown_write_html(root, l, out);
}

static void write_source(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  build(root);
  markdown_write_source(root, l, out);
}

static void write_plain(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  build(root);
  markdown_write_plain(root, l, out);
}

static void write_lines(cmark_node *root, const struct markdown_limits *l, struct buf *out)
{
  build(root);
  markdown_write_lines(root, l, out);
}

static void writes(markdown_writer *writer, const char *expected)
{
  struct buf out = BUF_INIT;
  assert_int_equal(markdown_tree_write(&limits, SPAN(""), writer, &out), MARKDOWN_OK);
  assert_string_equal(buf_z(&out), expected);
  if (writer == write_html)
    markup_check(buf_view(&out));
  buf_free(&out);
}

static void as_html(void **state)
{
  (void)state;
  writes(write_html,
         "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Table: Name, a|&quot;b&quot;\">\n<table>\n"
         "<thead>\n<tr>\n<th scope=\"col\">Name</th>\n<th scope=\"col\" class=\"n\">a|&quot;b&quot;</th>\n</tr>\n</thead>\n"
         "<tbody>\n<tr>\n<td><br>\n</td>\n<td></td>\n</tr>\n</tbody>\n</table>\n</div>\n"
         "<ul>\n<li class=\"task\"><span role=\"img\" aria-label=\"done\">\xE2\x98\x91\xEF\xB8\x8E</span> a<del>b~</del>"
         "<sup><a href=\"#p-fn1\" id=\"p-fnref1\" role=\"doc-noteref\" aria-label=\"Note 1\">1</a></sup>"
         "<sup><a href=\"#p-fn1\" id=\"p-fnref1-2\" role=\"doc-noteref\" aria-label=\"Note 1\">1</a></sup></li>\n</ul>\n"
         "<p><img src=\"/p.png\" alt=\"\" width=\"640\" height=\"360\" loading=\"lazy\" decoding=\"async\"></p>\n"
         "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n<li id=\"p-fn1\">\n<p>c</p>\n"
         "<p>d <a href=\"#p-fnref1\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E</a> "
         "<a href=\"#p-fnref1-2\" role=\"doc-backlink\" aria-label=\"Back to the text\">\xE2\x86\xA9\xEF\xB8\x8E<sup>2</sup></a>"
         "</p>\n</li>\n</ol>\n</section>\n");
}

static void as_markdown(void **state)
{
  (void)state;
  writes(write_source, "| Name | a\\|\"b\" |\n| --- | --: |\n| <br> |  |\n\n"
                       "  - [x] a~~b\\~~~[^p-1][^p-1]\n\n![](/p.png)\n\n[^p-1]: c\n\n    d\n");
}

static void as_text(void **state)
{
  (void)state;
  writes(write_plain, "Name, a|\"b\"; \xE2\x98\x91 a ");
  writes(write_lines, "Name | a|\"b\"\n\xE2\x98\x91 a~~b~~~[1][1]\n[1] c\nd\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_html), cmocka_unit_test(as_markdown), cmocka_unit_test(as_text)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
