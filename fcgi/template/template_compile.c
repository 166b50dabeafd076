/* Compiles a strict template: makes a flat program from tokens and a shape.  Partials are compiled in place, with the
 * scopes and the output context of their tag.  Faults are collected, so an author sees all unknown names at once.  Only
 * broken syntax, or markup whose context is unknown, stops the compiler early. */
#include <errno.h>
#include <stdlib.h>

#include "template/template_compiler.h"

static size_t op_count(const struct template_compiler *c)
{
  return c->ops.n / sizeof(struct template_op);
}

static struct template_op *op_at(struct template_compiler *c, size_t i)
{
  return (struct template_op *)(void *)c->ops.p + i;
}

/* Is the last op a literal that can be extended or merged, because no op jumps to the op after it? */
static bool literal_open(struct template_compiler *c)
{
  size_t n = op_count(c);
  return n > c->barrier && op_at(c, n - 1)->kind == TEMPLATE_OP_LITERAL;
}

/* Adds an op; a literal directly before it becomes the literal of the op. */
static size_t op_add(struct template_compiler *c, struct template_op op)
{
  size_t n = op_count(c);
  if (!c->ops.failed && literal_open(c)) {
    op.literal = op_at(c, n - 1)->literal;
    *op_at(c, n - 1) = op;
    return n - 1;
  }
  buf_put(&c->ops, &op, sizeof op);
  return n;
}

static void literal_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct span text = t->text;
  size_t at = 0;
  const char *why = template_context_feed(&c->context, text, &at);
  if (why) {
    FAULT(c, in, t->at + at, "%s", why);
    c->context_unknown = true;
    return;
  }
  struct template_op op = {.kind = TEMPLATE_OP_LITERAL, .literal = {(uint32_t)c->pool.n, (uint32_t)text.n}};
  buf_span(&c->pool, text);
  if (!c->ops.failed && literal_open(c))
    op_at(c, op_count(c) - 1)->literal.n += (uint32_t)text.n;
  else
    op_add(c, op);
}

/* Values. */

/* Do the braces of the tag match the kind of the field?  {{{x}}} is for HTML and, in Markdown, for Markdown source;
 * everything else is {{x}}. */
static bool braces_fit(struct template_compiler *c, const struct template_include *in, const struct template_token *t,
                       enum shape_kind kind)
{
  bool raw = t->kind == TEMPLATE_RAW, html = c->context.language == TEMPLATE_HTML;
  struct span x = t->text;
  if (kind != SHAPE_TEXT && kind != SHAPE_HTML && kind != SHAPE_INT)
    FAULT(c, in, t->at, "\"%.*s\" is %s, which has no text of its own: write a section {{#%.*s}}...{{/%.*s}}",
          SPAN_ARG(x), template_kind_names[kind], SPAN_ARG(x), SPAN_ARG(x));
  else if (kind == SHAPE_TEXT && raw && c->context.language != TEMPLATE_MD)
    FAULT(c, in, t->at, "\"%.*s\" is TEXT and is never shown raw: write {{%.*s}}", SPAN_ARG(x), SPAN_ARG(x));
  else if (kind == SHAPE_HTML && html && !raw)
    FAULT(c, in, t->at, "\"%.*s\" is HTML: write {{{%.*s}}}", SPAN_ARG(x), SPAN_ARG(x));
  else if (kind == SHAPE_HTML && !html && (raw || c->context.language != TEMPLATE_XML))
    FAULT(c, in, t->at, "\"%.*s\" is HTML and can't stand here%s", SPAN_ARG(x),
          c->context.language == TEMPLATE_XML ? " but as escaped text: write two braces" : "");
  else
    return true;
  return false;
}

static void value_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct template_binding m;
  if (!template_name_find(c, in, t, &m) || !braces_fit(c, in, t, m.kind))
    return;
  bool markup = m.kind == SHAPE_HTML && t->kind == TEMPLATE_RAW;
  enum template_escape escape;
  const char *why = template_context_value(&c->context, markup, &escape);
  if (why) {
    FAULT(c, in, t->at, "\"%.*s\" stands in %.*s: %s", SPAN_ARG(t->text),
          SPAN_ARG(template_context_name(&c->context, c->arena)), why);
    return;
  }
  if (t->kind == TEMPLATE_RAW)
    escape = TEMPLATE_ESCAPE_NONE;
  op_add(c, (struct template_op){.kind = m.kind == SHAPE_INT ? TEMPLATE_OP_INT : TEMPLATE_OP_TEXT, .ref = m.ref,
                                 .escape = (uint8_t)escape});
}

