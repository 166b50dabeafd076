/* The shapes of the shared views.  Their fields are described in view.h. */
#include "site/view.h"

#define VIEW_THIS struct time_view
VIEW_DEFINE(time_view, TIME_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct kind_draw
VIEW_DEFINE(kind_draw, KIND_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct link_view
VIEW_DEFINE(link_view, LINK_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct chip_view
VIEW_DEFINE(chip_view, CHIP_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct meter_draw
VIEW_DEFINE(meter_draw, METER_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct velocity_view
VIEW_DEFINE(velocity_view, VELOCITY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct body_view
VIEW_DEFINE(body_view, BODY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct evidence_view
VIEW_DEFINE(evidence_view, EVIDENCE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct grade_view
VIEW_DEFINE(grade_view, GRADE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct editorial_view
VIEW_DEFINE(editorial_view, EDITORIAL_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct release_view
VIEW_DEFINE(release_view, RELEASE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct product_view
VIEW_DEFINE(product_view, PRODUCT_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct versus_view
VIEW_DEFINE(versus_view, VERSUS_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct piece_view
VIEW_DEFINE(piece_view, PIECE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct found_view
VIEW_DEFINE(found_view, FOUND_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct question_draw
VIEW_DEFINE(question_draw, QUESTION_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct prose_draw
VIEW_DEFINE(prose_draw, PROSE_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct card_view
VIEW_DEFINE(card_view, CARD_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct activity_view
VIEW_DEFINE(activity_view, ACTIVITY_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct day_move_draw
VIEW_DEFINE(day_move_draw, DAY_MOVE_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct day_draw
VIEW_DEFINE(day_draw, DAY_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct days_draw
VIEW_DEFINE(days_draw, DAYS_DRAW)
#undef VIEW_THIS

#define VIEW_THIS struct qa_view
VIEW_DEFINE(qa_view, QA_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct sector_view
VIEW_DEFINE(sector_view, SECTOR_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct member_view
VIEW_DEFINE(member_view, MEMBER_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct listed_link_view
VIEW_DEFINE(listed_link_view, LISTED_LINK_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct ended_view
VIEW_DEFINE(ended_view, ENDED_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct pager_view
VIEW_DEFINE(pager_view, PAGER_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct page_view
VIEW_DEFINE(page_view, PAGE_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct month_view
VIEW_DEFINE(month_view, MONTH_VIEW)
#undef VIEW_THIS

#define VIEW_THIS struct bars_draw
VIEW_DEFINE(bars_draw, BARS_DRAW)
#undef VIEW_THIS
