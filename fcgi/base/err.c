#include "base/err.h"

const char *err_text(enum err e)
{
#define ERR_TEXT(name, text) text,
  static const char *const texts[] = {ERR_LIST(ERR_TEXT)};
#undef ERR_TEXT
  return (unsigned)e < ERR_COUNT ? texts[e] : "unknown error";
}
