/* The format of the state file and its stream, for catalog_save.c and catalog_load.c. */
#ifndef DIPTYCH_CATALOG_CATALOG_FILE_H
#define DIPTYCH_CATALOG_CATALOG_FILE_H

#define XXH_INLINE_ALL /* its state is no part of the library's ABI */
#include <xxhash.h>

#include "catalog/catalog_private.h"

#define CATALOG_FILE_FORMAT 13

struct catalog_file_header {
  char magic[8];
  uint32_t format, layout; /* layout: depends on struct sizes, which another build may not share */
  uint32_t heap_from, heap_top, products, n_by_slug, n_terms[KIND_COUNT], n_gaps, unused;
  uint64_t publication;
  int64_t window_us, saved_us, confirmed_us;
  struct version site;
  int64_t site_edited_us, public_us;
  char incarnation[64];
  uint64_t body_sum, header_sum; /* header_sum: of all fields before it */
};

/* A stream with its checksum, for reading or writing.  `failed` is never cleared: check it once at the end. */
struct catalog_stream {
  int fd;
  bool write, failed;
  XXH64_state_t sum;
};

uint32_t catalog_file_layout(void);
uint64_t catalog_file_header_sum(const struct catalog_file_header *h);
uint64_t catalog_file_index_bytes(uint32_t products);
uint64_t catalog_file_bytes(const struct catalog_file_header *h); /* size of the whole file */

void catalog_stream_open(struct catalog_stream *s, int fd, bool write);
bool catalog_stream_bytes(int fd, bool write_out, void *data, size_t n); /* without a checksum; false: failed or end of file */
/* Everything after the header, from the writer's half and mirrors or into them. */
void catalog_stream_body(struct catalog_stream *s, struct catalog_writer *w, const struct catalog_file_header *h);

#endif
