#include "markdown/html_notes.h"

#include <stdlib.h>

#include "markdown/html_walk.h"
#include "text/utf8.h"

struct html_definition {
  struct span id;
  const GumboNode *li, *list;
  bool referred;
};

struct html_notes {
  struct html_definition *v;
  size_t n, room;
  struct html_definition **by_id; /* of two with one id, the first */
  const GumboNode **gone; /* lists and notes that are not shown where they stand, by address */
  size_t n_gone;
};

/* ---- finding notes */

static bool is_list_of_notes(const GumboElement *e)
{
  return html_has_word(e, "role", SPAN("doc-endnotes")) || html_has_word(e, "class", SPAN("wp-block-footnotes")) ||
         html_has_word(e, "class", SPAN("footnotes"));
}

static void note_add(struct html_notes *n, const char *id, const GumboNode *li, const GumboNode *list)
{
  if (n->n == n->room) {
    n->room = n->room ? 2 * n->room : 16;
    n->v = markdown_memory()->realloc(n->v, n->room * sizeof *n->v);
  }
  n->v[n->n++] = (struct html_definition){.id = span_z(id), .li = li, .list = list};
}

static void definitions_find(struct html_notes *n, const GumboNode *root)
{
  struct html_walk w = {0};
  const GumboNode *list = NULL;
  for (const GumboNode *at; (at = html_walk_next(&w, root));) {
    const GumboElement *e = html_element(at);
    if (w.leaving) {
      list = at == list ? NULL : list;
      continue;
    }
    if (e && !list && is_list_of_notes(e))
      list = at;
    const char *id = list && html_is(at, GUMBO_TAG_LI) ? html_attribute(e, "id") : NULL;
    if (id && *id) {
      note_add(n, id, at, list);
      w.skip = true;
    }
  }
}

static int note_compare(const void *x, const void *y)
{
  const struct html_definition *a = *(struct html_definition *const *)x, *b = *(struct html_definition *const *)y;
  size_t common = a->id.n < b->id.n ? a->id.n : b->id.n;
  int c = memcmp(a->id.p, b->id.p, common);
  if (c || a->id.n != b->id.n)
    return c ? c : a->id.n < b->id.n ? -1 : 1;
  return (a > b) - (a < b);
}

static void notes_sort(struct html_notes *n)
{
  n->by_id = markdown_memory()->calloc(n->n + 1, sizeof(struct html_definition *));
  for (size_t i = 0; i < n->n; i++)
    n->by_id[i] = &n->v[i];
  qsort(n->by_id, n->n, sizeof(struct html_definition *), note_compare);
}

/* ---- finding references */

static struct html_definition *note_of(const struct html_notes *n, struct span id)
{
  size_t low = 0;
  struct html_definition key = {.id = id}, *sought = &key;
  for (size_t high = n->n; low < high;) {
    size_t middle = (low + high) / 2;
    bool before = !span_eq(n->by_id[middle]->id, id) && note_compare(&n->by_id[middle], &sought) < 0;
    low = before ? middle + 1 : low;
    high = before ? high : middle;
  }
  return low < n->n && span_eq(n->by_id[low]->id, id) ? n->by_id[low] : NULL;
}

static struct html_definition *referred(const struct html_notes *n, const GumboElement *e)
{
  const char *id = NULL;
  if (!n->n)
    return NULL;
  if (e->tag == GUMBO_TAG_SUP)
    id = html_attribute(e, "data-fn");
  else if (e->tag == GUMBO_TAG_A && (id = html_attribute(e, "href")))
    id = *id == '#' ? id + 1 : NULL;
  return id && *id ? note_of(n, span_z(id)) : NULL;
}

static void references_find(struct html_notes *n, const GumboNode *root)
{
  struct html_walk w = {0};
  for (const GumboNode *at; (at = html_walk_next(&w, root));) {
    const GumboElement *e = w.leaving ? NULL : html_element(at);
    struct html_definition *to = e ? referred(n, e) : NULL;
    if (to)
      to->referred = true;
  }
}

/* ---- what is not shown where it stands */

static int node_compare(const void *x, const void *y)
{
  const GumboNode *a = *(const GumboNode *const *)x, *b = *(const GumboNode *const *)y;
  return (a > b) - (a < b);
}

/* The notes of one list are neighbours. */
static void gone_find(struct html_notes *n)
{
  n->gone = markdown_memory()->calloc(2 * n->n + 1, sizeof(const GumboNode *));
  for (size_t from = 0, to; from < n->n; from = to) {
    bool all = true;
    for (to = from; to < n->n && n->v[to].list == n->v[from].list; to++) {
      all = all && n->v[to].referred;
      if (n->v[to].referred)
        n->gone[n->n_gone++] = n->v[to].li;
    }
    if (all)
      n->gone[n->n_gone++] = n->v[from].list;
  }
  qsort(n->gone, n->n_gone, sizeof(const GumboNode *), node_compare);
}

bool html_notes_has(const struct html_notes *n, const GumboNode *element)
{
  return n->n_gone && bsearch(&element, n->gone, n->n_gone, sizeof(const GumboNode *), node_compare);
}

/* ---- the whole */

struct html_notes *html_notes_find(const GumboNode *root)
{
  struct html_notes *n = markdown_memory()->calloc(1, sizeof *n);
  definitions_find(n, root);
  if (n->n) {
    notes_sort(n);
    references_find(n, root);
    gone_find(n);
  }
  return n;
}

size_t html_notes_count(const struct html_notes *n)
{
  return n->n;
}

const GumboNode *html_note(const struct html_notes *n, size_t i)
{
  return n->v[i].li;
}

size_t html_notes_referred(const struct html_notes *n, const GumboElement *e)
{
  const struct html_definition *to = referred(n, e);
  return to ? (size_t)(to - n->v) : HTML_NOTE_NONE;
}

/* Arrows, carets and numbers: no letter of any script. */
static bool is_sign(struct span s)
{
  uint32_t c;
  for (size_t n; s.n; s = span_from(s, n)) {
    n = utf8_next(s, &c);
    bool latin = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), symbol = c >= 0x2000 && c < 0x2C00;
    bool letter = latin || (c >= 0xC0 && !symbol && !utf8_unseen(c));
    if (!n || letter)
      return false;
  }
  return true;
}

bool html_notes_leads_back(const GumboElement *e)
{
  const char *to = e->tag == GUMBO_TAG_A ? html_attribute(e, "href") : NULL;
  if (!to || *to != '#')
    return false;
  for (unsigned i = 0; i < e->children.length; i++)
    if (!is_sign(span_z(html_text(e->children.data[i]))))
      return false;
  return true;
}
