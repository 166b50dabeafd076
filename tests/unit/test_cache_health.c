/* Entries of memcached servers through reloads, and the addresses that the configuration may name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cache/cache_address.h"
#include "cache/cache_health.h"

static struct cache_health_table table;

static void a_server_keeps_its_entry_while_it_is_configured(void **state)
{
  struct cache_healths old, new;
  (void)state;
  assert_true(cache_healths_open(&old, &table, SPAN("/a, b:1 ,, c:2")));
  assert_int_equal(old.n, 3);
  assert_string_equal(old.v[1]->name, "b:1");
  atomic_store(&old.v[1]->hits, 7);
  assert_true(cache_healths_open(&new, &table, SPAN("b:1, d:3")));
  assert_ptr_equal(new.v[0], old.v[1]);
  cache_healths_close(&old);
  assert_int_equal(new.v[0]->users, 1);
  assert_int_equal(atomic_load(&new.v[0]->hits), 7);
  cache_healths_close(&new);
  assert_true(cache_healths_open(&old, &table, SPAN("b:1"))); /* it was away in between: it begins anew */
  assert_int_equal(atomic_load(&old.v[0]->hits), 0);
  cache_healths_close(&old);
}

/* Each reload names other servers, as with pods that come and go. */
static void entries_never_run_out(void **state)
{
  struct cache_healths old = {0}, new;
  (void)state;
  for (int round = 0; round < 50; round++) {
    struct buf list = BUF_INIT;
    for (int i = 0; i < CACHE_SERVERS_MAX; i++)
      buf_printf(&list, "%shost-%d:%d", i ? "," : "", round, i + 1);
    assert_true(cache_healths_open(&new, &table, buf_view(&list)));
    assert_int_equal(new.n, CACHE_SERVERS_MAX);
    cache_healths_close(&old);
    old = new;
    buf_free(&list);
  }
  cache_healths_close(&old);
  for (int i = 0; i < CACHE_HEALTH_ENTRIES; i++)
    assert_int_equal(table.v[i].users, 0);
}

static void too_many_servers_and_long_names_are_refused(void **state)
{
  struct cache_healths h;
  struct buf list = BUF_INIT;
  char name[CACHE_HEALTH_NAME + 1];
  (void)state;
  for (int i = 0; i <= CACHE_SERVERS_MAX; i++)
    buf_printf(&list, "a:%d,", i + 1);
  assert_false(cache_healths_open(&h, &table, buf_view(&list)));
  memset(name, 'x', sizeof name);
  assert_false(cache_healths_open(&h, &table, span_of(name, sizeof name)));
  for (int i = 0; i < CACHE_HEALTH_ENTRIES; i++)
    assert_int_equal(table.v[i].users, 0);
  buf_free(&list);
}

static void only_a_change_is_reported(void **state)
{
  struct cache_health h = {.users = 1};
  int64_t was_us;
  (void)state;
  breaker_succeeded(&h.breaker);
  assert_false(cache_health_update(&h, &was_us));
  int64_t first = atomic_load(&h.changed_us);
  assert_true(first > 0);
  breaker_struck(&h.breaker, 1);
  assert_false(cache_health_update(&h, &was_us));
  breaker_struck(&h.breaker, 1);
  assert_true(cache_health_update(&h, &was_us));
  assert_false(cache_health_update(&h, &was_us));
  assert_true(atomic_load(&h.down) && atomic_load(&h.changed_us) >= first);
  breaker_succeeded(&h.breaker);
  assert_true(cache_health_update(&h, &was_us));
  assert_false(atomic_load(&h.down));
}

static void addresses(void **state)
{
  static const struct {
    const char *server, *host;
    uint16_t port;
    bool name;
  } good[] = {{"/run/m.sock", "/run/m.sock", 0, false}, {"127.0.0.1:11", "127.0.0.1", 11, false},
              {"127.0.0.1", "127.0.0.1", 11211, false},  {"[::1]:11212", "::1", 11212, false},
              {"[::1]", "::1", 11211, false},            {"cache.example.org:5", "cache.example.org", 5, true},
              {"cache", "cache", 11211, true}};
  static const char *const bad[] = {"", ":11211", "a:", "a:0", "a:65536", "a:x", "a:-1", "a:1 "};
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    struct cache_address a;
    assert_true(cache_address_parse(&a, span_z(good[i].server)));
    assert_string_equal(a.host, good[i].host);
    assert_int_equal(a.port, good[i].port);
    assert_int_equal(a.is_name, good[i].name);
    assert_int_equal(a.n, !good[i].name);
    cache_address_close(&a);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct cache_address a;
    assert_false(cache_address_parse(&a, span_z(bad[i])));
  }
}

static void a_name_has_the_configured_port(void **state)
{
  struct cache_address a;
  (void)state;
  assert_true(cache_address_parse(&a, SPAN("localhost:1234")));
  cache_address_look_up(&a);
  cache_address_look_up(&a); /* one runs already */
  assert_int_equal(cache_address_settle(&a, 20000000), CACHE_LOOKUP_DONE);
  assert_true(a.n >= 1);
  for (size_t i = 0; i < a.n; i++)
    assert_int_equal(a.v[i].any.sa_family == AF_INET ? ntohs(((struct sockaddr_in *)&a.v[i].room)->sin_port)
                                                     : ntohs(((struct sockaddr_in6 *)&a.v[i].room)->sin6_port),
                     1234);
  char number[CACHE_ADDRESS_HOST];
  cache_address_number(&a, number);
  assert_true(strcmp(number, "127.0.0.1") == 0 || strcmp(number, "::1") == 0);
  cache_address_close(&a);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_server_keeps_its_entry_while_it_is_configured),
      cmocka_unit_test(entries_never_run_out),
      cmocka_unit_test(too_many_servers_and_long_names_are_refused),
      cmocka_unit_test(only_a_change_is_reported),
      cmocka_unit_test(addresses),
      cmocka_unit_test(a_name_has_the_configured_port),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