/* Sections. */

static void source_compile(struct template_compiler *c, const struct template_include *in, size_t from, size_t to);

static enum template_op_kind section_op(enum shape_kind kind, bool inverted)
{
  switch (kind) {
  case SHAPE_TEXT:
  case SHAPE_HTML: return inverted ? TEMPLATE_OP_UNLESS_TEXT : TEMPLATE_OP_IF_TEXT;
  case SHAPE_RECORD: return inverted ? TEMPLATE_OP_UNLESS_RECORD : TEMPLATE_OP_WITH;
  case SHAPE_TEXTS:
  case SHAPE_LIST: return inverted ? TEMPLATE_OP_UNLESS_ITEMS : TEMPLATE_OP_EACH;
  default: return inverted ? TEMPLATE_OP_UNLESS_FLAG : TEMPLATE_OP_IF_FLAG;
  }
}

/* Adds the scope of a section over m; false: nested too deep. */
static bool scope_push(struct template_compiler *c, const struct template_binding *m)
{
  struct template_scope s = {.level = c->level};
  if (m->kind == SHAPE_TEXT || m->kind == SHAPE_HTML) {
    s.has_dot = true;
    s.dot = *m;
  } else if (m->kind != SHAPE_FLAG && m->kind != SHAPE_INT) {
    if (c->level + 1 == TEMPLATE_LEVELS)
      return false;
    s.level = ++c->level;
    s.shape = m->of;
    s.has_dot = m->kind == SHAPE_TEXTS;
    s.dot = (struct template_binding){{.level = s.level}, SHAPE_TEXT, NULL};
  } else
    return true;
  if (c->scope_n == TEMPLATE_SCOPES)
    return false;
  c->scopes[c->scope_n++] = s;
  return true;
}

/* After a section, the output context must be the same whether the section was shown or not. */
static void context_join(struct template_compiler *c, const struct template_include *in, size_t index,
                         struct template_context before, bool loop)
{
  const struct template_token *t = &in->source->tokens[index];
  struct template_context end = c->context;
  c->context = before;
  if (c->context_unknown || template_context_join(&c->context, &end, loop))
    return;
  c->context_unknown = true;
  FAULT(c, in, in->source->tokens[t->match].at,
        "section \"%.*s\" begins in %.*s and ends in %.*s: it must close what it opens", SPAN_ARG(t->text),
        SPAN_ARG(template_context_name(&before, c->arena)), SPAN_ARG(template_context_name(&end, c->arena)));
}

static void section_add(struct template_compiler *c, const struct template_include *in, size_t index)
{
  const struct template_token *t = &in->source->tokens[index];
  bool inverted = t->kind == TEMPLATE_INVERTED;
  struct template_binding m;
  if (!template_name_find(c, in, t, &m))
    return;
  if (inverted && m.kind == SHAPE_INT) {
    FAULT(c, in, t->at, "\"%.*s\" is INT and always there: {{^%.*s}} would never show", SPAN_ARG(t->text),
          SPAN_ARG(t->text));
    return;
  }
  size_t scope_n = c->scope_n, begin = 0;
  uint8_t level = c->level;
  bool always = m.kind == SHAPE_INT;
  if (!inverted && !scope_push(c, &m)) {
    FAULT(c, in, t->at, "sections are nested more than %d records deep", TEMPLATE_LEVELS - 1);
    return;
  }
  struct template_op op = {.kind = (uint8_t)section_op(m.kind, inverted), .ref = m.ref, .level = c->level};
  if (!always)
    begin = op_add(c, op);
  c->barrier = op_count(c);
  struct template_context before = c->context;
  source_compile(c, in, index + 1, t->match);
  context_join(c, in, index, before, op.kind == TEMPLATE_OP_EACH);
  if (op.kind == TEMPLATE_OP_EACH)
    op_add(c, (struct template_op){.kind = TEMPLATE_OP_NEXT, .level = c->level, .jump = (uint32_t)begin + 1,
                                   .stride = (uint32_t)(m.of ? m.of->size : sizeof(struct span))});
  if (!always && !c->ops.failed)
    op_at(c, begin)->jump = (uint32_t)op_count(c);
  c->barrier = op_count(c);
  c->scope_n = scope_n;
  c->level = level;
}

