/* The configuration: each fault of a file is reported with its line, and no file affects one that is read later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unistd.h>

#include "config/config.h"

static char path[] = "/tmp/diptych-config-XXXXXX";

static void file_write(struct span text)
{
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
  fclose(f);
}

/* The messages about a text; "" when there are none.  The caller frees them. */
static char *messages_about(struct span text, bool *read)
{
  char *messages = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&messages, &n);
  file_write(text);
  struct config *c = config_read(path, why);
  fclose(why);
  *read = c != NULL;
  config_free(&c);
  return messages;
}

/* The first message is about `line` (0: about the whole file) and contains these words. */
static void refused(const char *text, int line, const char *words)
{
  char begin[64];
  bool read;
  char *messages = messages_about(span_z(text), &read);
  snprintf(begin, sizeof begin, line ? "%s:%d: " : "%s: ", path, line);
  if (read || strncmp(messages, begin, strlen(begin)) != 0 || !strstr(messages, words))
    fail_msg("\"%s\" gave \"%s\", not \"%s%s\"", text, messages, begin, words);
  free(messages);
}

static void taken(const char *text)
{
  bool read;
  char *messages = messages_about(span_z(text), &read);
  if (!read || *messages)
    fail_msg("\"%s\" gave \"%s\"", text, messages);
  free(messages);
}

static void the_key_that_was_meant_is_named(void **state)
{
  (void)state;
  refused("\nwrkers = 3\n", 2, "there is no key wrkers: did you mean workers?");
  refused("Workers = 3\n", 1, "did you mean workers?");
  refused("mysql_pasword = x\n", 1, "did you mean mysql_password?");
  refused("lanf = x\n", 1, "did you mean lang?");
  refused("wibble = 3\n", 1, "there is no key wibble: remove it");
  refused("x = 3\n", 1, "there is no key x: remove it");
  refused("a_key_that_is_far_longer_than_every_key_of_this_program_and_than_its_limit = 1\n", 1, "remove it");
}

static void a_byte_order_mark_is_no_text(void **state)
{
  (void)state;
  char control[] = "\xef\xbb\xbf" "control = /tmp/c.sock\nwibble = 1\n";
  taken("\xef\xbb\xbf# a comment\nworkers = 3\n");
  taken("\xef\xbb\xbfworkers = 3\r\n");
  file_write(span_z(control));
  char *found = config_control(path);
  assert_string_equal(found, "/tmp/c.sock");
  free(found);
  char secret[] = "/tmp/diptych-secret-XXXXXX", text[128];
  int fd = mkstemp(secret);
  assert_int_equal(write(fd, "\xef\xbb\xbflong word\r\n", 14), 14);
  close(fd);
  snprintf(text, sizeof text, "mysql_password_file = %s\n", secret);
  file_write(span_z(text));
  struct config *c = config_read(path, stderr);
  assert_non_null(c);
  assert_string_equal(c->mysql_password, "long word");
  config_free(&c);
  unlink(secret);
}

static void an_open_quote_or_comment_is_reported_where_it_begins(void **state)
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

static void bytes_that_are_not_text_are_reported(void **state)
{
  bool read;
  (void)state;
  char *messages = messages_about(SPAN("workers = 2\n\0"), &read);
  assert_true(!read && strstr(messages, ":2: a byte that is not UTF-8 text"));
  free(messages);
  refused("site_name = \"Caf\xEF\xBF\xBE\"\n", 1, "site_name");
  refused("site_name = \"Caf\xC2\x80\"\n", 1, "site_name");
  refused("site_name = \"Caf\xE9\"\n", 1, "a byte that is not UTF-8 text");
  refused("workers = 2\n\x01\x02\n\x03", 2, "a byte that is not UTF-8 text");
  taken("workers = 2\r\n\tlang = \"en\"\r\n");
}

static void an_unreadable_file_is_reported(void **state)
{
  char *messages = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&messages, &n);
  (void)state;
  assert_null(config_read("/tmp", why));
  assert_null(config_read("/dev/zero", why));
  assert_null(config_read("/nowhere", why));
  fclose(why);
  assert_string_equal(messages, "/tmp: Is a directory: name a readable file with --config FILE\n"
                            "/dev/zero: File too large: name a readable file with --config FILE\n"
                            "/nowhere: No such file or directory: write one with `diptych init`, or name another file"
                            " with --config FILE\n");
  free(messages);
}

