#include "db/db_fault.h"

#include <stddef.h>
#include <string.h>

#define DB_FAULT_ROW(number, err, advice) {number, ERR_##err, advice},
static const struct db_fault faults[] = {DB_FAULT_LIST(DB_FAULT_ROW)};
#undef DB_FAULT_ROW

static const struct {
  const char *state;
  struct db_fault fault;
} states[] = {
#define DB_FAULT_STATE(state, err, advice) {state, {0, ERR_##err, advice}},
    DB_FAULT_STATES(DB_FAULT_STATE)
#undef DB_FAULT_STATE
};

const struct db_fault *db_fault_find(unsigned number, const char *state)
{
  size_t i = 0;
  for (; i < sizeof faults / sizeof *faults; i++)
    if (faults[i].number == number)
      return &faults[i];
  for (i = 0; strncmp(states[i].state, state, strlen(states[i].state)) != 0;)
    i++; /* the last row fits every state */
  return &states[i].fault;
}

void db_fault_write(const char *message, const char *account, FILE *out)
{
  static const char *const keys[] = {"mysql_user", "mysql_password"};
  for (; *message; message++) {
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
      if (strncmp(message, keys[i], strlen(keys[i])) == 0) {
        fprintf(out, "mysql_%s", account);
        message += strlen("mysql");
        break;
      }
    putc(*message, out);
  }
}
