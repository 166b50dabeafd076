/* The memory of one tree of libcmark.  Private to this room. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_AREA_H
#define DIPTYCH_MARKDOWN_MARKDOWN_AREA_H

#include <cmark.h>

#include "markdown/markdown.h"

/* The memory of the tree that is being parsed or written, for new nodes.  It never returns NULL: without memory, work ends. */
cmark_mem *markdown_memory(void);

/* Runs `work` with memory in proportion to the source, and frees that memory.  MARKDOWN_TOO_LARGE, MARKDOWN_NO_MEMORY: `work`
 * did not end; it must hold nothing else that must be freed. */
MUST_USE enum markdown_result markdown_area_run(size_t source_bytes, void (*work)(void *arg), void *arg);

#endif
