/* magstripe.h - the tracks of a magnetic stripe (ISO 7811, 7813): a member's number on one of them,
 * and how a bank card gives itself away.
 *
 * Pure, any thread. Keeps nothing.
 */
#ifndef ANCHANG_DRIVERS_MAGSTRIPE_H
#define ANCHANG_DRIVERS_MAGSTRIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/card_form.h"

enum { MAGSTRIPE_TRACKS = 3 };

/* One track as characters; sentinels may stand around them. */
struct magstripe_track {
    const char *text;
    size_t n;
    bool misread; /* the reader itself says so */
};

/* Does a track's text, without sentinels, have the form of a bank card? By ISO 7813 and 4909: 12 to
 * 19 digits (or what a reader masks them with) as track 1 of format B, or before a separator with
 * an expiry month and service code behind it or a right check digit in it. */
bool magstripe_is_bank(const char *text, size_t n);
/* Is @text the bare number of a bank card: 13 to 19 digits, 3 to 6 the first, with a right check
 * digit? */
bool magstripe_is_pan(const char *text, size_t n);

/* The member's number on the track that @form names. A bank card's format on any track
 * is -EPERM, -EBADMSG a missing or misread track, or a check character that is wrong. */
int magstripe_card(const struct card_form *form,
                   const struct magstripe_track tracks[MAGSTRIPE_TRACKS],
                   struct card_read *ret_card);
/* The same of all tracks in one text, "%…?;…?+…?". */
int magstripe_text(const struct card_form *form, const char *text, size_t n,
                   struct card_read *ret_card);

#endif
