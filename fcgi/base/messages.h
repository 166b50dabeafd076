/* The sentences of the site in its language.
 *
 * A catalogue is a file that msgfmt(1) makes of po/LANG.po: DIR/LANG/LC_MESSAGES/diptych.mo.  It is read here and not by
 * gettext(3), because gettext answers only in a locale that the system has installed, and ignores LANGUAGE in the locales C
 * and C.UTF-8, which are all that a server in a container has.  The format of the file is that of the GNU gettext manual,
 * section "The Format of GNU MO Files".
 *
 * Messages are English sentences in the source.  Without a catalogue, and for a message that the catalogue lacks, the sentence
 * itself is shown, always as a whole.
 *
 *   _("No editorial yet.")                         the message
 *   C_("prediction", "open")                       the message in a context: one English word with several translations
 *   PLURAL("%1$s move", "%1$s moves", n)           the form for the number n
 *   SAY(arena, _("%1$s is in %2$s"), name, sector) fills in spans; a translation may have them in any order
 *   N_("About")                                    marks a message in a table; message_of finds it later
 *
 * A place in the source looks its message up once for each catalogue that comes into use.  Results are valid as long as the
 * catalogue is in use. */
#ifndef DIPTYCH_BASE_MESSAGES_H
#define DIPTYCH_BASE_MESSAGES_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define MESSAGES_DOMAIN "diptych"
#define MESSAGES_FORMS_MAX 8  /* plural forms of a language */
#define MESSAGES_ARGS_MAX 9

struct messages;

/* Reads the catalogue of a language tag ("de", "pt-BR").  The file of the whole tag counts before that of its first part.
 * English needs no file: its catalogue has no messages.  NULL: the fault is written to `why`, with the languages that DIR has. */
MUST_USE struct messages *messages_read(const char *dir, const char *lang, FILE *why);
void messages_free(struct messages **m);

/* Takes the catalogue for this process; NULL: the English of the source.  The caller keeps the catalogue until another one is
 * in use. */
void messages_use(const struct messages *m);
/* Another number for another catalogue in use; 0: none, or one without messages.  What is kept outside of the process and has
 * sentences in it needs this number in its key. */
uint32_t messages_number(void);

/* The tag of the language in use, as it was asked for; "en": none. */
const char *messages_language(void);

/* The translation of the message in the context (empty: none) that the catalogue in use has; p NULL: it has none. */
struct span messages_find(struct span context, struct span id);

/* What one place in the source found. */
struct message_place {
  uint32_t generation; /* of messages_use, when it was looked up */
  struct span text;    /* of a plural: all forms, with NULs between them; p NULL: the catalogue lacks it */
};

extern uint32_t messages_generation; /* 0: no catalogue is in use */

void message_look_up(struct message_place *place, const char *context, struct span id);
struct span message_plural(struct message_place *place, struct span one, struct span many, uint64_t n);
/* The message of a table.  `id` is a literal that was marked with N_: what was found is kept by its address. */
struct span message_of(const char *id);

static inline struct span message_text(struct message_place *place, const char *context, struct span id)
{
  if (!messages_generation)
    return id;
  if (place->generation != messages_generation)
    message_look_up(place, context, id);
  return place->text.p ? place->text : id;
}

/* Replaces %1$s to %9$s by the arguments, and %% by %.  A directive without an argument shows nothing. */
struct span message_fill(struct arena *a, struct span format, const struct span *args, size_t n);

#define N_(id) id
#define C_(context, id)                                                                                                \
  __extension__({                                                                                                      \
    static struct message_place message_place;                                                                         \
    message_text(&message_place, context, SPAN(id));                                                                   \
  })
#define _(id) C_(NULL, id)
#define PLURAL(one, many, n)                                                                                           \
  __extension__({                                                                                                      \
    static struct message_place message_place;                                                                         \
    message_plural(&message_place, SPAN(one), SPAN(many), (n));                                                        \
  })
#define SAY(a, format, ...)                                                                                            \
  message_fill((a), (format), (const struct span[]){__VA_ARGS__}, sizeof((const struct span[]){__VA_ARGS__}) / sizeof(struct span))

#endif
