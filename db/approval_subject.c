/* approval_subject.c - what may be asked for, and what its end means. See approval.def. Alone in
 * its file, so that a test may put a table of its own in its place. */
#include "db/approval.h"

#define SUBJECT(symbol, code, zh, en, function) approval_end_function function;
#include "db/approval.def"
#undef SUBJECT

const struct approval_subject_info approval_subjects[SUBJECT_COUNT] = {
#define SUBJECT(symbol, code, zh, en, function) {code, zh, en, function},
#include "db/approval.def"
#undef SUBJECT
};
