/* Attributes and the values that products have of them: what a value means, how it is shown, when two are the same.
 *
 * Editors define an attribute once ("Written in", a list) and record its value for each product, with a note, a source
 * and the day when it was checked.  The row of a value is called a fact in the database and on pages; `struct facts`
 * (model/product.h) is something else.  A value is text.  It is read by the kind of its attribute:
 *
 *   number   "-12.50": shown with thousands and the unit, compared as a number
 *   bool     "yes", "no" or "partly"
 *   date     "2026-08-22"
 *   version  "v1.10.2-rc1": compared by its numbers; "1.10" and "1.10.0" are the same
 *   list     "Go, C": compared as a set
 *   url      an http or https address with a host
 *   text     anything
 *
 * A value that does not fit its kind is shown as text, and compared as what it looks like: "1,000" is 1000, "Yes" is "yes".
 * Texts and items of lists are the same when they differ only in case, accents and blanks. */
#ifndef DIPTYCH_MODEL_ATTRIBUTE_H
#define DIPTYCH_MODEL_ATTRIBUTE_H

#include "base/arena.h"
#include "model/product.h"

/* X(NAME, word); an unknown word is read as text */
#define ATTRIBUTE_KINDS(X)                                                                                             \
  X(TEXT, "text")                                                                                                      \
  X(NUMBER, "number")                                                                                                  \
  X(BOOL, "bool")                                                                                                      \
  X(DATE, "date")                                                                                                      \
  X(VERSION, "version")                                                                                                \
  X(LIST, "list")                                                                                                      \
  X(URL, "url")

#define ATTRIBUTE_ENUM(name, word) ATTRIBUTE_##name,
enum attribute_kind { ATTRIBUTE_KINDS(ATTRIBUTE_ENUM) ATTRIBUTE_KIND_COUNT };
#undef ATTRIBUTE_ENUM

#define ATTRIBUTES_MAX 500          /* of a site; further ones, by id, are left out */
#define ATTRIBUTE_SECTORS_MAX 64    /* further ones, by id, are left out */
#define ATTRIBUTE_TEXT_CHARS 500    /* of a name, unit, help or group; the rest is left out */

struct attribute {
  uint64_t id;
  struct version version; /* rev is 0: attributes are logged for the site */
  struct span slug, name, unit, help, group;
  enum attribute_kind kind;
  enum product_status status;
  int64_t sort;
  int64_t edited_us;       /* as in struct facts */
  const uint64_t *sectors; /* ids, ascending: only their products are asked; none: all products are */
  uint32_t n_sectors;
};

enum attribute_kind attribute_kind_of(struct span word);
struct span attribute_kind_name(enum attribute_kind kind);

/* True: the attribute is shown for a product with these sectors. */
bool attribute_asked(const struct attribute *a, const uint64_t *sectors, uint32_t n);

/* True: the pages show values of the attribute, at products that are asked for it. */
bool attribute_shown(const struct attribute *a);

/* True: the value, with or without a note behind it, says that the product does not have what the attribute names. */
bool attribute_denied(const struct attribute *a, struct span value);

/* True: the pages show this already, from a column of the product ("licence", "website").  Such an attribute is left
 * out, so that nothing is said twice. */
bool attribute_reserved(struct span slug);

bool attribute_fits(enum attribute_kind kind, struct span value);

/* The value for readers.  A date that fits is shown as "22 Aug 2026". */
struct span attribute_text(struct arena *arena, const struct attribute *a, struct span value);

/* Two values of an attribute are the same when their keys are equal.  A key is not for readers. */
struct span attribute_key(struct arena *arena, enum attribute_kind kind, struct span value);

#endif
