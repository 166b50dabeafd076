/* The state of the compiler, shared by template_compile.c, which walks the tokens, and template_names.c, which resolves
 * names.
 *
 * Scopes correspond to the records that are visible at run time: one for the view, and one for each open section over a
 * record, an element or a text. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_COMPILER_H
#define DIPTYCH_TEMPLATE_TEMPLATE_COMPILER_H

#include "base/arena.h"
#include "template/template_program.h"
#include "template/template_scan.h"

#define TEMPLATE_SCOPES 32
#define ASSET_PREFIX "static/" /* of a name that is a static file */
#define TEMPLATE_BLOCK_SHAPES 16 /* kinds of records with blocks in one template */

/* An open block: names may refer to fields of its record before `offset`, and to records that it opens itself. */
struct template_open_block {
  bool open;
  uint8_t level;   /* of its record, the innermost one */
  uint32_t offset; /* of the field `block` */
};

/* The field that a name refers to. */
struct template_binding {
  struct template_ref ref;
  enum shape_kind kind;
  const struct shape *of;
};

struct template_scope {
  const struct shape *shape; /* NULL: the scope has no names, only {{.}} */
  bool has_dot;
  struct template_binding dot;
  uint8_t level;
};

struct template_compiler {
  struct arena *arena;
  FILE *why;
  const struct template_folders *folders;
  const char *dir, *ext; /* dir: the last folder, for messages */
  struct template_scope scopes[TEMPLATE_SCOPES];
  size_t scope_n;
  uint8_t level;   /* of the innermost record */
  struct template_open_block block;
  struct template_blocks_of {
    const struct shape *shape;
    size_t n; /* blocks numbered so far */
  } blocks[TEMPLATE_BLOCK_SHAPES];
  struct buf ops;  /* of struct template_op */
  struct buf pool;
  size_t barrier;  /* an op jumps to this index: literals before it must not be merged with ops after it */
  unsigned faults;
  bool context_unknown; /* the output context can't be determined any more; the compiler stops */
  struct template_context context;
  struct template_alternative {
    const struct template_source *source;
    size_t end;                           /* index of the token that ends the section */
    struct template_context before, after; /* at the beginning of the section and at its end */
  } last;                                 /* the section that ended last: {{^x}} after {{/x}} is its alternative */
};

/* A source being compiled, and the sources that include it. */
struct template_include {
  const struct template_source *source;
  const struct template_include *includer;
};

/* Reports a fault at byte `at` of the source: "file:line:column: sentence". */
void template_compiler_fault(struct template_compiler *c, const struct template_include *in, size_t at,
                             struct span sentence);
#define FAULT(c, in, at, ...) template_compiler_fault(c, in, at, arena_printf((c)->arena, __VA_ARGS__))

/* Finds the field that the name of a tag refers to.  False: a fault was reported. */
bool template_name_find(struct template_compiler *c, const struct template_include *in, const struct template_token *t,
                        struct template_binding *m);

extern const char *const template_kind_names[]; /* by enum shape_kind */

#endif
