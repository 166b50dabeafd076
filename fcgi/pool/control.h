/* The control socket: a client sends one command, gets one answer, and the connection is closed.
 *
 * A command is one line: a name of the table below and an argument.  The first line of the answer is "ok", "failed" or
 * "invalid" (the command or its argument is wrong); the rest is text.  The answers to reload and stop come when they are
 * done; the connection stays open until then.  The control socket runs in the master's event loop: it answers while all
 * workers are busy.  All of it is non-blocking and limited in size and time, so no client can block the master. */
#ifndef DIPTYCH_POOL_CONTROL_H
#define DIPTYCH_POOL_CONTROL_H

#include <poll.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "pool/listener.h"

/* X(name, argument, what it does) */
#define CONTROL_COMMANDS(X)                                                                                            \
  X(status, "[json]", "what the pool is doing, for people or as JSON")                                                 \
  X(metrics, "", "all counters as Prometheus text")                                                                    \
  X(scale, "N|auto", "sets the number of workers, within workers_min and workers_max, or lets the pool choose it")     \
  X(reload, "", "reads the configuration and the templates again; answers when they are in force, or why not")         \
  X(reopen, "", "opens the file of the request log anew; answers when nobody writes to the old one")                   \
  X(upgrade, "", "starts the program anew without losing a request; answers when it serves, or why it does not")       \
  X(stop, "", "stops the pool after the accepted requests are answered; answers last")

#define CONTROL_ENUM(name, argument, text) CONTROL_##name,
enum control_command { CONTROL_COMMANDS(CONTROL_ENUM) CONTROL_COMMAND_COUNT };
#undef CONTROL_ENUM

#define CONTROL_CLIENTS 16
#define CONTROL_LINE 256

enum control_state { CONTROL_FREE, CONTROL_READING, CONTROL_WAITING, CONTROL_WRITING };

struct control_client {
  enum control_state state;
  enum control_command command;
  unsigned ticket; /* see control_answer_all */
  int fd;
  int64_t until_us; /* deadline of CONTROL_READING and CONTROL_WRITING */
  char line[CONTROL_LINE];
  size_t n;
  struct buf out;
  size_t sent;
};

struct control {
  struct listener listener;
  int64_t resume_us; /* accept no client before this time, because the last accept failed */
  struct log_limit accept_limit;
  struct control_client clients[CONTROL_CLIENTS];
  /* Runs a command.  It calls control_answer, or leaves the client waiting for control_answer_all. */
  void (*run)(void *context, struct control_client *client, struct span argument);
  void *context;
};

MUST_USE bool control_open(struct control *c, const struct config *config, FILE *why);
void control_close(struct control *c);
void control_release(struct control *c); /* accepts no more clients and frees the name; clients go on */
void control_disown(struct control *c); /* in a child: closes the descriptors only */

/* Writes the descriptors to poll into out[1 + CONTROL_CLIENTS] and returns their number. */
nfds_t control_poll(const struct control *c, struct pollfd *out);
/* Reads, runs and answers commands without blocking.  Call it after each poll, also after a timeout. */
void control_turn(struct control *c, int64_t now_us);

/* Begins to write the answer; text may be empty. */
void control_answer(struct control_client *client, bool ok, struct span text);
void control_answer_invalid(struct control_client *client, struct span text); /* the argument is wrong */
/* Answers all clients that wait for end.command with a ticket up to end.ticket. */
struct control_end {
  enum control_command command;
  unsigned ticket;
  bool ok;
};
void control_answer_all(struct control *c, struct control_end end, struct span text);
void control_refuse_all(struct control *c, struct span why); /* answers all clients that wait, except for stop */

#endif
