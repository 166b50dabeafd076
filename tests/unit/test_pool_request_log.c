/* The request log: lines for hostile requests, what is logged, and how workers come to a new file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/config_check.h"
#include "pool/request_log.h"

static const struct stage_times times = {.begun_us = 1000, .since_us = 13345, .us = {[STAGE_READ] = 45, [STAGE_WRITE] = 12300}};

static struct request_log_entry entry(struct span target)
{
  return (struct request_log_entry){.now_us = INT64_C(1787400000123456),
                                    .id = SPAN("4bf9"),
                                    .method = SPAN("GET"),
                                    .target = target,
                                    .route = "compare",
                                    .cache = "memcached",
                                    .status = 200,
                                    .worker = 3,
                                    .bytes = 1234,
                                    .statements = 2,
                                    .times = &times};
}

static void a_line_of_each_format(void **state)
{
  struct buf out = BUF_INIT;
  struct request_log_entry e = entry(SPAN("/compare/a-vs-b?x=1"));
  request_log_line(&e, false, &out);
  assert_string_equal(buf_z(&out),
                      "time=2026-08-22T12:00:00.123Z id=4bf9 method=GET path=\"/compare/a-vs-b\" query=\"x=1\" status=200 "
                      "bytes=1234 route=compare cache=memcached statements=2 worker=3 ms=12.345 params_ms=0.045 "
                      "catalog_ms=0.000 memcached_ms=0.000 lease_ms=0.000 mysql_ms=0.000 markdown_ms=0.000 "
                      "build_ms=0.000 render_ms=0.000 write_ms=12.300 deferred_ms=0.000\n");
  request_log_line(&e, true, &out);
  json_t *v = json_loadb(out.p, out.n, 0, NULL);
  assert_string_equal(json_string_value(json_object_get(v, "path")), "/compare/a-vs-b");
  assert_string_equal(json_string_value(json_object_get(v, "query")), "x=1");
  assert_string_equal(json_string_value(json_object_get(v, "route")), "compare");
  assert_int_equal(json_integer_value(json_object_get(v, "status")), 200);
  assert_true(json_real_value(json_object_get(v, "ms")) == 12.345);
  assert_int_equal(json_object_size(v), 22);
  json_decref(v);
  buf_free(&out);
}

/* Reads %XX back. */
static size_t unescape(const char *in, char *out)
{
  size_t n = 0;
  for (; *in; in++)
    if (*in == '%' && (in[1] == '%' || strchr("0123456789ABCDEF", in[1]))) {
      out[n++] = (char)strtol((char[]){in[1], in[2], 0}, NULL, 16);
      in += 2;
    } else
      out[n++] = *in;
  return n;
}

static void every_byte_in_a_path(void **state)
{
  struct buf out = BUF_INIT;
  for (int first = 1; first < 256; first++)
    for (int second = 1; second < 256; second += 7) {
      char target[] = {'/', (char)first, (char)second, 'x', 0}, back[64];
      struct request_log_entry e = entry(span_of(target, 4));
      e.id = span_of(target, 4);
      e.method = span_of(target, 4);
      for (int json = 0; json < 2; json++) {
        request_log_line(&e, json, &out);
        assert_false(out.failed);
        assert_true(memchr(out.p, '\n', out.n) == out.p + out.n - 1);
        for (size_t i = 0; i + 1 < out.n; i++)
          assert_in_range((unsigned char)out.p[i], 0x20, 0x7e);
      }
      json_t *v = json_loadb(out.p, out.n, 0, NULL);
      assert_non_null(v);
      if (first != '?' && second != '?' && first != '%' && second != '%') {
        size_t n = unescape(json_string_value(json_object_get(v, "path")), back);
        assert_int_equal(n, 4);
        assert_memory_equal(back, target, 4);
      }
      json_decref(v);
    }
  buf_free(&out);
}

