/* customer_person.c - see customer_person.h. */
#include "db/customer_person.h"

#include <errno.h>

#include "db/audit.h"
#include "db/customer.h"

int customer_person_scan(struct tx *tx, int64_t customer_id,
                         int (*each)(void *arg, const struct customer_person *person), void *arg)
{
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT l.id, l.company_id, l.person_id, c.name, p.name, l.role, l.since_ms "
                     "FROM customer_person l JOIN customer c ON c.id = l.company_id "
                     "JOIN customer p ON p.id = l.person_id WHERE l.ended_ms IS NULL "
                     "AND (l.company_id = $1 OR l.person_id = $1) ORDER BY l.id",
                     "i", customer_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char name[CONTACT_NAME_TEXT];
        const struct customer_person row = {.id = stmt_int(s, 0),
                                            .company_id = stmt_int(s, 1),
                                            .person_id = stmt_int(s, 2),
                                            .company = stmt_text(s, 3),
                                            .person = name,
                                            .role = stmt_text(s, 5),
                                            .since_ms = stmt_int(s, 6)};

        contact_name_mask(stmt_text(s, 4), name);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

int customer_person_add(struct tx *tx, int64_t company_id, int64_t person_id, const char *role)
{
    struct trail trail = {0};
    int r = customer_need(tx, company_id);

    if (r == 0)
        r = customer_need(tx, person_id);
    if (r == 0)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM customer_person WHERE company_id = $1 "
                         "AND ended_ms IS NULL",
                         company_id, PERSONS_MAX);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO customer_person (company_id, person_id, role, since_ms) "
                   "VALUES ($1, $2, $3, $4)",
                   "iiti", company_id, person_id, role, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_PERSON_TAKEN, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_PERSON_WRONG, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "person", NULL, &person_id);
    return audit_add(tx, "customer.person", "customer", company_id, 0, &trail);
}

int customer_person_end(struct tx *tx, int64_t company_id, int64_t person_id)
{
    struct trail trail = {0};
    int r = customer_need(tx, company_id);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer_person SET ended_ms = $3 WHERE company_id = $1 "
                   "AND person_id = $2 AND ended_ms IS NULL",
                   "iii", company_id, person_id, tx->now_ms);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    trail_int(&trail, "person", &person_id, NULL);
    return audit_add(tx, "customer.person", "customer", company_id, 0, &trail);
}
