/* The small charts of lists: one bar for each of the last 12 calendar months, up to the month of the last full hour.  Each
 * chart has its own scale, because its shape is what it shows; the number of moves stands beside it. */
#include "site/build.h"

#define BAR_STEP 4
#define BAR_TOP 16
#define BAR_LEAST 2 /* height of the lowest bar */

static int32_t last_month(const struct page *p)
{
  return months_of(p->pin.window_us);
}

static struct span month_name(struct page *p, int32_t month)
{
  struct span day = page_day(p, clock_join(month / 12, month % 12 + 1, 1, 0, 0, 0)); /* "1 August 2026" */
  return span_from(day, 2);
}

struct span build_months_shown(struct page *p)
{
  return ARENA_JOIN(p->arena, month_name(p, last_month(p) - MONTHS_SHOWN + 1), SPAN(" to "), month_name(p, last_month(p)));
}

/* "M2 16V9M6 16V4" */
static struct span bars_path(struct page *p, const uint32_t counts[MONTHS_SHOWN], uint32_t most)
{
  struct buf out = BUF_INIT;
  for (unsigned i = 0; i < MONTHS_SHOWN; i++) {
    uint32_t height = most ? (uint32_t)((uint64_t)counts[i] * BAR_TOP / most) : 0;
    if (counts[i])
      buf_printf(&out, "M%u %uV%u", i * BAR_STEP + 2, BAR_TOP, BAR_TOP - (height > BAR_LEAST ? height : BAR_LEAST));
  }
  return arena_take(p->arena, &out);
}

void build_months(struct page *p, const struct months *m, struct card_view *out)
{
  uint32_t counts[MONTHS_SHOWN], most = 0, total = 0;
  int32_t first = last_month(p) - MONTHS_SHOWN + 1;
  out->months.v = ARENA_ARRAY(p->arena, MONTHS_SHOWN, struct month_view);
  out->bars = ARENA_NEW(p->arena, struct bars_draw);
  for (int i = 0; i < MONTHS_SHOWN && out->months.v; i++) {
    int32_t month = first + i;
    counts[i] = months_get(m, month);
    total += counts[i];
    most = counts[i] > most ? counts[i] : most;
    out->months.v[out->months.n++] =
        (struct month_view){arena_printf(p->arena, "%04d-%02d", month / 12, month % 12 + 1), counts[i]};
  }
  if (out->bars && out->months.v)
    *out->bars = (struct bars_draw){.bars = bars_path(p, counts, most),
                                    .label = arena_printf(p->arena, "%u %s in 12 months", total, total == 1 ? "move" : "moves")};
}
