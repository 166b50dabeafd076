#ifndef W_H
#define W_H
#include "content/catalog_writer.h"
#include "content/rows_terms.h"
int watcher_run(const struct config *c, struct catalog *cat, struct breaker *b, struct metrics *m, int stop_fd);
#endif
