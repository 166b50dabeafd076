/* The format of the state file: the half's record heap, byte for byte, and the lists that refer to it.  A load
 * rebuilds all tables, except the search index, which would take as long as all the others.
 *
 *   struct catalog_file_header | records of the heap | offsets by ordinal | ordinals by slug | ordinals by name |
 *   offsets of sectors, themes, pages, attributes | stored versions |
 *   columns of the search index, for each chunk | struct catalog_position without unused gaps
 *
 * Body and header have a checksum each (XXH64).  catalog_save.c writes the file, catalog_load.c reads it. */
#include <errno.h>
#include <unistd.h>

#include "catalog/catalog_file.h"
#include "catalog/catalog_index.h"

#define CHUNK ((size_t)1 << 18) /* stays in the processor's cache between the reading and the checksum */

uint32_t catalog_file_layout(void)
{
  return (uint32_t)(sizeof(struct catalog_snapshot) * 31 + sizeof(struct catalog_record) * 7 +
                    sizeof(struct catalog_position) + sizeof(struct catalog_file_header) + sizeof(struct catalog_index_chunk) * 13);
}

uint64_t catalog_file_header_sum(const struct catalog_file_header *h)
{
  return XXH64(h, offsetof(struct catalog_file_header, header_sum), 0);
}

static size_t position_bytes(uint32_t n_gaps)
{
  return offsetof(struct catalog_position, gaps) + n_gaps * sizeof(struct catalog_gap);
}

uint64_t catalog_file_index_bytes(uint32_t products)
{
  return ((uint64_t)products + 63) / 64 * INDEX_COLUMNS * sizeof(uint64_t);
}

uint64_t catalog_file_bytes(const struct catalog_file_header *h)
{
  uint64_t terms = 0;
  for (int k = 0; k < KIND_COUNT; k++)
    terms += h->n_terms[k];
  uint64_t offsets = h->products + 2 * (uint64_t)h->n_by_slug + terms;
  return sizeof *h + (uint64_t)(h->heap_top - h->heap_from) * 8 + offsets * 4 +
         (uint64_t)h->products * sizeof(uint64_t[2]) + catalog_file_index_bytes(h->products) +
         position_bytes(h->n_gaps);
}

void catalog_stream_open(struct catalog_stream *s, int fd, bool write)
{
  s->fd = fd;
  s->write = write;
  s->failed = false;
  XXH64_reset(&s->sum, 0);
}

bool catalog_stream_bytes(int fd, bool write_out, void *data, size_t n)
{
  char *p = data;
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

static void stream_move(struct catalog_stream *s, void *data, size_t n)
{
  char *p = data;
  while (n && !s->failed) {
    size_t part = n < CHUNK ? n : CHUNK;
    s->failed = !catalog_stream_bytes(s->fd, s->write, p, part);
    XXH64_update(&s->sum, p, part);
    p += part;
    n -= part;
  }
}

/* Workers write stored versions at any time, so the stream and its checksum use a copy.  It has no replaced_s. */
static void stored_move(struct catalog_stream *s, struct catalog_writer *w, uint32_t products)
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

static void index_move(struct catalog_stream *s, struct catalog_writer *w, uint32_t products)
{
  struct catalog_index_part part = {0};
  for (uint32_t from = 0; from < products && !s->failed; from += CATALOG_INDEX_CHUNK) {
    s->failed = !catalog_index_part_find(w, from, !s->write, &part);
    if (!s->failed && part.words == INDEX_COLUMN_WORDS)
      stream_move(s, part.columns, part.n * sizeof(uint64_t[INDEX_COLUMN_WORDS]));
    else
      for (size_t i = 0; i < part.n && !s->failed; i++)
        stream_move(s, part.columns + i * INDEX_COLUMN_WORDS, part.words * sizeof(uint64_t));
  }
}

void catalog_stream_body(struct catalog_stream *s, struct catalog_writer *w, const struct catalog_file_header *h)
{
  stream_move(s, w->base + (size_t)h->heap_from * 8, (size_t)(h->heap_top - h->heap_from) * 8);
  stream_move(s, w->records, h->products * sizeof *w->records);
  stream_move(s, w->by_slug, h->n_by_slug * sizeof *w->by_slug);
  stream_move(s, w->by_name, h->n_by_slug * sizeof *w->by_name);
  for (int k = 0; k < KIND_COUNT; k++)
    for (uint32_t i = 0; i < h->n_terms[k]; i++)
      stream_move(s, &w->terms[k][i].record, sizeof w->terms[k][i].record);
  stored_move(s, w, h->products);
  index_move(s, w, h->products);
  stream_move(s, &w->position, position_bytes(h->n_gaps));
}
