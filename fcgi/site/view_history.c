/* The shapes of past editorials and of the ledger.  Their fields are described in view_history.h. */
#include "site/view_history.h"

#define VIEW_THIS struct dated_editorial_view
VIEW_DEFINE(dated_editorial_view, DATED_EDITORIAL_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct history_view
VIEW_DEFINE(history_view, HISTORY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct words_view
VIEW_DEFINE(words_view, WORDS_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct changed_paragraph_view
VIEW_DEFINE(changed_paragraph_view, CHANGED_PARAGRAPH_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct change_view
VIEW_DEFINE(change_view, CHANGE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct past_view
VIEW_DEFINE(past_view, PAST_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct predictions_view
VIEW_DEFINE(predictions_view, PREDICTIONS_VIEW)
#undef VIEW_THIS
