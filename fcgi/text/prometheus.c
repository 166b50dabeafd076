#include "text/prometheus.h"

void prometheus_family(struct buf *out, const char *name, const char *type, const char *help)
{
  buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, uint64_t value)
{
  buf_puts(out, name);
  buf_putc(out, ' ');
  buf_uint(out, value);
  buf_putc(out, '\n');
}

void prometheus_count(struct buf *out, const char *name, const char *help, uint64_t value)
{
  prometheus_family(out, name, "counter", help);
  single(out, name, value);
}

void prometheus_gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
  prometheus_family(out, name, "gauge", help);
  single(out, name, value);
}

void prometheus_seconds(struct buf *out, uint64_t us)
{
  buf_printf(out, "%llu.%06llu", (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
}

void prometheus_label(struct buf *out, bool first, const char *label, const char *value)
{
  buf_putc(out, first ? '{' : ',');
  buf_puts(out, label);
  buf_puts(out, "=\"");
  for (const char *p = value; *p; p++)
    if (*p == '\n')
      buf_puts(out, "\\n");
    else {
      if (*p == '"' || *p == '\\')
        buf_putc(out, '\\');
      buf_putc(out, *p);
    }
  buf_putc(out, '"');
}
