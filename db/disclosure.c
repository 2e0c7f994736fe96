/* disclosure.c - see disclosure.h. */
#include "db/disclosure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/media.h"

enum need {
    NEED_ALWAYS,
    NEED_PRESALE,
    NEED_COMPLETED,
    NEED_MODEL_ROOM,
    NEED_MORTGAGE,
    NEED_OPTIONAL
};
enum source {
    SOURCE_TEXT,
    SOURCE_NAME,
    SOURCE_DEVELOPER,
    SOURCE_ADDRESS,
    SOURCE_PERMIT,
    SOURCE_ESCROW,
    SOURCE_UNITS,
    SOURCE_DISCOUNT,
    SOURCE_AGENCY,
    SOURCE_PROPERTY,
};

const struct disclosure_info disclosures[] = {
#define DISCLOSURE(code, zh, en, rule, need, source) {code, zh, en, rule},
#include "db/disclosure.def"
#undef DISCLOSURE
};
const size_t disclosures_count = sizeof(disclosures) / sizeof(disclosures[0]);

static const struct {
    enum need need;
    enum source source;
} ways[] = {
#define DISCLOSURE(code, zh, en, rule, need, source) {NEED_##need, SOURCE_##source},
#include "db/disclosure.def"
#undef DISCLOSURE
};

const struct disclosure_info *disclosure_info(const char *code)
{
    for (size_t i = 0; i < disclosures_count; i++)
        if (strcmp(disclosures[i].code, code) == 0)
            return &disclosures[i];
    return NULL;
}

/* ---- what other records say ---- */

enum { FACT_TEXT = 1024 };

struct facts {
    bool presale;
    int64_t units, model_rooms, mortgages, discounts, agency_fees, property_fees;
    int64_t permits, escrows; /* valid permits; those of them with a whole escrow account */
    char name[400], developer[400], address[FACT_TEXT];
    char permit_text[FACT_TEXT], escrow_text[FACT_TEXT];
};

/* Adds to a list, with a separator, what @parts (ended by NULL) make when joined by "，"; what
 * does not fit is left out whole. */
static void list_add(char *out, size_t size, const char *separator, const char *const *parts)
{
    const size_t start = strlen(out);
    size_t used = start;

    for (size_t i = 0; parts[i]; i++) {
        const char *before = i > 0 ? "，" : start > 0 ? separator : "";
        int n = snprintf(out + used, size - used, "%s%s", before, parts[i]);

        if (n < 0 || (size_t)n >= size - used) {
            out[start] = '\0';
            return;
        }
        used += (size_t)n;
    }
}

static int facts_permits(struct tx *tx, int64_t project_id, struct facts *facts)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT number, escrow_bank, escrow_name, escrow_account FROM permit "
                     "WHERE project_id = $1 AND revoked_ms IS NULL "
                     "AND (expires_ms IS NULL OR expires_ms > $2) ORDER BY issued_date, number",
                     "ii", project_id, tx->now_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const char *number[] = {stmt_text(s, 0), NULL};
        const char *escrow[] = {stmt_text(s, 2), stmt_text(s, 1), stmt_text(s, 3), NULL};

        facts->permits++;
        list_add(facts->permit_text, FACT_TEXT, "、", number);
        if (!escrow[0][0] || !escrow[1][0] || !escrow[2][0])
            continue;
        facts->escrows++;
        list_add(facts->escrow_text, FACT_TEXT, "；", escrow);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int facts_read(struct tx *tx, int64_t project_id, struct facts *facts)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    memset(facts, 0, sizeof(*facts));
    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT p.name, p.developer, p.address, p.sale_type, "
            "(SELECT COUNT(*) FROM unit u WHERE u.project_id = p.id), "
            "(SELECT COUNT(*) FROM unit u WHERE u.project_id = p.id AND u.model_room = 1), "
            "(SELECT COUNT(*) FROM encumbrance e JOIN unit u ON u.id = e.unit_id "
            " WHERE u.project_id = p.id AND e.kind = 'mortgage' AND e.cleared_ms IS NULL), "
            "(SELECT COUNT(*) FROM discount d WHERE d.project_id = p.id), "
            "(SELECT COUNT(*) FROM fee f WHERE f.project_id = p.id AND f.kind = 'agency'), "
            "(SELECT COUNT(*) FROM fee f WHERE f.project_id = p.id AND "
            " f.kind = 'property' AND f.basis <> '') "
            "FROM project p WHERE p.id = $1",
            "i", project_id);
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    snprintf(facts->name, sizeof(facts->name), "%s", stmt_text(s, 0));
    snprintf(facts->developer, sizeof(facts->developer), "%s", stmt_text(s, 1));
    snprintf(facts->address, sizeof(facts->address), "%s", stmt_text(s, 2));
    facts->presale = strcmp(stmt_text(s, 3), "presale") == 0;
    facts->units = stmt_int(s, 4);
    facts->model_rooms = stmt_int(s, 5);
    facts->mortgages = stmt_int(s, 6);
    facts->discounts = stmt_int(s, 7);
    facts->agency_fees = stmt_int(s, 8);
    facts->property_fees = stmt_int(s, 9);
    stmt_reset(s);
    return facts_permits(tx, project_id, facts);
}

static bool item_required(enum need need, const struct facts *facts)
{
    switch (need) {
    case NEED_ALWAYS:
        return true;
    case NEED_PRESALE:
        return facts->presale;
    case NEED_COMPLETED:
        return !facts->presale;
    case NEED_MODEL_ROOM:
        return facts->model_rooms > 0;
    case NEED_MORTGAGE:
        return facts->mortgages > 0;
    case NEED_OPTIONAL:
        break;
    }
    return false;
}

