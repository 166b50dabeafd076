/* `diptych init`: begins a site.
 *
 * It writes three files beside the configuration: the configuration itself, accounts.sql with the accounts of sql_dir and
 * generated passwords, and nginx-site.conf.  A file that exists is never changed.  Files with secrets can be read by root and,
 * the configuration, by the group of nginx. */
#ifndef DIPTYCH_APP_INIT_SITE_H
#define DIPTYCH_APP_INIT_SITE_H

#include <stdio.h>

#include "app/init_answers.h"

struct init_task {
  struct init_answers answers; /* what options have given */
  bool migrate;                /* also make the tables */
  const char *share;           /* the folder with sql, nginx and templates; NULL: the installed one */
};

/* Returns the exit status.  Frees the answers. */
MUST_USE int init_site(struct init_task *t, const char *config, FILE *in, FILE *out, FILE *why);

#endif
