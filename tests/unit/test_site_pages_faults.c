/* Every page type, in every form, while something is away or runs out: the answer is the whole page as the rows
 * have it, the page as it was a moment ago, or one whole error that says when to ask again.  It is never half a
 * page, and when the fault is over nothing of it is left. */
#include "page_cases.h"

#define MEMORY_STEPS 1024
#define MEMORY_LEAST 16 /* bytes: no allocation takes less */

static const struct page_form *form_of(void **state)
{
  return *state;
}

static void assert_same(const struct page_answer *a, const struct page_answer *b)
{
  assert_int_equal(a->response.status, b->response.status);
  assert_true(span_eq(a->response.body, b->response.body));
}

/* A site, the page's address, and the page as it is while all is well; nothing is kept of that. */
static struct page_site *site_of(const struct page_form *f, char target[PAGE_TARGET], struct page_answer *well)
{
  struct page_site *s = page_site_open();
  page_target(s, f, NULL, target);
  *well = page_get(s, target);
  page_assert_whole(s, f, well);
  page_site_forget(s);
  return s;
}

static void close_site(struct page_site **s, struct page_answer *well)
{
  page_answer_free(well);
  page_site_close(s);
}

static void assert_healed(struct page_site *s, const char *target, const struct page_answer *well)
{
  s->store.fault = PAGE_FAULT_NONE;
  s->store.break_with = ERR_OK;
  struct page_answer a = page_get(s, target);
  assert_same(&a, well);
  page_answer_free(&a);
}

/* With nothing kept, a page that needs a fragment is 503; one that the catalog alone makes is as ever. */
static void assert_fails(const struct page_form *f, enum page_fault fault)
{
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  s->store.fault = fault;
  struct page_answer a = page_get(s, target);
  if (f->expect->asks)
    page_assert_error(f, &a, 503);
  else
    assert_same(&a, &well);
  assert_int_equal(s->store.fetches, f->expect->asks);
  page_answer_free(&a);
  assert_healed(s, target, &well);
  close_site(&s, &well);
}

static void without_the_database_it_is_503(void **state)
{
  assert_fails(form_of(state), PAGE_FAULT_DATABASE);
}

static void without_both_backends_it_is_503(void **state)
{
  assert_fails(form_of(state), PAGE_FAULT_BOTH);
}

static void memory_that_runs_out_in_the_store_is_503(void **state)
{
  assert_fails(form_of(state), PAGE_FAULT_NO_MEMORY);
}

static void without_memcached_it_is_as_ever(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  s->store.fault = PAGE_FAULT_CACHE;
  struct page_answer a = page_get(s, target);
  assert_same(&a, &well);
  assert_int_equal(s->store.n_cached, 0);
  page_answer_free(&a);
  close_site(&s, &well);
}

static void edit_kafka(struct page_site *s)
{
  struct facts *kafka = &page_rows_product(s->rows, PAGE_KAFKA)->product.facts;
  kafka->version.rev++;
  kafka->version.hash++;
  kafka->n90++;
  for (size_t i = 0; i < s->rows->n_pages; i++) {
    s->rows->pages[i].page.version.rev++;
    s->rows->pages[i].page.version.hash++;
  }
  s->rows->site_version.rev++;
  page_site_publish(s);
}

/* The database goes away after an edit.  Fragments of the version before it are left: the page is made of them,
 * is counted as older than the rows, and is not kept. */
static void with_older_fragments_it_is_stale_and_not_kept(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  struct page_answer warm = page_get(s, target);
  edit_kafka(s);
  s->store.fault = PAGE_FAULT_DATABASE;
  if (f->expect->drawn) /* it has another address now */
    page_target(s, f, NULL, target);
  uint64_t stale = s->metrics.pages_stale, rendered = s->metrics.pages_rendered;
  struct page_answer a = page_get(s, target), b = page_get(s, target);
  assert_int_equal(a.response.status, 200);
  assert_same(&a, &b);
  if (f->expect->asks) {
    assert_int_equal(s->metrics.pages_stale - stale, 2);
    assert_int_equal(s->metrics.pages_rendered - rendered, 2);
  }
  page_answer_free(&warm);
  page_answer_free(&a);
  page_answer_free(&b);
  close_site(&s, &well);
}

/* Nothing is left but the finished page, which was right a moment ago. */
static void with_a_finished_page_it_is_that(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  struct page_answer warm = page_get(s, target);
  edit_kafka(s);
  s->store.fault = PAGE_FAULT_BOTH;
  uint64_t stale = s->metrics.pages_stale;
  struct page_answer a = page_get(s, target);
  if (f->expect->asks && f->expect->fresh)
    page_assert_error(f, &a, 503);
  else if (f->expect->asks) {
    assert_same(&a, &warm);
    assert_int_equal(s->metrics.pages_stale - stale, 1);
  }
  page_answer_free(&warm);
  page_answer_free(&a);
  close_site(&s, &well);
}

static void confirm(struct page_site *s, int64_t at_us)
{
  struct catalog_state state;
  catalog_state_get(s->catalog, &state);
  state.confirmed_us = at_us;
  catalog_state_put(s->writer, &state);
}

/* Another pool may have shown the page as it is for ready_lag.  When the proxy knows that this pool is not ready, the finished page
 * is shown as above. */
