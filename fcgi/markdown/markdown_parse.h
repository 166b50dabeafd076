/* From the source to the tree: CommonMark by libcmark, and beside it what editors write in GitHub's Markdown (tables, struck
 * text, tasks, bare addresses, footnotes) and on this site ([[kafka]], [^activity:7]).
 *
 *   prepare   replaces marks in the source by characters that no text has, so that libcmark leaves them to us
 *   libcmark  parses the rest
 *   tables, footnotes, inlines   turn what libcmark left as text into custom nodes (markdown_nodes.h)
 *   restore   puts the replaced characters back
 *
 * Private to this room.  All but markdown_prepare runs in the area of the tree, without other memory: libcmark may leave by
 * longjmp.  All of it takes linear time. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_PARSE_H
#define DIPTYCH_MARKDOWN_MARKDOWN_PARSE_H

#include "markdown/markdown_nodes.h"

/* ---- replaced marks (markdown_prepare.c) */

/* A replaced mark is a reference to one of the noncharacters U+FDD0 to U+FDDF, "&#xFDD0;": libcmark decodes it in texts and
 * addresses, where it is restored as `text`, and leaves it in code, where it is restored as `code`.
 * X(NAME, hex digit, text, code) */
#define MARKDOWN_MARKS(X)                                                                                              \
  X(ESCAPED_TILDE, "0", "~", "\\~")                                                                                     \
  X(FOOTNOTE, "1", "[", "[")      /* of "[^label]" */                                                                   \
  X(DEFINITION, "2", "", "")      /* before the number of a definition, in a heading of its own */                      \
  X(DEFINITION_END, "3", "", "")                                                                                        \
  X(ESCAPED_OPEN, "4", "[", "\\[")                                                                                      \
  X(ESCAPED_CLOSE, "5", "]", "\\]")                                                                                     \
  X(ESCAPED_COLON, "6", ":", "\\:")                                                                                     \
  X(ESCAPED_DOT, "7", ".", "\\.")                                                                                       \
  X(ESCAPED_AT, "8", "@", "\\@")                                                                                        \
  X(ESCAPED_CARET, "9", "^", "\\^")                                                                                     \
  X(STAR, "A", "*", "*")          /* inside a bare address */                                                           \
  X(UNDERSCORE, "B", "_", "_")                                                                                          \
  X(TILDE, "C", "~", "~")                                                                                               \
  X(AMPERSAND, "D", "&", "&")     /* of a reference that looks like one of these */                                     \
  X(FOOTNOTE_END, "E", "]", "]")

#define MARKDOWN_MARK_ENUM(name, digit, text, code) MARK_##name,
enum markdown_mark { MARKDOWN_MARKS(MARKDOWN_MARK_ENUM) MARKDOWN_MARK_COUNT };
#undef MARKDOWN_MARK_ENUM

struct markdown_prepared {
  struct buf text;       /* the source for libcmark; unused when nothing was replaced */
  struct span source;    /* the text, or the source of the editor */
  struct buf labels;     /* of definitions, each with its NUL */
  struct buf inserted;   /* int: lines of the text, from 1 on, that the source has not, ascending */
  unsigned definitions;
};

MUST_USE bool markdown_prepare(struct span source, struct markdown_prepared *p); /* false: no memory */
void markdown_prepared_free(struct markdown_prepared *p);
/* The line of the editor's source for a line of the prepared text. */
int markdown_prepared_line(const struct markdown_prepared *p, int line);
void markdown_restore(cmark_node *root, const struct markdown_prepared *p);

/* The mark at the beginning of a text that libcmark decoded; MARKDOWN_MARK_COUNT: none.  A mark has MARKDOWN_MARK_BYTES. */
static inline enum markdown_mark markdown_mark_at(struct span text)
{
  if (text.n < 3 || text.p[0] != '\xEF' || text.p[1] != '\xB7' || ((unsigned char)text.p[2] & 0xF0) != 0x90)
    return MARKDOWN_MARK_COUNT;
  unsigned which = (unsigned char)text.p[2] & 0xF;
  return which < MARKDOWN_MARK_COUNT ? (enum markdown_mark)which : MARKDOWN_MARK_COUNT;
}
#define MARKDOWN_MARK_BYTES 3

/* ---- parts */

/* Bare addresses (markdown_autolink.c), in prepared or decoded text.  `at` is the ":" of "https://", the "w" of "www." or an
 * "@"; text before `from` belongs to something else.  False: there is no address. */
struct markdown_autolink {
  size_t from, end, path; /* path: where the host ends */
  bool mail;
};
bool markdown_autolink_at(struct span text, size_t at, size_t from, struct markdown_autolink *out);

/* Turns paragraphs that are tables into tables (markdown_table.c).  `source` is what root was parsed from. */
void markdown_tables(cmark_node *root, struct span source);
/* CommonMark only (markdown_commonmark.c). */
cmark_node *markdown_parse_plain(struct span source);

/* Footnotes (markdown_footnotes.c).  take: unlinks the definitions.  reference: for "[^label]"; NULL: it is text.  number:
 * numbers the references under a node.  shown: the i-th footnote that has a reference, from 0 on; NULL: there are no more.
 * append: puts these at the end. */
struct markdown_footnotes;
struct markdown_footnotes *markdown_footnotes_take(cmark_node *root, const struct markdown_limits *l,
                                                   const struct markdown_prepared *p);
cmark_node *markdown_footnotes_reference(struct markdown_footnotes *f, struct span label);
/* For a parser that finds the definitions itself: n empty ones; a reference to the i-th; "[^activity:7]" in all texts under a
 * node; which definition the i-th that is shown is. */
struct markdown_footnotes *markdown_footnotes_new(const struct markdown_limits *l, size_t n);
cmark_node *markdown_footnotes_refer(struct markdown_footnotes *f, size_t i);
void markdown_footnotes_activities(struct markdown_footnotes *f, cmark_node *under);
size_t markdown_footnotes_place(const struct markdown_footnotes *f, size_t i);
void markdown_footnotes_number(struct markdown_footnotes *f, cmark_node *under);
cmark_node *markdown_footnotes_shown(const struct markdown_footnotes *f, size_t i, bool *of_activity);
void markdown_footnotes_append(struct markdown_footnotes *f, cmark_node *root);

/* Struck text, bare addresses, line breaks, tasks and references in all inlines (markdown_inlines.c). */
void markdown_inlines(cmark_node *root, struct markdown_footnotes *f);

/* Sizes of pictures from their addresses (markdown_pictures.c). */
void markdown_pictures(cmark_node *root);

/* The whole. */
cmark_node *markdown_parse(const struct markdown_limits *l, const struct markdown_prepared *p);
/* The line of the editor's source in which a block of that tree begins; 0: unknown. */
int markdown_line(cmark_node *block);

#endif
