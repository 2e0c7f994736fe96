/* anchangctl.c - the administrator's program: people, terminals, lists, publications, backups,
 * checks.
 *
 * Commands that write go to the daemon when one has the site, else run here under the site's lock.
 * Commands that only read open their own reader and work beside a running daemon.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/certificate.h"
#include "daemon/chart/charts.h"
#include "daemon/config.h"
#include "daemon/control.h"
#include "daemon/import_plan.h"
#include "daemon/site.h"
#include "daemon/site_time.h"
#include "daemon/version.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/migrate.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/verify.h"
#include "db/writer.h"

struct ctl {
    struct config config;
    struct app app;
    struct site site;
    char **argv; /* of the command */
    int argc;
};

/* ---- what a command was given ---- */

/* The value of --NAME, or NULL. */
static const char *option(const struct ctl *c, const char *name)
{
    for (int i = 0; i + 1 < c->argc; i++)
        if (strncmp(c->argv[i], "--", 2) == 0 && strcmp(c->argv[i] + 2, name) == 0)
            return c->argv[i + 1];
    return NULL;
}

/* The @index-th word that is no option nor an option's value, or NULL. */
static const char *word(const struct ctl *c, int index)
{
    for (int i = 0; i < c->argc; i++) {
        if (strncmp(c->argv[i], "--", 2) == 0) {
            i++;
            continue;
        }
        if (index-- == 0)
            return c->argv[i];
    }
    return NULL;
}

/* ---- running a command where the writer is ---- */

static int answer_print(const json_t *answer, json_t **ret_result)
{
    const json_t *error;
    size_t i;

    if (json_is_true(json_object_get(answer, "ok"))) {
        *ret_result = json_incref(json_object_get(answer, "result"));
        return 0;
    }
    fprintf(stderr, "anchangctl: %s\n", json_string_value(json_object_get(answer, "detail")));
    json_array_foreach(json_object_get(answer, "errors"), i, error)
    {
        int64_t row = json_integer_value(json_object_get(error, "row"));

        if (row)
            fprintf(stderr, "  row %" PRId64 ": ", row);
        else
            fputs("  ", stderr);
        fprintf(stderr, "%s\n", json_string_value(json_object_get(error, "detail")));
    }
    return -EREFUSED;
}

/* Here, under the site's lock, with a writer of our own. */
static int run_here(struct ctl *c, const json_t *request, json_t **ret_answer)
{
    const struct writer_options options = {.path = c->app.db_path};
    int r = writer_start(&options, &c->app.writer);

    if (r < 0)
        return r;
    *ret_answer = control_answer(&c->app, request);
    c->app.writer = writer_stop(c->app.writer);
    return *ret_answer ? 0 : -ENOMEM;
}

/* Takes over @args. */
static int run_command(struct ctl *c, const char *name, json_t *args, json_t **ret_result)
{
    json_t *request = json_pack("{s:s, s:o}", "command", name, "args", args);
    json_t *answer = NULL;
    char what[600];
    int r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));

    if (r == -EALREADY) {
        r = control_ask(c->config.state_dir, request, &answer);
        if (r < 0)
            fprintf(stderr, "anchangctl: %s, which does not answer: %s\n", what, strerror(-r));
    } else if (r == 0) {
        r = run_here(c, request, &answer);
        site_close(&c->site);
    } else {
        fprintf(stderr, "anchangctl: %s\n", what);
    }
    if (r == 0)
        r = answer_print(answer, ret_result);
    json_decref(answer);
    json_decref(request);
    return r;
}

static int run_quietly(struct ctl *c, const char *name, json_t *args)
{
    json_t *result = NULL;
    int r = run_command(c, name, args, &result);

    json_decref(result);
    return r;
}

/* ---- users ---- */

/* From the terminal without echo, or a line of a pipe: never from the command line, where all
 * see it. */