static void no_file_affects_the_next(void **state)
{
  static const char *const bad[] = {"site_name = \"a", "site_name = 'a", "/* a", "# a", "site_name = \"\\9", "workers = (",
                                    "site_name = \"a\\", "workers = {1, \"2\"", "=", "workers", "workers =", "site_name = \"\\x"};
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bool read;
    free(messages_about(span_z(bad[i]), &read));
    taken("site_name = \"Good\"\nworkers = 3\n");
  }
}

static void text_values_have_their_form(void **state)
{
  (void)state;
  refused("base_url = \"https://a.example\\r\\nX-Header: 1\"\n", 1, "write scheme and host");
  refused("base_url = \"https://\"\n", 1, "write scheme and host");
  refused("base_url = \"https:///a\"\n", 1, "write scheme and host");
  refused("base_url = \"https://a.example/\"\n", 1, "write scheme and host");
  refused("base_url = \"https://a.example/Compare\"\n", 1, "a path in lower case");
  taken("base_url = \"https://a.example/compare/b-2\"\n");
  refused("base_url = \"https://a.example?q\"\n", 1, "write scheme and host");
  char url[400] = "base_url = \"https://";
  memset(url + 20, 'a', 300);
  refused(strcat(url, "\"\n"), 1, "write scheme and host");
  refused("memcached = \", ,\"\n", 1, "write /path/to/socket, host:port");
  taken("memcached = \"[::1]:11211, [::1], /x/y, a, a:1, 127.0.0.1\"\ncache_secret = \"0123456789abcdef\"\n");
  refused("memcached = \"::1:11211\"\n", 1, "or [IPv6]:port");
  refused("memcached = \"a:1, fe80::1\"\n", 1, "or [IPv6]:port");
  refused("memcached = \"[::1\"\n", 1, "or [IPv6]:port");
  refused("memcached = \"[::1]11211\"\n", 1, "or [IPv6]:port");
  refused("memcached = \"[::1]:0\"\n", 1, "or [IPv6]:port");
  refused("site_name = \" \"\n", 1, "write a name");
  refused("site_name = \"a\\nb\"\n", 1, "write a name");
  refused("site_name = \"a\\xFF\"\n", 1, "write a name");
  refused("contact = \"mailto:a@b.example\\nX\"\n", 1, "write a mailto: or https: address");
  refused("lang = \"en us\"\n", 1, "like en or pt-BR");
  refused("lang = \"\"\n", 1, "like en or pt-BR");
  refused("lang = \"en-\"\n", 1, "like en or pt-BR");
  refused("lang = \"1en\"\n", 1, "like en or pt-BR");
  refused("control = \"\"\n", 1, "write the path of a UNIX socket");
  refused("listen = \"/s/ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
          "ssssssssss\"\n", 1, "at most 107 bytes");
  refused("listen = \"/run/a.sock\"\ncontrol = \"/run/a.sock\"\n", 1, "need a socket each");
  refused("memcached = \"127.0.0.1\"\ncache_secret = \"short\"\n", 2, "cache_secret must have at least 16 characters");
  taken("lang = \"zh-Hant-TW\"\nbase_url = \"https://[2001:db8::1]:8443\"\ncontact = \"\"\n");
}

static void workers_may_be_auto(void **state)
{
  static const char *const taken_as[] = {"workers = auto\n", "workers = \"auto\"\nworkers_min = 64\n", "workers_max = 1\nworkers = 'auto'\n"};
  (void)state;
  for (size_t i = 0; i < sizeof taken_as / sizeof *taken_as; i++)
    taken(taken_as[i]);
  refused("lang = en\nworkers = Auto\n", 2, "workers = Auto is not valid: write a number, 1 to 512, or auto");
  refused("workers = autos\n", 1, "or auto");
  refused("workers = 0\n", 1, "workers = 0 is out of range: write 1 to 512, or auto");
  refused("workers_min = auto\n", 1, "workers_min = auto is not valid: write a number, 1 to 512\n");
  refused("workers_max = auto\n", 1, "workers_max = auto is not valid: write a number, 1 to 512\n");
}

