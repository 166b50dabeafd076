/* Footnotes, as GitHub's implementation reads them: a definition may hold any blocks, is shown at the end of the body, and
 * only when the text refers to it; numbers follow the first references.  References inside footnotes count behind those of
 * the text, so footnotes that refer to each other end.  "[^activity:7]" needs no definition: its footnote names an activity
 * of the site, if the caller knows it. */
#include <stdlib.h>

#include "base/messages.h"
#include "markdown/markdown_parse.h"

#define ACTIVITIES_MOST 100 /* of one body; references to others show nothing */

struct footnote_definition {
  struct span label;   /* of a definition in the source */
  cmark_node *note;    /* FOOTNOTE; NULL: libcmark found no definition there */
  uint64_t activity;   /* 0: of the source */
  unsigned number, references;
};

struct markdown_footnotes {
  const struct markdown_limits *limits;
  struct footnote_definition *v;       /* those of the source, in their order, then activities */
  struct footnote_definition **sorted; /* those of the source, by label */
  struct footnote_definition **shown;  /* by number */
  size_t n, n_source, n_shown;
};

static unsigned char folded(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static int label_cmp(struct span a, struct span b)
{
  for (size_t i = 0; i < a.n && i < b.n; i++)
    if (folded(a.p[i]) != folded(b.p[i]))
      return folded(a.p[i]) - folded(b.p[i]);
  return (a.n > b.n) - (a.n < b.n);
}

static int definition_cmp(const void *x, const void *y)
{
  const struct footnote_definition *a = *(struct footnote_definition *const *)x, *b = *(struct footnote_definition *const *)y;
  int c = label_cmp(a->label, b->label);
  return c ? c : (a > b) - (a < b);
}

/* ---- definitions */

/* The number of the definition that the item stands for; `none`: it is a common item. */
static size_t definition_number(cmark_node *item, size_t none)
{
  cmark_node *heading = cmark_node_first_child(item);
  cmark_node *text = heading && cmark_node_get_type(heading) == CMARK_NODE_HEADING ? cmark_node_first_child(heading) : NULL;
  struct span s = text && cmark_node_get_type(text) == CMARK_NODE_TEXT ? span_z(cmark_node_get_literal(text)) : SPAN("");
  char *end;
  if (markdown_mark_at(s) != MARK_DEFINITION)
    return none;
  unsigned long number = strtoul(s.p + MARKDOWN_MARK_BYTES, &end, 10);
  return markdown_mark_at(span_z(end)) == MARK_DEFINITION_END && number < none ? number : none;
}

static void definition_take(cmark_node *item, struct footnote_definition *d)
{
  cmark_node *list = cmark_node_parent(item);
  cmark_node_unlink(cmark_node_first_child(item));
  d->note = markdown_footnote_new(0, 0);
  for (cmark_node *child; (child = cmark_node_first_child(item));)
    if (!cmark_node_append_child(d->note, child))
      break;
  cmark_node_unlink(item);
  if (!cmark_node_first_child(list))
    cmark_node_unlink(list);
}

/* Items inside of definitions are left: a definition in another is none. */
static void definitions_take(struct markdown_footnotes *f, cmark_node *root)
{
  cmark_node **items = markdown_memory()->calloc(f->n_source + 1, sizeof *items);
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    bool item = e == CMARK_EVENT_ENTER && cmark_node_get_type(n) == CMARK_NODE_ITEM;
    size_t number = item ? definition_number(n, f->n_source) : f->n_source;
    if (number < f->n_source && !items[number])
      items[number] = n;
  }
  for (size_t k = 0; k < f->n_source; k++)
    if (items[k])
      definition_take(items[k], &f->v[k]);
}

