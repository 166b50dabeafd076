#include "site/describe.h"

#include <string.h>

#include "site/pages.h"
#include "site/routes.h"
#include "site/templates.h"
#include "site/view_error.h"
#include "site/view_machine.h"
#include "site/view_words.h"
#include "template/template_block.h"

struct field_meaning {
  const char *view, *field, *meaning;
  size_t offset; /* only to be compiled: the field exists */
};

#define OWN_ROW(view, field, meaning) {#view, #field, meaning, offsetof(struct view, field)},
#define WORD_ROW(field, meaning) {NULL, #field, meaning, 0},
static const struct field_meaning words[] = {VIEW_WORDS_OWN(OWN_ROW) VIEW_WORDS(WORD_ROW)};
#define WORDS (sizeof words / sizeof *words)

const char *describe_meaning(const struct shape *s, const struct shape_field *f)
{
  for (size_t i = 0; i < WORDS; i++)
    if (strcmp(words[i].field, f->name) == 0 && (!words[i].view || strcmp(words[i].view, s->name) == 0))
      return words[i].meaning;
  return NULL;
}

/* ---- templates and their views */

struct described {
  const char *name; /* "compare" or "robots.txt" */
  const struct shape *shape;
};

static size_t templates_list(struct described *out)
{
#define FILE_NAME(name, file, path, type) file,
  static const char *const files[] = {TEMPLATES_FILES(FILE_NAME)};
#undef FILE_NAME
  size_t n = 0;
  for (size_t i = 0; i < route_count(); i++) {
    const struct route *r = route_at(i);
    bool known = !r->template;
    for (size_t k = 0; k < n && !known; k++)
      known = strcmp(out[k].name, r->template) == 0;
    if (!known)
      out[n++] = (struct described){r->template, r->shape};
  }
  out[n++] = (struct described){"error", &error_view_shape};
  for (size_t i = 0; i < TEMPLATES_FILE_COUNT; i++)
    out[n++] = (struct described){files[i], &machine_view_shape};
  return n;
}

#define TEMPLATES_MAX 64

/* Adds the view and all that it contains. */
static size_t shapes_add(const struct shape **out, size_t n, const struct shape *s)
{
  for (size_t i = 0; i < n; i++)
    if (out[i] == s)
      return n;
  if (n == DESCRIBE_SHAPES_MAX)
    return n;
  out[n++] = s;
  for (size_t i = 0; i < s->n; i++)
    if (s->fields[i].of && s->fields[i].of != &block_draw_shape)
      n = shapes_add(out, n, s->fields[i].of);
  return n;
}

size_t describe_shapes(const struct shape **out)
{
  struct described all[TEMPLATES_MAX];
  size_t n = 0, templates = templates_list(all);
  for (size_t i = 0; i < templates; i++)
    n = shapes_add(out, n, all[i].shape);
  return n;
}

static bool is_used(const struct field_meaning *w, const struct shape *const *shapes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < shapes[i]->n; k++)
      if (strcmp(shapes[i]->fields[k].name, w->field) == 0)
        return true;
  return false;
}

const char *describe_unused(void)
{
  const struct shape *shapes[DESCRIBE_SHAPES_MAX];
  size_t n = describe_shapes(shapes);
  for (size_t i = 0; i < WORDS; i++)
    if (!is_used(&words[i], shapes, n))
      return words[i].field;
  return NULL;
}

/* ---- as text */

static const char *kind_name(const struct shape_field *f)
{
  static const char *const names[] = {"TEXT", "HTML", "FLAG", "INT", "TEXTS", "LIST of", "RECORD"};
  return names[f->kind];
}

static void field_print(const struct shape *s, const struct shape_field *f, FILE *out)
{
  char kind[64];
  const char *meaning = describe_meaning(s, f);
  bool block = f->of == &block_draw_shape;
  snprintf(kind, sizeof kind, "%s%s%s", block ? "BLOCK" : kind_name(f), f->of && !block ? " " : "",
           f->of && !block ? f->of->name : "");
  fprintf(out, "  %-20s %-28s %s\n", f->name, kind, meaning ? meaning : "");
}

static bool is_template(const char *page, const char *name)
{
  size_t n = strlen(name);
  return strncmp(page, name, n) == 0 && (!page[n] || page[n] == '.');
}

