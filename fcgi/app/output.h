/* The end of a command's output.  A full disk is a failure of the command.
 *
 * A stream remembers that a write failed and not why, and what a command does after it (closing its connections) changes
 * errno.  So a command that prints much and then does more calls output_note in between. */
#ifndef DIPTYCH_APP_OUTPUT_H
#define DIPTYCH_APP_OUTPUT_H

#include <stdio.h>

/* Flushes the stream, and remembers the first reason why it could not be written. */
void output_note(FILE *out);
/* Returns the exit code of the command: `code`, or 1 with a message when stdout could not be written. */
int output_close(int code);

#endif
