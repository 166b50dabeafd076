/* The plan of a comparison.  Shared by page_compare.c (the blocks of the page), compare_set.c (the compared products),
 * compare_others.c (alternatives) and compare_questions.c (questions, description, JSON-LD). */
#ifndef DIPTYCH_SITE_PAGE_COMPARE_H
#define DIPTYCH_SITE_PAGE_COMPARE_H

#include "site/alternatives.h"
#include "site/fact_table.h"
#include "site/view_compare.h"

#define COMPARE_MAX SENTENCES_SET_MAX
#define COMPARE_CARDS 6

struct compare {
  size_t n;
  struct planned_product set[COMPARE_MAX]; /* canonical order */
  size_t sources[COMPARE_MAX];             /* SOURCE wants, for the representations; SIZE_MAX: none */
  struct catalog_term shared;              /* the first sector of the first product that all products share */
  bool has_shared;
  struct planned_product cards[COMPARE_CARDS]; /* first picks of a member, then those close to a member */
  size_t n_cards, n_picks, n_first;            /* n_first: picks and close ones */
  struct facts alternatives[COMPARE_MAX][ALTERNATIVES_TOP]; /* of each product, picks before close ones */
  size_t n_alternatives[COMPARE_MAX], n_picked[COMPARE_MAX];
  struct fact_attributes attributes; /* none when another page shows the questions */
  size_t pair_want; /* PAIR want: the editors' text and answers on the pair; SIZE_MAX: none */
  struct span base_path; /* path of the comparison, when another page shows its questions; else empty */
};

/* compare_set.c; for plan. */
/* Fills `set` with the products of "a-vs-b", each once, in canonical order. */
enum plan compare_parse(struct page *p, struct span slugs, struct compare *c);
struct span compare_path(struct page *p, const struct compare *c); /* "/compare/a-vs-b" */
/* Adds the terms, the PROFILE wants and the PAIR want, and sets p->noindex; false: memory ran out. */
bool compare_plan_members(struct page *p, struct compare *c);

/* compare_others.c; for plan. */
/* Finds the alternatives of each product and, on request, those of the set. */
void compare_plan_others(struct page *p, struct compare *c, bool cards);

/* compare_parts.c; for build. */
void compare_column(struct page *p, struct planned_product *g, const struct profile *f, const struct source *s, size_t position,
                    struct product_view *out);
void compare_card(struct page *p, struct planned_product *g, const struct card *c, struct card_view *out);
void compare_days(struct page *p, const struct compare *c, const struct profile *const *f, struct compare_view *v);

/* compare_questions.c; for build. */
struct alternatives_named compare_named(const struct compare *c, size_t i); /* the alternatives of product i */
struct span compare_names(struct page *p, const struct compare *c, const char *last);
struct span compare_eyebrow(struct page *p, const struct compare *c);
struct span compare_alternatives_intro(struct page *p, const struct compare *c);
/* Figures: who shipped how often in 90 days, and the latest releases with their dates. */
struct span compare_lede(struct page *p, const struct compare *c, const struct profile *const *f);
struct span compare_description(struct page *p, const struct compare_view *v);
void compare_sentence_members(struct page *p, const struct compare *c, struct sentences_member *out);
void compare_questions(struct page *p, const struct compare *c, const struct pair_text *pair, struct compare_view *v);
struct span compare_json_ld(struct page *p, const struct compare_view *v);

#endif
