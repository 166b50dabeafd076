/* Checks of a configuration's values: the form of each text value, and the relations between keys.  The ranges of
 * numbers are in the table of config.h. */
#ifndef DIPTYCH_CONFIG_CONFIG_CHECK_H
#define DIPTYCH_CONFIG_CONFIG_CHECK_H

#include "config/config.h"

/* Returns what to write instead; NULL: the value is valid. */
MUST_USE const char *config_word_fault(const char *key, const char *value);

/* Reads "0.01" as 10000 millionths: 0 to 1 with at most six decimals.  false: another form; *millionths is unchanged. */
MUST_USE bool config_share(struct span s, uint32_t *millionths);

/* The line in which a key is set; 0: it is not set. */
typedef size_t config_line_find(const void *lines, const char *key);

/* Also reads mysql_password_file and cache_secret_file.  Returns the number of faults; each is written to `why`, with the
 * line of the first of its keys that is set. */
MUST_USE unsigned config_relations_check(struct config *c, config_line_find *line, const void *lines, FILE *why);

#endif
