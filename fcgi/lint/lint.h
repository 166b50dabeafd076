/* Tells editors what their readers would stumble over: rows that no page can show, texts that pages show otherwise than
 * they were written, links that lead nowhere.  It reads the site_* views with the pool's account and changes nothing.
 *
 * Each finding names a row and a column, and says in the language of the site what is wrong and what to do.  LINT_RULES has
 * the kinds of findings and the advice on each; some findings have one of their own.  Archived rows are not read for their
 * texts. */
#ifndef DIPTYCH_LINT_LINT_H
#define DIPTYCH_LINT_LINT_H

#include "base/messages.h"
#include "db/db.h"

/* Limits of texts, in characters. */
#define LINT_HEADLINE_CHARS 120
#define LINT_SUMMARY_CHARS 200
#define LINT_UNIT_CHARS 24
/* A fact is old when it was checked this many days before the site's clock. */
#define LINT_OLD_DAYS 365
/* A day this far ahead, or before this one, is far. */
#define LINT_AHEAD_DAYS 366
#define LINT_EARLIEST "1970-01-01"

/* X(rule, advice): a message with the arguments of the finding */
#define LINT_RULES(X)                                                                                                  \
  /* TRANSLATORS: what to do, as it stands after "To do:" */                                                           \
  X(slug, N_("write small letters, digits and single hyphens"))                                                        \
  X(slug_reserved, N_("choose another slug"))                                                                          \
  X(slug_twice, N_("give one of the rows another slug"))                                                               \
  X(word, N_("write one of %1$s"))                                                                                     \
  X(owner, N_("name a row that exists, or delete this one"))                                                           \
  X(repeated, N_("let the view return each row once"))                                                                 \
  X(too_many, N_("remove some, or put the most important ones first"))                                                 \
  X(theme_unknown, N_("link a theme that exists"))                                                                     \
  X(same_product, N_("name two products"))                                                                             \
  X(partner_hidden, N_("publish the product, or withdraw the row"))                                                    \
  X(name_blank, N_("write a name"))                                                                                    \
  X(name_repeated, N_("add a word that tells them apart"))                                                             \
  X(title_blank, N_("write a title"))                                                                                  \
  X(unseen, N_("delete the character, or write a blank"))                                                              \
  X(markup, N_("write plain text"))                                                                                    \
  X(headline_long, N_("shorten it"))                                                                                   \
  X(summary_long, N_("shorten it"))                                                                                    \
  X(question_repeated, N_("delete one of them"))                                                                       \
  X(question_generated, N_("ask something else, or withdraw the row"))                                                 \
  X(question_blank, N_("write the question, or withdraw the row"))                                                     \
  X(answer_blank, N_("write the answer, or withdraw the row"))                                                         \
  X(editorial_blank, N_("write something, or withdraw the row"))                                                       \
  X(comparison_blank, N_("write something, or withdraw the row"))                                                      \
  X(page_blank, N_("write something, or withdraw the row"))                                                            \
  X(reason_blank, N_("write a sentence why"))                                                                          \
  X(html_only, N_("write it in Markdown"))                                                                             \
  X(html, N_("write it in Markdown"))                                                                                  \
  X(table_pipes, N_("write a line of dashes below the heads of the table, as many columns as they are"))               \
  X(mark, N_("write it in the Markdown of CommonMark, or put it into code"))                                           \
  X(address_blank, N_("write %%20 for the blank, or put the address into <>"))                                         \
  X(body_refused, N_("shorten or split it"))                                                                           \
  X(body_slow, N_("use fewer brackets, asterisks and nested lists"))                                                   \
  X(link_dropped, N_("write an https address, or a path of this site that begins with /"))                             \
  X(link_dead, N_("link a page that exists"))                                                                          \
  X(link_relative, N_("begin the path with /"))                                                                        \
  X(activity_unknown, N_("write the id of a published activity of the same product"))                                  \
  X(picture_dropped, N_("name the picture by an https address"))                                                       \
  X(picture_http, N_("write https, and see that the picture is there"))                                                \
  X(alt_missing, N_("say in the brackets what the picture shows"))                                                     \
  X(heading_order, N_("use the level below the one before"))                                                           \
  X(number_without_link, N_("link the source in the same paragraph"))                                                  \
  X(address, N_("write an https address"))                                                                             \
  X(address_user, N_("write the address without what stands before the @"))                                            \
  X(date_impossible, N_("write a day that exists"))                                                                    \
  X(date_missing, N_("write the time"))                                                                                \
  X(date_far, N_("check the year"))                                                                                    \
  X(text_repeated, N_("write of each product what is true of it alone"))                                               \
  X(prediction_evidence, N_("name a published activity of the same product"))                                          \
  X(prediction_reason, N_("name the activity that decided it, or write a note"))                                       \
  X(prediction_blank, N_("write what was predicted, or set the state to open"))                                        \
  X(prediction_open, N_("set prediction_state to came_true or failed"))                                                \
  X(fact_repeated, N_("delete one of them"))                                                                           \
  X(fact_blank, N_("write the value, or delete the row"))                                                              \
  X(fact_unit, N_("put the unit into the attribute, and let the number stand alone"))                                  \
  X(fact_misfit, N_("write a value of the attribute's kind, or change the kind"))                                      \
  X(fact_long, N_("shorten it"))                                                                                       \
  X(fact_source, N_("write the address of the source"))                                                                \
  X(fact_unasked, N_("link the attribute with a sector of the product, or delete the fact"))                           \
  X(fact_old, N_("check it again, and write the day"))                                                                 \
  X(unit, N_("write a unit such as MB"))                                                                               \
  X(unit_without_number, N_("set the kind to number, or remove the unit"))                                             \
  X(unit_spelling, N_("spell it the same everywhere"))                                                                 \
  X(attribute_unused, N_("record facts of it, or withdraw it"))                                                        \
  X(attribute_reserved, N_("withdraw it"))