/* What another record says for the item, "" when nothing does. */
static const char *source_text(enum source source, const struct facts *facts)
{
    switch (source) {
    case SOURCE_NAME:
        return facts->name;
    case SOURCE_DEVELOPER:
        return facts->developer;
    case SOURCE_ADDRESS:
        return facts->address;
    case SOURCE_PERMIT:
        return facts->permit_text;
    case SOURCE_ESCROW:
        return facts->escrow_text;
    case SOURCE_TEXT:
    case SOURCE_UNITS:
    case SOURCE_DISCOUNT:
    case SOURCE_AGENCY:
    case SOURCE_PROPERTY:
        break;
    }
    return "";
}

static bool item_fulfilled(enum source source, const struct facts *facts, bool text)
{
    switch (source) {
    case SOURCE_TEXT:
        return text;
    case SOURCE_NAME:
    case SOURCE_DEVELOPER:
    case SOURCE_ADDRESS:
        return text || source_text(source, facts)[0] != '\0';
    case SOURCE_PERMIT:
        return facts->permits > 0;
    case SOURCE_ESCROW:
        return text || (facts->permits > 0 && facts->escrows == facts->permits);
    case SOURCE_UNITS:
        return facts->units > 0;
    case SOURCE_DISCOUNT:
        return text || facts->discounts > 0;
    case SOURCE_AGENCY:
        return text || facts->agency_fees > 0;
    case SOURCE_PROPERTY:
        return text && facts->property_fees > 0;
    }
    return false;
}

/* ---- the list ---- */

static int item_read(struct tx *tx, int64_t project_id, size_t i, const struct facts *facts,
                     int (*each)(void *arg, const struct disclosure_row *row), void *arg)
{
    struct disclosure_row row = {.info = &disclosures[i], .value = "", .doc_name = ""};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT value, media_id, doc_name, doc_date, version FROM disclosure_item "
                     "WHERE project_id = $1 AND code = $2",
                     "it", project_id, disclosures[i].code);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 1) {
        row.value = stmt_text(s, 0);
        row.media_id = stmt_text(s, 1);
        row.doc_name = stmt_text(s, 2);
        row.doc_date = stmt_text(s, 3);
        row.version = stmt_int(s, 4);
    }
    row.required = item_required(ways[i].need, facts);
    row.fulfilled = item_fulfilled(ways[i].source, facts, row.value[0] != '\0');
    if (!row.value[0])
        row.value = source_text(ways[i].source, facts);
    r = each(arg, &row);
    stmt_reset(s);
    return r;
}

int disclosure_each(struct tx *tx, int64_t project_id,
                    int (*each)(void *arg, const struct disclosure_row *row), void *arg)
{
    struct facts facts;
    int r = facts_read(tx, project_id, &facts);

    for (size_t i = 0; r >= 0 && i < disclosures_count; i++)
        r = item_read(tx, project_id, i, &facts, each, arg);
    return r < 0 ? r : 0;
}

struct missing {
    const char **codes;
    size_t size;
    int n;
};

static int missing_note(void *arg, const struct disclosure_row *row)
{
    struct missing *missing = arg;

    if (!row->required || row->fulfilled)
        return 0;
    if ((size_t)missing->n < missing->size)
        missing->codes[missing->n] = row->info->code;
    missing->n++;
    return 0;
}

int disclosure_missing(struct tx *tx, int64_t project_id, const char **ret_codes, size_t size)
{
    struct missing missing = {ret_codes, size, 0};
    int r = disclosure_each(tx, project_id, missing_note, &missing);

    return r < 0 ? r : missing.n;
}

/* ---- filling in ---- */

static int item_trail(struct tx *tx, const struct disclosure_set *set, struct trail *trail)
{
    int64_t version = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT value, media_id, doc_name, doc_date, version FROM disclosure_item "
                     "WHERE project_id = $1 AND code = $2",
                     "it", set->project_id, set->code);
    bool there;

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    there = r == 1;
    if (there)
        version = stmt_int(s, 4);
    r = version == set->version
            ? 0
            : fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", set->code, NULL);
    if (r == 0) {
        trail_text(trail, set->code, there ? stmt_text(s, 0) : NULL, set->value);
        trail_text(trail, "media", there ? stmt_text(s, 1) : NULL, set->media_id);
        trail_text(trail, "doc_name", there ? stmt_text(s, 2) : "",
                   set->doc_name ? set->doc_name : "");
        trail_text(trail, "doc_date", there ? stmt_text(s, 3) : NULL, set->doc_date);
    }
    stmt_reset(s);
    return r;
}

int disclosure_set(struct tx *tx, const struct disclosure_set *set)
{
    struct trail trail = {0};
    int r = tx_need_whole(tx, set->project_id);

    if (r == 0 && !disclosure_info(set->code))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = media_need(tx, set->project_id, set->media_id);
    if (r == 0)
        r = item_trail(tx, set, &trail);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(
        tx->db,
        "INSERT INTO disclosure_item (project_id, code, value, media_id, doc_name, doc_date) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, code) DO UPDATE SET "
        "value = excluded.value, media_id = excluded.media_id, "
        "doc_name = excluded.doc_name, doc_date = excluded.doc_date, "
        "version = disclosure_item.version + 1",
        "ittttt", set->project_id, set->code, set->value, set->media_id,
        set->doc_name ? set->doc_name : "", set->doc_date);
    if (r < 0) {
        trail_clear(&trail);
        return r == -ENOLINK ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
    }
    return audit_add_project(tx, "disclosure.set", "project", set->project_id, set->project_id,
                             &trail);
}
