/* fund.c - see fund.h. */
#include "db/fund.h"

#include <string.h>

#define SUPERVISED true
#define FREE       false
const struct fund_info funds[FUND_COUNT] = {
#define FUND(symbol, code, zh, en, class, paper, escrow)                                           \
    {code, zh, en, FUND_CLASS_##class, FUND_PAPER_##paper, escrow},
#include "db/fund.def"
#undef FUND
};

enum fund fund_find(const char *code)
{
    enum fund fund = 0;

    while (fund < FUND_COUNT && (!code || strcmp(funds[fund].code, code) != 0))
        fund++;
    return fund;
}

enum fund fund_purse(enum fund fund)
{
    switch (fund) {
#define OF_HOUSE(symbol, ...) case FUND_##symbol:
        FUNDS_OF_THE_HOUSE(OF_HOUSE)
#undef OF_HOUSE
        return FUND_HOUSE_MONEY;
    default:
        return fund;
    }
}

bool fund_invoiced(enum fund fund)
{
    return fund_purse(fund) == FUND_HOUSE_MONEY || fund == FUND_AREA_DIFFERENCE ||
           fund == FUND_ATTACHED;
}
