/* constraints_print.h - printers, papers and their jobs. */
#ifndef TESTS_CONSTRAINTS_PRINT_H
#define TESTS_CONSTRAINTS_PRINT_H

#include "constraints.h"

/* Paper 1 is leaf 1 of book 51 and has bytes, paper 2 leaf 2 and has none, paper 3 has no job. Of
 * paper 1, job 1 came out, job 2 waits as copy 1; of paper 2 job 3 is in doubt. */
static const char print_seed[] =
    "INSERT INTO printer (id, name, driver, target, added_ms) VALUES (1, 'p', 'cups', 'q', 1), "
    "(2, 'r', 'cups', 'r', 1);"
    "INSERT INTO paper_layout (id, kind, name, program) VALUES (1, 'receipt', 'l', 'l'), (2, "
    "'receipt', 'm', NULL);"
    "INSERT INTO paper_layout_version VALUES (1, 1, '{}', 'a', 1), (2, 1, '{}', 'a', 1);"
    "INSERT INTO print_route (kind, terminal_id, printer_id) VALUES ('receipt', NULL, 1), "
    "('receipt', 1, 2);"
    "INSERT INTO paper (id, kind, subject_id, subject_no, number, project_id, layout_id, "
    "preprinted, made_ms, layout_ordinal, sha, size) VALUES (1, 'receipt', 51, 1, 'n', 1, 1, 0, "
    "1, 1, " ONE ", 5), (2, 'receipt', 51, 2, 'n', 1, 1, 0, 1, NULL, NULL, NULL), (3, 'receipt', "
    "10, 1, 'n', 1, NULL, 0, 1, NULL, NULL, NULL);"
    "INSERT INTO print_job (id, name, paper_id, printer_id, copy, reason, actor, made_ms, "
    "expires_ms, state_ms) VALUES (1, 'job-00001', 1, 1, 0, '', 'a', 1, 2, 1), (2, 'job-00002', "
    "1, 1, 1, 'r', 'a', 1, 2, 1), (3, 'job-00003', 2, 1, 0, '', 'a', 1, 2, 1);"
    "UPDATE print_job SET state = 'sending' WHERE id IN (1, 3);"
    "UPDATE print_job SET state = 'handed_over' WHERE id = 1;"
    "UPDATE print_job SET state = 'unconfirmed' WHERE id = 3;"
    "INSERT INTO print_event VALUES (1, 1, 'queued', 1, 'a', '');"
    "INSERT INTO notice (id, project_id, kind, year, no, deal_id, day, until, owed_fen, late_fen, "
    "at_ms) VALUES (1, 1, 'payment', 2026, 1, 91, 'd', 'd', 5, 0, 1);"
    "INSERT INTO notice (id, project_id, kind, year, no, deal_id, day, until, owed_fen, late_fen, "
    "at_ms) VALUES (2, 1, 'payment', 2026, 2, 91, 'd', 'd', 5, 0, 1);"
    "INSERT INTO notice_line VALUES (1, 1, 1, 'deposit', 'd', 5, 0, 0, 0);"
    "INSERT INTO handout (id, kind, unit_id, publication_id, patch, actor, made_ms) VALUES (1, "
    "'unit_sheet', 1, 2, 0, 'a', 1);";

#define PRINTER(name, driver, target, columns, values)                                             \
    "INSERT INTO printer (name, driver, target, added_ms" columns ") VALUES (" name ", '" driver   \
    "', " target ", 1" values ")"
#define SHEET_OF(project, book, no, columns, values)                                               \
    "INSERT INTO paper (kind, project_id, subject_id, subject_no, number, preprinted, "            \
    "made_ms" columns ") VALUES ('receipt', " #project ", " #book ", " #no ", 'n', 0, 1" values    \
    ")"
#define PRINT_JOB(name, paper, printer, copy, reason, columns, values)                             \
    "INSERT INTO print_job (name, paper_id, printer_id, copy, reason, actor, made_ms, "            \
    "expires_ms, state_ms" columns ") VALUES (" name ", " #paper ", " #printer ", " #copy          \
    ", " reason ", 'a', 1, 2, 1" values ")"
#define HANDOUT(kind, publication, patch, columns, values)                                         \
    "INSERT INTO handout (kind, unit_id, publication_id, patch, actor, made_ms" columns            \
    ") VALUES ('" kind "', 1, " #publication ", " #patch ", 'a', 1" values ")"
