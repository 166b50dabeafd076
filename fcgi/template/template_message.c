#include "template/template_message.h"

#include "base/messages.h"

bool template_is_message(const struct template_token *t)
{
  return t->text.n && t->text.p[0] == '_' && (t->text.n == 1 || t->text.p[1] == ' ');
}

/* The bytes between the tags of the section. */
static struct span content_of(const struct template_source *s, size_t index)
{
  size_t from = s->tokens[index + 1].at, to = s->tokens[s->tokens[index].match].at;
  return span_of(s->text.p + from, to - from);
}

static const char *message_fault(const struct template_token *t, struct span content)
{
  if (t->kind == TEMPLATE_INVERTED)
    return "a message is always shown: write {{#_}}";
  if (!content.n)
    return "this message is empty";
  if (span_find(content, '\n') < content.n)
    return "a message stands on one line";
  if (span_find_span(content, SPAN("{{#_}}")) < content.n || span_find_span(content, SPAN("{{#_ ")) < content.n)
    return "a message can't contain another one";
  return NULL;
}

enum template_message template_message_read(struct template_compiler *c, const struct template_include *in, size_t index,
                                            struct template_source *s)
{
  const struct template_token *t = &in->source->tokens[index];
  struct span content = content_of(in->source, index), context = span_trim(span_from(t->text, 1));
  const char *why = message_fault(t, content);
  if (why) {
    FAULT(c, in, t->at, "%s", why);
    return TEMPLATE_MESSAGE_FAULT;
  }
  struct span text = messages_find(context, content);
  if (!text.p)
    return TEMPLATE_MESSAGE_OWN;
  struct span path = arena_printf(c->arena, "%s: the translation \"%.*s\"", in->source->path, SPAN_ARG(text));
  *s = (struct template_source){.path = arena_z(c->arena, path), .text = text};
  if (s->path && template_scan(s, c->arena, c->why))
    return TEMPLATE_MESSAGE_OTHER;
  c->faults++;
  return TEMPLATE_MESSAGE_FAULT;
}
