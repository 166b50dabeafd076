#include "pool/control.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define CLIENT_US (2 * CLOCK_SECOND) /* time limit for a client to send its line or to read its answer */
#define PAUSE_US (100 * INT64_C(1000)) /* pause after a failed accept */
#define SILENT_US (200 * INT64_C(1000)) /* a client that sends nothing keeps its slot this long when others wait */

static const struct {
  const char *name, *argument, *text;
} commands[] = {
#define CONTROL_ROW(name, argument, text) {#name, argument, text},
    CONTROL_COMMANDS(CONTROL_ROW)
#undef CONTROL_ROW
};

bool control_open(struct control *c, const struct config *config, FILE *why)
{
  return listener_open_control(&c->listener, config, why);
}

static void client_free(struct control_client *client)
{
  close(client->fd);
  buf_free(&client->out);
  *client = (struct control_client){.state = CONTROL_FREE, .fd = -1};
}

/* Reads the rest of the input: closing with unread bytes would reset the connection before the answer is read. */
static void client_close(struct control_client *client)
{
  char rest[4096];
  for (int i = 0; i < 16 && recv(client->fd, rest, sizeof rest, MSG_DONTWAIT) > 0; i++)
    ;
  client_free(client);
}

void control_close(struct control *c)
{
  for (int i = 0; i < CONTROL_CLIENTS; i++)
    if (c->clients[i].state != CONTROL_FREE)
      client_close(&c->clients[i]);
  listener_close(&c->listener);
}

void control_release(struct control *c)
{
  listener_disown(&c->listener);
  if (c->listener.fd >= 0)
    close(c->listener.fd);
  c->listener.fd = -1;
}

void control_disown(struct control *c)
{
  for (int i = 0; i < CONTROL_CLIENTS; i++)
    if (c->clients[i].state != CONTROL_FREE)
      client_free(&c->clients[i]); /* without reading: the input is for the master */
  control_release(c);
}

nfds_t control_poll(const struct control *c, struct pollfd *out)
{
  nfds_t n = 0;
  bool room = false, paused = clock_mono_us() < c->resume_us;
  for (int i = 0; i < CONTROL_CLIENTS; i++)
    room = room || c->clients[i].state == CONTROL_FREE;
  out[n++] = (struct pollfd){.fd = room && !paused ? c->listener.fd : -1, .events = POLLIN}; /* poll ignores -1 */
  for (int i = 0; i < CONTROL_CLIENTS; i++) {
    const struct control_client *client = &c->clients[i];
    if (client->state == CONTROL_READING || client->state == CONTROL_WAITING)
      out[n++] = (struct pollfd){.fd = client->fd, .events = client->state == CONTROL_READING ? POLLIN : 0};
    else if (client->state == CONTROL_WRITING)
      out[n++] = (struct pollfd){.fd = client->fd, .events = POLLOUT};
  }
  return n;
}

