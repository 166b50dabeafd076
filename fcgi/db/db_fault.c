#include "db/db_fault.h"

#include <stddef.h>

#define DB_FAULT_ROW(number, err, advice) {number, ERR_##err, advice},
static const struct db_fault faults[] = {DB_FAULT_LIST(DB_FAULT_ROW)};
#undef DB_FAULT_ROW

static const struct db_fault unknown = {0, ERR_INVALID, "look up the number in the server's manual"};

const struct db_fault *db_fault_find(unsigned number)
{
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if (faults[i].number == number)
      return &faults[i];
  return &unknown;
}
