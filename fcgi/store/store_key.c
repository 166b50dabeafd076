/* The key of a wanted fragment, the same for reading and for filling. */
#include "store/store_live.h"

size_t store_want_key(const struct store_live *s, const struct want *w, char out[FRAGMENT_KEY_MAX + 1])
{
  struct version v = w->kind == FRAGMENT_PAIR ? fragment_pair_version(w->version, w->other_version, w->other_id)
                                              : w->version;
  return fragment_key(out, w->kind, w->page, w->id, v, s->rendering);
}
