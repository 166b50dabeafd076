/* Loads the state file.  A file that is damaged, truncated or of another format is refused with one line in the log,
 * and the catalog stays as it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "catalog/catalog_file.h"
#include "catalog/catalog_index.h"

static const char *header_fault(const struct catalog_file_header *h, uint64_t bytes)
{
  if (memcmp(h->magic, "diptych", 8) != 0)
    return "it is not a catalog";
  if (h->format != CATALOG_FILE_FORMAT || h->layout != catalog_file_layout() || h->heap_from != catalog_heap_start())
    return "its format is of another version";
  if (h->header_sum != catalog_file_header_sum(h))
    return "its header is damaged";
  if (h->heap_top < h->heap_from || h->n_by_slug > h->products || h->n_gaps > CATALOG_GAPS_MAX ||
      bytes != catalog_file_bytes(h))
    return "its size does not match its header";
  return NULL;
}

static bool file_fits(const struct catalog_writer *w, const struct catalog_file_header *h)
{
  uint64_t bytes = (uint64_t)h->heap_top * 8 + catalog_file_index_bytes(h->products);
  return bytes <= w->c->half_bytes / 8 * 7 && h->products <= w->c->max_ordinals;
}

/* Checksums prove that the bytes are the written ones, not that the values are valid. */
static bool header_valid(const struct catalog_file_header *h)
{
  return h->publication && h->publication < CATALOG_PUBLICATION_MOST && catalog_time_valid(h->saved_us) &&
         catalog_time_valid(h->confirmed_us) && memchr(h->incarnation, 0, sizeof h->incarnation);
}

static bool body_valid(struct catalog_writer *w, const struct catalog_file_header *h)
{
  return w->position.n_gaps == h->n_gaps && memcmp(w->position.incarnation, h->incarnation, sizeof h->incarnation) == 0 &&
         catalog_valid(w) && catalog_index_valid(w);
}

static bool arrays_grow(struct catalog_writer *w, const struct catalog_file_header *h)
{
  bool ok = catalog_mirrors_grow(w, h->products);
  for (int k = 0; k < KIND_COUNT && ok; k++) {
    ok = catalog_grow((void **)&w->terms[k], &w->cap_terms[k], h->n_terms[k], sizeof *w->terms[k]);
    w->n_terms[k] = ok ? h->n_terms[k] : 0;
  }
  return ok;
}

static enum err body_read(struct catalog_writer *w, const struct catalog_file_header *h, int fd)
{
  struct catalog_stream s;
  if (!arrays_grow(w, h))
    return ERR_NO_MEMORY;
  catalog_intern_forget(w);
  w->next.heap_top = h->heap_top;
  w->next.products = h->products;
  w->next.publication = h->publication > w->next.publication ? h->publication : w->next.publication;
  w->next.window_us = h->window_us;
  w->next.site = h->site;
  w->next.site_edited_us = h->site_edited_us;
  w->next.public_us = h->public_us;
  w->n_by_slug = h->n_by_slug;
  catalog_stream_open(&s, fd, false);
  catalog_stream_body(&s, w, h);
  if (s.failed || XXH64_digest(&s.sum) != h->body_sum || !header_valid(h) || !body_valid(w, h))
    return ERR_INVALID;
  enum err e = catalog_hash_all(w);
  return e == ERR_OK && !catalog_derive(w) ? ERR_NO_MEMORY : e;
}

static enum err load_reject(const char *path, const char *reason)
{
  log_warn("catalog: %s is not used: %s", path, reason);
  return ERR_INVALID;
}

static enum err file_read(struct catalog_writer *w, const char *path, int fd, struct catalog_file_header *h)
{
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return load_reject(path, "it is not a regular file");
  if (!catalog_stream_bytes(fd, false, h, sizeof *h))
    return load_reject(path, "it is truncated");
  const char *fault = header_fault(h, (uint64_t)st.st_size);
  if (fault)
    return load_reject(path, fault);
  if (!file_fits(w, h)) {
    log_warn("catalog: %s is not used: it does not fit into the catalog's memory: raise catalog_bytes", path);
    return ERR_LIMIT;
  }
  if (!catalog_writer_reset(w) || !catalog_half_begin(w))
    return ERR_LIMIT;
  enum err e = body_read(w, h, fd);
  if (e == ERR_INVALID)
    return load_reject(path, "its content is damaged");
  return e;
}

static void state_put(struct catalog_writer *w, const struct catalog_file_header *h)
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
  struct catalog_file_header h;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return ERR_NOT_FOUND;
  if (fd < 0) {
    log_error("catalog: cannot open %s: %s", path, strerror(errno));
    return ERR_IO;
  }
  enum err e = file_read(w, path, fd, &h);
  close(fd);
  if (e == ERR_OK) {
    struct catalog_position *position = malloc(sizeof *position);
    if (position)
      *position = w->position;
    e = position ? catalog_writer_publish(w, position) : ERR_NO_MEMORY;
    free(position);
  }
  if (e == ERR_OK) {
    state_put(w, &h);
    w->saved_step = w->step;
  } else if (!catalog_writer_reset(w))
    e = ERR_NO_MEMORY;
  return e;
}
