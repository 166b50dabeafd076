/* The key `languages`: the sites that show the same products in other languages, as "de https://de.example.org, fr
 * https://example.org/fr".  The same line may stand in the configuration of each of them; a site's own entry is its lang and its
 * base_url.  The tag x-default names the site for readers of all other languages. */
#ifndef DIPTYCH_CONFIG_CONFIG_LANGUAGES_H
#define DIPTYCH_CONFIG_CONFIG_LANGUAGES_H

#include "config/config.h"

#define CONFIG_LANGUAGES_MAX 32 /* entries of the key */
#define CONFIG_LANGUAGE_DEFAULT "x-default"

struct config_language {
  struct span tag, url; /* url: like base_url */
};

/* The next entry of the value; false: there is none.  An entry without a blank has an empty url. */
bool config_language_next(struct span *rest, struct config_language *out);
/* All languages of the site, its own included, then x-default: the entry of that name, else English, else the first tag of the
 * alphabet, so all sites name the same one.  Returns their number; 0: the site has one language. */
size_t config_languages(const struct config *c, struct config_language out[CONFIG_LANGUAGES_MAX + 2]);

#endif
