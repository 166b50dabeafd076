/* The compiler's own state, shared by the files that make it up: template_compile.c walks the tokens,
 * template_names.c finds what names mean.
 *
 * Scopes mirror what will be in reach at run time: one for the view, one for each open section that
 * brings a record, an element or a text. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_COMPILER_H
#define DIPTYCH_TEMPLATE_TEMPLATE_COMPILER_H

#include "base/arena.h"
#include "template/template_program.h"
#include "template/template_scan.h"

#define TEMPLATE_SCOPES 32

/* What a name means at a place. */
struct template_meaning {
  struct template_ref ref;
  enum shape_kind kind;
  const struct shape *of;
};

struct template_scope {
  const struct shape *shape; /* NULL: brings no names, only {{.}} */
  bool has_dot;
  struct template_meaning dot;
  uint8_t level;
};

struct template_compiler {
  struct arena *arena;
  FILE *why;
  const char *dir, *ext;
  struct template_scope scopes[TEMPLATE_SCOPES];
  size_t scope_n;
  uint8_t level;   /* of the innermost record */
  struct buf ops;  /* of struct template_op */
  struct buf pool;
  size_t barrier;  /* literals are joined and taken over only behind this op: something jumps there */
  unsigned faults;
  bool lost; /* the output's context can't be followed any more */
  struct template_context context;
};

/* A source being compiled, and those that include it. */
struct template_chain {
  const struct template_source *source;
  const struct template_chain *by;
};

/* Notes a fault of the token or text at byte `at`: "file:line:column: sentence". */
void template_compiler_fault(struct template_compiler *c, const struct template_chain *in, size_t at,
                             struct span sentence);
#define FAULT(c, in, at, ...) template_compiler_fault(c, in, at, arena_printf((c)->arena, __VA_ARGS__))

/* What a tag's name means where it stands.  False: a fault was noted. */
bool template_name_find(struct template_compiler *c, const struct template_chain *in, const struct template_token *t,
                        struct template_meaning *m);

extern const char *const template_kind_names[]; /* by enum shape_kind */

#endif
