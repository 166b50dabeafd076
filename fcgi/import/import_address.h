/* Which addresses the import may connect to.
 *
 * Rows of product_source are written by editors, and feeds may redirect.  Without a check, either could make this machine ask
 * services of its own network.  The check is made for the address of each connection just before it is opened, so neither a
 * redirect nor a name that resolves differently a moment later goes round it.
 *
 * Public is what IANA's registries of special-purpose addresses call globally reachable (RFC 6890).  An IPv6 address that
 * contains an IPv4 address (mapped, NAT64, 6to4) is as public as that one. */
#ifndef DIPTYCH_IMPORT_IMPORT_ADDRESS_H
#define DIPTYCH_IMPORT_IMPORT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False also for families other than IPv4 and IPv6. */
bool import_address_public(const struct sockaddr *address);

#endif
