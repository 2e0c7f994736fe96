/* unit.h - the daemon as systemd sees it: anchangd.service and its main process.
 *
 * Functions fail the running test when systemd does not answer. Thread: the test's.
 */
#ifndef ANCHANG_TESTS_UNIT_H
#define ANCHANG_TESTS_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs a program to its end. Returns its exit status; @ret_said, when that is wanted, is what it
 * wrote, cut at @size. */
int command_run(const char *const argv[], char *ret_said, size_t size);
/* systemctl VERB: its exit status. */
int unit_do(const char *verb);
/* A property that is a number. */
int64_t unit_number(const char *property);
/* As it ended: by itself, and well. */
bool unit_succeeded(void);
/* The first number of a line of /proc/PID/status; masks are hexadecimal. */
uint64_t unit_process_number(const char *key);
/* Whatever the main process has mapped from files is in memory from now on. */
void unit_files_read(void);
/* kill -9. */
void unit_kill(void);

#endif
