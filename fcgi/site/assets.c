#include "site/assets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ASSETS_MAX 64
#define CURE "it maps static files to their hashed names; `make install` or templates/hash-assets writes it"

struct asset {
  char name[64], href[160];
};

struct assets {
  size_t n;
  struct asset v[ASSETS_MAX];
};

static const struct asset *find(const struct assets *a, const char *name)
{
  for (size_t i = 0; i < a->n; i++)
    if (strcmp(a->v[i].name, name) == 0)
      return &a->v[i];
  return NULL;
}

static bool has_required(const struct assets *a)
{
  return find(a, "site.css") && find(a, "favicon.svg");
}

struct assets *assets_read(const struct config *c, FILE *why)
{
  char path[4096], line[256], name[64], hashed[128];
  snprintf(path, sizeof path, "%s%s", *c->static_version_file ? c->static_version_file : c->template_dir,
           *c->static_version_file ? "" : "/assets.map");
  FILE *f = fopen(path, "re");
  struct assets *a = f ? calloc(1, sizeof *a) : NULL;
  if (!a) {
    fprintf(why, "%s: %s: " CURE "\n", path, f ? "out of memory" : strerror(errno));
    if (f)
      fclose(f);
    return NULL;
  }
  while (a->n < ASSETS_MAX && fgets(line, sizeof line, f))
    if (sscanf(line, "%63s %127s", name, hashed) == 2) {
      struct asset *at = &a->v[a->n++];
      snprintf(at->name, sizeof at->name, "%s", name);
      snprintf(at->href, sizeof at->href, "/static/%s", hashed);
    }
  bool complete = !ferror(f) && has_required(a);
  if (!complete)
    fprintf(why, "%s: %s: " CURE "\n", path, ferror(f) ? strerror(errno) : "it lacks a name that pages need");
  fclose(f);
  if (!complete)
    assets_free(&a);
  return a;
}

void assets_free(struct assets **a)
{
  free(*a);
  *a = NULL;
}

struct span assets_href(const struct assets *a, const char *name)
{
  const struct asset *at = find(a, name);
  return at ? span_z(at->href) : SPAN("");
}

bool assets_has(const struct assets *a, struct span path)
{
  for (size_t i = 0; i < a->n; i++)
    if (span_eq(path, span_z(a->v[i].href)))
      return true;
  return false;
}
