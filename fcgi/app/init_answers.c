#include "app/init_answers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "config/config_check.h"

#define ANSWER_MOST 400

static const struct question {
  const char *name, *key, *fallback, *text;
  size_t offset;
} questions[] = {
#define INIT_ROW(name, key, fallback, text) {#name, key, fallback, text, offsetof(struct init_answers, name)},
    INIT_QUESTIONS(INIT_ROW)
#undef INIT_ROW
};
#define QUESTIONS (sizeof questions / sizeof *questions)

static char **answer_of(struct init_answers *a, const struct question *q)
{
  return (char **)((char *)a + q->offset);
}

bool init_database_host(const char *database, char host[256], int *port)
{
  struct span s = span_z(database);
  size_t colon = span_find(s, ':');
  *host = 0;
  *port = 0;
  if (s.n && s.p[0] == '/')
    return true;
  struct span digits = span_from(s, colon + 1);
  for (size_t i = 0; i < digits.n; i++) {
    if (digits.p[i] < '0' || digits.p[i] > '9' || *port > 65535)
      return false;
    *port = *port * 10 + (digits.p[i] - '0');
  }
  if (!colon || colon > 255 || *port > 65535 || (colon < s.n && !*port))
    return false;
  for (size_t i = 0; i < colon; i++)
    if ((unsigned char)s.p[i] <= ' ' || strchr("\"'\\/`", s.p[i]))
      return false;
  memcpy(host, s.p, colon);
  host[colon] = 0;
  return true;
}

static const char *fault_of(const struct question *q, const char *value)
{
  char host[256];
  int port;
  if (*q->key)
    return strcmp(q->name, "cache") == 0 && strcmp(value, "none") == 0 ? NULL : config_word_fault(q->key, value);
  return init_database_host(value, host, &port) ? NULL : "write the path of a socket, a host, or host:port";
}

bool init_answers_option(struct init_answers *a, const char *option, const char *value)
{
  for (size_t i = 0; i < QUESTIONS; i++) {
    char **answer = answer_of(a, &questions[i]);
    if (strcmp(questions[i].name, option) != 0)
      continue;
    if (*answer)
      return false;
    *answer = strdup(value);
    return *answer != NULL;
  }
  return false;
}

static bool take(char **answer, const struct question *q, const char *value, FILE *why)
{
  const char *fault = fault_of(q, value);
  if (fault) {
    fprintf(why, "init: %s \"%s\" is not valid: %s\n", q->name, value, fault);
    return false;
  }
  if (value != *answer)
    *answer = strdup(value);
  return *answer != NULL;
}

/* False: standard input ended without an answer, or a wrong one cannot be asked for again. */
static bool ask(char **answer, const struct question *q, bool terminal, FILE *in, FILE *out, FILE *why)
{
  char line[ANSWER_MOST];
  while (true) {
    if (terminal) {
      fprintf(out, q->fallback ? "%s [%s]: " : "%s: ", q->text, q->fallback);
      fflush(out);
    }
    bool got = fgets(line, sizeof line, in) != NULL;
    line[got ? strcspn(line, "\r\n") : 0] = 0;
    const char *value = *line || !q->fallback ? line : q->fallback;
    if (!*value && !got) {
      fprintf(why, "init: --%s is missing\n", q->name);
      return false;
    }
    if (take(answer, q, value, why))
      return true;
    if (!terminal || !got)
      return false;
  }
}

bool init_answers_complete(struct init_answers *a, FILE *in, FILE *out, FILE *why)
{
  bool terminal = isatty(fileno(in));
  for (size_t i = 0; i < QUESTIONS; i++) {
    char **answer = answer_of(a, &questions[i]);
    if (*answer ? !take(answer, &questions[i], *answer, why) : !ask(answer, &questions[i], terminal, in, out, why))
      return false;
  }
  return true;
}

void init_answers_free(struct init_answers *a)
{
  for (size_t i = 0; i < QUESTIONS; i++)
    free(*answer_of(a, &questions[i]));
}
