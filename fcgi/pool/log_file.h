/* The file of the request log, and how all processes come to write to a new one.
 *
 * Only the master opens the file: workers may not open files for writing.  A worker inherits the descriptor when it is
 * forked.  To open the name again (USR1, `diptych reopen`), the master opens it, raises the number in the scoreboard and
 * puts a copy of the descriptor for each worker into a socket pair that all processes share.  A worker compares the number
 * before each line and in each turn of its loop, and takes a copy.  Until then it writes to the old file, so no line is
 * lost.  Each worker tells its number in its slot.  When all have the new number, the reopening has ended: nobody writes to
 * the old file any more.  A copy that a dead worker left behind is received by the master then.
 *
 * A configuration without a file (request_log = off or stderr) has fd -1.  If the file cannot be opened again, the old one
 * stays in use. */
#ifndef DIPTYCH_POOL_LOG_FILE_H
#define DIPTYCH_POOL_LOG_FILE_H

#include "config/config.h"
#include "pool/scoreboard.h"

struct log_file {
  int fd;           /* O_APPEND; -1: none */
  int held_fd;      /* the file of the configuration in force while a reload tries another one; -1: none */
  int queue[2];     /* copies for workers: send to [0], receive from [1]; -1: not open */
  unsigned number;  /* reopenings whose file this process has */
  bool wanted;      /* master: a reopening was requested and has not begun */
  bool trying;      /* master: between log_file_try and log_file_keep or log_file_return */
  bool pending;     /* master: some workers write to the old file */
};

#define LOG_FILE_NONE {.fd = -1, .held_fd = -1, .queue = {-1, -1}}

/* The path of the file; NULL: this configuration has none. */
const char *log_file_path(const struct config *c);
/* Opens that file.  -1: the reason is written to why. */
MUST_USE int log_file_open_path(const struct config *c, FILE *why);

/* Master.  The functions with `why` return false and write the reason when the file cannot be opened. */
MUST_USE bool log_file_open(struct log_file *l, const struct config *c, FILE *why);
void log_file_close(struct log_file *l);
MUST_USE bool log_file_try(struct log_file *l, const struct config *next, FILE *why); /* for the workers forked from now on */
void log_file_keep(struct log_file *l);   /* after log_file_try: the next configuration is in force */
void log_file_return(struct log_file *l); /* the previous one stays in force; without log_file_try it does nothing */

enum log_file_result { LOG_FILE_NOTHING, LOG_FILE_DONE, LOG_FILE_FAILED };
/* Begins the reopening that was requested, or goes on with it.  Call it often.  DONE: all workers write to the new file;
 * FAILED: all go on with the old one, and the reason is written to why. */
MUST_USE enum log_file_result log_file_turn(struct log_file *l, const struct config *c, struct scoreboard *b, FILE *why);

/* Worker. */
void log_file_enter(struct log_file *l, struct scoreboard_slot *slot); /* after fork */
void log_file_take(struct log_file *l, const struct scoreboard *b, struct scoreboard_slot *slot);
static inline void log_file_follow(struct log_file *l, const struct scoreboard *b, struct scoreboard_slot *slot)
{
  if (atomic_load_explicit(&b->log_number, memory_order_acquire) != l->number)
    log_file_take(l, b, slot);
}

#endif
