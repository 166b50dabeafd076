/* Each way in which the servers of mysql_hosts do not fit together is named, and servers that fit are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/db_roles.h"

#define PRIMARY {.name = "a", .up = true, .id = "1", .self = "a 3306 /d", .mariadb = true}
#define REPLICA {.name = "b", .up = true, .id = "2", .self = "b 3306 /d", .mariadb = true, .read_only = true, .replicates = true}
#define NODE(n) {.name = n, .up = true, .id = "1", .self = n, .mariadb = true, .node = true, .state = "Synced", \
                 .cluster = "x"}

static void expect(const struct db_role *v, unsigned n, const char *words, unsigned lines)
{
  struct buf out = BUF_INIT;
  unsigned found = 0;
  db_roles_faults(v, n, &out);
  const char *text = buf_z(&out);
  for (const char *p = text; *p; p++)
    found += *p == '\n';
  assert_int_equal(found, lines);
  assert_non_null(strstr(text, words));
  buf_free(&out);
}

static void test_servers_that_fit(void **state)
{
  (void)state;
  struct db_role pair[] = {PRIMARY, REPLICA}, nodes[] = {NODE("a"), NODE("b"), NODE("c")};
  expect(pair, 2, "", 0);
  expect(nodes, 3, "", 0);
  nodes[1].numbers_alone = true; /* one node of three */
  expect(nodes, 3, "", 0);
  struct db_role donor[] = {NODE("a"), NODE("b")};
  snprintf(donor[1].state, sizeof donor[1].state, "Donor/Desynced");
  expect(donor, 2, "", 0);
}

static void test_replication(void **state)
{
  (void)state;
  struct db_role same_id[] = {PRIMARY, REPLICA}, both[] = {PRIMARY, REPLICA};
  struct db_role none[] = {PRIMARY, REPLICA}, still[] = {PRIMARY, REPLICA};
  struct db_role twice[] = {PRIMARY, PRIMARY}, away[] = {PRIMARY, {.name = "b"}};
  snprintf(same_id[1].id, sizeof same_id[1].id, "1");
  expect(same_id, 2, "both have server_id = 1", 1);
  both[1].read_only = false;
  expect(both, 2, "set read_only = 1 on the replica", 1);
  none[0].read_only = none[0].replicates = true;
  expect(none, 2, "no server takes writes", 1);
  still[1].replicates = false;
  expect(still, 2, "b is read_only and no replication runs on it", 1);
  still[1].mariadb = false; /* MySQL does not say it to everybody */
  expect(still, 2, "", 0);
  expect(twice, 2, "name it once", 2);
  expect(away, 2, "", 0); /* what it is, nobody knows */
}

static void test_clusters(void **state)
{
  (void)state;
  struct db_role mixed[] = {NODE("a"), PRIMARY}, two[] = {NODE("a"), NODE("b")};
  struct db_role alone[] = {NODE("a"), NODE("b")}, shut[] = {NODE("a"), NODE("b")};
  snprintf(mixed[1].name, sizeof mixed[1].name, "z");
  expect(mixed, 2, "z is no node of the Galera cluster of a", 1);
  snprintf(two[1].cluster, sizeof two[1].cluster, "y");
  expect(two, 2, "nodes of two clusters", 1);
  alone[0].numbers_alone = alone[1].numbers_alone = true;
  expect(alone, 2, "auto_increment_increment is 1 on several", 1);
  shut[0].read_only = true;
  expect(shut, 2, "a is a Galera node with read_only = 1", 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_servers_that_fit),
      cmocka_unit_test(test_replication),
      cmocka_unit_test(test_clusters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
