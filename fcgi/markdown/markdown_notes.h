/* What an editor may want to know about a body: what of it is not shown, where its links lead, what its readers miss. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_NOTES_H
#define DIPTYCH_MARKDOWN_MARKDOWN_NOTES_H

#include "markdown/markdown.h"

#define MARKDOWN_NOTES_MAX 100 /* of one body; later ones are left out */

enum markdown_note_kind {
  NOTE_HTML = 'h',            /* raw HTML, which is left out; comments are no note */
  NOTE_SHORTCODE = 'c',       /* of WordPress, which is left out */
  NOTE_BLOCK = 'b',           /* of WordPress, whose content is not in the body */
  NOTE_TABLE = 't',           /* a paragraph that looks like a table and is none */
  NOTE_MARK = 'm',            /* [[x]], ~~x~~, [^x] or a box of a task, shown as it is written */
  NOTE_ADDRESS = 'w',         /* [x](my file.pdf) or ![x](my pic.png), shown as it is written because of the blank */
  NOTE_HASH = 'o',            /* "#Heading", shown as it is written */
  NOTE_BRACKETS = 'j',        /* "[x](https://x.example" or "(https://x.example)[x]", shown as it is written */
  NOTE_REFERENCE = 'r',       /* "[x][y]" of an y that nothing defines, shown as it is written */
  NOTE_FENCE = 'f',           /* at most one: the fence of code that nothing closes; what follows is code */
  NOTE_LINK = 'l',            /* a link to this site: its path, without base_url */
  NOTE_PRODUCT = 'k',         /* "[[kafka]]" or "[[kafka|the broker]]", as it is written */
  NOTE_ACTIVITY = 'v',        /* "[^activity:7]": the id */
  NOTE_LINK_USER = 'u',       /* an address with a name before the @ of its host */
  NOTE_LINK_DROPPED = 'd',    /* of which only the text is shown */
  NOTE_PICTURE_DROPPED = 'p', /* of which only the text is shown */
  NOTE_PICTURE_HTTP = 'i',    /* asked for by https */
  NOTE_PICTURE_RELATIVE = 'e', /* a path that does not begin with "/" */
  NOTE_ALT = 'a',             /* a picture without a text */
  NOTE_HEADING = 'g',         /* a heading that is more than one level below the one before */
  NOTE_NUMBER = 'n',          /* a quantity in a paragraph or item without a link */
  NOTE_SHOWN = 's',           /* at most one: something of the body is shown */
};

struct markdown_note {
  enum markdown_note_kind kind;
  int line; /* of the block, from 1 on */
  struct span words;
};

/* Parses the body within the limits, like markdown_html, and returns its notes in their order.  All memory is the arena's. */
MUST_USE enum markdown_result markdown_notes(const struct markdown_limits *l, struct arena *a, struct span source,
                                             struct markdown_note **out, size_t *n);

#endif
