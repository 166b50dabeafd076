#include "app/output.h"

#include <errno.h>
#include <string.h>

static int failed; /* errno of the first failure; 0: none */

void output_note(FILE *out)
{
  if ((fflush(out) != 0 || ferror(out)) && !failed)
    failed = errno;
}

int output_close(int code)
{
  output_note(stdout);
  if (!failed)
    return code;
  fprintf(stderr, "diptych: the output could not be written: %s\n", strerror(failed));
  return code ? code : 1;
}
