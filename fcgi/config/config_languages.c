#include "config/config_languages.h"

bool config_language_next(struct span *rest, struct config_language *out)
{
  if (!rest->p || !span_trim(*rest).n)
    return false;
  out->url = span_trim(span_split(rest, ','));
  out->tag = span_split(&out->url, ' ');
  out->url = span_trim(out->url);
  return true;
}

static bool is_default(const struct config_language *l)
{
  return span_eq(l->tag, SPAN(CONFIG_LANGUAGE_DEFAULT));
}

/* Does a stand for x-default before b? */
static bool is_before(const struct config_language *a, const struct config_language *b)
{
  bool english_a = span_eq(a->tag, SPAN("en")), english_b = span_eq(b->tag, SPAN("en"));
  return english_a != english_b ? english_a : span_cmp(a->tag, b->tag) < 0;
}

size_t config_languages(const struct config *c, struct config_language out[CONFIG_LANGUAGES_MAX + 2])
{
  struct span rest = span_z(c->languages);
  struct config_language own = {span_z(c->lang), span_z(c->base_url)}, one, other = {{NULL, 0}, {NULL, 0}};
  bool listed = false;
  size_t n = 0;
  for (size_t i = 0; i < CONFIG_LANGUAGES_MAX && config_language_next(&rest, &one); i++) {
    if (is_default(&one))
      other = one;
    else
      out[n++] = one;
    listed = listed || span_eq(one.tag, own.tag);
  }
  if (!n && !other.tag.n)
    return 0;
  if (!listed)
    out[n++] = own;
  if (!other.tag.n) {
    other = out[0];
    for (size_t i = 1; i < n; i++)
      if (is_before(&out[i], &other))
        other = out[i];
  }
  out[n++] = (struct config_language){SPAN(CONFIG_LANGUAGE_DEFAULT), other.url};
  return n;
}
