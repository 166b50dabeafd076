/* Messages in templates: sections named "_", whose content is shown in the language of the site.
 *
 *   {{#_}}Read the full {{name}} trajectory{{/_}}
 *   {{#_ prediction}}open{{/_ prediction}}           in a context: for a word that has several translations
 *
 * The content is the message, byte for byte with its tags.  Its translation in the catalogue in use (base/messages.h) is
 * Mustache too.  It is compiled in the place of the content and checked like it, so it may have the tags in another order, and
 * a fault of a translation prevents the start.  Without a translation the content is shown.  Nothing is looked up when a page
 * is rendered.
 *
 * A lenient template sees a section over a value with the name "_". */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_MESSAGE_H
#define DIPTYCH_TEMPLATE_TEMPLATE_MESSAGE_H

#include "template/template_compiler.h"

enum template_message {
  TEMPLATE_MESSAGE_OWN,   /* the content is compiled */
  TEMPLATE_MESSAGE_OTHER, /* the scanned translation is compiled */
  TEMPLATE_MESSAGE_FAULT  /* reported */
};

/* Is the section a message? */
bool template_is_message(const struct template_token *t);
/* Finds the translation of the section at `index`. */
enum template_message template_message_read(struct template_compiler *c, const struct template_include *in, size_t index,
                                            struct template_source *s);

#endif
