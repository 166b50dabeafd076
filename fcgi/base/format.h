/* printf's commonest directives, without printf's cost: pages are made of hundreds of short formatted
 * strings, and the C library's formatter was a third of a page's time.
 *
 * Knows %s %.*s %c %% and %d %u %x with l, ll or z and zero-padded widths up to 19 (%02d, %016llx).  A
 * format with anything else goes to vsnprintf, so any format is right, these are only faster. */
#ifndef DIPTYCH_BASE_FORMAT_H
#define DIPTYCH_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Like vsnprintf: writes at most cap bytes including the NUL and returns the length that was needed;
 * negative: the format is wrong. */
int format_write(char *out, size_t cap, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

int format_print(char *out, size_t cap, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
