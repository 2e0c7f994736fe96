/* constraints_question.h - questionnaires, their questions and answers. */
#ifndef TESTS_CONSTRAINTS_QUESTION_H
#define TESTS_CONSTRAINTS_QUESTION_H

#include "constraints.h"

static const char question_seed[] =
    "INSERT INTO questionnaire (id, project_id, stage, title, state, from_id, created_by, "
    "created_ms, changed_ms) VALUES (2, 1, 'deal', 't', 'draft', NULL, 'a', 1, 1), "
    "(3, 1, 'deal', 't', 'draft', NULL, 'a', 1, 1), (1, 1, 'deal', 't', 'draft', 2, 'a', 1, 1);"
    "INSERT INTO question (id, questionnaire_id, ordinal, kind, text, required, low, high) VALUES "
    "(1, 2, 1, 'single', 'q', 1, NULL, NULL), (2, 2, 2, 'multi', 'q', 0, NULL, 2), "
    "(3, 2, 3, 'text', 'q', 0, NULL, 3), (4, 2, 4, 'score', 'q', 0, 1, 5), "
    "(5, 2, 5, 'matrix', 'q', 0, NULL, NULL), (6, 2, 6, 'text', 'q', 0, NULL, 3), "
    "(9, 1, 1, 'matrix', 'q', 0, NULL, NULL), (8, 3, 1, 'text', 'q', 0, NULL, 3);"
    "INSERT INTO question_option VALUES (1, 1, 1, 'a'), (2, 1, 2, 'b'), (3, 2, 1, 'a'), "
    "(5, 5, 1, 'a'), (6, 5, 2, 'b'), (9, 9, 1, 'a');"
    "INSERT INTO question_row VALUES (5, 5, 1, 'a'), (6, 5, 2, 'b'), (9, 9, 1, 'a');"
    "UPDATE question SET retired_ms = 1 WHERE id = 6;"
    "UPDATE questionnaire SET state = 'disabled', edition = 1 WHERE id = 3;"
    "UPDATE questionnaire SET state = 'enabled', edition = 2 WHERE id = 2;"
    "INSERT INTO answer_sheet VALUES (1, 2, 1, 'deal', 1, 'visit', 1, NULL, 'a', 1), "
    "(2, 2, 1, 'deal', 1, 'visit', 1, 1, 'a', 1), (3, 2, 1, 'deal', 1, '', 0, NULL, 'a', 1);"
    "INSERT INTO answer VALUES (1, 1, 2, 1, 'single', 1, NULL, NULL, NULL), "
    "(2, 1, 2, 2, 'multi', 3, NULL, NULL, NULL), (5, 1, 2, 5, 'matrix', 5, 5, NULL, NULL);";

#define ASKED(of, ordinal, kind, text, required, low, high)                                        \
    "INSERT INTO question (questionnaire_id, ordinal, kind, text, required, low, high) "           \
    "VALUES (" #of ", " #ordinal ", '" kind "', '" text "', " #required ", " #low ", " #high ")"
#define SHEET(set, stage, customer, event, event_id, corrects)                                     \
    "INSERT INTO answer_sheet VALUES (NULL, " #set ", 1, '" stage "', " #customer ", '" event      \
    "', " #event_id ", " #corrects ", 'a', 1)"
#define ANSWER(sheet, set, question, kind, option, row, score, text)                               \
    "INSERT INTO answer VALUES (NULL, " #sheet ", " #set ", " #question ", '" kind "', " #option   \
    ", " #row ", " #score ", " text ")"

