/* The file copy: what lives in the half's record heap, byte for byte, and the lists that find it; all
 * tables are built anew when it is loaded.
 *
 *   struct file_header | records of the heap | offsets by ordinal | ordinals by slug |
 *   offsets of sectors, themes, pages | stored versions | struct catalog_follow without unused gaps
 *
 * Body and header have a checksum each (BLAKE2b).  It is written beside its place, synced, renamed; a
 * copy that is still current only gets its header written again, with the new times.  A file that is
 * damaged, cut, of another format or machine is refused with one line in the log, and the catalog stays
 * as it was. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "content/catalog_private.h"

#define FILE_FORMAT 1
#define SUM_BYTES 32
#define CHUNK ((size_t)1 << 20)

struct file_header {
  char magic[8];
  uint32_t format, layout; /* layout: sizes that another build may not share */
  uint32_t heap_from, heap_top, products, n_by_slug, n_terms[KIND_COUNT], n_gaps;
  uint64_t publication;
  int64_t window_us, saved_us, confirmed_us;
  struct version site;
  char incarnation[64];
  unsigned char body_sum[SUM_BYTES], header_sum[SUM_BYTES]; /* the latter of all before it */
};

static uint32_t layout_word(void)
{
  return (uint32_t)(sizeof(struct catalog_board) * 31 + sizeof(struct catalog_record) * 7 +
                    sizeof(struct catalog_follow) + sizeof(struct file_header));
}

static void header_seal(struct file_header *h)
{
  crypto_generichash(h->header_sum, SUM_BYTES, (const unsigned char *)h, offsetof(struct file_header, header_sum), NULL,
                     0);
}

static size_t follow_bytes(uint32_t n_gaps)
{
  return offsetof(struct catalog_follow, gaps) + n_gaps * sizeof(struct catalog_gap);
}

/* ---- a stream with its checksum, either way; failed stays set */
struct stream {
  int fd;
  bool write, failed;
  crypto_generichash_state sum;
};

static void stream_open(struct stream *s, int fd, bool write)
{
  s->fd = fd;
  s->write = write;
  s->failed = false;
  crypto_generichash_init(&s->sum, NULL, 0, SUM_BYTES);
}

static bool bytes_move(int fd, bool write_out, char *p, size_t n)
{
  while (n) {
    ssize_t moved = write_out ? write(fd, p, n) : read(fd, p, n);
    if (moved < 0 && errno == EINTR)
      continue;
    if (moved <= 0)
      return false;
    p += moved;
    n -= (size_t)moved;
  }
  return true;
}

static void stream_move(struct stream *s, void *data, size_t n)
{
  char *p = data;
  while (n && !s->failed) {
    size_t part = n < CHUNK ? n : CHUNK;
    s->failed = !bytes_move(s->fd, s->write, p, part);
    crypto_generichash_update(&s->sum, (const unsigned char *)p, part);
    p += part;
    n -= part;
  }
}

static void stream_sum(struct stream *s, unsigned char sum[SUM_BYTES])
{
  crypto_generichash_final(&s->sum, sum, SUM_BYTES);
}

/* Workers write stored versions at any time, so they pass through a copy. */
static void stored_move(struct stream *s, struct catalog_writer *w, uint32_t products)
{
  struct catalog_stored_version *stored = catalog_stored_array(w->c, w->base);
  uint64_t copy[512][2];
  for (uint32_t from = 0; from < products && !s->failed; from += 512) {
    uint32_t n = products - from < 512 ? products - from : 512;
    for (uint32_t i = 0; s->write && i < n; i++) {
      copy[i][0] = atomic_load_explicit(&stored[from + i].rev, memory_order_relaxed);
      copy[i][1] = atomic_load_explicit(&stored[from + i].hash, memory_order_relaxed);
    }
    stream_move(s, copy, n * sizeof *copy);
    for (uint32_t i = 0; !s->write && !s->failed && i < n; i++)
      if (copy[i][0]) {
        atomic_store_explicit(&stored[from + i].rev, copy[i][0], memory_order_relaxed);
        atomic_store_explicit(&stored[from + i].hash, copy[i][1], memory_order_relaxed);
      }
  }
}

static void body_move(struct stream *s, struct catalog_writer *w, const struct file_header *h)
{
  stream_move(s, w->base + (size_t)h->heap_from * 8, (size_t)(h->heap_top - h->heap_from) * 8);
  stream_move(s, w->records, h->products * sizeof *w->records);
  stream_move(s, w->by_slug, h->n_by_slug * sizeof *w->by_slug);
  for (int k = 0; k < KIND_COUNT; k++)
    for (uint32_t i = 0; i < h->n_terms[k]; i++)
      stream_move(s, &w->terms[k][i].record, sizeof w->terms[k][i].record);
  stored_move(s, w, h->products);
  stream_move(s, &w->follow, follow_bytes(h->n_gaps));
}

