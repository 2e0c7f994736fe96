/* constraints_deal.h - deals, what is due, and changes of deals. */
#ifndef TESTS_CONSTRAINTS_DEAL_H
#define TESTS_CONSTRAINTS_DEAL_H

#include "constraints.h"

static const char deal_seed[] = "";

static const char *const deal_refused[] = {
    "INSERT INTO project DEFAULT VALUES", /* the area is not filled yet */
};

static const struct covered deal_covered[] = {
    {NULL, NULL},
};

#endif