static struct markdown_footnotes *footnotes_room(const struct markdown_limits *l, size_t n)
{
  struct markdown_footnotes *f = markdown_memory()->calloc(1, sizeof *f);
  f->limits = l;
  f->n = f->n_source = n;
  f->v = markdown_memory()->calloc(f->n + ACTIVITIES_MOST, sizeof *f->v);
  f->sorted = markdown_memory()->calloc(f->n + 1, sizeof(struct footnote_definition *));
  f->shown = markdown_memory()->calloc(f->n + ACTIVITIES_MOST, sizeof(struct footnote_definition *));
  return f;
}

struct markdown_footnotes *markdown_footnotes_new(const struct markdown_limits *l, size_t n)
{
  struct markdown_footnotes *f = footnotes_room(l, n);
  for (size_t i = 0; i < n; i++)
    f->v[i].note = markdown_footnote_new(0, 0);
  return f;
}

struct markdown_footnotes *markdown_footnotes_take(cmark_node *root, const struct markdown_limits *l,
                                                   const struct markdown_prepared *p)
{
  struct markdown_footnotes *f = footnotes_room(l, p->definitions);
  struct span labels = span_of(p->labels.p, p->labels.n);
  for (size_t i = 0; i < f->n; i++) {
    f->v[i].label = span_split(&labels, 0);
    f->sorted[i] = &f->v[i];
  }
  qsort(f->sorted, f->n, sizeof(struct footnote_definition *), definition_cmp);
  if (f->n)
    definitions_take(f, root);
  return f;
}

/* ---- activities */

/* "activity:7" -> 7; 0: it is no such label. */
static uint64_t activity_id(struct span label)
{
  struct span digits = span_from(label, strlen("activity:"));
  uint64_t id = 0;
  if (!span_starts(label, SPAN("activity:")) || !digits.n || digits.n > 18)
    return 0;
  for (size_t i = 0; i < digits.n; i++)
    if (digits.p[i] < '0' || digits.p[i] > '9')
      return 0;
    else
      id = 10 * id + (uint64_t)(digits.p[i] - '0');
  return id;
}

/* "Kafka 4.0, 18 Mar 2025, spark", the title as a link; the day stands for a title that is empty. */
static cmark_node *activity_note(const struct markdown_activity *a)
{
  cmark_node *note = markdown_footnote_new(0, 0), *paragraph = markdown_node_new(CMARK_NODE_PARAGRAPH), *title = paragraph;
  if (a->url.n) {
    char *url = markdown_memory()->calloc(a->url.n + 1, 1);
    memcpy(url, a->url.p, a->url.n);
    title = markdown_node_new(CMARK_NODE_LINK);
    cmark_node_set_url(title, url);
    cmark_node_append_child(paragraph, title);
  }
  cmark_node_append_child(title, markdown_text_new(a->title.n ? a->title : a->day));
  if (a->title.n) {
    cmark_node_append_child(paragraph, markdown_text_new(SPAN(", ")));
    cmark_node_append_child(paragraph, markdown_text_new(a->day));
  }
  if (a->spark) {
    cmark_node_append_child(paragraph, markdown_text_new(SPAN(", ")));
    cmark_node_append_child(paragraph, markdown_text_new(_("spark")));
  }
  cmark_node_append_child(note, paragraph);
  return note;
}

static struct footnote_definition *activity_find(struct markdown_footnotes *f, uint64_t id)
{
  struct markdown_activity a = {0};
  for (size_t i = f->n_source; i < f->n; i++)
    if (f->v[i].activity == id)
      return &f->v[i];
  if (f->n == f->n_source + ACTIVITIES_MOST || !f->limits->activity || !f->limits->activity(f->limits->activity_arg, id, &a))
    return NULL;
  f->v[f->n] = (struct footnote_definition){.activity = id, .note = activity_note(&a)};
  return &f->v[f->n++];
}

/* ---- references */