static const char *const question_refused[] = {
    /* questionnaires */
    "INSERT INTO questionnaire (project_id, stage, title, created_by, created_ms, changed_ms) "
    "VALUES (99, 'deal', 't', 'a', 1, 1)",
    "UPDATE questionnaire SET stage = 'dream' WHERE id = 1",
    "UPDATE questionnaire SET title = '' WHERE id = 1",
    "UPDATE questionnaire SET state = 'lost', edition = 9 WHERE id = 1",
    "UPDATE questionnaire SET from_id = 99 WHERE id = 1",
    "UPDATE questionnaire SET state = 'disabled', edition = 1 WHERE id = 1",
    "UPDATE questionnaire SET edition = 9 WHERE id = 1",
    "UPDATE questionnaire SET starts_ms = 2, valid_from = 'd', ends_ms = 2, valid_until = 'd' "
    "WHERE id = 1",
    "UPDATE questionnaire SET starts_ms = 2 WHERE id = 1",
    "UPDATE questionnaire SET ends_ms = 2 WHERE id = 1",
    "UPDATE questionnaire SET state = 'enabled' WHERE id = 3",
    "INSERT INTO questionnaire (project_id, stage, title, from_id, created_by, created_ms, "
    "changed_ms) VALUES (1, 'deal', 't', 2, 'a', 1, 1)",
    "UPDATE questionnaire SET project_id = 2 WHERE id = 1",
    "UPDATE questionnaire SET title = 'u' WHERE id = 3",
    "UPDATE questionnaire SET stage = 'lost' WHERE id = 3",
    "UPDATE questionnaire SET starts_ms = 2, valid_from = 'd' WHERE id = 2",
    "UPDATE questionnaire SET edition = 9 WHERE id = 3",
    "UPDATE questionnaire SET state = 'draft', edition = NULL WHERE id = 3",
    "INSERT INTO questionnaire (id, project_id, stage, title, state, edition, created_by, "
    "created_ms, changed_ms) VALUES (20, 2, 'lost', 't', 'disabled', 1, 'a', 1, 1); "
    "DELETE FROM questionnaire WHERE id = 20",
    ASKED(99, 7, "single", "q", 1, NULL, NULL),
    ASKED(1, 51, "single", "q", 1, NULL, NULL),
    ASKED(1, 7, "essay", "q", 1, NULL, NULL),
    ASKED(1, 7, "single", "", 1, NULL, NULL),
    ASKED(1, 7, "single", "q", 2, NULL, NULL),
    ASKED(1, 1, "single", "q", 1, NULL, NULL),
    ASKED(1, 7, "text", "q", 1, 1, 2),
    ASKED(1, 7, "text", "q", 1, NULL, NULL),
    ASKED(1, 7, "score", "q", 1, 5, 5),
    ASKED(1, 7, "score", "q", 1, -1, 5),
    ASKED(1, 7, "text", "q", 1, NULL, 1001),
    ASKED(2, 7, "single", "q", 1, NULL, NULL),
    "UPDATE question SET text = 'r' WHERE id = 6",
    "UPDATE question SET text = 'r', retired_ms = 2 WHERE id = 3",
    "UPDATE question SET high = 9, retired_ms = 2 WHERE id = 3",
    "DELETE FROM question WHERE id = 6",
    "INSERT INTO question_option VALUES (NULL, 99, 1, 'a')",
    "INSERT INTO question_option VALUES (NULL, 9, 21, 'b')",
    "INSERT INTO question_option VALUES (NULL, 9, 2, '')",
    "INSERT INTO question_option VALUES (NULL, 9, 1, 'b')",
    "INSERT INTO question_option VALUES (NULL, 9, 2, 'a')",
    "INSERT INTO question_option VALUES (NULL, 1, 3, 'c')",
    "UPDATE question_option SET text = 'c' WHERE id = 9",
    "DELETE FROM question_option WHERE id = 6",
    "INSERT INTO question_row VALUES (NULL, 99, 1, 'a')",
    "INSERT INTO question_row VALUES (NULL, 9, 21, 'b')",
    "INSERT INTO question_row VALUES (NULL, 9, 2, '')",
    "INSERT INTO question_row VALUES (NULL, 9, 1, 'b')",
    "INSERT INTO question_row VALUES (NULL, 9, 2, 'a')",
    "INSERT INTO question_row VALUES (NULL, 5, 3, 'c')",
    "UPDATE question_row SET text = 'c' WHERE id = 9",
    "DELETE FROM question_row WHERE id = 6",
    /* answers */
    SHEET(2, "deal", 99, "", 0, NULL),
    SHEET(2, "deal", 1, "dream", 1, NULL),
    SHEET(2, "deal", 1, "visit", 0, NULL),
    SHEET(2, "deal", 1, "", 1, NULL),
    SHEET(2, "deal", 1, "visit", 1, 1),
    SHEET(2, "lost", 1, "", 0, NULL),
    SHEET(2, "deal", 1, "visit", 2, 2),
    SHEET(2, "deal", 1, "visit", 1, NULL),
    SHEET(3, "deal", 1, "", 0, NULL),
    "UPDATE answer_sheet SET filled_by = 'b' WHERE id = 3",
    "DELETE FROM answer_sheet WHERE id = 3",
    "REPLACE INTO answer_sheet VALUES (3, 2, 1, 'deal', 3, '', 0, NULL, 'a', 1)",
    ANSWER(3, 2, 1, "single", NULL, NULL, NULL, "NULL"),
    ANSWER(3, 2, 5, "matrix", 5, NULL, NULL, "NULL"),
    ANSWER(3, 2, 4, "score", NULL, NULL, NULL, "NULL"),
    ANSWER(3, 2, 3, "text", NULL, NULL, NULL, "NULL"),
    ANSWER(3, 2, 3, "text", NULL, NULL, NULL, "''"),
    ANSWER(99, 2, 1, "single", 1, NULL, NULL, "NULL"),
    ANSWER(3, 2, 1, "multi", 1, NULL, NULL, "NULL"),
    ANSWER(3, 2, 1, "single", 3, NULL, NULL, "NULL"),
    ANSWER(3, 2, 5, "matrix", 5, 9, NULL, "NULL"),
    ANSWER(1, 2, 1, "single", 2, NULL, NULL, "NULL"),
    ANSWER(1, 2, 2, "multi", 3, NULL, NULL, "NULL"),
    ANSWER(1, 2, 5, "matrix", 5, 5, NULL, "NULL"),
    ANSWER(3, 2, 4, "score", NULL, NULL, 0, "NULL"),
    ANSWER(3, 2, 4, "score", NULL, NULL, 6, "NULL"),
    ANSWER(3, 2, 3, "text", NULL, NULL, NULL, "'long'"),
    ANSWER(3, 2, 6, "text", NULL, NULL, NULL, "'x'"),
    "UPDATE answer SET option_id = 2 WHERE id = 1",
    "DELETE FROM answer WHERE id = 1",
    "REPLACE INTO answer VALUES (1, 1, 2, 1, 'single', 2, NULL, NULL, NULL)",
};

static const struct covered question_covered[] = {
    {NULL, NULL},
};

#endif
