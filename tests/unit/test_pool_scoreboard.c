/* The scoreboard: what another process reads while the owner of the slot writes, and after the owner has died. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "pool/report.h"
#include "pool/restart_delay.h"
#include "pool/scoreboard.h"
#include "pool/workers.h"

static void the_states_of_a_slot(void **state)
{
  struct scoreboard *b = scoreboard_new();
  struct scoreboard_slot *s = &b->slots[3];
  char doing[SCOREBOARD_DOING];
  assert_int_equal(scoreboard_slot_state(s), SCOREBOARD_FREE);
  scoreboard_slot_clear(s, 1, 1000);
  atomic_store(&s->pid, 42);
  assert_int_equal(scoreboard_slot_state(s), SCOREBOARD_STARTING);
  scoreboard_doing(s, 2000, doing);
  assert_string_equal(doing, "while starting");
  atomic_store(&s->ready, 1);
  assert_int_equal(scoreboard_slot_state(s), SCOREBOARD_READY);
  scoreboard_request_begin(s, 5000, SPAN("GET"), SPAN("/x?y=1"), (struct request_ids){0});
  stage_set(&s->stage, STAGE_DATABASE);
  scoreboard_doing(s, 128000, doing);
  assert_string_equal(doing, "while GET /x?y=1 (123 ms, waiting for the database)");
  METRICS_ADD(&s->metrics, requests, 5);
  scoreboard_request_end(s);
  scoreboard_doing(s, 128000, doing);
  assert_string_equal(doing, "while idle");
  scoreboard_request_begin(s, 6000, SPAN("GET"), SPAN("/x?y=2"), (struct request_ids){0});
  atomic_store(&s->deferred, 2);
  scoreboard_request_pause(s);
  scoreboard_doing(s, 128000, doing);
  assert_string_equal(doing, "while idle, 2 deferred");
  assert_int_equal(atomic_load(&s->requests), 1);
  atomic_store(&s->leaving, 1);
  assert_int_equal(scoreboard_slot_state(s), SCOREBOARD_LEAVING);
  scoreboard_slot_clear(s, 2, 2000);
  assert_int_equal(atomic_load(&s->metrics.requests), 5);
  assert_int_equal(atomic_load(&s->requests), 0);
}

static void long_requests_are_cut(void **state)
{
  struct scoreboard *b = scoreboard_new();
  char target[1000], text[SCOREBOARD_TEXT];
  memset(target, 'x', sizeof target);
  for (size_t n = 0; n < sizeof target; n += 13) {
    scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), span_of(target, n), (struct request_ids){0});
    scoreboard_text_read(&b->slots[0], text);
    assert_int_equal(strlen(text), n + 4 < SCOREBOARD_TEXT ? n + 4 : SCOREBOARD_TEXT - 1);
  }
}

/* Another process writes two texts in turn as fast as it can.  Each text read is one of them, or SCOREBOARD_UNKNOWN
 * when the writer was not scheduled in the middle of a write. */
static void a_reader_never_sees_a_mixture(void **state)
{
  struct scoreboard *b = scoreboard_new();
  char a[200], z[200], text[SCOREBOARD_TEXT];
  memset(a, 'a', sizeof a);
  memset(z, 'z', sizeof z);
  int whole = 0, unknown = 0;
  scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), span_of(a, sizeof a), (struct request_ids){0});
  pid_t test = getpid(), pid = fork();
  assert_int_not_equal(pid, -1);
  if (pid == 0)
    while (getppid() == test) { /* also ends after a failed test */
      scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), span_of(a, sizeof a), (struct request_ids){0});
      scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), span_of(z, sizeof z), (struct request_ids){0});
      for (volatile int rest = 0; rest < 5000; rest++)
        ;
    }
  for (int i = 0; i < 20000; i++) {
    scoreboard_text_read(&b->slots[0], text);
    whole += strlen(text) == 204 && (strspn(text + 4, "a") == 200 || strspn(text + 4, "z") == 200);
    unknown += !strcmp(text, SCOREBOARD_UNKNOWN);
  }
  assert_int_equal(whole + unknown, 20000);
  assert_true(whole > 0);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