static int password_read(const char *prompt, char *out, size_t size)
{
    struct termios old, silent;
    bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;

    if (terminal) {
        fprintf(stderr, "%s: ", prompt);
        silent = old;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    if (!fgets(out, (int)size, stdin))
        out[0] = '\0';
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    out[strcspn(out, "\n")] = '\0';
    return out[0] ? 0 : -EINVAL;
}

static int user_list_print(struct ctl *c)
{
    json_t *result = NULL;
    const json_t *user;
    size_t i;
    int r = run_command(c, "user-list", json_object(), &result);

    if (r == 0)
        json_array_foreach(json_object_get(result, "users"), i, user)
            printf("%-20s %-24s %s\n", json_string_value(json_object_get(user, "login")),
                   json_string_value(json_object_get(user, "name")),
                   json_is_true(json_object_get(user, "enabled")) ? "" : "disabled");
    json_decref(result);
    return r;
}

static int cmd_user(struct ctl *c)
{
    const char *step = word(c, 0), *login = word(c, 1);
    char password[600];
    int r;

    if (step && strcmp(step, "list") == 0)
        return user_list_print(c);
    if (!step || !login)
        return -EINVAL;
    if (strcmp(step, "disable") == 0)
        return run_quietly(c, "user-disable", json_pack("{s:s}", "login", login));
    if (password_read("password", password, sizeof(password)) < 0)
        return -EINVAL;
    if (strcmp(step, "password") == 0)
        r = run_quietly(c, "user-password",
                        json_pack("{s:s, s:s}", "login", login, "password", password));
    else if (strcmp(step, "add") == 0)
        r = run_quietly(c, "user-add",
                        json_pack("{s:s, s:s, s:s, s:s}", "login", login, "name",
                                  option(c, "name") ? option(c, "name") : login, "posts",
                                  option(c, "posts") ? option(c, "posts") : "", "password",
                                  password));
    else
        r = -EINVAL;
    sodium_memzero(password, sizeof(password));
    return r;
}

/* ---- terminals ---- */

static int cmd_pair(struct ctl *c)
{
    const char *project = option(c, "project"), *kind = word(c, 0), *name = word(c, 1);
    json_t *args, *result = NULL;
    int r;

    if (!kind || !name)
        return -EINVAL;
    args = json_pack("{s:s, s:s}", "kind", kind, "name", name);
    if (project)
        json_object_set_new(args, "project", json_string(project));
    r = run_command(c, "pair", args, &result);
    if (r == 0)
        printf("%s\n", json_string_value(json_object_get(result, "code")));
    json_decref(result);
    return r;
}

/* ---- import ---- */

/* A plan that the list itself suggests: its headings and known words. Problems are refused unless
 * --accept or --skip name their class. */
static int plan_suggest(struct ctl *c, const char *path, json_t **ret_plan);

static int cmd_import(struct ctl *c)
{
    const char *path = word(c, 0), *plan_path = option(c, "plan"), *project = option(c, "project");
    json_t *plan = NULL, *args, *result = NULL;
    char absolute[PATH_MAX];
    int r = 0;

    if (!path || !realpath(path, absolute))
        return path ? -errno : -EINVAL;
    if (plan_path)
        plan = json_load_file(plan_path, JSON_REJECT_DUPLICATES, NULL);
    else
        r = plan_suggest(c, absolute, &plan);
    if (r < 0 || !plan)
        return r < 0 ? r : -EINVAL;
    if (option(c, "print-plan")) {
        json_dumpf(plan, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(plan);
        return 0;
    }
    if (!project)
        json_object_set_new(plan, "project_from_file", json_true());
    args = json_pack("{s:s, s:s, s:o}", "path", absolute, "file_name",
                     strrchr(absolute, '/') ? strrchr(absolute, '/') + 1 : absolute, "plan", plan);
    if (project)
        json_object_set_new(args, "project", json_string(project));
    r = run_command(c, "import", args, &result);
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

        if (strcmp(class, "floor-missing") == 0 && option(c, "floor"))
            json_object_set_new(one, "value", json_string(option(c, "floor")));
        if (strcmp(class, "class-unknown") == 0 && option(c, "class"))
            json_object_set_new(one, "value", json_string(option(c, "class")));
        if (strcmp(class, "status-unknown") == 0 && option(c, "state"))
            json_object_set_new(one, "value", json_string(option(c, "state")));
        json_array_append_new(decisions, one);
    }
}

static int plan_suggest(struct ctl *c, const char *path, json_t **ret_plan)
{
    static const struct import_decisions all_refused;
    struct mapping *m = malloc(sizeof(*m));
    json_t *decisions = json_array();
    struct import_report report = {0};
    struct fault fault = {0};
    struct sheet *s = NULL;
    char text[512];
    int r = m ? sheet_open(path, NULL, &fault, &s) : -ENOMEM;

    if (r == 0)
        r = mapping_detect(s, &fault, m);
    if (r >= 0 && !m->default_class[0])
        snprintf(m->default_class, sizeof(m->default_class), "home");
    if (r >= 0)
        r = import_scan(s, m, &all_refused, NULL, NULL, &fault, &report);
    if (r == 0)
        import_suggest_words(&report, m);
    decisions_add(decisions, option(c, "accept"), "accept", c);
    decisions_add(decisions, option(c, "skip"), "skip", c);
    if (r == 0)
        *ret_plan = json_pack("{s:o, s:o}", "mapping", import_mapping_json(m, NULL, ""),
                              "decisions", decisions);
    else
        json_decref(decisions);
    if (r == -EREFUSED) {
        fault_render(fault.code, fault.args, fault.n_args, LANG_EN, text, sizeof(text));
        fprintf(stderr, "anchangctl: %s: %s\n", path, text);
    }
    import_report_done(&report);
    fault_clear(&fault);
    sheet_close(s);
    free(m);
    return r;
}

/* ---- publications ---- */

static int cmd_publish(struct ctl *c)
{
    const char *step = word(c, 0), *project = option(c, "project"), *as = option(c, "as");
    json_t *result = NULL;
    int r;

    if (!step || !project || !as)
        return -EINVAL;
    r = run_command(c, "publish",
                    json_pack("{s:s, s:s, s:s, s:s, s:s}", "step", step, "project", project, "as",
                              as, "note", option(c, "note") ? option(c, "note") : "", "reason",
                              option(c, "reason") ? option(c, "reason") : ""),
                    &result);
    if (r == 0)
        printf("publication %" JSON_INTEGER_FORMAT "\n",
               json_integer_value(json_object_get(result, "number")));
    json_decref(result);
    return r;
}

/* ---- reading: beside a running daemon ---- */

static int reader_open(struct ctl *c, struct db **ret_db)
{
    char what[600];
    int r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));

    if (r == 0)
        site_close(&c->site);
    else if (r != -EALREADY) {
        fprintf(stderr, "anchangctl: %s\n", what);
        return r;
    }
    r = db_open(c->app.db_path, DB_READER, ret_db);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s\n", c->app.db_path, strerror(-r));
    return r;
}

