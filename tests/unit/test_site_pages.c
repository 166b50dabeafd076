/* Every page type, in every form, made from memory: what it shows, how often it asks for that, how it is kept,
 * and which addresses lead to it.  The list of pages is PAGES_LIST (see page_cases.h). */
#include "http/date.h"
#include "http/headers.h"
#include "page_cases.h"

static const struct page_form *form_of(void **state)
{
  return *state;
}

static void shows_what_the_rows_hold(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET];
  struct page_answer a = page_get(s, page_target(s, f, NULL, target));
  page_assert_whole(s, f, &a);
  page_answer_free(&a);
  page_site_close(&s);
}

static void assert_tag(const struct page_answer *a)
{
  char etag[FINISHED_ETAG + 1], quoted[FINISHED_ETAG + 3];
  http_etag(etag, a->response.body);
  snprintf(quoted, sizeof quoted, "\"%s\"", etag);
  assert_true(span_eq(page_header(a, "ETag"), span_z(quoted)));
}

static void assert_modified(const struct page_answer *a)
{
  int64_t us;
  assert_true(date_read(page_header(a, "Last-Modified"), clock_now_us(), &us));
  assert_true(us >= PAGE_NOW_US - 3 * CLOCK_DAY * 100 && us <= PAGE_NOW_US);
}

/* The Link header of pages that have representations names their canonical address and the other forms. */
static void assert_link(struct page_site *s, const struct page_form *f, const struct page_answer *a)
{
  char stem[PAGE_TARGET], text[PAGE_TARGET + 64];
  struct span link = page_header(a, "Link");
  bool representations = (f->forms & (ROUTE_JSON | ROUTE_MD)) != 0;
  assert_int_equal(link.n > 0, representations);
  if (!representations)
    return;
  snprintf(text, sizeof text, "<" PAGE_BASE_URL "%s>; rel=\"canonical\"", page_canonical(s, f, stem));
  assert_true(span_starts(link, span_z(text)));
  assert_int_equal(page_has(link, "type=\"application/json\""), true);
  assert_int_equal(page_has(link, ".md"), f->form != FORM_MD);
  assert_int_equal(page_has(link, "type=\"text/html\""), f->form != FORM_HTML);
}

static void says_how_it_may_be_kept(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET];
  struct page_answer a = page_get(s, page_target(s, f, NULL, target));
  assert_tag(&a);
  assert_modified(&a);
  assert_link(s, f, &a);
  assert_true(page_header(&a, "Cache-Control").n > 0);
  assert_int_equal(page_header(&a, "Access-Control-Allow-Origin").n > 0, f->form != FORM_HTML);
  page_answer_free(&a);
  page_site_close(&s);
}

static void asks_the_store_at_most_once(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET];
  page_target(s, f, NULL, target);
  page_site_forget(s);
  struct page_answer a = page_get(s, target);
  assert_int_equal(s->store.fetches, f->expect->asks);
  assert_false(s->store.duplicate);
  assert_int_equal(s->store.fills, s->store.wants);
  assert_int_equal(s->images.asked, f->expect->drawn);
  page_answer_free(&a);
  page_site_close(&s);
}

static void assert_not_modified(struct page_site *s, const char *target, struct span etag)
{
  char text[64];
  snprintf(text, sizeof text, "%.*s", SPAN_ARG(etag));
  struct page_answer a = page_ask(s, target, &(struct page_ask){.if_none_match = text});
  assert_int_equal(a.response.status, 304);
  assert_true(a.response.no_body && a.response.body.n == 0);
  assert_true(span_eq(page_header(&a, "ETag"), etag));
  page_answer_free(&a);
}

/* The second answer comes from the page cache, or, where pages are never kept, is made again alike. */
static void is_made_once(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET];
  page_target(s, f, NULL, target);
  page_site_forget(s);
  struct page_answer first = page_get(s, target);
  uint64_t rendered = s->metrics.pages_rendered, hits = s->metrics.pages_hit;
  page_store_count(&s->store);
  s->store.fault = PAGE_FAULT_DATABASE; /* what is asked for again is found in the cache */
  struct page_answer second = page_get(s, target);
  assert_int_equal(s->store.fetches, f->expect->fresh && f->expect->asks);
  assert_int_equal(s->metrics.pages_rendered - rendered, f->expect->fresh);
  assert_int_equal(s->metrics.pages_hit - hits, !f->expect->fresh);
  assert_true(span_eq(first.response.body, second.response.body));
  assert_true(span_eq(buf_view(&first.response.headers), buf_view(&second.response.headers)));
  assert_not_modified(s, target, page_header(&first, "ETag"));
  page_answer_free(&first);
  page_answer_free(&second);
  page_site_close(&s);
}

