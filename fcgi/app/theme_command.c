#include "app/theme_command.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/theme_assets.h"
#include "app/theme_files.h"
#include "base/file.h"

struct theme_task {
  struct arena *arena;
  const char *installed, *dir;
  FILE *out, *why;
};

/* NULL: the arena failed. */
static const char *path_of(const struct theme_task *t, const char *folder, const char *name)
{
  return arena_z(t->arena, arena_printf(t->arena, "%s/%s", folder, name));
}

static bool is_there(const char *path)
{
  return path && access(path, F_OK) == 0;
}

static bool file_copy(const struct theme_task *t, const char *from, const char *to)
{
  struct buf content = BUF_INIT;
  bool ok = from && to && file_read(&content, from);
  if (!ok)
    fprintf(t->why, "%s: %s\n", from ? from : "", strerror(errno));
  ok = ok && theme_file_write(to, buf_view(&content), t->why);
  buf_free(&content);
  return ok;
}

static bool is_template(const char *name)
{
  return span_ends(span_z(name), SPAN(".mustache"));
}

static bool original_record(const struct theme_task *t, const char *name)
{
  const char *folder = path_of(t, t->dir, THEME_ORIGINALS);
  return folder && theme_folder_make(folder, t->why) && file_copy(t, path_of(t, t->installed, name), path_of(t, folder, name));
}

/* ---- copy, accept */

/* A name of a template that is installed. */
static bool name_check(const struct theme_task *t, const char *name)
{
  if (!strchr(name, '/') && is_template(name) && is_there(path_of(t, t->installed, name)))
    return true;
  fprintf(t->why, "theme: %s is no template in %s\n", name, t->installed);
  return false;
}

static bool template_copy(const struct theme_task *t, const char *name)
{
  const char *to = path_of(t, t->dir, name);
  if (!name_check(t, name))
    return false;
  if (is_there(to)) {
    fprintf(t->why, "theme: %s exists and stays as it is\n", to);
    return false;
  }
  return file_copy(t, path_of(t, t->installed, name), to) && original_record(t, name);
}

static bool template_accept(const struct theme_task *t, const char *name)
{
  return name_check(t, name) && original_record(t, name);
}

static int entry_is_template(const struct dirent *e)
{
  return e->d_name[0] != '.' && is_template(e->d_name);
}

/* Calls `with` for each template of the theme that stands in the place of an installed one. */
static bool overridden_each(const struct theme_task *t, bool (*with)(const struct theme_task *t, const char *name))
{
  struct dirent **names;
  int n = scandir(t->dir, &names, entry_is_template, alphasort);
  bool ok = n >= 0;
  if (!ok)
    fprintf(t->why, "%s: %s\n", t->dir, strerror(errno));
  for (int i = 0; i < n; i++) {
    if (is_there(path_of(t, t->installed, names[i]->d_name)))
      ok = with(t, names[i]->d_name) && ok;
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return ok;
}

static int names_each(const struct theme_task *t, int argc, char **argv,
                      bool (*with)(const struct theme_task *t, const char *name))
{
  bool ok = true;
  for (int i = 0; i < argc; i++)
    ok = with(t, argv[i]) && ok;
  return ok ? 0 : 1;
}

/* ---- new */

static int entry_is_file(const struct dirent *e)
{
  return e->d_name[0] != '.' && strcmp(e->d_name, THEME_ORIGINALS) != 0 && strcmp(e->d_name, THEME_STATIC) != 0 &&
         strcmp(e->d_name, "assets.map") != 0;
}

/* Files, and the folders in them. */
static bool folder_copy(const struct theme_task *t, const char *from, const char *to)
{
  struct dirent **names;
  struct stat st;
  int n = scandir(from, &names, entry_is_file, alphasort);
  bool ok = n >= 0 && theme_folder_make(to, t->why);
  for (int i = 0; i < n; i++) {
    const char *source = path_of(t, from, names[i]->d_name), *target = path_of(t, to, names[i]->d_name);
    if (ok)
      ok = source && target && stat(source, &st) == 0 &&
           (S_ISDIR(st.st_mode) ? folder_copy(t, source, target) : file_copy(t, source, target));
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return ok;
}

static int theme_new(const struct theme_task *t, const char *from)
{
  const char *source = arena_z(t->arena, arena_printf(t->arena, "%s/themes/%s", t->installed, from));
  if (strchr(from, '/') || !is_there(source)) {
    fprintf(t->why, "theme: %s is no theme in %s/themes\n", from, t->installed);
    return 1;
  }
  if (is_there(t->dir) && rmdir(t->dir) != 0) { /* an empty folder may be there */
    fprintf(t->why, "theme: %s exists, and nothing was written: name a new folder\n", t->dir);
    return 1;
  }
  if (!folder_copy(t, source, t->dir) || !overridden_each(t, original_record) ||
      !theme_assets_write(t->arena, t->dir, NULL, t->why))
    return 1;
  fprintf(t->out,
          "Written: %s\n\nIn diptych.conf:   theme_dir = \"%s\"\nFor nginx:         set $diptych_theme %s/" THEME_STATIC
          "; and include diptych/theme.conf;\nAfter each change: diptych theme assets %s && diptych reload\n",
          t->dir, t->dir, t->dir, t->dir);
  return 0;
}

/* ---- the command */

static int theme_run(const struct theme_task *t, int argc, char **argv)
{
  const char *name = argv[0], *option = argc > 2 ? argv[2] : NULL;
  if (strcmp(name, "new") == 0 && (argc == 2 || (argc == 4 && strcmp(option, "--from") == 0)))
    return theme_new(t, argc == 4 ? argv[3] : "starter");
  if (strcmp(name, "copy") == 0 && argc > 2)
    return names_each(t, argc - 2, argv + 2, template_copy);
  if (strcmp(name, "accept") == 0)
    return argc == 2 ? !overridden_each(t, template_accept) : names_each(t, argc - 2, argv + 2, template_accept);
  if (strcmp(name, "assets") == 0 && (argc == 2 || (argc == 4 && strcmp(option, "--out") == 0)))
    return !theme_assets_write(t->arena, t->dir, argc == 4 ? argv[3] : NULL, t->why);
  return 2;
}

int theme_command(const char *installed, int argc, char **argv, FILE *out, FILE *why)
{
  struct theme_task t = {.installed = installed, .out = out, .why = why};
  if (argc < 2 || argv[1][0] == '-' || !*argv[1])
    return 2;
  t.arena = arena_new(0);
  char *whole = realpath(argv[1], NULL);
  t.dir = whole ? whole : argv[1];
  int code = t.arena && sodium_init() >= 0 ? theme_run(&t, argc, argv) : 1;
  if (!t.arena || arena_failed(t.arena)) {
    fputs("theme: out of memory\n", why);
    code = 1;
  }
  arena_free(&t.arena);
  free(whole);
  return code;
}
