/* tender.c - see tender.h. */
#include "daemon/api/tender.h"

#include <string.h>

#include "daemon/api/record.h"
#include "db/fund.h"
#include "db/money.h"

const char *const fund_codes[] = {
#define FUND(symbol, code, ...) code,
#include "db/fund.def"
#undef FUND
    NULL,
};

static const char *const tender_codes[] = {
#define TENDER(symbol, code, ...) code,
#include "db/tender.def"
#undef TENDER
    NULL,
};

/* Of a card no more than its last four digits come in. */
static void card_check(struct body *b, const char *card)
{
    if (card && card[0] && (strlen(card) != 4 || strspn(card, "0123456789") != 4))
        fault_item(b->call->tx.fault, FAULT_FIELD_TEXT, 0, "tenders/card", "field", "card", NULL);
}

static void one_read(struct body *b, json_t *object, struct payment_tender *t)
{
    struct body inner = {.call = b->call, .object = object, .prefix = "tenders"};

    body_word(&inner, "tender", BODY_REQUIRED, tender_codes, &t->tender);
    body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &t->amount_fen);
    body_int(&inner, "account_id", BODY_OPTIONAL, 1, INT64_MAX, &t->account_id);
    body_int(&inner, "bank_id", BODY_OPTIONAL, 1, INT64_MAX, &t->bank_id);
    body_text(&inner, "reference", BODY_OPTIONAL, 0, 64, &t->reference);
    body_text(&inner, "device", BODY_OPTIONAL, 0, 32, &t->device);
    body_text(&inner, "batch", BODY_OPTIONAL, 0, 32, &t->batch);
    body_text(&inner, "card", BODY_OPTIONAL, 0, 4, &t->card);
    body_text(&inner, "escrow", BODY_OPTIONAL, 0, 64, &t->escrow);
    card_check(b, t->card);
    (void)body_end(&inner); /* the outer one tells */
}

void body_tenders(struct body *b, struct payment_tender given[PAYMENT_TENDERS_MAX], size_t *ret_n)
{
    json_t *array = NULL;
    size_t n = 0;

    body_array(b, "tenders", BODY_REQUIRED, PAYMENT_TENDERS_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "tenders", "field", "tenders", NULL);
    for (; n < json_array_size(array); n++)
        one_read(b, json_array_get(array, n), &given[n]);
    *ret_n = n;
}

int tender_add(void *arg, const struct payment_tender *tender)
{
    json_t *o = json_object();

    set_text(o, "tender", tender->tender);
    set_int(o, "amount_fen", tender->amount_fen);
    set_int(o, "account_id", tender->account_id);
    set_int_or_null(o, "bank_id", tender->bank_id);
    set_text(o, "reference", tender->reference);
    set_text(o, "device", tender->device ? tender->device : "");
    set_text(o, "batch", tender->batch ? tender->batch : "");
    set_text(o, "card", tender->card ? tender->card : "");
    set_text(o, "escrow", tender->escrow ? tender->escrow : "");
    return items_add(arg, o);
}

int money_line_add(void *arg, const struct money_line *line)
{
    json_t *o = json_object();

    set_text(o, "fund", line->fund);
    set_int(o, "amount_fen", line->amount_fen);
    if (line->fee_id) {
        set_int(o, "fee_id", line->fee_id);
        set_text(o, "fee", line->fee);
    }
    return items_add(arg, o);
}
