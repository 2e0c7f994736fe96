/* patience.h - how long what must come is waited for: far longer than it takes, for machines that
 * do much else, and for sanitizers. */
#ifndef ANCHANG_TEST_PATIENCE_H
#define ANCHANG_TEST_PATIENCE_H

enum { PATIENCE_MS = 30000 };

#endif
