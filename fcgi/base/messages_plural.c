#include "base/messages_plural.h"

#include "base/messages.h"

#define DEPTH_MAX 32

struct plural_parser {
  struct span rest;
  uint64_t n;
  int depth;
  bool bad;
};

static uint64_t plural_ternary(struct plural_parser *p);

static void blanks_skip(struct plural_parser *p)
{
  while (p->rest.n && (*p->rest.p == ' ' || *p->rest.p == '\t'))
    p->rest = span_from(p->rest, 1);
}

static bool sign_take(struct plural_parser *p, struct span sign)
{
  blanks_skip(p);
  if (!span_starts(p->rest, sign))
    return false;
  p->rest = span_from(p->rest, sign.n);
  return true;
}

static uint64_t number_take(struct plural_parser *p)
{
  uint64_t v = 0;
  blanks_skip(p);
  if (!p->rest.n || *p->rest.p < '0' || *p->rest.p > '9')
    p->bad = true;
  for (; p->rest.n && *p->rest.p >= '0' && *p->rest.p <= '9'; p->rest = span_from(p->rest, 1))
    v = v * 10 + (uint64_t)(*p->rest.p - '0');
  return v;
}

static uint64_t plural_primary(struct plural_parser *p)
{
  if (++p->depth > DEPTH_MAX) {
    p->bad = true;
    return 0;
  }
  uint64_t v;
  if (sign_take(p, SPAN("!")))
    v = !plural_primary(p);
  else if (sign_take(p, SPAN("("))) {
    v = plural_ternary(p);
    p->bad = !sign_take(p, SPAN(")")) || p->bad;
  } else
    v = sign_take(p, SPAN("n")) ? p->n : number_take(p);
  p->depth--;
  return v;
}

static uint64_t plural_product(struct plural_parser *p)
{
  uint64_t v = plural_primary(p);
  while (!p->bad) {
    char sign = sign_take(p, SPAN("*")) ? '*' : sign_take(p, SPAN("/")) ? '/' : sign_take(p, SPAN("%")) ? '%' : 0;
    if (!sign)
      break;
    uint64_t by = plural_primary(p);
    v = sign == '*' ? v * by : !by ? 0 : sign == '/' ? v / by : v % by;
  }
  return v;
}

static uint64_t plural_sum(struct plural_parser *p)
{
  uint64_t v = plural_product(p);
  while (!p->bad) {
    if (sign_take(p, SPAN("+")))
      v += plural_product(p);
    else if (sign_take(p, SPAN("-")))
      v -= plural_product(p);
    else
      break;
  }
  return v;
}

static uint64_t plural_order(struct plural_parser *p)
{
  uint64_t v = plural_sum(p);
  if (sign_take(p, SPAN("<=")))
    return v <= plural_sum(p);
  if (sign_take(p, SPAN(">=")))
    return v >= plural_sum(p);
  if (sign_take(p, SPAN("<")))
    return v < plural_sum(p);
  return sign_take(p, SPAN(">")) ? v > plural_sum(p) : v;
}

static uint64_t plural_equality(struct plural_parser *p)
{
  uint64_t v = plural_order(p);
  if (sign_take(p, SPAN("==")))
    return v == plural_order(p);
  return sign_take(p, SPAN("!=")) ? v != plural_order(p) : v;
}

static uint64_t plural_both(struct plural_parser *p)
{
  uint64_t v = plural_equality(p);
  while (!p->bad && sign_take(p, SPAN("&&")))
    v = (plural_equality(p) != 0) & (v != 0);
  return v;
}

static uint64_t plural_either(struct plural_parser *p)
{
  uint64_t v = plural_both(p);
  while (!p->bad && sign_take(p, SPAN("||")))
    v = (plural_both(p) != 0) | (v != 0);
  return v;
}

static uint64_t plural_ternary(struct plural_parser *p)
{
  uint64_t v = plural_either(p);
  if (!sign_take(p, SPAN("?")))
    return v;
  uint64_t yes = plural_ternary(p);
  p->bad = !sign_take(p, SPAN(":")) || p->bad;
  uint64_t no = p->bad ? 0 : plural_ternary(p);
  return v ? yes : no;
}

static uint64_t evaluate(struct span expression, uint64_t n, bool *bad)
{
  struct plural_parser p = {.rest = expression, .n = n};
  uint64_t v = plural_ternary(&p);
  blanks_skip(&p);
  *bad = p.bad || p.rest.n;
  return v;
}

size_t plural_rule_form(const struct plural_rule *r, uint64_t n)
{
  bool bad;
  uint64_t v = r->expression.n ? evaluate(r->expression, n, &bad) : n != 1;
  return v < r->forms ? (size_t)v : r->forms - 1;
}

static struct span value_of(struct span header, struct span name)
{
  struct span rest = span_from(header, span_find_span(header, name));
  rest = span_from(rest, rest.n ? name.n : 0);
  size_t end = span_find(rest, ';'), line = span_find(rest, '\n');
  return span_trim(span_head(rest, end < line ? end : line));
}

bool plural_rule_read(struct plural_rule *r, struct span header)
{
  bool bad = false;
  *r = (struct plural_rule){.forms = 2};
  size_t at = span_find_span(header, SPAN("Plural-Forms:"));
  if (at == header.n)
    return true;
  struct span rule = span_head(span_from(header, at), span_find(span_from(header, at), '\n'));
  struct plural_parser count = {.rest = value_of(rule, SPAN("nplurals="))};
  r->forms = (size_t)number_take(&count);
  r->expression = value_of(rule, SPAN(" plural="));
  if (count.bad || !r->forms || r->forms > MESSAGES_FORMS_MAX || !r->expression.n)
    return false;
  evaluate(r->expression, 1, &bad);
  return !bad;
}
