#include "base/stage.h"

const char *stage_text(int name)
{
#define STAGE_TEXT(n, text) text,
  static const char *const texts[] = {STAGE_LIST(STAGE_TEXT)};
#undef STAGE_TEXT
  return name >= 0 && name < STAGE_COUNT ? texts[name] : "unknown";
}
