#include "http/target.h"

#include <strings.h>

#include "text/url.h"
#include "text/utf8.h"

static const struct {
  const char *suffix;
  enum form form;
} forms[] = {{".json", FORM_JSON}, {".md", FORM_MD}, {".atom", FORM_ATOM}};

static struct span path_of(struct span uri)
{
  if (uri.n && uri.p[0] != '/') { /* absolute-form: the path begins at the third slash */
    size_t at = span_find_span(uri, SPAN("://"));
    struct span rest = span_from(uri, at + 3);
    uri = at < uri.n ? span_from(rest, span_find(rest, '/')) : span_of(uri.p, 0);
  }
  return uri;
}

/* Lower case, single slashes, no slash at the end. */
static struct span normalize(struct span s, struct arena *a)
{
  char *out = arena_z(a, s);
  size_t n = 0;
  if (!out)
    return span_of(NULL, 0);
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '/' && n && out[n - 1] == '/')
      continue;
    out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  if (n > 1 && out[n - 1] == '/')
    n--;
  return span_of(out, n);
}

static void take_form(struct target *t)
{
  t->stem = t->path;
  t->form = FORM_HTML;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (span_ends(t->path, span_z(forms[i].suffix))) {
      t->form = forms[i].form;
      t->stem.n -= strlen(forms[i].suffix);
      return;
    }
  for (size_t i = t->path.n; i > 0 && t->path.p[i - 1] != '/'; i--)
    if (t->path.p[i - 1] == '.')
      t->form = FORM_OTHER;
}

enum target_fault target_parse(struct span uri, struct arena *a, struct target *out)
{
  struct span rest = path_of(uri), decoded;
  *out = (struct target){0};
  out->raw_path = span_head(rest, span_find(rest, '?'));
  out->query = span_from(rest, out->raw_path.n + 1);
  if (out->raw_path.n > TARGET_MAX)
    return TARGET_TOO_LONG;
  if (out->raw_path.n == 0 || out->raw_path.p[0] != '/' || !url_percent_decode(a, out->raw_path, false, &decoded) ||
      !utf8_valid(decoded))
    return TARGET_BAD;
  out->path = normalize(decoded, a);
  out->plain = span_eq(out->path, out->raw_path);
  take_form(out);
  return out->path.p ? TARGET_OK : TARGET_BAD;
}

/* s below base; base itself becomes empty.  False: it is elsewhere. */
static bool path_below(struct span s, struct span base, struct span *below)
{
  *below = span_from(s, base.n);
  return span_starts(s, base) && (s.n == base.n || s.p[base.n] == '/');
}

bool target_mount(struct target *t, struct span base)
{
  struct span path, raw;
  if (!base.n)
    return true;
  if (!path_below(t->path, base, &path))
    return false;
  if (path_below(t->raw_path, base, &raw))
    t->raw_path = raw;
  t->path = path.n ? path : SPAN("/");
  t->plain = span_eq(t->path, t->raw_path);
  take_form(t);
  return true;
}

struct span target_suffix(enum form f)
{
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (forms[i].form == f)
      return span_z(forms[i].suffix);
  return SPAN("");
}

bool target_embeddable(const struct target *t)
{
  return t->form != FORM_HTML && !span_starts(t->path, SPAN("/static/"));
}

struct span target_query(const struct target *t, const char *name, struct arena *a)
{
  struct span raw, value;
  if (!url_query_find(t->query, span_z(name), &raw))
    return span_of(NULL, 0);
  if (!url_percent_decode(a, raw, true, &value))
    value = raw;
  value = utf8_clean(a, value);
  return value.n ? value : SPAN("");
}

unsigned target_page(const struct target *t, struct arena *a)
{
  struct span s = target_query(t, "page", a);
  unsigned page = 0;
  if (!s.p)
    return 1;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] < '0' || s.p[i] > '9' || page > 99999 || (i == 0 && s.p[0] == '0'))
      return 0;
    page = page * 10 + (unsigned)(s.p[i] - '0');
  }
  return page;
}

struct span target_logged(struct span uri)
{
  static const char name[] = "preview/";
  struct span path = span_head(uri, span_find(uri, '?'));
  size_t n = sizeof name - 1;
  for (size_t at = 0; at + n < path.n; at++)
    if ((at == 0 || path.p[at - 1] == '/') && strncasecmp(path.p + at, name, n) == 0)
      return SPAN("/preview/...");
  return uri;
}