/* A fault between keys is reported at the line of the first of them that is set. */
static void relations_are_reported_at_a_line(void **state)
{
  static const char *const keys[] = {"ca", "cert", "key"};
  (void)state;
  refused("lang = en\n\nmemcached = \"127.0.0.1\"\n", 3, "cache_secret must have");
  refused("control = \"/run/diptych/diptych.sock\"\n", 1, "need a socket each");
  refused("lang = en\nworkers_min = 3\n", 2, "workers = 2 must lie between");
  refused("lang = en\nworkers_max = 1\n", 2, "workers = 2 must lie between");
  refused("workers_max = 1\nworkers = 5\n", 2, "workers = 5 must lie between");
  refused("workers = auto\nworkers_min = 9\nworkers_max = 8\n", 3, "workers_min = 9 must not be greater than workers_max = 8");
  refused("workers_min = 65\nworkers = auto\n", 1, "workers_min = 65 must not be greater than workers_max = 64");
  refused("lang = en\nmysql_password_file = \"/nowhere\"\n", 2, "name a file that this account may read");
  refused("lang = en\ncache_secret_file = \"/nowhere\"\nmemcached = \"127.0.0.1\"\n", 2,
          "cache_secret_file /nowhere: No such file or directory: name a file");
  for (size_t i = 0; i < 3; i++) {
    char text[128];
    snprintf(text, sizeof text, "lang = en\n\n\nmysql_tls_%s = \"/nowhere\"\n", keys[i]);
    refused(text, 4, "also set mysql_tls = true");
  }
  refused("mysql_tls = true\nmysql_tls_key = \"/etc/hostname\"\n", 2, "need each other");
  refused("mysql_tls = true\nmysql_tls_cert = \"/etc/hostname\"\n", 2, "need each other");
}

static void the_last_value_of_a_key_counts_and_a_message_says_so(void **state)
{
  char *messages = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&messages, &n);
  char expected[128];
  (void)state;
  file_write(SPAN("workers = 2\nlang = \"de\"\nworkers = 5\n"));
  struct config *c = config_read(path, why);
  fclose(why);
  assert_non_null(c);
  assert_int_equal(c->workers, 5);
  snprintf(expected, sizeof expected, "%s:3: workers was already set in line 1: this line counts\n", path);
  assert_string_equal(messages, expected);
  config_free(&c);
  free(messages);
}

/* Each message begins with its line. */
static void all_faulty_lines_are_reported(void **state)
{
  static const int lines[] = {1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12};
  bool read;
  size_t n = 0;
  (void)state;
  char *messages = messages_about(
      SPAN("wibble = 3\nworkers =\nlang = \"en\nsite_name \"a\"\nworkers = many\nbacklog = 5\nbacklog = 0\n"
           "mysql_tls = maybe\nlang = {en}\nsite_name = My site\n= 2\nworkers = 99999999999999999999"),
      &read), *rest = messages;
  assert_false(read);
  for (char *line; (line = strsep(&rest, "\n")) && *line;) {
    char begin[64];
    if (strstr(line, "was already set in line"))
      continue;
    assert_true(n < sizeof lines / sizeof *lines);
    snprintf(begin, sizeof begin, "%s:%d: ", path, lines[n++]);
    if (strncmp(line, begin, strlen(begin)) != 0)
      fail_msg("\"%s\" is not about \"%s\"", line, begin);
  }
  assert_int_equal(n, sizeof lines / sizeof *lines);
  free(messages);
}

static void a_missing_value_is_reported_at_its_line(void **state)
{
  (void)state;
  refused("lang = \"en\"\nworkers =\nsite_name = \"a\"\n", 2, "workers has no value");
  refused("site_name =\nlang = \"en\"\n", 1, "site_name has no value");
  refused("site_name = # none\nlang = \"en\"\n", 1, "site_name has no value");
  refused("\nsite_name = /* none */ \r\n", 2, "site_name has no value");
  refused("\n\nsite_name =", 3, "site_name has no value");
  refused("workers = \"\"\n", 1, "write a number");
}

static void an_unset_variable_is_reported_by_name(void **state)
{
  static const char *const values[] = {"${NOBODY_SET_THIS}", "\"${NOBODY_SET_THIS}\"", "\"a${NOBODY_SET_THIS}b\"",
                                       "a${NOBODY_SET_THIS}", "\"${HOME}${NOBODY_SET_THIS}\""};
  char text[128];
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    snprintf(text, sizeof text, "workers = 2\nmysql_password = %s\nworkers_min = 1\n", values[i]);
    refused(text, 2, "no variable NOBODY_SET_THIS");
  }
}

