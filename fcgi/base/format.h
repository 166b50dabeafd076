/* A fast replacement for vsnprintf.  A page has hundreds of short formatted strings, and vsnprintf took a
 * third of the time of a page.
 *
 * The fast path handles %s %.*s %c %% and %d %u %x with l, ll or z and zero-padded widths up to 19 (%02d,
 * %016llx).  Every other format goes to vsnprintf. */
#ifndef DIPTYCH_BASE_FORMAT_H
#define DIPTYCH_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Like vsnprintf: writes at most cap bytes, NUL included, and returns the length that the whole text needs.
 * Negative: the format is invalid. */
int format_write(char *out, size_t cap, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

int format_print(char *out, size_t cap, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
