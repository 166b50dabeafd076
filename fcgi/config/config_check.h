/* The checks of a configuration's values: the form of addresses, times and words, and what keys mean for each
 * other.  Ranges of numbers stand in the table of config.h. */
#ifndef DIPTYCH_CONFIG_CONFIG_CHECK_H
#define DIPTYCH_CONFIG_CONFIG_CHECK_H

#include "config/config.h"

/* What is to be written instead; NULL: the value is fine. */
const char *config_word_fault(const char *key, const char *value);

/* Reads the files that c names, too.  Returns the number of faults; each was written to `why`. */
unsigned config_relations_check(struct config *c, FILE *why);

#endif
