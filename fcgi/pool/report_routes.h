/* The metrics by route, as Prometheus text. */
#ifndef DIPTYCH_POOL_REPORT_ROUTES_H
#define DIPTYCH_POOL_REPORT_ROUTES_H

#include "pool/app.h"
#include "pool/scoreboard.h"

/* app may be NULL or name no routes: then all answers are of the route "none".  Routes of the same name are one. */
void report_routes(const struct scoreboard *b, const struct app *app, struct buf *out);

#endif
