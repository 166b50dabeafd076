/* Questions of the editors that their page asks and answers itself (site/compare_questions.c, site/product_sentences.c). */
#include "lint/lint_findings.h"
#include "model/sentences.h"
#include "text/utf8.h"

enum { Q_ID, Q_QUESTION, Q_NAME, Q_OTHER };

static bool is_asked(struct lint *l, struct span folded, const char *format, struct span one, struct span two)
{
  struct span own = sentences_once(SAY(l->arena, message_of(format), one, two));
  return span_eq(utf8_fold(l->arena, own), folded);
}

static bool asked_of_product(struct lint *l, struct span folded, struct span name)
{
  static const char *const formats[] = {N_("What is %1$s?"), N_("How fast does %1$s ship?"),
                                        N_("What are the best alternatives to %1$s?")};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (is_asked(l, folded, formats[i], name, SPAN("")))
      return true;
  return false;
}

static bool asked_of_pair(struct lint *l, struct span folded, struct span a, struct span b)
{
  struct span both = SAY(l->arena, _("%1$s and %2$s"), a, b);
  return is_asked(l, folded, N_("What is the difference between %1$s?"), both, SPAN("")) ||
         is_asked(l, folded, N_("Is %1$s better than %2$s?"), a, b) ||
         is_asked(l, folded, N_("What are the best alternatives to %1$s?"), a, SPAN(""));
}

static void question_judge(struct lint *l, const struct db_rows *rows, uint64_t id)
{
  struct lint_place at = {.table = SPAN("faq"), .id = id, .column = "question"};
  struct span folded = utf8_fold(l->arena, utf8_trim(db_text(rows, Q_QUESTION)));
  struct span name = utf8_trim(db_text(rows, Q_NAME)), other = utf8_trim(db_text(rows, Q_OTHER));
  bool asked = other.n ? asked_of_pair(l, folded, name, other) || asked_of_pair(l, folded, other, name)
                       : asked_of_product(l, folded, name);
  if (asked)
    lint_found_cell(l, LINT_question_generated, &at, rows, Q_QUESTION,
                    LINT_SAYING(N_("the page asks this question itself, and answers it from the figures")));
  arena_reset(l->arena);
}

enum err lint_questions(struct lint *l)
{
  struct db_rows rows;
  uint64_t after = 0;
  size_t count = LINT_CHUNK;
  enum err err = ERR_OK;
  while (err == ERR_OK && count == LINT_CHUNK && lint_wants(l, SPAN("faq"), 0)) {
    err = lint_ask(l, &rows,
                   "SELECT f.id, f.question, p.name, o.name FROM site_faq f JOIN site_product p"
                   " ON p.id = IFNULL(f.product_id, f.other_product_id) LEFT JOIN site_product o ON o.id = f.other_product_id"
                   " AND o.id <> p.id WHERE f.status = 'published' AND f.id > %llu ORDER BY f.id LIMIT %d",
                   (unsigned long long)after, LINT_CHUNK);
    count = err == ERR_OK ? rows.count : 0;
    while (err == ERR_OK && db_next(&rows))
      question_judge(l, &rows, after = db_uint(&rows, Q_ID));
    db_rows_free(&rows);
  }
  return err;
}
