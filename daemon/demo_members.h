/* demo_members.h - the customers and members of the demonstration, for demo.c.
 */
#ifndef ANCHANG_DEMO_MEMBERS_H
#define ANCHANG_DEMO_MEMBERS_H

#include <stdint.h>

#include "db/tx.h"

#define DEMO_CARD "n:88000001" /* of the first member */
#define DEMO_PIN  "246810"     /* of every one */

enum { DEMO_CUSTOMERS = 30 };

/* So many customers with their calls, visits and wishes, of whom twenty join with a card, points
 * and a PIN, as the user @cashier_id would have recorded them. */
int demo_members_make(struct tx *tx, int64_t cashier_id, int64_t project_id);

#endif
