#include "db/db_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/name_lookup.h"

enum role { ROLE_UNKNOWN, ROLE_READ_ONLY, ROLE_WRITABLE };

static struct breaker_servers *state_of(struct db_servers *s)
{
  return atomic_load_explicit(&s->breaker->servers.list, memory_order_acquire) == s->list ? &s->breaker->servers : &s->own;
}

static void server_read(struct db_server *v, struct span text, const struct config *c)
{
  struct span host = text, port = {0};
  size_t colon = text.n;
  while (colon && text.p[colon - 1] != ':' && text.p[colon - 1] != ']')
    colon--;
  bool local = text.n && text.p[0] == '/', has_port = !local && colon && text.p[colon - 1] == ':';
  if (has_port) {
    host = span_head(text, colon - 1);
    port = span_from(text, colon);
  }
  if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
    host = span_of(host.p + 1, host.n - 2);
  char digits[8] = "";
  snprintf(digits, sizeof digits, "%.*s", SPAN_ARG(port));
  *v = (struct db_server){.port = local ? 0 : has_port ? (unsigned)strtoul(digits, NULL, 10) : (unsigned)c->mysql_port};
  snprintf(v->host, sizeof v->host, "%.*s", SPAN_ARG(host));
  snprintf(v->name, sizeof v->name, "%.*s", SPAN_ARG(text));
  v->is_name = v->port && name_lookup_needed(v->host);
}

static void list_read(struct db_servers *s, const struct config *c)
{
  struct span list = span_z(c->mysql_hosts);
  while (list.n && s->n < BREAKER_SERVERS) {
    struct span one = span_trim(span_split(&list, ','));
    if (one.n)
      server_read(&s->v[s->n++], one, c);
  }
  if (s->n)
    return;
  s->n = 1;
  s->v[0].port = *c->mysql_socket ? 0 : (unsigned)c->mysql_port;
  snprintf(s->v[0].host, sizeof s->v[0].host, "%s", *c->mysql_socket ? c->mysql_socket : c->mysql_host);
  snprintf(s->v[0].name, sizeof s->v[0].name, "%s", s->v[0].host);
  s->v[0].is_name = s->v[0].port && name_lookup_needed(s->v[0].host);
}

void db_servers_open(struct db_servers *s, const struct config *c, struct breaker *breaker)
{
  *s = (struct db_servers){.breaker = breaker, .list = hash_mix(hash_span(1, span_z(c->mysql_hosts)), (uint64_t)c->mysql_port)};
  list_read(s, c);
  struct breaker_servers *shared = &breaker->servers;
  if (s->n == 1 || atomic_load(&shared->list) == s->list)
    return;
  atomic_store(&shared->primary, 0);
  for (unsigned i = 0; i < BREAKER_SERVERS; i++) {
    atomic_store(&shared->role[i], ROLE_UNKNOWN);
    atomic_store(&shared->down_until_us[i], 0);
  }
  atomic_store_explicit(&shared->list, s->list, memory_order_release);
}

void db_servers_close(struct db_servers *s)
{
  for (unsigned i = 0; i < s->n; i++)
    name_lookup_end(&s->v[i].lookup);
}

struct db_server *db_servers_at(struct db_servers *s)
{
  return &s->v[s->at];
}

/* ---- choosing */

static bool is_down(struct breaker_servers *b, unsigned i)
{
  return clock_mono_us() < atomic_load(&b->down_until_us[i]);
}

static unsigned primary_of(struct breaker_servers *b)
{
  unsigned primary = atomic_load(&b->primary);
  return primary <= BREAKER_SERVERS ? primary : 0;
}

static bool wants_primary(const struct db_servers *s)
{
  return s->writer || clock_mono_us() < s->primary_until_us;
}

static bool primary_up(const struct db_servers *s, struct breaker_servers *b)
{
  unsigned primary = primary_of(b);
  return primary && primary <= s->n && !is_down(b, primary - 1);
}

/* A server other than the primary that may be read: a replica, or with no primary any server that may be one.  The watcher finds
 * out which role a server has that came back; a worker with a request does not. */
static bool is_replica(const struct db_servers *s, struct breaker_servers *b, unsigned i)
{
  unsigned role = atomic_load(&b->role[i]);
  if (i + 1 == primary_of(b) || is_down(b, i))
    return false;
  if (atomic_load(&b->cluster))
    return !primary_up(s, b);
  return role == ROLE_READ_ONLY || (role == ROLE_UNKNOWN && !primary_up(s, b));
}

bool db_servers_choice(const struct db_servers *s)
{
  return s->n > 1 && !s->fixed;
}

