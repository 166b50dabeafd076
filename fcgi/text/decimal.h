/* Decimals as readers see them, in the language of the site: 7.5 in English is 7,5 in German and French.
 *
 * Views hold decimals with a point, as the JSON representation has them.  Templates write the mark of the language
 * (template/shape.h); sentences use decimal_text. */
#ifndef DIPTYCH_TEXT_DECIMAL_H
#define DIPTYCH_TEXT_DECIMAL_H

#include "base/arena.h"

struct span decimal_mark(void);   /* "." */
struct span decimal_groups(void); /* between groups of three digits: "," */
/* The number "7.5" with the mark of the language; the number itself where that is a point. */
struct span decimal_text(struct arena *a, struct span number);

#endif
