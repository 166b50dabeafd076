/* What the texts of libcmark still hold: struck text, bare addresses and tasks, and "<br>" between them.  A text is cut once
 * at all its marks; then pairs of tildes are matched among the children of one node, each with the nearest opener of its
 * length. */
#include <strings.h>

#include "markdown/markdown_parse.h"
#include "text/utf8.h"

#define SLUGS_MOST 100   /* bytes */
#define PRODUCT_MOST 300 /* bytes between "[[" and "]]" */

/* A run of one or two tildes, a text node of its own. */
struct tilde {
  cmark_node *node;
  bool opens, closes, two;
};

struct children {
  struct tilde *tildes;
  size_t n, cap;
  struct markdown_footnotes *footnotes;
  bool linked; /* they are in a link, which holds no other */
};

/* ---- what stands beside a run (CommonMark, "left-flanking delimiter run") */

static bool is_space(uint32_t c)
{
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x3000;
}

static bool is_punctuation(uint32_t c)
{
  if (c < 0x80)
    return c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
  return c == 0xA1 || c == 0xA7 || c == 0xAB || c == 0xB6 || c == 0xB7 || c == 0xBB || c == 0xBF || (c >= 0x2010 && c <= 0x205E) ||
         (c >= 0x3001 && c <= 0x3011) || (c >= 0xFDD0 && c <= 0xFDDF);
}

/* The character that stands for a neighbour of a text. */
static uint32_t beside(cmark_node *neighbour, cmark_node *parent)
{
  cmark_node_type type = cmark_node_get_type(neighbour ? neighbour : parent);
  if (neighbour)
    return type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK ? ' ' : ')';
  return type == CMARK_NODE_EMPH || type == CMARK_NODE_STRONG || type == CMARK_NODE_LINK ? ')' : ' ';
}

static uint32_t char_before(cmark_node *text, struct span s, size_t at)
{
  uint32_t c;
  if (!at)
    return beside(cmark_node_previous(text), cmark_node_parent(text));
  size_t i = at - 1;
  while (i && ((unsigned char)s.p[i] & 0xC0) == 0x80)
    i--;
  return utf8_next(span_from(s, i), &c) ? c : UTF8_REPLACEMENT;
}

static uint32_t char_after(cmark_node *text, struct span s, size_t at)
{
  uint32_t c;
  if (at == s.n)
    return beside(cmark_node_next(text), cmark_node_parent(text));
  return utf8_next(span_from(s, at), &c) ? c : UTF8_REPLACEMENT;
}

/* ---- cutting */

static void text_before(cmark_node *text, struct span s)
{
  if (s.n)
    cmark_node_insert_before(text, markdown_text_new(s));
}

static void tilde_add(struct children *c, struct tilde one)
{
  if (c->n == c->cap) {
    c->cap = c->cap ? 2 * c->cap : 16;
    c->tildes = markdown_memory()->realloc(c->tildes, c->cap * sizeof *c->tildes);
  }
  c->tildes[c->n++] = one;
}

/* A run of tildes at s[at]; returns its length.  Longer runs are text. */
static size_t tilde_cut(struct children *c, cmark_node *text, struct span s, size_t at, size_t *kept)
{
  size_t n = 1;
  while (at + n < s.n && s.p[at + n] == '~')
    n++;
  uint32_t before = char_before(text, s, at), after = char_after(text, s, at + n);
  bool opens = !is_space(after) && (!is_punctuation(after) || is_space(before) || is_punctuation(before));
  bool closes = !is_space(before) && (!is_punctuation(before) || is_space(after) || is_punctuation(after));
  if (n > 2 || !(opens || closes))
    return n;
  text_before(text, span_of(s.p + *kept, at - *kept));
  cmark_node *node = markdown_text_new(span_of(s.p + at, n));
  cmark_node_insert_before(text, node);
  tilde_add(c, (struct tilde){node, opens, closes, n == 2});
  *kept = at + n;
  return n;
}