static void long_requests_are_cut(void **state)
{
  struct buf out = BUF_INIT;
  static char target[20000];
  for (int hostile = 0; hostile < 2; hostile++)
    for (size_t n = 1; n < sizeof target; n = n * 3 / 2 + 1) {
      memset(target, hostile ? '"' : 'a', n);
      target[n / 2] = '?';
      struct request_log_entry e = entry(span_of(target, n));
      e.id = e.method = span_of(target, n);
      for (int json = 0; json < 2; json++) {
        request_log_line(&e, json, &out);
        assert_in_range(out.n, 100, REQUEST_LOG_LINE - 1);
      }
      json_t *v = json_loadb(out.p, out.n, 0, NULL);
      assert_non_null(v);
      assert_int_equal(json_is_true(json_object_get(v, "cut")), (hostile ? 3 : 1) * (n - n / 2 - 1) > REQUEST_LOG_WORD ||
                                                                (hostile ? 3 : 1) * (n / 2) > REQUEST_LOG_WORD);
      json_decref(v);
    }
  buf_free(&out);
}

static void shares(void **state)
{
  static const struct {
    const char *text;
    int64_t millionths; /* -1: no share */
  } all[] = {{"0", 0}, {"1", 1000000}, {"0.01", 10000}, {"0.5", 500000}, {"1.000", 1000000}, {"0.000001", 1}, {"0.999999", 999999},
             {"", -1}, {".5", -1}, {"0.", -1}, {"1.", -1}, {"1.1", -1}, {"2", -1}, {"-1", -1}, {"0.0000001", -1}, {"0,5", -1},
             {"50%", -1}, {"0.5x", -1}, {"1e-3", -1}, {"00.5", -1}, {" 0.5", -1}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    uint32_t got = 7;
    bool ok = config_share(span_z(all[i].text), &got);
    assert_int_equal(ok, all[i].millionths >= 0);
    assert_int_equal(got, ok ? all[i].millionths : 7);
  }
}

/* ---- a worker's log */

struct fixture {
  char path[64];
  struct config config;
  struct scoreboard *board;
  struct scoreboard_slot *slot;
  struct log_file file, own; /* the master's; that of the worker */
  struct request_log log;
  struct arena *arena;
};

static struct fixture *open_with(const char *slow_ms, const char *sample)
{
  struct fixture *f = calloc(1, sizeof *f);
  static char keyvalue[] = "keyvalue";
  strcpy(f->path, "/tmp/diptych-request-log-XXXXXX");
  close(mkstemp(f->path));
  f->config.request_log = f->path;
  f->config.request_log_format = keyvalue;
  f->config.request_log_sample = (char *)(uintptr_t)sample;
  f->config.request_log_slow = atoi(slow_ms);
  f->board = scoreboard_new();
  f->slot = &f->board->slots[0];
  f->arena = arena_new(0);
  f->file = (struct log_file)LOG_FILE_NONE;
  assert_true(log_file_open(&f->file, &f->config, stderr));
  f->own = f->file;
  f->own.queue[0] = -1; /* fork would have copied it */
  request_log_open(&f->log, &(struct request_log_setup){&f->config, f->board, f->slot, &f->own, 0, NULL});
  return f;
}

static void fixture_close(struct fixture *f)
{
  request_log_close(&f->log);
  log_file_close(&f->file);
  arena_free(&f->arena);
  unlink(f->path);
  free(f);
}

static void answer(struct fixture *f, int64_t took_us)
{
  struct request rq = {.method = SPAN("GET"), .target = SPAN("/x"), .id = SPAN("1"), .arena = f->arena, .stage = &f->slot->stage};
  request_log_begin(&f->log);
  stage_set(&f->slot->stage, STAGE_READ);
  if (f->log.on)
    f->log.times.begun_us -= took_us;
  request_log_end(&f->log, &rq, &(struct response){.status = 200}, 10);
  assert_null(f->slot->stage.times);
}

