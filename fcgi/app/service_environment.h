/* The environment that a systemd unit gives its service: variables of Environment= and EnvironmentFile= lines, and the
 * folder of LoadCredential= with its variable CREDENTIALS_DIRECTORY (systemd.exec(5)).
 *
 * A check runs outside the service, so it copies the credentials into a folder of its own, in memory where the system has
 * /dev/shm.  Only the account of the service can read it. */
#ifndef DIPTYCH_APP_SERVICE_ENVIRONMENT_H
#define DIPTYCH_APP_SERVICE_ENVIRONMENT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

#define SERVICE_CREDENTIALS_FOLDER 64 /* bytes of its path */

/* Sets NAME=VALUE words, each perhaps in double quotes. */
void service_environment_words(struct span words);

/* list: paths with blanks between; a file after "-" may be missing.  False: systemd could not start the service. */
MUST_USE bool service_environment_files(const char *list, FILE *why);

/* list: ID:PATH words with blanks between.  folder: is filled; empty when the list is.  False: as above. */
MUST_USE bool service_credentials_place(const char *list, uid_t uid, gid_t gid, char folder[SERVICE_CREDENTIALS_FOLDER],
                                        FILE *why);
void service_credentials_remove(const char *folder);

#endif
