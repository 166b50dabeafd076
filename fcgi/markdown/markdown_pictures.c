/* The size of a picture, when its address tells it: "?w=640&h=360" (also width and height), "#640x360" or
 * "name-640x360.png".  With its size, text does not move when the picture arrives. */
#include "markdown/markdown_parse.h"
#include "text/url.h"

#define SIDE_MOST 10000 /* CSS pixels */

/* Takes a number from the beginning; 0: there is none in range. */
static unsigned side_take(struct span *s)
{
  unsigned v = 0;
  size_t n = 0;
  for (; n < s->n && n < 6 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
    v = 10 * v + (unsigned)(s->p[n] - '0');
  *s = span_from(*s, n);
  return v <= SIDE_MOST ? v : 0;
}

static unsigned parameter(struct span query, struct span name, struct span other_name)
{
  struct span value;
  if (!url_query_find(query, name, &value) && !url_query_find(query, other_name, &value))
    return 0;
  unsigned v = side_take(&value);
  return value.n ? 0 : v;
}

/* "640x360", with nothing after it. */
static bool pair(struct span s, unsigned *width, unsigned *height)
{
  *width = side_take(&s);
  if (!span_starts(s, SPAN("x")))
    return false;
  s = span_from(s, 1);
  *height = side_take(&s);
  return *width && *height && !s.n;
}

static bool size_of(struct span url, unsigned *width, unsigned *height)
{
  struct span path = url, fragment = span_from(url, span_find(url, '#') + 1);
  path = span_head(path, span_find(path, '#'));
  struct span query = span_from(path, span_find(path, '?') + 1);
  path = span_head(path, span_find(path, '?'));
  if (pair(fragment, width, height))
    return true;
  *width = parameter(query, SPAN("w"), SPAN("width"));
  *height = parameter(query, SPAN("h"), SPAN("height"));
  if (*width && *height)
    return true;
  size_t dot = path.n, dash;
  while (dot && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
    dot--;
  for (dash = dot; dash && path.p[dash - 1] != '-' && path.p[dash - 1] != '/'; dash--)
    ;
  return dot > dash && dash && path.p[dash - 1] == '-' && pair(span_of(path.p + dash, dot - 1 - dash), width, height);
}

void markdown_pictures(cmark_node *root)
{
  cmark_iter *i = cmark_iter_new(root);
  unsigned width, height;
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (e == CMARK_EVENT_ENTER && cmark_node_get_type(cmark_iter_get_node(i)) == CMARK_NODE_IMAGE &&
        size_of(span_z(cmark_node_get_url(cmark_iter_get_node(i))), &width, &height))
      markdown_picture_size(cmark_iter_get_node(i), width, height);
}