/* A worker that was killed while it wrote leaves an odd sequence number. */
static void a_half_written_text_is_unknown(void **state)
{
  struct scoreboard *b = scoreboard_new();
  char text[SCOREBOARD_TEXT];
  scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), SPAN("/whole"), (struct request_ids){0});
  atomic_fetch_add(&b->slots[0].text_seq, 1);
  scoreboard_text_read(&b->slots[0], text);
  assert_string_equal(text, SCOREBOARD_UNKNOWN);
  scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), SPAN("/next"), (struct request_ids){0});
  scoreboard_text_read(&b->slots[0], text);
  assert_string_equal(text, "GET /next");
}

static void other_idle_workers(void **state)
{
  struct scoreboard *b = scoreboard_new();
  struct scoreboard_slot *own = &b->slots[0], *other = &b->slots[1];
  atomic_store(&b->used, 2);
  for (int i = 0; i < 2; i++) {
    scoreboard_slot_clear(&b->slots[i], 1, 1);
    atomic_store(&b->slots[i].pid, 100 + i);
    atomic_store(&b->slots[i].ready, 1);
  }
  atomic_store(&own->idle_us, 1);
  assert_false(scoreboard_other_idle(b, own, 10000, 2000));
  atomic_store(&other->idle_us, 9000);
  assert_false(scoreboard_other_idle(b, own, 10000, 2000));
  assert_true(scoreboard_other_idle(b, own, 11000, 2000));
  scoreboard_request_begin(other, 11000, SPAN("GET"), SPAN("/"), (struct request_ids){0});
  assert_false(scoreboard_other_idle(b, own, 20000, 2000));
  atomic_store(&other->idle_us, 9000);
  atomic_store(&other->leaving, 1);
  assert_false(scoreboard_other_idle(b, own, 20000, 2000));
}

static void sums_are_over_all_slots(void **state)
{
  struct scoreboard *b = scoreboard_new();
  atomic_store(&b->used, 3);
  for (int i = 0; i < 3; i++)
    METRICS_ADD(&b->slots[i].metrics, requests, 10 + i);
  METRICS_ADD(&b->watcher.metrics, polls, 7);
  struct report_sums sums = report_sum(b);
  assert_int_equal(sums.requests, 33);
  assert_int_equal(sums.polls, 7);
}

static void delays_grow_to_a_limit(void **state)
{
  assert_int_equal(restart_delay_us(1), 50000);
  assert_int_equal(restart_delay_us(2), 100000);
  assert_int_equal(restart_delay_us(3), 200000);
  assert_int_equal(restart_delay_us(7), 2000000);
  assert_int_equal(restart_delay_us(1000000), 2000000);
}

static json_t *report_of(const struct scoreboard *b, const struct app *app)
{
  struct buf out = BUF_INIT;
  report_json(b, app, NULL, &out);
  json_t *v = json_loadb(out.p, out.n, JSON_ALLOW_NUL, NULL);
  buf_free(&out);
  return v;
}

/* The report is valid JSON for all bytes in a request. */
static void the_report_is_json_for_any_request(void **state)
{
  struct scoreboard *b = scoreboard_new();
  (void)state;
  atomic_store(&b->slots[0].pid, 42);
  atomic_store(&b->used, 1);
  for (int c = 1; c < 256; c++) {
    char target[8] = {'/', (char)c, '"', '\\', 'x'};
    scoreboard_request_begin(&b->slots[0], 1, SPAN("GET"), span_z(target), (struct request_ids){0});
    json_t *v = report_of(b, NULL);
    assert_non_null(v);
    const char *request = json_string_value(json_object_get(json_array_get(json_object_get(v, "workers"), 0), "request"));
    assert_true(request && strncmp(request, "GET /", 5) == 0 && strcmp(request + strlen(request) - 3, "\"\\x") == 0);
    json_decref(v);
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_states_of_a_slot),           cmocka_unit_test(long_requests_are_cut),
      cmocka_unit_test(a_reader_never_sees_a_mixture), cmocka_unit_test(a_half_written_text_is_unknown),
      cmocka_unit_test(other_idle_workers),
      cmocka_unit_test(sums_are_over_all_slots), cmocka_unit_test(delays_grow_to_a_limit),
      cmocka_unit_test(the_report_is_json_for_any_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
