/* deal_scope.h - whose deals somebody sees: of the buildings in his scope, and without deal.all his
 * own alone (deal.h); and the row of the log about what hangs on a deal.
 *
 * Thread: any; deal_note() the writer's.
 */
#ifndef ANCHANG_DB_DEAL_SCOPE_H
#define ANCHANG_DB_DEAL_SCOPE_H

#include "db/audit.h"

struct deal_place {
    int64_t deal_id, project_id, building_id, user_id; /* user: the consultant whose deal it is */
};

bool deal_seen(const struct actor *actor, const struct deal_place *place);
/* NOT_FOUND when it is not. */
int deal_need(struct tx *tx, const struct deal_place *place);
/* Where the deal is, in scope; NOT_FOUND. */
int deal_place_read(struct tx *tx, int64_t deal_id, struct deal_place *ret_place);
/* Who may be made a buyer, quoted for or queued: with deal.all everybody there is, without whom the
 * actor sees and, with opening.desk, those an opening day has called; of a deal that he sees
 * (@deal_id; 0: none) its buyers. NOT_FOUND, CUSTOMER_RESTRICTED. */
int deal_customer_need(struct tx *tx, int64_t customer_id, int64_t deal_id);

/* One row of the log about the deal, and the news of it. Takes @trail, which may be NULL, over. */
int deal_note(struct tx *tx, const struct deal_place *place, const char *action,
              struct trail *trail);

#endif
