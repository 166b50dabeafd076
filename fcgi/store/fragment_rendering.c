/* What decides the bytes of a fragment besides its rows.  A file of its own, because pages make keys and reach no Markdown. */
#include <fragment_sources.h> /* the build makes it */
#include <sodium.h>

#include "base/messages.h"
#include "markdown/markdown.h"
#include "store/fragment.h"

/* FRAGMENT_SOURCES changes with every change of a source that decides the bytes of a fragment: which fields it has, how they are
 * packed, how rows become texts and Markdown becomes HTML.  A change that decides nothing, such as that of a comment, costs
 * one refill of the cache.  The catalogue of the language in use decides words too: those of notes, tables and tasks.
 * A number that somebody must remember to raise would cost wrong pages. */
uint32_t fragment_rendering(const struct config *c)
{
  struct buf shape = BUF_INIT;
  unsigned char key[crypto_shorthash_KEYBYTES] = "rendering", hash[crypto_shorthash_BYTES];
  buf_printf(&shape, "%u %u %s|%s|%s|%lld %lld %lld|%s", FRAGMENT_SOURCES, messages_number(), markdown_parser_version(), c->as_of,
             c->body_format, (long long)c->markdown_bytes,
             (long long)c->markdown_output_bytes, (long long)c->markdown_cpu, c->base_url);
  crypto_shorthash(hash, (const unsigned char *)shape.p, shape.n, key);
  buf_free(&shape);
  return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}
