/* Compiles a strict template: makes a flat program from tokens and a shape.  Partials are compiled in place, with the
 * scopes and the output context of their tag.  Faults are collected, so an author sees all unknown names at once.  Only
 * broken syntax, or markup whose context is unknown, stops the compiler early. */
#include <errno.h>
#include <stdlib.h>

#include "template/template_block.h"
#include "template/template_compiler.h"
#include "template/template_message.h"
#include "text/decimal.h"

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

/* Bytes before the next place where an address of the site begins: "/x", but not "//x". */
static size_t literal_until_path(struct template_context context, struct span text)
{
  size_t unused = 0;
  for (size_t i = 0; i < text.n; i++) {
    if (text.p[i] == '/' && (i + 1 == text.n || text.p[i + 1] != '/') && template_context_begins_url(&context))
      return i;
    if (template_context_feed(&context, span_of(text.p + i, 1), &unused))
      break; /* it is reported when the literal is added */
  }
  return text.n;
}

static void literal_put(struct template_compiler *c, const struct template_include *in, const struct template_token *t);

static void literal_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct template_token part = *t;
  struct span rest = t->text;
  while (rest.n && !c->context_unknown) {
    size_t n = literal_until_path(c->context, rest);
    part.text = span_head(rest, n);
    part.at = t->at + (size_t)(rest.p - t->text.p);
    if (n)
      literal_put(c, in, &part);
    rest = span_from(rest, n);
    if (!rest.n || c->context_unknown)
      continue;
    part.text = c->folders->base;
    if (part.text.n)
      literal_put(c, in, &part);
    part.text = span_head(rest, 1); /* the slash: an address does not begin after it */
    literal_put(c, in, &part);
    rest = span_from(rest, 1);
  }
}

