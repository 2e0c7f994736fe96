/* Any bytes as a list: opened, read to the end, and the cells checked to be text. */
#include "daemon/sheet/sheet.h"
#include "daemon/sheet/sheet_impl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct sheet_row *row, int64_t before)
{
    if (row->number <= before || row->n_cells == 0 || row->n_cells > SHEET_COLUMNS_MAX)
        abort();
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct sheet_cell *cell = &row->cells[i];

        if (cell->len > SHEET_CELL_MAX ||
            utf8_valid((const unsigned char *)cell->text, cell->len) != cell->len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault f = {0};
    struct sheet *s = NULL;
    struct sheet_row row;
    int64_t before = 0;

    if (sheet_open_memory(data, size, NULL, &f, &s) == 0) {
        while (sheet_next_row(s, &f, &row) > 0) {
            check_row(&row, before);
            before = row.number;
        }
        if (sheet_select(s, 0, &f) == 0)
            sheet_next_row(s, &f, &row);
    }
    sheet_close(s);
    fault_clear(&f);
    return 0;
}
