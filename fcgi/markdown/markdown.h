/* Editors' Markdown (CommonMark) becomes HTML that may stand in our pages, whatever was written.
 *
 * libcmark parses; the tree is walked by our own writer, which knows only what we allow: raw HTML is
 * left out (a comment says so), links and pictures lead only to http, https, mailto and relative
 * addresses (of others the text stays), links that leave the site carry rel="nofollow noopener",
 * headings are moved down under the block that they stand in, without gaps.  Out comes valid UTF-8.
 *
 * No body may cost more than its limits.  libcmark cannot be interrupted and some inputs take it
 * quadratic time, so a body that is small enough to be harmless even then is rendered in place, and a
 * larger one in a child process that the kernel ends when its CPU time is used up.  libcmark's memory
 * comes from an area with a limit of its own, which also turns its abort() when memory runs out into
 * a result.
 *
 * A result other than MARKDOWN_OK leaves `out` as it was: the page shows a notice in the body's place,
 * the caller logs table and id, and the rest of the page stands. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_H
#define DIPTYCH_MARKDOWN_MARKDOWN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum markdown_result {
  MARKDOWN_OK,
  MARKDOWN_TOO_LARGE, /* bytes in or out, or memory out of proportion */
  MARKDOWN_TOO_SLOW,  /* CPU time */
  MARKDOWN_NO_TIME,   /* the deadline came first: says nothing about the body */
  MARKDOWN_NO_MEMORY, /* the machine's fault, not the body's: no memory, no process, no turn on a CPU */
};

struct markdown_limits {
  size_t bytes;          /* of the source */
  size_t output_bytes;   /* of the HTML */
  int cpu_ms;            /* for one body */
  int heading_base;      /* 1-6: what the body's highest heading becomes */
  struct span base_url;  /* links that begin with it stay on the site; may be empty */
  int64_t deadline_us;   /* monotonic, of whoever waits for it; 0: none */
};

MUST_USE enum markdown_result markdown_html(const struct markdown_limits *l, struct span source, struct buf *out);

/* The same body as Markdown again, for text representations: without raw HTML, links and pictures as above,
 * headings moved to begin at heading_base. */
MUST_USE enum markdown_result markdown_source(const struct markdown_limits *l, struct span source, struct buf *out);

/* The words alone, on one line, at most max_chars characters, cut at a blank and then with an
 * ellipsis: for descriptions.  Looks only at the beginning of long sources.  Empty when there are no
 * words, or memory ran out. */
struct span markdown_plain(struct arena *a, struct span source, size_t max_chars);
/* The same by a deadline (monotonic; 0: none); *result says why it is empty. */
struct span markdown_plain_by(struct arena *a, struct span source, size_t max_chars, int64_t deadline_us,
                              enum markdown_result *result);

/* "too large", "too slow", "out of time", "out of memory": for the log. */
const char *markdown_result_text(enum markdown_result r);

#endif
