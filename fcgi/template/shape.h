/* Shapes: static descriptions of the data of pages.
 *
 * A view is a plain C struct that a page fills and a template shows.  It is declared once, as an X-macro.  VIEW_DECLARE
 * makes the struct and VIEW_DEFINE its shape.  At start, templates are checked against shapes and names are resolved to
 * offsets.  The JSON representation is written from the same shape.  A template with an unknown name prevents the start;
 * it cannot fail later, when a page is rendered.
 *
 *   #define CHIP_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(name) TEXT(href) FLAG(shared)
 *   VIEW_DECLARE(chip_view, CHIP_VIEW)      in a header
 *   VIEW_DEFINE(chip_view, CHIP_VIEW)       in one .c file
 *
 * Field kinds, their C type, and when a section over them is shown:
 *   TEXT(f)        struct span                         not empty; escaped by context, never raw
 *   HTML(f)        struct span                         not empty; trusted markup, only as {{{f}}}
 *   FLAG(f)        bool                                true
 *   INT(f)         int64_t                             always, also for 0
 *   TEXTS(f)       struct { struct span *v; size_t n; }   once per element, as {{.}}
 *   LIST(f, view)  struct { struct view *v; size_t n; }   once per element
 *   RECORD(f, view) struct view *                      not NULL; its fields become visible
 * TEXT fields with a name of SHAPE_DECIMALS hold a number with a point; templates write it with the mark of the language.
 * All memory belongs to the request's arena. */
#ifndef DIPTYCH_TEMPLATE_SHAPE_H
#define DIPTYCH_TEMPLATE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum shape_kind { SHAPE_TEXT, SHAPE_HTML, SHAPE_FLAG, SHAPE_INT, SHAPE_TEXTS, SHAPE_LIST, SHAPE_RECORD };

/* X(name of a field) */
#define SHAPE_DECIMALS(X) X(score) X(computed) X(cadence) X(median) X(sector_median) X(from) X(below)

struct shape;

struct shape_field {
  const char *name;
  enum shape_kind kind;
  size_t offset;
  const struct shape *of; /* LIST, RECORD: the shape of the elements */
};

struct shape {
  const char *name;
  size_t size; /* bytes of the struct: the stride of a LIST */
  const struct shape_field *fields;
  size_t n;
};

/* The common layout of TEXTS and LIST fields. */
struct shape_items {
  void *v;
  size_t n;
};

#define VIEW_C_TEXT(f) struct span f;
#define VIEW_C_FLAG(f) bool f;
#define VIEW_C_INT(f) int64_t f;
#define VIEW_C_TEXTS(f)                                                                                                \
  struct {                                                                                                             \
    struct span *v;                                                                                                    \
    size_t n;                                                                                                          \
  } f;
#define VIEW_C_LIST(f, view)                                                                                           \
  struct {                                                                                                             \
    struct view *v;                                                                                                    \
    size_t n;                                                                                                          \
  } f;
#define VIEW_C_RECORD(f, view) struct view *f;

#define VIEW_DECLARE(view, FIELDS)                                                                                     \
  struct view {                                                                                                        \
    FIELDS(VIEW_C_TEXT, VIEW_C_TEXT, VIEW_C_FLAG, VIEW_C_INT, VIEW_C_TEXTS, VIEW_C_LIST, VIEW_C_RECORD)                \
  };                                                                                                                   \
  extern const struct shape view##_shape;

#define VIEW_F(f, k, s) {#f, k, offsetof(VIEW_THIS, f), s},
#define VIEW_F_TEXT(f) VIEW_F(f, SHAPE_TEXT, NULL)
#define VIEW_F_HTML(f) VIEW_F(f, SHAPE_HTML, NULL)
#define VIEW_F_FLAG(f) VIEW_F(f, SHAPE_FLAG, NULL)
#define VIEW_F_INT(f) VIEW_F(f, SHAPE_INT, NULL)
#define VIEW_F_TEXTS(f) VIEW_F(f, SHAPE_TEXTS, NULL)
#define VIEW_F_LIST(f, view) VIEW_F(f, SHAPE_LIST, &view##_shape)
#define VIEW_F_RECORD(f, view) VIEW_F(f, SHAPE_RECORD, &view##_shape)

/* Needs `#define VIEW_THIS struct chip_view` before it and `#undef VIEW_THIS` after it. */
#define VIEW_DEFINE(view, FIELDS)                                                                                      \
  static const struct shape_field view##_fields[] = {                                                                  \
      FIELDS(VIEW_F_TEXT, VIEW_F_HTML, VIEW_F_FLAG, VIEW_F_INT, VIEW_F_TEXTS, VIEW_F_LIST, VIEW_F_RECORD)};            \
  const struct shape view##_shape = {#view, sizeof(struct view), view##_fields,                                        \
                                     sizeof view##_fields / sizeof *view##_fields};

#endif
