#include "pool/log_reopen.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

unsigned log_reopen_ask(struct log_file *l)
{
  l->wanted = true;
  return l->number + 1;
}

static void failure_answer(struct control *control, struct span why)
{
  log_error("request log: not reopened: %.*s", SPAN_ARG(span_trim(why)));
  control_answer_all(control, (struct control_end){CONTROL_reopen, UINT_MAX, false}, why);
}

void log_reopen_turn(struct log_file *l, const struct config *c, struct scoreboard *b, struct control *control)
{
  char *text = NULL;
  size_t n = 0;
  if (!l->wanted && !l->pending)
    return;
  FILE *why = open_memstream(&text, &n);
  if (!why)
    return; /* no memory: the next turn tries again */
  enum log_file_result result = log_file_turn(l, c, b, why);
  fclose(why);
  if (result == LOG_FILE_FAILED)
    failure_answer(control, span_of(text, n));
  if (result == LOG_FILE_DONE) {
    log_info("request log: all workers write to the new %s", c->request_log);
    control_answer_all(control, (struct control_end){CONTROL_reopen, l->number, true}, SPAN("reopened"));
  }
  free(text);
}
