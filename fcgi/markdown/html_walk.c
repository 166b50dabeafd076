#include "markdown/html_walk.h"

#include "markdown/markdown_nodes.h"

static const GumboVector *children_of(const GumboNode *n)
{
  static const GumboVector none = {NULL, 0, 0};
  return n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE ? &n->v.element.children : &none;
}

static const GumboNode *walk_push(struct html_walk *w, const GumboNode *n)
{
  if (w->n == w->room) {
    w->room = w->room ? 2 * w->room : 64;
    w->v = markdown_memory()->realloc(w->v, w->room * sizeof *w->v);
  }
  w->v[w->n++] = (struct html_step){n, 0};
  w->leaving = w->skip = false;
  return n;
}

const GumboNode *html_walk_next(struct html_walk *w, const GumboNode *root)
{
  if (!w->v)
    return walk_push(w, root);
  while (w->n) {
    struct html_step *at = &w->v[w->n - 1];
    const GumboVector *children = children_of(at->node);
    if (w->leaving) {
      if (!--w->n)
        return NULL;
      at = &w->v[w->n - 1];
      children = children_of(at->node);
    } else if (w->skip || !children->length) {
      w->leaving = true;
      w->skip = false;
      return at->node;
    }
    if (at->next < children->length)
      return walk_push(w, children->data[at->next++]);
    w->leaving = true;
    return at->node;
  }
  return NULL;
}

const GumboElement *html_element(const GumboNode *n)
{
  return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML ? &n->v.element : NULL;
}

bool html_is(const GumboNode *n, GumboTag tag)
{
  const GumboElement *e = html_element(n);
  return e && e->tag == tag;
}

static const GumboAttribute *attribute_find(const GumboElement *e, const char *name)
{
  for (unsigned i = 0; i < e->attributes.length; i++) {
    const GumboAttribute *a = e->attributes.data[i];
    if (a->attr_namespace == GUMBO_ATTR_NAMESPACE_NONE && strcmp(a->name, name) == 0)
      return a;
  }
  return NULL;
}

const char *html_attribute(const GumboElement *e, const char *name)
{
  const GumboAttribute *a = attribute_find(e, name);
  if (!a)
    return NULL;
  struct span s = span_trim(span_z(a->value));
  char *copy = markdown_memory()->calloc(s.n + 1, 1);
  if (s.n)
    memcpy(copy, s.p, s.n);
  return copy;
}

bool html_has(const GumboElement *e, const char *name)
{
  return attribute_find(e, name) != NULL;
}

bool html_has_word(const GumboElement *e, const char *name, struct span word)
{
  const GumboAttribute *a = attribute_find(e, name);
  for (struct span rest = span_z(a ? a->value : NULL); rest.n;) {
    size_t n = strcspn(rest.p, " \t\n\f\r");
    if (span_eq(span_head(rest, n), word))
      return true;
    rest = span_from(rest, n + 1);
  }
  return false;
}

unsigned html_number(const GumboElement *e, const char *name, unsigned most)
{
  const GumboAttribute *a = attribute_find(e, name);
  unsigned n = 0;
  for (const char *p = a ? a->value : ""; *p; p++)
    if (*p < '0' || *p > '9' || (n = n * 10 + (unsigned)(*p - '0')) > most)
      return 0;
  return n;
}

static bool is_text(const GumboNode *n)
{
  return n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE || n->type == GUMBO_NODE_CDATA;
}

char *html_text(const GumboNode *root)
{
  char *text = NULL;
  size_t n = 0;
  for (int round = 0; round < 2; round++) { /* count, then copy */
    struct html_walk w = {0};
    if (round)
      text = markdown_memory()->calloc(n + 1, 1);
    n = 0;
    for (const GumboNode *at; (at = html_walk_next(&w, root));) {
      struct span s = is_text(at) ? span_z(at->v.text.text) : html_is(at, GUMBO_TAG_BR) ? SPAN("\n") : SPAN("");
      s = w.leaving ? SPAN("") : s;
      if (text && s.n)
        memcpy(text + n, s.p, s.n);
      n += s.n;
      w.skip = at->type == GUMBO_NODE_TEMPLATE || (at->type == GUMBO_NODE_ELEMENT && !html_element(at)) ||
               html_is(at, GUMBO_TAG_SCRIPT) || html_is(at, GUMBO_TAG_STYLE);
    }
  }
  return text;
}
