/* A piece that is marked is a whole word of the line that a word of the needle begins. */
#include "site/search_lines.h"

#include "model/texts.h"
#include "text/utf8.h"

#define PIECES_MAX 40

/* The name of the attribute of a fact; empty: no page shows the fact. */
static struct span label_of(const struct search_words *words, const struct facts *f, const struct texts_line *line)
{
  if (line->attribute == TEXTS_LICENSE)
    return _("Licence");
  for (size_t i = 0; i < words->attributes.n; i++) {
    const struct attribute *a = &words->attributes.v[i];
    if (a->id == line->attribute)
      return fact_shown(a, f) ? a->name : SPAN("");
  }
  return SPAN("");
}

static unsigned words_count(uint32_t words)
{
  return (unsigned)__builtin_popcount(words);
}

/* True: the character stands in a word that began before it (in), or begins one.  Marks, which fold to nothing, continue
 * what they follow. */
static bool is_letter(struct page *p, struct span one, bool in)
{
  struct span folded = utf8_fold(p->arena, ARENA_JOIN(p->arena, SPAN("a"), one, SPAN("b")));
  uint32_t c = '-';
  match_char(span_from(folded, 1), &c);
  return span_eq(folded, SPAN("ab")) ? in : c != '-';
}

/* Bytes of the first word of the text, or of what stands before the next word. */
static size_t part_end(struct page *p, struct span text, bool *word)
{
  size_t at = 0;
  bool in = false;
  while (at < text.n) {
    uint32_t c;
    size_t n = utf8_next(span_from(text, at), &c);
    struct span one = span_head(span_from(text, at), n ? n : 1);
    bool letter = is_letter(p, one, in);
    if (at && letter != in)
      break;
    in = letter;
    at += one.n;
  }
  *word = in;
  return at;
}

static bool is_found(struct page *p, const struct match_search *needle, struct span word)
{
  struct span folded = utf8_fold(p->arena, word);
  struct match_word w;
  while (match_word_next(&folded, &w))
    if (match_word_matches(needle, &w))
      return true;
  return false;
}

/* Neighbouring parts of the same sort are one piece. */
static void piece_add(struct found_view *v, struct span text, bool mark)
{
  struct piece_view *last = v->pieces.n ? &v->pieces.v[v->pieces.n - 1] : NULL;
  if (last && (last->mark == mark || v->pieces.n == PIECES_MAX))
    last->text.n += text.n;
  else
    v->pieces.v[v->pieces.n++] = (struct piece_view){text, mark};
}

static struct found_view *found_make(struct page *p, struct span label, struct span text, const struct match_search *needle)
{
  struct found_view *v = ARENA_NEW(p->arena, struct found_view);
  struct span rest = arena_copy(p->arena, text);
  if (!v)
    return NULL;
  v->label = arena_copy(p->arena, label);
  v->pieces.v = ARENA_ARRAY(p->arena, PIECES_MAX, struct piece_view);
  while (rest.n && v->pieces.v) {
    bool word;
    size_t n = part_end(p, rest, &word);
    piece_add(v, span_head(rest, n), word && is_found(p, needle, span_head(rest, n)));
    rest = span_from(rest, n);
  }
  return v;
}

/* Of lines with equally many words, the one that has them in the name of its attribute says most of them. */
static unsigned line_worth(struct page *p, struct span label, struct span text, const struct match_search *needle)
{
  uint32_t words = match_words(needle, utf8_fold(p->arena, text)), named = match_words(needle, utf8_fold(p->arena, label));
  return words_count(words | named) * 2 * MATCH_WORDS_MAX + words_count(named);
}

struct found_view *search_line_find(struct page *p, const struct facts *f, const struct search_words *words)
{
  struct texts_reader reader = {.rest = f->texts};
  struct texts_line line;
  struct span best_label = SPAN(""), best_text = SPAN("");
  unsigned most = 0;
  while (texts_next(&reader, &line)) {
    struct span label = line.fact ? label_of(words, f, &line) : SPAN("");
    if (line.fact && !label.n)
      continue;
    unsigned worth = line_worth(p, label, line.text, &words->needle);
    if (worth > most) {
      most = worth;
      best_label = label;
      best_text = line.text;
    }
  }
  return most ? found_make(p, best_label, best_text, &words->needle) : NULL;
}
