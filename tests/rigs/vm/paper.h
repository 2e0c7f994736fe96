/* paper.h - a receipt printer on USB: the daemon sees it by the rules of udev, and its driver
 * prints on it, while it is plugged and pulled.
 *
 * All functions fail the running test when it is not so. Thread: the test's.
 */
#ifndef ANCHANG_TESTS_PAPER_H
#define ANCHANG_TESTS_PAPER_H

/* One that the rules know. */
enum { PRINTER_VID = 0x04B8, PRINTER_PID = 0x0E15 };

/* What prints at the gadget's end. */
void paper_begin(void);
void paper_end(void);
/* The daemon has it as a printer of its own, misses it when it is pulled, and has it again; then it
 * is given up. */
void paper_seen_by_the_daemon(const char *gadget, unsigned port);
/* The driver itself, in this program: printed; then pulled in the middle of a job, and put back. */
void paper_printed(void);
void paper_pulled(const char *gadget, unsigned port);

#endif