/* An edit that is published shows on every page that has the product, whatever was kept of it. */
static void shows_an_edit(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  struct facts *kafka = &page_rows_product(s->rows, PAGE_KAFKA)->product.facts;
  char target[PAGE_TARGET];
  struct page_answer before = page_get(s, page_target(s, f, NULL, target));
  kafka->name = SPAN("Renamed Log");
  kafka->version.rev++;
  kafka->version.hash++;
  page_site_publish(s);
  struct page_answer after = page_get(s, f->expect->drawn ? page_target(s, f, NULL, target) : target);
  assert_int_equal(after.response.status, 200);
  if (f->expect->kafka && !f->expect->fresh)
    assert_true(page_has(before.response.body, f->expect->kafka) && page_has(after.response.body, "Renamed Log"));
  if (f->expect->kafka)
    assert_false(page_has(after.response.body, f->expect->kafka));
  else if (!f->expect->drawn)
    assert_true(span_eq(before.response.body, after.response.body));
  page_answer_free(&before);
  page_answer_free(&after);
  page_site_close(&s);
}

static void assert_moved(struct page_site *s, const char *from, const char *to)
{
  char location[PAGE_TARGET + 64];
  struct page_answer a = page_get(s, from);
  snprintf(location, sizeof location, PAGE_BASE_URL "%s", to);
  if (a.response.status != 308 || !span_eq(page_header(&a, "Location"), span_z(location)))
    fail_msg("%s: %d to %.*s, not to %s", from, a.response.status, SPAN_ARG(page_header(&a, "Location")), location);
  assert_int_equal(a.response.body.n, 0);
  page_answer_free(&a);
}

/* Capitals, a needless escape, two slashes, a slash at the end: each is one step away from the page. */
static void other_spellings_lead_to_it(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET], other[PAGE_TARGET + 8];
  page_target(s, f, NULL, target);
  size_t path = strcspn(target, "?");
  snprintf(other, sizeof other, "/%s", target);
  assert_moved(s, other, target);
  if (path > 1) {
    snprintf(other, sizeof other, "%.*s/%s", (int)path, target, target + path);
    assert_moved(s, other, target);
    snprintf(other, sizeof other, "/%c%s", target[1] - 'a' + 'A', target + 2);
    assert_moved(s, other, target);
    snprintf(other, sizeof other, "/%%%02x%s", target[1], target + 2);
    assert_moved(s, other, target);
  }
  if (f->forms & ROUTE_PAGED) {
    snprintf(other, sizeof other, "%s%cpage=1", target, f->expect->query ? '&' : '?');
    assert_moved(s, other, target);
  }
  for (size_t i = 0; i < sizeof f->expect->others / sizeof *f->expect->others && f->expect->others[i]; i++)
    assert_moved(s, page_target(s, f, f->expect->others[i], other), target);
  page_site_close(&s);
}

static void assert_refused(struct page_site *s, const struct page_form *f, const char *word, int status)
{
  char target[PAGE_TARGET];
  if (!word)
    return;
  struct page_answer a = page_get(s, page_target(s, f, word, target));
  page_assert_error(f, &a, status);
  page_answer_free(&a);
}

static void what_is_not_published_is_refused(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  page_site_forget(s);
  assert_refused(s, f, f->expect->unknown, 404);
  assert_refused(s, f, f->expect->draft, 404);
  assert_refused(s, f, f->expect->withdrawn, 410);
  assert_int_equal(s->store.fetches, 0);
  page_site_close(&s);
}

static void only_reading_is_answered(void **state)
{
  const struct page_form *f = form_of(state);
  struct page_site *s = page_site_open();
  char target[PAGE_TARGET];
  page_target(s, f, NULL, target);
  struct page_answer head = page_ask(s, target, &(struct page_ask){.method = "HEAD"});
  struct page_answer options = page_ask(s, target, &(struct page_ask){.method = "OPTIONS"});
  struct page_answer post = page_ask(s, target, &(struct page_ask){.method = "POST"});
  page_assert_whole(s, f, &head); /* the gateway leaves its body away */
  assert_int_equal(options.response.status, 204);
  page_assert_error(f, &post, 405);
  assert_true(page_header(&post, "Allow").n > 0);
  page_answer_free(&head);
  page_answer_free(&options);
  page_answer_free(&post);
  page_site_close(&s);
}

int main(void)
{
  static const struct page_promise promises[] = {
      {"shows what the rows hold", shows_what_the_rows_hold, false},
      {"says how it may be kept", says_how_it_may_be_kept, false},
      {"asks the store at most once", asks_the_store_at_most_once, false},
      {"is made once", is_made_once, false},
      {"shows an edit", shows_an_edit, false},
      {"other spellings lead to it", other_spellings_lead_to_it, false},
      {"what is not published is refused", what_is_not_published_is_refused, false},
      {"only reading is answered", only_reading_is_answered, false},
  };
  return page_promises_run("pages", promises, sizeof promises / sizeof *promises);
}
