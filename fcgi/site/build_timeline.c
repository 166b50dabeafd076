#include "site/build_timeline.h"

#include "site/since.h"

struct activity_view *build_timeline_entries(struct page *p, const struct timeline_moves *m, size_t *n)
{
  struct activity_view *v = ARENA_ARRAY(p->arena, m->n, struct activity_view);
  *n = v ? m->n : 0;
  for (size_t i = 0; i < *n; i++)
    build_activity(p, m->v[i].activity, m->members[m->v[i].member], m->v[i].member, &v[i]);
  return v;
}

static void day_moves(struct page *p, const struct day_row *row, const struct facts *f, struct day_draw *out)
{
  bool titles = false;
  out->moves.v = ARENA_ARRAY(p->arena, row->n, struct day_move_draw);
  for (size_t i = 0; i < row->n && out->moves.v; i++) {
    struct activity_view v;
    build_move(p, row->moves[i], f, row->member, &v);
    bool version = v.url.n && day_rows_version_says_all(row->moves[i], f->name);
    titles = titles || !version;
    out->moves.v[out->moves.n++] =
        (struct day_move_draw){.text = version ? v.version : v.title,
                               .name = version ? v.title : SPAN(""),
                               .url = v.url,
                               .spark = v.spark};
  }
  for (size_t i = 0; i + 1 < out->moves.n; i++)
    out->moves.v[i].sep = titles ? SPAN("; ") : SPAN(", ");
}

struct day_draw build_day_without(const struct facts *f, size_t position)
{
  return (struct day_draw){.product = f->name, .position = build_position(position), .sign = build_sign(position)};
}

struct day_draw *build_timeline_days(struct page *p, const struct timeline_moves *m, size_t *n)
{
  struct day_row *rows = NULL;
  bool moved[SENTENCES_SET_MAX] = {false};
  size_t count = day_rows_group(p->arena, m->v, m->n, &rows);
  struct day_draw *v = ARENA_ARRAY(p->arena, count + m->n_members, struct day_draw);
  *n = 0;
  for (size_t i = 0; i < count && v; i++) {
    v[*n] = build_day_without(m->members[rows[i].member], rows[i].member);
    v[*n].when = page_time(p, rows[i].newest_us);
    v[*n].new = since_new(p, rows[i].newest_us);
    day_moves(p, &rows[i], m->members[rows[i].member], &v[(*n)++]);
    moved[rows[i].member] = true;
  }
  for (size_t i = 0; i < m->n_members && v && count; i++)
    if (!moved[i])
      v[(*n)++] = build_day_without(m->members[i], i);
  return v;
}
