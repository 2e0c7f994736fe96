/* ctl_import.c - anchangctl import: a price list from the shell. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "daemon/import_plan.h"

/* A plan that the list itself suggests: its headings or matrix, and known words. Problems are
 * refused unless --accept or --skip name their class. */
static int plan_suggest(struct ctl *c, const char *path, json_t **ret_plan);
static int list_import(struct ctl *c, const char *path, const char *copy);

/* The daemon sees neither the homes nor our /tmp (its unit), so what it reads is a copy where it
 * does; named like an upload, so that one left behind is swept with those. */
int ctl_import(struct ctl *c)
{
    const char *path = ctl_word(c, 0);
    char copy[PATH_MAX];
    struct db *db;
    int r = path ? ctl_reader(c, &db) : -EINVAL;

    if (r < 0)
        return r;
    db_close(db);
    snprintf(copy, sizeof(copy), "%s/upload-list-%d", c->app.upload_dir, (int)getpid());
    r = ctl_copy(ctl_open(c, path), copy);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s\n", path, strerror(-r));
    else
        r = list_import(c, path, copy);
    unlink(copy);
    return r;
}

static int list_import(struct ctl *c, const char *path, const char *copy)
{
    const char *plan_path = ctl_option(c, "plan"), *project = ctl_option(c, "project");
    json_t *plan = NULL, *args, *result = NULL;
    json_error_t wrong;
    int r = 0;

    if (plan_path) {
        int fd = ctl_open(c, plan_path);

        plan = fd < 0 ? NULL : json_loadfd(fd, JSON_REJECT_DUPLICATES, &wrong);
        if (fd < 0)
            fprintf(stderr, "anchangctl: %s: %s\n", plan_path, strerror(-fd));
        else if (!plan)
            fprintf(stderr, "anchangctl: %s:%d: %s\n", plan_path, wrong.line, wrong.text);
        if (fd >= 0)
            close(fd);
    } else {
        r = plan_suggest(c, copy, &plan);
    }
    if (r < 0 || !plan)
        return r < 0 ? r : -ENODATA;
    if (ctl_option(c, "print-plan")) {
        json_dumpf(plan, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(plan);
        return 0;
    }
    if (!project)
        json_object_set_new(plan, "project_from_file", json_true());
    args = json_pack("{s:s, s:s, s:o}", "path", copy, "file_name",
                     strrchr(path, '/') ? strrchr(path, '/') + 1 : path, "plan", plan);
    if (project)
        json_object_set_new(args, "project", json_string(project));
    r = ctl_run(c, "import", args, &result);
    if (r == 0)
        printf("%" JSON_INTEGER_FORMAT " units, %" JSON_INTEGER_FORMAT " rows skipped\n",
               json_integer_value(json_object_get(result, "units")),
               json_integer_value(json_object_get(result, "skipped")));
    json_decref(result);
    return r;
}

static void decisions_add(json_t *decisions, const char *classes, const char *decision,
                          const struct ctl *c)
{
    char list[512];
    char *rest = NULL;

    snprintf(list, sizeof(list), "%s", classes ? classes : "");
    for (char *class = strtok_r(list, ",", &rest); class; class = strtok_r(NULL, ",", &rest)) {
        json_t *one = json_pack("{s:s, s:s}", "problem", class, "decision", decision);

        if (strcmp(class, "floor-missing") == 0 && ctl_option(c, "floor"))
            json_object_set_new(one, "value", json_string(ctl_option(c, "floor")));
        if (strcmp(class, "class-unknown") == 0 && ctl_option(c, "class"))
            json_object_set_new(one, "value", json_string(ctl_option(c, "class")));
        if (strcmp(class, "status-unknown") == 0 && ctl_option(c, "sale-state"))
            json_object_set_new(one, "value", json_string(ctl_option(c, "sale-state")));
        json_array_append_new(decisions, one);
    }
}

static int plan_suggest(struct ctl *c, const char *path, json_t **ret_plan)
{
    struct matrix_layout *layout = calloc(1, sizeof(*layout));
    struct mapping *m = malloc(sizeof(*m));
    json_t *decisions = json_array();
    struct fault fault = {0};
    struct sheet *s = NULL;
    char text[512];
    int r = m && layout ? sheet_open(path, NULL, &fault, &s) : -ENOMEM;

    if (r == 0)
        r = import_plan_suggest(s, &fault, m, layout);
    decisions_add(decisions, ctl_option(c, "accept"), "accept", c);
    decisions_add(decisions, ctl_option(c, "skip"), "skip", c);
    if (r == 0)
        *ret_plan = json_pack("{s:o, s:o}", "mapping", import_mapping_json(m, layout, ""),
                              "decisions", decisions);
    else
        json_decref(decisions);
    if (r == -EREFUSED) {
        fault_render(fault.code, fault.args, fault.n_args, LANG_EN, text, sizeof(text));
        fprintf(stderr, "anchangctl: %s: %s\n", ctl_word(c, 0), text);
    }
    fault_clear(&fault);
    sheet_close(s);
    free(layout);
    free(m);
    return r;
}
