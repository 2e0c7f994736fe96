/* showing.c - what must be shown to a buyer before the contract: the list, and what a body says of it
 * (SF-34). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/record.h"
#include "db/contract.h"
#include "db/project.h"

/* ---- the list ---- */

static int presale_of(void *arg, const struct project_row *row)
{
    bool *presale = arg;

    *presale = strcmp(row->sale_type, "presale") == 0;
    return 0;
}

int api_showing_list(struct call *call)
{
    const struct contract_item_info *all;
    json_t *items = json_array();
    bool presale = false;
    int64_t project_id;
    size_t n;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = project_get(&call->tx, project_id, presale_of, &presale);
    all = contract_items(CONTRACT_SHOWINGS, &n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        json_t *o;

        if (all[i].presale && !presale)
            continue;
        o = json_object();
        set_text(o, "code", all[i].code);
        set_text(o, "label", all[i].zh);
        set_text(o, "label_en", all[i].en);
        r = items_add(items, o);
    }
    return reply_items(call, items, r);
}

/* ---- of a body ---- */

static bool code_known(const char *code)
{
    size_t n;
    const struct contract_item_info *all = contract_items(CONTRACT_SHOWINGS, &n);

    for (size_t i = 0; code && i < n; i++)
        if (strcmp(all[i].code, code) == 0)
            return true;
    return false;
}

void body_shown(struct body *b, char ret_shown[static SHOWN_TEXT])
{
    json_t *array = NULL, *one;
    size_t i, used = 0;

    ret_shown[0] = '\0';
    body_array(b, "shown", BODY_OPTIONAL, SHOWN_MAX, &array);
    json_array_foreach(array, i, one)
    {
        const char *code = json_string_value(one);

        if (!code_known(code)) {
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, 0, "shown", "field", "shown", NULL);
            return;
        }
        used += (size_t)snprintf(ret_shown + used, SHOWN_TEXT - used, i ? " %s" : "%s", code);
    }
}
