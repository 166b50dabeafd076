/* The meaning of the words and numbers in a row.  No database is needed.
 *
 * The hash of a product is built from digests that the server computes of its rows.  Activities and the
 * site's questions contribute their number and the XOR of their digests; their order is part of the digests.  Links,
 * aliases, questions, picks and facts of a product are mixed in their order. */
#ifndef DIPTYCH_ROWS_ROWS_VALUES_H
#define DIPTYCH_ROWS_ROWS_VALUES_H

#include "model/product.h"

enum product_status rows_status(struct span word);
enum lifecycle rows_lifecycle(struct span word);
enum activity_kind rows_kind(struct span word);
enum activity_class rows_class(struct span word);
enum prediction_state rows_prediction_state(struct span word);

/* "7.25" -> 73: tenths, rounded half up, limited to 0 to 100.  Not a number: -1. */
int rows_override(struct span number);

#endif
