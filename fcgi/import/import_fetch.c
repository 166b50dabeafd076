#include "import/import_fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "import/import_address.h"

#define AT_ONCE 8
#define REDIRECTS_MOST 5L
#define CONNECT_MS 10000L
#define WAIT_MS 1000
#define RETRY_MOST_S 604800 /* a week */
#define ETAG_MOST 500       /* the column */
#define DATE_MOST 100       /* the column */
#define BLOCKED_MOST 16     /* hosts */
#define FEED_TYPES "application/atom+xml, application/rss+xml, application/feed+json, application/json, */*;q=0.5"

struct transfer {
  struct import_fetch *fetch; /* NULL: the slot is free */
  const struct import_fetch_limits *limits;
  CURL *easy;
  struct curl_slist *headers;
  struct buf body;
  char error[CURL_ERROR_SIZE];
  char refused[INET6_ADDRSTRLEN]; /* the private address */
  bool too_large;
};

struct fetching {
  const struct import_fetch_limits *limits;
  struct arena *arena;
  CURLM *multi;
  struct transfer slots[AT_ONCE];
  struct span *hosts; /* of each request, in lower case */
  struct span blocked[BLOCKED_MOST];
  size_t n_blocked;
};

/* ---- addresses */

const char *import_fetch_address(struct arena *a, struct span url, bool github, bool endoflife)
{
  static const char *const pages[] = {"https://github.com/", "https://www.github.com/", "http://github.com/"};
  struct span site = SPAN("https://endoflife.date/"), rest;
  for (size_t i = 0; github && i < sizeof pages / sizeof *pages; i++)
    if (span_starts(url, span_z(pages[i]))) {
      rest = span_from(url, strlen(pages[i]));
      struct span owner = span_split(&rest, '/'), name = span_split(&rest, '/');
      if (span_ends(name, SPAN(".git")))
        name.n -= 4;
      if (owner.n && name.n)
        return arena_z(a, arena_printf(a, "https://api.github.com/repos/%.*s/%.*s/releases", SPAN_ARG(owner), SPAN_ARG(name)));
    }
  if (endoflife && span_starts(url, site) && !span_starts(span_from(url, site.n), SPAN("api/"))) {
    rest = span_from(url, site.n);
    struct span name = span_split(&rest, '/');
    if (name.n && span_find(name, '?') == name.n)
      return arena_z(a, arena_printf(a, "https://endoflife.date/api/%.*s.json", SPAN_ARG(name)));
  }
  return arena_z(a, url);
}

static struct span host_of(struct arena *a, const char *address)
{
  char *host = NULL;
  struct span out = SPAN("");
  CURLU *url = curl_url();
  if (url && address && curl_url_set(url, CURLUPART_URL, address, 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    for (char *p = host; *p; p++)
      *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    out = arena_printf(a, "%s", host);
  }
  curl_free(host);
  curl_url_cleanup(url);
  return out;
}

/* ---- callbacks of libcurl */

static size_t body_take(char *bytes, size_t one, size_t n, void *arg)
{
  struct transfer *t = arg;
  buf_put(&t->body, bytes, n * one);
  t->too_large |= t->body.failed;
  return t->body.failed ? 0 : n * one;
}

static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct transfer *t = arg;
  if (t->limits->allow_private || import_address_public(&address->addr))
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  const void *bytes = address->family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)&address->addr)->sin6_addr
                                                  : (const void *)&((struct sockaddr_in *)&address->addr)->sin_addr;
  if (!inet_ntop(address->family, bytes, t->refused, sizeof t->refused))
    snprintf(t->refused, sizeof t->refused, "of family %d", address->family);
  return CURL_SOCKET_BAD;
}

/* ---- one transfer */

static bool header_ok(const char *value)
{
  if (!value || !*value)
    return false;
  for (; *value; value++)
    if ((unsigned char)*value < ' ' || (unsigned char)*value > '~')
      return false;
  return true;
}

static void header_add(struct transfer *t, const char *name, const char *value)
{
  struct buf line = BUF_INIT;
  buf_printf(&line, "%s: %s", name, value);
  struct curl_slist *list = curl_slist_append(t->headers, buf_z(&line));
  t->headers = list ? list : t->headers;
  buf_free(&line);
}

