#include "app/status_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/status_frame.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "pool/control_client.h"

#define ANSWER_MS 2000
#define NOTICE_US (10 * CLOCK_SECOND) /* how long a frame tells that the pool was away */
#define BLOCK_COLUMNS 100             /* of a block that is not shown on a terminal */

struct watch_view {
  const char *control;
  struct terminal terminal;
  struct status_frame frame;
  json_t *now, *before;
  int64_t away_since_us, back_us; /* monotonic; 0: it answers; it was not away */
  char clock[16], away_clock[16], notice[256];
};

/* NULL: no pool answers; the reason is written to why, on one line. */
static json_t *status_ask(const char *control, char *why, size_t cap)
{
  char *text = NULL, *fault = NULL;
  size_t n = 0, n_fault = 0;
  json_t *v = NULL;
  FILE *out = open_memstream(&text, &n), *err = open_memstream(&fault, &n_fault);
  struct control_call call = {.line = "status json", .wait_ms = ANSWER_MS, .out = out, .err = err};
  if (out && err && control_client_call(control, &call) == 0 && fflush(out) == 0)
    v = json_loadb(text, n, JSON_ALLOW_NUL, NULL);
  if (out)
    fclose(out);
  if (err)
    fclose(err);
  struct span line = fault ? span_head(span_z(fault), span_find(span_z(fault), '\n')) : SPAN("");
  if (span_starts(line, SPAN("diptych: ")))
    line = span_from(line, 9);
  snprintf(why, cap, "%.*s", SPAN_ARG(line));
  free(text);
  free(fault);
  return v;
}

static void clock_write(char *out, size_t cap)
{
  struct clock_civil t = clock_split(clock_now_us());
  snprintf(out, cap, "%02d:%02d:%02d UTC", t.hour, t.minute, t.second);
}

static void history_add(struct status_frame *f, double v)
{
  if (f->n_history == STATUS_FRAME_HISTORY)
    memmove(f->history, f->history + 1, sizeof f->history - sizeof *f->history);
  else
    f->n_history++;
  f->history[f->n_history - 1] = v > 0 ? v : 0;
}

/* What the view has to say: that no pool answers, or that one does again. */
static void notice_write(struct watch_view *v, bool answered, const char *why, int64_t now_us)
{
  if (!answered) {
    if (!v->away_since_us) {
      v->away_since_us = now_us;
      memcpy(v->away_clock, v->clock, sizeof v->away_clock);
    }
    snprintf(v->notice, sizeof v->notice, "no answer since %s: %.200s", v->away_clock, *why ? why : "the answer cannot be read");
    return;
  }
  if (v->away_since_us) {
    snprintf(v->notice, sizeof v->notice, "the pool answers again since %s, after %.0f s", v->clock,
             (double)(now_us - v->away_since_us) / CLOCK_SECOND);
    v->away_since_us = 0;
    v->back_us = now_us;
  } else if (!v->back_us || now_us - v->back_us > NOTICE_US)
    *v->notice = 0;
}

static void sample(struct watch_view *v)
{
  char why[256];
  json_t *now = status_ask(v->control, why, sizeof why);
  int64_t now_us = clock_mono_us();
  clock_write(v->clock, sizeof v->clock);
  notice_write(v, now != NULL, why, now_us);
  json_decref(v->before);
  v->before = v->now;
  v->now = now;
  bool continues = status_frame_continues(v->before, v->now);
  history_add(&v->frame, continues ? status_frame_rate(v->before, v->now) : 0);
  v->frame.now = v->now;
  v->frame.before = continues ? v->before : NULL;
  v->frame.control = v->control;
  v->frame.clock = v->clock;
  v->frame.notice = v->notice;
  v->frame.interactive = v->terminal.keys;
}

/* False: nobody reads any more. */
static bool show(struct watch_view *v)
{
  struct buf out = BUF_INIT;
  bool full = v->terminal.entered;
  struct screen s = {.out = &out,
                     .columns = BLOCK_COLUMNS,
                     .colour = full && terminal_colour(),
                     .unicode = terminal_unicode(),
                     .filling = full};
  if (full)
    terminal_size(&s.columns, &s.rows);
  status_frame_write(&v->frame, &s);
  if (!full)
    buf_putc(&out, '\n');
  bool written = terminal_write(&out);
  buf_free(&out);
  return written;
}

static bool view_turn(struct watch_view *v, int64_t until_us)
{
  for (;;) {
    int64_t left_us = until_us - clock_mono_us();
    enum terminal_event event = terminal_wait(&v->terminal, left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
    if (event == TERMINAL_QUIT)
      return false;
    if (event == TERMINAL_RESIZED && !show(v))
      return false;
    if (left_us <= 0)
      return true;
  }
}

int status_watch_run(const char *control, int interval_ms)
{
  struct watch_view v = {.control = control};
  int64_t next_us = clock_mono_us();
  terminal_enter(&v.terminal);
  do {
    sample(&v);
    next_us += (int64_t)interval_ms * 1000;
    if (next_us < clock_mono_us()) /* an answer came late, or the program was stopped */
      next_us = clock_mono_us() + (int64_t)interval_ms * 1000;
  } while (show(&v) && view_turn(&v, next_us));
  terminal_leave(&v.terminal);
  json_decref(v.now);
  json_decref(v.before);
  return 0;
}