void db_servers_choose(struct db_servers *s)
{
  struct breaker_servers *b = state_of(s);
  unsigned from = !s->writer ? (unsigned)getpid() : s->chosen ? s->at + 1 : 0;
  s->chosen = true;
  if (!db_servers_choice(s)) {
    s->at = s->fixed ? s->fixed - 1 : 0;
    return;
  }
  if (wants_primary(s) && primary_up(s, b)) {
    s->at = primary_of(b) - 1;
    return;
  }
  for (unsigned k = 0; k < s->n; k++)
    if (is_replica(s, b, (from + k) % s->n)) {
      s->at = (from + k) % s->n;
      return;
    }
  s->at = primary_up(s, b) ? primary_of(b) - 1 : (s->at + 1) % s->n;
}

/* True: a server of unknown role may be the primary. */
static bool role_open(struct db_servers *s, struct breaker_servers *b)
{
  for (unsigned i = 0; i < s->n; i++)
    if (atomic_load(&b->role[i]) == ROLE_UNKNOWN && !is_down(b, i))
      return true;
  return false;
}

bool db_servers_found(struct db_servers *s, bool writable)
{
  struct breaker_servers *b = state_of(s);
  atomic_store(&b->role[s->at], writable ? ROLE_WRITABLE : ROLE_READ_ONLY);
  if (s->fixed)
    return true;
  if (!s->writer)
    return !writable || atomic_load(&b->cluster) || !primary_of(b) || primary_of(b) == s->at + 1;
  if (writable && atomic_exchange(&b->primary, s->at + 1) != s->at + 1)
    log_info("the primary of the database is %s", db_servers_at(s)->name);
  return writable || !role_open(s, b);
}

bool db_servers_failed(struct db_servers *s)
{
  struct breaker_servers *b = state_of(s);
  if (!db_servers_choice(s))
    return false;
  atomic_store(&b->down_until_us[s->at], clock_mono_us() + DB_SERVER_HOLD_US);
  atomic_store(&b->role[s->at], ROLE_UNKNOWN);
  if (s->writer && primary_of(b) == s->at + 1)
    db_servers_search(s);
  for (unsigned i = 0; i < s->n; i++)
    if (!is_down(b, i))
      return true;
  return false;
}

bool db_servers_usable(struct db_servers *s)
{
  struct breaker_servers *b = state_of(s);
  unsigned primary = primary_of(b);
  if (s->n == 1)
    return true;
  if (s->fixed)
    return s->fixed == s->at + 1;
  if (is_down(b, s->at))
    return false;
  if (wants_primary(s))
    return primary == s->at + 1 || !primary;
  if (primary != s->at + 1)
    return atomic_load(&b->role[s->at]) == ROLE_READ_ONLY || is_replica(s, b, s->at);
  for (unsigned i = 0; i < s->n; i++)
    if (is_replica(s, b, i))
      return false;
  return true;
}

bool db_servers_older(struct db_servers *s)
{
  unsigned primary = primary_of(state_of(s));
  if (s->n == 1 || !primary || primary == s->at + 1)
    return false;
  s->primary_until_us = clock_mono_us() + CLOCK_SECOND;
  return true;
}

void db_servers_search(struct db_servers *s)
{
  struct breaker_servers *b = state_of(s);
  atomic_store(&b->primary, 0);
  for (unsigned i = 0; i < s->n; i++)
    atomic_store(&b->role[i], ROLE_UNKNOWN);
}

bool db_servers_unknown(struct db_servers *s, unsigned *place)
{
  struct breaker_servers *b = state_of(s);
  for (unsigned k = 1; s->n > 1 && k <= s->n; k++)
    if (atomic_load(&b->role[(*place + k) % s->n]) == ROLE_UNKNOWN && !is_down(b, (*place + k) % s->n)) {
      *place = (*place + k) % s->n;
      return true;
    }
  return false;
}

void db_servers_learn(struct db_servers *s, struct db_servers *from, unsigned place, bool up)
{
  struct breaker_servers *b = state_of(s);
  if (up)
    atomic_store(&b->role[place], atomic_load(&state_of(from)->role[place]));
  else
    atomic_store(&b->down_until_us[place], clock_mono_us() + DB_SERVER_HOLD_US);
}

void db_servers_cluster(struct db_servers *s, bool on)
{
  atomic_store(&state_of(s)->cluster, on);
}

void db_servers_move(struct db_servers *s, unsigned place, bool left)
{
  struct breaker_servers *b = state_of(s);
  if (left)
    atomic_store(&b->down_until_us[s->at], clock_mono_us() + DB_SERVER_HOLD_US);
  atomic_store(&b->down_until_us[place], 0);
  atomic_store(&b->role[place], ROLE_WRITABLE);
  atomic_store(&b->primary, place + 1);
}

bool db_servers_at_primary(struct db_servers *s)
{
  return s->n == 1 || primary_of(state_of(s)) == s->at + 1;
}