#define LOANED(down, years, loan, method)                                                          \
    HANDOUT("purchase_plan", 2, 0, ", down_bp, years, loan, method",                               \
            ", " #down ", " #years ", '" loan "', '" method "'")

#define LETTER(project, kind, year, no, deal, owed, late)                                          \
    "INSERT INTO notice (project_id, kind, year, no, deal_id, day, until, owed_fen, late_fen, "    \
    "at_ms) VALUES (" #project ", '" kind "', " #year ", " #no ", " #deal ", 'd', 'd', " #owed     \
    ", " #late ", 1)"
#define LETTER_LINE(notice, ordinal, receivable, amount, received, late, days)                     \
    "INSERT INTO notice_line VALUES (" #notice ", " #ordinal ", " #receivable                      \
    ", 'deposit', 'd', " #amount ", " #received ", " #late ", " #days ")"

static const char *const print_refused[] = {
    LETTER(1, "letter", 2026, 1, 91, 5, 0),
    LETTER(1, "payment", 1999, 1, 91, 5, 0),
    LETTER(1, "payment", 2026, 4, 91, 5, 0), /* a gap */
    LETTER(1, "payment", 2026, 1, 91, 5, 0), /* the number is given */
    LETTER(1, "payment", 2026, 3, 91, 0, 0),
    LETTER(1, "payment", 2026, 3, 91, 5, -1),
    LETTER(2, "payment", 2026, 1, 91, 5, 0), /* not its deal */
    LETTER(1, "payment", 2026, 3, 99, 5, 0),
    "UPDATE notice SET owed_fen = 6",
    "DELETE FROM notice WHERE id = 2",
    "INSERT INTO notice (project_id, kind, year, no, deal_id, day, until, owed_fen, late_fen, "
    "user_id, at_ms) VALUES (1, 'payment', 2026, 3, 91, 'd', 'd', 5, 0, 99, 1)",
    LETTER_LINE(99, 1, 1, 5, 0, 0, 0),
    LETTER_LINE(1, 0, 1, 5, 0, 0, 0),
    LETTER_LINE(1, 1, 1, 5, 0, 0, 0),
    LETTER_LINE(1, 2, 99, 5, 0, 0, 0),
    LETTER_LINE(1, 2, 1, 5, 5, 0, 0), /* it is paid */
    LETTER_LINE(1, 2, 1, 5, -1, 0, 0),
    LETTER_LINE(1, 2, 1, 5, 0, -1, 0),
    LETTER_LINE(1, 2, 1, 5, 0, 0, -1),
    "UPDATE notice_line SET days = 3",
    "DELETE FROM notice_line",
    PRINTER("''", "cups", "'s'", "", ""),
    PRINTER("'s'", "fax", "'s'", "", ""),
    PRINTER("'s'", "cups", "printf('%.301c', 'x')", "", ""),
    PRINTER("'s'", "cups", "'s'", ", offset_x", ", 301"),
    PRINTER("'s'", "cups", "'s'", ", offset_y", ", -301"),
    PRINTER("'p'", "cups", "'s'", "", ""), /* the name is taken */
    PRINTER("'s'", "cups", "'q'", "", ""), /* the queue is */
    "INSERT INTO print_route (kind, terminal_id, printer_id) VALUES ('x', 99, 1)",
    "INSERT INTO print_route (kind, terminal_id, printer_id) VALUES ('x', NULL, 99)",
    "INSERT INTO print_route (kind, terminal_id, printer_id) VALUES ('receipt', 1, 1)",
    "INSERT INTO print_route (kind, terminal_id, printer_id) VALUES ('receipt', NULL, 2)",
    "INSERT INTO print_route (kind, printer_id, layout_id) VALUES ('x', 1, 99)",
    "INSERT INTO print_route (kind, printer_id, preprinted) VALUES ('x', 1, 2)",
    "INSERT INTO paper_layout (kind, name) VALUES ('receipt', '')",
    "INSERT INTO paper_layout (kind, name) VALUES ('receipt', 'm')", /* the name is taken */
    "INSERT INTO paper_layout (kind, name, program) VALUES ('receipt', 'x', 'l')",
    "INSERT INTO paper_layout_version VALUES (99, 1, '{}', 'a', 1)",
    "INSERT INTO paper_layout_version VALUES (1, 0, '{}', 'a', 1)",
    "INSERT INTO paper_layout_version VALUES (1, 1, '{}', 'a', 1)",
    "INSERT INTO paper_layout_version VALUES (1, 2, '', 'a', 1)",
    "UPDATE paper_layout_version SET body = '{ }'",
    "DELETE FROM paper_layout_version WHERE layout_id = 2",
    SHEET_OF(99, 1, 1, "", ""),
    SHEET_OF(1, 1, 1, ", layout_id", ", 99"),
    SHEET_OF(1, 1, 1, ", sha, size", ", x'01', 5"),
    SHEET_OF(1, 1, 1, ", sha, size", ", " ONE ", 0"),
    SHEET_OF(1, 1, 1, ", roll_sha, sha, size", ", x'01', " ONE ", 5"),
    SHEET_OF(1, 1, 1, ", roll_sha", ", " ONE), /* shown by nothing */
    SHEET_OF(1, 1, 1, ", size", ", 5"),
    SHEET_OF(1, 1, 1, ", layout_ordinal", ", 1"),
    SHEET_OF(1, 1, 1, ", layout_id, sha, size", ", 1, " ONE ", 5"), /* made by which version */
    SHEET_OF(1, 1, 1, ", layout_id, layout_ordinal, sha, size", ", 1, 9, " ONE ", 5"),
    SHEET_OF(1, 99, 1, "", ""), /* no leaf */
    SHEET_OF(1, 51, 1, "", ""), /* it has one */
    "INSERT INTO paper (kind, project_id, subject_id, number, preprinted, made_ms) VALUES ('x', "
    "1, 1, '', 0, 1)",
    "INSERT INTO paper (kind, project_id, subject_id, number, preprinted, made_ms) VALUES ('x', "
    "1, 1, 'n', 2, 1)",
    "UPDATE paper SET size = 6 WHERE id = 1",
    "UPDATE paper SET subject_no = 3 WHERE id = 2",
    "UPDATE paper SET number = 'm' WHERE id = 2",
    "UPDATE paper SET preprinted = 1 WHERE id = 2",
    "DELETE FROM paper WHERE id = 3",
    PRINT_JOB("'job-00001'", 2, 1, 1, "'r'", "", ""),
    PRINT_JOB("'short'", 2, 1, 1, "'r'", "", ""),
    PRINT_JOB("'job-00009'", 99, 1, 1, "'r'", "", ""),
    PRINT_JOB("'job-00009'", 2, 99, 1, "'r'", "", ""),
    PRINT_JOB("'job-00009'", 2, 1, -1, "'r'", "", ""),
    PRINT_JOB("'job-00009'", 2, 1, 1, "''", "", ""), /* a copy without a reason */
    PRINT_JOB("'job-00009'", 2, 1, 1, "'r'", ", terminal_id", ", 99"),
    PRINT_JOB("'job-00009'", 2, 1, 1, "'r'", ", detail", ", printf('%.201c', 'x')"),
    PRINT_JOB("'job-00009'", 2, 1, 0, "''", "", ""), /* another original */
    PRINT_JOB("'job-00009'", 2, 1, 1, "'r'", ", state", ", 'printed'"),
    "UPDATE print_job SET state = 'queued' WHERE id = 3", /* never sent again */
    "UPDATE print_job SET copy = 2 WHERE id = 2",
    "DELETE FROM print_job WHERE id = 2",
    "INSERT INTO print_event VALUES (99, 1, 'queued', 1, 'a', '')",
    "INSERT INTO print_event VALUES (2, 0, 'queued', 1, 'a', '')",
    "UPDATE print_event SET at_ms = 2",
    "DELETE FROM print_event",
    HANDOUT("x", 2, 0, "", ""),
    HANDOUT("unit_sheet", 1, 0, "", ""), /* it is not shown any more */
    HANDOUT("unit_sheet", 2, -1, "", ""),
    HANDOUT("unit_sheet", 2, 0, ", terminal_id", ", 99"),
    HANDOUT("unit_sheet", 2, 0, ", terminal_id, visit", ", 1, 'short'"),
    HANDOUT("unit_sheet", 2, 0, ", visit", ", '0123456789abcdef'"),
    HANDOUT("purchase_plan", 2, 0, "", ""),
    LOANED(10001, 30, "fund", "annuity"),
    LOANED(3000, 31, "fund", "annuity"),
    LOANED(3000, 30, "x", "annuity"),
    LOANED(3000, 30, "fund", "x"),
    "INSERT INTO handout (kind, unit_id, publication_id, patch, actor, made_ms) VALUES "
    "('unit_sheet', 99, 2, 0, 'a', 1)",
    "INSERT INTO handout (kind, unit_id, publication_id, patch, actor, made_ms) VALUES "
    "('unit_sheet', 1, 99, 0, 'a', 1)",
    "UPDATE handout SET patch = 1",
    "DELETE FROM handout",
    "INSERT INTO paper (kind, project_id, subject_id, number, preprinted, made_ms) VALUES "
    "('purchase_plan', 1, 1, 'n', 0, 1)", /* it is another kind */
};

static const struct covered print_covered[] = {
    {"notice: REFERENCES project(id)", "notice_own"},
    {"handout: REFERENCES unit(id)", "handout_shown"},
    {"handout: REFERENCES publication(id)", "handout_shown"},
    {NULL, NULL},
};

#endif
