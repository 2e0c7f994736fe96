/* customer_keep.c - see customer_keep.h. */
#include "db/customer_keep.h"

/* Each counts what binds customer $1. */
static const struct {
    enum fault_code code;
    const char *count;
} reasons[] = {
    {FAULT_KEPT_CARD, "SELECT COUNT(*) FROM card c JOIN member m ON m.id = c.member_id "
                      "WHERE m.customer_id = $1 AND c.ended_ms IS NULL"},
    {FAULT_KEPT_POINTS, "SELECT COUNT(*) FROM member WHERE customer_id = $1 AND points > 0"},
    {FAULT_KEPT_DOCUMENT, "SELECT COUNT(*) FROM qualification WHERE customer_id = $1"},
    {FAULT_KEPT_COMPANY, "SELECT COUNT(*) FROM customer_person WHERE person_id = $1 "
                         "AND ended_ms IS NULL"},
    /* As a buyer, now or before: of a deal that goes on, or one with money or a signed paper, which
     * the law wants kept; and as one of those a change under way brings in. */
    {FAULT_KEPT_DEAL,
     "SELECT COUNT(*) FROM deal d WHERE d.id IN (SELECT deal_id FROM deal_party WHERE "
     "customer_id = $1 UNION SELECT c.deal_id FROM deal_change_party p JOIN deal_change c "
     "ON c.id = p.change_id WHERE p.customer_id = $1 AND c.state = 'asked') "
     "AND (d.closed_ms IS NULL OR EXISTS (SELECT 1 FROM received r WHERE r.deal_id = d.id) "
     "OR EXISTS (SELECT 1 FROM deal_document n WHERE n.deal_id = d.id AND n.kind <> 'booking'))"},
    {FAULT_KEPT_MONEY, "SELECT COUNT(*) FROM voucher WHERE customer_id = $1 AND "
                       "deal_id IS NULL"},
    {FAULT_KEPT_TICKET,
     "SELECT COUNT(*) FROM queue_ticket WHERE customer_id = $1 AND state = 'waiting'"},
    {FAULT_KEPT_TERMS, "SELECT COUNT(*) FROM terms WHERE customer_id = $1 "
                       "AND state IN ('pending', 'granted')"},
};

int customer_kept(struct tx *tx, int64_t customer_id)
{
    bool kept = false;

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        int64_t n = 0;
        int r = db_get(tx->db, &n, reasons[i].count, "i", customer_id);

        if (r < 0)
            return r;
        if (n > 0)
            fault_item(tx->fault, reasons[i].code, 0, NULL, NULL);
        kept = kept || n > 0;
    }
    return kept ? fault_set(tx->fault, FAULT_CUSTOMER_KEPT, NULL) : 0;
}
