/* export.c - the chart and the price list as files, from one snapshot (SC-16, SC-24, RP-06).
 *
 * The live chart comes with its losses, as the kiosks show it now; a past publication as it last
 * was; one that is not approved yet is the draft as it stands and is marked so. Each export is one
 * row of the audit log: made first, written down second, sent third.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/chart/charts.h"
#include "daemon/paper/paper.h"
#include "db/audit.h"
#include "db/publication.h"
#include "db/writer.h"

struct wanted {
    int64_t project_id;
    char state[16];
};

static int wanted_read(void *arg, const struct publication *p)
{
    struct wanted *w = arg;

    w->project_id = p->project_id;
    snprintf(w->state, sizeof(w->state), "%s", p->state);
    return 0;
}

/* The snapshot of a publication of the project by its id. A rejected or withdrawn one left no
 * content behind: NOT_FOUND. */
static int snapshot_past(struct call *call, int64_t project_id, int64_t id,
                         struct paper_request *request)
{
    const bool demo = call->app->config->demo;
    struct wanted w = {0};
    int r = publication_read(&call->tx, id, wanted_read, &w);

    if (r < 0)
        return r;
    if (w.project_id != project_id)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (strcmp(w.state, "live") == 0 || strcmp(w.state, "superseded") == 0) {
        request->superseded = strcmp(w.state, "superseded") == 0;
        return snapshot_of_publication(call->tx.db, id, 0, 0, demo, &request->snapshot);
    }
    if (strcmp(w.state, "draft") == 0 || strcmp(w.state, "submitted") == 0)
        return snapshot_of_draft(&call->tx, project_id, demo, &request->snapshot);
    return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
}

static int request_read(struct call *call, int64_t *ret_project_id, struct paper_request *request)
{
    int64_t project_id, publication_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = call_query_int(call, "publication", 1, INT64_MAX, 0, &publication_id);
    if (r == 0)
        r = call_query_lang(call, &request->lang);
    if (r < 0)
        return r;
    *ret_project_id = project_id;
    if (publication_id)
        return snapshot_past(call, project_id, publication_id, request);
    request->snapshot = charts_get(call->app->charts, project_id);
    return request->snapshot ? 0 : fault_set(call->tx.fault, FAULT_CHART_NONE, NULL);
}

struct note {
    int64_t project_id;
    const char *name, *hash;
    int64_t patch;
};

static int export_note(struct tx *tx, void *arg)
{
    const struct note *note = arg;
    struct trail trail = {0};

    trail_text(&trail, "file", NULL, note->name);
    trail_text(&trail, "snapshot", NULL, note->hash);
    trail_int(&trail, "patch", NULL, &note->patch);
    return audit_add(tx, "export", "project", note->project_id, note->project_id, &trail);
}

static int export_write_down(struct call *call, int64_t project_id, const char *name,
                             struct snapshot *snapshot)
{
    struct snapshot_head head;
    struct note note = {.project_id = project_id, .name = name, .hash = head.hash};

    snapshot_get_head(snapshot, &head);
    note.patch = head.patch;
    return writer_call(call->app->writer, call->tx.actor, export_note, &note, call->tx.fault);
}

static int export_reply(struct call *call, enum paper_kind kind)
{
    struct paper_request request = {.work_dir = call->app->upload_dir};
    char *bytes = NULL, name[192];
    int64_t project_id = 0;
    size_t n = 0;
    int r = request_read(call, &project_id, &request);

    if (r == 0)
        r = paper_make(kind, &request, &bytes, &n);
    if (r == -ENOENT)
        r = fault_set(call->tx.fault, FAULT_FONT_MISSING, "font", paper_font, NULL);
    if (r == 0) {
        paper_file_name(kind, &request, name, sizeof(name));
        r = export_write_down(call, project_id, name, request.snapshot);
    }
    snapshot_unref(request.snapshot);
    if (r < 0) {
        free(bytes);
        return r;
    }
    reply_download(call, name, paper_content_type(kind), bytes, n);
    return 0;
}

int api_export_chart_xlsx(struct call *call)
{
    return export_reply(call, PAPER_CHART_XLSX);
}

int api_export_chart_pdf(struct call *call)
{
    return export_reply(call, PAPER_CHART_PDF);
}

int api_export_price_list_xlsx(struct call *call)
{
    return export_reply(call, PAPER_PRICES_XLSX);
}

int api_export_price_list_pdf(struct call *call)
{
    return export_reply(call, PAPER_PRICES_PDF);
}
