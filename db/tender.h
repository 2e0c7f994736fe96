/* tender.h - how money is paid (FI-05), as data. Pure, any thread. */
#ifndef ANCHANG_DB_TENDER_H
#define ANCHANG_DB_TENDER_H

#include <stdbool.h>

enum tender {
#define TENDER(symbol, ...) TENDER_##symbol,
#include "db/tender.def"
#undef TENDER
    TENDER_COUNT
};

struct tender_info {
    const char *code, *zh, *en;
    bool reference; /* has a number of its own, which counts once */
    bool card;
    bool out; /* money also goes back like this */
};
extern const struct tender_info tenders[TENDER_COUNT];

/* TENDER_COUNT when @code (which may be NULL) is none. */
enum tender tender_find(const char *code);

#endif
