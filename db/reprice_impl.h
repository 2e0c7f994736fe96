/* reprice_impl.h - what reprice.c and reprice_plan.c share. */
#ifndef ANCHANG_DB_REPRICE_IMPL_H
#define ANCHANG_DB_REPRICE_IMPL_H

#include "db/unit.h"

enum { REPRICE_PATH_TEXT = 512 };

/* Floor prices are for who may see them (PR-05): DENIED. */
int reprice_target_need(struct tx *tx, const char *target);

/* "building-stair-room"; without the stair where it has no name. */
void reprice_path(const char *building, const char *stair, const char *room,
                  char out[REPRICE_PATH_TEXT]);

/* Why the price of a unit as it is cannot go from @from to @to (fen); "": it can. */
const char *reprice_skip(const struct unit_row *row, const char *target, int64_t from, int64_t to);

#endif
