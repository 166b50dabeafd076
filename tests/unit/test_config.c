/* The configuration: what is wrong with a file is told where it is, and spoils nothing that is read later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unistd.h>

#include "config/config.h"
#include "config/config_text.h"

static char path[] = "/tmp/diptych-config-XXXXXX";

static void file_write(struct span text)
{
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
  fclose(f);
}

/* What is said about a text; "" when it is read without a word.  The caller frees it. */
static char *said_of(struct span text, bool *read)
{
  char *said = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&said, &n);
  file_write(text);
  struct config *c = config_read(path, why);
  fclose(why);
  *read = c != NULL;
  config_free(&c);
  return said;
}

/* A sentence about `line` of the file (0: of all of it) with these words. */
static void refused(const char *text, int line, const char *words)
{
  char begin[64];
  bool read;
  char *said = said_of(span_z(text), &read);
  snprintf(begin, sizeof begin, line ? "%s:%d: " : "%s: ", path, line);
  if (read || strncmp(said, begin, strlen(begin)) != 0 || !strstr(said, words))
    fail_msg("\"%s\" gave \"%s\", not \"%s%s\"", text, said, begin, words);
  free(said);
}

static void taken(const char *text)
{
  bool read;
  char *said = said_of(span_z(text), &read);
  if (!read || *said)
    fail_msg("\"%s\" gave \"%s\"", text, said);
  free(said);
}

static void what_is_left_open_is_told_where_it_was_opened(void **state)
{
  (void)state;
  refused("workers = 2\nsite_name = \"Side\nlang = \"en\"\n", 2, "a quote is opened and never closed");
  refused("workers = 2\nsite_name = 'Side\nlang = \"en\"\n", 2, "a quote is opened and never closed");
  refused("site_name = \"Side\\\"\n", 1, "a quote is opened and never closed");
  refused("workers = 2\n\n/* later:\nworkers = 3\n", 3, "a comment is opened with /* and never closed");
  refused("\n/*/\n", 2, "a comment is opened with /* and never closed");
  refused("cache_secret = \"ab\\9cd\"\n", 1, "a backslash before a number");
  refused("cache_secret = \"ab\\400\"\n", 1, "a backslash before a number");
  refused("cache_secret = \"ab\\0101\"\n", 1, "a backslash before a number");
  taken("//don't\nworkers = 2 //\"three\n////it's four\nstate_dir = /a//b // it's c\n");
  taken("/* one\n * two */ workers = 2 // \" three\n# it's four\n//\n");
  taken("site_name = \"a 'b' \\\" # // /* c\"\n");
  taken("site_name = 'a \"b\" \\' \\9 /* c'\n");
  taken("site_name = \"${NOBODY_SET_THIS:-it's}\"\nbase_url = http://example.org\n");
  taken("");
}

static void what_is_no_text_is_told(void **state)
{
  bool read;
  (void)state;
  char *said = said_of(SPAN("workers = 2\n\0"), &read);
  assert_true(!read && strstr(said, ":2: a byte that is no UTF-8 text"));
  free(said);
  refused("site_name = \"Caf\xE9\"\n", 1, "a byte that is no UTF-8 text");
  refused("workers = 2\n\x01\x02\n\x03", 2, "a byte that is no UTF-8 text");
  taken("workers = 2\r\n\tlang = \"en\"\r\n");
}

static void a_file_that_is_none_is_told(void **state)
{
  char *said = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&said, &n);
  (void)state;
  assert_null(config_read("/tmp", why));
  assert_null(config_read("/dev/zero", why));
  assert_null(config_read("/nowhere", why));
  fclose(why);
  assert_string_equal(said, "/tmp: Is a directory: name a readable file with --config FILE\n"
                            "/dev/zero: File too large: name a readable file with --config FILE\n"
                            "/nowhere: No such file or directory: name a readable file with --config FILE\n");
  free(said);
}

static void no_file_spoils_the_next(void **state)
{
  static const char *const bad[] = {"site_name = \"a", "site_name = 'a", "/* a", "# a", "site_name = \"\\9", "workers = (",
                                    "site_name = \"a\\", "workers = {1, \"2\"", "=", "workers", "workers =", "site_name = \"\\x"};
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bool read;
    free(said_of(span_z(bad[i]), &read));
    taken("site_name = \"Good\"\nworkers = 3\n");
  }
}

