/* attachment.h - what belongs to a unit, as a part of its sheet. Thread: any. */
#ifndef ANCHANG_API_ATTACHMENT_H
#define ANCHANG_API_ATTACHMENT_H

struct attachment_row;

/* Adds one to a list of them; @arg is the json_t of the list. */
int attachment_add(void *arg, const struct attachment_row *row);

#endif
