#include "pool/report_workers.h"

#include <unistd.h>

#include "base/amount.h"
#include "base/clock.h"
#include "pool/process_memory.h"
#include "text/json.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

static unsigned slots_used(const struct scoreboard *b)
{
  unsigned used = LOAD(b->used);
  return used < SCOREBOARD_SLOTS ? used : SCOREBOARD_SLOTS;
}

static int64_t running_ms(const struct scoreboard_slot *s, int64_t now_us)
{
  int64_t since = LOAD(s->request_us);
  return since ? (now_us - since) / 1000 : 0;
}

static void worker_text(const struct scoreboard_slot *s, unsigned i, int64_t now_us, struct buf *out)
{
  char text[SCOREBOARD_TEXT], age[AMOUNT_MAX], memory[AMOUNT_MAX];
  unsigned deferred = LOAD(s->deferred);
  scoreboard_text_read(s, text);
  amount_age(age, now_us - LOAD(s->started_us));
  amount_bytes(memory, process_memory_private(LOAD(s->pid)));
  buf_printf(out, "%6u %7d %-9s %7s %9s %8u %10llu", i, LOAD(s->pid), scoreboard_state_text(scoreboard_slot_state(s)), age, memory,
             LOAD(s->restarts), (unsigned long long)LOAD(s->requests));
  if (LOAD(s->request_us))
    buf_printf(out, "  %s (%lld ms, %s)", text, (long long)running_ms(s, now_us), stage_text(LOAD(s->stage.now)));
  else
    buf_puts(out, "  idle");
  if (deferred)
    buf_printf(out, ", %u deferred", deferred);
  buf_putc(out, '\n');
}

void report_workers_text(const struct scoreboard *b, int64_t now_us, struct buf *out)
{
  buf_puts(out, "worker     pid state         age    memory restarts   requests  doing\n");
  for (unsigned i = 0; i < slots_used(b); i++)
    if (LOAD(b->slots[i].pid))
      worker_text(&b->slots[i], i, now_us, out);
}

void report_watcher_text(const struct scoreboard_slot *watcher, int64_t now_us, struct buf *out)
{
  char age[AMOUNT_MAX], memory[AMOUNT_MAX];
  int pid = LOAD(watcher->pid);
  if (!pid) {
    buf_puts(out, "watcher: none\n");
    return;
  }
  amount_age(age, now_us - LOAD(watcher->started_us));
  amount_bytes(memory, process_memory_private(pid));
  buf_printf(out, "watcher: %d, %s, age %s, memory %s\n", pid, stage_text(LOAD(watcher->stage.now)), age, memory);
}

static void memory_json(int pid, struct buf *out)
{
  int64_t bytes = pid ? process_memory_private(pid) : -1;
  buf_puts(out, ",\"memory_bytes\":");
  if (bytes < 0)
    buf_puts(out, "null");
  else
    buf_int(out, bytes);
}

static void worker_json(const struct scoreboard_slot *s, unsigned i, int64_t now_us, struct buf *out)
{
  char text[SCOREBOARD_TEXT];
  bool busy = LOAD(s->request_us) != 0;
  scoreboard_text_read(s, text);
  buf_printf(out, "{\"worker\":%u,\"pid\":%d,\"state\":", i, LOAD(s->pid));
  json_write_string(out, span_z(scoreboard_state_text(scoreboard_slot_state(s))));
  buf_printf(out, ",\"busy\":%s,\"stage\":", busy ? "true" : "false");
  json_write_string(out, span_z(stage_text(LOAD(s->stage.now))));
  buf_puts(out, ",\"request\":");
  if (busy)
    json_write_string(out, span_z(text));
  else
    buf_puts(out, "null");
  buf_printf(out, ",\"ms\":%lld,\"deferred\":%u,\"requests\":%llu,\"generation\":%u", (long long)running_ms(s, now_us),
             LOAD(s->deferred), (unsigned long long)LOAD(s->requests), LOAD(s->generation));
  buf_printf(out, ",\"age_ms\":%lld,\"restarts\":%u", (long long)((now_us - LOAD(s->started_us)) / 1000), LOAD(s->restarts));
  memory_json(LOAD(s->pid), out);
  buf_putc(out, '}');
}

static void watcher_json(const struct scoreboard_slot *s, int64_t now_us, struct buf *out)
{
  int pid = LOAD(s->pid);
  buf_printf(out, "\"watcher\":{\"pid\":%d,\"state\":\"%s\",\"stage\":", pid, pid ? "running" : "none");
  json_write_string(out, span_z(stage_text(LOAD(s->stage.now))));
  buf_printf(out, ",\"age_ms\":%lld", pid ? (long long)((now_us - LOAD(s->started_us)) / 1000) : 0);
  memory_json(pid, out);
  buf_putc(out, '}');
}

void report_processes_json(const struct scoreboard *b, int64_t now_us, struct buf *out)
{
  bool first = true;
  buf_printf(out, "\"master\":{\"pid\":%d", (int)getpid());
  memory_json((int)getpid(), out);
  buf_puts(out, "},");
  watcher_json(&b->watcher, now_us, out);
  buf_puts(out, ",\"workers\":[");
  for (unsigned i = 0; i < slots_used(b); i++)
    if (LOAD(b->slots[i].pid)) {
      buf_puts(out, first ? "" : ",");
      worker_json(&b->slots[i], i, now_us, out);
      first = false;
    }
  buf_putc(out, ']');
}
