/* print.h - what paper.c, print.c and printer.c share. Thread: any. */
#ifndef ANCHANG_API_PRINT_H
#define ANCHANG_API_PRINT_H

#include "daemon/http/call.h"
#include "db/paper.h"

/* "health", "reasons", "why": what the printer said last. */
void set_printer_status(struct call *call, json_t *object, int64_t printer_id);

/* The bytes of a paper that the caller sees. PAPER_DAMAGED. */
int reply_paper(struct call *call, const struct paper_row *paper);
/* Its jobs, newest first, and how the printer is that the newest is at. */
int reply_prints(struct call *call, int64_t paper_id);
/* "reason", "printer_id". */
void body_print(struct body *b, struct print_ask *ask);
/* As a body that is body_print() alone says; replies its prints. */
int paper_print(struct call *call, int64_t paper_id);

#endif
