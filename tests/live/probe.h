/* JSON of what both probes show. */
#ifndef DIPTYCH_TESTS_PROBE_H
#define DIPTYCH_TESTS_PROBE_H

#include <jansson.h>

#include "model/attribute.h"
#include "model/score.h"
#include "model/term.h"

json_t *probe_text(struct span s);
json_t *probe_version(struct version v); /* "rev:hash" */
json_t *probe_facts(const struct facts *f);
json_t *probe_term(const char *entity, const struct term *t);
json_t *probe_page(const struct page_head *p);
json_t *probe_attribute(const struct attribute *a);
void probe_say(json_t *o); /* a line on standard output; takes o */

#endif
