#include "text/body_format.h"

enum body_format body_format_of(struct span word)
{
  static const struct {
    struct span word;
    enum body_format format;
  } all[] = {{{"markdown", 8}, BODY_MARKDOWN}, {{"html", 4}, BODY_HTML}, {{"wordpress", 9}, BODY_WORDPRESS}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (span_eq(all[i].word, word))
      return all[i].format;
  return BODY_DEFAULT;
}
