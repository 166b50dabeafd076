/* The control socket: an operator's line in, an answer out, then the connection closes.
 *
 * A request is one line, a command of the table below and its argument.  The answer's first line is
 * "ok" or "failed"; the rest is text.  An answer may come later (reload, stop): the connection stays
 * open until then.  Everything is non-blocking and bounded, in the master's own loop, so that it
 * answers while all workers are busy and no client can hold the master up. */
#ifndef DIPTYCH_POOL_CONTROL_H
#define DIPTYCH_POOL_CONTROL_H

#include <poll.h>

#include "base/buf.h"
#include "base/log.h"
#include "pool/listener.h"

/* X(name, argument, what it does) */
#define CONTROL_COMMANDS(X)                                                                                            \
  X(status, "[json]", "what the pool is doing, for people or as JSON")                                                 \
  X(metrics, "", "all counters as Prometheus text")                                                                    \
  X(scale, "N", "wants N workers from now on, within workers_min and workers_max")                                     \
  X(reload, "", "reads the configuration and the templates again; answers when they serve, or why not")                \
  X(stop, "", "answers what was accepted, then ends; answers last")

#define CONTROL_ENUM(name, argument, text) CONTROL_##name,
enum control_command { CONTROL_COMMANDS(CONTROL_ENUM) CONTROL_COMMAND_COUNT };
#undef CONTROL_ENUM

#define CONTROL_CLIENTS 16
#define CONTROL_LINE 256

enum control_state { CONTROL_FREE, CONTROL_READING, CONTROL_WAITING, CONTROL_WRITING };

struct control_client {
  enum control_state state;
  enum control_command command;
  unsigned ticket; /* what it waits for, see control_answer_all */
  int fd;
  int64_t until_us; /* reading and writing: given up then */
  char line[CONTROL_LINE];
  size_t n;
  struct buf out;
  size_t sent;
};

struct control {
  struct listener listener;
  int64_t resume_us; /* no client is accepted before: the system was out of something */
  struct log_limit starved;
  struct control_client clients[CONTROL_CLIENTS];
  /* Runs a command: control_answer now, or later for all who wait for this command. */
  void (*run)(void *of, struct control_client *client, struct span argument);
  void *of;
};

bool control_open(struct control *c, const char *path, FILE *why);
void control_close(struct control *c);
void control_disown(struct control *c); /* in a child */

/* Descriptors to poll into out[1 + CONTROL_CLIENTS]; returns how many. */
nfds_t control_poll(const struct control *c, struct pollfd *out);
/* Goes on with whatever can; call it after poll, also after a timeout. */
void control_turn(struct control *c, int64_t now_us);

/* text may be empty.  Begins to write the answer. */
void control_answer(struct control_client *client, bool ok, struct span text);
/* The same to all clients that wait for this command's end with this ticket or an older one. */
struct control_end {
  enum control_command command;
  unsigned ticket;
  bool ok;
};
void control_answer_all(struct control *c, struct control_end end, struct span text);

#endif
