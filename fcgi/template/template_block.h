/* Blocks: sections of a template whose text is kept for the next page that shows the same record.
 *
 * A view that declares RECORD(block, block_draw) can be shown in blocks: {{#block}} ... {{/block}}, directly inside of the
 * section over the record.  The owner of the record points its `block` to a struct block_draw that lives as long as the
 * record's content stays the same.  The first rendering of a block stores its text there and later ones copy it.  With
 * `block` NULL, the section is rendered each time.
 *
 * The text of a block must depend on nothing but the record.  The compiler proves it: inside of a block, names refer to
 * fields that stand before `block` in the view, and to what these contain.  Fields that a page fills in for itself stand
 * after `block`. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_BLOCK_H
#define DIPTYCH_TEMPLATE_TEMPLATE_BLOCK_H

#include "template/shape.h"

#define TEMPLATE_BLOCKS_MAX 24 /* blocks of one kind of record in a template */

/* One allocation for all texts of the blocks of a record: pages read them one after the other. */
struct block_room {
  size_t n;
  char bytes[]; /* aligned for a struct span */
};

struct block_draw {
  const void *of; /* the template that rendered them; others neither use nor keep texts here */
  struct span *texts; /* by the number of the block in its template; NULL: not rendered yet.  Heap, or in the room */
  const struct block_room *room; /* of the owner; what lies in it is not freed here.  NULL: none */
  bool *changed; /* of the owner; set when a text was kept.  NULL: nobody asks */
  uint32_t n;
};
extern const struct shape block_draw_shape;

void block_draw_clear(struct block_draw *b); /* frees the texts that are not in a room */
/* Moves the texts of n blocks into a room of that many bytes.  The room that they had is no longer used. */
size_t block_draws_bytes(const struct block_draw *v, size_t n);
void block_draws_pack(struct block_draw *v, size_t n, struct block_room *room);
/* The text of this block of the template; NULL: it must be rendered. */
const struct span *block_draw_text(const struct block_draw *b, const void *of, size_t number);
/* Keeps a copy of the text; without memory for it, the block is rendered again the next time. */
void block_draw_keep(struct block_draw *b, const void *of, size_t number, struct span text);

/* The heap bytes of a copy of the view with all that it contains. */
size_t shape_copy_bytes(const struct shape *s, const void *view);
/* Copies the view with all that it contains into `room`, which has shape_copy_bytes and is aligned for any type.  Blocks
 * are not copied: their pointers become NULL.  Returns the view, which is at the beginning of `room`. */
void *shape_copy(const struct shape *s, const void *view, void *room);

#endif
