/* Lines of the Prometheus text exposition format 0.0.4.  All samples of a family follow its head. */
#ifndef DIPTYCH_TEXT_PROMETHEUS_H
#define DIPTYCH_TEXT_PROMETHEUS_H

#include <stdint.h>

#include "base/buf.h"

/* The HELP and TYPE lines.  type: "counter", "gauge" or "histogram". */
void prometheus_family(struct buf *out, const char *name, const char *type, const char *help);

/* A family with one sample without labels. */
void prometheus_count(struct buf *out, const char *name, const char *help, uint64_t value);
void prometheus_gauge(struct buf *out, const char *name, const char *help, uint64_t value);
/* The value of us microseconds, in seconds. */
void prometheus_seconds(struct buf *out, uint64_t us);

/* name{label="value"  with the escapes of the format; the caller closes the brace.  first: begins with {, else with a comma. */
void prometheus_label(struct buf *out, bool first, const char *label, const char *value);

#endif
