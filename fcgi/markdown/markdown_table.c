/* Tables, as GitHub's specification reads them ("Tables (extension)").  For libcmark a table is a paragraph, or a heading
 * when a line of dashes follows, whose lines this file reads again from the source.  The texts of all cells are parsed at
 * once, as headings of a second document: a heading is one line, and no text in it can begin another block.  Definitions
 * of links come from the source, which is appended when it may have some. */
#include <stdint.h>

#include "markdown/markdown_parse.h"

/* A block of libcmark that is a table: lines from `header` on, with the delimiter row next. */
struct found_table {
  cmark_node *block;
  int first, header, last; /* lines of the block, from 0 on */
  unsigned columns;
  unsigned quotes; /* around the block, whose marks stand before its lines */
  size_t indent;   /* bytes before the first line of the block */
  bool ruled;      /* a line of dashes follows the last */
};

struct tables {
  struct span source;
  const uint32_t *lines; /* where each begins, and the end of the source */
  size_t n_lines;
  struct found_table *v;
  size_t n, cap;
  char *text; /* of the second document */
  size_t text_n, text_cap;
};

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

/* ---- lines */

static void lines_find(struct tables *t)
{
  size_t n = 1;
  for (size_t i = 0; i < t->source.n; i++)
    n += t->source.p[i] == '\n' || t->source.p[i] == '\r';
  uint32_t *lines = markdown_memory()->calloc(n + 1, sizeof *lines);
  for (size_t i = 0; i < t->source.n; i++)
    if (t->source.p[i] == '\n' || (t->source.p[i] == '\r' && (i + 1 == t->source.n || t->source.p[i + 1] != '\n')))
      lines[++t->n_lines] = (uint32_t)i + 1;
  lines[++t->n_lines] = (uint32_t)t->source.n;
  t->lines = lines;
}

/* The line without the marks of the quotes around it and without blanks at its ends. */
static struct span line_of(const struct tables *t, const struct found_table *f, int line)
{
  struct span s = span_head(span_from(t->source, t->lines[line]), t->lines[line + 1] - t->lines[line]);
  unsigned quotes = 0;
  if (line == f->first)
    s = span_from(s, f->indent);
  else
    while (s.n && (is_blank(s.p[0]) || (s.p[0] == '>' && quotes < f->quotes))) {
      quotes += s.p[0] == '>';
      s = span_from(s, 1);
    }
  return span_trim(s);
}

/* ---- cells */

/* Takes the next cell from the rest of a row.  False: there is no other. */
static bool cell_next(struct span *rest, struct span *cell)
{
  size_t end = 0;
  if (!rest->n)
    return false;
  while (end < rest->n && rest->p[end] != '|')
    end += rest->p[end] == '\\' && end + 1 < rest->n ? 2 : 1;
  *cell = span_trim(span_head(*rest, end));
  *rest = span_from(*rest, end + 1);
  while (rest->n && is_blank(rest->p[0]))
    *rest = span_from(*rest, 1);
  return true;
}

static struct span row_begin(struct span line)
{
  return span_starts(line, SPAN("|")) ? span_trim(span_from(line, 1)) : line;
}

static unsigned cells_count(struct span line)
{
  struct span rest = row_begin(line), cell;
  unsigned n = 0;
  while (cell_next(&rest, &cell))
    n++;
  return n;
}

/* ":--", "---", ":-:" or "--:". */
static bool align_of(struct span cell, enum markdown_align *align)
{
  bool left = span_starts(cell, SPAN(":")), right = cell.n > 1 && span_ends(cell, SPAN(":"));
  struct span dashes = span_head(span_from(cell, left), cell.n - left - right);
  for (size_t i = 0; i < dashes.n; i++)
    if (dashes.p[i] != '-')
      return false;
  *align = left && right ? MARKDOWN_ALIGN_CENTER : left ? MARKDOWN_ALIGN_LEFT : right ? MARKDOWN_ALIGN_RIGHT : MARKDOWN_ALIGN_NONE;
  return dashes.n;
}

