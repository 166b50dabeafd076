#include "model/day_rows.h"

#include <stdlib.h>
#include <strings.h>

int64_t day_rows_day(int64_t us)
{
  int64_t rest = us % CLOCK_DAY;
  return us - (rest < 0 ? rest + CLOCK_DAY : rest);
}

/* The row of this day and product; rows + n: there is none. */
static struct day_row *row_find(struct day_row *rows, size_t n, const struct sentences_move *m)
{
  size_t i = 0;
  int64_t day = day_rows_day(m->activity->occurred_us);
  while (i < n && (rows[i].member != m->member || day_rows_day(rows[i].newest_us) != day))
    i++;
  return rows + i;
}

static int earlier_first(const void *x, const void *y)
{
  const struct activity *a = *(const struct activity *const *)x, *b = *(const struct activity *const *)y;
  if (a->occurred_us != b->occurred_us)
    return a->occurred_us < b->occurred_us ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

/* Gives each row its place in `room`, and takes its moves. */
static void rows_fill(struct day_row *rows, size_t n_rows, const struct sentences_move *moves, size_t n,
                      const struct activity **room)
{
  for (size_t i = 0; i < n_rows; i++) {
    rows[i].moves = room;
    room += rows[i].n;
    rows[i].n = 0;
  }
  for (size_t i = 0; i < n; i++) {
    struct day_row *row = row_find(rows, n_rows, &moves[i]);
    row->moves[row->n++] = moves[i].activity;
  }
  for (size_t i = 0; i < n_rows; i++)
    qsort(rows[i].moves, rows[i].n, sizeof *rows[i].moves, earlier_first);
}

size_t day_rows_group(struct arena *a, const struct sentences_move *moves, size_t n, struct day_row **out)
{
  struct day_row *rows = ARENA_ARRAY(a, n + 1, struct day_row);
  const struct activity **room = ARENA_ARRAY(a, n + 1, const struct activity *);
  size_t count = 0;
  if (!rows || !room)
    return 0;
  for (size_t i = 0; i < n; i++) {
    struct day_row *row = row_find(rows, count, &moves[i]);
    if (row == rows + count)
      rows[count++] = (struct day_row){.member = moves[i].member, .newest_us = moves[i].activity->occurred_us};
    row->n++;
  }
  rows_fill(rows, count, moves, n, room);
  *out = rows;
  return count;
}

/* ---- what a version says */

static bool is_same(struct span a, struct span b)
{
  return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* The next word of *rest, without the punctuation around it.  Quotes stay, because Markdown puts the title between some. */
static struct span word_next(struct span *rest)
{
  struct span word = span_split(rest, ' ');
  while (word.n && word.p[0] == '(')
    word = span_from(word, 1);
  while (word.n && strchr(".,:;!)", word.p[word.n - 1]))
    word.n--;
  return word;
}

static bool is_word_of(struct span word, struct span text)
{
  for (struct span rest = text; rest.p;)
    if (is_same(word, word_next(&rest)))
      return true;
  return false;
}

static bool is_version(struct span word, struct span version)
{
  bool v = word.n > 1 && (word.p[0] == 'v' || word.p[0] == 'V');
  return is_same(word, version) || (v && is_same(span_from(word, 1), version));
}

bool day_rows_version_says_all(const struct activity *move, struct span name)
{
  if (move->kind != ACTIVITY_RELEASE || !move->version.n)
    return false;
  for (struct span rest = move->title; rest.p;) {
    struct span word = word_next(&rest);
    if (word.n && !is_version(word, move->version) && !is_word_of(word, name) &&
        !is_word_of(word, SPAN("release released version is out now available")))
      return false;
  }
  return true;
}
