#include "pool/scoreboard.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, v) atomic_store_explicit(&(field), (v), memory_order_relaxed)

struct scoreboard *scoreboard_new(void)
{
  struct scoreboard *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (b == MAP_FAILED)
    return NULL;
  refused_paths_open(&b->refused);
  return b;
}

void scoreboard_slot_clear(struct scoreboard_slot *s, unsigned generation, int64_t now_us)
{
  STORE(s->leaving, 0);
  STORE(s->generation, generation);
  STORE(s->started_us, now_us);
  STORE(s->ready, 0);
  STORE(s->fence, 0);
  stage_set(&s->stage, STAGE_IDLE);
  STORE(s->heartbeat_us, 0);
  STORE(s->turn_us, 0);
  STORE(s->request_us, 0);
  if (LOAD(s->request_hash))
    STORE(s->fatal_hash, LOAD(s->request_hash));
  atomic_store(&s->request_hash, 0);
  STORE(s->target_id, 0);
  STORE(s->path_id, 0);
  STORE(s->idle_us, 0);
  STORE(s->requests, 0);
  STORE(s->deferred, 0);
  for (size_t i = 0; i < SCOREBOARD_TEXT / 8; i++)
    STORE(s->text[i], 0);
  STORE(s->text_seq, 0);
}

enum scoreboard_state scoreboard_slot_state(const struct scoreboard_slot *s)
{
  if (!LOAD(s->pid))
    return SCOREBOARD_FREE;
  if (LOAD(s->leaving))
    return SCOREBOARD_LEAVING;
  return LOAD(s->ready) ? SCOREBOARD_READY : SCOREBOARD_STARTING;
}

const char *scoreboard_state_text(enum scoreboard_state state)
{
#define STATE_TEXT(name, text) text,
  static const char *const texts[] = {SCOREBOARD_STATES(STATE_TEXT)};
#undef STATE_TEXT
  return state < SCOREBOARD_STATE_COUNT ? texts[state] : "unknown";
}

static void text_write(struct scoreboard_slot *s, const uint64_t *words)
{
  unsigned seq = LOAD(s->text_seq);
  STORE(s->text_seq, seq | 1);
  atomic_thread_fence(memory_order_release);
  for (size_t i = 0; i < SCOREBOARD_TEXT / 8; i++)
    STORE(s->text[i], words[i]);
  atomic_store_explicit(&s->text_seq, (seq | 1) + 1, memory_order_release);
}

void scoreboard_request_begin(struct scoreboard_slot *s, int64_t now_us, struct span method, struct span target,
                              struct request_ids ids)
{
  union {
    uint64_t words[SCOREBOARD_TEXT / 8];
    char bytes[SCOREBOARD_TEXT];
  } text = {{0}};
  method = span_head(method, 32);
  target = span_head(target, SCOREBOARD_TEXT - method.n - 2);
  memcpy(text.bytes, method.p, method.n);
  text.bytes[method.n] = ' ';
  memcpy(text.bytes + method.n + 1, target.p, target.n);
  text_write(s, text.words);
  STORE(s->target_id, ids.target);
  STORE(s->path_id, ids.path);
  STORE(s->idle_us, 0);
  STORE(s->request_us, now_us);
}

void scoreboard_answer_count(struct scoreboard *b, const struct scoreboard_slot *own, unsigned route, const struct route_answer *a)
{
  route_counts_add(&b->routes[own - b->slots][route < ROUTE_COUNTS_ROUTES ? route : 0], a);
}

void scoreboard_request_end(struct scoreboard_slot *s)
{
  STORE(s->requests, LOAD(s->requests) + 1);
  scoreboard_request_pause(s);
}

void scoreboard_request_pause(struct scoreboard_slot *s)
{
  STORE(s->request_hash, 0);
  STORE(s->target_id, 0);
  STORE(s->path_id, 0);
  STORE(s->request_us, 0);
  stage_set(&s->stage, STAGE_IDLE);
}

struct request_ids scoreboard_request_ids(const struct scoreboard_slot *s)
{
  return (struct request_ids){LOAD(s->target_id), LOAD(s->path_id)};
}

/* FNV-1a (RFC 9923). */
static uint64_t hash_add(uint64_t h, struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
  return h;
}

bool scoreboard_begun_before(const struct scoreboard *b, struct scoreboard_slot *own, struct span id,
                             struct span target)
{
  uint64_t hash = hash_add(hash_add(UINT64_C(0xcbf29ce484222325), id), target) | 1; /* never 0 */
  unsigned used = LOAD(b->used);
  bool before = false;
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++) {
    const struct scoreboard_slot *s = &b->slots[i];
    before = before || LOAD(s->fatal_hash) == hash || (s != own && LOAD(s->request_hash) == hash);
  }
  STORE(own->request_hash, hash);
  return before;
}

void scoreboard_text_read(const struct scoreboard_slot *s, char *out)
{
  for (int tries = 0; tries < 16; tries++) {
    unsigned before = atomic_load_explicit(&s->text_seq, memory_order_acquire);
    for (size_t i = 0; i < SCOREBOARD_TEXT / 8; i++) {
      uint64_t word = LOAD(s->text[i]);
      memcpy(out + i * 8, &word, 8);
    }
    atomic_thread_fence(memory_order_acquire);
    if (!(before & 1) && before == LOAD(s->text_seq)) {
      out[SCOREBOARD_TEXT - 1] = 0;
      return;
    }
  }
  strcpy(out, SCOREBOARD_UNKNOWN);
}

void scoreboard_doing(const struct scoreboard_slot *s, int64_t now_us, char *out)
{
  char text[SCOREBOARD_TEXT], deferred[48] = "";
  int64_t since = LOAD(s->request_us);
  scoreboard_text_read(s, text);
  if (LOAD(s->deferred))
    snprintf(deferred, sizeof deferred, ", %u deferred", LOAD(s->deferred));
  if (since)
    snprintf(out, SCOREBOARD_DOING, "while %s (%lld ms, %s)%s", text, (long long)(now_us - since) / 1000,
             stage_text(LOAD(s->stage.now)), deferred);
  else
    snprintf(out, SCOREBOARD_DOING, "while %s%s", LOAD(s->ready) ? "idle" : "starting", deferred);
}

bool scoreboard_other_idle(const struct scoreboard *b, const struct scoreboard_slot *own, int64_t now_us,
                           int64_t least_us)
{
  unsigned used = LOAD(b->used);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++) {
    const struct scoreboard_slot *s = &b->slots[i];
    int64_t since = LOAD(s->idle_us);
    if (s != own && since && now_us - since >= least_us && scoreboard_slot_state(s) == SCOREBOARD_READY)
      return true;
  }
  return false;
}

bool scoreboard_other_ready(const struct scoreboard *b, const struct scoreboard_slot *own)
{
  unsigned used = LOAD(b->used);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++)
    if (&b->slots[i] != own && scoreboard_slot_state(&b->slots[i]) == SCOREBOARD_READY)
      return true;
  return false;
}
