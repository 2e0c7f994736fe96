/* A workbook: the bytes as a whole archive, or, without the zip in between, as the XML of the
 * strings, the styles and the rows, each but the last ended by a byte 0. */
#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet.h"
#include "daemon/sheet/sheet_impl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_archive(const uint8_t *data, size_t size, struct fault *f)
{
    static struct matrix_layout layout;
    struct sheet *s = NULL;
    struct sheet_info info;
    struct sheet_row row;

    if (sheet_open_memory(data, size, NULL, f, &s) < 0)
        return;
    sheet_info(s, &info);
    for (size_t i = 0; i < info.n_sheets; i++) {
        struct matrix *m = NULL;

        if (sheet_select(s, i, f) < 0)
            continue;
        while (sheet_next_row(s, f, &row) > 0)
            ;
        layout.n = 0;
        if (matrix_detect(s, i, f, &layout) > 0 && matrix_open(s, &layout, f, &m) == 0)
            while (matrix_next(m, f, &row) > 0)
                ;
        matrix_close(m);
    }
    sheet_close(s);
}

/* Cuts a part off the front of the rows. */
static void part_take(struct xlsx_xml *xml, const char **ret_part, size_t *ret_len)
{
    const char *nul = memchr(xml->rows, 0, xml->rows_len);

    if (!nul)
        return;
    *ret_part = xml->rows;
    *ret_len = (size_t)(nul - xml->rows);
    xml->rows_len -= *ret_len + 1;
    xml->rows = nul + 1;
}

static void read_xml(const uint8_t *data, size_t size, struct fault *f)
{
    struct xlsx_xml xml = {.rows = (const char *)data, .rows_len = size};
    struct xlsx *x = NULL;
    struct sheet_row row;
    int64_t before = 0;

    part_take(&xml, &xml.strings, &xml.strings_len);
    part_take(&xml, &xml.styles, &xml.styles_len);
    if (xlsx_open_xml(&xml, f, &x) < 0)
        return;
    while (xlsx_next(x, f, &row) > 0) {
        if (row.number <= before || row.n_cells > SHEET_COLUMNS_MAX)
            abort();
        for (size_t i = 0; i < row.n_cells; i++) {
            const struct sheet_cell *cell = &row.cells[i];

            if (cell->len > SHEET_CELL_MAX ||
                utf8_valid((const unsigned char *)cell->text, cell->len) != cell->len)
                abort();
        }
        before = row.number;
    }
    xlsx_close(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault f = {0};

    if (size >= 4 && memcmp(data, "PK\3\4", 4) == 0)
        read_archive(data, size, &f);
    else
        read_xml(data, size, &f);
    fault_clear(&f);
    return 0;
}
