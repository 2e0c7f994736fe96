/* fund.h - what money is for (FI-04), as data. Pure, any thread. */
#ifndef ANCHANG_DB_FUND_H
#define ANCHANG_DB_FUND_H

#include <stdbool.h>

enum fund_class { FUND_CLASS_HOUSE, FUND_CLASS_LOAN, FUND_CLASS_AGENCY, FUND_CLASS_OTHER };
enum fund_paper { FUND_PAPER_RECEIPT, FUND_PAPER_AGENCY_RECEIPT, FUND_PAPER_VOUCHER };

enum fund {
#define FUND(symbol, ...) FUND_##symbol,
#include "db/fund.def"
#undef FUND
    FUND_COUNT
};

struct fund_info {
    const char *code, *zh, *en;
    enum fund_class class;
    enum fund_paper paper;
    bool supervised; /* to the escrow account of the permit */
};
extern const struct fund_info funds[FUND_COUNT];

/* FUND_COUNT when @code (which may be NULL) is none. */
enum fund fund_find(const char *code);

#endif
