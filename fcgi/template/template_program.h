/* The flat program that a strict template becomes; only template_*.c look inside.
 *
 * Records that are in reach at run time stand in a small array by level: level 0 is the view, each
 * section over a RECORD, LIST or TEXTS puts its element at the next level.  As sections nest
 * statically, levels are absolute numbers, and leaving a section needs no work. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_PROGRAM_H
#define DIPTYCH_TEMPLATE_TEMPLATE_PROGRAM_H

#include "template/template.h"
#include "template/template_context.h"

#define TEMPLATE_LEVELS 16 /* records within records */
#define TEMPLATE_HOPS 3    /* dots in a name */

/* Where a value is: start at a level, follow pointers at hop[], then the field at offset. */
struct template_ref {
  uint8_t level, hops;
  uint32_t hop[TEMPLATE_HOPS];
  uint32_t offset;
};

/* Each op first writes its literal, which may be empty, and then: */
enum template_op_kind {
  TEMPLATE_OP_LITERAL, /* nothing */
  TEMPLATE_OP_TEXT, /* TEXT or HTML, written by `escape` */
  TEMPLATE_OP_INT,
  /* Sections: when not shown, go to `jump`. */
  TEMPLATE_OP_IF_TEXT,
  TEMPLATE_OP_IF_FLAG,
  TEMPLATE_OP_WITH, /* RECORD: put at `level` */
  TEMPLATE_OP_EACH, /* LIST, TEXTS: first element at `level` */
  TEMPLATE_OP_UNLESS_TEXT,
  TEMPLATE_OP_UNLESS_FLAG,
  TEMPLATE_OP_UNLESS_RECORD,
  TEMPLATE_OP_UNLESS_ITEMS,
  TEMPLATE_OP_NEXT, /* next element at `level`, and to `jump`; or on */
};

struct template_op {
  uint8_t kind, escape, level;
  uint32_t jump;   /* index of an op */
  uint32_t stride; /* NEXT: bytes of one element */
  struct {
    uint32_t at, n; /* bytes of the pool */
  } literal;
  struct template_ref ref;
};

struct template {
  struct template_op *ops;
  size_t n;
  char *pool; /* all literals */
  size_t pool_n;
  uint64_t hash;
};

/* Of all that decides what is written. */
uint64_t template_program_hash(const struct template *t);

#endif
