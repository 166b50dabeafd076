/* Bytes from the network: percent-encoded paths, addresses, text, and values from memcached. */
#include "fuzz.h"

#include "base/arena.h"
#include "cache/envelope.h"
#include "text/escape.h"
#include "text/json.h"
#include "text/url.h"
#include "text/utf8.h"

static const char *const pieces[] = {"a", "Z", "0", "%", "%4", "%41", "%00", "%zz", "%C3%A9", "/", "//", "..", "?", "&", "=",
                                     "+", ":", "http:", "https:", "mailto:", "javascript:", "java", "script:", "data:", " ",
                                     "\t", "\n", "\r", "\x01", "#", "\\", "\"", "<", ">", "'", "\xC3\xA9", "\xC3",
                                     "\xE2\x80\xA8", "\xF0\x9F\x92\xA9", "\xED\xA0\x80", "\xEF\xBF\xBE", "-", "1.", "*"};
#define PIECES (sizeof pieces / sizeof *pieces)

static struct span input(struct fuzz *f)
{
  struct buf b = BUF_INIT;
  fuzz_input(f, pieces, PIECES, 24, &b);
  struct span s = fuzz_exact(buf_view(&b));
  buf_free(&b);
  return s;
}

static void round_decode(struct fuzz *f)
{
  struct arena *a = arena_new(0);
  struct span s = input(f), out, back;
  struct buf b = BUF_INIT;
  if (url_percent_decode(a, s, false, &out)) {
    fuzz_true(out.n <= s.n && span_find(out, 0) == out.n);
    url_percent_encode(&b, out);
    fuzz_true(url_percent_decode(a, buf_view(&b), true, &back) && span_eq(out, back));
  }
  free((char *)s.p);
  buf_free(&b);
  arena_free(&a);
}

/* Browsers remove leading blanks and controls from an address, and all tabs and line ends. */
static bool browser_scheme_ok(struct span url)
{
  struct buf b = BUF_INIT;
  for (size_t i = 0; i < url.n; i++)
    if (!(url.p[i] == '\t' || url.p[i] == '\n' || url.p[i] == '\r' || ((unsigned char)url.p[i] <= ' ' && !b.n)))
      buf_putc(&b, url.p[i]);
  struct span s = buf_view(&b);
  size_t n = 0;
  while (n < s.n && ((s.p[n] | 32) >= 'a' && (s.p[n] | 32) <= 'z'))
    n++;
  bool scheme = n && n < s.n && s.p[n] == ':';
  bool fine = !scheme || span_eq(span_head(s, n), SPAN("http")) || span_eq(span_head(s, n), SPAN("https")) ||
              span_eq(span_head(s, n), SPAN("mailto"));
  buf_free(&b);
  return fine;
}

static void round_scheme(struct fuzz *f)
{
  struct span s = input(f);
  struct buf b = BUF_INIT;
  if (url_scheme_ok(s)) {
    fuzz_true(browser_scheme_ok(s));
    url_tidy(&b, s);
    fuzz_true(browser_scheme_ok(buf_view(&b)));
  }
  buf_clear(&b);
  url_tidy_part(&b, s);
  fuzz_true(span_find(buf_view(&b), ':') == b.n);
  for (size_t i = 0; i < b.n; i++)
    fuzz_true((unsigned char)b.p[i] > ' ' && (unsigned char)b.p[i] < 0x7F && !strchr("\"'<>", b.p[i]));
  free((char *)s.p);
  buf_free(&b);
}

static void round_text(struct fuzz *f)
{
  struct arena *a = arena_new(0);
  struct span s = input(f), clean = utf8_clean(a, s), fold = utf8_fold(a, s);
  struct buf b = BUF_INIT;
  fuzz_true(utf8_valid(clean) && utf8_valid(fold));
  fuzz_true(span_eq(clean, utf8_clean(a, clean)));
  fuzz_true(span_eq(fold, utf8_fold(a, fold)));
  json_write_string(&b, s);
  fuzz_true(utf8_valid(buf_view(&b)) && span_find(buf_view(&b), '<') == b.n && span_find(buf_view(&b), '\n') == b.n);
  buf_clear(&b);
  escape_html(&b, clean);
  fuzz_true(span_find(buf_view(&b), '<') == b.n && span_find(buf_view(&b), '"') == b.n && span_find(buf_view(&b), '\'') == b.n);
  buf_clear(&b);
  escape_md(&b, clean);
  fuzz_true(span_find(buf_view(&b), '\n') == b.n);
  free((char *)s.p);
  buf_free(&b);
  arena_free(&a);
}

static void round_envelope(struct fuzz *f)
{
  static const unsigned char secret[ENVELOPE_SECRET] = "fedcba987654321";
  struct buf b = BUF_INIT;
  struct span key = input(f), body = input(f), got;
  envelope_wrap(&b, key, body, secret);
  fuzz_true(envelope_open(buf_view(&b), key, secret, &got) && span_eq(got, body));
  struct span whole = fuzz_exact(buf_view(&b));
  size_t at = fuzz_below(f, b.n), cut = fuzz_below(f, 2) ? fuzz_below(f, b.n) : b.n;
  b.p[at] = (char)fuzz_next(f);
  struct span bent = fuzz_exact(span_head(buf_view(&b), cut));
  fuzz_true(!envelope_open(bent, key, secret, &got) || span_eq(bent, whole));
  fuzz_true(!envelope_open(body, key, secret, &got));
  free((char *)bent.p);
  free((char *)whole.p);
  free((char *)key.p);
  free((char *)body.p);
  buf_free(&b);
}

#define FUZZ_TEST(name)                                                                                                \
  static void name(void **state)                                                                                       \
  {                                                                                                                    \
    (void)state;                                                                                                       \
    fuzz_rounds(round_##name);                                                                                         \
  }
FUZZ_TEST(decode)
FUZZ_TEST(scheme)
FUZZ_TEST(text)
FUZZ_TEST(envelope)

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(decode), cmocka_unit_test(scheme), cmocka_unit_test(text),
                                     cmocka_unit_test(envelope)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
