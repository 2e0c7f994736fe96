/* process_default.c - what a new project begins with: a process for loans and one for all other
 * plans (SF-12, AS-01). See process.h.
 *
 * A project without a template would sign contracts whose deals have nothing to do: no filing,
 * no loan chased, no handover reminded of, and nobody would notice before a term has passed.
 * Days are usual ones; the office changes them as it works. */
#include "db/process.h"

#include "db/default_name.h"

#define NAME(symbol) default_names[DEFAULT_NAME_##symbol].zh
#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))

int process_seed(struct tx *tx, int64_t project_id)
{
    const struct process_node loan_nodes[] = {
        {"first-payment", NAME(FIRST_PAYMENT), "first-payment", "deal.process", 7, false, false},
        {"papers", NAME(LOAN_PAPERS), "manual", "deal.process", 7, false, true},
        {"filing", NAME(FILING), "filing", "deal.file", 30, false, true},
        {"loan-apply", NAME(LOAN_APPLY), "loan-apply", "deal.process", 30, true, true},
        {"loan-release", NAME(LOAN_RELEASE), "loan-release", "deal.process", 30, true, true},
        {"movein-notice", NAME(MOVEIN_NOTICE), "movein-notice", "deal.process", 700, false, false},
        {"handover", NAME(HANDOVER), "handover", "deal.deliver", 30, true, true},
        {"title", NAME(TITLE), "title", "deal.deliver", 90, true, true},
    };
    const struct process_node plain_nodes[] = {
        {"full-payment", NAME(FULL_PAYMENT), "full-payment", "deal.process", 30, false, false},
        {"filing", NAME(FILING), "filing", "deal.file", 30, false, true},
        {"movein-notice", NAME(MOVEIN_NOTICE), "movein-notice", "deal.process", 700, false, false},
        {"handover", NAME(HANDOVER), "handover", "deal.deliver", 30, true, true},
        {"title", NAME(TITLE), "title", "deal.deliver", 90, true, true},
    };
    const struct process_row rows[] = {
        {.project_id = project_id,
         .ordinal = 10,
         .name = NAME(LOAN_PROCESS),
         .begins = "signed",
         .plan_kinds = "commercial fund combined",
         .enabled = true,
         .nodes = loan_nodes,
         .n_nodes = COUNT(loan_nodes)},
        {.project_id = project_id,
         .ordinal = 20,
         .name = NAME(PLAIN_PROCESS),
         .begins = "signed",
         .plan_kinds = "",
         .enabled = true,
         .nodes = plain_nodes,
         .n_nodes = COUNT(plain_nodes)},
    };
    int64_t id = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < COUNT(rows); i++)
        r = process_create(tx, &rows[i], &id);
    return r;
}