static void with_a_finished_page_and_other_pools_it_is_left_to_them(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  struct page_answer warm = page_get(s, target);
  edit_kafka(s);
  s->store.fault = PAGE_FAULT_BOTH;
  s->config.other_pools = true;
  s->config.ready_lag = 0;
  confirm(s, clock_now_us());
  struct page_answer left = page_get(s, target);
  confirm(s, clock_now_us() - 11 * CLOCK_SECOND);
  struct page_answer later = page_get(s, target);
  if (f->expect->asks)
    page_assert_error(f, &left, 503);
  if (f->expect->asks && !f->expect->fresh)
    assert_same(&later, &warm);
  page_answer_free(&left);
  page_answer_free(&later);
  page_answer_free(&warm);
  close_site(&s, &well);
}

/* Each fragment in turn is the one that cannot be had. */
static void without_any_one_fragment_it_is_503(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  for (size_t i = 0, n = 1; i < n; i++) {
    page_site_forget(s);
    s->store.break_at = i;
    s->store.break_with = ERR_UNAVAILABLE;
    struct page_answer a = page_get(s, target);
    n = s->store.wants;
    if (n)
      page_assert_error(f, &a, 503);
    page_answer_free(&a);
    assert_healed(s, target, &well);
  }
  close_site(&s, &well);
}

/* Each in turn was deleted since the catalog was published: the page does without it, or is gone with it. */
static void without_any_one_row_it_is_whole_or_gone(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  for (size_t i = 0, n = 1; i < n; i++) {
    page_site_forget(s);
    s->store.break_at = i;
    s->store.break_with = ERR_NOT_FOUND;
    struct page_answer a = page_get(s, target);
    n = s->store.wants;
    if (a.response.status == 200 && f->form == FORM_HTML)
      assert_true(page_balanced(a.response.body, true) && span_ends(span_trim(a.response.body), SPAN("</html>")));
    else if (a.response.status == 200 && f->form == FORM_JSON)
      assert_true(page_json(a.response.body));
    else if (a.response.status != 200)
      page_assert_error(f, &a, f->expect == &page_case_site_faq ? 503 : 404);
    page_answer_free(&a);
  }
  close_site(&s, &well);
}

/* However little a request may take: the same page, or an error. */
static void with_little_memory_it_is_whole_or_503(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  size_t used = arena_held(well.arena), whole = 0, refused = 0;
  size_t step = used / MEMORY_STEPS > MEMORY_LEAST ? used / MEMORY_STEPS : MEMORY_LEAST;
  for (size_t memory = MEMORY_LEAST; memory <= used + step; memory += step) {
    page_site_forget_pages(s);
    struct page_answer a = page_ask(s, target, &(struct page_ask){.memory = memory});
    if (a.response.status == 200) {
      assert_same(&a, &well);
      whole++;
    } else {
      page_assert_error(f, &a, 503);
      refused++;
    }
    page_answer_free(&a);
  }
  assert_true(whole > 0 && refused > 0);
  assert_healed(s, target, &well);
  close_site(&s, &well);
}

/* A picture that is still being drawn: the request waits, or is told to ask again. */
static void a_picture_may_take_its_time(void **state)
{
  const struct page_form *f = form_of(state);
  char target[PAGE_TARGET];
  struct page_answer well;
  struct page_site *s = site_of(f, target, &well);
  s->images.asked = 0;
  s->images.answer = ERR_DEFERRED;
  struct page_answer deferred = page_get(s, target);
  struct page_answer impatient = page_ask(s, target, &(struct page_ask){.no_defer = true});
  s->images.answer = ERR_UNAVAILABLE;
  struct page_answer refused = page_get(s, target);
  if (f->expect->drawn) {
    assert_ptr_equal(deferred.response.deferred, &s->images.deferred);
    assert_int_equal(deferred.response.body.n, 0);
    page_assert_error(f, &impatient, 503);
    page_assert_error(f, &refused, 503);
    assert_int_equal(s->images.asked, 3);
  } else {
    assert_same(&deferred, &well);
    assert_int_equal(s->images.asked, 0);
  }
  s->images.answer = ERR_OK;
  assert_healed(s, target, &well);
  page_answer_free(&deferred);
  page_answer_free(&impatient);
  page_answer_free(&refused);
  close_site(&s, &well);
}

int main(void)
{
  static const struct page_promise promises[] = {
      {"without the database it is 503", without_the_database_it_is_503, false},
      {"without both backends it is 503", without_both_backends_it_is_503, false},
      {"memory that runs out in the store is 503", memory_that_runs_out_in_the_store_is_503, false},
      {"without memcached it is as ever", without_memcached_it_is_as_ever, false},
      {"with older fragments it is stale and not kept", with_older_fragments_it_is_stale_and_not_kept, false},
      {"with a finished page it is that", with_a_finished_page_it_is_that, false},
      {"with a finished page and other pools it is left to them", with_a_finished_page_and_other_pools_it_is_left_to_them, false},
      {"without any one fragment it is 503", without_any_one_fragment_it_is_503, false},
      {"without any one row it is whole or gone", without_any_one_row_it_is_whole_or_gone, false},
      {"with little memory it is whole or 503", with_little_memory_it_is_whole_or_503, false},
      {"a picture may take its time", a_picture_may_take_its_time, false},
  };
  return page_promises_run("pages in trouble", promises, sizeof promises / sizeof *promises);
}
