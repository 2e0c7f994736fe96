/* test_drivers_readme.c - follows drivers/README.md: adds its model in a folder and reads a
 * swipe with it, compiles its codec (tests/CMakeLists.txt takes it out) and plays its capture to
 * it. */
#include <stdlib.h>
#include <unistd.h>

#include "reader_fixture.h"

#include "drivers/capture.h"
#include "drivers/reader_setup.h"
#include "drivers/text_line.h"

#include "readme_codec.h"

static char readme[16 * 1024], error[MODEL_ERROR_MAX];

static int readme_read(void **state)
{
    FILE *file = fopen("drivers/README.md", "re");
    size_t n;

    (void)state;
    assert_non_null(file);
    n = fread(readme, 1, sizeof(readme) - 1, file);
    fclose(file);
    assert_true(n < sizeof(readme) - 1);
    return 0;
}

/* The text between ```@kind and the next ```; the caller's to free(). */
static char *example(const char *kind)
{
    char fence[32];
    char *begin, *end;

    snprintf(fence, sizeof(fence), "```%s\n", kind);
    begin = strstr(readme, fence);
    assert_non_null(begin);
    begin += strlen(fence);
    end = strstr(begin, "```");
    assert_non_null(end);
    return strndup(begin, (size_t)(end - begin));
}

static struct models *models_with(const char *text)
{
    char folder[] = "/tmp/anchang-readme.XXXXXX", path[80];
    const char *const folders[] = {"drivers/models", folder, NULL};
    struct models *models;
    FILE *file;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/acme-desk.model", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
    if (models_load(folders, &models, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    unlink(path);
    rmdir(folder);
    return models;
}

static void test_model(void **state)
{
    static const struct device_facts facts = {
        .interface_class = 3, .interface_subclass = 1, .interface_protocol = 1, .report_size = 8};
    struct device_id id = {.bus = "usb", .vid = 0xF055, .pid = 0x00A1};
    char *text = example("ini");
    struct models *models = models_with(text);
    const struct model *model = models_match(models, &id);
    struct reader *reader;
    uint8_t swipe[11 * 16];

    (void)state;
    assert_non_null(model);
    assert_string_equal(model->id, "acme-desk");
    assert_int_equal(reader_new(model, &facts, &reader), 0);
    says(reader, 0, swipe, typed("0012345678\n", swipe), "u:00BC614E\n");
    id.interface = 1; /* the same device's other interface is not ours */
    assert_null(models_match(models, &id));
    reader_free(reader);
    models_free(models);
    free(text);
}

static void test_codec(void **state)
{
    struct model model = {.driver = &driver_acme};
    static const struct device_facts facts;
    char *text = example("capture");
    struct capture *c;
    struct reader *reader;

    (void)state;
    if (capture_parse("README.md", text, strlen(text), &c, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    assert_true(c->made);
    assert_int_equal(reader_new(&model, &facts, &reader), 0);
    says(reader, 0, c->bytes, c->n_bytes, "u:04A1B2C3\n");
    says(reader, 0, "04A1B2C3\r", 9, "bad\n");
    reader_free(reader);
    capture_free(c);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_model), cmocka_unit_test(test_codec)};

    return cmocka_run_group_tests(tests, readme_read, NULL);
}