/* The columns of a delimiter row; 0: it is none. */
static unsigned delimiters_count(struct span line)
{
  struct span rest = row_begin(line), cell;
  enum markdown_align align;
  unsigned n = 0;
  for (; cell_next(&rest, &cell); n++)
    if (!align_of(cell, &align))
      return 0;
  return n;
}

/* ---- finding */

static unsigned quotes_around(cmark_node *n)
{
  unsigned quotes = 0;
  while ((n = cmark_node_parent(n)))
    quotes += cmark_node_get_type(n) == CMARK_NODE_BLOCK_QUOTE;
  return quotes;
}

/* The line under a heading over several lines.  libcmark counts the line after it to the heading. */
static bool is_underline(struct span line)
{
  size_t n = 0;
  while (n < line.n && line.p[n] == line.p[0])
    n++;
  return line.n && n == line.n && (line.p[0] == '-' || line.p[0] == '=');
}

static void heading_end(const struct tables *t, struct found_table *f)
{
  int line = f->first + 1;
  while (line < f->last && !is_underline(line_of(t, f, line)))
    line++;
  f->ruled = span_starts(line_of(t, f, line), SPAN("-"));
  f->last = line - f->ruled;
}

static bool found_read(const struct tables *t, cmark_node *block, struct found_table *f)
{
  *f = (struct found_table){.block = block,
                      .first = cmark_node_get_start_line(block) - 1,
                      .last = cmark_node_get_end_line(block) - 1,
                      .indent = (size_t)(cmark_node_get_start_column(block) - 1)};
  if (f->first < 0 || f->last <= f->first || (size_t)f->last >= t->n_lines)
    return false;
  f->quotes = quotes_around(block);
  if (cmark_node_get_type(block) == CMARK_NODE_HEADING)
    heading_end(t, f);
  for (int line = f->first + 1; line <= f->last; line++) {
    struct span s = line_of(t, f, line);
    if (!s.n || !strchr("|:-", s.p[0]) || !(f->columns = delimiters_count(s)))
      continue;
    f->header = line - 1;
    if (cells_count(line_of(t, f, line - 1)) == f->columns)
      return true;
  }
  return false;
}

static void tables_find(struct tables *t, cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  struct found_table f;
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(i));
    if (e != CMARK_EVENT_ENTER || (type != CMARK_NODE_PARAGRAPH && type != CMARK_NODE_HEADING) ||
        !found_read(t, cmark_iter_get_node(i), &f))
      continue;
    if (t->n == t->cap) {
      t->cap = t->cap ? 2 * t->cap : 8;
      t->v = markdown_memory()->realloc(t->v, t->cap * sizeof *t->v);
    }
    t->v[t->n++] = f;
  }
}

/* ---- the second document */

static void text_put(struct tables *t, struct span s)
{
  if (t->text_n + s.n > t->text_cap) {
    t->text_cap = 2 * (t->text_n + s.n) + 256;
    t->text = markdown_memory()->realloc(t->text, t->text_cap);
  }
  if (s.n)
    memcpy(t->text + t->text_n, s.p, s.n);
  t->text_n += s.n;
}

/* A bar that is escaped in the source is a bar in the cell. */
static void cell_put(struct tables *t, struct span cell)
{
  text_put(t, SPAN("# "));
  for (size_t i; (i = span_find_span(cell, SPAN("\\|"))) < cell.n; cell = span_from(cell, i + 1))
    text_put(t, span_head(cell, i));
  text_put(t, cell);
  text_put(t, SPAN(" #\n"));
}

static void row_put(struct tables *t, struct span line, unsigned columns)
{
  struct span rest = row_begin(line), cell;
  for (unsigned n = 0; n < columns && cell_next(&rest, &cell); n++)
    if (cell.n)
      cell_put(t, cell);
}

