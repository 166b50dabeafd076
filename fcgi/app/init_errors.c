#include "app/init_errors.h"

/* Texts of the pages stand between these. */
static const struct {
  struct span before, after;
} places[] = {{{"<h1>", 4}, {"</h1>", 5}}, {{"<p>", 3}, {"</p>", 4}}, {{"$diptych_path/>", 15}, {"</a>", 4}}};

/* nginx reads the text in a string with double quotes and variables. */
static bool is_safe(struct span text)
{
  for (size_t i = 0; i < text.n; i++)
    if (strchr("\"$\\<>&", text.p[i]))
      return false;
  return true;
}

static struct span translated(struct span text)
{
  struct span found = messages_find(SPAN(""), text);
  return found.p && is_safe(found) ? found : text;
}

/* "<title>404 Not found</title>" */
static void title_put(struct buf *out, struct span title)
{
  size_t code = span_find(title, ' ');
  buf_span(out, span_head(title, code));
  buf_putc(out, ' ');
  buf_span(out, translated(span_from(title, code + 1)));
}

static void line_put(struct buf *out, struct span line, struct span lang)
{
  while (line.n) {
    size_t length = 1;
    if (span_starts(line, SPAN("lang=en"))) {
      buf_puts(out, "lang=");
      buf_span(out, lang);
      length = strlen("lang=en");
    } else if (span_starts(line, SPAN("<title>"))) {
      struct span title = span_from(line, strlen("<title>"));
      buf_puts(out, "<title>");
      title_put(out, span_head(title, span_find(title, '<')));
      length = strlen("<title>") + span_find(title, '<');
    } else if (span_starts(line, SPAN("/.diptych/"))) {
      buf_puts(out, "/.diptych/");
      buf_span(out, lang);
      buf_putc(out, '/');
      length = strlen("/.diptych/");
    } else
      buf_putc(out, line.p[0]);
    for (size_t i = 0; i < sizeof places / sizeof *places && length == 1; i++) {
      struct span text = span_from(line, places[i].before.n);
      size_t n = span_find(text, '<');
      if (!span_starts(line, places[i].before) || !span_starts(span_from(text, n), places[i].after) || !n)
        continue;
      buf_span(out, span_from(places[i].before, 1));
      buf_span(out, translated(span_head(text, n)));
      length = places[i].before.n + n;
    }
    line = span_from(line, length);
  }
}

bool init_errors_translate(struct init_errors *e, const struct messages *m, struct span lang, struct span codes, struct span pages)
{
  *e = (struct init_errors){BUF_INIT, BUF_INIT};
  messages_use(m);
  line_put(&e->codes, codes, lang);
  line_put(&e->pages, pages, lang);
  messages_use(NULL);
  return !e->codes.failed && !e->pages.failed;
}

void init_errors_free(struct init_errors *e)
{
  buf_free(&e->codes);
  buf_free(&e->pages);
}
