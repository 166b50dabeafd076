/* Chooses the reader of a document by its kind. */
#include "import/import_feed.h"

bool import_feed_read(struct import_feed *f, struct arena *a, const struct import_document *d)
{
  bool xml = d->kind == IMPORT_ATOM || d->kind == IMPORT_RSS;
  *f = (struct import_feed){.arena = a};
  if (!span_trim(d->bytes).n)
    return import_feed_fault(f, "the answer is empty");
  bool ok = xml ? import_xml_read(f, d) : import_json_read(f, d);
  return ok && !arena_failed(a);
}
