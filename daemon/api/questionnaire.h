/* questionnaire.h - what the handlers of sets and of their filling-in share. Thread: any. */
#ifndef ANCHANG_API_QUESTIONNAIRE_H
#define ANCHANG_API_QUESTIONNAIRE_H

#include "daemon/http/call.h"
#include "db/questionnaire.h"

/* The questions of a set as an array, those that are retired too when @all. */
int questions_json(struct call *call, int64_t questionnaire_id, bool all, json_t **ret_questions);

#endif
