/* print.h - what print.c and printer.c share. Thread: any. */
#ifndef ANCHANG_API_PRINT_H
#define ANCHANG_API_PRINT_H

#include "daemon/http/call.h"

/* "health", "reasons", "why": what the printer said last. */
void set_printer_status(struct call *call, json_t *object, int64_t printer_id);

#endif
