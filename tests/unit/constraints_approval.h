/* constraints_approval.h - flows, requests, their tasks, and to-dos. */
#ifndef TESTS_CONSTRAINTS_APPROVAL_H
#define TESTS_CONSTRAINTS_APPROVAL_H

#include "constraints.h"

static const char approval_seed[] = "";

static const char *const approval_refused[] = {
    "INSERT INTO project DEFAULT VALUES", /* the area is not filled yet */
};

static const struct covered approval_covered[] = {
    {NULL, NULL},
};

#endif
