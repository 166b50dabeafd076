/* The names of routes, for metrics and the request log. */
#include "site/endpoints.h"
#include "site/pages.h"
#include "site/site.h"
#include "site/templates.h"

/* In the order of the numbers in struct response: none, the rows of PAGES_LIST, then those of endpoints.c, then that of
 * previews. */
const char *const *site_route_names(unsigned *n)
{
#define NAME(name, ...) #name,
#define PATH(path, function) path + 1,
#define FILE_PATH(name, file, path, type) path + 1,
  static const char *const names[] = {"none", PAGES_LIST(NAME) ENDPOINTS_LIST(PATH) TEMPLATES_FILES(FILE_PATH)
                                      "preview"};
#undef NAME
#undef PATH
#undef FILE_PATH
  *n = sizeof names / sizeof *names;
  return names;
}
