/* The terminal of a full-screen view: keys without echo, the alternate screen, and a restored terminal at the end.
 *
 * The escape sequences are those of ECMA-48 and xterm that every terminal emulator, the Linux console, screen and tmux know.
 * So no terminal library is needed: the view clears and fills whole lines and moves the cursor to the corner only.  Signals
 * are read from a signalfd between two frames, so no end of the program leaves the terminal changed.  Ctrl-Z gives the
 * terminal back until the program continues. */
#ifndef DIPTYCH_APP_TERMINAL_H
#define DIPTYCH_APP_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "base/buf.h"

struct terminal {
  bool entered; /* standard output is a terminal, and the view has it */
  bool keys;    /* standard input is a terminal */
  int signal_fd;
  struct termios before;
};

enum terminal_event { TERMINAL_NOTHING, TERMINAL_RESIZED, TERMINAL_QUIT };

/* False: standard output is no terminal that can be filled (TERM is "dumb" or unset); signals are taken all the same. */
bool terminal_enter(struct terminal *t);
void terminal_leave(struct terminal *t);
void terminal_size(int *columns, int *rows);
/* Waits up to wait_ms.  q and the signals INT, TERM, HUP end the view. */
enum terminal_event terminal_wait(struct terminal *t, int wait_ms);
/* Writes all bytes.  False: the reader is gone. */
bool terminal_write(const struct buf *frame);

bool terminal_colour(void);   /* NO_COLOR is unset or empty (no-color.org) */
bool terminal_unicode(void);  /* the locale of the environment is UTF-8 */

#endif