static void words_have_their_form(void **state)
{
  (void)state;
  refused("base_url = \"https://a.example\\r\\nX-Header: 1\"\n", 1, "write scheme and host");
  refused("base_url = \"https://\"\n", 1, "write scheme and host");
  refused("base_url = \"https:///a\"\n", 1, "write scheme and host");
  refused("base_url = \"https://a.example/\"\n", 1, "write scheme and host");
  refused("base_url = \"https://a.example/compare\"\n", 1, "no path");
  refused("base_url = \"https://a.example?q\"\n", 1, "write scheme and host");
  char url[400] = "base_url = \"https://";
  memset(url + 20, 'a', 300);
  refused(strcat(url, "\"\n"), 1, "write scheme and host");
  refused("memcached = \", ,\"\n", 1, "write /path/to/socket or host:port");
  refused("site_name = \" \"\n", 1, "write a name");
  refused("site_name = \"a\\nb\"\n", 1, "write a name");
  refused("site_name = \"a\\xFF\"\n", 1, "write a name");
  refused("contact = \"mailto:a@b.example\\nX\"\n", 1, "write a mailto: or https: address");
  refused("lang = \"en us\"\n", 1, "like en or pt-BR");
  refused("lang = \"\"\n", 1, "like en or pt-BR");
  refused("lang = \"en-\"\n", 1, "like en or pt-BR");
  refused("lang = \"1en\"\n", 1, "like en or pt-BR");
  refused("control = \"\"\n", 1, "write a UNIX socket's path");
  refused("listen = \"/s/ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
          "ssssssssss\"\n", 1, "at most 107 bytes");
  refused("listen = \"/run/a.sock\"\ncontrol = \"/run/a.sock\"\n", 0, "need a socket each");
  refused("memcached = \"127.0.0.1\"\ncache_secret = \"short\"\n", 0, "cache_secret must have 16 characters");
  taken("lang = \"zh-Hant-TW\"\nbase_url = \"https://[2001:db8::1]:8443\"\ncontact = \"\"\n");
}

static void a_key_that_is_set_twice_is_told_and_the_last_counts(void **state)
{
  char *said = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&said, &n);
  char expected[128];
  (void)state;
  file_write(SPAN("workers = 2\nlang = \"de\"\nworkers = 5\n"));
  struct config *c = config_read(path, why);
  fclose(why);
  assert_non_null(c);
  assert_int_equal(c->workers, 5);
  snprintf(expected, sizeof expected, "%s:3: workers was set in line 1 already: what stands here counts\n", path);
  assert_string_equal(said, expected);
  config_free(&c);
  free(said);
}

static void control_is(const char *text, const char *expected)
{
  file_write(span_z(text));
  char *control = config_control(path);
  assert_non_null(control);
  assert_string_equal(control, expected);
  free(control);
}

static void the_control_socket_is_found_in_a_file_with_faults(void **state)
{
  (void)state;
  control_is("wibble = 3\ncontrol = \"/run/a/control.sock\"\n", "/run/a/control.sock");
  control_is("site_name = \"open\n\tcontrol='/run/b c' # here\nworkers = many", "/run/b c");
  control_is("control = /run/c# here\n", "/run/c");
  control_is("control = \"/run/d\"\n#control = \"/run/e\"\nlisten = \"/run/f\"\n", "/run/d");
  control_is("control = \"/run/g\"\ncontrol = \"/run/h\"\n", "/run/h");
  control_is("workers = 0\n", "/run/diptych/control.sock");
  assert_null(config_control("/nowhere"));
}

static int file_make(void **state)
{
  (void)state;
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int file_remove(void **state)
{
  (void)state;
  return unlink(path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_left_open_is_told_where_it_was_opened),
      cmocka_unit_test(what_is_no_text_is_told),
      cmocka_unit_test(a_file_that_is_none_is_told),
      cmocka_unit_test(no_file_spoils_the_next),
      cmocka_unit_test(words_have_their_form),
      cmocka_unit_test(a_key_that_is_set_twice_is_told_and_the_last_counts),
      cmocka_unit_test(the_control_socket_is_found_in_a_file_with_faults),
  };
  return cmocka_run_group_tests(tests, file_make, file_remove);
}
