/* The five answers that `diptych init` needs, from options or from questions.
 *
 * An answer is checked as its key in the configuration is.  On a terminal a wrong answer is asked for again; elsewhere
 * standard input has one answer a line, and a wrong one ends the command.  An empty line means the default. */
#ifndef DIPTYCH_APP_INIT_ANSWERS_H
#define DIPTYCH_APP_INIT_ANSWERS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

/* X(name of the option, key that checks it, default or NULL, question) */
#define INIT_QUESTIONS(X)                                                                                              \
  X(name, "site_name", NULL, "Name of the site")                                                                       \
  X(address, "base_url", NULL, "Address of the site, like https://compare.example.org")                                \
  X(database, "", "/run/mysqld/mysqld.sock", "Database: its socket, or host or host:port")                              \
  X(cache, "memcached", "127.0.0.1:11211", "memcached: host:port or socket, none for no cache")                        \
  X(language, "lang", "en", "Language of the pages, like en")

struct init_answers {
#define INIT_FIELD(name, key, fallback, question) char *name;
  INIT_QUESTIONS(INIT_FIELD)
#undef INIT_FIELD
};

/* Takes an option of the command line.  False: there is none of this name, or it was given twice. */
MUST_USE bool init_answers_option(struct init_answers *a, const char *option, const char *value);

/* Asks for what no option has given.  False: an answer is missing or wrong; the reason is written to why. */
MUST_USE bool init_answers_complete(struct init_answers *a, FILE *in, FILE *out, FILE *why);
void init_answers_free(struct init_answers *a);

/* The host of the database, or "" for a socket; its port, 0: the usual one. */
MUST_USE bool init_database_host(const char *database, char host[256], int *port);

#endif