#define LINT_ENUM(rule, advice) LINT_##rule,
enum lint_rule { LINT_RULES(LINT_ENUM) LINT_RULE_COUNT };
#undef LINT_ENUM

struct lint_finding {
  enum lint_rule rule;
  struct span table; /* "product" */
  uint64_t id;
  const char *column;
  struct span words; /* any bytes; the text of the column or a part of it */
  bool null;         /* the column is NULL */
  struct span meaning, advice; /* in the language in use */
};

const char *lint_rule_name(enum lint_rule rule);

/* Gets each finding.  Its texts live until it returns. */
typedef void lint_sink(void *arg, const struct lint_finding *f);

struct lint_options {
  const char *table; /* NULL: all tables; else its name, with or without site_ */
  uint64_t id;       /* 0: all rows */
  bool quick;        /* leaves out what is read of texts */
  size_t most;       /* findings of each rule that the sink gets; the others are only counted */
};

struct lint_counts {
  size_t found, of[LINT_RULE_COUNT];
};

/* True: lint reads a table of this name. */
bool lint_table_known(const char *table);
/* The name without site_. */
const char *lint_table_name(const char *table);

/* deadline_us is monotonic.  INVALID and UNAVAILABLE: db_failure tells why. */
MUST_USE enum err lint_run(struct db *db, const struct lint_options *o, int64_t deadline_us, lint_sink *sink, void *arg,
                           struct lint_counts *counts);

/* Whether the view of o->table has the row o->id.  Fails as lint_run does. */
MUST_USE enum err lint_row_find(struct db *db, const struct lint_options *o, int64_t deadline_us, bool *found);

/* Writes words for a person: quoted, at most `chars` characters; what cannot be seen as \u{200b}, bytes that are no text as
 * \xff. */
void lint_words_put(struct buf *out, const struct lint_finding *f, size_t chars);

#endif
