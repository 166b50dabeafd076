/* The catalog of a preview: a private copy of the shared one, into which the rows are put as the watcher would put them after
 * their publication.  So everything that pages derive from the catalog is as it will be: ranks, medians, closeness, picks. */
#include "catalog/catalog_copy.h"
#include "catalog/catalog_writer.h"
#include "preview/preview_parts.h"

static enum err product_put(struct catalog_writer *w, const struct product *p, struct arena *arena)
{
  struct facts facts = p->facts;
  uint64_t *pairs = ARENA_ARRAY(arena, p->n_pairs + 1, uint64_t);
  struct written_pair *written = ARENA_ARRAY(arena, p->n_pairs + 1, struct written_pair);
  if (!pairs || !written)
    return ERR_NO_MEMORY;
  facts.written = written;
  facts.n_written = 0;
  for (size_t i = 0; i < p->n_pairs; i++) {
    pairs[i] = p->pairs[i].other_id;
    if (p->pairs[i].text_id)
      written[facts.n_written++] = (struct written_pair){pairs[i], p->pairs[i].text_id};
  }
  facts.edited_us = clock_now_us();
  return catalog_put_product(w, &facts, p->aliases, p->n_aliases, pairs, p->n_pairs);
}

static enum err rows_put(struct catalog_writer *w, const struct preview_rows *rows, struct arena *arena)
{
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < rows->n; i++)
    err = product_put(w, &rows->products[i], arena);
  if (err == ERR_OK && rows->has_page)
    err = catalog_put_page(w, &(struct page_head){.id = rows->chosen.ids[PREVIEW_PAGE],
                                                  .version = rows->page.version,
                                                  .slug = rows->page.slug,
                                                  .title = rows->page.title,
                                                  .status = rows->page.status,
                                                  .changed_us = rows->page.updated_us});
  return err;
}

static enum err rows_publish(struct catalog *c, const struct preview_rows *rows, struct arena *arena)
{
  struct catalog_position *position = ARENA_NEW(arena, struct catalog_position);
  struct catalog_writer *w = position ? catalog_writer_open(c) : NULL;
  enum err err = w ? rows_put(w, rows, arena) : ERR_NO_MEMORY;
  if (err == ERR_OK) {
    catalog_position_get(w, position);
    err = catalog_writer_publish(w, position);
  }
  catalog_writer_close(&w);
  return err;
}

enum err preview_catalog_open(const struct catalog *shared, const struct preview_rows *rows, struct arena *arena,
                              struct catalog **out)
{
  *out = catalog_copy(shared);
  enum err err = *out ? rows_publish(*out, rows, arena) : ERR_UNAVAILABLE;
  if (err != ERR_OK)
    catalog_destroy(out);
  return err;
}
