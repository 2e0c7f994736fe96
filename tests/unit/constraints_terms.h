/* constraints_terms.h - discounts, payment plans and terms. */
#ifndef TESTS_CONSTRAINTS_TERMS_H
#define TESTS_CONSTRAINTS_TERMS_H

#include "constraints.h"

static const char terms_seed[] = "";

static const char *const terms_refused[] = {
    "INSERT INTO project DEFAULT VALUES", /* the area is not filled yet */
};

static const struct covered terms_covered[] = {
    {NULL, NULL},
};

#endif
