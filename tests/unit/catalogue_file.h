/* Writes a small catalogue as msgfmt does: DIR/LANG/LC_MESSAGES/diptych.mo. */
#ifndef DIPTYCH_TESTS_CATALOGUE_FILE_H
#define DIPTYCH_TESTS_CATALOGUE_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* ids must be sorted; a plural has NULs within. */
struct catalogue_pair {
  struct span id, text;
};

static void catalogue_word(struct buf *out, size_t v)
{
  uint32_t word = (uint32_t)v;
  buf_put(out, &word, sizeof word);
}

static struct buf catalogue_bytes(const struct catalogue_pair *pairs, size_t n)
{
  struct buf out = BUF_INIT;
  size_t at = 28 + 16 * n;
  const size_t header[] = {0x950412de, 0, n, 28, 28 + 8 * n, 0, 0};
  for (size_t i = 0; i < sizeof header / sizeof *header; i++)
    catalogue_word(&out, header[i]);
  for (int texts = 0; texts < 2; texts++)
    for (size_t i = 0; i < n; i++) {
      size_t length = texts ? pairs[i].text.n : pairs[i].id.n;
      catalogue_word(&out, length);
      catalogue_word(&out, at);
      at += length + 1;
    }
  for (int texts = 0; texts < 2; texts++)
    for (size_t i = 0; i < n; i++) {
      buf_span(&out, texts ? pairs[i].text : pairs[i].id);
      buf_putc(&out, '\0');
    }
  return out;
}

static void catalogue_write(const char *dir, const char *lang, struct span bytes)
{
  char path[256];
  snprintf(path, sizeof path, "%s/%s", dir, lang);
  mkdir(path, 0755);
  strcat(path, "/LC_MESSAGES");
  mkdir(path, 0755);
  strcat(path, "/diptych.mo");
  FILE *f = fopen(path, "w");
  fwrite(bytes.p, 1, bytes.n, f);
  fclose(f);
}

#endif
