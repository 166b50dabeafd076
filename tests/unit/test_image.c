/* The content of a picture: packed for the image worker, and hashed to the version in its address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/image.h"

static struct image example(void)
{
  struct image p = {.site = SPAN("Sidelight"), .eyebrow = SPAN("Comparison"), .date = SPAN("As of 22 August 2026"),
                    .title = SPAN("Title"), .line = SPAN("Line"), .n = 2};
  p.panels[0] = (struct image_panel){SPAN("Kafka"), SPAN("DevOps"), SPAN("3 moves"), SPAN("2.2"), SPAN("slow"), 22};
  p.panels[1] = (struct image_panel){.name = SPAN("Zipkin")};
  return p;
}

static void version_of(const struct image *p, char out[IMAGE_VERSION + 1])
{
  struct buf packed = BUF_INIT;
  image_pack(p, &packed);
  image_version(out, buf_view(&packed));
  buf_free(&packed);
}

static void there_and_back(void **state)
{
  (void)state;
  struct image p = example(), q;
  struct buf packed = BUF_INIT;
  image_pack(&p, &packed);
  assert_true(image_unpack(buf_view(&packed), &q));
  assert_true(span_eq(q.date, p.date) && span_eq(q.title, p.title) && span_eq(q.line, p.line));
  assert_true(q.n == 2 && span_eq(q.site, p.site) && span_eq(q.eyebrow, p.eyebrow));
  assert_true(span_eq(q.panels[0].name, SPAN("Kafka")) && span_eq(q.panels[0].band, SPAN("slow")));
  assert_true(span_eq(q.panels[0].note, SPAN("DevOps")) && span_eq(q.panels[0].line, SPAN("3 moves")));
  assert_true(q.panels[0].tenths == 22 && q.panels[1].score.n == 0 && span_eq(q.panels[1].name, SPAN("Zipkin")));
  for (size_t n = 0; n < packed.n; n++)
    assert_false(image_unpack(span_of(packed.p, n), &q));
  buf_free(&packed);
}

static void number_of_panels(void **state)
{
  (void)state;
  for (unsigned n = 0; n <= IMAGE_PANELS; n++) {
    struct image p = {.n = n}, q;
    struct buf packed = BUF_INIT;
    image_pack(&p, &packed);
    assert_true(image_unpack(buf_view(&packed), &q) && q.n == n);
    packed.p[6] = IMAGE_PANELS + 1; /* after the number of the design and five empty texts */
    assert_false(image_unpack(buf_view(&packed), &q));
    buf_free(&packed);
  }
}

/* Each visible field changes the version. */
static void versions(void **state)
{
  (void)state;
  char first[IMAGE_VERSION + 1], other[IMAGE_VERSION + 1];
  struct image p = example(), q = p;
  version_of(&p, first);
  version_of(&q, other);
  assert_string_equal(first, other);
  assert_int_equal(strlen(first), IMAGE_VERSION);
  struct span *shown[] = {&q.site,           &q.eyebrow,        &q.date,           &q.title,          &q.line,
                          &q.panels[0].name, &q.panels[0].note, &q.panels[0].line, &q.panels[0].score, &q.panels[0].band,
                          &q.panels[1].name, &q.panels[1].line, &q.panels[1].score};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    struct span was = *shown[i];
    *shown[i] = SPAN("changed");
    version_of(&q, other);
    assert_string_not_equal(first, other);
    *shown[i] = was;
  }
  q.panels[0].tenths++;
  version_of(&q, other);
  assert_string_not_equal(first, other);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(there_and_back),
      cmocka_unit_test(number_of_panels),
      cmocka_unit_test(versions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