static int cmd_backup(struct ctl *c)
{
    const char *path = word(c, 0);
    struct db *db;
    int r = path ? reader_open(c, &db) : -EINVAL;

    if (r < 0)
        return r;
    r = db_backup(db, path);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s\n", path, strerror(-r));
    else
        printf("%s\n", path);
    db_close(db);
    return r;
}

static void violation_print(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    printf("%s: %s\n", invariant, what);
}

static int cmd_verify(struct ctl *c)
{
    struct audit_report audit;
    int64_t violations = 0;
    struct db *db;
    char head[2 * AUDIT_HASH_SIZE + 1];
    int r = reader_open(c, &db);

    if (r < 0)
        return r;
    r = db_begin(db);
    if (r == 0)
        r = db_check(db, true);
    if (r == 0)
        r = audit_verify(db, &audit);
    if (r == 0)
        r = verify_invariants(db, violation_print, NULL, &violations);
    if (r < 0) {
        fprintf(stderr, "anchangctl: %s (%s)\n", strerror(-r), db_error(db));
    } else {
        sodium_bin2hex(head, sizeof(head), audit.head, sizeof(audit.head));
        printf("audit: %" PRId64 " rows, head %s\n", audit.rows, head);
        if (!audit.ok)
            printf("audit: row %" PRId64 " was altered (%s)\n", audit.first_bad, audit.reason);
        printf("invariants: %" PRId64 " violations\n", violations);
        r = audit.ok && violations == 0 ? 0 : -EUCLEAN;
    }
    db_rollback(db);
    db_close(db);
    return r;
}

static int file_copy(const char *from, const char *to)
{
    char part[4200], bytes[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC), out, r = 0;
    ssize_t n = 0;

    if (in < 0)
        return -errno;
    snprintf(part, sizeof(part), "%s.restore", to);
    out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        r = -errno;
    while (r == 0 && (n = read(in, bytes, sizeof(bytes))) > 0)
        if (write(out, bytes, (size_t)n) != n)
            r = -EIO;
    if (r == 0 && (n < 0 || fsync(out) < 0))
        r = -EIO;
    close(in);
    if (out >= 0)
        close(out);
    if (r == 0 && rename(part, to) < 0)
        r = -errno;
    return r;
}

