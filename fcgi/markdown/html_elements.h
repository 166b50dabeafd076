/* The list of what becomes of each element of HTML. */
#ifndef DIPTYCH_MARKDOWN_HTML_ELEMENTS_H
#define DIPTYCH_MARKDOWN_HTML_ELEMENTS_H

#include "markdown/html_walk.h"

enum html_act {
  ACT_UNWRAP, /* its content stays */
  ACT_VANISH, /* it goes with its content */
  ACT_BLOCK,  /* its content stays, as a block */
  ACT_P,
  ACT_HEADING,
  ACT_QUOTE,
  ACT_LIST,
  ACT_ITEM,
  ACT_PRE,
  ACT_RULE,
  ACT_TABLE,
  ACT_CAPTION,
  ACT_ROW,
  ACT_CELL,
  ACT_TERM,   /* a block in strong words */
  ACT_LEGEND, /* a block in emphasis */
  ACT_BREAK,
  ACT_EMPH,
  ACT_STRONG,
  ACT_STRIKE,
  ACT_CODE,
  ACT_SUP,
  ACT_SUB,
  ACT_QUOTED,
  ACT_LINK,
  ACT_IMAGE,
  ACT_INPUT,
  ACT_SIGN, /* a <span>: the box of a task as our own pages write it */
};

/* An element that is hidden goes, too. */
enum html_act html_act_of(const GumboElement *e);

/* True: paragraphs end where the element begins and where it ends. */
bool html_act_is_block(enum html_act act);

#endif
