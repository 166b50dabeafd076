/* A set of products that a reader chose to follow: "kafka+nats+redis" in the address of a feed or calendar.  Each product
 * is in the set once, in canonical order. */
#ifndef DIPTYCH_SITE_CHOSEN_H
#define DIPTYCH_SITE_CHOSEN_H

#include "site/page.h"

#define CHOSEN_MAX 20 /* most products of a set */
#define CHOSEN_NAMED 4 /* most products whose names a title repeats */

struct chosen {
  struct member members[CHOSEN_MAX];
  size_t n;
};

/* Plan: finds the products that `slugs` names.  NOT_FOUND: one is unknown, or there are more than CHOSEN_MAX; p->reason
 * then says so. */
enum plan chosen_parse(struct page *p, struct span slugs, struct chosen *out);
/* "/feeds/kafka+nats" */
struct span chosen_path(struct page *p, const struct chosen *c);
/* "/feeds/kafka+nats.ics" for slugs in canonical order. */
struct span chosen_calendar_path(struct page *p, const struct span *slugs, size_t n);
/* "Apache Kafka, NATS and Redis"; more than CHOSEN_NAMED: "Apache Kafka, NATS, Redis and 5 more". */
struct span chosen_names(struct page *p, const struct chosen *c);
struct span chosen_all_names(struct page *p, const struct chosen *c);

#endif