static void options_set(struct transfer *t)
{
  const struct import_fetch *f = t->fetch;
  CURL *c = t->easy;
  curl_easy_setopt(c, CURLOPT_URL, f->url);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS_MOST);
  curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_USERAGENT, t->limits->user_agent);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, ""); /* all that libcurl unpacks */
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)t->limits->timeout_ms);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, t->limits->timeout_ms < CONNECT_MS ? (long)t->limits->timeout_ms : CONNECT_MS);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body_take);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, socket_open);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
  curl_easy_setopt(c, CURLOPT_PRIVATE, (char *)t);
}

static bool transfer_begin(struct fetching *g, struct transfer *t, struct import_fetch *f)
{
  *t = (struct transfer){.fetch = f, .limits = g->limits, .easy = curl_easy_init(), .body = {.max = (size_t)g->limits->bytes}};
  if (!t->easy)
    return false;
  header_add(t, "Accept", f->github ? "application/vnd.github+json" : FEED_TYPES);
  if (header_ok(f->etag))
    header_add(t, "If-None-Match", f->etag);
  if (header_ok(f->last_modified))
    header_add(t, "If-Modified-Since", f->last_modified);
  options_set(t);
  return curl_multi_add_handle(g->multi, t->easy) == CURLM_OK;
}

static void transfer_end(struct fetching *g, struct transfer *t)
{
  if (t->easy) {
    curl_multi_remove_handle(g->multi, t->easy);
    curl_easy_cleanup(t->easy);
  }
  curl_slist_free_all(t->headers);
  buf_free(&t->body);
  *t = (struct transfer){0};
}

/* ---- answers */

static struct span header_of(struct fetching *g, struct transfer *t, const char *name, size_t most)
{
  struct curl_header *header;
  if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK || strlen(header->value) > most ||
      !header_ok(header->value))
    return SPAN("");
  return arena_printf(g->arena, "%s", header->value);
}

/* charset=utf-8, Charset="utf-8"; in its arena.  type NULL: none. */
static struct span charset_of(struct arena *a, const char *type)
{
  const char *at = type ? strcasestr(type, "charset=") : NULL;
  struct span value = at ? arena_printf(a, "%s", at + strlen("charset=")) : SPAN("");
  value = span_trim(span_head(value, span_find(value, ';')));
  if (value.n > 1 && value.p[0] == '"')
    value = span_of(value.p + 1, value.n - 2);
  return value;
}

/* Also the time when GitHub's rate begins anew. */
static int64_t retry_of(struct fetching *g, struct transfer *t)
{
  curl_off_t s = 0;
  curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &s);
  struct span left = header_of(g, t, "x-ratelimit-remaining", 20), reset = header_of(g, t, "x-ratelimit-reset", 20);
  if (!s && span_eq(left, SPAN("0")) && reset.n)
    s = (curl_off_t)strtoll(arena_z(g->arena, reset), NULL, 10) - (curl_off_t)time(NULL);
  return s < 0 ? 0 : s > RETRY_MOST_S ? RETRY_MOST_S : (int64_t)s;
}

static struct span fault_of(struct fetching *g, const struct transfer *t, CURLcode code)
{
  if (*t->refused && code != CURLE_OK)
    return arena_printf(g->arena, "the address %s is not public; --allow-private allows it", t->refused);
  if (t->too_large)
    return arena_printf(g->arena, "the answer has more than import_bytes = %lld bytes", (long long)g->limits->bytes);
  switch (code) {
  case CURLE_OK:
    return SPAN("");
  case CURLE_OPERATION_TIMEDOUT:
    return arena_printf(g->arena, "no whole answer came within import_timeout = %lld s", (long long)(g->limits->timeout_ms / 1000));
  case CURLE_TOO_MANY_REDIRECTS:
    return arena_printf(g->arena, "more than %ld redirects", REDIRECTS_MOST);
  case CURLE_UNSUPPORTED_PROTOCOL:
    return SPAN("the address, or one that it leads to, is neither http nor https");
  case CURLE_LOGIN_DENIED:
  case CURLE_URL_MALFORMAT:
    return SPAN("the address is malformed, or has a user or a password");
  default:
    return arena_printf(g->arena, "%s", *t->error ? t->error : curl_easy_strerror(code));
  }
}

static void answer_take(struct fetching *g, struct transfer *t, CURLcode code)
{
  struct import_fetch *f = t->fetch;
  long status = 0;
  char *url = NULL, *type = NULL;
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
  curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
  f->fault = fault_of(g, t, code);
  f->status = f->fault.n ? 0 : (int)status;
  f->body = buf_view(&t->body);
  f->final_url = url ? url : f->url;
  f->charset = charset_of(g->arena, type);
  f->new_etag = header_of(g, t, "etag", ETAG_MOST);
  f->new_last_modified = header_of(g, t, "last-modified", DATE_MOST);
  f->retry_after_s = retry_of(g, t);
}

