#include "site/jsonld.h"

#include "image/image.h"
#include "site/site.h"
#include "text/bidi.h"
#include "text/escape.h"
#include "text/json.h"

#define INITIAL_BYTES 8192 /* bytes of the document of a typical comparison */

void jsonld_begin(struct jsonld *j, struct page *p, const struct page_view *frame)
{
  *j = (struct jsonld){.page = p, .frame = frame, .out = BUF_INIT};
  buf_reserve(&j->out, INITIAL_BYTES);
  buf_puts(&j->out, "{\"@context\":\"https://schema.org\",\"@graph\":[");
}

void jsonld_text(struct jsonld *j, const char *name, struct span s)
{
  if (!s.n)
    return;
  buf_puts(&j->out, ",\"");
  buf_puts(&j->out, name);
  buf_puts(&j->out, "\":");
  json_write_string(&j->out, bidi_bare(s));
}

void jsonld_node(struct jsonld *j, const char *type)
{
  buf_printf(&j->out, "%s{\"@type\":\"%s\"", j->nodes++ ? "," : "", type);
}

void jsonld_node_end(struct jsonld *j)
{
  buf_putc(&j->out, '}');
}

void jsonld_image(struct jsonld *j, const char *name)
{
  if (!j->frame->og_image.n)
    return;
  buf_printf(&j->out, ",\"%s\":{\"@type\":\"ImageObject\"", name);
  jsonld_text(j, "url", j->frame->og_image);
  jsonld_text(j, "caption", j->frame->og_alt);
  buf_printf(&j->out, ",\"width\":%d,\"height\":%d}", IMAGE_WIDTH, IMAGE_HEIGHT);
}

void jsonld_web_page(struct jsonld *j, const char *type)
{
  jsonld_node(j, type);
  jsonld_text(j, "@id", j->frame->address);
  jsonld_text(j, "url", j->frame->address);
  jsonld_text(j, "name", j->frame->title);
  jsonld_text(j, "description", j->frame->description);
  jsonld_text(j, "inLanguage", j->frame->lang);
  jsonld_image(j, "primaryImageOfPage");
  jsonld_node_end(j);
}

/* to: the name of the link, "item" in a breadcrumb and "url" in a list of pages. */
static void item_write(struct jsonld *j, bool first, size_t position, const char *to, const struct link_view *l)
{
  buf_puts(&j->out, first ? "{\"@type\":\"ListItem\",\"position\":" : ",{\"@type\":\"ListItem\",\"position\":");
  buf_uint(&j->out, position);
  jsonld_text(j, "name", l->text);
  if (l->href.n)
    jsonld_text(j, to, page_absolute(j->page, l->href));
  buf_putc(&j->out, '}');
}

void jsonld_breadcrumb(struct jsonld *j)
{
  if (!j->frame->breadcrumb.n)
    return;
  jsonld_node(j, "BreadcrumbList");
  buf_puts(&j->out, ",\"itemListElement\":[");
  for (size_t i = 0; i < j->frame->breadcrumb.n; i++) {
    const struct link_view *l = &j->frame->breadcrumb.v[i];
    item_write(j, i == 0, i + 1, "item", &(struct link_view){.text = l->text, .href = l->href.n ? l->href : j->page->canonical});
  }
  buf_putc(&j->out, ']');
  jsonld_node_end(j);
}

/* The answer as the page shows it, in HTML, because search engines read it as HTML: the editors' answer or the
 * generated sentence.  Empty: none. */
static struct span answer_of(const struct jsonld *j, const struct qa_view *q)
{
  struct buf out = BUF_INIT;
  if (q->body)
    return q->body->html;
  escape_html(&out, q->text);
  return arena_take(j->page->arena, &out);
}

static void question_write(struct jsonld *j, bool first, struct span asked, struct span answer)
{
  buf_puts(&j->out, first ? "{\"@type\":\"Question\"" : ",{\"@type\":\"Question\"");
  jsonld_text(j, "name", asked);
  buf_puts(&j->out, ",\"acceptedAnswer\":{\"@type\":\"Answer\"");
  jsonld_text(j, "text", answer);
  buf_puts(&j->out, "}}");
}

void jsonld_questions(struct jsonld *j, const struct qa_view *v, size_t n)
{
  size_t shown = 0;
  for (size_t i = 0; i < n; i++) {
    struct span answer = answer_of(j, &v[i]);
    if (!answer.n)
      continue;
    if (!shown) {
      jsonld_node(j, "FAQPage");
      buf_puts(&j->out, ",\"mainEntity\":[");
    }
    question_write(j, !shown++, v[i].question, answer);
  }
  if (!shown)
    return;
  buf_putc(&j->out, ']');
  jsonld_node_end(j);
}

void jsonld_cards(struct jsonld *j, struct span name, const struct card_view *v, size_t n)
{
  if (!n)
    return;
  jsonld_node(j, "ItemList");
  jsonld_text(j, "name", name);
  buf_puts(&j->out, ",\"itemListElement\":[");
  for (size_t i = 0; i < n; i++)
    item_write(j, i == 0, v[i].rank ? (size_t)v[i].rank : i + 1, "url", &(struct link_view){.text = v[i].name, .href = v[i].href});
  buf_putc(&j->out, ']');
  jsonld_node_end(j);
}

/* A desk or a team is no person: "Sidelight web desk". */
static bool author_is_group(struct span author, struct span site_name)
{
  static const char *const endings[] = {" desk", " Desk", " team", " Team", " editors", " staff", " newsroom"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (span_ends(author, span_z(endings[i])))
      return true;
  return span_eq(author, site_name);
}

void jsonld_article(struct jsonld *j, const struct jsonld_editorial *a)
{
  jsonld_node(j, "Article");
  jsonld_text(j, "headline", a->headline);
  jsonld_text(j, "mainEntityOfPage", j->frame->address);
  jsonld_image(j, "image");
  jsonld_text(j, "datePublished", a->published);
  jsonld_text(j, "dateModified", a->updated);
  if (a->author.n) {
    bool group = author_is_group(a->author, j->frame->site_name);
    buf_puts(&j->out, group ? ",\"author\":{\"@type\":\"Organization\"" : ",\"author\":{\"@type\":\"Person\"");
    jsonld_text(j, "name", a->author);
    buf_putc(&j->out, '}');
  }
  jsonld_node_end(j);
}

struct span jsonld_end(struct jsonld *j)
{
  buf_puts(&j->out, "]}");
  return arena_take(j->page->arena, &j->out);
}