/* Partials. */

static void partial_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct template_source s;
  if (!template_read_partial(&s, c->arena, c->dir, c->ext, t)) {
    FAULT(c, in, t->at, "partial \"%.*s\": %s/%.*s%s.mustache: %s", SPAN_ARG(t->text), c->dir, SPAN_ARG(t->text),
          c->ext, strerror(errno));
    return;
  }
  for (const struct template_include *i = in; i; i = i->includer)
    if (strcmp(i->source->path, s.path) == 0) {
      FAULT(c, in, t->at, "partial \"%.*s\" includes itself", SPAN_ARG(t->text));
      return;
    }
  struct template_include link = {&s, in};
  if (!template_scan(&s, c->arena, c->why))
    c->faults++;
  else
    source_compile(c, &link, 0, s.n);
}

static void source_compile(struct template_compiler *c, const struct template_include *in, size_t from, size_t to)
{
  for (size_t i = from; i < to && !c->context_unknown && !c->ops.failed && !c->pool.failed; i++) {
    const struct template_token *t = &in->source->tokens[i];
    switch (t->kind) {
    case TEMPLATE_TEXT: literal_add(c, in, t); break;
    case TEMPLATE_NAME:
    case TEMPLATE_RAW: value_add(c, in, t); break;
    case TEMPLATE_PARTIAL: partial_add(c, in, t); break;
    case TEMPLATE_SECTION:
    case TEMPLATE_INVERTED:
      section_add(c, in, i);
      i = t->match;
      break;
    case TEMPLATE_END: break;
    }
  }
}

static struct template *program_take(struct template_compiler *c)
{
  buf_reserve(&c->pool, 1); /* the pool must not be NULL, even without literals */
  struct template *t = c->ops.failed || c->pool.failed || arena_failed(c->arena) ? NULL : calloc(1, sizeof *t);
  if (!t) {
    fprintf(c->why, "%s: out of memory\n", c->dir);
    return NULL;
  }
  t->ops = (struct template_op *)(void *)c->ops.p;
  t->n = op_count(c);
  t->pool = c->pool.p;
  t->pool_n = c->pool.n;
  t->hash = template_program_hash(t);
  c->ops = c->pool = (struct buf)BUF_INIT;
  return t;
}

static bool kind_take(struct template_compiler *c, const char *file)
{
  static const struct {
    const char *ext;
    enum template_language language;
  } kinds[] = {{".html", TEMPLATE_HTML}, {".xml", TEMPLATE_XML}, {".svg", TEMPLATE_XML}, {".md", TEMPLATE_MD},
               {".txt", TEMPLATE_PLAIN}};
  c->ext = template_ext(c->arena, file);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].ext, c->ext) == 0) {
      template_context_begin(&c->context, kinds[i].language);
      return true;
    }
  fprintf(c->why, "%s/%s:1:1: name a template .html.mustache, .xml.mustache, .svg.mustache, .md.mustache or "
                  ".txt.mustache: the extension selects the escaping\n", c->dir, file);
  return false;
}

static struct template *compile(struct template_compiler *c, const char *file)
{
  struct template_source s;
  if (!kind_take(c, file))
    return NULL;
  if (!template_read(&s, c->arena, c->dir, file)) {
    fprintf(c->why, "%s/%s:1:1: %s\n", c->dir, file, strerror(errno));
    return NULL;
  }
  if (!template_scan(&s, c->arena, c->why))
    return NULL;
  struct template_include in = {&s, NULL};
  source_compile(c, &in, 0, s.n);
  if (!c->context_unknown && !template_context_done(&c->context))
    FAULT(c, &in, s.text.n, "the template ends in %.*s", SPAN_ARG(template_context_name(&c->context, c->arena)));
  return c->faults ? NULL : program_take(c);
}

struct template *template_compile(const char *dir, const char *file, const struct shape *shape, FILE *why)
{
  struct template_compiler c = {.arena = arena_new(0), .why = why, .dir = dir, .ops = BUF_INIT, .pool = BUF_INIT};
  if (!c.arena) {
    fprintf(why, "%s/%s: out of memory\n", dir, file);
    return NULL;
  }
  c.scopes[c.scope_n++].shape = shape;
  struct template *t = compile(&c, file);
  buf_free(&c.ops);
  buf_free(&c.pool);
  arena_free(&c.arena);
  return t;
}
