/* Which addresses are public, by the registries of special-purpose addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "import/import_address.h"

static bool is_public(const char *text)
{
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
    return import_address_public((struct sockaddr *)&v4);
  assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
  return import_address_public((struct sockaddr *)&v6);
}

static void addresses(void **state)
{
  static const char *const public[] = {
      "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
      "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "223.255.255.255",
      "2606:4700::1111", "2a00::1", "2001:4860:4860::8888", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"};
  static const char *const private[] = {
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
      "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
      "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
      "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::1.1.1.1", "64:ff9b::127.0.0.1",
      "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "2001::1", "2001:0:53aa:64c::1", "2001:db8::1",
      "3fff::1", "3ffe::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "100::1", "4000::1", "5f00::1"};
  (void)state;
  for (size_t i = 0; i < sizeof public / sizeof *public; i++)
    if (!is_public(public[i]))
      fail_msg("%s counts as private", public[i]);
  for (size_t i = 0; i < sizeof private / sizeof *private; i++)
    if (is_public(private[i]))
      fail_msg("%s counts as public", private[i]);
}

static void other_families(void **state)
{
  struct sockaddr_un local = {.sun_family = AF_UNIX};
  (void)state;
  assert_false(import_address_public((struct sockaddr *)&local));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(other_families)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
