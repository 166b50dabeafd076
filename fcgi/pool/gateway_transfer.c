/* How kept connections get to other workers.  A worker that leaves, waits or is busy sends their descriptors through one socket
 * pair of the pool, and any other worker receives them.
 *
 * The peer does not notice.  A request that it sends meanwhile waits in the socket's buffer.  Closing the connection
 * instead would race with that request: nginx would choose the connection before it sees the close, and answer 502.
 * When the whole pool stops, or the master is dead, no worker remains to receive connections; then gateway.c
 * closes them.
 *
 * A descriptor in the socket pair has no owner.  So each worker that leaves because the pool stops receives from the
 * pair once more after its own last send.  A worker that sends later does the same. */
#include <poll.h>

#include "pool/descriptor.h"
#include "pool/gateway_state.h"

static bool master_alive(const struct gateway *g)
{
  struct pollfd alive = {.fd = g->s->alive_fd, .events = POLLIN};
  return poll(&alive, 1, 0) == 0;
}

bool gateway_send_fd(struct gateway *g, struct connection *c, int wait_ms)
{
  if (atomic_load(&g->s->board->stopping) || !master_alive(g) ||
      !descriptor_send(g->s->transfer_fds[0], c->fd, 0, wait_ms))
    return false;
  gateway_drop(g, c);
  return true;
}

void gateway_send_all_fds(struct gateway *g)
{
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    if (gateway_kept_idle(c))
      gateway_send_fd(g, c, GATEWAY_SEND_MS);
  }
}

bool gateway_receive_fd(struct gateway *g)
{
  int fd = descriptor_receive(g->s->transfer_fds[1], &(unsigned){0});
  if (fd < 0)
    return false;
  gateway_room(g);
  struct connection *c = connection_new(fd);
  if (c) {
    gateway_add(g, c);
    gateway_turn(g, c, (struct gateway_event){.waited = false});
  }
  return true;
}