/* A bare address at s[at]; returns how far to go. */
static size_t address_cut(cmark_node *text, struct span s, size_t at, size_t *kept)
{
  struct markdown_autolink a;
  if (!markdown_autolink_at(s, at, *kept, &a))
    return 1;
  struct span shown = span_of(s.p + a.from, a.end - a.from);
  cmark_node *link = markdown_node_new(CMARK_NODE_LINK);
  const char *scheme = a.mail ? "mailto:" : s.p[at] == 'w' ? "https://" : "";
  size_t before = strlen(scheme);
  char *url = markdown_memory()->calloc(before + shown.n + 1, 1);
  memcpy(url, scheme, before);
  memcpy(url + before, shown.p, shown.n);
  cmark_node_set_url(link, url);
  cmark_node_append_child(link, markdown_text_new(shown));
  text_before(text, span_of(s.p + *kept, a.from - *kept));
  cmark_node_insert_before(text, link);
  *kept = a.end;
  return a.end - at;
}

/* "[^label]" whose bracket was replaced; returns how far to go. */
static size_t reference_cut(struct children *c, cmark_node *text, struct span s, size_t at, size_t *kept)
{
  struct span label = span_from(s, at + MARKDOWN_MARK_BYTES + 1);
  if (markdown_mark_at(span_from(s, at)) != MARK_FOOTNOTE || c->linked)
    return 1;
  label = span_head(label, strcspn(label.n ? label.p : "", "\xEF \t\n"));
  size_t end = at + MARKDOWN_MARK_BYTES + 1 + label.n;
  bool ends = markdown_mark_at(span_from(s, end)) == MARK_FOOTNOTE_END;
  cmark_node *n = ends ? markdown_footnotes_reference(c->footnotes, label) : NULL;
  if (!n)
    return 1;
  text_before(text, span_of(s.p + *kept, at - *kept));
  cmark_node_insert_before(text, n);
  *kept = end + MARKDOWN_MARK_BYTES;
  return *kept - at;
}

static bool is_slug(struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
      return false;
  return s.n && s.n <= SLUGS_MOST && s.p[0] != '-';
}

/* "[[kafka]]", "[[kafka-vs-nats]]" or "[[kafka|the broker]]"; returns how far to go. */
static size_t product_cut(struct children *c, cmark_node *text, struct span s, size_t at, size_t *kept)
{
  struct span inner = span_head(span_from(s, at + 2), PRODUCT_MOST);
  size_t end = span_find(inner, ']');
  if (c->linked || !span_starts(span_from(s, at), SPAN("[[")) || !span_starts(span_from(inner, end), SPAN("]]")))
    return 1;
  struct span label = span_head(inner, end), slugs = span_trim(span_split(&label, '|')), shown = span_trim(label);
  if (!is_slug(slugs) || (label.p && !shown.n))
    return 1;
  text_before(text, span_of(s.p + *kept, at - *kept));
  cmark_node_insert_before(text, markdown_product_new(slugs, label.p ? &shown : NULL, span_of(s.p + at, end + 4)));
  *kept = at + 2 + end + 2;
  return *kept - at;
}

static void text_cut(struct children *c, cmark_node *text)
{
  struct span s = span_z(cmark_node_get_literal(text));
  size_t kept = 0;
  for (size_t i = 0; i < s.n;)
    if (s.p[i] == '~')
      i += tilde_cut(c, text, s, i, &kept);
    else if (!c->linked && (s.p[i] == ':' || s.p[i] == 'w' || s.p[i] == '@'))
      i += address_cut(text, s, i, &kept);
    else if (s.p[i] == '\xEF')
      i += reference_cut(c, text, s, i, &kept);
    else if (s.p[i] == '[')
      i += product_cut(c, text, s, i, &kept);
    else
      i++;
  if (!kept)
    return;
  text_before(text, span_from(s, kept));
  cmark_node_unlink(text);
}

/* ---- struck text */

static void strike(const struct tilde *open, const struct tilde *close)
{
  cmark_node *n = markdown_strike_new();
  cmark_node_insert_before(open->node, n);
  for (cmark_node *next; (next = cmark_node_next(open->node)) != close->node;)
    cmark_node_append_child(n, next);
  cmark_node_unlink(open->node);
  cmark_node_unlink(close->node);
}