static struct footnote_definition *label_find(const struct markdown_footnotes *f, struct span label)
{
  size_t low = 0;
  for (size_t high = f->n_source; low < high;) {
    size_t middle = (low + high) / 2;
    if (label_cmp(f->sorted[middle]->label, label) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < f->n_source && label_cmp(f->sorted[low]->label, label) == 0; low++)
    if (f->sorted[low]->note)
      return f->sorted[low];
  return NULL;
}

static cmark_node *reference_new(struct footnote_definition *d, uint64_t id)
{
  cmark_node *n = markdown_reference_new(0, 0);
  struct markdown_extra *e = cmark_node_get_user_data(n);
  e->definition = d;
  e->activity = d ? 0 : id;
  return n;
}

cmark_node *markdown_footnotes_reference(struct markdown_footnotes *f, struct span label)
{
  uint64_t id = activity_id(label);
  struct footnote_definition *d = label_find(f, label);
  if (!d && id)
    d = activity_find(f, id);
  return d || id ? reference_new(d, id) : NULL;
}

cmark_node *markdown_footnotes_refer(struct markdown_footnotes *f, size_t i)
{
  return reference_new(&f->v[i], 0);
}

/* Replaces "[^activity:7]" in a text. */
static void text_refer(struct markdown_footnotes *f, cmark_node *text)
{
  struct span rest = span_z(cmark_node_get_literal(text));
  bool any = false;
  for (size_t at = 0; (at += span_find_span(span_from(rest, at), SPAN("[^activity:"))) < rest.n;) {
    struct span label = span_from(rest, at + 2);
    label = span_head(label, span_find(label, ']'));
    uint64_t id = at + 2 + label.n < rest.n ? activity_id(label) : 0;
    if (!id) {
      at++;
      continue;
    }
    if (at)
      cmark_node_insert_before(text, markdown_text_new(span_head(rest, at)));
    cmark_node_insert_before(text, reference_new(activity_find(f, id), id));
    rest = span_from(rest, at + 2 + label.n + 1);
    any = true;
    at = 0;
  }
  if (any && rest.n)
    cmark_node_insert_before(text, markdown_text_new(rest));
  if (any)
    cmark_node_unlink(text);
}

void markdown_footnotes_activities(struct markdown_footnotes *f, cmark_node *under)
{
  unsigned links = 0;
  cmark_iter *i = cmark_iter_new(under);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    if (cmark_node_get_type(n) == CMARK_NODE_LINK || cmark_node_get_type(n) == CMARK_NODE_IMAGE)
      links += e == CMARK_EVENT_ENTER ? 1 : -1U;
    else if (cmark_node_get_type(n) == CMARK_NODE_TEXT && !links)
      text_refer(f, n);
  }
}

void markdown_footnotes_number(struct markdown_footnotes *f, cmark_node *under)
{
  cmark_iter *i = cmark_iter_new(under);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    struct markdown_extra *extra = cmark_node_get_user_data(cmark_iter_get_node(i));
    struct footnote_definition *d = e == CMARK_EVENT_ENTER && extra && extra->kind == MARKDOWN_REFERENCE ? extra->definition : NULL;
    if (!d)
      continue;
    if (!d->number) {
      f->shown[f->n_shown++] = d;
      d->number = (unsigned)f->n_shown;
    }
    extra->number = d->number;
    extra->count = ++d->references;
  }
}

cmark_node *markdown_footnotes_shown(const struct markdown_footnotes *f, size_t i, bool *of_activity)
{
  if (i >= f->n_shown)
    return NULL;
  *of_activity = f->shown[i]->activity != 0;
  return f->shown[i]->note;
}

size_t markdown_footnotes_place(const struct markdown_footnotes *f, size_t i)
{
  return (size_t)(f->shown[i] - f->v);
}

void markdown_footnotes_append(struct markdown_footnotes *f, cmark_node *root)
{
  for (size_t i = 0; i < f->n_shown; i++) {
    struct markdown_extra *e = cmark_node_get_user_data(f->shown[i]->note);
    e->number = f->shown[i]->number;
    e->count = f->shown[i]->references;
    cmark_node_append_child(root, f->shown[i]->note);
  }
}
