/* tender.c - see tender.h. */
#include "db/tender.h"

#include <string.h>

#define NEEDED true
#define NONE   false
#define CARD   true
#define PLAIN  false
#define BOTH   true
#define IN     false
const struct tender_info tenders[TENDER_COUNT] = {
#define TENDER(symbol, code, zh, en, reference, card, out) {code, zh, en, reference, card, out},
#include "db/tender.def"
#undef TENDER
};

enum tender tender_find(const char *code)
{
    enum tender tender = 0;

    while (tender < TENDER_COUNT && (!code || strcmp(tenders[tender].code, code) != 0))
        tender++;
    return tender;
}