/* The copy is checked before anything is touched; what was there is kept beside it. */
static int cmd_restore(struct ctl *c)
{
    const char *path = word(c, 0);
    char what[600], kept[700], side[600];
    struct db *copy = NULL;
    int version = 0, r;

    if (!path)
        return -EINVAL;
    r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));
    if (r == -EALREADY || (r < 0 && r != -EUCLEAN)) {
        fprintf(stderr, "anchangctl: %s; stop anchangd first\n", what);
        return r;
    }
    snprintf(kept, sizeof(kept), "%s/backup/replaced-%" PRId64 ".db", c->config.state_dir,
             clock_wall_ms() / 1000);
    snprintf(side, sizeof(side), "%s/restore.db", c->config.state_dir);
    r = file_copy(path, side);
    if (r == 0)
        r = db_open(side, DB_WRITER, &copy);
    if (r == 0)
        r = db_check(copy, true);
    if (r == 0)
        r = db_schema_version(copy, &version);
    if (r == 0 && (version == 0 || (size_t)version > migrations_count))
        r = -EPROTONOSUPPORT;
    if (copy && r == 0)
        db_checkpoint(copy, true);
    db_close(copy);
    if (r == 0 && access(c->app.db_path, F_OK) == 0 && rename(c->app.db_path, kept) < 0)
        r = -errno;
    if (r == 0) {
        static const char *const tails[] = {"-wal", "-shm"};

        for (size_t i = 0; i < 2; i++) {
            snprintf(what, sizeof(what), "%.590s%s", c->app.db_path, tails[i]);
            unlink(what); /* of the file that was put aside: empty, its checkpoint was done */
        }
        r = rename(side, c->app.db_path) < 0 ? -errno : 0;
    }
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s; nothing was replaced\n", path, strerror(-r));
    else
        printf("restored; what was there is %s\n", kept);
    site_close(&c->site);
    return r;
}

static int cmd_export(struct ctl *c)
{
    const char *project = option(c, "project");
    struct snapshot *s = NULL;
    struct buf out = {0};
    int64_t id = 0, live = 0;
    struct db *db;
    int r = project ? reader_open(c, &db) : -EINVAL;

    if (r < 0)
        return r;
    r = project_find(db, project, &id);
    if (r == 1)
        r = publication_live(db, id, &live);
    if (r == 0)
        fprintf(stderr, "anchangctl: %s has no live publication\n", project);
    r = r == 1 ? snapshot_of_publication(db, live, 0, 0, c->config.demo, &s) : r == 0 ? -ENOENT : r;
    if (r == 0)
        r = snapshot_chart_plain(s, &out);
    if (r == 0 && fwrite(out.data, 1, out.n, stdout) != out.n)
        r = -EIO;
    buf_free(&out);
    snapshot_unref(s);
    db_close(db);
    return r;
}

/* ---- demo ---- */

/* The configuration beside the demonstration's data; one that is there is kept. */
static int demo_config_write(const struct ctl *c, const char *www, const char *port)
{
    char path[640];
    FILE *file;
    int r;

    snprintf(path, sizeof(path), "%s/anchangd.conf", c->config.state_dir);
    file = fopen(path, "wxe");
    if (!file)
        return errno == EEXIST ? 0 : -errno;
    r = fprintf(file,
                "[site]\nname = 演示案场\ndemo = yes\n\n[storage]\nstate = %s\npages = %s\n\n"
                "[listen]\nport = %s\n",
                c->config.state_dir, www, port ? port : "8080") < 0
            ? -EIO
            : 0;
    if (fclose(file) != 0 && r == 0)
        r = -EIO;
    return r;
}

static int cmd_demo(struct ctl *c)
{
    const char *www = option(c, "www");
    json_t *result = NULL;
    const json_t *user;
    size_t i;
    int r = run_command(c, "demo", json_object(), &result);

    if (r == 0 && www)
        r = demo_config_write(c, www, option(c, "port"));

    if (r == 0)
        json_array_foreach(json_object_get(result, "users"), i, user)
            printf("%-8s  %s  %s · %s\n", json_string_value(json_object_get(user, "login")),
                   json_string_value(json_object_get(user, "password")),
                   json_string_value(json_object_get(user, "post")),
                   json_string_value(json_object_get(user, "name")));
    json_decref(result);
    return r;
}

