/* The flat program of a strict template; private to template_*.c.
 *
 * At run time, an array holds the visible records by level.  Level 0 is the view; a section over a RECORD, LIST or TEXTS
 * puts its element at the next level.  Sections nest statically, so levels are absolute numbers and the end of a section
 * needs no op. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_PROGRAM_H
#define DIPTYCH_TEMPLATE_TEMPLATE_PROGRAM_H

#include "template/template.h"
#include "template/template_context.h"

#define TEMPLATE_LEVELS 16 /* depth of nested records */
#define TEMPLATE_HOPS 3    /* dots in a name */

/* The location of a value: start at the record of `level`, follow the pointers at hop[], then add offset. */
struct template_ref {
  uint8_t level, hops;
  uint32_t hop[TEMPLATE_HOPS];
  uint32_t offset;
};

/* Each op first writes its literal, which may be empty.  Then it does this: */
enum template_op_kind {
  TEMPLATE_OP_LITERAL, /* nothing */
  TEMPLATE_OP_TEXT, /* TEXT or HTML, written by `escape` */
  TEMPLATE_OP_INT,
  /* Sections: if not shown, jump to `jump`. */
  TEMPLATE_OP_IF_TEXT,
  TEMPLATE_OP_IF_FLAG,
  TEMPLATE_OP_WITH, /* RECORD: put it at `level` */
  TEMPLATE_OP_EACH, /* LIST, TEXTS: put the first element at `level` */
  TEMPLATE_OP_UNLESS_TEXT,
  TEMPLATE_OP_UNLESS_FLAG,
  TEMPLATE_OP_UNLESS_RECORD,
  TEMPLATE_OP_UNLESS_ITEMS,
  TEMPLATE_OP_NEXT, /* put the next element at `level` and jump to `jump`, or continue after the last */
  TEMPLATE_OP_BLOCK, /* copy the text of block number `level`, and jump to `jump`; or go on and remember where it begins */
  TEMPLATE_OP_BLOCK_END, /* the block's text is complete: keep it */
};

struct template_op {
  uint8_t kind, escape, level; /* BLOCK, BLOCK_END: the number of the block */
  uint32_t jump;   /* index of the op to jump to */
  uint32_t stride; /* NEXT: bytes of one element */
  struct {
    uint32_t at, n; /* offset and length in the pool */
  } literal;
  struct template_ref ref;
};

struct template {
  struct template_op *ops;
  size_t n;
  char *pool; /* all literals */
  size_t pool_n;
  struct span base; /* in `pool`, after the literals: the path of the site */
  struct span decimal; /* in `pool`, after the path: the mark before decimals */
  uint64_t hash;
};

/* A hash of everything that determines the output. */
uint64_t template_program_hash(const struct template *t);

#endif
