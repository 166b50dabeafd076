#include "site/assets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site/theme.h"

#define ASSETS_MAX 256
#define CURE "it maps static files to their hashed names; `make install` or templates/hash-assets writes it"

struct asset {
  char name[64], href[160];
};

struct assets {
  size_t n;
  struct asset v[ASSETS_MAX];
};

static const struct asset *find(const struct assets *a, struct span name)
{
  for (size_t i = 0; i < a->n; i++)
    if (span_eq(span_z(a->v[i].name), name))
      return &a->v[i];
  return NULL;
}

static bool has_required(const struct assets *a)
{
  return find(a, SPAN("site.css")) && find(a, SPAN("favicon.svg"));
}

/* Takes a line of a map; false: there are too many files. */
static bool line_take(struct assets *a, const char *line, const char *before)
{
  char name[64], hashed[128];
  if (sscanf(line, "%63s %127s", name, hashed) != 2)
    return true;
  if (a->n == ASSETS_MAX)
    return false;
  struct asset *at = &a->v[a->n++];
  snprintf(at->name, sizeof at->name, "%s", name);
  snprintf(at->href, sizeof at->href, "%s%s", before, hashed);
  return true;
}

/* c: of a map that it names. */
static bool map_read(struct assets *a, const struct config *c, const char *path, const char *before, const char *cure, FILE *why)
{
  char line[256];
  FILE *f = fopen(path, "re");
  bool fits = true;
  while (f && fits && fgets(line, sizeof line, f))
    fits = line_take(a, line, before);
  bool read = f && !ferror(f);
  if (c && (!read || !fits))
    config_blame(c, "static_version_file", why);
  if (!read)
    fprintf(why, "%s: %s: %s\n", path, strerror(errno), cure);
  else if (!fits)
    fprintf(why, "%s: more than %d static files\n", path, ASSETS_MAX);
  if (f)
    fclose(f);
  return read && fits;
}

/* A theme without a folder of static files needs no map. */
static bool theme_map_read(struct assets *a, const char *folder, FILE *why)
{
  char path[4096], cure[4200];
  snprintf(path, sizeof path, "%s/assets", folder);
  bool wanted = access(path, F_OK) == 0;
  snprintf(path, sizeof path, "%s/" ASSETS_MAP, folder);
  if (!wanted && access(path, F_OK) != 0)
    return true;
  snprintf(cure, sizeof cure, "run `diptych theme assets %s`, which writes it", folder);
  return map_read(a, NULL, path, ASSETS_THEME_HREF, cure, why);
}

struct assets *assets_read(const struct config *c, const struct theme *t, FILE *why)
{
  char path[4096];
  struct assets *a = calloc(1, sizeof *a);
  bool ok = a;
  if (!a)
    fputs("out of memory\n", why);
  for (size_t i = 0; ok && i < theme_count(t); i++)
    ok = theme_map_read(a, t->folders.dirs[i], why);
  snprintf(path, sizeof path, "%s%s", *c->static_version_file ? c->static_version_file : c->template_dir,
           *c->static_version_file ? "" : "/" ASSETS_MAP);
  const struct config *names = *c->static_version_file ? c : NULL;
  ok = ok && map_read(a, names, path, ASSETS_HREF, CURE, why);
  if (ok && !has_required(a)) {
    if (names)
      config_blame(c, "static_version_file", why);
    fprintf(why, "%s: it lacks a name that pages need: " CURE "\n", path);
    ok = false;
  }
  if (!ok)
    assets_free(&a);
  return a;
}

void assets_free(struct assets **a)
{
  free(*a);
  *a = NULL;
}

struct span assets_find(const void *assets, struct span name)
{
  const struct asset *at = find(assets, name);
  return at ? span_z(at->href) : SPAN("");
}

struct span assets_href(const struct assets *a, const char *name)
{
  return assets_find(a, span_z(name));
}

bool assets_has(const struct assets *a, struct span path)
{
  for (size_t i = 0; i < a->n; i++)
    if (span_eq(path, span_z(a->v[i].href)))
      return true;
  return false;
}
