/* The sentence that counts what is new on a page since a day: "Since 1 June 2026: Apache Kafka 3 releases and posts, NATS 9; 1
 * editorial is new."  Pure. */
#ifndef DIPTYCH_MODEL_SINCE_SENTENCE_H
#define DIPTYCH_MODEL_SINCE_SENTENCE_H

#include "model/sentences.h"

struct since_member {
  struct span name;
  uint32_t moves, events; /* moves: releases and posts */
};

struct since_counts {
  struct span day;          /* "1 June 2026" */
  struct span counted_from; /* a later day from which moves are counted; empty: from that day on */
  struct since_member members[SENTENCES_SET_MAX];
  size_t n;
  uint32_t editorials, updated; /* published since the day; older, but updated since the day */
  uint32_t facts;               /* checked since the day */
  bool has_facts;               /* the page shows facts */
};

struct span since_sentence(struct arena *a, const struct since_counts *c);

#endif
