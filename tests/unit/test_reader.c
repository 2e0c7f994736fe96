/* test_reader.c - what a reader keeps, drops and wipes, whatever its driver. */
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "reader_fixture.h"

#define STX  "[model]\nname = S\ndriver = stx-ascii\n"
#define LINE "[model]\nname = L\ndriver = wiegand-text\n[options]\nform = number\n"
#define KEYBOARD                                                                                   \
    "[model]\nname = K\ndriver = hid-keyboard\n[match]\nusb = 1234:5678:0\n[options]\n"            \
    "form = tracks\n"
#define MAGTEK                                                                                     \
    "[model]\nname = M\ndriver = hid-msr\n[match]\nusb = 1234:5678:0\n[options]\n"                 \
    "msr-layout = magtek\n"

static const struct device_facts stripe = {.interface_class = 3, .report_size = 337};

/* Are @n bytes like these anywhere in the memory of the reader? */
static bool keeps(const struct reader *reader, const void *bytes, size_t n)
{
    return memmem(reader, malloc_usable_size((void *)(uintptr_t)reader), bytes, n) != NULL;
}

/* An endless frame is dropped, and its tail is not taken for a card: only after silence one is. */
static void test_endless(void **state)
{
    struct reader *reader = reader_of(LINE, NULL);
    char nines[FRAME_MAX];

    (void)state;
    memset(nines, '9', sizeof(nines));
    says(reader, 0, nines, 1000, "");
    says(reader, 0, nines, FRAME_MAX, "");
    assert_int_equal(reader_counts(reader)->dropped, 1);
    assert_int_equal(reader_counts(reader)->skipped, FRAME_MAX + 1000);
    says(reader, 99, "1234\n", 5, "");
    says(reader, 198, "1234\n", 5, ""); /* each byte begins the silence anew */
    assert_int_equal(reader_expire(reader, 199), 99);
    says(reader, 298, "1234\n", 5, "n:1234\n");
    assert_int_equal(reader_counts(reader)->dropped, 1);
    reader_free(reader);
}

/* A frame of just FRAME_MAX bytes is one. */
static void test_longest(void **state)
{
    struct reader *reader = reader_of(LINE, NULL);
    char line[FRAME_MAX];

    (void)state;
    memset(line, '9', sizeof(line));
    line[FRAME_MAX - 1] = '\n';
    says(reader, 0, line, FRAME_MAX, "bad\n");
    says(reader, 0, "1234\n", 5, "n:1234\n");
    reader_free(reader);
}

/* Three full tracks, typed with a Shift of its own for each letter. */
static void test_longest_swipe(void **state)
{
    struct reader *reader = reader_of(KEYBOARD, NULL);
    char text[1 + 76 + 1 + 1 + 37 + 1 + 1 + 104 + 1 + 1 + 1];
    static uint8_t reports[sizeof(text) * 32];
    size_t n = 0;

    (void)state;
    memset(text, 'A', sizeof(text));
    memcpy(text, "%A-17^", 6);
    memset(text + 78, '1', 144);
    memcpy(text + 77, "?;", 2);
    memcpy(text + 116, "?+", 2);
    memcpy(text + sizeof(text) - 3, "?\n", 3);
    for (const char *c = text; *c; c++) {
        size_t key = key_reports(*c, reports + n + 8);

        memset(reports + n, 0, 8);
        reports[n] = reports[n + 8];
        if (reports[n] == 0) { /* no Shift: no reports for it */
            memmove(reports + n, reports + n + 8, key);
            n += key;
        } else {
            reports[n + 16] = reports[n];
            memset(reports + n + 24, 0, 8);
            n += 32;
        }
    }
    says(reader, 0, reports, n, "n:A-17\n");
    reader_free(reader);
}

/* Of a bank card nothing stays, neither the reports nor the text, whichever way it came in. */
static void test_bank_card_wiped(void **state)
{
    static const char swipe[] = "%B4111111111111111^CARD/TEST^30121010000000000?;4111111111111111="
                                "30121010000000000?\n";
    struct reader *typing = reader_of(KEYBOARD, NULL), *reporting = reader_of(MAGTEK, &stripe);
    static uint8_t reports[sizeof(swipe) * 16];
    uint8_t report[337] = {0, 0, 0, 0, 37};
    size_t n = typed(swipe, reports);

    (void)state;
    memcpy(report + 117, ";4111111111111111=30121010000000000?", 36);
    says(typing, 0, reports, n, "refused\n");
    assert_false(keeps(typing, reports + 32, 64));
    assert_false(keeps(typing, "4111111111111111", 16));
    says(reporting, 0, report, sizeof(report), "refused\n");
    assert_false(keeps(reporting, "41111111", 8));
    /* Half of one waits, and is wiped when it is given up. */
    says(reporting, 1, report, 200, "");
    assert_true(keeps(reporting, "41111111", 8));
    reader_expire(reporting, 1000);
    assert_false(keeps(reporting, "41111111", 8));
    reader_free(typing);
    reader_free(reporting);
}

