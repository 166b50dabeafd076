/* Lenient rendering of tokens with any JSON value, as the Mustache specification requires.  A name is searched in the
 * enclosing objects, from the innermost outwards; a name that is not found is empty.  false, null, "", 0 and [] hide a
 * section.  Interpolated lists and objects are written as JSON.  A partial is read at its first use, once for each
 * indentation. */
#include <errno.h>
#include <stdlib.h>

#include "template/template.h"
#include "template/template_data.h"
#include "template/template_scan.h"
#include "text/escape.h"

#define CONTEXTS 512 /* depth of nested sections, including those of partials */

struct partial {
  struct partial *next;
  struct span name, indent;
  bool found;
  struct template_source source;
};

struct lenient {
  struct arena *arena;
  struct template_folders folders; /* the one of the file */
  const char *ext;
  FILE *why;
  struct buf *out;
  struct partial *partials;
  int partial_depth;
  size_t contexts_n;
  json_t *contexts[CONTEXTS];
};

/* Names. */

static json_t *member_find(json_t *of, struct span name)
{
  return json_is_object(of) ? json_object_getn(of, name.p, name.n) : NULL;
}

/* NULL: not found.  The first part of a dotted name selects the object in which the rest is searched. */
static json_t *name_find(const struct lenient *r, struct span name)
{
  json_t *found = NULL;
  if (span_eq(name, SPAN(".")))
    return r->contexts[r->contexts_n - 1];
  struct span first = span_split(&name, '.');
  for (size_t i = r->contexts_n; i-- > 0 && !found;)
    found = member_find(r->contexts[i], first);
  while (found && name.p)
    found = member_find(found, span_split(&name, '.'));
  return found;
}

/* Values. */

static void value_write(struct lenient *r, const struct template_token *t)
{
  struct buf text = BUF_INIT;
  template_data_print(&text, name_find(r, t->text));
  if (t->kind == TEMPLATE_RAW)
    buf_span(r->out, buf_view(&text));
  else
    escape_html(r->out, buf_view(&text));
  r->out->failed = r->out->failed || text.failed;
  buf_free(&text);
}

static bool is_shown(json_t *v)
{
  switch (v ? json_typeof(v) : JSON_NULL) {
  case JSON_NULL:
  case JSON_FALSE: return false;
  case JSON_STRING: return json_string_length(v) != 0 && !template_data_is_zero(v); /* numbers are strings here */
  case JSON_ARRAY: return json_array_size(v) != 0;
  default: return true;
  }
}

/* Structure. */

static bool render(struct lenient *r, const struct template_source *s, size_t from, size_t to);

static bool render_within(struct lenient *r, const struct template_source *s, size_t section, json_t *context)
{
  const struct template_token *t = &s->tokens[section];
  if (r->contexts_n == CONTEXTS) {
    template_fault(s, t->at, r->why, "sections are nested more than %d deep", CONTEXTS);
    return false;
  }
  r->contexts[r->contexts_n++] = context;
  bool fine = render(r, s, section + 1, t->match);
  r->contexts_n--;
  return fine;
}

static bool section_render(struct lenient *r, const struct template_source *s, size_t at)
{
  const struct template_token *t = &s->tokens[at];
  json_t *v = name_find(r, t->text);
  bool shown = is_shown(v), fine = true;
  if (t->kind == TEMPLATE_INVERTED)
    return shown || render_within(r, s, at, r->contexts[r->contexts_n - 1]);
  if (!shown)
    return true;
  if (!json_is_array(v))
    return render_within(r, s, at, v);
  for (size_t i = 0; i < json_array_size(v) && fine; i++)
    fine = render_within(r, s, at, json_array_get(v, i));
  return fine;
}

static struct partial *partial_get(struct lenient *r, const struct template_token *t)
{
  for (struct partial *p = r->partials; p; p = p->next)
    if (span_eq(p->name, t->text) && span_eq(p->indent, t->indent))
      return p;
  struct partial *p = ARENA_NEW(r->arena, struct partial);
  if (!p) {
    fputs("out of memory\n", r->why);
    return NULL;
  }
  *p = (struct partial){.next = r->partials, .name = t->text, .indent = t->indent};
  p->found = template_read_partial(&p->source, r->arena, &r->folders, r->ext, t);
  r->partials = p;
  if (!p->found && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG) {
    fprintf(r->why, "%s: partial \"%.*s\": %s\n", r->folders.dirs[0], SPAN_ARG(t->text), strerror(errno));
    return NULL;
  }
  return p->found && !template_scan(&p->source, r->arena, r->why) ? NULL : p;
}

static bool partial_render(struct lenient *r, const struct template_source *s, const struct template_token *t)
{
  struct partial *p = partial_get(r, t);
  if (!p || !p->found)
    return p != NULL;
  if (r->partial_depth == TEMPLATE_DEPTH) {
    template_fault(s, t->at, r->why, "partial \"%.*s\": partials are nested more than %d deep: does it include itself "
                                     "without end?", SPAN_ARG(t->text), TEMPLATE_DEPTH);
    return false;
  }
  r->partial_depth++;
  bool fine = render(r, &p->source, 0, p->source.n);
  r->partial_depth--;
  return fine;
}

static bool render(struct lenient *r, const struct template_source *s, size_t from, size_t to)
{
  bool fine = true;
  for (size_t i = from; i < to && fine; i++) {
    const struct template_token *t = &s->tokens[i];
    switch (t->kind) {
    case TEMPLATE_TEXT: buf_span(r->out, t->text); break;
    case TEMPLATE_NAME:
    case TEMPLATE_RAW: value_write(r, t); break;
    case TEMPLATE_PARTIAL: fine = partial_render(r, s, t); break;
    case TEMPLATE_SECTION:
    case TEMPLATE_INVERTED:
      fine = section_render(r, s, i);
      i = t->match;
      break;
    case TEMPLATE_END: break;
    }
  }
  return fine;
}

/* The command. */

static int file_render(struct lenient *r, const char *file, json_t *data)
{
  const char *slash = strrchr(file, '/');
  struct template_source s;
  const char *dir = slash ? arena_z(r->arena, span_of(file, slash == file ? 1 : (size_t)(slash - file))) : ".";
  r->folders = (struct template_folders){.dirs = {dir}, .n = 1};
  r->ext = template_ext(r->arena, file);
  r->contexts[r->contexts_n++] = data;
  if (!dir || !template_read(&s, r->arena, &r->folders, slash ? slash + 1 : file)) {
    fprintf(r->why, "%s: %s\n", file, strerror(errno));
    return 1;
  }
  s.path = file;
  if (!template_scan(&s, r->arena, r->why) || !render(r, &s, 0, s.n))
    return 1;
  if (r->out->failed || arena_failed(r->arena)) {
    fputs("out of memory\n", r->why);
    return 1;
  }
  return 0;
}

int template_command(const char *file, const char *json_file, FILE *out, FILE *why)
{
  struct buf text = BUF_INIT;
  struct lenient r = {.arena = arena_new(0), .why = why, .out = &text};
  if (!r.arena)
    fputs("out of memory\n", why);
  json_t *data = r.arena ? template_data_read(json_file, why) : NULL;
  int code = data ? file_render(&r, file, data) : 1;
  if (code == 0 && ((text.n && fwrite(text.p, 1, text.n, out) != text.n) || fflush(out) != 0)) {
    fprintf(why, "the output was not written: %s\n", strerror(errno));
    code = 1;
  }
  json_decref(data);
  buf_free(&text);
  arena_free(&r.arena);
  return code;
}
