/* table_csv.c - see table_csv.h. */
#include "daemon/paper/table_csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct csv {
    FILE *to;
    char *bytes;
    size_t n;
};

int csv_open(struct csv **ret_csv)
{
    struct csv *csv = calloc(1, sizeof(*csv));

    if (csv)
        csv->to = open_memstream(&csv->bytes, &csv->n);
    if (!csv || !csv->to) {
        free(csv);
        return -ENOMEM;
    }
    fputs("\xEF\xBB\xBF", csv->to);
    *ret_csv = csv;
    return 0;
}

static bool formula_like(const char *text)
{
    if (strchr("=@+", text[0]) && text[0])
        return true;
    return text[0] == '-' && text[strspn(text, "-0123456789.")] != '\0';
}

void csv_row(struct csv *csv, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(csv->to, "%s\"%s", i ? "," : "", formula_like(cells[i]) ? "'" : "");
        for (const char *p = cells[i]; *p; p++) {
            if (*p == '"')
                fputc('"', csv->to);
            fputc(*p, csv->to);
        }
        fputc('"', csv->to);
    }
    fputs("\r\n", csv->to);
}

int csv_close(struct csv *csv, char **ret_bytes, size_t *ret_n)
{
    const bool whole = !ferror(csv->to);
    int r = fclose(csv->to) == 0 && whole ? 0 : -ENOMEM;

    if (r == 0) {
        *ret_bytes = csv->bytes;
        *ret_n = csv->n;
    } else {
        free(csv->bytes);
    }
    free(csv);
    return r;
}
