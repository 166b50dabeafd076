/* Random configurations: a refused one reports its faults, and none affects the next configuration. */
#include "fuzz.h"

#include <unistd.h>

#include "config/config.h"

static const char *const pieces[] = {
    "site_name", "workers", "lang", "mysql_tls", "wibble", "include", " = ", "=",  "+=", "\"", "'",  "\\", "\\\"", "\\'", "\\9",
    "\\777", "\\101", "\\x", "\\\n", "${HOME}", "${", "}", "${A:-b}", "{", "}", "(", ")", ",", "/*", "*/", "/",
    "//", "///", "#", "\n", "\n\n", "\r\n", " ", "\t", "2", "0x", "true", "en", "a b", "\xC3\xA9",
    "http://a",
};

static char path[] = "/tmp/diptych-fuzz-XXXXXX";

static struct config *read_of(struct span text, FILE *why)
{
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  if (text.n)
    fwrite(text.p, 1, text.n, f);
  fclose(f);
  return config_read(path, why);
}

static void round_config(struct fuzz *f)
{
  struct buf text = BUF_INIT;
  char *faults = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&faults, &n);
  fuzz_input(f, pieces, sizeof pieces / sizeof *pieces, 16, &text);
  struct config *c = read_of(buf_view(&text), why);
  fflush(why);
  fuzz_true(c || (n > 1 && faults[n - 1] == '\n' && strncmp(faults, path, strlen(path)) == 0));
  config_free(&c);
  c = read_of(SPAN("site_name = \"Good\"\nworkers = 3\n"), why);
  fuzz_true(c && c->workers == 3 && strcmp(c->site_name, "Good") == 0);
  config_free(&c);
  fclose(why);
  free(faults);
  buf_free(&text);
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

static void config(void **state)
{
  (void)state;
  fuzz_rounds(round_config);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(config)};
  return cmocka_run_group_tests(tests, file_make, file_remove);
}
