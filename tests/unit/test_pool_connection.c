/* Tests behaviour of libfcgi that the gateway relies on and that the header of libfcgi does not document: an
 * FCGX_Request whose descriptor is set by the caller, with listen socket -1 and keepConnection 1, parses one request
 * after another, closes nothing and never accepts.  When a test fails after an upgrade of libfcgi, review
 * fcgi/pool/connection.c before the next release. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "pool/connection.h"

struct pipe_end {
  int peer;
  struct connection *c;
  struct arena *arena;
  char *buffer;
};

static int set_up(void **state)
{
  static struct pipe_end p;
  int ends[2];
  assert_true(connection_library_open());
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  p = (struct pipe_end){ends[0], connection_new(ends[1]), arena_new(0), malloc(2 * RECORD_LIMIT)};
  *state = &p;
  return 0;
}

static int tear_down(void **state)
{
  struct pipe_end *p = *state;
  connection_free(&p->c);
  arena_free(&p->arena);
  free(p->buffer);
  close(p->peer);
  return 0;
}

static void put(struct buf *b, enum record_type type, struct span content)
{
  unsigned char header[RECORD_HEADER];
  record_header(header, type, 1, content.n, 0);
  buf_put(b, header, sizeof header);
  buf_span(b, content);
}

static void pair(struct buf *b, const char *name, const char *value)
{
  buf_putc(b, (char)strlen(name));
  buf_putc(b, (char)strlen(value));
  buf_puts(b, name);
  buf_puts(b, value);
}

static struct buf request_bytes(const char *target, const char *body)
{
  struct buf b = BUF_INIT, params = BUF_INIT;
  pair(&params, "REQUEST_METHOD", "GET");
  pair(&params, "REQUEST_URI", target);
  pair(&params, "HTTP_IF_NONE_MATCH", "\"x\"");
  pair(&params, "REQUEST_ID", "abc-1");
  put(&b, RECORD_BEGIN_REQUEST, SPAN("\0\1\1\0\0\0\0\0"));
  put(&b, RECORD_PARAMS, buf_view(&params));
  put(&b, RECORD_PARAMS, SPAN(""));
  if (*body)
    put(&b, RECORD_STDIN, span_z(body));
  put(&b, RECORD_STDIN, SPAN(""));
  buf_free(&params);
  return b;
}

static void send_bytes(const struct pipe_end *p, struct buf *b)
{
  assert_int_equal(send(p->peer, b->p, b->n, 0), b->n);
  buf_free(b);
}

static void one_request_after_another_on_one_slot(void **state)
{
  struct pipe_end *p = *state;
  for (int i = 0; i < 100; i++) {
    struct request rq = {.arena = p->arena};
    struct buf b = request_bytes(i % 2 ? "/odd" : "/even?x=1", i % 3 ? "" : "a body");
    send_bytes(p, &b);
    assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_REQUEST);
    assert_true(connection_request_take(p->c, &rq));
    assert_true(span_eq(rq.target, span_z(i % 2 ? "/odd" : "/even?x=1")));
    assert_true(span_eq(rq.method, SPAN("GET")) && span_eq(rq.if_none_match, SPAN("\"x\"")));
    assert_true(span_eq(rq.id, SPAN("abc-1")));
    assert_true(connection_request_done(p->c));
    assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_NOTHING);
    assert_true(fcntl(p->c->fd, F_GETFD) >= 0);
    arena_reset(p->arena);
  }
}

static void peeking_consumes_nothing(void **state)
{
  struct pipe_end *p = *state;
  struct buf b = request_bytes("/", "");
  assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_NOTHING);
  for (size_t i = 0; i < b.n; i++) {
    assert_int_equal(send(p->peer, b.p + i, 1, 0), 1);
    enum connection_result result = connection_peek(p->c, p->buffer);
    assert_int_equal(result, i + 1 < b.n - RECORD_HEADER ? CONNECTION_PARTIAL : CONNECTION_REQUEST);
  }
  buf_free(&b);
  close(p->peer);
  p->peer = -1;
  assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_REQUEST);
}

static void a_closed_connection_is_recognized(void **state)
{
  struct pipe_end *p = *state;
  close(p->peer);
  p->peer = -1;
  assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_CLOSED);
}

/* Bytes that record_scan rejects.  libfcgi refuses them without accepting or waiting, because its listen socket is -1. */
static void the_library_never_accepts(void **state)
{
  struct pipe_end *p = *state;
  struct request rq = {.arena = p->arena};
  assert_int_equal(send(p->peer, "not FastCGI at all", 18, 0), 18);
  assert_false(connection_request_take(p->c, &rq));
  assert_string_equal(p->c->scan.why, "refused by libfcgi");
  assert_int_equal(p->c->fd, -1); /* libfcgi has closed it; closing it again could close another file */
}

/* FCGX_Accept_r returns 0 for parameters that were cut off; only the error of the stream shows it. */
static void cut_off_parameters_are_an_error(void **state)
{
  struct pipe_end *p = *state;
  struct request rq = {.arena = p->arena};
  struct buf b = request_bytes("/", "");
  assert_int_equal(send(p->peer, b.p, 40, 0), 40);
  shutdown(p->peer, SHUT_WR);
  buf_free(&b);
  assert_false(connection_request_take(p->c, &rq));
}

static void invalid_methods_are_refused(void **state)
{
  static const char *const bad[] = {"", "G T", "GET\t", "\xc3\xa9", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct pipe_end *p;
    set_up((void **)&p);
    struct buf b = BUF_INIT, params = BUF_INIT;
    struct request rq = {.arena = p->arena};
    pair(&params, "REQUEST_METHOD", bad[i]);
    pair(&params, "REQUEST_URI", "/");
    put(&b, RECORD_BEGIN_REQUEST, SPAN("\0\1\1\0\0\0\0\0"));
    put(&b, RECORD_PARAMS, buf_view(&params));
    put(&b, RECORD_PARAMS, SPAN(""));
    put(&b, RECORD_STDIN, SPAN(""));
    send_bytes(p, &b);
    buf_free(&params);
    assert_int_equal(connection_peek(p->c, p->buffer), CONNECTION_REQUEST);
    assert_false(connection_request_take(p->c, &rq));
    tear_down((void **)&p);
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(one_request_after_another_on_one_slot, set_up, tear_down),
      cmocka_unit_test_setup_teardown(peeking_consumes_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_closed_connection_is_recognized, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_library_never_accepts, set_up, tear_down),
      cmocka_unit_test_setup_teardown(cut_off_parameters_are_an_error, set_up, tear_down),
      cmocka_unit_test(invalid_methods_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