/* The value is read as `expected`. */
static void password_is(const char *value, struct span expected)
{
  char text[256];
  FILE *why = fopen("/dev/null", "w");
  snprintf(text, sizeof text, "mysql_password = %s", value);
  file_write(span_z(text));
  struct config *c = config_read(path, why);
  if (!c || !span_eq(span_z(c->mysql_password), expected))
    fail_msg("%s was read as \"%s\"", value, c ? c->mysql_password : "(nothing)");
  config_free(&c);
  fclose(why);
}

static void values_are_read_as_the_manual_says(void **state)
{
  (void)state;
  setenv("DIPTYCH_TEST_VARIABLE", "v \"1\" \\ # '", 1);
  setenv("DIPTYCH_TEST_EMPTY", "", 1);
  password_is("\"a\\\"b\\\\c\\'d\\q\"", SPAN("a\"b\\c'dq"));
  password_is("\"\\a\\b\\e\\f\\n\\r\\t\\v\"", SPAN("\a\b\033\f\n\r\t\v"));
  password_is("\"\\101\\60a\\x41g\\xe9\\x\\xg\"", SPAN("A0aAg\xE9xxg"));
  password_is("\"a\\\nb\"", SPAN("ab"));
  password_is("'a\\\nb'", SPAN("ab"));
  password_is("'a\\'b\\\\c\\n\"${HOME}'", SPAN("a'b\\c\\n\"${HOME}"));
  password_is("a\\n$b/ /*c*/", SPAN("a\\n$b/"));
  password_is("https://a//b // c", SPAN("https://a//b"));
  password_is("a#b", SPAN("a"));
  password_is("\"<${DIPTYCH_TEST_VARIABLE}>\"", SPAN("<v \"1\" \\ # '>"));
  password_is("${DIPTYCH_TEST_VARIABLE}", SPAN("v \"1\" \\ # '"));
  password_is("${DIPTYCH_TEST_EMPTY}", SPAN(""));
  password_is("\"${DIPTYCH_TEST_EMPTY:-b}${NOBODY_SET_THIS:-c:-d}\"", SPAN("c:-d"));
  password_is("\"${NOBODY_SET_THIS:-}\"", SPAN(""));
  password_is("\"${ $ {\"", SPAN("${ $ {"));
}

/* Any text can be written in both kinds of quotes. */
static void quoted_text_is_read_unchanged(void **state)
{
  unsigned seed = 7;
  (void)state;
  for (int round = 0; round < 300; round++) {
    char value[24], text[64], quote = round % 2 ? '"' : '\'';
    size_t n = 0, m = 0;
    text[m++] = quote;
    for (; n < sizeof value; n++) {
      seed = seed * 1103515245 + 12345;
      char c = value[n] = (char)(' ' + (seed >> 16) % 95);
      if (c == '\\' || c == quote || (quote == '"' && c == '$'))
        text[m++] = '\\';
      text[m++] = c;
    }
    text[m++] = quote;
    text[m] = 0;
    password_is(text, span_of(value, n));
  }
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
      cmocka_unit_test(a_byte_order_mark_is_no_text),
      cmocka_unit_test(the_key_that_was_meant_is_named),
      cmocka_unit_test(an_open_quote_or_comment_is_reported_where_it_begins),
      cmocka_unit_test(bytes_that_are_not_text_are_reported),
      cmocka_unit_test(an_unreadable_file_is_reported),
      cmocka_unit_test(no_file_affects_the_next),
      cmocka_unit_test(text_values_have_their_form),
      cmocka_unit_test(workers_may_be_auto),
      cmocka_unit_test(relations_are_reported_at_a_line),
      cmocka_unit_test(the_last_value_of_a_key_counts_and_a_message_says_so),
      cmocka_unit_test(all_faulty_lines_are_reported),
      cmocka_unit_test(a_missing_value_is_reported_at_its_line),
      cmocka_unit_test(an_unset_variable_is_reported_by_name),
      cmocka_unit_test(values_are_read_as_the_manual_says),
      cmocka_unit_test(quoted_text_is_read_unchanged),
      cmocka_unit_test(the_control_socket_is_found_in_a_file_with_faults),
  };
  return cmocka_run_group_tests(tests, file_make, file_remove);
}
