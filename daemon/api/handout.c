/* handout.c - sheets that a visitor takes home, made at a terminal or by staff (PR-15, IV-11). */
#include "db/handout.h"

#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/chart/loan_offer.h"
#include "daemon/spooler.h"

static const char *const handout_kinds[] = {"unit_sheet", "purchase_plan", NULL};
static const enum print_kind kind_of[] = {PRINT_KIND_UNIT_SHEET, PRINT_KIND_PURCHASE_PLAN};

static int reply_handout(struct call *call, int64_t id, int status)
{
    struct handout_row row;
    struct paper_row paper;
    const char *state = NULL;
    json_t *o;
    int r = handout_get(&call->tx, id, &row);

    if (r == 0 && call->id->actor.kind == ACTOR_TERMINAL &&
        row.terminal_id != call->id->terminal_id)
        r = fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = paper_of(&call->tx, row.kind, row.id, 0, &paper);
    if (r == 0)
        r = handout_print_state(&call->tx, paper.id, &state);
    if (r < 0)
        return r;
    o = json_object();
    set_int(o, "id", row.id);
    set_text(o, "kind", print_kinds[row.kind].code);
    set_text(o, "number", paper.number);
    set_int(o, "paper_id", paper.id);
    json_object_set_new(o, "state", state ? json_string(state) : json_null());
    call->reply.status = status;
    call->reply.body = o;
    return 0;
}

/* The choices of a plan; what is not said is as for an estimate. */
static void body_choice_of_loan(struct body *b, const struct snapshot *s,
                                const struct published_unit *u, struct loan_choice *ret)
{
    struct loan_choice choice = loan_offer_choice(s, u);
    int kind = 0, method = 0;

    body_int(b, "down", BODY_OPTIONAL, choice.down_bp, 10000, &choice.down_bp);
    body_int(b, "years", BODY_OPTIONAL, 1, choice.years, &choice.years);
    body_choice(b, "loan", BODY_OPTIONAL, loan_offer_kinds(u), &kind);
    body_choice(b, "method", BODY_OPTIONAL, loan_methods, &method);
    choice.kind = (enum loan_kind)kind;
    choice.method = (enum loan_method)method;
    *ret = choice;
}

static int handout_read(struct call *call, struct snapshot *s, const struct published_unit *u,
                        char state, struct handout_new *ret)
{
    const bool visitor = call->id->actor.kind == ACTOR_TERMINAL;
    const char *code = json_string_value(json_object_get(call->body, "kind"));
    const bool plan = code && strcmp(code, handout_kinds[1]) == 0;
    struct body b;
    int kind = 0, r = plan ? loan_offer_need(call->tx.fault, s, u, state) : 0;

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, handout_kinds, &kind);
    if (visitor)
        body_text(&b, "visit", BODY_REQUIRED, HANDOUT_VISIT_LEAST, HANDOUT_VISIT_MOST, &ret->visit);
    else
        body_bool(&b, "print", BODY_OPTIONAL, &ret->print);
    if (plan)
        body_choice_of_loan(&b, s, u, &ret->choice);
    r = body_end(&b);
    ret->kind = kind_of[kind];
    return r;
}

int api_handout_make(struct call *call)
{
    struct handout_new new = {.terminal_id = call->id->terminal_id};
    const struct published_unit *u;
    struct snapshot *s = NULL;
    struct snapshot_head head;
    int64_t id = 0;
    char state;
    int r = public_unit_of_call(call, &s, &u, &state);

    if (r < 0)
        return r;
    snapshot_get_head(s, &head);
    new.project_id = snapshot_content(s)->project_id;
    new.unit_id = u->unit_id;
    new.publication_id = head.publication_id;
    new.patch = head.patch;
    r = handout_read(call, s, u, state, &new);
    if (r == 0)
        r = handout_add(&call->tx, &new, &id);
    snapshot_unref(s);
    return r < 0 ? r : reply_handout(call, id, 201);
}

int api_terminal_handout(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_handout(call, id, 200);
}

/* Whether it prints nothing now. What is low is still there; a queue has its ways, too. */
static bool in_trouble(const struct printer_status *status)
{
    static const char *const quiet[] = {"media-low", "toner-low", "marker-supply-low",
                                        "connecting-to-device", "error-policy"};
    bool trouble = status->health == PRINTER_STOPPED || status->health == PRINTER_GONE;

    for (size_t i = 0; i < status->n_reasons && !trouble; i++) {
        trouble = true;
        for (size_t k = 0; k < sizeof(quiet) / sizeof(quiet[0]); k++)
            trouble = trouble && strcmp(status->reasons[i], quiet[k]) != 0;
    }
    return trouble;
}

int api_terminal_printing(struct call *call)
{
    json_t *o = json_object();
    int r = 0;

    for (size_t i = 0; r == 0 && handout_kinds[i]; i++) {
        struct printer_status status;
        int64_t printer_id = 0;
        const char *how = "none";

        r = handout_printer(&call->tx, kind_of[i], call->id->terminal_id, &printer_id);
        if (printer_id) {
            spooler_status(call->app->spooler, printer_id, &status);
            how = in_trouble(&status) ? "trouble" : "ready";
        }
        set_text(o, handout_kinds[i], how);
    }
    call->reply.body = o;
    return r;
}
