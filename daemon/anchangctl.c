/* anchangctl.c - the administrator's program: people, terminals, lists, publications, backups,
 * checks.
 *
 * Commands that write go to the daemon when one has the site, else run here under the site's lock.
 * Commands that only read open their own reader and work beside a running daemon. Root works as the
 * owner of the state folder: what is made there is the daemon's to read, and no link that its user
 * may have laid there leads root anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
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

#include "daemon/certificate.h"
#include "daemon/control.h"
#include "daemon/ctl.h"
#include "daemon/demo.h"
#include "daemon/demo_deals.h"
#include "daemon/site_time.h"
#include "daemon/version.h"
#include "db/writer.h"

enum { ERRORS_SHOWN = 20 };

/* ---- what a command was given ---- */

const char *ctl_option(const struct ctl *c, const char *name)
{
    for (int i = 0; i + 1 < c->argc; i++)
        if (strncmp(c->argv[i], "--", 2) == 0 && strcmp(c->argv[i] + 2, name) == 0)
            return c->argv[i + 1];
    return NULL;
}

const char *ctl_word(const struct ctl *c, int index)
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

/* ---- as whom ---- */

/* Root becomes the owner of the state folder, in all but its real user: that one is in the log. */
static int owner_become(const char *state_dir)
{
    struct stat st;

    if (geteuid() != 0 || stat(state_dir, &st) < 0 || st.st_uid == 0)
        return 0;
    if (setgroups(0, NULL) < 0 || setegid(st.st_gid) < 0 || seteuid(st.st_uid) < 0)
        return -errno;
    return 0;
}

static void owner_leave(void)
{
    if (geteuid() != getuid() && seteuid(getuid()) < 0)
        fprintf(stderr, "anchangctl: %s\n", strerror(errno));
}

int ctl_open(struct ctl *c, const char *path)
{
    int fd, error;

    owner_leave();
    fd = open(path, O_RDONLY | O_CLOEXEC);
    error = errno;
    if (owner_become(c->config.state_dir) < 0) {
        if (fd >= 0)
            close(fd);
        return -EPERM;
    }
    if (fd < 0)
        return -error;
    return fd;
}

/* ---- running a command where the writer is ---- */

