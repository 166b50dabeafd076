/* Catalogues: which file a language tag gets, which form a number gets, and that no broken file is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/messages.h"
#include "base/messages_plural.h"
#include "catalogue_file.h"

static char folder[] = "/tmp/diptych-messages-XXXXXX";

#define PAIR(id, text) {{id, sizeof id - 1}, {text, sizeof text - 1}}
static const struct catalogue_pair german[] = {
    PAIR("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"),
    PAIR("%1$s is faster than %2$s", "%2$s ist langsamer als %1$s"),
    PAIR("%1$s move\0%1$s moves", "%1$s Schritt\0%1$s Schritte"),
    PAIR("open", "auf"),
    PAIR("prediction\004open", "offen"),
    PAIR("untranslated", ""),
};
#define GERMAN (sizeof german / sizeof *german)

static int folder_make(void **state)
{
  (void)state;
  strcpy(folder, "/tmp/diptych-messages-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
  (void)state;
  char command[64];
  messages_use(NULL);
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static struct messages *messages_of(const char *lang, char **why)
{
  size_t n;
  *why = NULL;
  FILE *f = open_memstream(why, &n);
  struct messages *m = messages_read(folder, lang, f);
  fclose(f);
  return m;
}

static void says(struct span got, const char *expected)
{
  assert_true(got.p != NULL);
  char *text = strndup(got.p, got.n);
  assert_string_equal(text, expected);
  free(text);
}

/* One place each, so that the second call of a function finds what the first kept. */
static struct span plain(void) { return _("open"); }
static struct span graded(void) { return C_("prediction", "open"); }
static struct span moves(uint64_t n) { return PLURAL("%1$s move", "%1$s moves", n); }
static struct span missing(void) { return _("untranslated"); }

static void places_follow_the_catalogue_in_use(void **state)
{
  (void)state;
  char *why;
  struct buf file = catalogue_bytes(german, GERMAN);
  catalogue_write(folder, "de", buf_view(&file));
  struct messages *m = messages_of("de", &why);
  assert_non_null(m);
  for (int round = 0; round < 3; round++) {
    says(plain(), "open");
    says(graded(), "open");
    says(moves(1), "%1$s move");
    says(moves(0), "%1$s moves");
    assert_int_equal(messages_number(), 0);
    messages_use(m);
    for (int again = 0; again < 2; again++) {
      says(plain(), "auf");
      says(graded(), "offen");
      says(moves(1), "%1$s Schritt");
      says(moves(0), "%1$s Schritte");
      says(missing(), "untranslated");
      says(message_of("open"), "auf");
      says(message_of("closed"), "closed");
    }
    assert_int_not_equal(messages_number(), 0);
    messages_use(NULL);
  }
  messages_free(&m);
  buf_free(&file);
  free(why);
}

static void arguments_stand_in_any_order(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  says(SAY(a, SPAN("%1$s is faster than %2$s"), SPAN("A%1$s"), SPAN("B")), "A%1$s is faster than B");
  says(SAY(a, SPAN("%2$s ist langsamer als %1$s (%1$s)"), SPAN("A"), SPAN("B")), "B ist langsamer als A (A)");
  says(SAY(a, SPAN("100%% of %1$s%%"), SPAN("A")), "100% of A%");
  says(SAY(a, SPAN("%3$s%"), SPAN("A")), "%");
  says(SAY(a, SPAN("%1$s%2$s%3$s%4$s%5$s%6$s%7$s%8$s%9$s"), SPAN("1"), SPAN("2"), SPAN("3"), SPAN("4"), SPAN("5"), SPAN("6"),
           SPAN("7"), SPAN("8"), SPAN("9")), "123456789");
  arena_free(&a);
}