static void literal_put(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
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

/* {{static/logo.svg}} */
static void asset_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct span name = span_from(t->text, sizeof ASSET_PREFIX - 1);
  struct span href = c->folders->asset ? c->folders->asset(c->folders->context, name) : SPAN("");
  struct template_token literal = {.kind = TEMPLATE_TEXT, .text = href, .at = t->at};
  if (!href.n)
    FAULT(c, in, t->at, "\"%.*s\" is no static file: put it into the folder assets of a theme, then run `diptych theme assets`",
          SPAN_ARG(name));
  else
    literal_add(c, in, &literal);
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

/* In English nothing is replaced, so the pages cost the same. */
static bool is_decimal(struct span name, const struct template_binding *m, enum template_escape escape)
{
#define NAME(name) {#name, sizeof #name - 1},
  static const struct span names[] = {SHAPE_DECIMALS(NAME)};
#undef NAME
  struct span last = name;
  while (span_find(last, '.') < last.n)
    last = span_from(last, span_find(last, '.') + 1);
  bool text = escape == TEMPLATE_ESCAPE_HTML || escape == TEMPLATE_ESCAPE_MD || escape == TEMPLATE_ESCAPE_XML;
  if (m->kind != SHAPE_TEXT || !text || span_eq(decimal_mark(), SPAN(".")))
    return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (span_eq(names[i], last))
      return true;
  return false;
}

static void value_add(struct template_compiler *c, const struct template_include *in, const struct template_token *t)
{
  struct template_binding m;
  if (span_starts(t->text, SPAN(ASSET_PREFIX))) {
    asset_add(c, in, t);
    return;
  }
  if (!template_name_find(c, in, t, &m) || !braces_fit(c, in, t, m.kind))
    return;
  bool markup = m.kind == SHAPE_HTML && t->kind == TEMPLATE_RAW;
  enum template_escape escape;
  bool begins = template_context_begins_url(&c->context);
  const char *why = template_context_value(&c->context, markup, &escape);
  if (why) {
    FAULT(c, in, t->at, "\"%.*s\" stands in %.*s: %s", SPAN_ARG(t->text),
          SPAN_ARG(template_context_name(&c->context, c->arena)), why);
    return;
  }
  if (t->kind == TEMPLATE_RAW)
    escape = begins && m.kind == SHAPE_TEXT ? TEMPLATE_ESCAPE_PATH : TEMPLATE_ESCAPE_NONE;
  if (is_decimal(t->text, &m, escape))
    escape = TEMPLATE_ESCAPE_DECIMAL;
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

static const char *block_fault(const struct template_compiler *c, const struct template_binding *m, bool inverted)
{
  if (inverted)
    return "a block is always shown";
  if (c->block.open)
    return "a block can't contain another one";
  if (m->ref.hops || m->ref.level != c->level)
    return "a block stands directly inside of the section over its record";
  return NULL;
}

/* The next number of a block of the innermost record; TEMPLATE_BLOCKS_MAX: there are too many. */
static size_t block_number(struct template_compiler *c)
{
  const struct shape *shape = NULL;
  for (size_t i = 0; i < c->scope_n; i++)
    if (c->scopes[i].shape && c->scopes[i].level == c->level)
      shape = c->scopes[i].shape;
  for (size_t i = 0; i < TEMPLATE_BLOCK_SHAPES; i++)
    if (!c->blocks[i].shape || c->blocks[i].shape == shape) {
      c->blocks[i].shape = shape;
      return c->blocks[i].n < TEMPLATE_BLOCKS_MAX ? c->blocks[i].n++ : TEMPLATE_BLOCKS_MAX;
    }
  return TEMPLATE_BLOCKS_MAX;
}

/* A section over block_draw (template_block.h).  It opens no scope. */
static void block_add(struct template_compiler *c, const struct template_include *in, size_t index,
                      const struct template_binding *m)
{
  const struct template_token *t = &in->source->tokens[index];
  const char *why = block_fault(c, m, t->kind == TEMPLATE_INVERTED);
  size_t number = why ? 0 : block_number(c);
  if (number == TEMPLATE_BLOCKS_MAX)
    why = "the template has too many blocks";
  if (why) {
    FAULT(c, in, t->at, "\"%.*s\": %s", SPAN_ARG(t->text), why);
    return;
  }
  struct template_context before = c->context;
  size_t begin = op_add(c, (struct template_op){.kind = TEMPLATE_OP_BLOCK, .level = (uint8_t)number, .ref = m->ref});
  c->block = (struct template_open_block){true, c->level, m->ref.offset};
  c->barrier = op_count(c);
  source_compile(c, in, index + 1, t->match);
  c->block.open = false;
  op_add(c, (struct template_op){.kind = TEMPLATE_OP_BLOCK_END, .level = (uint8_t)number, .ref = m->ref});
  if (!c->ops.failed)
    op_at(c, begin)->jump = (uint32_t)op_count(c);
  c->barrier = op_count(c);
  context_join(c, in, index, before, false);
}

/* {{^x}} directly after {{/x}}: one of the two is shown, so the second begins where the first began. */
static bool alternative_begins(const struct template_compiler *c, const struct template_include *in, size_t index)
{
  const struct template_token *tokens = in->source->tokens;
  if (!index || c->context_unknown || c->last.source != in->source || c->last.end != index - 1)
    return false;
  const struct template_token *first = &tokens[tokens[index - 1].match];
  return first->kind == TEMPLATE_SECTION && span_eq(first->text, tokens[index].text);
}

static void section_add(struct template_compiler *c, const struct template_include *in, size_t index)
{
  const struct template_token *t = &in->source->tokens[index];
  bool inverted = t->kind == TEMPLATE_INVERTED;
  struct template_binding m;
  if (!template_name_find(c, in, t, &m))
    return;
  if (m.kind == SHAPE_RECORD && m.of == &block_draw_shape) {
    block_add(c, in, index, &m);
    return;
  }
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
  bool other = inverted && alternative_begins(c, in, index);
  if (other) {
    c->context = c->last.before;
    before = c->last.after;
  }
  struct template_alternative last = {in->source, t->match, .before = c->context};
  source_compile(c, in, index + 1, t->match);
  last.after = c->context;
  context_join(c, in, index, before, op.kind == TEMPLATE_OP_EACH);
  c->last = last;
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
  if (!template_read_partial(&s, c->arena, c->folders, c->ext, t)) {
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

/* Messages (template_message.h). */

static void message_add(struct template_compiler *c, const struct template_include *in, size_t index)
{
  const struct template_token *t = &in->source->tokens[index];
  struct template_source s;
  switch (template_message_read(c, in, index, &s)) {
  case TEMPLATE_MESSAGE_OWN: source_compile(c, in, index + 1, t->match); break;
  case TEMPLATE_MESSAGE_OTHER: source_compile(c, &(struct template_include){&s, in}, 0, s.n); break;
  case TEMPLATE_MESSAGE_FAULT: break;
  }
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
      template_is_message(t) ? message_add(c, in, i) : section_add(c, in, i);
      i = t->match;
      break;
    case TEMPLATE_END: break;
    }
  }
}

static struct template *program_take(struct template_compiler *c)
{
  size_t literals = c->pool.n;
  buf_span(&c->pool, c->folders->base);
  size_t decimal = c->pool.n;
  buf_span(&c->pool, decimal_mark());
  buf_reserve(&c->pool, 1); /* the pool must not be NULL, even without literals */
  struct template *t = c->ops.failed || c->pool.failed || arena_failed(c->arena) ? NULL : calloc(1, sizeof *t);
  if (!t) {
    fprintf(c->why, "%s: out of memory\n", c->dir);
    return NULL;
  }
  t->ops = (struct template_op *)(void *)c->ops.p;
  t->n = op_count(c);
  t->pool = c->pool.p;
  t->pool_n = literals;
  t->base = span_of(t->pool + literals, decimal - literals);
  t->decimal = span_from(buf_view(&c->pool), decimal);
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
  if (!template_read(&s, c->arena, c->folders, file)) {
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

struct template *template_compile_in(const struct template_folders *f, const char *file, const struct shape *shape, FILE *why)
{
  struct template_compiler c = {.arena = arena_new(0), .why = why, .folders = f, .ops = BUF_INIT, .pool = BUF_INIT};
  c.dir = f->dirs[f->n - 1];
  if (!c.arena) {
    fprintf(why, "%s/%s: out of memory\n", c.dir, file);
    return NULL;
  }
  c.scopes[c.scope_n++].shape = shape;
  struct template *t = compile(&c, file);
  buf_free(&c.ops);
  buf_free(&c.pool);
  arena_free(&c.arena);
  return t;
}

struct template *template_compile(const char *dir, const char *file, const struct shape *shape, FILE *why)
{
  return template_compile_in(&(struct template_folders){.dirs = {dir}, .n = 1}, file, shape, why);
}
