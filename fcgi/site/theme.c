#include "site/theme.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "config/config_text.h"
#include "image/image.h"

/* ---- the files, to see changes */

static uint64_t entry_stamp(int folder, const char *name)
{
  struct stat st;
  if (name[0] == '.' || fstatat(folder, name, &st, 0) != 0)
    return 0;
  const int64_t words[] = {st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_size, (int64_t)st.st_ino};
  return XXH3_64bits_withSeed(words, sizeof words, XXH3_64bits(name, strlen(name)));
}

/* A sum, because the order of the entries has no meaning. */
static uint64_t folder_stamp(const char *path)
{
  DIR *folder = opendir(path);
  uint64_t sum = 0;
  if (!folder)
    return 0;
  for (struct dirent *e; (e = readdir(folder));)
    sum += entry_stamp(dirfd(folder), e->d_name);
  closedir(folder);
  return sum;
}

static uint64_t theme_stamp(const struct theme *t)
{
  uint64_t sum = 0;
  for (size_t i = 0; i < theme_count(t); i++)
    sum += folder_stamp(t->folders.dirs[i]) * (i + 1);
  return sum;
}

bool theme_settled(const struct theme *t, FILE *why)
{
  if (theme_stamp(t) == t->stamp)
    return true;
  fprintf(why, "%s: its files changed while they were read: try again when they are complete\n", t->folders.dirs[0]);
  return false;
}

/* ---- the folders */

/* The caller frees it.  NULL: the reason is written to `why`. */
static char *folder_resolve(const struct config *c, struct span name, FILE *why)
{
  char *path = strndup(name.p, name.n), *whole = path ? realpath(path, NULL) : NULL;
  if (whole && access(whole, R_OK | X_OK) != 0) {
    free(whole);
    whole = NULL;
  }
  if (!whole) {
    config_blame(c, "theme_dir", why);
    fprintf(why, "%.*s: %s: theme_dir names the folders of a theme\n", SPAN_ARG(name), strerror(errno));
  }
  free(path);
  return whole;
}

static bool folders_take(struct theme *t, const struct config *c, FILE *why)
{
  for (struct span rest = span_z(c->theme_dir); rest.n;) {
    struct span name = span_trim(span_split(&rest, ','));
    if (!name.n)
      continue;
    if (t->folders.n + 1 == TEMPLATE_FOLDERS_MAX) {
      config_blame(c, "theme_dir", why);
      fprintf(why, "theme_dir: more than %d folders\n", TEMPLATE_FOLDERS_MAX - 1);
      return false;
    }
    if (!(t->folders.dirs[t->folders.n] = folder_resolve(c, name, why)))
      return false;
    t->folders.n++;
  }
  return true;
}

static bool installed_take(struct theme *t, const struct config *c, FILE *why)
{
  if (access(c->template_dir, R_OK | X_OK) != 0) {
    config_blame(c, "template_dir", why);
    fprintf(why, "%s: %s: template_dir names the folder of the templates\n", c->template_dir, strerror(errno));
    return false;
  }
  if (!(t->folders.dirs[t->folders.n] = strdup(c->template_dir))) {
    fputs("out of memory\n", why);
    return false;
  }
  t->folders.n++;
  return true;
}

/* ---- pictures.conf */

static bool colour_read(const char *text, unsigned *out)
{
  char *end;
  if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
    return false;
  *out = (unsigned)strtoul(text + 1, &end, 16);
  return true;
}

static unsigned *colour_of(struct image_style *s, struct span key)
{
  const struct {
    const char *key;
    unsigned *colour;
  } all[] = {{"paper", &s->paper},    {"ink", &s->ink},        {"quiet", &s->quiet},    {"rule", &s->rule},
             {"a", &s->hues[0]},      {"b", &s->hues[1]},      {"c", &s->hues[2]},      {"d", &s->hues[3]},
             {"band1", &s->bands[0]}, {"band2", &s->bands[1]}, {"band3", &s->bands[2]}, {"band4", &s->bands[3]},
             {"band5", &s->bands[4]}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (span_eq(key, span_z(all[i].key)))
      return all[i].colour;
  return NULL;
}

static void style_take(struct config_text *t, const struct config_entry *e, struct image_style *s)
{
  unsigned *colour = colour_of(s, e->key);
  if (span_eq(e->key, SPAN("font"))) {
    if (!*e->value || strlen(e->value) >= sizeof s->font)
      config_text_fault(t, e->line, "font = \"%s\": write names of fonts, separated by commas, in at most %zu bytes", e->value,
                        sizeof s->font - 1);
    else
      snprintf(s->font, sizeof s->font, "%s", e->value);
  } else if (!colour)
    config_text_fault(t, e->line,
                      "%.*s is no name: write font, paper, ink, quiet, rule, a, b, c, d, or band1 to band5", SPAN_ARG(e->key));
  else if (!colour_read(e->value, colour))
    config_text_fault(t, e->line, "%.*s = \"%s\": write a colour like \"#1a5fa8\"", SPAN_ARG(e->key), e->value);
}

static bool style_read(struct theme *t, const char *path, FILE *why)
{
  struct buf text = BUF_INIT, packed = BUF_INIT;
  struct image_style style = image_style_usual;
  struct config_entry e;
  bool read = config_text_read(&text, path, why);
  struct config_text reader = config_text_of(buf_view(&text), path, why);
  while (read && config_text_next(&reader, &e))
    style_take(&reader, &e, &style);
  image_style_pack(&style, &packed);
  bool ok = read && !reader.faults && !packed.failed;
  if (ok)
    t->picture_style = buf_view(&packed);
  else
    buf_free(&packed);
  config_text_free(&reader);
  buf_free(&text);
  return ok;
}

/* Of the first folder that has the file. */
static bool pictures_read(struct theme *t, FILE *why)
{
  for (size_t i = 0; i < theme_count(t); i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/" THEME_PICTURES, t->folders.dirs[i]);
    if (access(path, F_OK) == 0)
      return style_read(t, path, why);
  }
  return true;
}

struct theme *theme_open(const struct config *c, FILE *why)
{
  struct theme *t = calloc(1, sizeof *t);
  if (!t) {
    fputs("out of memory\n", why);
    return NULL;
  }
  t->base = config_base_path(c);
  bool found = folders_take(t, c, why) && installed_take(t, c, why);
  if (found)
    t->stamp = theme_stamp(t);
  if (!found || !pictures_read(t, why))
    theme_close(&t);
  return t;
}

void theme_close(struct theme **t)
{
  if (!*t)
    return;
  for (size_t i = 0; i < TEMPLATE_FOLDERS_MAX; i++)
    free((char *)(*t)->folders.dirs[i]);
  free((char *)(*t)->picture_style.p);
  free(*t);
  *t = NULL;
}
