/* command.c - see command.h. */
#include "daemon/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/demo.h"
#include "daemon/devices.h"
#include "daemon/import_plan.h"
#include "daemon/pairing.h"
#include "db/backup.h"
#include "db/device.h"
#include "db/post.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/user.h"

static const char *text_arg(const json_t *args, const char *name)
{
    return json_string_value(json_object_get(args, name));
}

static int need_text(struct tx *tx, const json_t *args, const char *name, const char **ret_text)
{
    *ret_text = text_arg(args, name);
    if (*ret_text && (*ret_text)[0])
        return 0;
    fault_item(tx->fault, FAULT_FIELD_MISSING, 0, name, "field", name, NULL);
    return fault_set(tx->fault, FAULT_FIELD_MISSING, "field", name, NULL);
}

/* By id or name. */
static int project_arg(struct tx *tx, const json_t *args, int64_t *ret_id)
{
    const char *text;
    int r = need_text(tx, args, "project", &text);

    if (r < 0)
        return r;
    r = project_find(tx->db, text, ret_id);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

/* ---- users ---- */

struct posts {
    const char *wanted; /* names or roles, separated by commas */
    int64_t ids[USER_POSTS_MAX];
    size_t n;
};

static bool list_has(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = list; p && *p; p = strchr(p, ','), p = p ? p + 1 : NULL)
        if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return true;
    return false;
}

static int post_take(void *arg, const struct post_row *row)
{
    struct posts *posts = arg;

    if ((list_has(posts->wanted, row->name) || (row->role && list_has(posts->wanted, row->role))) &&
        posts->n < USER_POSTS_MAX)
        posts->ids[posts->n++] = row->id;
    return 0;
}

static int run_user_add(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    struct user_new user = {.login = text_arg(args, "login"), .name = text_arg(args, "name")};
    const char *password = NULL;
    struct posts posts = {.wanted = text_arg(args, "posts")};
    char hash[PASSWORD_HASH_TEXT];
    int64_t id = 0;
    int r = need_text(tx, args, "login", &user.login);

    (void)app;
    if (r == 0)
        r = need_text(tx, args, "name", &user.name);
    if (r == 0)
        r = need_text(tx, args, "password", &password);
    if (r == 0)
        r = need_text(tx, args, "posts", &posts.wanted);
    if (r == 0)
        r = posts_seed(tx);
    if (r >= 0)
        r = post_scan(tx, 0, post_take, &posts);
    if (r == 0 && posts.n == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = password_check(tx->fault, user.login, password);
    if (r == 0)
        r = password_hash(password, hash);
    if (r == 0) {
        user.password_hash = hash;
        user.post_ids = posts.ids;
        user.n_posts = posts.n;
        r = user_create(tx, &user, &id);
    }
    if (r == 0)
        *ret_out = json_pack("{s:I}", "id", (json_int_t)id);
    return r;
}

static int user_append(void *arg, const struct user_row *row)
{
    return json_array_append_new(arg, json_pack("{s:I, s:s, s:s, s:b}", "id", (json_int_t)row->id,
                                                "login", row->login, "name", row->name, "enabled",
                                                (int)row->enabled)) < 0
               ? -ENOMEM
               : 0;
}

static int run_user_list(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    json_t *users = json_array();
    int r = user_scan(tx, 0, user_append, users);

    (void)app, (void)args;
    *ret_out = json_pack("{s:o}", "users", users);
    return r;
}

static int version_take(void *arg, const struct user_row *row)
{
    *(int64_t *)arg = row->version;
    return 0;
}

static int user_arg(struct tx *tx, const json_t *args, struct user_secret *ret_user,
                    int64_t *ret_version)
{
    const char *login = NULL;
    int r = need_text(tx, args, "login", &login);

    if (r == 0)
        r = user_find(tx->db, login, ret_user);
    if (r == 0)
        return text_arg(args, "login") ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : -EREFUSED;
    return r < 0 ? r : user_scan(tx, ret_user->id, version_take, ret_version);
}

static int run_user_password(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    const char *password = NULL;
    char hash[PASSWORD_HASH_TEXT];
    struct user_secret user;
    int64_t version = 0;
    int r = user_arg(tx, args, &user, &version);

    (void)app, (void)ret_out;
    if (r == 0)
        r = need_text(tx, args, "password", &password);
    if (r == 0)
        r = password_check(tx->fault, user.login, password);
    if (r == 0)
        r = password_hash(password, hash);
    return r < 0 ? r : user_password_reset(tx, user.id, version, hash);
}

static int run_user_disable(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    struct user_change change = {.enabled = 0};
    struct user_secret user;
    int r = user_arg(tx, args, &user, &change.version);

    (void)app, (void)ret_out;
    change.id = user.id;
    return r < 0 ? r : user_update(tx, &change);
}

/* ---- terminals ---- */

static int run_pair(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    struct terminal_new terminal = {.kind = text_arg(args, "kind"), .name = text_arg(args, "name")};
    char code[PAIRING_CODE_TEXT];
    int64_t id = 0, expires_ms = 0;
    int r = need_text(tx, args, "kind", &terminal.kind);

    if (r == 0)
        r = need_text(tx, args, "name", &terminal.name);
    if (r == 0 && text_arg(args, "project"))
        r = project_arg(tx, args, &terminal.project_id);
    if (r == 0 && strcmp(terminal.kind, "kiosk") != 0 && strcmp(terminal.kind, "counter") != 0 &&
        strcmp(terminal.kind, "screen") != 0)
        r = fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "kind", NULL);
    if (r == 0)
        r = pairing_make(tx, app->link_key, &terminal, code, &id, &expires_ms);
    if (r == 0 && text_arg(args, "reader"))
        r = device_offer(tx, text_arg(args, "reader"), id);
    if (r == 0)
        *ret_out = json_pack("{s:s, s:I}", "code", code, "expires_ms", (json_int_t)expires_ms);
    return r;
}

