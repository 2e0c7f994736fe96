/* paper_leaks.h - what the libraries that draw papers keep to the end of a program. */
#ifndef ANCHANG_TESTS_PAPER_LEAKS_H
#define ANCHANG_TESTS_PAPER_LEAKS_H

/* cairo 1.16 leaves 768 bytes behind for each CFF font of a PDF, fontconfig one block for a
 * process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libcairo\nleak:libfontconfig\n";
}

#endif
