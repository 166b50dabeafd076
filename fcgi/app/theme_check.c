/* What `diptych check` says about a theme.  Nothing of it fails the check: the site can be served. */
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/theme_assets.h"
#include "app/theme_command.h"
#include "base/file.h"
#include "site/theme.h"

struct theme_checking {
  struct arena *arena;
  const struct theme *theme;
  const char *dir; /* one of its folders */
  FILE *out;
};

static const char *path_of(const struct theme_checking *k, const char *folder, const char *name)
{
  const char *path = arena_z(k->arena, arena_printf(k->arena, "%s/%s", folder, name));
  return path ? path : "";
}

/* Empty: it cannot be read. */
static struct span text_of(const struct theme_checking *k, const char *path)
{
  struct buf text = BUF_INIT;
  if (!file_read(&text, path))
    buf_clear(&text);
  return arena_take(k->arena, &text);
}

static int entry_is_template(const struct dirent *e)
{
  return e->d_name[0] != '.' && span_ends(span_z(e->d_name), SPAN(".mustache"));
}

/* Is the partial named in a template of any folder? */
static bool is_included(const struct theme_checking *k, const char *name)
{
  struct span stem = span_head(span_z(name), span_find(span_z(name), '.'));
  for (size_t f = 0; f < theme_count(k->theme); f++) {
    struct dirent **names;
    int n = scandir(k->theme->folders.dirs[f], &names, entry_is_template, alphasort);
    bool found = false;
    for (int i = 0; i < n; i++) {
      struct span text = text_of(k, path_of(k, k->theme->folders.dirs[f], names[i]->d_name));
      for (size_t at; !found && (at = span_find_span(text, SPAN("{{>"))) < text.n;) {
        text = span_from(text, at + 3);
        found = span_eq(span_trim(span_head(text, span_find(text, '}'))), stem);
      }
      free(names[i]);
    }
    if (n >= 0)
      free(names);
    if (found)
      return true;
  }
  return false;
}

static void template_check(const struct theme_checking *k, const char *name)
{
  const char *installed = k->theme->folders.dirs[theme_count(k->theme)];
  const char *now = path_of(k, installed, name);
  const char *known = path_of(k, k->dir, arena_z(k->arena, ARENA_JOIN(k->arena, SPAN(THEME_ORIGINALS "/"), span_z(name))));
  if (access(now, F_OK) != 0) {
    if (!is_included(k, name))
      fprintf(k->out, "theme      %s/%s: no page uses it: its name is that of no installed template, and no template includes it\n",
              k->dir, name);
  } else if (access(known, F_OK) != 0)
    fprintf(k->out, "theme      %s/%s: nothing is known about the original from which it was made: compare it with %s, then run"
                    " `diptych theme accept %s %s`\n",
            k->dir, name, now, k->dir, name);
  else if (!span_eq(text_of(k, now), text_of(k, known)))
    fprintf(k->out, "theme      %s/%s: the installed original has changed since it was copied: take over what `diff -u %s %s`"
                    " shows, then run `diptych theme accept %s %s`\n",
            k->dir, name, known, now, k->dir, name);
}

static size_t templates_check(const struct theme_checking *k)
{
  struct dirent **names;
  int n = scandir(k->dir, &names, entry_is_template, alphasort);
  for (int i = 0; i < n; i++) {
    template_check(k, names[i]->d_name);
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return n > 0 ? (size_t)n : 0;
}

static size_t assets_check(const struct theme_checking *k)
{
  struct theme_assets all;
  if (!theme_assets_read(k->arena, k->dir, &all, k->out))
    return 0;
  if (all.n && !span_eq(theme_assets_map(k->arena, &all), text_of(k, path_of(k, k->dir, "assets.map"))))
    fprintf(k->out, "theme      %s/" THEME_ASSETS ": files have changed and pages still show the former ones: run"
                    " `diptych theme assets %s`, then reload\n", k->dir, k->dir);
  return all.n;
}

void theme_check(const struct config *c, FILE *out)
{
  struct theme *t = theme_open(c, out);
  struct arena *arena = arena_new(0);
  if (t && arena && sodium_init() >= 0)
    for (size_t i = 0; i < theme_count(t); i++) {
      struct theme_checking k = {.arena = arena, .theme = t, .dir = t->folders.dirs[i], .out = out};
      size_t templates = templates_check(&k), files = assets_check(&k);
      fprintf(out, "theme      %s: %zu template%s, %zu static file%s\n", k.dir, templates, templates == 1 ? "" : "s", files,
              files == 1 ? "" : "s");
    }
  arena_free(&arena);
  theme_close(&t);
}
