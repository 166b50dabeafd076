/* The addresses of a host name, looked up in the background (getaddrinfo_a).  getaddrinfo itself has no time limit: with a name
 * server that does not answer it takes 10 s and more. */
#ifndef DIPTYCH_BASE_NAME_LOOKUP_H
#define DIPTYCH_BASE_NAME_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

struct name_lookup;

enum name_lookup_state { NAME_LOOKUP_RUNS, NAME_LOOKUP_DONE, NAME_LOOKUP_FAILED };

bool name_lookup_needed(const char *host); /* false: a number */

struct name_lookup *name_lookup_start(const char *host); /* NULL: no memory, or no thread */
/* Also frees the list. */
void name_lookup_end(struct name_lookup **l);

/* Waits until the lookup has ended, for wait_us at most. */
enum name_lookup_state name_lookup_wait(const struct name_lookup *l, int64_t wait_us);

const struct addrinfo *name_lookup_list(const struct name_lookup *l); /* when DONE; socket type SOCK_STREAM, port 0 */
const char *name_lookup_error(const struct name_lookup *l);           /* when FAILED */

#endif
