/* Passes descriptors between processes through a SOCK_SEQPACKET pair (SCM_RIGHTS, unix(7)).  Each message has one
 * descriptor and one number. */
#ifndef DIPTYCH_POOL_DESCRIPTOR_H
#define DIPTYCH_POOL_DESCRIPTOR_H

#include <stdbool.h>

#include "base/err.h"

/* Sends a copy; the caller keeps fd.  When the pair is full, it waits up to wait_ms.  false: not sent. */
MUST_USE bool descriptor_send(int to, int fd, unsigned number, int wait_ms);
/* Never blocks.  Returns the descriptor, which the caller owns and exec closes; -1: none waits. */
MUST_USE int descriptor_receive(int from, unsigned *number);

#endif
