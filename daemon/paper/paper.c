/* paper.c - see paper.h. */
#include "daemon/paper/paper.h"

#include <errno.h>
#include <inttypes.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#include "daemon/paper/facts.h"

const char paper_font[] = "Noto Sans CJK SC";

/* Of the project in a file name: each byte may take three in a header of 256. */
enum { NAME_BYTES = 40 };

static const struct {
    const char *content_type, *ending;
    enum paper_text word;
    int (*make)(struct paper *paper, char **ret_bytes, size_t *ret_n);
    bool drawn; /* with our own font */
} kinds[] = {
    [PAPER_CHART_XLSX] = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                          "xlsx", T_CHART, paper_chart_xlsx, false},
    [PAPER_CHART_PDF] = {"application/pdf", "pdf", T_CHART, paper_chart_pdf, true},
    [PAPER_PRICES_XLSX] = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                           "xlsx", T_PRICES, paper_prices_xlsx, false},
    [PAPER_PRICES_PDF] = {"application/pdf", "pdf", T_PRICES, paper_prices_pdf, true},
};

int paper_check_fonts(void)
{
    PangoFontMap *map = pango_cairo_font_map_get_default();
    PangoFontFamily **families = NULL;
    bool found = false;
    int n = 0;

    pango_font_map_list_families(map, &families, &n);
    for (int i = 0; i < n && !found; i++)
        found = strcmp(pango_font_family_get_name(families[i]), paper_font) == 0;
    g_free(families);
    return found ? 0 : -ENOENT;
}

void paper_fonts_free(void)
{
    pango_cairo_font_map_set_default(NULL);
    cairo_debug_reset_static_data();
}

const char *paper_content_type(enum paper_kind kind)
{
    return kinds[kind].content_type;
}

void paper_file_name(enum paper_kind kind, const struct paper_request *request, char *out,
                     size_t size)
{
    const struct paper words = {.lang = request->lang};
    const char *name = snapshot_project_field(request->snapshot, 1);
    struct snapshot_head head;
    char project[NAME_BYTES], part[64];

    if (request->lang == LANG_EN && snapshot_project_field(request->snapshot, 2)[0])
        name = snapshot_project_field(request->snapshot, 2);
    paper_clip(name, project, sizeof(project));
    for (char *c = project; *c; c++)
        if (strchr("/\\:*?\"<>|", *c) || (unsigned char)*c < ' ')
            *c = '_';
    snapshot_get_head(request->snapshot, &head);
    if (head.publication_id == 0)
        snprintf(part, sizeof(part), "%s", paper_word(&words, T_DRAFT));
    else
        snprintf(part, sizeof(part), "v%" PRId64, head.number);
    snprintf(out, size, "%s-%s-%s.%s", project, paper_word(&words, kinds[kind].word), part,
             kinds[kind].ending);
}

int paper_make(enum paper_kind kind, const struct paper_request *request, char **ret_bytes,
               size_t *ret_n)
{
    struct paper paper;
    int r = kinds[kind].drawn ? paper_check_fonts() : 0;

    if (r == 0)
        r = paper_begin(request, &paper);
    if (r < 0)
        return r;
    r = kinds[kind].make(&paper, ret_bytes, ret_n);
    paper_end(&paper);
    return r;
}
