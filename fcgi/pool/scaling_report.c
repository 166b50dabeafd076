#include "pool/scaling_report.h"

#include "base/clock.h"
#include "text/json.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define NUMBER(field) (unsigned long long)LOAD(field)

/* workers_configured is 0 when the file has workers = auto. */
static const char *mode_text(const struct scoreboard *b)
{
  return LOAD(b->workers_auto) ? "auto" : LOAD(b->workers_configured) ? "fixed" : "suspended";
}

static enum scaling_reason last_reason(const struct scoreboard *b)
{
  unsigned reason = LOAD(b->scaled.reason);
  return reason < SCALING_REASON_COUNT ? (enum scaling_reason)reason : SCALING_none;
}

static const char *reason_name(enum scaling_reason reason)
{
#define REASON_NAME(name, text) #name,
  static const char *const names[] = {SCALING_REASONS(REASON_NAME)};
#undef REASON_NAME
  return names[reason];
}

void scaling_report_text(const struct scoreboard *b, int64_t now_us, struct buf *out)
{
  const struct scaling_change *last = &b->scaled;
  uint64_t configured = LOAD(b->workers_configured);
  buf_printf(out, "scaling: %s, %llu to %llu workers%s\n", mode_text(b), NUMBER(b->workers_min), NUMBER(b->workers_max),
             configured || LOAD(b->workers_auto) ? "" : "; the configuration has workers = auto: `diptych scale auto` resumes it");
  if (last_reason(b) != SCALING_none)
    buf_printf(out, "last change: %lld s ago, from %d to %d workers (%s)\n",
               (long long)((now_us - LOAD(last->at_us)) / CLOCK_SECOND), LOAD(last->from), LOAD(last->to), last->text);
  if (configured && (LOAD(b->workers_auto) || LOAD(b->workers_wanted) != configured))
    buf_printf(out, "the configuration has workers = %llu; the number was changed while the pool ran\n",
               (unsigned long long)configured);
}

void scaling_report_json(const struct scoreboard *b, int64_t now_us, struct buf *out)
{
  const struct scaling_change *last = &b->scaled;
  enum scaling_reason reason = last_reason(b);
  buf_printf(out, "{\"mode\":\"%s\",\"wanted\":%llu,\"min\":%llu,\"max\":%llu,\"last_change\":", mode_text(b),
             NUMBER(b->workers_wanted), NUMBER(b->workers_min), NUMBER(b->workers_max));
  if (reason == SCALING_none)
    buf_puts(out, "null");
  else {
    buf_printf(out, "{\"reason\":\"%s\",\"from\":%d,\"to\":%d,\"seconds_ago\":%lld,\"text\":", reason_name(reason),
               LOAD(last->from), LOAD(last->to), (long long)((now_us - LOAD(last->at_us)) / CLOCK_SECOND));
    json_write_string(out, span_z(last->text));
    buf_putc(out, '}');
  }
  buf_putc(out, '}');
}

void scaling_report_metrics(const struct scoreboard *b, struct buf *out)
{
  buf_printf(out,
             "# HELP diptych_pool_scaling_info 1; who chooses the number of workers, and why it changed last\n"
             "# TYPE diptych_pool_scaling_info gauge\n"
             "diptych_pool_scaling_info{mode=\"%s\",last_change=\"%s\"} 1\n",
             mode_text(b), reason_name(last_reason(b)));
}
