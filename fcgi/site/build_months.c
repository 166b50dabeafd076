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
  return day_text_of_month(p->arena, month % 12 + 1, arena_uint(p->arena, (unsigned)month / 12, 1));
}

struct span build_months_shown(struct page *p)
{
  return SAY(p->arena, C_("months", "%1$s to %2$s"), month_name(p, last_month(p) - MONTHS_SHOWN + 1), month_name(p, last_month(p)));
}

static char *small_write(char *at, uint32_t v) /* v below 100 */
{
  if (v >= 10)
    *at++ = (char)('0' + v / 10);
  *at++ = (char)('0' + v % 10);
  return at;
}

/* "M2 16V9M6 16V4".  Lists have hundreds of bars, so they are not formatted by directives. */
static struct span bars_path(struct page *p, const uint32_t counts[MONTHS_SHOWN], uint32_t most)
{
  char path[MONTHS_SHOWN * sizeof "M46 16V14"], *at = path;
  for (unsigned i = 0; i < MONTHS_SHOWN; i++) {
    uint32_t height = most ? (uint32_t)((uint64_t)counts[i] * BAR_TOP / most) : 0;
    if (!counts[i])
      continue;
    *at++ = 'M';
    at = small_write(at, i * BAR_STEP + 2);
    *at++ = ' ';
    at = small_write(at, BAR_TOP);
    *at++ = 'V';
    at = small_write(at, BAR_TOP - (height > BAR_LEAST ? height : BAR_LEAST));
  }
  return arena_copy(p->arena, (struct span){path, (size_t)(at - path)});
}

/* "2026-08", the same for every card of the page. */
static struct span month_id(struct page *p, int32_t month, int i)
{
  if (!p->month_ids[i].p)
    p->month_ids[i] = arena_printf(p->arena, "%04d-%02d", month / 12, month % 12 + 1);
  return p->month_ids[i];
}

/* "40 moves since September 2025".  The months are whole ones, so this is not the count of the last 365 days. */
static struct span label(struct page *p, uint32_t total, int32_t first)
{
  if (!p->month_first.p)
    p->month_first = month_name(p, first);
  return SAY(p->arena, PLURAL("%1$s move since %2$s", "%1$s moves since %2$s", total), arena_uint(p->arena, total, 1),
             p->month_first);
}

void build_months(struct page *p, const struct months *m, struct card_view *out)
{
  uint32_t counts[MONTHS_SHOWN], most = 0, total = 0;
  int32_t first = last_month(p) - MONTHS_SHOWN + 1;
  out->months.v = ARENA_ARRAY(p->arena, MONTHS_SHOWN, struct month_view);
  out->bars = ARENA_NEW(p->arena, struct bars_draw);
  for (int i = 0; i < MONTHS_SHOWN && out->months.v; i++) {
    counts[i] = months_get(m, first + i);
    total += counts[i];
    most = counts[i] > most ? counts[i] : most;
    out->months.v[out->months.n++] = (struct month_view){month_id(p, first + i, i), counts[i]};
  }
  if (out->bars && out->months.v)
    *out->bars = (struct bars_draw){
        .bars = bars_path(p, counts, most),
        .label = label(p, total, first)};
}
