#include "app/theme_assets.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/theme_files.h"
#include "base/file.h"
#include "http/coding.h"

#define HASH_BYTES 6 /* 12 hex digits, as nginx/server.conf and nginx/theme.conf expect them */
#define NAME_MOST 63
#define FILES_MOST 128
#define BYTES_MOST ((size_t)16 << 20)
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* ---- names */

static bool name_fits(const char *name)
{
  size_t stem = strspn(name, LETTERS "_-");
  const char *end = name + stem + 1;
  return stem && name[stem] == '.' && *end && strspn(end, LETTERS) == strlen(end) && strlen(name) <= NAME_MOST &&
         strcmp(end, "gz") != 0;
}

static struct span hashed_name(struct arena *a, struct span name, struct span content)
{
  unsigned char hash[crypto_hash_sha256_BYTES];
  char hex[2 * HASH_BYTES + 1];
  size_t dot = span_find(name, '.');
  crypto_hash_sha256(hash, (const unsigned char *)span_chars(content), content.n);
  sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
  return arena_printf(a, "%.*s.%s%.*s", SPAN_ARG(span_head(name, dot)), hex, SPAN_ARG(span_from(name, dot)));
}

static const struct theme_asset *asset_find(const struct theme_assets *all, struct span name)
{
  for (size_t i = 0; i < all->n; i++)
    if (span_eq(all->v[i].name, name))
      return &all->v[i];
  return NULL;
}

static bool is_stylesheet(struct span name)
{
  return span_ends(name, SPAN(".css"));
}

/* ---- reading */

static int entry_fits(const struct dirent *e)
{
  return e->d_name[0] != '.';
}

static bool file_take(struct arena *a, const char *path, const char *name, struct theme_assets *out, FILE *why)
{
  struct buf content = {.max = BYTES_MOST};
  struct stat st;
  if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
    fprintf(why, "%s: a folder: static files stand directly in " THEME_ASSETS "\n", path);
    return false;
  }
  if (!name_fits(name) || out->n == FILES_MOST) {
    fprintf(why, "%s: %s\n", path,
            out->n == FILES_MOST ? "there are more than 128 files"
                                 : "name it with letters, digits, - and _, one dot and an extension, in at most 63 bytes");
    return false;
  }
  if (!file_read(&content, path)) {
    fprintf(why, "%s: %s\n", path, errno == EFBIG ? "larger than 16 MiB" : strerror(errno));
    buf_free(&content);
    return false;
  }
  out->v[out->n++] = (struct theme_asset){.name = arena_copy(a, span_z(name)), .content = arena_take(a, &content)};
  return !arena_failed(a);
}

static bool folder_take(struct arena *a, const char *dir, struct theme_assets *out, FILE *why)
{
  struct dirent **names;
  int n = scandir(dir, &names, entry_fits, alphasort);
  bool ok = n >= 0 || errno == ENOENT;
  if (!ok)
    fprintf(why, "%s: %s\n", dir, strerror(errno));
  for (int i = 0; i < n; i++) {
    const char *path = arena_z(a, arena_printf(a, "%s/%s", dir, names[i]->d_name));
    ok = path && file_take(a, path, names[i]->d_name, out, why) && ok;
    free(names[i]);
  }
  if (n >= 0)
    free(names);
  return ok;
}

/* ---- stylesheets */

/* The name within url(...), without quotes; empty: none begins here. */
static struct span url_name(struct span text, size_t *quote)
{
  struct span inside = span_head(text, span_find(text, ')'));
  *quote = inside.n && (inside.p[0] == '"' || inside.p[0] == '\'');
  if (*quote)
    inside = span_head(span_from(inside, 1), span_find(span_from(inside, 1), inside.p[0]));
  return inside;
}

/* Another server, data:, and a fragment of the page itself are left alone. */
static bool names_a_file(struct span name)
{
  return name.n && span_find(name, ':') == name.n && name.p[0] != '#' && name.p[0] != '/';
}

/* The reading of one stylesheet. */
struct stylesheet {
  const char *dir;
  const struct theme_asset *sheet;
  struct span rest;
  struct buf out;
  size_t line, column;
  bool ok;
};

/* Copies up to byte n of the rest. */
static void stylesheet_copy(struct stylesheet *s, size_t n)
{
  struct span part = span_head(s->rest, n);
  for (size_t i = 0; i < part.n; i++) {
    s->column = part.p[i] == '\n' ? 1 : s->column + 1;
    s->line += part.p[i] == '\n';
  }
  buf_span(&s->out, part);
  s->rest = span_from(s->rest, n);
}

