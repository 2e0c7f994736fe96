/* verify.h - the invariants of FC 25.6 that can be read off the database: what must always hold.
 *
 * I1 at most one live claim a unit, I2 sale state = function of claim, release flag and
 * retention, I3 one history row for each version that changed the state, I4 a live publication's
 * units are those of its hash, I5 the public is never shown more than there is, I6 no money on what
 * never was, I7 nothing that was paid expired, I9 nothing reached a contract without a permit here
 * (opening claims excepted); a deal's stage, claim, paper, shares and schedule agree (SF-10, CU-26,
 * FI-03), a unit's queue is its numbers (SF-04); MB-02 one member a person,
 * MB-03 one card not ended a code, MB-15 a balance is the sum of its lines. Of the ledger (RS I8 to
 * I10): books and vouchers are counted without a gap, each receipt has the money that was paid on
 * it where it was for and stands as it was given (FI-15), what was taken back is whole, slips are
 * used and free again with it (FI-33), nothing is below zero or elsewhere (FI-12), shifts end
 * (FI-36). Thread: any with a reader.
 */
#ifndef ANCHANG_DB_VERIFY_H
#define ANCHANG_DB_VERIFY_H

#include <stdint.h>

#include "db/store.h"

/* Calls @each for every violation; *ret_n is how many there were. */
int verify_invariants(struct db *db,
                      void (*each)(void *arg, const char *invariant, const char *what), void *arg,
                      int64_t *ret_n);

/* Those that a query alone can tell: all but I4 and I5. */
int verify_queries(struct db *db, void (*each)(void *arg, const char *invariant, const char *what),
                   void *arg, int64_t *ret_n);

#endif