/* `open`: the openers of each length so far, as a chain of indices from 1 on. */
static void tildes_match(struct children *c)
{
  size_t open[2] = {0, 0}, *older = c->n > 1 ? markdown_memory()->calloc(c->n + 1, sizeof *older) : NULL;
  for (size_t i = 0; older && i < c->n; i++) {
    const struct tilde *t = &c->tildes[i];
    size_t with = open[t->two];
    if (t->closes && with) {
      strike(&c->tildes[with - 1], t);
      open[t->two] = older[with];
      while (open[!t->two] > with)
        open[!t->two] = older[open[!t->two]];
    } else if (t->opens) {
      older[i + 1] = with;
      open[t->two] = i + 1;
    }
  }
}

/* ---- line breaks */

static bool is_break(cmark_node *n)
{
  struct span tag = cmark_node_get_type(n) == CMARK_NODE_HTML_INLINE ? span_z(cmark_node_get_literal(n)) : SPAN("");
  if (tag.n < 4 || strncasecmp(tag.p, "<br", 3) != 0)
    return false;
  struct span end = span_trim(span_from(tag, 3));
  return span_eq(end, SPAN(">")) || span_eq(end, SPAN("/>"));
}

static cmark_node *break_put(cmark_node *n)
{
  cmark_node *line = markdown_node_new(CMARK_NODE_LINEBREAK), *next = cmark_node_next(n);
  cmark_node_insert_before(n, line);
  cmark_node_unlink(n);
  if (next && cmark_node_get_type(next) == CMARK_NODE_SOFTBREAK)
    cmark_node_unlink(next);
  return line;
}

/* ---- tasks */

static void task_take(cmark_node *item)
{
  cmark_node *paragraph = cmark_node_first_child(item);
  cmark_node *text = paragraph && cmark_node_get_type(paragraph) == CMARK_NODE_PARAGRAPH ? cmark_node_first_child(paragraph) : NULL;
  const char *z = text && cmark_node_get_type(text) == CMARK_NODE_TEXT ? cmark_node_get_literal(text) : "";
  if (z[0] != '[' || !z[1] || !strchr(" xX", z[1]) || z[2] != ']' || (z[3] != ' ' && z[3] != '\t'))
    return;
  cmark_node_insert_before(text, markdown_task_new(z[1] != ' '));
  struct span rest = span_z(z + 3 + strspn(z + 3, " \t"));
  text_before(text, rest);
  cmark_node_unlink(text);
}

/* ---- all */

static void children_read(cmark_node *parent, struct markdown_footnotes *f, bool linked)
{
  struct children c = {.footnotes = f, .linked = linked};
  for (cmark_node *n = cmark_node_first_child(parent), *next; n; n = next) {
    if (is_break(n))
      n = break_put(n);
    next = cmark_node_next(n);
    if (cmark_node_get_type(n) == CMARK_NODE_TEXT)
      text_cut(&c, n);
  }
  tildes_match(&c);
}

/* Children are read when the iterator leaves their parent, because then it has left them, too. */
void markdown_inlines(cmark_node *root, struct markdown_footnotes *f)
{
  unsigned links = 0, pictures = 0;
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    unsigned *nest = type == CMARK_NODE_LINK ? &links : &pictures;
    if (e == CMARK_EVENT_ENTER && type == CMARK_NODE_ITEM)
      task_take(n);
    if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
      *nest += e == CMARK_EVENT_ENTER ? 1 : -1U;
    if (e != CMARK_EVENT_EXIT || pictures || type == CMARK_NODE_IMAGE)
      continue;
    if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING || type == CMARK_NODE_EMPH || type == CMARK_NODE_STRONG ||
        type == CMARK_NODE_LINK || markdown_kind_of(n) == MARKDOWN_CELL)
      children_read(n, f, links || type == CMARK_NODE_LINK);
  }
}
