#include "base/stage.h"

#include "base/clock.h"

const char *stage_text(int name)
{
#define STAGE_TEXT(n, text) text,
  static const char *const texts[] = {STAGE_LIST(STAGE_TEXT)};
#undef STAGE_TEXT
  return name >= 0 && name < STAGE_COUNT ? texts[name] : "unknown";
}

void stage_times_add(struct stage_times *t, enum stage_name next)
{
  int64_t now_us = clock_mono_us();
  t->us[t->now] += now_us - t->since_us;
  t->since_us = now_us;
  t->now = next;
}
