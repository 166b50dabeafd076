/* Whether the newest release belongs to an older line.
 *
 * A project that repairs several lines tags 3.11.16 after 3.14.7.  The latest release by date is then not the one that a
 * reader means by "the latest".  The line of a version is its first two numbers: "3.11.16" and "v3.11" are of one line,
 * "3.14.7" is of a higher one.  A version that does not begin with a number, apart from a "v", has no line. */
#ifndef DIPTYCH_MODEL_RELEASE_LINE_H
#define DIPTYCH_MODEL_RELEASE_LINE_H

#include "model/product.h"

/* The release with the highest version among `v`, when its line is higher than that of `latest`; else NULL.  The newest
 * of equal versions, when `v` is ordered newest first. */
const struct activity *release_line_higher(const struct activity *v, size_t n, const struct activity *latest);

#endif