/* ---- import ---- */

static int run_import(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    struct import_run run = {.path = text_arg(args, "path"),
                             .file_name = text_arg(args, "file_name"),
                             .plan = json_object_get(args, "plan")};
    json_t *projects;
    int r = need_text(tx, args, "path", &run.path);

    (void)app;
    if (r == 0 && !json_is_true(json_object_get(run.plan, "project_from_file")))
        r = project_arg(tx, args, &run.project_id);
    if (r == 0)
        r = import_run(tx, &run);
    if (r < 0)
        return r;
    projects = json_array();
    for (size_t i = 0; i < run.result.n_projects; i++)
        json_array_append_new(projects, json_integer(run.result.project_ids[i]));
    *ret_out = json_pack("{s:I, s:I, s:I, s:o}", "units", (json_int_t)run.result.units, "skipped",
                         (json_int_t)run.skipped, "buildings", (json_int_t)run.result.buildings,
                         "projects", projects);
    return 0;
}

/* ---- publications ---- */

struct open_publication {
    int64_t id, version, number;
    char state[16];
};

static int open_take(void *arg, const struct publication *p)
{
    struct open_publication *open = arg;

    if (strcmp(p->state, "draft") != 0 && strcmp(p->state, "submitted") != 0)
        return 0;
    open->id = p->id;
    open->version = p->version;
    open->number = p->number;
    snprintf(open->state, sizeof(open->state), "%s", p->state);
    return 0;
}

/* Acts as a user, with that user's rights and scope; the shell's own user is in the name. */
static int actor_of(struct tx *tx, const json_t *args, struct actor *ret_actor)
{
    struct user_secret user;
    bool must_change;
    const char *login = NULL;
    int r = need_text(tx, args, "as", &login);

    if (r == 0)
        r = user_find(tx->db, login, &user);
    if (r == 0)
        return login ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : -EREFUSED;
    return r < 0 ? r : actor_load(tx->db, user.id, ret_actor, &must_change);
}

