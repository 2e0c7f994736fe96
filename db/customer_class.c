/* customer_class.c - see customer_class.h. */
#include "db/customer_class.h"

#include <string.h>

#include "db/audit.h"

const char *const customer_classes[] = {"potential", "intending", "subscribed", "signed",
                                        "owner",     "resident",  NULL};

#define LIVE_DEAL                                                                                  \
    "SELECT 1 FROM deal_party p JOIN deal d ON d.id = p.deal_id WHERE p.customer_id = c.id AND "   \
    "p.ended_ms IS NULL AND d.closed_ms IS NULL AND d.stage"

/* The furthest that the rows bear out: a living deal as a buyer, then what was said and seen. */
static const char class_query[] =
    "SELECT c.class, CASE "
    "WHEN EXISTS (" LIVE_DEAL " IN ('D', 'T')) THEN 'owner' "
    "WHEN EXISTS (" LIVE_DEAL " IN ('C', 'F')) THEN 'signed' "
    "WHEN EXISTS (" LIVE_DEAL " = 'S') THEN 'subscribed' "
    "WHEN EXISTS (" LIVE_DEAL " = 'B') "
    "  OR EXISTS (SELECT 1 FROM intent i WHERE i.customer_id = c.id) "
    "  OR EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id AND v.kind = 'visit') "
    "THEN 'intending' ELSE 'potential' END FROM customer c WHERE c.id = $1";

int customer_class_recompute(struct tx *tx, int64_t customer_id)
{
    struct trail trail = {0};
    const char *next = NULL;
    struct stmt *s;
    int r = db_query(tx->db, &s, class_query, "i", customer_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    for (size_t i = 0; customer_classes[i]; i++)
        if (strcmp(customer_classes[i], stmt_text(s, 1)) == 0)
            next = customer_classes[i];
    trail_text(&trail, "class", stmt_text(s, 0), next);
    stmt_reset(s);
    if (trail_empty(&trail))
        return 0;
    r = db_run(tx->db, "UPDATE customer SET class = $2 WHERE id = $1", "it", customer_id, next);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "customer.class", "customer", customer_id, 0, &trail);
}
