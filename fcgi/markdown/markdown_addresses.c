/* What is written of addresses, and their completion in the tree, for all writers.  An address that pages do not ask for
 * becomes empty in a picture, and stays as it is in a link. */
#include "markdown/markdown_nodes.h"
#include "markdown/markdown_tree.h"
#include "text/address.h"
#include "text/url.h"
#include "text/utf8.h"

#include <ctype.h>

#define HASH_DIGITS 12
#define ADDRESS_MOST 4096 /* bytes; a longer one stays as it is.  libcmark may leave a function by longjmp, so no heap */

static void address_set(cmark_node *n, struct address to)
{
  char whole[ADDRESS_MOST];
  size_t bytes = to.before.n + to.rest.n;
  if (bytes >= sizeof whole)
    return;
  if (to.before.n)
    memcpy(whole, to.before.p, to.before.n);
  if (to.rest.n)
    memcpy(whole + to.before.n, to.rest.p, to.rest.n);
  whole[bytes] = 0;
  cmark_node_set_url(n, whole);
}

/* "/static/NAME.HASH.webp", as templates/hash-assets and `diptych theme assets` name files. */
static bool is_hashed_file(struct span path)
{
  if (!span_starts(path, SPAN("/static/")))
    return false;
  struct span name = span_from(path, sizeof "/static/" - 1);
  size_t dot = span_find(name, '.'), digits = 0;
  while (dot + 1 + digits < name.n && isxdigit((unsigned char)name.p[dot + 1 + digits]))
    digits++;
  return digits == HASH_DIGITS && dot + 1 + digits < name.n && name.p[dot + 1 + digits] == '.';
}

/* The pictures of the site itself.  Any other that begins with a slash is one of the host. */
static bool is_own_picture(struct span path)
{
  return span_starts(path, SPAN("/badge/")) || span_starts(path, SPAN("/og/")) || is_hashed_file(path);
}

/* "/products/kafka" is a page of the site, wherever that is. */
static struct address below_base(struct address a, struct span base_url)
{
  struct span host = span_from(base_url, span_find_span(base_url, SPAN("://")) + 3);
  if (!a.before.n && a.rest.n && a.rest.p[0] == '/' && !span_starts(a.rest, SPAN("//")))
    a.before = span_from(host, span_find(host, '/'));
  return a;
}

void markdown_addresses_complete(cmark_node *root, struct span base_url)
{
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;) {
    cmark_node *n = cmark_iter_get_node(i);
    cmark_node_type type = cmark_node_get_type(n);
    if (e != CMARK_EVENT_ENTER || (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE))
      continue;
    struct span url = span_z(cmark_node_get_url(n));
    if (type == CMARK_NODE_LINK && !cmark_node_first_child(n)) /* nobody could see, hear or reach it */
      cmark_node_append_child(n, markdown_text_new(utf8_trim_unseen(url)));
    struct address a = type == CMARK_NODE_LINK ? address_of_link(url) : address_of_picture(url, base_url);
    if (type == CMARK_NODE_LINK || is_own_picture(a.rest))
      a = below_base(a, base_url);
    if (a.before.n || a.rest.n != url.n)
      address_set(n, a);
  }
}

bool markdown_url_ok(struct span url)
{
  return url.n && url_scheme_ok(url);
}

bool markdown_url_external(struct span url, struct span base_url)
{
  if (base_url.n && span_starts(url, base_url) && (url.n == base_url.n || strchr("/?#", url.p[base_url.n])))
    return false;
  return url_external(url);
}

bool markdown_image_ok(cmark_node *n)
{
  const char *url = cmark_node_get_url(n);
  return url && *url && markdown_url_ok(span_z(url));
}
