/* Reads templates from files, and partials by name.  Each line of a partial is indented here, before the partial is
 * scanned, as the specification requires.  The columns in messages do not count the indentation.
 *
 * A file that a folder has and that cannot be read is a fault: the next folder is not asked in its place. */
#include <errno.h>
#include <stdio.h>

#include "base/file.h"
#include "template/template_scan.h"

/* Indents each line, also empty lines.  There is no line after the last line end. */
static void indent_lines(struct buf *out, struct span text, struct span indent)
{
  while (text.n) {
    size_t end = span_find(text, '\n');
    size_t n = end < text.n ? end + 1 : text.n;
    buf_span(out, indent);
    buf_put(out, text.p, n);
    text = span_from(text, n);
  }
}

static bool source_take(struct template_source *s, struct arena *a, struct span path, struct span indent)
{
  struct buf raw = BUF_INIT, led = BUF_INIT;
  const char *z = arena_z(a, path);
  errno = ENOMEM;
  bool fine = z && file_read(&raw, z);
  if (fine && indent.n)
    indent_lines(&led, buf_view(&raw), indent);
  if (fine) {
    *s = (struct template_source){.path = z, .indent = indent.n};
    s->text = arena_copy(a, indent.n ? buf_view(&led) : buf_view(&raw));
    if (led.failed || arena_failed(a)) {
      errno = ENOMEM;
      fine = false;
    }
  }
  int error = errno;
  buf_free(&raw);
  buf_free(&led);
  errno = error;
  return fine;
}

/* NAME and END, from the first folder that has the file. */
static bool source_find(struct template_source *s, struct arena *a, const struct template_folders *f, struct span name,
                        const char *end, struct span indent)
{
  errno = ENOENT;
  for (size_t i = 0; i < f->n; i++)
    if (source_take(s, a, arena_printf(a, "%s/%.*s%s", f->dirs[i], SPAN_ARG(name), end), indent))
      return true;
    else if (errno != ENOENT && errno != ENOTDIR)
      return false;
  return false;
}

bool template_read(struct template_source *s, struct arena *a, const struct template_folders *f, const char *file)
{
  return source_find(s, a, f, span_z(file), "", span_of(NULL, 0));
}

bool template_read_partial(struct template_source *s, struct arena *a, const struct template_folders *f, const char *ext,
                           const struct template_token *tag)
{
  struct span name = tag->text;
  errno = ENOENT;
  if (name.p[0] == '/' || span_find_span(name, SPAN("..")) < name.n || span_find(name, 0) < name.n)
    return false;
  if (*ext) {
    const char *end = arena_z(a, ARENA_JOIN(a, span_z(ext), SPAN(".mustache")));
    errno = ENOMEM;
    if (end && source_find(s, a, f, name, end, tag->indent))
      return true;
    if (errno != ENOENT) /* the file exists but can't be read: do not fall back to the other one */
      return false;
  }
  return source_find(s, a, f, name, ".mustache", tag->indent);
}

const char *template_ext(struct arena *a, const char *file)
{
  struct span f = span_z(file), tail = SPAN(".mustache");
  if (!span_ends(f, tail))
    return "";
  f.n -= tail.n;
  for (size_t i = f.n; i-- > 0 && f.p[i] != '/';)
    if (f.p[i] == '.') {
      const char *ext = arena_z(a, span_from(f, i));
      return ext ? ext : "";
    }
  return "";
}