static int answer_print(const json_t *answer, json_t **ret_result)
{
    const json_t *errors = json_object_get(answer, "errors"), *error;
    size_t i;

    if (json_is_true(json_object_get(answer, "ok"))) {
        *ret_result = json_incref(json_object_get(answer, "result"));
        return 0;
    }
    fprintf(stderr, "anchangctl: %s\n", json_string_value(json_object_get(answer, "detail")));
    json_array_foreach(errors, i, error)
    {
        int64_t row = json_integer_value(json_object_get(error, "row"));

        if (i == ERRORS_SHOWN) {
            fprintf(stderr, "  … and %zu more\n", json_array_size(errors) - i);
            break;
        }
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
    const struct writer_options options = {.path = c->app.db_path, .seal = &c->app.seal};
    int r = writer_start(&options, &c->app.writer);

    if (r < 0)
        return r;
    *ret_answer = control_answer(&c->app, request, getuid());
    c->app.writer = writer_stop(c->app.writer);
    return *ret_answer ? 0 : -ENOMEM;
}

int ctl_run(struct ctl *c, const char *name, json_t *args, json_t **ret_result)
{
    json_t *request = json_pack("{s:s, s:o}", "command", name, "args", args);
    json_t *answer = NULL;
    char what[600];
    int r = site_open(&c->config, &c->app, &c->site, what, sizeof(what));

    if (r == -EALREADY) {
        owner_leave(); /* the daemon writes down who asks */
        r = control_ask(c->config.state_dir, request, &answer);
        if (owner_become(c->config.state_dir) < 0)
            r = -EPERM;
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

int ctl_run_quietly(struct ctl *c, const char *name, json_t *args)
{
    json_t *result = NULL;
    int r = ctl_run(c, name, args, &result);

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
    int r = ctl_run(c, "user-list", json_object(), &result);

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
    const char *step = ctl_word(c, 0), *login = ctl_word(c, 1);
    char password[600];
    int r;

    if (step && strcmp(step, "list") == 0)
        return user_list_print(c);
    if (!step || !login)
        return -EINVAL;
    if (strcmp(step, "disable") == 0)
        return ctl_run_quietly(c, "user-disable", json_pack("{s:s}", "login", login));
    if (strcmp(step, "password") != 0 && strcmp(step, "add") != 0)
        return -EINVAL;
    if (password_read("password", password, sizeof(password)) < 0)
        return -EINVAL;
    if (strcmp(step, "password") == 0)
        r = ctl_run_quietly(c, "user-password",
                            json_pack("{s:s, s:s}", "login", login, "password", password));
    else
        r = ctl_run_quietly(c, "user-add",
                            json_pack("{s:s, s:s, s:s, s:s}", "login", login, "name",
                                      ctl_option(c, "name") ? ctl_option(c, "name") : login,
                                      "posts", ctl_option(c, "posts") ? ctl_option(c, "posts") : "",
                                      "password", password));
    sodium_memzero(password, sizeof(password));
    return r;
}

/* ---- terminals ---- */

static int cmd_pair(struct ctl *c)
{
    const char *project = ctl_option(c, "project"), *kind = ctl_word(c, 0), *name = ctl_word(c, 1);
    json_t *args, *result = NULL;
    int r;

    if (!kind || !name)
        return -EINVAL;
    args = json_pack("{s:s, s:s}", "kind", kind, "name", name);
    if (project)
        json_object_set_new(args, "project", json_string(project));
    if (ctl_option(c, "reader"))
        json_object_set_new(args, "reader", json_string(ctl_option(c, "reader")));
    r = ctl_run(c, "pair", args, &result);
    if (r == 0)
        printf("%s\n", json_string_value(json_object_get(result, "code")));
    json_decref(result);
    return r;
}

static int cmd_swipe(struct ctl *c)
{
    const char *card = ctl_word(c, 0), *reader = ctl_option(c, "reader");

    if (!card || !reader)
        return -EINVAL;
    return ctl_run_quietly(c, "swipe", json_pack("{s:s, s:s}", "card", card, "reader", reader));
}

static int cmd_record(struct ctl *c)
{
    const char *reader = ctl_word(c, 0), *capture = ctl_word(c, 1);
    json_t *args, *result = NULL;
    int r;

    if (!reader || !capture)
        return -EINVAL;
    args = json_pack("{s:s}", "reader", reader);
    if (strcmp(capture, "off") != 0)
        json_object_set_new(args, "capture", json_string(capture));
    r = ctl_run(c, "record", args, &result);
    if (r == 0 && json_object_get(result, "path"))
        printf("%s\nCard numbers are in it in the clear. It ends after ten minutes.\n",
               json_string_value(json_object_get(result, "path")));
    json_decref(result);
    return r;
}

/* ---- publications ---- */

static int cmd_publish(struct ctl *c)
{
    const char *step = ctl_word(c, 0), *project = ctl_option(c, "project"),
               *as = ctl_option(c, "as");
    json_t *result = NULL;
    int r;

    if (!step || !project || !as)
        return -EINVAL;
    r = ctl_run(c, "publish",
                json_pack("{s:s, s:s, s:s, s:s, s:s}", "step", step, "project", project, "as", as,
                          "note", ctl_option(c, "note") ? ctl_option(c, "note") : "", "reason",
                          ctl_option(c, "reason") ? ctl_option(c, "reason") : ""),
                &result);
    if (r == 0)
        printf("publication %" JSON_INTEGER_FORMAT "\n",
               json_integer_value(json_object_get(result, "number")));
    json_decref(result);
    return r;
}

/* ---- demo ---- */

#define DEMO_MARK "# Made anew by each 'anchangctl demo'. Without this line it is left alone.\n"

/* Somebody has made it his own. */
static bool demo_config_kept(const char *path)
{
    char line[sizeof(DEMO_MARK)] = "";
    FILE *file = fopen(path, "re");
    bool kept = file && (!fgets(line, sizeof(line), file) || strcmp(line, DEMO_MARK) != 0);

    if (file)
        fclose(file);
    return kept;
}

/* The readers of the demonstration have no hardware; `anchangctl swipe` is what is done to them. */
static int demo_readers_write(FILE *file, const char *models)
{
    int r = fputs("\n[devices]\n", file);

    if (r >= 0 && models)
        r = fprintf(file, "models = %s\n", models);
    for (size_t i = 0; r >= 0 && i < DEMO_READERS; i++)
        r = fprintf(file, "virtual = %s\n", demo_readers[i]);
    return r;
}

/* The configuration beside the demonstration's data: port and folders are those of this call. */
static int demo_config_write(const struct ctl *c, const char *www)
{
    const char *port = ctl_option(c, "port");
    char path[640];
    FILE *file;
    int r;

    snprintf(path, sizeof(path), "%s/anchangd.conf", c->config.state_dir);
    if (demo_config_kept(path))
        return 0;
    file = fopen(path, "we");
    if (!file)
        return -errno;
    r = fprintf(file,
                DEMO_MARK
                "[site]\nname = 演示案场\ndemo = yes\n\n[storage]\nstate = %s\npages = %s\n\n"
                "[listen]\nport = %s\n",
                c->config.state_dir, www, port ? port : "8080") < 0 ||
                demo_readers_write(file, ctl_option(c, "models")) < 0
            ? -EIO
            : 0;
    if (fclose(file) != 0 && r == 0)
        r = -EIO;
    return r;
}

static int days_read(const struct ctl *c, int64_t *ret_days)
{
    const char *text = ctl_option(c, "days");
    char *end = NULL;

    *ret_days = text ? strtoll(text, &end, 10) : 0;
    if (!text || (end != text && !*end && *ret_days >= 0 && *ret_days <= DEMO_DAYS_MAX))
        return 0;
    fprintf(stderr, "anchangctl: --days is a number from 0 to %d\n", DEMO_DAYS_MAX);
    return -EINVAL;
}

static int cmd_demo(struct ctl *c)
{
    const char *www = ctl_option(c, "www");
    json_t *result = NULL;
    const json_t *user;
    size_t i;
    int64_t days = 0;
    int r = days_read(c, &days);

    if (r == 0)
        r = ctl_run(c, "demo",
                    json_pack("{s:b, s:I}", "readers", www != NULL, "days", (json_int_t)days),
                    &result);

    if (r == 0 && www)
        r = demo_config_write(c, www);
    if (r == 0)
        json_array_foreach(json_object_get(result, "users"), i, user)
            printf("%-8s  %s  %s · %s\n", json_string_value(json_object_get(user, "login")),
                   json_string_value(json_object_get(user, "password")),
                   json_string_value(json_object_get(user, "post")),
                   json_string_value(json_object_get(user, "name")));
    if (r == 0) {
        const json_t *member = json_object_get(result, "member");

        printf("会员卡 %s  密码 %s\n", json_string_value(json_object_get(member, "card")),
               json_string_value(json_object_get(member, "pin")));
    }
    json_decref(result);
    return r;
}

static int cmd_ca(struct ctl *c)
{
    const char *folder = ctl_word(c, 0), *host = ctl_word(c, 1);
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

static const struct verb {
    const char *name;
    int (*run)(struct ctl *c);
    int words;         /* at most, options aside */
    const char *usage; /* and the list of the options it takes */
    const char *help;
} verbs[] = {
    {"user", cmd_user, 2,
     "user add LOGIN --name NAME --posts POST[,POST] | list | password LOGIN | disable LOGIN",
     "people; a password is read from the terminal or standard input"},
    {"pair", cmd_pair, 2, "pair kiosk|counter|screen NAME [--project P] [--reader R]",
     "a pairing code, ten minutes; a reader that serves no terminal is bound to this one"},
    {"swipe", cmd_swipe, 1, "swipe CARD|bad|garbled|refused --reader NAME",
     "a card (n:NUMBER or u:UID), one that is misread, or a bank card, at a virtual reader"},
    {"record", cmd_record, 2, "record READER NAME | off",
     "what a reader of your own sends, as a capture of member cards in the clear"},
    {"import", ctl_import, 1,
     "import FILE [--project P] [--plan PLAN.json] [--accept CLASS,…] [--skip CLASS,…] "
     "[--floor F] [--class C] [--sale-state S] [--print-plan yes]",
     "a price list, all rows or none; without --project a project for each name in it"},
    {"publish", cmd_publish, 1,
     "publish draft|submit|approve|reject|withdraw --project P --as LOGIN [--note N] [--reason R]",
     "a step of a publication, as that user"},
    {"export", ctl_export, 0,
     "export --project P [--as json|chart.xlsx|chart.pdf|price-list.xlsx|price-list.pdf] "
     "[--lang zh|en]",
     "the live chart or price list on standard output"},
    {"backup", ctl_backup, 1, "backup FILE",
     "a checked copy of the database, while it is in use; images beside it in FILE.media"},
    {"restore", ctl_restore, 1, "restore FILE", "puts a copy in place; anchangd must be stopped"},
    {"verify", ctl_verify, 0, "verify", "checks file, audit chain and invariants"},
    {"printers", ctl_printers, 2, "printers check | setup QUEUE [--device URI]",
     "whether the queues of CUPS print nothing twice; a queue set so, made for an ipp:// device"},
    {"demo", cmd_demo, 0, "demo [--www FOLDER] [--port N] [--models FOLDER] [--days N]",
     "a demonstration project and users in an empty site; --www: a configuration too;\n"
     "    --days: with the business of so many days behind it"},
    {"ca", cmd_ca, 2, "ca FOLDER HOST",
     "the site's certificate authority and a server certificate"},
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

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static bool option_known(const struct verb *verb, const char *option)
{
    size_t n = strlen(option);

    for (const char *p = verb->usage; (p = strstr(p, option)); p += n)
        if (p[n] == ' ')
            return true;
    return false;
}

/* An option that is misspelt or has lost its value must not be as if it were not there: a terminal
 * without its project sees all of them. */
static int line_check(const struct verb *verb, const struct ctl *c)
{
    int words = 0;

    for (int i = 0; i < c->argc; i++) {
        bool option = strncmp(c->argv[i], "--", 2) == 0;

        if (option && !option_known(verb, c->argv[i]))
            fprintf(stderr, "anchangctl: %s takes no %s\n", verb->name, c->argv[i]);
        else if (option && (++i == c->argc || strncmp(c->argv[i], "--", 2) == 0))
            fprintf(stderr, "anchangctl: %s needs a value\n", c->argv[i - 1]);
        else if (!option && ++words > verb->words)
            fprintf(stderr, "anchangctl: %s is one word too many\n", c->argv[i]);
        else
            continue;
        return -EINVAL;
    }
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
    if (owner_become(c->config.state_dir) < 0) {
        fprintf(stderr, "anchangctl: the owner of %s cannot be taken on: %s\n", c->config.state_dir,
                strerror(errno));
        return -EPERM;
    }
    return 0;
}

static int time_zone_set(const struct ctl *c)
{
    int r = site_time_init(c->config.time_zone);

    if (r < 0)
        fprintf(stderr, "anchangctl: time-zone %s is not known\n", c->config.time_zone);
    return r;
}

int main(int argc, char **argv)
{
    const char *config_path = option_take(&argc, argv, "--config");
    const char *state = option_take(&argc, argv, "--state");
    const struct verb *verb;
    static struct ctl c;
    int r;

    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return puts(ANCHANG_VERSION) < 0;
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
        return usage(stdout);
    if (argc < 2)
        return usage(stderr);
    verb = verb_find(argv[1]);
    if (!verb)
        return usage(stderr);
    if (argc > 2 && strcmp(argv[2], "--help") == 0)
        return printf("anchangctl %s\n    %s\n", verb->usage, verb->help) < 0;
    c.argv = argv + 2;
    c.argc = argc - 2;
    r = line_check(verb, &c);
    if (r == 0 && (site_choose(&c, config_path, state) < 0 || time_zone_set(&c) < 0))
        return EX_CONFIG;
    if (r == 0)
        r = verb->run(&c);
    if (r == -EACCES && geteuid() != getuid())
        fprintf(stderr, "anchangctl: it works as the owner of %s, who cannot reach that\n",
                c.config.state_dir);
    if (r == -EINVAL) {
        fprintf(stderr, "usage: anchangctl %s\n", verb->usage);
        return EX_USAGE;
    }
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