/* The rest begins with the content of url(...). */
static void url_rewrite(struct stylesheet *s, const struct theme_assets *all, FILE *why)
{
  size_t quote;
  struct span name = url_name(s->rest, &quote);
  const struct theme_asset *file = asset_find(all, name);
  if (names_a_file(name) && (!file || is_stylesheet(name))) {
    fprintf(why, "%s/" THEME_ASSETS "/%.*s:%zu:%zu: url(%.*s) is no file of this folder\n", s->dir, SPAN_ARG(s->sheet->name),
            s->line, s->column, SPAN_ARG(name));
    s->ok = false;
  }
  stylesheet_copy(s, quote);
  buf_span(&s->out, file ? file->hashed : name);
  s->column += name.n;
  s->rest = span_from(s->rest, name.n);
}

static bool stylesheet_rewrite(struct arena *a, const char *dir, const struct theme_assets *all, struct theme_asset *sheet,
                               FILE *why)
{
  struct stylesheet s = {.dir = dir, .sheet = sheet, .rest = sheet->content, .out = BUF_INIT, .line = 1, .column = 1, .ok = true};
  while (s.rest.n) {
    size_t url = span_find_span(s.rest, SPAN("url(")), comment = span_find_span(s.rest, SPAN("/*"));
    if (comment < url) {
      stylesheet_copy(&s, comment + 2);
      stylesheet_copy(&s, span_find_span(s.rest, SPAN("*/")) + 2);
    } else {
      stylesheet_copy(&s, url + 4);
      if (s.rest.n)
        url_rewrite(&s, all, why);
    }
  }
  sheet->content = arena_take(a, &s.out);
  return s.ok;
}

bool theme_assets_read(struct arena *a, const char *dir, struct theme_assets *out, FILE *why)
{
  *out = (struct theme_assets){.v = ARENA_ARRAY(a, FILES_MOST, struct theme_asset)};
  const char *folder = arena_z(a, arena_printf(a, "%s/" THEME_ASSETS, dir));
  bool ok = out->v && folder && folder_take(a, folder, out, why);
  for (int sheets = 0; sheets < 2; sheets++)
    for (size_t i = 0; i < out->n; i++) {
      struct theme_asset *at = &out->v[i];
      if (is_stylesheet(at->name) != (sheets == 1))
        continue;
      if (sheets)
        ok = stylesheet_rewrite(a, dir, out, at, why) && ok;
      at->hashed = hashed_name(a, at->name, at->content);
    }
  if (arena_failed(a))
    fputs("out of memory\n", why);
  return ok && !arena_failed(a);
}

struct span theme_assets_map(struct arena *a, const struct theme_assets *all)
{
  struct buf map = BUF_INIT;
  for (size_t i = 0; i < all->n; i++)
    buf_printf(&map, "%.*s %.*s\n", SPAN_ARG(all->v[i].name), SPAN_ARG(all->v[i].hashed));
  return arena_take(a, &map);
}

/* ---- writing */

static bool compresses_well(struct span name)
{
  static const char *const ends[] = {".css", ".svg", ".txt", ".json", ".ico"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (span_ends(name, span_z(ends[i])))
      return true;
  return false;
}

/* A file that is there has the content that its name says. */
static bool copy_write(struct arena *a, const char *folder, const struct theme_asset *at, FILE *why)
{
  const char *path = arena_z(a, arena_printf(a, "%s/%.*s", folder, SPAN_ARG(at->hashed)));
  const char *packed_path = arena_z(a, arena_printf(a, "%s/%.*s.gz", folder, SPAN_ARG(at->hashed)));
  struct buf packed = BUF_INIT;
  if (!path || !packed_path || access(path, F_OK) == 0)
    return path && packed_path;
  bool ok = !compresses_well(at->name) || (coding_compress(CODING_GZIP, at->content, &packed) &&
                                           theme_file_write(packed_path, buf_view(&packed), why));
  ok = ok && theme_file_write(path, at->content, why);
  buf_free(&packed);
  return ok;
}

bool theme_assets_write(struct arena *a, const char *dir, const char *out, FILE *why)
{
  struct theme_assets all;
  if (!theme_assets_read(a, dir, &all, why))
    return false;
  const char *folder = out ? out : arena_z(a, arena_printf(a, "%s/" THEME_STATIC, dir));
  const char *map = arena_z(a, arena_printf(a, "%s/assets.map", dir));
  bool ok = folder && map && theme_folder_make(folder, why);
  for (size_t i = 0; ok && i < all.n; i++)
    ok = copy_write(a, folder, &all.v[i], why);
  return ok && theme_file_write(map, theme_assets_map(a, &all), why);
}
