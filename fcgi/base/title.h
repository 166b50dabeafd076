/* The title of this process in ps(1) and top(1), as in "diptych: worker 3".
 *
 * Linux shows the memory in which the arguments of the program began.  A title is written over the arguments, and
 * over the first variables of the environment when it is longer.  title_open moves the environment to the heap first,
 * so getenv(3) and environ keep working.  After title_set the strings of argv are no longer valid. */
#ifndef DIPTYCH_BASE_TITLE_H
#define DIPTYCH_BASE_TITLE_H

/* Call it first in main, with the arguments that main got.  Without it, or without memory, title_set does nothing. */
void title_open(int argc, char **argv);

void title_set(const char *role); /* shows "diptych: " and the role; a longer title than the memory holds is cut */

#endif
