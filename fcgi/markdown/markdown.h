/* Renders editors' Markdown, or their HTML (markdown/html_reader.h), to safe HTML.
 * Markdown is CommonMark, and more of GitHub's; any input is rendered safely.
 *
 * libcmark parses the body.  A writer of this project walks the tree and writes only allowed markup:
 *   - raw HTML is left out;
 *   - links and pictures use http, https, mailto or relative addresses; of other links only the text is written;
 *   - addresses get a scheme where editors leave it out, and pictures of http are asked for by https (text/address.h);
 *   - links that leave the site have rel="nofollow noopener";
 *   - headings are shifted below the heading of the block around the body, without gaps.
 * The output is valid UTF-8.
 *
 * libcmark cannot be interrupted, and some inputs take it quadratic time.  A body that is cheap even in that case is
 * rendered in place.  Any other body is rendered in a child process, which the kernel kills when its CPU time is used
 * up.  libcmark allocates from an area with a limit.  libcmark would call abort() when memory runs out; the area
 * returns a result instead.
 *
 * With a result other than MARKDOWN_OK, `out` is unchanged.  The caller logs the table and the id, and the page shows a
 * notice in place of the body. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_H
#define DIPTYCH_MARKDOWN_MARKDOWN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "text/body_format.h"

enum markdown_result {
  MARKDOWN_OK,
  MARKDOWN_TOO_LARGE, /* the source, the output or the memory of the tree is over its limit */
  MARKDOWN_TOO_SLOW,  /* the CPU time is over its limit */
  MARKDOWN_NO_TIME,   /* the deadline passed; the body itself may be fine */
  MARKDOWN_FAILED,    /* the parser aborted */
  MARKDOWN_NO_MEMORY, /* no memory, no process, or the child got no CPU; the body itself may be fine */
};

/* What a footnote "[^activity:7]" says. */
struct markdown_activity {
  struct span title, url, day; /* title and url may be empty; day: "18 Mar 2025" */
  bool spark;
};
typedef bool markdown_activity_find(void *arg, uint64_t id, struct markdown_activity *out); /* false: unknown */

struct markdown_limits {
  size_t bytes;          /* of the source */
  size_t output_bytes;   /* of the HTML */
  int cpu_ms;            /* for one body */
  int heading_base;      /* 1-6: the level of the body's highest heading in the output */
  struct span base_url;  /* links that begin with it stay on the site; may be empty */
  int64_t deadline_us;   /* monotonic, of the caller; 0: none */
  struct span id_prefix; /* of the ids in the HTML, which must be unique on a page; may be empty; at most 32 bytes */
  markdown_activity_find *activity; /* NULL: none is known */
  void *activity_arg;
  enum body_format format; /* BODY_DEFAULT reads as Markdown */
};

/* Of the library that parses Markdown: another version may give another HTML. */
const char *markdown_parser_version(void);

/* "[[kafka]]" and "[[kafka|the broker]]" are links that only a page can make, because names and addresses of other products
 * change without this body.  markdown_html and markdown_source write them as <a data-name="kafka">kafka</a> and
 * <a data-text="kafka">the broker</a>: nothing else in their output begins like that, but for code in Markdown. */
#define MARKDOWN_PRODUCT_NAME "<a data-name=\""
#define MARKDOWN_PRODUCT_TEXT "<a data-text=\""

MUST_USE enum markdown_result markdown_html(const struct markdown_limits *l, struct span source, struct buf *out);

/* Whether readers see anything of HTML from markdown_html: a word, a picture or a rule. */
bool markdown_html_shows(struct span html);

/* Raw HTML in Markdown is left out.  A Markdown body of which nothing would be left is one that its editor wrote as HTML, so it
 * is read as HTML: sets l->format to BODY_HTML.  Another result than MARKDOWN_OK is that of rendering the body. */
MUST_USE enum markdown_result markdown_format_find(struct markdown_limits *l, struct span source);

/* Renders the body to safe Markdown, for the JSON and Markdown representations: without raw HTML, with links, pictures
 * and headings as in markdown_html. */
MUST_USE enum markdown_result markdown_source(const struct markdown_limits *l, struct span source, struct buf *out);

/* Renders the body to plain text, one line for each paragraph, heading, item and line of code. */
MUST_USE enum markdown_result markdown_lines(const struct markdown_limits *l, struct span source, struct buf *out);

/* The plain text on one line, for descriptions.  Over max_chars characters, it is truncated at a blank and gets an
 * ellipsis.  Reads only the beginning of a long source.  Empty: there is no text, or the arena failed. */
struct span markdown_plain(struct arena *a, struct span source, size_t max_chars);
/* Like markdown_plain, of a format and with a deadline (monotonic; 0: none).  *result tells why the text is empty. */
struct markdown_plain_limits {
  enum body_format format;
  size_t max_chars;
  int64_t deadline_us;
};
struct span markdown_plain_by(struct arena *a, const struct markdown_plain_limits *l, struct span source,
                              enum markdown_result *result);

/* "too large", "too slow", "out of time", "out of memory", "unreadable": for the log. */
const char *markdown_result_text(enum markdown_result r);

#endif
