/* Resolves names: the first part is searched from the innermost scope outwards, the parts after dots in the records.  The
 * fault for an unknown name lists the fields that exist. */
#include "template/template_compiler.h"

#define FAULTS_MAX 50

void template_compiler_fault(struct template_compiler *c, const struct template_include *in, size_t at,
                             struct span sentence)
{
  if (c->faults++ < FAULTS_MAX)
    template_fault(in->source, at, c->why, "%.*s", SPAN_ARG(sentence));
}

static const struct shape_field *field_find(const struct shape *s, struct span name)
{
  for (size_t i = 0; i < s->n; i++)
    if (span_eq(span_z(s->fields[i].name), name))
      return &s->fields[i];
  return NULL;
}

const char *const template_kind_names[] = {"TEXT", "HTML", "FLAG", "INT", "TEXTS", "LIST", "RECORD"};

static struct span field_names(struct template_compiler *c, const struct shape *s)
{
  struct span all = span_of(NULL, 0);
  for (size_t i = 0; i < s->n; i++)
    all = arena_printf(c->arena, "%.*s%s%s", SPAN_ARG(all), i ? ", " : "", s->fields[i].name);
  return all;
}

/* "compare_view (a, b), nor of page_view (...)", from the innermost scope outwards. */
static struct span shapes_in_reach(struct template_compiler *c)
{
  struct span all = span_of(NULL, 0);
  for (size_t i = c->scope_n; i-- > 0;)
    if (c->scopes[i].shape)
      all = arena_printf(c->arena, "%.*s%s%s (%.*s)", SPAN_ARG(all), all.n ? ", nor of " : "", c->scopes[i].shape->name,
                         SPAN_ARG(field_names(c, c->scopes[i].shape)));
  return all;
}

static bool name_first(struct template_compiler *c, struct span name, struct template_binding *m)
{
  for (size_t i = c->scope_n; i-- > 0;) {
    const struct template_scope *s = &c->scopes[i];
    const struct shape_field *f = s->shape ? field_find(s->shape, name) : NULL;
    if (f) {
      *m = (struct template_binding){{.level = s->level, .offset = (uint32_t)f->offset}, f->kind, f->of};
      return true;
    }
  }
  return false;
}

/* Would the text of the open block depend on more than its record? */
static bool name_outside(const struct template_compiler *c, const struct template_ref *r)
{
  uint32_t offset = r->hops ? r->hop[0] : r->offset;
  return c->block.open && (r->level < c->block.level || (r->level == c->block.level && offset >= c->block.offset));
}

/* Resolves the part after a dot, a field of the RECORD before it. */
static bool name_next(struct template_compiler *c, const struct template_include *in, const struct template_token *t,
                      struct span part, struct template_binding *m)
{
  const struct shape_field *f = m->kind == SHAPE_RECORD ? field_find(m->of, part) : NULL;
  if (m->kind != SHAPE_RECORD)
    FAULT(c, in, t->at, "\"%.*s\": only a RECORD has fields, and what stands before \".%.*s\" is %s", SPAN_ARG(t->text),
          SPAN_ARG(part), template_kind_names[m->kind]);
  else if (!f)
    FAULT(c, in, t->at, "\"%.*s\": \"%.*s\" is no field of %s (%.*s)", SPAN_ARG(t->text), SPAN_ARG(part), m->of->name,
          SPAN_ARG(field_names(c, m->of)));
  else if (m->ref.hops == TEMPLATE_HOPS)
    FAULT(c, in, t->at, "\"%.*s\" has more than %d dots", SPAN_ARG(t->text), TEMPLATE_HOPS);
  else {
    m->ref.hop[m->ref.hops++] = m->ref.offset;
    m->ref.offset = (uint32_t)f->offset;
    m->kind = f->kind;
    m->of = f->of;
    return true;
  }
  return false;
}

static bool name_dot(struct template_compiler *c, const struct template_include *in, const struct template_token *t,
                     struct template_binding *m)
{
  const struct template_scope *s = &c->scopes[c->scope_n - 1];
  if (s->has_dot)
    *m = s->dot;
  else
    FAULT(c, in, t->at, "{{.}} has no meaning here: it is the text inside a section over TEXT or TEXTS, and this is %s",
          s->shape->name);
  return s->has_dot;
}

bool template_name_find(struct template_compiler *c, const struct template_include *in, const struct template_token *t,
                        struct template_binding *m)
{
  if (span_eq(t->text, SPAN(".")))
    return name_dot(c, in, t, m);
  struct span rest = t->text, first = span_split(&rest, '.');
  if (!name_first(c, first, m)) {
    FAULT(c, in, t->at, "\"%.*s\" is no field of %.*s", SPAN_ARG(first), SPAN_ARG(shapes_in_reach(c)));
    return false;
  }
  while (rest.p)
    if (!name_next(c, in, t, span_split(&rest, '.'), m))
      return false;
  if (name_outside(c, &m->ref)) {
    FAULT(c, in, t->at, "\"%.*s\" can't stand in a block: a block shows only fields before `block` of its own record",
          SPAN_ARG(t->text));
    return false;
  }
  return true;
}
