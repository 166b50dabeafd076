/* The comparison's own data between plan and build, shared by page_compare.c (the blocks),
 * compare_set.c (what is compared), compare_others.c (alternatives) and compare_words.c (questions, descriptions, JSON-LD). */
#ifndef DIPTYCH_SITE_PAGE_COMPARE_H
#define DIPTYCH_SITE_PAGE_COMPARE_H

#include "site/build.h"
#include "site/view_compare.h"

#define COMPARE_MAX SENTENCES_SET_MAX
#define COMPARE_CARDS 6
#define COMPARE_ALTERNATIVES 3

struct compare {
  size_t n;
  struct planned_product set[COMPARE_MAX]; /* canonical order */
  size_t sources[COMPARE_MAX];      /* SOURCE wants of the representations; SIZE_MAX: none */
  struct catalog_term shared;       /* the first of A's sectors that all share */
  bool has_shared;
  struct planned_product cards[COMPARE_CARDS];
  size_t n_cards;
  struct facts alternatives[COMPARE_MAX][COMPARE_ALTERNATIVES]; /* each one's best alternatives */
  size_t n_alternatives[COMPARE_MAX];
  size_t pair_want; /* editors' words or questions; SIZE_MAX: none */
  struct span base_path; /* path of the comparison when another page shows its questions; else empty */
};

/* compare_set.c; plan only. */
enum plan compare_parse(struct page *p, struct span slugs, struct compare *c); /* the members, each once, in order */
struct span compare_path(struct page *p, const struct compare *c);            /* "/compare/a-vs-b" */
/* PROFILE wants, terms, the pair's words, and whether search engines want the page; false: memory. */
bool compare_plan_members(struct page *p, struct compare *c);

/* compare_others.c; plan only. */
void compare_plan_cards(struct page *p, struct compare *c);
void compare_plan_alternatives(struct page *p, struct compare *c);

/* compare_words.c: build only. */
struct span compare_names(struct page *p, const struct compare *c, const char *last);
struct span compare_eyebrow(struct page *p, const struct compare *c);
struct span compare_description(struct page *p, const struct compare_view *v);
void compare_sentence_members(struct page *p, const struct compare *c, struct sentences_member *out);
void compare_questions(struct page *p, const struct compare *c, const struct pair_text *pair, struct compare_view *v);
struct span compare_json_ld(struct page *p, const struct compare_view *v);

#endif