static int run_publish(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    const char *step = NULL;
    struct open_publication open = {0};
    int64_t project_id = 0;
    struct actor actor;
    struct tx own = *tx;
    bool approves;
    int r = need_text(tx, args, "step", &step);

    (void)app;
    if (r == 0)
        r = actor_of(tx, args, &actor);
    own.actor = &actor;
    if (r == 0)
        r = project_arg(&own, args, &project_id);
    if (r < 0)
        return r;
    approves = strcmp(step, "approve") == 0 || strcmp(step, "reject") == 0;
    r = tx_need_right(&own, approves ? RIGHT_PUBLICATION_APPROVE : RIGHT_PUBLICATION_EDIT);
    if (r == 0 && strcmp(step, "draft") == 0)
        r = publication_create(&own, project_id, text_arg(args, "note"), &open.id);
    if (r == 0)
        r = publication_list(&own, project_id, 0, 2, open_take, &open);
    if (r == 0 && open.id == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0 && strcmp(step, "submit") == 0)
        r = publication_submit(&own, open.id, open.version);
    else if (r == 0 && strcmp(step, "approve") == 0)
        r = publication_approve(&own, open.id, open.version, NULL);
    else if (r == 0 && strcmp(step, "reject") == 0)
        r = publication_reject(&own, open.id, open.version, text_arg(args, "reason"));
    else if (r == 0 && strcmp(step, "withdraw") == 0)
        r = publication_withdraw(&own, open.id, open.version, text_arg(args, "reason"));
    else if (r == 0 && strcmp(step, "draft") != 0)
        r = fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "step", NULL);
    if (r == 0)
        *ret_out =
            json_pack("{s:I, s:I}", "id", (json_int_t)open.id, "number", (json_int_t)open.number);
    return r;
}

/* ---- backups ---- */

/* anchangctl made the copy and says so: only the writer's log is kept here. */
static int run_backup_note(struct tx *tx, struct app *app, const json_t *args, json_t **ret_out)
{
    const char *file = NULL;
    int r = need_text(tx, args, "file", &file);

    (void)app, (void)ret_out;
    if (r < 0)
        return r;
    return backup_note(tx, file, json_integer_value(json_object_get(args, "bytes")));
}

/* ---- readers ---- */

static int act_swipe(struct app *app, const json_t *args, struct fault *fault, json_t **ret_out)
{
    const char *reader = text_arg(args, "reader"), *card = text_arg(args, "card");
    int r = devices_swipe(app->devices, reader ? reader : "", card ? card : "");

    (void)ret_out;
    if (r == -ENOENT)
        return fault_set(fault, FAULT_READER_UNKNOWN, "reader", reader ? reader : "", NULL);
    if (r == -EINVAL)
        return fault_set(fault, FAULT_CARD_CODE, NULL);
    return r == -ENOTCONN || r == -EBUSY ? fault_set(fault, FAULT_DEVICE_NOT_READY, NULL) : r;
}

static int act_record(struct app *app, const json_t *args, struct fault *fault, json_t **ret_out)
{
    const char *reader = text_arg(args, "reader"), *capture = text_arg(args, "capture");
    char path[DEVICE_RECORD_PATH] = "";
    int r = devices_record(app->devices, reader ? reader : "", capture, path);

    if (r == -ENOENT)
        return fault_set(fault, FAULT_READER_UNKNOWN, "reader", reader ? reader : "", NULL);
    if (r == -ENOTCONN)
        return fault_set(fault, FAULT_DEVICE_NOT_READY, NULL);
    if (r == -EINVAL)
        return fault_set(fault, FAULT_FIELD_TEXT, "field", "capture", NULL);
    if (r == 0 && capture)
        *ret_out = json_pack("{s:s}", "path", path);
    return r;
}

static const struct command commands[] = {
    {"user-add", .run = run_user_add},
    {"user-list", .run = run_user_list},
    {"user-password", .run = run_user_password},
    {"user-disable", .run = run_user_disable},
    {"pair", .run = run_pair},
    {"import", .run = run_import},
    {"publish", .run = run_publish},
    {"backup-note", .run = run_backup_note},
    {"swipe", .act = act_swipe},
    {"record", .act = act_record},
    {"demo", .run = demo_make},
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}
