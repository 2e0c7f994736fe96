/* invoice.h - ways to a tax platform: one table of drivers (IN-02).
 *
 * A platform knows a request by its name: submitting the same name twice is one invoice there. An
 * error of submit() or ask() says nothing: whether the platform has the request is not known, and
 * who called asks before anything is submitted again. Both return within about @deadline_ms.
 *
 * Nothing here makes a number: it is the platform's, as it said it. The one driver there is plays a
 * platform, for tests and the demonstration (invoice_stub.c). A link of 乐企 or of a vendor's cloud
 * is another file; the tax disks of old (税控盘) are retired and have none.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_DRIVERS_INVOICE_H
#define ANCHANG_DRIVERS_INVOICE_H

#include <stdbool.h>
#include <stdint.h>

enum { INVOICE_SAID_NUMBER = 20, INVOICE_SAID_WORDS = 600 };

/* What is to be issued; texts in UTF-8, amounts in fen with the tax in them. */
struct invoice_wish {
    const char *name; /* what the platform knows it by */
    const char *buyer, *tax_no, *address, *bank, *account, *code, *item, *rate, *remark;
    bool company;
    int64_t amount_fen;
};

enum invoice_answer {
    INVOICE_ANSWER_ISSUED,
    INVOICE_ANSWER_REFUSED, /* with its words; it will not be issued */
    INVOICE_ANSWER_WAITS,   /* the platform has it and is at it */
    INVOICE_ANSWER_UNHEARD, /* of ask(): the platform has no such request */
};
struct invoice_said {
    enum invoice_answer answer;
    char number[INVOICE_SAID_NUMBER + 1], day[11]; /* of one that was issued */
    char words[INVOICE_SAID_WORDS];
};

struct invoice_link;
struct invoice_driver {
    const char *name; /* in the configuration */
    bool demo;        /* it only plays a platform */
    int (*open)(const char *target, struct invoice_link **ret_link);
    int (*submit)(struct invoice_link *link, const struct invoice_wish *wish, int deadline_ms,
                  struct invoice_said *ret_said);
    int (*ask)(struct invoice_link *link, const char *name, int deadline_ms,
               struct invoice_said *ret_said);
    void (*close)(struct invoice_link *link);
};
/* Ended by NULL. */
extern const struct invoice_driver *const invoice_drivers[];
/* NULL: there is none of that name. */
const struct invoice_driver *invoice_driver_find(const char *name);

#endif
