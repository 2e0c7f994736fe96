/* capitals.h - an amount in Chinese capitals, as papers about money carry it (FC 27.1; Measures for
 * Payment and Settlement, annex 1).
 *
 * 整 stands after 元 and 角, never after 分; a run of zeros within the yuan reads one 零; 角 that is
 * nothing before 分 reads 零. Where the annex leaves 零 free (after a yuan that ends in zero) there is
 * none. Pure, any thread.
 */
#ifndef ANCHANG_DB_CAPITALS_H
#define ANCHANG_DB_CAPITALS_H

#include <stddef.h>
#include <stdint.h>

enum { CAPITALS_TEXT = 160 };

/* @fen from 0 to MONEY_MAX_FEN, without 人民币 before it. -ERANGE. */
int capitals_write(int64_t fen, char out[CAPITALS_TEXT]);

#endif