/* ---- save */
static struct file_header header_of(const struct catalog_writer *w)
{
  struct file_header h = {.magic = "diptych", .format = FILE_FORMAT, .layout = layout_word(),
                          .heap_from = catalog_heap_start(), .heap_top = w->next.heap_top,
                          .products = w->next.products, .n_by_slug = w->n_by_slug, .n_gaps = w->follow.n_gaps,
                          .publication = w->next.publication, .window_us = w->next.window_us,
                          .saved_us = clock_now_us(), .confirmed_us = atomic_load(&w->c->confirmed_us),
                          .site = w->next.site};
  for (int k = 0; k < KIND_COUNT; k++)
    h.n_terms[k] = (uint32_t)w->n_terms[k];
  memcpy(h.incarnation, w->follow.incarnation, sizeof h.incarnation);
  return h;
}

static bool folder_sync(const char *path)
{
  char folder[4096];
  const char *slash = strrchr(path, '/');
  int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  int fd = n < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  bool ok = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return ok;
}

static bool file_write(struct catalog_writer *w, int fd)
{
  struct file_header h = header_of(w);
  struct stream s;
  if (lseek(fd, sizeof h, SEEK_SET) < 0)
    return false;
  stream_open(&s, fd, true);
  body_move(&s, w, &h);
  stream_sum(&s, h.body_sum);
  header_seal(&h);
  return !s.failed && pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h && fsync(fd) == 0;
}

/* The file holds this very step: only its times are written.  false: it has to be written whole. */
static bool file_touch(struct catalog_writer *w, const char *path)
{
  struct file_header old, h = header_of(w);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  bool ok = fd >= 0 && pread(fd, &old, sizeof old, 0) == (ssize_t)sizeof old && old.publication == h.publication &&
            memcmp(old.magic, h.magic, sizeof h.magic) == 0;
  if (ok) {
    memcpy(h.body_sum, old.body_sum, sizeof h.body_sum);
    header_seal(&h);
    ok = pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h;
  }
  if (fd >= 0)
    close(fd);
  return ok;
}

static bool file_replace(struct catalog_writer *w, const char *path, const char *temp)
{
  int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && file_write(w, fd);
  if (fd >= 0 && close(fd) != 0)
    ok = false;
  return ok && rename(temp, path) == 0 && folder_sync(path);
}

enum err catalog_save(struct catalog_writer *w, const char *path)
{
  static struct log_limit limit;
  char temp[4096];
  if (w->step == 0 || w->broken || w->switched || w->n_staged)
    return w->step == 0 ? ERR_NOT_FOUND : ERR_RETRY; /* only what is published goes out */
  if (w->saved_step == w->step && file_touch(w, path))
    return ERR_OK;
  if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp)
    return ERR_INVALID;
  if (!file_replace(w, path, temp)) {
    log_limited(&limit, 60, LOG_LEVEL_ERROR, "catalog: cannot save to %s: %s", path, strerror(errno));
    unlink(temp);
    return ERR_IO;
  }
  w->saved_step = w->step;
  return ERR_OK;
}

/* ---- load */
static const char *header_wrong(const struct catalog_writer *w, const struct file_header *h, uint64_t bytes)
{
  unsigned char sum[SUM_BYTES];
  if (memcmp(h->magic, "diptych", 8) != 0)
    return "it is not a catalog";
  if (h->format != FILE_FORMAT || h->layout != layout_word() || h->heap_from != catalog_heap_start())
    return "it is of another version's format";
  crypto_generichash(sum, sizeof sum, (const unsigned char *)h, offsetof(struct file_header, header_sum), NULL, 0);
  if (memcmp(sum, h->header_sum, sizeof sum) != 0)
    return "its header is damaged";
  uint64_t terms = 0;
  for (int k = 0; k < KIND_COUNT; k++)
    terms += h->n_terms[k];
  if (h->heap_top < h->heap_from || h->n_by_slug > h->products || h->n_gaps > CATALOG_GAPS_MAX ||
      bytes != sizeof *h + (uint64_t)(h->heap_top - h->heap_from) * 8 + ((uint64_t)h->products + h->n_by_slug + terms) * 4 +
                   (uint64_t)h->products * sizeof(struct catalog_stored_version) + follow_bytes(h->n_gaps))
    return "it is cut short or has grown";
  return (uint64_t)h->heap_top * 8 > w->c->half_bytes / 8 * 7 || h->products > w->c->max_ordinals
             ? "it does not fit: raise catalog_bytes"
             : NULL;
}

static bool ids_inside(const struct file_header *h, uint32_t at, uint32_t n)
{
  return n == 0 || (at >= h->heap_from && (uint64_t)at + n <= h->heap_top);
}