/* The lines before the header row stay a paragraph: blanks keep each from beginning a block. */
static void lead_put(struct tables *t, const struct found_table *f)
{
  for (int line = f->first; line < f->header; line++) {
    text_put(t, line == f->first ? SPAN("") : SPAN("    "));
    text_put(t, line_of(t, f, line));
    text_put(t, SPAN("\n"));
  }
  text_put(t, SPAN("\n"));
}

static void texts_put(struct tables *t)
{
  for (size_t i = 0; i < t->n; i++) {
    const struct found_table *f = &t->v[i];
    lead_put(t, f);
    for (int line = f->header; line <= f->last; line++)
      if (line != f->header + 1)
        row_put(t, line_of(t, f, line), f->columns);
  }
  text_put(t, SPAN("\n"));
  if (span_find_span(t->source, SPAN("]:")) < t->source.n)
    text_put(t, t->source);
}

/* ---- building */

static void children_move(cmark_node *to, cmark_node *from)
{
  for (cmark_node *child; (child = cmark_node_first_child(from));)
    if (!cmark_node_append_child(to, child))
      break;
}

/* `*next`: the heading with the text of the next cell that has one. */
static cmark_node *row_make(const struct tables *t, const struct found_table *f, int line, const enum markdown_align *aligns,
                            cmark_node **next)
{
  struct span rest = row_begin(line_of(t, f, line)), text;
  cmark_node *row = markdown_row_new(line == f->header, line + 1);
  for (unsigned n = 0; n < f->columns && cell_next(&rest, &text); n++) {
    cmark_node *cell = markdown_cell_new(aligns[n]);
    if (text.n && *next && cmark_node_get_type(*next) == CMARK_NODE_HEADING) {
      children_move(cell, *next);
      *next = cmark_node_next(*next);
    }
    cmark_node_append_child(row, cell);
  }
  return row;
}

static cmark_node *table_make(const struct tables *t, const struct found_table *f, cmark_node **next)
{
  cmark_node *table = markdown_table_new(f->columns, f->header + 1);
  enum markdown_align *aligns = markdown_memory()->calloc(f->columns, sizeof *aligns);
  struct span rest = row_begin(line_of(t, f, f->header + 1)), cell;
  for (unsigned n = 0; n < f->columns && cell_next(&rest, &cell); n++)
    if (!align_of(cell, &aligns[n]))
      break;
  for (int line = f->header; line <= f->last; line++)
    if (line != f->header + 1)
      cmark_node_append_child(table, row_make(t, f, line, aligns, next));
  return table;
}

static void block_replace(const struct tables *t, const struct found_table *f, cmark_node **next)
{
  cmark_node *lead = f->header > f->first && *next && cmark_node_get_type(*next) == CMARK_NODE_PARAGRAPH ? *next : NULL;
  if (lead) {
    *next = cmark_node_next(lead);
    cmark_node_insert_before(f->block, lead);
  }
  cmark_node_insert_before(f->block, table_make(t, f, next));
  if (f->ruled)
    cmark_node_insert_before(f->block, markdown_node_new(CMARK_NODE_THEMATIC_BREAK));
  cmark_node_unlink(f->block);
}

/* Most sources have no line that could be a delimiter row. */
static bool any_delimiters(struct span source)
{
  return span_find(source, '|') < source.n || span_find_span(source, SPAN(":-")) < source.n ||
         span_find_span(source, SPAN("-:")) < source.n;
}

void markdown_tables(cmark_node *root, struct span source)
{
  struct tables t = {.source = source};
  if (source.n > UINT32_MAX / 2 || !any_delimiters(source))
    return;
  lines_find(&t);
  tables_find(&t, root);
  if (!t.n)
    return;
  texts_put(&t);
  cmark_node *next = cmark_node_first_child(markdown_parse_plain(span_of(t.text, t.text_n)));
  for (size_t i = 0; i < t.n; i++)
    block_replace(&t, &t.v[i], &next);
}
