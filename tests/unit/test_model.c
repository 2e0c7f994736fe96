/* test_model.c - model files: read whole or refused with file and line; a site's own come first. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader_fixture.h"

static char ours[] = "/tmp/anchang-models.XXXXXX", theirs[] = "/tmp/anchang-models.XXXXXX";
static char error[MODEL_ERROR_MAX];

static int folders_make(void **state)
{
    (void)state;
    return mkdtemp(ours) && mkdtemp(theirs) ? 0 : -1;
}

static void path_of(const char *folder, const char *name, char out[128])
{
    assert_true(snprintf(out, 128, "%s/%s", folder, name) < 128);
}

static void file_write(const char *folder, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    path_of(folder, name, path);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static void file_remove(const char *folder, const char *name)
{
    char path[128];

    path_of(folder, name, path);
    assert_int_equal(unlink(path), 0);
}

static int folders_remove(void **state)
{
    (void)state;
    return rmdir(ours) < 0 || rmdir(theirs) < 0;
}

#define HEAD "[model]\nname = A reader\ndriver = "
#define USB  "[match]\nusb = 1234:abCD:2\n"

static void test_all_keys(void **state)
{
    struct model model =
        model_of(HEAD "hid-keyboard\nmaturity = beta\n[match]\nusb = 1234:abCD:2 0001:0002:255\n"
                      "[options]\nform = hex\nuid-order = reversed\nuid-bytes = 4\n"
                      "track = 3\nlrc = yes\nnumber-prefix = AB-1\nnumber-length = 8-12\n");

    (void)state;
    assert_string_equal(model.id, "test");
    assert_string_equal(model.name, "A reader");
    assert_int_equal(model.maturity, DRIVER_BETA);
    assert_ptr_equal(model.driver, driver_find("hid-keyboard"));
    assert_int_equal(model.n_usb, 2);
    assert_int_equal(model.usb[0].pid, 0xABCD);
    assert_int_equal(model.usb[1].interface, 255);
    assert_int_equal(model.form.text, CARD_TEXT_HEX);
    assert_true(model.form.reversed);
    assert_int_equal(model.form.uid_bytes, 4);
    assert_int_equal(model.form.track, 3);
    assert_true(model.form.lrc);
    assert_string_equal(model.form.prefix, "AB-1");
    assert_int_equal(model.form.length_min, 8);
    assert_int_equal(model.form.length_max, 12);
    model =
        model_of(HEAD "wiegand-text\n[options]\nnumber-length = 10\nbaud = 19200\nline = 7E2\n");
    assert_int_equal(model.form.length_min, 10);
    assert_int_equal(model.form.length_max, 10);
    assert_int_equal(model.line.baud, 19200);
    assert_int_equal(model.line.data_bits, 7);
    assert_int_equal(model.line.parity, 'e');
    assert_int_equal(model.line.stop_bits, 2);
}

static void test_defaults(void **state)
{
    struct model model = model_of(HEAD "stx-ascii\n");

    (void)state;
    assert_int_equal(model.maturity, DRIVER_EXPERIMENTAL);
    assert_int_equal(model.line.baud, 9600);
    assert_int_equal(model.line.data_bits, 8);
    assert_int_equal(model.line.parity, 'n');
    assert_int_equal(model.line.stop_bits, 1);
}

/* Each with the place and the word that its error must have; the model stays as it was. */
static void test_refused(void **state)
{
    static const struct {
        const char *text, *where, *word;
    } rows[] = {
        {"", "x.model: ", "name"},
        {"[model]\nname = A\n", "x.model: ", "driver"},
        {HEAD "stx-ascii\nmodel = 1\n", "x.model:4: ", "unknown key model in [model]"},
        {HEAD "stx-ascii\n[option]\nbaud = 9600\n", "x.model:5: ", "unknown key baud in [option]"},
        {HEAD "stx\n", "x.model:3: ", "\"stx\" is no value for driver"},
        {HEAD "stx-ascii\nname = B\n", "x.model:4: ", "name twice"},
        {HEAD "stx-ascii\nmaturity = good\n", "x.model:4: ", "experimental, beta, stable"},
        {HEAD "stx-ascii\n[options]\nform = hex\n", "x.model:5: ", "stx-ascii has no option form"},
        {"[options]\nbaud = 9600\n" HEAD "stx-ascii\n",
         "x.model:2: ", "driver must be named before"},
        {HEAD "stx-ascii\n[options]\nbaud = 12\n", "x.model:5: ", "baud"},
        {HEAD "stx-ascii\n[options]\nbaud = 99999999999999999999\n", "x.model:5: ", "baud"},
        {HEAD "stx-ascii\n[options]\nline = 8X1\n", "x.model:5: ", "line"},
        {HEAD "stx-ascii\n[options]\nuid-bytes = 2\n", "x.model:5: ", "uid-bytes"},
        {HEAD "stx-ascii\n[options]\nuid-bytes = 17\n", "x.model:5: ", "uid-bytes"},
        {HEAD "stx-ascii\n[options]\nuid-order = up\n", "x.model:5: ", "as-sent, reversed"},
        {HEAD "hid-keyboard\n", "x.model: ", "matched by usb"},
        {HEAD "stx-ascii\n" USB, "x.model: ", "matched by usb"},
        {HEAD "pcsc\n", "x.model: ", "matched by pcsc"},
        {HEAD "hid-keyboard\n[match]\nusb = 12345:0001:0\n", "x.model:5: ", "VID:PID:interface"},
        {HEAD "hid-keyboard\n[match]\nusb = 1234:0001\n", "x.model:5: ", "VID:PID:interface"},
        {HEAD "hid-keyboard\n[match]\nusb = 1234:0001:256\n", "x.model:5: ", "VID:PID:interface"},
        {HEAD "hid-keyboard\n[match]\nusb = 1a86:7523:0\n", "x.model:5: ", "serial chip"},
        {HEAD "hid-keyboard\n[match]\nusb = 1:2:3\n", "x.model:5: ", "VID:PID:interface"},
        {HEAD "hid-keyboard\n" USB "[options]\nnumber-length = 0\n",
         "x.model:7: ", "number-length"},
        {HEAD "hid-keyboard\n" USB "[options]\nnumber-length = 9-8\n",
         "x.model:7: ", "number-length"},
        {HEAD "hid-keyboard\n" USB "[options]\nnumber-prefix = a\n",
         "x.model:7: ", "number-prefix"},
        {HEAD "hid-keyboard\n" USB "[options]\nform = dec8\nuid-bytes = 4\n",
         "x.model: ", "uid-bytes"},
        {"[model]\nname = A\x01\n", "x.model:2: ", "name"},
        {"[model]\nname = \xC3\x28\n", "x.model:2: ", "name"},
        {"[model]\nname = \xED\xA0\x80\n", "x.model:2: ", "name"},
        {"[model]\nname =\n", "x.model:2: ", "name"},
        {"[model]\nno line of an INI file\n", "x.model:2: ", "not understood"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct model model = {.n_usb = 77};

        error[0] = '\0';
        if (model_parse("x.model", rows[i].text, strlen(rows[i].text), &model, error,
                        sizeof(error)) != -EINVAL)
            fail_msg("taken: %s", rows[i].text);
        if (strncmp(error, rows[i].where, strlen(rows[i].where)) != 0 ||
            !strstr(error, rows[i].word))
            fail_msg("%s\ngives: %s", rows[i].text, error);
        assert_int_equal(model.n_usb, 77);
    }
}

static void test_names(void **state)
{
    static const char text[] = HEAD "stx-ascii\n";
    static const char *const bad[] = {".model", "A.model",  "a b.model", "a.model.old",
                                      "a",      "a/.model", NULL};
    struct model model;

    (void)state;
    for (size_t i = 0; bad[i]; i++)
        assert_int_equal(model_parse(bad[i], text, strlen(text), &model, error, sizeof(error)),
                         -EINVAL);
    assert_int_equal(
        model_parse("/a/b/c-1.model", text, strlen(text), &model, error, sizeof(error)), 0);
    assert_string_equal(model.id, "c-1");
    assert_int_equal(model_parse("a.model", "[model]\0", 8, &model, error, sizeof(error)), -EINVAL);
}

static const char *matched(const struct models *models, const char *bus, uint16_t vid, uint16_t pid,
                           uint8_t interface, const char *path)
{
    struct device_id id = {.bus = bus, .vid = vid, .pid = pid, .interface = interface};
    const struct model *model;

    snprintf(id.path, sizeof(id.path), "%s", path);
    model = models_match(models, &id);
    return model ? model->id : "none";
}

/* The models that are shipped: exact identifiers, patterns of names, nothing by a serial chip. */
static void test_shipped(void **state)
{
    static const char *const folders[] = {"drivers/models", "/nonexistent/models", NULL};
    struct models *models;

    (void)state;
    if (models_load(folders, &models, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    assert_string_equal(matched(models, "usb", 0x0801, 0x0001, 0, "1-1:1.0"),
                        "magtek-mini-keyboard");
    assert_string_equal(matched(models, "usb", 0x0801, 0x0002, 0, "1-1:1.0"), "magtek-mini-hid");
    assert_string_equal(matched(models, "usb", 0x0801, 0x0002, 1, "1-1:1.1"), "none");
    assert_string_equal(matched(models, "usb", 0x0ACD, 0x0510, 0, "1-1:1.0"), "idtech-minimag-hid");
    assert_string_equal(matched(models, "usb", 0x0ACD, 0x2020, 0, "1-1:1.0"), "idtech-minimag-hid");
    assert_string_equal(matched(models, "usb", 0x0ACD, 0x0500, 0, "1-1:1.0"),
                        "none"); /* its own structure */
    assert_string_equal(matched(models, "usb", 0x046D, 0xC31C, 0, "1-2:1.0"),
                        "none"); /* a keyboard */
    assert_string_equal(matched(models, "tty", 0x1A86, 0x7523, 0, "/dev/serial/by-id/x"), "none");
    assert_string_equal(matched(models, "tty", 0x0801, 0x0001, 0, "/dev/serial/by-id/x"), "none");
    assert_string_equal(matched(models, "pcsc", 0, 0, 0, "ACS ACR122U PICC Interface 00 00"),
                        "acs-acr122u");
    assert_string_equal(matched(models, "pcsc", 0, 0, 0, "Virtual PCD 00 00"), "pcsc");
    assert_string_equal(matched(models, "virtual", 0, 0, 0, "virtual"), "virtual");
    assert_non_null(models_find(models, "rdm6300"));
    assert_null(models_find(models, "rdm"));
    for (size_t i = 1; models_at(models, i); i++)
        assert_true(strcmp(models_at(models, i - 1)->id, models_at(models, i)->id) < 0);
    assert_null(models_free(models));
}

static void test_own_first(void **state)
{
    const char *const folders[] = {theirs, ours, NULL};
    struct models *models;

    (void)state;
    file_write(theirs, "a.model", HEAD "hid-keyboard\n" USB);
    file_write(theirs, "b.model", "[model]\nname = Theirs\ndriver = stx-ascii\n");
    file_write(theirs, ".a.model", "left by an editor");
    file_write(theirs, "a.model~", "left by another");
    file_write(ours, "b.model", "[model]\nname = Ours\ndriver = length-bcc\n");
    file_write(ours, "c.model", HEAD "hid-msr\n" USB);
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), 0);
    assert_string_equal(models_find(models, "b")->name, "Ours");
    assert_string_equal(matched(models, "usb", 0x1234, 0xABCD, 2, ""), "c");
    models_free(models);
    /* In one folder two of a device are a mistake. */
    file_write(ours, "d.model", HEAD "hid-msr\n" USB);
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), -EINVAL);
    assert_non_null(strstr(error, "d.model: c claims the same device"));
    file_write(ours, "d.model", "[model]\nbaud = 1\n");
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), -EINVAL);
    assert_non_null(strstr(error, "d.model:2: unknown key baud"));
    file_remove(ours, "b.model");
    file_remove(ours, "c.model");
    file_remove(ours, "d.model");
    file_remove(theirs, "a.model");
    file_remove(theirs, "b.model");
    file_remove(theirs, ".a.model");
    file_remove(theirs, "a.model~");
}

/* A folder, a pipe and a monster of that name end the load with a word, and do not hang it. */
static void test_no_file(void **state)
{
    const char *const folders[] = {ours, NULL};
    struct models *models;
    char path[128], *big = malloc(MODEL_FILE_MAX + 2);

    (void)state;
    path_of(ours, "x.model", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), -EISDIR);
    assert_non_null(strstr(error, path));
    rmdir(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), -EISDIR);
    unlink(path);
    memset(big, '#', MODEL_FILE_MAX + 1);
    big[MODEL_FILE_MAX + 1] = '\0';
    file_write(ours, "x.model", big);
    free(big);
    assert_int_equal(models_load(folders, &models, error, sizeof(error)), -EFBIG);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_keys), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_names),
        cmocka_unit_test(test_shipped),  cmocka_unit_test(test_own_first),
        cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, folders_make, folders_remove);
}
