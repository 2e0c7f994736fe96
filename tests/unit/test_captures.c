/* test_captures.c - replays every capture of tests/captures through its model and driver, and
 * compares what comes of it with the .chk beside it, line by line.
 *
 *     test_captures                      all of them
 *     test_captures --rebuild FILE.cap…  writes their .chk anew; git diff shows what changed
 */
#include <dirent.h>
#include <stdlib.h>

#include "reader_fixture.h"

#include "drivers/capture.h"

#define FOLDER "tests/captures"

enum { CHECK_MAX = 16 * 1024, PATH_BYTES = 512 };

struct check {
    char text[CHECK_MAX];
    size_t n;
    int64_t at_ms;
};

static struct models *models;

static void check_add(struct check *check, const char *what)
{
    check->n += (size_t)snprintf(check->text + check->n, sizeof(check->text) - check->n,
                                 "%lld %s\n", (long long)check->at_ms, what);
    assert_true(check->n < sizeof(check->text));
}

static void check_read(void *arg, int result, const struct card_read *card)
{
    char what[CARD_CODE_TEXT + 8], code[CARD_CODE_TEXT];

    if (card) {
        card_code(card, code);
        snprintf(what, sizeof(what), "card %s", code);
    }
    check_add(arg, card ? what : result == -EPERM ? "refused" : "bad");
}

static void check_counts(struct check *check, const struct reader_counts *counts)
{
    char what[200];

    snprintf(what, sizeof(what), "cards %llu bad %llu refused %llu dropped %llu skipped %llu",
             (unsigned long long)counts->cards, (unsigned long long)counts->bad,
             (unsigned long long)counts->refused, (unsigned long long)counts->dropped,
             (unsigned long long)counts->skipped);
    check_add(check, what);
}

/* The model by which the daemon would know the device; a serial one by its name alone. */
static const struct model *capture_model(const struct capture *c)
{
    struct device_id id = {
        .bus = c->bus, .vid = c->usb.vid, .pid = c->usb.pid, .interface = c->usb.interface};

    snprintf(id.path, sizeof(id.path), "%s", c->device);
    return strcmp(c->bus, "tty") == 0 ? models_find(models, c->model) : models_match(models, &id);
}

static void replay(const char *path, struct check *check)
{
    static const struct reader_events events = {check_read};
    struct capture *c = NULL;
    const struct model *model;
    struct reader *reader;
    char error[MODEL_ERROR_MAX] = "";

    if (capture_read(path, &c, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    model = capture_model(c);
    if (!model || strcmp(model->id, c->model) != 0 || strcmp(model->driver->bus, c->bus) != 0)
        fail_msg("%s: its device is %s", path, model ? model->id : "no model's");
    if (strcmp(c->bus, "tty") == 0)
        assert_int_equal(c->line.baud, model->line.baud);
    assert_int_equal(reader_new(model, &c->facts, &reader), 0);
    for (size_t i = 0; i < c->n_events; i++) {
        const struct capture_event *e = &c->events[i];

        check->at_ms = e->at_ms;
        if (e->kind == CAPTURE_IN)
            reader_feed(reader, e->at_ms, c->bytes + e->offset, e->n, &events, check);
        else if (e->kind == CAPTURE_ERROR)
            check_add(check, strerrorname_np(-e->error));
    }
    reader_expire(reader, INT64_MAX / 2);
    check_counts(check, reader_counts(reader));
    reader_free(reader);
    capture_free(c);
}

static void chk_path(const char *path, char out[PATH_BYTES])
{
    assert_true(snprintf(out, PATH_BYTES, "%s.chk", path) < PATH_BYTES);
}

static void compare(const char *path)
{
    static struct check check;
    static char expected[CHECK_MAX];
    char chk[PATH_BYTES];
    FILE *file;

    check.n = 0;
    replay(path, &check);
    chk_path(path, chk);
    file = fopen(chk, "re");
    if (!file)
        fail_msg("%s is not there; --rebuild makes it", chk);
    expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
    fclose(file);
    if (strcmp(check.text, expected) != 0)
        fail_msg("%s gives\n%snot\n%s", path, check.text, expected);
}

static int is_capture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".cap") == 0;
}

/* Every driver has one, and each gives what it gave. */
static void test_captures(void **state)
{
    struct dirent **files;
    int n = scandir(FOLDER, &files, is_capture, alphasort);
    char path[PATH_BYTES];

    (void)state;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), FOLDER "/%s", files[i]->d_name);
        print_message("%s\n", files[i]->d_name);
        compare(path);
        free(files[i]);
    }
    free(files);
}

static int models_setup(void **state)
{
    static const char *const folders[] = {"drivers/models", FOLDER "/models", NULL};
    char error[MODEL_ERROR_MAX] = "";

    (void)state;
    if (models_load(folders, &models, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    return 0;
}

static int models_teardown(void **state)
{
    (void)state;
    models = models_free(models);
    return 0;
}

static int rebuild(int n, char **paths)
{
    static struct check check;

    models_setup(NULL);
    for (int i = 0; i < n; i++) {
        char chk[PATH_BYTES];
        FILE *file;

        check.n = 0;
        replay(paths[i], &check);
        chk_path(paths[i], chk);
        file = fopen(chk, "we");
        if (!file || fputs(check.text, file) < 0 || fclose(file) != 0) {
            perror(chk);
            return 1;
        }
    }
    models_teardown(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_captures)};

    if (argc > 1 && strcmp(argv[1], "--rebuild") == 0)
        return rebuild(argc - 2, argv + 2);
    return cmocka_run_group_tests(tests, models_setup, models_teardown);
}