/* What is skipped and what is a card is wiped like all else. */
static void test_all_wiped(void **state)
{
    struct reader *reader = reader_of(STX, NULL);

    (void)state;
    says(reader, 0,
         "garbage\x02"
         "0500A1B2C3D5\x03\x02"
         "05",
         7 + 14 + 3, "u:0500A1B2C3\n");
    assert_false(keeps(reader, "garbage", 7));
    assert_false(keeps(reader, "0500A1", 6));
    assert_true(keeps(reader,
                      "\x02"
                      "05",
                      3)); /* begins the next frame */
    reader_free(reader);
}

/* A driver that waits for ever and counts the bytes that it is shown for the first time. */
static size_t fresh;

static enum scan_result waiting_scan(const struct reader_setup *setup, const uint8_t *bytes,
                                     size_t n, size_t seen, size_t *ret_n)
{
    (void)setup;
    (void)ret_n;
    fresh += n - seen;
    if (bytes[0] != '!')
        return SCAN_MORE;
    *ret_n = 1;
    return SCAN_SKIP;
}

static int no_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                     struct card_read *ret_card)
{
    (void)setup;
    (void)frame;
    (void)n;
    (void)ret_card;
    return -EBADMSG;
}

/* No byte is shown as new twice, but behind one that was skipped. */
static void test_seen(void **state)
{
    static const struct driver waiting = {
        .name = "waiting", .bus = "tty", .gap_ms = 100, .scan = waiting_scan, .decode = no_decode};
    static const struct device_facts facts;
    struct model model = {.driver = &waiting};
    struct reader *reader;

    (void)state;
    assert_int_equal(reader_new(&model, &facts, &reader), 0);
    for (size_t i = 0; i < 1000; i++)
        says(reader, 0, "9", 1, "");
    assert_int_equal(fresh, 1000);
    reader_expire(reader, 100);
    fresh = 0;
    says(reader, 100, "!99", 3, "");
    assert_int_equal(fresh, 3 + 2);
    says(reader, 100, "9", 1, "");
    assert_int_equal(fresh, 3 + 2 + 1);
    reader_free(reader);
}

/* Caps Lock makes capitals until it is pressed again: "E" is how a misread track is written. */
static void test_caps_lock(void **state)
{
    static const uint8_t caps[16] = {0, 0, 0x39};
    struct reader *reader = reader_of(KEYBOARD, NULL);
    uint8_t reports[128];
    size_t n = typed("%", reports);

    (void)state;
    says(reader, 0, reports, n, "");
    says(reader, 0, caps, sizeof(caps), "");
    n = typed("e?\n", reports);
    says(reader, 0, reports, n, "bad\n");
    n = typed("%", reports);
    says(reader, 1, reports, n, "");
    says(reader, 1, caps, sizeof(caps), "");
    n = typed("E", reports); /* with Shift: a small one */
    says(reader, 1, reports, n, "");
    says(reader, 1, caps, sizeof(caps), "");
    n = typed("1?\n", reports);
    says(reader, 1, reports, n, "n:E1\n");
    reader_free(reader);
}

static int64_t cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Two drivers whose frames may be long, fed with 500 frames that never end, a byte or report at
 * a time: a search that began anew with each would look at FRAME_MAX / 2 times as much. The
 * limit is wide enough for a slow machine under sanitizers. */
static void test_cost(void **state)
{
    struct reader *lines = reader_of(LINE, NULL), *keys = reader_of(KEYBOARD, NULL);
    const uint8_t a[8] = {0, 0, 4}, b[8] = {0, 0, 5};
    struct said said = {.n = 0};
    int64_t begin = cpu_ms();

    (void)state;
    for (int64_t frame = 0; frame < 500; frame++) {
        for (int64_t i = 0; i < 8000; i++)
            reader_feed(lines, frame * 1000, (const uint8_t *)"9", 1, &said_events, &said);
        for (int64_t i = 0; i < 4000; i++) /* silent after every thousandth */
            reader_feed(keys, frame * 4000 + i / 1000 * 1000, i % 2 ? a : b, 8, &said_events,
                        &said);
    }
    print_message("%lld ms\n", (long long)(cpu_ms() - begin));
    assert_true(cpu_ms() - begin < 2000);
    assert_string_equal(said.text, "");
    assert_int_equal(reader_counts(lines)->dropped, 499);
    reader_free(lines);
    reader_free(keys);
}

static void test_no_such_device(void **state)
{
    const struct device_facts other = {.interface_class = 3, .report_size = 64};
    struct model model = model_of(MAGTEK);
    struct reader *reader = NULL;

    (void)state;
    assert_int_equal(reader_new(&model, &other, &reader), -ENODEV);
    assert_null(reader);
    assert_null(reader_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endless),        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_longest_swipe),  cmocka_unit_test(test_bank_card_wiped),
        cmocka_unit_test(test_all_wiped),      cmocka_unit_test(test_seen),
        cmocka_unit_test(test_caps_lock),      cmocka_unit_test(test_cost),
        cmocka_unit_test(test_no_such_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