static bool record_inside(const struct catalog_writer *w, const struct file_header *h, uint32_t at)
{
  const struct catalog_record *r = catalog_record_of(w, at);
  if (at < h->heap_from || (uint64_t)at * 8 + sizeof *r > (uint64_t)h->heap_top * 8)
    return false;
  return (uint64_t)at * 8 + catalog_record_bytes(r) <= (uint64_t)h->heap_top * 8 && r->slug_n &&
         ids_inside(h, r->sectors, r->n_sectors) && ids_inside(h, r->themes, r->n_themes);
}

static bool term_inside(const struct catalog_writer *w, const struct file_header *h, uint32_t at)
{
  const struct catalog_term_record *t = catalog_term_of(w, at);
  if (at < h->heap_from || (uint64_t)at * 8 + sizeof *t > (uint64_t)h->heap_top * 8)
    return false;
  return (uint64_t)at * 8 + sizeof *t + t->slug_n + t->name_n <= (uint64_t)h->heap_top * 8;
}

/* The checksum says that these are the bytes that were written; this, that they make sense. */
static bool body_sound(struct catalog_writer *w, const struct file_header *h)
{
  for (uint32_t i = 0; i < h->products; i++)
    if (w->records[i] && !record_inside(w, h, w->records[i]))
      return false;
  for (uint32_t i = 0; i < h->n_by_slug; i++)
    if (w->by_slug[i] >= h->products || !w->records[w->by_slug[i]])
      return false;
  for (int k = 0; k < KIND_COUNT; k++)
    for (uint32_t i = 0; i < h->n_terms[k]; i++)
      if (!term_inside(w, h, w->terms[k][i].record))
        return false;
  return w->follow.n_gaps == h->n_gaps;
}

static bool arrays_make(struct catalog_writer *w, const struct file_header *h)
{
  bool ok = catalog_mirrors_grow(w, h->products);
  for (int k = 0; k < KIND_COUNT && ok; k++) {
    ok = catalog_grow((void **)&w->terms[k], &w->cap_terms[k], h->n_terms[k], sizeof *w->terms[k]);
    w->n_terms[k] = ok ? h->n_terms[k] : 0;
  }
  return ok;
}

static enum err body_take(struct catalog_writer *w, const struct file_header *h, int fd)
{
  unsigned char sum[SUM_BYTES];
  struct stream s;
  if (!arrays_make(w, h))
    return ERR_NO_MEMORY;
  catalog_intern_forget(w);
  w->next.heap_top = h->heap_top;
  w->next.products = h->products;
  w->next.publication = h->publication > w->next.publication ? h->publication : w->next.publication;
  w->next.window_us = h->window_us;
  w->next.site = h->site;
  w->n_by_slug = h->n_by_slug;
  stream_open(&s, fd, false);
  body_move(&s, w, h);
  stream_sum(&s, sum);
  if (s.failed || memcmp(sum, h->body_sum, sizeof sum) != 0 || !body_sound(w, h))
    return ERR_INVALID;
  enum err e = catalog_hash_all(w);
  return e == ERR_OK && !catalog_derive(w) ? ERR_NO_MEMORY : e;
}

static enum err load_say(const char *path, const char *why)
{
  log_warn("catalog: %s is not used: %s", path, why);
  return ERR_INVALID;
}

static enum err file_take(struct catalog_writer *w, const char *path, int fd, struct file_header *h)
{
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return load_say(path, "it is no regular file");
  if (!bytes_move(fd, false, (char *)h, sizeof *h))
    return load_say(path, "it is cut short");
  const char *wrong = header_wrong(w, h, (uint64_t)st.st_size);
  if (wrong)
    return load_say(path, wrong);
  if (!catalog_writer_reset(w) || !catalog_half_begin(w))
    return ERR_LIMIT;
  enum err e = body_take(w, h, fd);
  if (e == ERR_INVALID)
    return load_say(path, "its content is damaged");
  return e;
}

static void state_tell(struct catalog_writer *w, const struct file_header *h)
{
  struct catalog_state s;
  catalog_state_get(w->c, &s);
  s.from_file = true;
  s.confirmed_us = h->confirmed_us;
  memcpy(s.incarnation, h->incarnation, sizeof s.incarnation);
  catalog_state_put(w, &s);
}

enum err catalog_load(struct catalog_writer *w, const char *path)
{
  struct file_header h;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return ERR_NOT_FOUND;
  if (fd < 0) {
    log_error("catalog: cannot open %s: %s", path, strerror(errno));
    return ERR_IO;
  }
  enum err e = file_take(w, path, fd, &h);
  close(fd);
  if (e == ERR_OK) {
    struct catalog_follow *follow = malloc(sizeof *follow);
    if (follow)
      *follow = w->follow;
    e = follow ? catalog_writer_publish(w, follow) : ERR_NO_MEMORY;
    free(follow);
  }
  if (e == ERR_OK) {
    state_tell(w, &h);
    w->saved_step = w->step;
  } else if (!catalog_writer_reset(w))
    e = ERR_NO_MEMORY;
  return e;
}
