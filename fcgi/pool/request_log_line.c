#include "pool/request_log_line.h"

#include "base/clock.h"

/* The place where the next member is written. */
struct line {
  struct buf *out;
  bool json, cut;
};

static void key_write(struct line *l, const char *key)
{
  if (l->json) {
    buf_puts(l->out, l->out->n ? ",\"" : "{\"");
    buf_puts(l->out, key);
    buf_put(l->out, "\":", 2);
  } else {
    if (l->out->n)
      buf_putc(l->out, ' ');
    buf_puts(l->out, key);
    buf_putc(l->out, '=');
  }
}

static bool is_plain(unsigned char c)
{
  return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escaped_write(struct line *l, struct span s)
{
  static const char digits[] = "0123456789ABCDEF";
  size_t room = REQUEST_LOG_WORD;
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    size_t n = is_plain(c) ? 1 : 3;
    if (n > room) {
      l->cut = true;
      return;
    }
    room -= n;
    if (n == 1)
      buf_putc(l->out, (char)c);
    else
      buf_put(l->out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
  }
}

static void quoted_write(struct line *l, const char *key, struct span value)
{
  key_write(l, key);
  buf_putc(l->out, '"');
  escaped_write(l, value);
  buf_putc(l->out, '"');
}

/* A word without blanks: key=value needs no quotes. */
static void word_write(struct line *l, const char *key, struct span value)
{
  if (l->json) {
    quoted_write(l, key, value);
    return;
  }
  key_write(l, key);
  escaped_write(l, value);
}

static void number_write(struct line *l, const char *key, uint64_t value)
{
  key_write(l, key);
  buf_uint(l->out, value);
}

/* Milliseconds with three decimals. */
static void time_write(struct line *l, const char *key, int64_t us)
{
  uint64_t v = us > 0 ? (uint64_t)us : 0;
  key_write(l, key);
  buf_uint(l->out, v / 1000);
  buf_put(l->out, (char[]){'.', (char)('0' + v / 100 % 10), (char)('0' + v / 10 % 10), (char)('0' + v % 10)}, 4);
}

void request_log_line(const struct request_log_entry *e, bool json, struct buf *out)
{
  struct line l = {.out = out, .json = json};
  struct span query = e->target, path = span_split(&query, '?');
  char when[CLOCK_ISO_MAX];
  buf_clear(out);
  word_write(&l, "time", span_of(when, clock_iso(when, e->now_us, 3)));
  word_write(&l, "id", span_head(e->id, 64));
  word_write(&l, "method", span_head(e->method, 32));
  quoted_write(&l, "path", path);
  quoted_write(&l, "query", query);
  number_write(&l, "status", (uint64_t)e->status);
  number_write(&l, "bytes", e->bytes);
  word_write(&l, "route", span_z(e->route ? e->route : "none"));
  word_write(&l, "cache", span_z(e->cache));
  number_write(&l, "statements", e->statements);
  number_write(&l, "worker", (uint64_t)e->worker);
  time_write(&l, "ms", e->times->since_us - e->times->begun_us);
#define STAGE_TIME(name, key) time_write(&l, key, e->times->us[STAGE_##name]);
  REQUEST_LOG_STAGES(STAGE_TIME)
#undef STAGE_TIME
  if (l.cut) {
    key_write(&l, "cut");
    buf_puts(out, "true");
  }
  buf_puts(out, json ? "}\n" : "\n");
}
