/* encumbrance.c - mortgages, seizures and locks on a unit (PM-22). */
#include "db/encumbrance.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/api/unit.h"

int api_encumbrance_set(struct call *call)
{
    static const char *const kinds[] = {"mortgage", "seizure", "authority_lock", "auto_lock", NULL};
    struct encumbrance_new e = {.kind = NULL};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &e.unit_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &e.kind);
    body_text(&b, "document", BODY_REQUIRED, 1, 200, &e.document);
    body_bool(&b, "sellable", BODY_OPTIONAL, &e.sellable);
    r = body_end(&b);
    if (r == 0)
        r = encumbrance_set(&call->tx, &e, &id);
    return r < 0 ? r : reply_unit(call, e.unit_id, 201);
}

int api_encumbrance_clear(struct call *call)
{
    const char *document = NULL;
    int64_t id, unit_id;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "document", BODY_REQUIRED, 1, 200, &document);
    r = body_end(&b);
    if (r == 0)
        r = encumbrance_clear(&call->tx, id, document, &unit_id);
    return r < 0 ? r : reply_unit(call, unit_id, 200);
}
