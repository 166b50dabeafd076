/* What cells of a row mean, and the hash over them: pure functions, without a database.
 *
 * The hash of a product is put together here from digests that the server took of its rows.  Sets
 * whose order shows nowhere (activities, questions) come as an exclusive or of their rows' digests
 * with a count; what has an order (links, aliases) is mixed in that order. */
#ifndef DIPTYCH_ROWS_ROWS_VALUES_H
#define DIPTYCH_ROWS_ROWS_VALUES_H

#include "model/product.h"

/* Raised when what a hash covers changes, so that a catalog saved before is not believed. */
#define ROWS_FORMAT 1

enum product_status rows_status(struct span word);
enum lifecycle rows_lifecycle(struct span word);
enum activity_kind rows_kind(struct span word);
enum activity_class rows_class(struct span word);

/* "7.25" -> 73: tenths, rounded half up, kept within 0 to 100; not a number: -1. */
int rows_override(struct span number);

#define ROWS_HASH_START (UINT64_C(0x9e3779b97f4a7c15) ^ ROWS_FORMAT)

#endif
