#include "site/jsonld.h"

#include "site/site.h"
#include "text/json.h"

#define USUAL 8192 /* bytes of a comparison's document */

void jsonld_begin(struct jsonld *j, struct page *p, const struct page_view *frame)
{
  *j = (struct jsonld){.page = p, .frame = frame, .out = BUF_INIT};
  buf_reserve(&j->out, USUAL);
  buf_puts(&j->out, "{\"@context\":\"https://schema.org\",\"@graph\":[");
}

void jsonld_text(struct jsonld *j, const char *name, struct span s)
{
  if (!s.n)
    return;
  buf_puts(&j->out, ",\"");
  buf_puts(&j->out, name);
  buf_puts(&j->out, "\":");
  json_write_string(&j->out, s);
}

void jsonld_node(struct jsonld *j, const char *type)
{
  buf_printf(&j->out, "%s{\"@type\":\"%s\"", j->nodes++ ? "," : "", type);
}

void jsonld_node_end(struct jsonld *j)
{
  buf_putc(&j->out, '}');
}

void jsonld_web_page(struct jsonld *j, const char *type)
{
  jsonld_node(j, type);
  jsonld_text(j, "@id", j->frame->canonical);
  jsonld_text(j, "url", j->frame->canonical);
  jsonld_text(j, "name", j->frame->title);
  jsonld_text(j, "description", j->frame->description);
  jsonld_text(j, "inLanguage", j->frame->lang);
  jsonld_node_end(j);
}

static void item(struct jsonld *j, size_t i, struct span name, struct span href)
{
  buf_puts(&j->out, i ? ",{\"@type\":\"ListItem\",\"position\":" : "{\"@type\":\"ListItem\",\"position\":");
  buf_uint(&j->out, i + 1);
  jsonld_text(j, "name", name);
  if (href.n)
    jsonld_text(j, "item", page_absolute(j->page, href));
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
    item(j, i, l->text, l->href.n ? l->href : j->page->canonical);
  }
  buf_putc(&j->out, ']');
  jsonld_node_end(j);
}

/* The answer as the page shows it: an editor's HTML, or the generated sentence. */
static struct span answer_of(const struct qa_view *q)
{
  return q->body ? q->body->html : q->text;
}

void jsonld_questions(struct jsonld *j, const struct qa_view *v, size_t n)
{
  size_t shown = 0;
  for (size_t i = 0; i < n; i++)
    shown += answer_of(&v[i]).n > 0;
  if (!shown)
    return;
  jsonld_node(j, "FAQPage");
  buf_puts(&j->out, ",\"mainEntity\":[");
  for (size_t i = 0, at = 0; i < n; i++) {
    if (!answer_of(&v[i]).n)
      continue;
    buf_puts(&j->out, at++ ? ",{\"@type\":\"Question\"" : "{\"@type\":\"Question\"");
    jsonld_text(j, "name", v[i].question);
    buf_puts(&j->out, ",\"acceptedAnswer\":{\"@type\":\"Answer\"");
    jsonld_text(j, "text", answer_of(&v[i]));
    buf_puts(&j->out, "}}");
  }
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
    item(j, i, v[i].name, v[i].href);
  buf_putc(&j->out, ']');
  jsonld_node_end(j);
}

struct span jsonld_end(struct jsonld *j)
{
  buf_puts(&j->out, "]}");
  struct span s = j->out.failed ? SPAN("") : arena_copy(j->page->arena, buf_view(&j->out));
  buf_free(&j->out);
  return s;
}