static unsigned lines(const char *path)
{
  char text[256];
  unsigned n = 0;
  FILE *in = fopen(path, "r");
  while (in && fgets(text, sizeof text, in))
    n += strchr(text, '\n') != NULL;
  if (in)
    fclose(in);
  return n;
}

static void slow_requests_and_a_share_of_the_others(void **state)
{
  static const struct {
    const char *slow, *sample;
    unsigned quick_least, quick_most, slow_least; /* of 2000 each */
  } all[] = {{"0", "", 2000, 2000, 2000}, {"50", "", 0, 0, 2000},   {"0", "0.25", 400, 600, 400},
             {"50", "0.25", 400, 600, 2000}, {"0", "0", 0, 0, 0},   {"50", "1", 2000, 2000, 2000}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct fixture *f = open_with(all[i].slow, all[i].sample);
    for (int k = 0; k < 2000; k++)
      answer(f, 0);
    unsigned quick = lines(f->path);
    assert_in_range(quick, all[i].quick_least, all[i].quick_most);
    for (int k = 0; k < 2000; k++)
      answer(f, 60000);
    assert_in_range(lines(f->path) - quick, all[i].slow_least, 2000);
    assert_int_equal(lines(f->path), atomic_load(&f->slot->metrics.request_log_lines));
    fixture_close(f);
  }
}

static void the_source_is_the_slowest_that_was_used(void **state)
{
  struct fixture *f = open_with("0", "");
  struct request rq = {.method = SPAN("GET"), .target = SPAN("/x"), .id = SPAN("1"), .arena = f->arena, .stage = &f->slot->stage};
  struct metrics *m = &f->slot->metrics;
  _Atomic uint64_t *counters[] = {&m->pages_hit, &m->fragments_reused, &m->cache_gets, &m->db_statements, &m->pages_stale};
  static const char *const levels[] = {" cache=page ", " cache=fragments ", " cache=memcached ", " cache=mysql ", " cache=stale "};
  for (int k = -1; k < 5; k++) {
    request_log_begin(&f->log);
    for (int i = 0; i <= k; i++)
      atomic_fetch_add(counters[i], 2);
    request_log_end(&f->log, &rq, &(struct response){.status = 200}, 10);
    assert_non_null(strstr(buf_z(&f->log.line), k < 0 ? " cache=none " : levels[k]));
    assert_non_null(strstr(buf_z(&f->log.line), k < 3 ? " statements=0 " : " statements=2 "));
  }
  fixture_close(f);
}

static void a_full_disk_is_counted_and_does_no_harm(void **state)
{
  struct fixture *f = open_with("0", "");
  int full = open("/dev/full", O_WRONLY);
  assert_true(dup2(full, f->file.fd) >= 0);
  close(full);
  for (int i = 0; i < 100; i++)
    answer(f, 0);
  assert_int_equal(atomic_load(&f->slot->metrics.request_log_lost), 100);
  assert_int_equal(atomic_load(&f->slot->metrics.request_log_lines), 0);
  fixture_close(f);
}

/* ---- a new file */

static ino_t inode(int fd)
{
  struct stat s;
  assert_int_equal(fstat(fd, &s), 0);
  return s.st_ino;
}