static int cmd_ca(struct ctl *c)
{
    const char *folder = word(c, 0), *host = word(c, 1);
    int r;

    if (!folder || !host)
        return -EINVAL;
    r = certificate_make(folder, c->config.site_name, host);
    if (r < 0)
        fprintf(stderr, "anchangctl: %s: %s\n", folder, strerror(-r));
    else
        printf("%s/ca.pem        trust this one on the other boxes\n"
               "%s/server.pem    [lan] certificate\n%s/server.key    [lan] key\n",
               folder, folder, folder);
    return r;
}

static const struct {
    const char *name;
    int (*run)(struct ctl *c);
    const char *usage, *help;
} verbs[] = {
    {"user", cmd_user,
     "user add LOGIN --name NAME --posts POST[,POST] | list | password LOGIN | disable LOGIN",
     "people; a password is read from the terminal or standard input"},
    {"pair", cmd_pair, "pair kiosk|counter|screen NAME [--project P]",
     "a pairing code, ten minutes"},
    {"import", cmd_import,
     "import FILE [--project P] [--plan PLAN.json] [--accept CLASS,…] [--skip CLASS,…] "
     "[--floor F] [--class C] [--state S] [--print-plan yes]",
     "a price list, all rows or none; without --project a project for each name in it"},
    {"publish", cmd_publish,
     "publish draft|submit|approve|reject|withdraw --project P --as LOGIN [--note N] [--reason R]",
     "a step of a publication, as that user"},
    {"export", cmd_export, "export --project P", "the live public chart as JSON"},
    {"backup", cmd_backup, "backup FILE", "a checked copy of the database, while it is in use"},
    {"restore", cmd_restore, "restore FILE", "puts a copy in place; anchangd must be stopped"},
    {"verify", cmd_verify, "verify", "checks file, audit chain and invariants"},
    {"demo", cmd_demo, "demo [--www FOLDER] [--port N]",
     "a demonstration project and users in an empty site"},
    {"ca", cmd_ca, "ca FOLDER HOST", "the site's certificate authority and a server certificate"},
};

static int usage(FILE *out)
{
    fputs("anchangctl COMMAND [--config FILE] [--state FOLDER]\n\n", out);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        fprintf(out, "  %s\n      %s\n", verbs[i].usage, verbs[i].help);
    return out == stdout ? 0 : EX_USAGE;
}

static int state_set(struct ctl *c, const char *folder)
{
    char absolute[PATH_MAX];

    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return -errno;
    if (!realpath(folder, absolute))
        return -errno;
    if (strlen(absolute) >= sizeof(c->config.state_dir)) {
        errno = ENAMETOOLONG;
        return -ENAMETOOLONG;
    }
    memcpy(c->config.state_dir, absolute, strlen(absolute) + 1);
    return 0;
}

/* Takes --NAME VALUE out of the command line; NULL when it is not there. */
static const char *option_take(int *argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            const char *value = argv[i + 1];

            memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 1) * sizeof(*argv));
            *argc -= 2;
            return value;
        }
    return NULL;
}

/* Which site: 0, or an error that was told. */
static int site_choose(struct ctl *c, const char *config_path, const char *state)
{
    char what[600];

    if (!config_path)
        config_path = state ? "/dev/null" : "/etc/anchangd/anchangd.conf";
    if (config_read(config_path, &c->config, what, sizeof(what)) < 0) {
        fprintf(stderr, "anchangctl: %s\n", what);
        return -EINVAL;
    }
    if (state && state_set(c, state) < 0) {
        fprintf(stderr, "anchangctl: %s: %s\n", state, strerror(errno));
        return -ENOENT;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *config_path = option_take(&argc, argv, "--config");
    const char *state = option_take(&argc, argv, "--state");
    static struct ctl c;
    int r;

    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return puts(ANCHANG_VERSION) < 0;
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
        return usage(stdout);
    if (argc < 2)
        return usage(stderr);
    if (site_choose(&c, config_path, state) < 0 || site_time_init(c.config.time_zone) < 0)
        return EX_CONFIG;
    c.argv = argv + 2;
    c.argc = argc - 2;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, argv[1]) != 0)
            continue;
        r = verbs[i].run(&c);
        if (r == -EINVAL) {
            fprintf(stderr, "usage: anchangctl %s\n", verbs[i].usage);
            return EX_USAGE;
        }
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    return usage(stderr);
}
