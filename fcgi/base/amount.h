/* Amounts as people read them in a terminal: short, with a unit, in at most 8 characters. */
#ifndef DIPTYCH_BASE_AMOUNT_H
#define DIPTYCH_BASE_AMOUNT_H

#include <stdint.h>

#define AMOUNT_MAX 32

/* Each writes into out[AMOUNT_MAX]. */
void amount_age(char *out, int64_t us);      /* "8s", "12m05s", "4h12m", "3d04h" */
void amount_bytes(char *out, int64_t bytes); /* "812 kB", "41.2 MB", in steps of 1000; "-" for less than 0 */
void amount_rate(char *out, double v);       /* "0", "0.3", "12.3", "1,234", "56.7k", "1.2M" */

#endif