static void workers_take_the_new_file_each_once(void **state)
{
  struct fixture *f = open_with("0", "");
  struct log_file workers[40];
  struct scoreboard *b = f->board;
  char old[80];
  snprintf(old, sizeof old, "%s.1", f->path);
  atomic_store(&b->used, 40);
  for (int i = 0; i < 40; i++) { /* each has its own descriptor table in a real pool: here its own descriptor */
    workers[i] = f->file;
    workers[i].fd = dup(f->file.fd);
    workers[i].queue[0] = -1;
    atomic_store(&b->slots[i].pid, 1000 + i);
    log_file_enter(&workers[i], &b->slots[i]);
  }
  for (int round = 1; round <= 3; round++) {
    assert_int_equal(rename(f->path, old), 0);
    f->file.wanted = true;
    assert_int_equal(log_file_turn(&f->file, &f->config, b, stderr), LOG_FILE_NOTHING);
    ino_t fresh = inode(f->file.fd);
    for (int i = 0; i < 40; i++) {
      if (i == 5) { /* it dies, and its copy stays in the queue; a successor inherits the new file */
        atomic_store(&b->slots[i].log_number, (unsigned)round);
        close(workers[i].fd);
        workers[i].fd = dup(f->file.fd);
        workers[i].number = (unsigned)round;
        continue;
      }
      assert_int_equal(log_file_turn(&f->file, &f->config, b, stderr), LOG_FILE_NOTHING);
      log_file_follow(&workers[i], b, &b->slots[i]);
      log_file_follow(&workers[i], b, &b->slots[i]);
      assert_int_equal(inode(workers[i].fd), fresh);
    }
    assert_int_equal(log_file_turn(&f->file, &f->config, b, stderr), LOG_FILE_DONE);
    assert_int_equal(log_file_turn(&f->file, &f->config, b, stderr), LOG_FILE_NOTHING);
    assert_int_equal(recv(f->file.queue[1], (char[4]){0}, 4, MSG_DONTWAIT | MSG_PEEK), -1);
  }
  for (int i = 0; i < 40; i++)
    close(workers[i].fd);
  unlink(old);
  fixture_close(f);
}

static void a_reopening_that_overtakes_another(void **state)
{
  struct fixture *f = open_with("0", "");
  struct log_file worker = f->own;
  worker.fd = dup(f->file.fd);
  atomic_store(&f->board->used, 1);
  atomic_store(&f->slot->pid, 1000);
  for (int i = 0; i < 5; i++) {
    unlink(f->path);
    f->file.wanted = true;
    assert_int_equal(log_file_turn(&f->file, &f->config, f->board, stderr), LOG_FILE_NOTHING);
  }
  log_file_follow(&worker, f->board, f->slot);
  assert_int_equal(inode(worker.fd), inode(f->file.fd));
  assert_int_equal(log_file_turn(&f->file, &f->config, f->board, stderr), LOG_FILE_DONE);
  close(worker.fd);
  fixture_close(f);
}

static void a_file_that_cannot_be_opened_changes_nothing(void **state)
{
  struct fixture *f = open_with("0", "");
  char *text = NULL, missing[] = "/tmp/no-such-folder-of-diptych/requests.log", *path = f->config.request_log;
  size_t n = 0;
  ino_t before = inode(f->file.fd);
  f->config.request_log = missing;
  f->file.wanted = true;
  FILE *why = open_memstream(&text, &n);
  assert_int_equal(log_file_turn(&f->file, &f->config, f->board, why), LOG_FILE_FAILED);
  assert_false(log_file_try(&f->file, &f->config, why));
  log_file_return(&f->file);
  fclose(why);
  assert_non_null(strstr(text, "No such file or directory"));
  free(text);
  assert_int_equal(inode(f->file.fd), before);
  f->config.request_log = path;
  assert_true(log_file_try(&f->file, &f->config, stderr)); /* a reload that is refused later */
  log_file_return(&f->file);
  assert_int_equal(inode(f->file.fd), before);
  fixture_close(f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_of_each_format),
      cmocka_unit_test(every_byte_in_a_path),
      cmocka_unit_test(long_requests_are_cut),
      cmocka_unit_test(shares),
      cmocka_unit_test(slow_requests_and_a_share_of_the_others),
      cmocka_unit_test(the_source_is_the_slowest_that_was_used),
      cmocka_unit_test(a_full_disk_is_counted_and_does_no_harm),
      cmocka_unit_test(workers_take_the_new_file_each_once),
      cmocka_unit_test(a_reopening_that_overtakes_another),
      cmocka_unit_test(a_file_that_cannot_be_opened_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