static void rules(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    const char *forms; /* of 0 to 12 */
  } cases[] = {
      {"", "1011111111111"},
      {"Plural-Forms: nplurals=1; plural=0;", "0000000000000"},
      {"Plural-Forms: nplurals=2; plural=(n > 1);", "0011111111111"},
      {"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);", "2011122222222"},
      {"X: y\nPlural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;\nZ: n\n",
       "0123333333344"},
      {"Plural-Forms: nplurals=2; plural=n/0;", "0000000000000"},
      {"Plural-Forms: nplurals=2; plural=n*7-3+!n;", "1111111111111"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct plural_rule r;
    assert_true(plural_rule_read(&r, span_z(cases[i].header)));
    for (uint64_t n = 0; n <= 12; n++)
      assert_int_equal(plural_rule_form(&r, n), cases[i].forms[n] - '0');
    assert_true(plural_rule_form(&r, UINT64_MAX) < r.forms);
  }
}

static void rules_that_are_not_valid(void **state)
{
  (void)state;
  static const char *const bad[] = {"nplurals=0; plural=0;", "nplurals=9; plural=0;", "nplurals=; plural=0;", "nplurals=2;",
                                    "nplurals=2; plural=;", "nplurals=2; plural=m;", "nplurals=2; plural=(n;", "nplurals=2; plural=n n;",
                                    "nplurals=2; plural=n ? 1;", "nplurals=2; plural=n ==;",
                                    "nplurals=2; plural=((((((((((((((((((((((((((((((((((((n))))))))))))))))))))))))))))))))))));"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char header[256];
    struct plural_rule r;
    snprintf(header, sizeof header, "Plural-Forms: %s\n", bad[i]);
    assert_false(plural_rule_read(&r, span_z(header)));
  }
}

static void the_tag_chooses_the_file(void **state)
{
  (void)state;
  char *why;
  struct buf file = catalogue_bytes(german, GERMAN);
  static const char *const tags[] = {"en", "en-GB", "pt-BR", "pt", "pt-PT", "de-AT", "fr", "../de"};
  static const bool found[] = {true, true, true, false, false, true, false, false};
  catalogue_write(folder, "de", buf_view(&file));
  catalogue_write(folder, "pt_BR", buf_view(&file));
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    struct messages *m = messages_of(tags[i], &why);
    assert_int_equal(m != NULL, found[i]);
    messages_use(m);
    assert_int_equal(messages_number() != 0, found[i] && i > 1);
    messages_use(NULL);
    if (!m) {
      assert_non_null(strstr(why, "there are: de, en, pt-BR\n"));
      assert_non_null(strstr(why, tags[i]));
    }
    messages_free(&m);
    free(why);
  }
  buf_free(&file);
}

/* A file that is cut, or has a number that points out of it, is refused or read within its bytes (the sanitizers see it). */
static void broken_files(void **state)
{
  (void)state;
  char *why;
  struct buf file = catalogue_bytes(german, GERMAN);
  for (size_t n = 0; n < file.n; n++) {
    catalogue_write(folder, "de", span_of(file.p, n));
    struct messages *m = messages_of("de", &why);
    assert_null(m);
    assert_non_null(strstr(why, "no catalogue"));
    free(why);
  }
  for (size_t i = 0; i + 4 <= 28 + 16 * GERMAN; i += 4)
    for (uint32_t v = 1; v; v <<= 5) {
      struct buf broken = BUF_INIT;
      uint32_t word;
      buf_span(&broken, buf_view(&file));
      memcpy(&word, broken.p + i, 4);
      word += v;
      memcpy(broken.p + i, &word, 4);
      catalogue_write(folder, "de", buf_view(&broken));
      struct messages *m = messages_of("de", &why);
      messages_use(m);
      plain();
      moves(3);
      graded();
      messages_use(NULL);
      messages_free(&m);
      free(why);
      buf_free(&broken);
    }
  buf_free(&file);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)
      TEST(places_follow_the_catalogue_in_use), TEST(arguments_stand_in_any_order), TEST(rules), TEST(rules_that_are_not_valid),
      TEST(the_tag_chooses_the_file), TEST(broken_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
