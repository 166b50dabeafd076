/* The floor with kept connections: the master and gateway of the pool with a handler that answers with the
 * bytes of a file, or 304.  The difference to diptych is the cost of its pages.
 *
 * usage: floor_kept CONFIG FILE */
#include <stdio.h>

#include "pool/app.h"
#include "pool/master.h"

static char body[1 << 20];
static size_t body_n;

static void *open_nothing(void *context, const struct config *c, const struct app_process *process)
{
  (void)context;
  (void)c;
  (void)process;
  return body;
}

static void answer(void *self, const struct request *rq, struct response *out)
{
  (void)self;
  response_header(out, "ETag", SPAN("\"floor\""));
  if (rq->if_none_match.n) {
    out->status = 304;
    out->no_body = true;
    return;
  }
  out->status = 200;
  response_header(out, "Content-Type", SPAN("text/html"));
  out->body = span_of(body, body_n);
}

int main(int argc, char **argv)
{
  static const struct app app = {.worker_open = open_nothing, .worker_handle = answer};
  FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;
  if (!f) {
    fputs("usage: floor_kept CONFIG FILE\n", stderr);
    return 2;
  }
  body_n = fread(body, 1, sizeof body, f);
  fclose(f);
  struct config *c = config_read(argv[1], stderr);
  return c ? master_run(&c, &app) : 1;
}
