/* fund.h - what money is for (FI-04), as data. Pure, any thread. */
#ifndef ANCHANG_DB_FUND_H
#define ANCHANG_DB_FUND_H

#include <stdbool.h>

enum fund_class { FUND_CLASS_HOUSE, FUND_CLASS_LOAN, FUND_CLASS_AGENCY, FUND_CLASS_OTHER };
enum fund_paper { FUND_PAPER_RECEIPT, FUND_PAPER_AGENCY_RECEIPT, FUND_PAPER_VOUCHER };

/* All that is for the house, or a lender's for it, or what its measured area took off the price:
 * rows of fund.def, of classes HOUSE and LOAN. */
#define FUNDS_OF_THE_HOUSE(FUND)                                                                   \
    FUND(BOOKING, "booking", "小定金", "Booking money", HOUSE, RECEIPT, FREE)                      \
    FUND(DEPOSIT, "deposit", "定金", "Deposit", HOUSE, RECEIPT, SUPERVISED)                        \
    FUND(DOWN_PAYMENT, "down_payment", "首付款", "Down payment", HOUSE, RECEIPT, SUPERVISED)       \
    FUND(HOUSE_MONEY, "house_money", "房款", "House money", HOUSE, RECEIPT, SUPERVISED)            \
    FUND(BANK_LOAN, "bank_loan", "商业贷款", "Bank loan", LOAN, RECEIPT, SUPERVISED)               \
    FUND(FUND_LOAN, "fund_loan", "公积金贷款", "Housing fund loan", LOAN, RECEIPT, SUPERVISED)     \
    FUND(AREA_CREDIT, "area_credit", "面积补差退款", "Area difference returned", HOUSE, VOUCHER,   \
         SUPERVISED)

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

/* What is due for one fund is paid with what came in for those that are one with it: all that is
 * for the house is one, each other is its own. Which of them stands for all. */
enum fund fund_purse(enum fund fund);
#define FUND_OF_HOUSE(symbol, code, ...) " WHEN '" code "' THEN 'house_money'"
/* SQL: the same, of the code @f; and whether it is the house's, which the price is of. */
#define FUND_PURSE(f)        "CASE " f FUNDS_OF_THE_HOUSE(FUND_OF_HOUSE) " ELSE " f " END"
#define FUND_OF_THE_HOUSE(f) FUND_PURSE(f) " = 'house_money'"
/* What an invoice is of (FI-04, IV-03): all that is for the home and what belongs to it; in SQL. */
bool fund_invoiced(enum fund fund);
#define FUND_INVOICED(f) "(" FUND_OF_THE_HOUSE(f) " OR " f " IN ('area_difference', 'attached'))"

#endif
