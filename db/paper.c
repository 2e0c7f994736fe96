/* paper.c - see paper.h. */
#include "db/paper.h"

#include <stdio.h>

static int subject_of(struct tx *tx, enum print_kind kind, int64_t id, int64_t no,
                      struct paper_subject *ret)
{
    static paper_subject_read *const readers[PRINT_KINDS] = {
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet)                         \
    [PRINT_KIND_##symbol] = subject,
#include "db/print_kind.def"
#undef PRINT_KIND
    };

    *ret = (struct paper_subject){.no = print_kinds[kind].many ? 0 : no};
    return readers[kind](tx, id, print_kinds[kind].many ? 0 : no, ret);
}

int paper_see(struct tx *tx, int64_t paper_id, enum paper_use use, struct paper_row *ret_row,
              struct paper_subject *ret_subject)
{
    struct paper_subject subject;
    const struct print_kind_word *kind;
    int r = paper_get(tx, paper_id, ret_row);

    if (r < 0)
        return r;
    kind = &print_kinds[ret_row->kind];
    if (!actor_has(tx->actor, use == PAPER_MAKE ? kind->make : kind->read))
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return subject_of(tx, ret_row->kind, ret_row->subject_id, ret_row->subject_no,
                      ret_subject ? ret_subject : &subject);
}

int paper_see_job(struct tx *tx, int64_t job_id, enum paper_use use)
{
    struct paper_row row;
    int64_t paper_id = 0;
    int r = db_get(tx->db, &paper_id, "SELECT paper_id FROM print_job WHERE id = $1", "i", job_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : paper_see(tx, paper_id, use, &row, NULL);
}

/* The paper of that; 0: there is none. */
static int find(struct tx *tx, enum print_kind kind, int64_t id, int64_t no, int64_t *ret_paper_id)
{
    int r = db_get(tx->db, ret_paper_id,
                   "SELECT id FROM paper WHERE kind = $1 AND subject_id = $2 AND subject_no = $3",
                   "tii", print_kinds[kind].code, id, no);

    if (r == 0)
        *ret_paper_id = 0;
    return r < 0 ? r : 0;
}

static int make(struct tx *tx, const struct paper_ask *ask, const struct paper_subject *subject,
                int64_t *ret_paper_id)
{
    const char *kind = print_kinds[ask->kind].code;
    char number[PAPER_NUMBER_TEXT];
    struct paper_new paper = {.kind = ask->kind,
                              .subject_id = ask->subject_id,
                              .subject_no = subject->no,
                              .number = subject->number,
                              .project_id = subject->project_id,
                              .terminal_id = ask->how.terminal_id,
                              .alone = true};
    int r = 1;

    if (print_kinds[ask->kind].many) {
        r = db_get(tx->db, &paper.subject_no,
                   "SELECT COALESCE(MAX(subject_no), 0) + 1 FROM paper WHERE kind = $1 AND "
                   "subject_id = $2",
                   "ti", kind, ask->subject_id);
        snprintf(number, sizeof(number), "%.200s-%lld", subject->number,
                 (long long)paper.subject_no);
        paper.number = number;
    }
    return r < 0 ? r : paper_add(tx, &paper, ret_paper_id);
}

int paper_ask(struct tx *tx, const struct paper_ask *ask, int64_t *ret_paper_id)
{
    const bool more = print_kinds[ask->kind].many && !ask->subject_no;
    struct print_ask how = ask->how;
    struct paper_subject subject;
    int64_t id = 0, job_id;
    int r = tx_need_right(tx, print_kinds[ask->kind].make);

    if (r == 0)
        r = subject_of(tx, ask->kind, ask->subject_id, ask->subject_no, &subject);
    if (r == 0 && !more)
        r = find(tx, ask->kind, ask->subject_id,
                 print_kinds[ask->kind].many ? ask->subject_no : subject.no, &id);
    if (r == 0 && !id)
        r = print_kinds[ask->kind].many && !more ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL)
                                                 : make(tx, ask, &subject, &id);
    if (r == 0 && ask->print) {
        how.paper_id = id;
        r = print_again(tx, &how, &job_id);
    }
    if (r == 0)
        *ret_paper_id = id;
    return r;
}

int paper_made(struct tx *tx, enum print_kind kind, int64_t subject_id, int64_t terminal_id)
{
    struct paper_subject subject;
    struct paper_new paper = {.kind = kind, .subject_id = subject_id, .terminal_id = terminal_id};
    int r = subject_of(tx, kind, subject_id, 0, &subject);

    paper.subject_no = subject.no;
    paper.number = subject.number;
    paper.project_id = subject.project_id;
    return r < 0 ? r : paper_add(tx, &paper, NULL);
}