static void client_write(struct control_client *client)
{
  while (client->sent < client->out.n) {
    ssize_t n =
        send(client->fd, client->out.p + client->sent, client->out.n - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    if (n < 0)
      break;
    client->sent += (size_t)n;
  }
  client_close(client);
}

static void answer_begin(struct control_client *client, const char *first, struct span text)
{
  buf_puts(&client->out, first);
  buf_span(&client->out, text);
  if (text.n && text.p[text.n - 1] != '\n')
    buf_putc(&client->out, '\n');
  client->state = CONTROL_WRITING;
  client->until_us = clock_mono_us() + CLIENT_US;
  if (client->out.failed)
    client_close(client);
  else
    client_write(client);
}

void control_answer(struct control_client *client, bool ok, struct span text)
{
  answer_begin(client, ok ? "ok\n" : "failed\n", text);
}

void control_answer_invalid(struct control_client *client, struct span text)
{
  answer_begin(client, "invalid\n", text);
}

void control_answer_all(struct control *c, struct control_end end, struct span text)
{
  for (int i = 0; i < CONTROL_CLIENTS; i++)
    if (c->clients[i].state == CONTROL_WAITING && c->clients[i].command == end.command &&
        c->clients[i].ticket <= end.ticket)
      control_answer(&c->clients[i], end.ok, text);
}

void control_refuse_all(struct control *c, struct span why)
{
  for (int i = 0; i < CONTROL_CLIENTS; i++)
    if (c->clients[i].state == CONTROL_WAITING && c->clients[i].command != CONTROL_stop)
      control_answer(&c->clients[i], false, why);
}

static void unknown_answer(struct control_client *client)
{
  struct buf out = BUF_INIT;
  buf_puts(&out, "commands:\n");
  for (size_t i = 0; i < CONTROL_COMMAND_COUNT; i++)
    buf_printf(&out, "%s %s: %s\n", commands[i].name, commands[i].argument, commands[i].text);
  control_answer_invalid(client, buf_view(&out));
  buf_free(&out);
}

static void line_run(struct control *c, struct control_client *client, struct span line)
{
  struct span argument = span_trim(line), word = span_split(&argument, ' ');
  for (size_t i = 0; i < CONTROL_COMMAND_COUNT; i++)
    if (span_eq(word, span_z(commands[i].name))) {
      client->command = (enum control_command)i;
      client->state = CONTROL_WAITING;
      c->run(c->context, client, span_trim(argument));
      return;
    }
  unknown_answer(client);
}

static void client_read(struct control *c, struct control_client *client)
{
  ssize_t n = recv(client->fd, client->line + client->n, sizeof client->line - client->n, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    client_close(client);
    return;
  }
  client->n += (size_t)n;
  struct span got = span_of(client->line, client->n);
  size_t end = span_find(got, '\n');
  if (end < got.n)
    line_run(c, client, span_head(got, end));
  else if (client->n == sizeof client->line)
    control_answer(client, false, SPAN("the line is too long"));
}

/* A free slot, or the slot of the client that has been silent longest.  NULL: none. */
static struct control_client *client_slot(struct control *c, int64_t now_us)
{
  struct control_client *silent = NULL;
  for (int i = 0; i < CONTROL_CLIENTS; i++) {
    struct control_client *client = &c->clients[i];
    if (client->state == CONTROL_FREE)
      return client;
    if (client->state == CONTROL_READING && (!silent || client->until_us < silent->until_us))
      silent = client;
  }
  if (!silent || silent->until_us - now_us > CLIENT_US - SILENT_US)
    return NULL;
  client_close(silent);
  return silent;
}

/* Pauses accepting: the client stays in the queue and would wake the master again at once. */
static void accept_failed(struct control *c, int64_t now_us)
{
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
    return;
  log_limited(&c->accept_limit, 10, LOG_LEVEL_ERROR, "cannot accept on the control socket: %s; trying again",
              strerror(errno));
  c->resume_us = now_us + PAUSE_US;
}

static void clients_accept(struct control *c, int64_t now_us)
{
  struct control_client *client;
  while (c->listener.fd >= 0 && now_us >= c->resume_us && (client = client_slot(c, now_us))) {
    int fd = accept4(c->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      accept_failed(c, now_us);
      return;
    }
    *client = (struct control_client){.state = CONTROL_READING, .fd = fd, .until_us = now_us + CLIENT_US};
  }
}

/* true: the client has hung up, and its slot can be freed. */
static bool hung_up(const struct control_client *client)
{
  struct pollfd p = {.fd = client->fd};
  return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR));
}

void control_turn(struct control *c, int64_t now_us)
{
  clients_accept(c, now_us);
  for (int i = 0; i < CONTROL_CLIENTS; i++) {
    struct control_client *client = &c->clients[i];
    if (client->state == CONTROL_READING)
      client_read(c, client);
    else if (client->state == CONTROL_WRITING)
      client_write(client);
    else if (client->state == CONTROL_WAITING && hung_up(client))
      client_close(client);
    if ((client->state == CONTROL_READING || client->state == CONTROL_WRITING) && now_us > client->until_us)
      client_close(client);
  }
}
