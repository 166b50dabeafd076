/* The shapes of facts.  Their fields are described in view_facts.h. */
#include "site/view_facts.h"

#define VIEW_THIS struct fact_name_draw
VIEW_DEFINE(fact_name_draw, FACT_NAME_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct fact_view
VIEW_DEFINE(fact_view, FACT_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct fact_cell_draw
VIEW_DEFINE(fact_cell_draw, FACT_CELL_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct fact_cells_draw
VIEW_DEFINE(fact_cells_draw, FACT_CELLS_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct fact_row_view
VIEW_DEFINE(fact_row_view, FACT_ROW_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct fact_block_view
VIEW_DEFINE(fact_block_view, FACT_BLOCK_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct facts_view
VIEW_DEFINE(facts_view, FACTS_VIEW)
#undef VIEW_THIS