/* ---- all of them */

static bool is_blocked(const struct fetching *g, struct span host)
{
  for (size_t i = 0; i < g->n_blocked; i++)
    if (span_eq(g->blocked[i], host))
      return true;
  return false;
}

static bool is_busy(const struct fetching *g, const struct import_fetch *v, struct span host)
{
  for (size_t i = 0; i < AT_ONCE; i++)
    if (g->slots[i].fetch && span_eq(g->hosts[g->slots[i].fetch - v], host))
      return true;
  return false;
}

static struct transfer *slot_free(struct fetching *g)
{
  for (size_t i = 0; i < AT_ONCE; i++)
    if (!g->slots[i].fetch)
      return &g->slots[i];
  return NULL;
}

struct import_fetch_call {
  struct import_fetch *v;
  size_t n;
  bool *begun;
  void (*done)(void *arg, struct import_fetch *f);
  void *arg;
};

/* Begins what may begin.  Returns the number of running transfers. */
static size_t begin_more(struct fetching *g, const struct import_fetch_call *call)
{
  size_t running = 0;
  struct transfer *slot;
  for (size_t i = 0; i < call->n && (slot = slot_free(g)); i++) {
    struct import_fetch *f = &call->v[i];
    if (call->begun[i] || is_busy(g, call->v, g->hosts[i]))
      continue;
    call->begun[i] = true;
    f->skipped = f->github && is_blocked(g, g->hosts[i]);
    if (f->skipped || !transfer_begin(g, slot, f)) {
      f->fault = f->skipped ? SPAN("its host wants no more requests now") : SPAN("out of memory");
      transfer_end(g, slot);
      call->done(call->arg, f);
    }
  }
  for (size_t i = 0; i < AT_ONCE; i++)
    running += g->slots[i].fetch != NULL;
  return running;
}

static void end_finished(struct fetching *g, const struct import_fetch_call *call)
{
  int left;
  for (CURLMsg *m; (m = curl_multi_info_read(g->multi, &left));) {
    struct transfer *t;
    if (m->msg != CURLMSG_DONE)
      continue;
    CURLcode code = m->data.result;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
    struct import_fetch *f = t->fetch;
    answer_take(g, t, code);
    bool refused = f->status == 429 || (f->status == 403 && f->retry_after_s);
    if (refused && f->github && g->n_blocked < BLOCKED_MOST)
      g->blocked[g->n_blocked++] = g->hosts[f - call->v];
    call->done(call->arg, f);
    transfer_end(g, t);
  }
}

/* libcurl cannot go on, for want of memory. */
static void end_running(struct fetching *g, const struct import_fetch_call *call, CURLMcode code)
{
  for (size_t i = 0; i < AT_ONCE; i++) {
    struct import_fetch *f = g->slots[i].fetch;
    if (!f)
      continue;
    transfer_end(g, &g->slots[i]);
    f->fault = span_z(curl_multi_strerror(code));
    call->done(call->arg, f);
  }
}

bool import_fetch_all(struct import_fetch *v, size_t n, const struct import_fetch_limits *limits, struct arena *arena,
                      void (*done)(void *arg, struct import_fetch *f), void *arg)
{
  struct fetching g = {.limits = limits, .arena = arena, .multi = curl_multi_init()};
  struct import_fetch_call call = {v, n, ARENA_ARRAY(arena, n + 1, bool), done, arg};
  g.hosts = ARENA_ARRAY(arena, n + 1, struct span);
  bool ok = g.multi && g.hosts && call.begun;
  int running = 0;
  for (size_t i = 0; ok && i < n; i++)
    g.hosts[i] = host_of(arena, v[i].url);
  if (ok)
    curl_multi_setopt(g.multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L); /* also for hosts that redirects lead to */
  while (ok && begin_more(&g, &call)) {
    CURLMcode code = curl_multi_perform(g.multi, &running);
    end_finished(&g, &call);
    if (code == CURLM_OK && running)
      code = curl_multi_poll(g.multi, NULL, 0, WAIT_MS, NULL);
    if (code != CURLM_OK)
      end_running(&g, &call, code);
  }
  curl_multi_cleanup(g.multi);
  return ok;
}
