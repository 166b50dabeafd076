/* Counters.  Each process has its own struct metrics in shared memory and is its only writer; readers add
 * them up.  A replaced worker keeps the struct of its slot, so sums never decrease.  Fields are relaxed atomics: a
 * reader may see two counters of different moments, but never a torn value. */
#ifndef DIPTYCH_BASE_METRICS_H
#define DIPTYCH_BASE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

/* X(name, Prometheus help) -> diptych_<name>_total */
#define METRICS_LIST(X)                                                                                                \
  X(requests, "requests answered")                                                                                     \
  X(requests_bad, "FastCGI requests that were cut off or malformed and not answered")                                  \
  X(requests_refused, "requests answered 500 because their path had ended workers")                                    \
  X(requests_deferred, "requests deferred because their answer needed the work of another process")                    \
  X(connections_passed, "connections with a request that a worker passed to others while it waited")                   \
  X(responses_2xx, "answers with status 200-299")                                                                      \
  X(responses_304, "answers 304")                                                                                      \
  X(responses_3xx, "other answers with status 300-399")                                                                \
  X(responses_4xx, "answers with status 400-499")                                                                      \
  X(responses_5xx, "answers with status 500-599")                                                                      \
  X(pages_hit, "answers from the page cache")                                                                          \
  X(pages_rendered, "pages rendered from fragments")                                                                   \
  X(pages_evicted, "pages evicted from the page cache")                                                                \
  X(pages_stale, "stale pages served while a backend was away")                                                        \
  X(searches, "searches in the names, or in the names and texts, of all products")                                     \
  X(cache_gets, "memcached multi-gets")                                                                                \
  X(cache_hits, "fragments found in memcached")                                                                        \
  X(fragments_reused, "fragments that a worker under load reused without asking memcached")                            \
  X(cache_misses, "fragments not found in memcached")                                                                  \
  X(cache_bad, "cached values whose envelope did not verify")                                                          \
  X(cache_errors, "memcached operations that failed or timed out")                                                     \
  X(cache_skipped, "memcached operations not tried because the server was down")                                       \
  X(cache_stores, "fragments stored in memcached")                                                                     \
  X(cache_too_large, "fragments not stored because they are too large")                                                \
  X(db_statements, "SQL statements sent")                                                                              \
  X(db_round_trips, "round trips to the database: statements that go together count once")                             \
  X(db_errors, "SQL statements or connections that failed")                                                            \
  X(db_connects, "connections to the database opened")                                                                 \
  X(db_skipped, "reads not tried because the breaker was open")                                                        \
  X(fills, "products read from the database for fragments")                                                            \
  X(lease_waits, "waits for another worker's fill")                                                                    \
  X(markdown_refused, "Markdown bodies over a limit")                                                                  \
  X(pictures_drawn, "pictures drawn for links to pages")                                                               \
  X(pictures_refused, "answers without a picture: the image queue was full or the picture was late")                   \
  X(request_log_lines, "lines written to the request log")                                                                 \
  X(request_log_lost, "lines of the request log that could not be written")                                             \
  X(polls, "polls of the change log")                                                                                  \
  X(changes_applied, "change-log entries applied to the catalog")                                                      \
  X(gaps_merged, "times that the table of gaps in the change log was full, and gaps were merged")                      \
  X(gaps_reread, "merged gaps of the change log whose products were read again, because something committed in them")  \
  X(publishes, "publications of the catalog")                                                                          \
  X(reloads_full, "full reloads of the catalog")                                                                       \
  X(sweep_products, "products compared by the sweep")                                                                  \
  X(sweep_found, "differences found by the sweep that no change-log entry named")

/* X(name) -> diptych_page_answers_total{level="<name>"}; see site/page_level.h */
#define METRICS_LEVELS(X) X(page_cache) X(catalog) X(fragment_cache) X(memcached) X(database)

/* Times, counted in microseconds and shown in seconds.  X(name, Prometheus help) -> diptych_<name>_seconds_total */
#define METRICS_TIMES(X) X(busy, "seconds spent answering requests")

struct metrics {
#define METRICS_FIELD(name, help) _Atomic uint64_t name;
  METRICS_LIST(METRICS_FIELD)
#undef METRICS_FIELD
#define METRICS_LEVEL(name) _Atomic uint64_t level_##name;
  METRICS_LEVELS(METRICS_LEVEL)
#undef METRICS_LEVEL
#define METRICS_TIME(name, help) _Atomic uint64_t name##_us;
  METRICS_TIMES(METRICS_TIME)
#undef METRICS_TIME
};

#define METRICS_ADD(m, name, by) atomic_fetch_add_explicit(&(m)->name, (uint64_t)(by), memory_order_relaxed)

#endif
