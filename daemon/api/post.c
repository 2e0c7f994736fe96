/* post.c - posts and the catalogue of rights, for those with user.edit (PA-02 to PA-04). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/people.h"
#include "db/post.h"

struct listing {
    struct call *call;
    json_t *items;
};

static int number_add(void *arg, int64_t id)
{
    return json_array_append_new(arg, json_integer(id)) < 0 ? -ENOMEM : 0;
}

static int post_add(void *arg, const struct post_row *row)
{
    struct listing *l = arg;
    struct db *db = l->call->tx.db;
    json_t *projects = json_array(), *buildings = json_array(), *post;
    right_set set = 0;
    int r = post_rights(db, row->id, row->role, &set);

    if (r >= 0)
        r = post_project_scan(db, row->id, number_add, projects);
    if (r >= 0)
        r = post_building_scan(db, row->id, number_add, buildings);
    post = json_pack("{s:I, s:I, s:s, s:b, s:s?, s:o, s:b, s:o, s:o, s:I}", "id",
                     (json_int_t)row->id, "version", (json_int_t)row->version, "name", row->name,
                     "builtin", row->role != NULL, "role", row->role, "rights", rights_json(set),
                     "all_projects", row->all_projects, "project_ids", projects, "building_ids",
                     buildings, "users", (json_int_t)row->users);
    if (json_array_append_new(l->items, post) < 0)
        return -ENOMEM;
    return r;
}

static int reply_post(struct call *call, int64_t post_id)
{
    struct listing l = {call, json_array()};
    int r = post_scan(&call->tx, post_id, post_add, &l);

    if (r >= 0 && json_array_size(l.items) == 1)
        call->reply.body = json_incref(json_array_get(l.items, 0));
    json_decref(l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOENT;
}

int api_post_list(struct call *call)
{
    struct listing l = {call, json_array()};
    int r = post_scan(&call->tx, 0, post_add, &l);

    call->reply.body = json_pack("{s:o}", "items", l.items);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

/* ---- changes ---- */

/* A post as it came in; the arrays are ours. */
struct post_in {
    struct post_change change;
    right_set rights;
    int64_t *projects, *buildings;
};

static void post_in_free(struct post_in *in)
{
    free(in->projects);
    free(in->buildings);
}

static void rights_read(struct body *b, enum body_need need, struct post_in *in)
{
    json_t *codes = NULL;

    body_array(b, "rights", need, RIGHTS_MAX, &codes);
    if (!codes)
        return;
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        int right = code ? right_by_code(code) : -ENOENT;

        if (right < 0 || !(post_grantable() & RIGHT_BIT(right)))
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, "rights", "field",
                       code ? code : "rights", NULL);
        else
            in->rights |= RIGHT_BIT(right);
    }
    in->change.rights = &in->rights;
}

static int post_read(struct call *call, bool fresh, struct post_in *in)
{
    enum body_need need = fresh ? BODY_REQUIRED : BODY_OPTIONAL;
    bool all = false;
    struct body b;
    int r;

    body_begin(&b, call);
    if (!fresh)
        body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &in->change.version);
    body_text(&b, "name", need, 1, POST_NAME_MAX, &in->change.name);
    rights_read(&b, need, in);
    body_bool(&b, "all_projects", need, &all);
    body_ids(&b, "project_ids", BODY_OPTIONAL, ACTOR_PROJECTS_MAX, &in->projects,
             &in->change.n_projects);
    body_ids(&b, "building_ids", BODY_OPTIONAL, ACTOR_BUILDINGS_MAX, &in->buildings,
             &in->change.n_buildings);
    r = body_end(&b);
    in->change.project_ids = in->projects;
    in->change.building_ids = in->buildings;
    in->change.all_projects =
        json_is_boolean(json_object_get(call->body, "all_projects")) ? all : -1;
    return r;
}

int api_post_create(struct call *call)
{
    struct post_in in = {.rights = 0};
    int64_t id = 0;
    int r = post_read(call, true, &in);

    if (r == 0)
        r = post_create(&call->tx, &in.change, &id);
    post_in_free(&in);
    if (r == 0)
        r = reply_post(call, id);
    if (r < 0)
        return r;
    call->reply.status = 201;
    snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/posts/%lld",
             (long long)id);
    return 0;
}

int api_post_update(struct call *call)
{
    struct post_in in = {.rights = 0};
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    in.change.id = id;
    r = post_read(call, false, &in);
    if (r == 0)
        r = post_update(&call->tx, &in.change);
    post_in_free(&in);
    return r < 0 ? r : reply_post(call, id);
}

/* ---- the catalogue ---- */

/* What a post may hold, and the roles a post can start from: those of terminals are not among
 * them. */
int api_right_list(struct call *call)
{
    json_t *items = json_array(), *templates = json_array();

    for (int i = 0; i < RIGHT_COUNT; i++)
        if (post_grantable() & RIGHT_BIT(i))
            json_array_append_new(items, json_pack("{s:s, s:s, s:s}", "code", rights[i].code, "zh",
                                                   rights[i].zh, "en", rights[i].en));
    for (int i = 0; i < roles_count; i++)
        if ((roles[i].rights & ~post_grantable()) == 0)
            json_array_append_new(templates,
                                  json_pack("{s:s, s:s, s:s, s:o}", "code", roles[i].code, "zh",
                                            roles[i].zh, "en", roles[i].en, "rights",
                                            rights_json(roles[i].rights)));
    call->reply.body = json_pack("{s:o, s:o}", "items", items, "roles", templates);
    return call->reply.body ? 0 : -ENOMEM;
}
