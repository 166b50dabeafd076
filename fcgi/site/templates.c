#include "site/templates.h"

#include <stdlib.h>
#include <string.h>

#include "site/view_error.h"
#include "site/view_machine.h"

#define FORMS 5

struct templates {
  size_t n;
  struct template *error, *files[TEMPLATES_FILE_COUNT];
  struct template *v[][FORMS];
};

static const struct {
  enum form form;
  unsigned flag;
  const char *suffix;
} outputs[] = {{FORM_HTML, ROUTE_HTML, "html"},
               {FORM_MD, ROUTE_MD, "md"},
               {FORM_ATOM, ROUTE_ATOM, "xml"},
               {FORM_OTHER, ROUTE_OTHER, "xml"}};

static struct template *compile(const struct template_folders *from, const char *name, const char *suffix,
                                const struct shape *shape, FILE *why)
{
  char file[128];
  snprintf(file, sizeof file, "%s%s%s.mustache", name, strchr(name, '.') ? "" : ".", strchr(name, '.') ? "" : suffix);
  return template_compile_in(from, file, shape, why);
}

static bool compile_route(struct templates *t, size_t at, const struct template_folders *from, FILE *why)
{
  const struct route *r = route_at(at);
  bool complete = true;
  for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
    if (!(r->forms & outputs[i].flag) || !r->template)
      continue;
    struct template *compiled = compile(from, r->template, outputs[i].suffix, r->shape, why);
    t->v[at][outputs[i].form] = compiled;
    complete = complete && compiled;
  }
  return complete;
}

static bool compile_files(struct templates *t, const struct template_folders *from, FILE *why)
{
#define TEMPLATES_NAME(name, file, path, type) file,
  static const char *const names[] = {TEMPLATES_FILES(TEMPLATES_NAME)};
#undef TEMPLATES_NAME
  bool complete = true;
  for (size_t i = 0; i < TEMPLATES_FILE_COUNT; i++)
    complete = (t->files[i] = template_compile_in(from, names[i], &machine_view_shape, why)) && complete;
  return complete;
}

struct templates *templates_open(const struct theme *theme, const struct assets *assets, FILE *why)
{
  struct template_folders from = theme->folders;
  struct templates *t = calloc(1, sizeof *t + route_count() * sizeof t->v[0]);
  bool complete = true;
  if (!t) {
    fputs("out of memory\n", why);
    return NULL;
  }
  from.asset = assets_find;
  from.context = assets;
  from.base = theme->base;
  t->n = route_count();
  for (size_t i = 0; i < t->n; i++)
    complete = compile_route(t, i, &from, why) && complete;
  complete = compile_files(t, &from, why) && complete;
  t->error = compile(&from, "error", "html", &error_view_shape, why);
  if (!complete || !t->error)
    templates_close(&t);
  return t;
}

void templates_close(struct templates **t)
{
  if (!*t)
    return;
  for (size_t i = 0; i < (*t)->n; i++)
    for (size_t k = 0; k < FORMS; k++)
      template_free(&(*t)->v[i][k]);
  for (size_t i = 0; i < TEMPLATES_FILE_COUNT; i++)
    template_free(&(*t)->files[i]);
  template_free(&(*t)->error);
  free(*t);
  *t = NULL;
}

const struct template *templates_get(const struct templates *t, const struct route *r, enum form form)
{
  return t->v[r - route_at(0)][form];
}

const struct template *templates_file(const struct templates *t, enum templates_file file)
{
  return t->files[file];
}

const struct template *templates_error(const struct templates *t)
{
  return t->error;
}
