/* The part of `diptych check` about places: the addresses that a start binds, and the folders that it writes to. */
#ifndef DIPTYCH_APP_CHECK_PLACES_H
#define DIPTYCH_APP_CHECK_PLACES_H

#include <stdio.h>

#include "app/service_unit.h"
#include "config/config.h"

/* Writes a line for each place that needs attention or that another program holds.  False: a start would fail. */
MUST_USE bool check_places(const struct config *c, const struct service_unit *u, FILE *out);

#endif