static int list_print(const struct described *all, size_t n, FILE *out)
{
  for (size_t i = 0; i < n; i++)
    fprintf(out, "%-24s %s\n", all[i].name, all[i].shape->name);
  return 0;
}

int describe_page(const char *page, FILE *out, FILE *why)
{
  const struct shape *shapes[DESCRIBE_SHAPES_MAX];
  struct described all[TEMPLATES_MAX];
  size_t templates = templates_list(all), n = 0;
  if (!page)
    return list_print(all, templates, out);
  for (size_t i = 0; i < templates && !n; i++)
    if (is_template(page, all[i].name))
      n = shapes_add(shapes, 0, all[i].shape);
  for (size_t i = 0; i < n; i++) {
    fprintf(out, "%s%s\n", i ? "\n" : "", shapes[i]->name);
    for (size_t k = 0; k < shapes[i]->n; k++)
      field_print(shapes[i], &shapes[i]->fields[k], out);
  }
  if (!n)
    fprintf(why, "%s is no template of a page; `diptych template --describe` lists them.  A partial shows the view of the template"
                 " that includes it.\n", page);
  return n ? 0 : 1;
}

/* ---- as a page of the manual */

#define MANUAL_HEAD                                                                                                    \
  ".TH DIPTYCH\\-TEMPLATES 7 2026 diptych Miscellaneous\n.SH NAME\n"                                                  \
  "diptych\\-templates \\- the names that a template may use\n.SH DESCRIPTION\n"                                       \
  "A template shows a view: a record whose fields have the kinds below.\n"                                             \
  "A name that is no field of a record in reach is a fault, which the start of the pool and a reload refuse.\n"        \
  ".TP\n.BR TEXT ,\\ INT\n{{name}}. A section {{#name}} around a TEXT is shown when it is not empty.\n"                \
  ".TP\n.B HTML\n{{{name}}}, safe markup.\n"                                                                           \
  ".TP\n.B FLAG\n{{#name}}...{{/name}} when it is true, {{^name}}...{{/name}} when not.\n"                             \
  ".TP\n.B RECORD\n{{#name}}...{{/name}}, within which its fields are in reach, or {{name.field}}.\n"                  \
  ".TP\n.BR LIST ,\\ TEXTS\n{{#name}}...{{/name}}, once for each element; {{.}} is the element of TEXTS.\n"            \
  ".TP\n.B BLOCK\n{{#block}}...{{/block}}, a part whose text is kept; it shows fields before it only.\n"               \
  ".PP\n{{static/NAME}} is the address of a static file; see\n.BR diptych\\-themes (7).\n"

static void manual_text(const char *text, FILE *out)
{
  for (; *text; text++)
    fputs(*text == '-' ? "\\-" : *text == '\\' ? "\\e" : (const char[]){*text, 0}, out);
}

static void manual_field(const struct shape *s, const struct shape_field *f, FILE *out)
{
  const char *meaning = describe_meaning(s, f);
  bool block = f->of == &block_draw_shape;
  fprintf(out, ".TP\n.BR %s \\ \\ %s%s%s\n\\&", f->name, block ? "BLOCK" : f->kind == SHAPE_LIST ? "LIST" : kind_name(f),
          f->of && !block ? "\\ " : "", f->of && !block ? f->of->name : "");
  manual_text(meaning ? meaning : "", out);
  fputs(".\n", out);
}

void describe_manual(FILE *out)
{
  const struct shape *shapes[DESCRIBE_SHAPES_MAX];
  struct described all[TEMPLATES_MAX];
  size_t templates = templates_list(all), n = describe_shapes(shapes);
  fputs(MANUAL_HEAD ".SH TEMPLATES\n.nf\n", out);
  for (size_t i = 0; i < templates; i++)
    fprintf(out, "%-24s %s\n", all[i].name, all[i].shape->name);
  fputs(".fi\n.SH VIEWS\n", out);
  for (size_t i = 0; i < n; i++) {
    fprintf(out, ".SS %s\n", shapes[i]->name);
    for (size_t k = 0; k < shapes[i]->n; k++)
      manual_field(shapes[i], &shapes[i]->fields[k], out);
  }
  fputs(".SH SEE ALSO\n.BR diptych (8),\n.BR diptych\\-themes (7)\n", out);
}
