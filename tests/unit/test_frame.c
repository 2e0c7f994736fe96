/* test_frame.c - every driver against the same table: a good frame, one with a wrong check, garbage
 * before, cut in two reads anywhere, two in one read, interrupted by another. */
#include "reader_fixture.h"

enum { BYTES_MAX = 1024 };

struct bytes {
    uint8_t b[BYTES_MAX];
    size_t n;
};

struct row {
    const char *legend, *model;
    struct bytes good, bad;
    const char *card;    /* what the good one is */
    bool resynchronises; /* a good one right behind a broken one is read; else after a pause */
    size_t tail;         /* bytes of a good frame behind the one that completes it */
};

static struct row rows[11];
static size_t n_rows;

#define HID         "[match]\nusb = 1234:5678:0\n"
#define KEYBOARD    "[model]\nname = K\ndriver = hid-keyboard\n" HID "[options]\n"
#define MSR         "[model]\nname = M\ndriver = hid-msr\n" HID "[options]\nmsr-layout = magtek\n"
#define TTY(driver) "[model]\nname = T\ndriver = " driver "\n[options]\n"

static struct row *row_add(const char *legend, const char *model, const char *card)
{
    struct row *row = &rows[n_rows++];

    row->legend = legend;
    row->model = model;
    row->card = card;
    return row;
}

/* MagTek's report with one text on track 2. */
static void magtek_report(struct bytes *bytes, const char *track2)
{
    size_t n = strlen(track2);

    memset(bytes->b, 0, BYTES_MAX);
    bytes->n = 337;
    bytes->b[4] = (uint8_t)n;
    memcpy(bytes->b + 7 + 110, track2, n);
}

static void row_typed(const char *legend, const char *model, const char *good, const char *bad,
                      const char *card)
{
    struct row *row = row_add(legend, model, card);

    row->good.n = typed(good, row->good.b);
    row->bad.n = typed(bad, row->bad.b);
    row->tail = 8; /* Enter going up */
}

static void row_bytes(const char *legend, const char *model, struct bytes good, struct bytes bad,
                      const char *card, bool resynchronises)
{
    struct row *row = row_add(legend, model, card);

    row->good = good;
    row->bad = bad;
    row->resynchronises = resynchronises;
}

/* Of a literal that may hold NUL. */
#define B(text) ((struct bytes){text, sizeof(text) - 1})

static int rows_make(void **state)
{
    struct row *row;

    (void)state;
    row_typed("keyboard, decimal", KEYBOARD "form = dec10\n", "0012345678\n", "001234567\n",
              "u:00BC614E\n");
    row_typed("keyboard, tracks", KEYBOARD "form = tracks\n", "%A-17?;8806=1?\n", "%E?;E?\n",
              "n:A-17\n");
    row = row_add("stripe", MSR, "n:88061234\n");
    magtek_report(&row->good, ";88061234?");
    magtek_report(&row->bad, ";8806<234?");
    row_bytes(
        "stx", TTY("stx-ascii"), B("\x02\x30\x35\x30\x30\x41\x31\x42\x32\x43\x33\x44\x35\x03"),
        B("\x02\x30\x35\x30\x30\x41\x31\x42\x32\x43\x33\x44\x36\x03"), "u:0500A1B2C3\n", true);
    row_bytes("stx, with line end", TTY("stx-ascii"),
              B("\x02\x30\x34\x61\x31\x62\x32\x63\x33\x64\x34\r\n\x03"),
              B("\x02\x30\x34\x61\x31\x62\x32\x63\x33\x64\x35\r\n\x03"), "u:04A1B2C3\n", true);
    row_bytes("length-bcc", TTY("length-bcc"), B("\x02\x0A\x02\x11\x00\x0D\xEF\x80\x7B\x03"),
              B("\x02\x0A\x02\x11\x00\x0D\xEF\x81\x7B\x03"), "u:11000DEF80\n", true);
    row_bytes("wiegand", TTY("wiegand-text") "form = facility\n", B("012,34567\r"),
              B("256,34567\r"), "u:0C8707\n", false);
    row_bytes("wiegand bits", TTY("wiegand-text") "form = bits\n",
              B("10000110010000111000001111\n"), B("10000110010000111000001110\n"), "u:0C8707\n",
              false);
    row_bytes("pcsc", "[model]\nname = P\ndriver = pcsc\n[match]\npcsc = *\n",
              B("\x09\x04\xA1\xB2\xC3\xD4\xE5\xF6\x90\x00"), B("\x02\x63\x00"),
              "u:04A1B2C3D4E5F6\n", false);
    row_bytes("virtual", "[model]\nname = V\ndriver = virtual\n", B("n:8806-1\n"), B("n:8806 1\n"),
              "n:8806-1\n", false);
    row_bytes("virtual, stripe", "[model]\nname = V\ndriver = virtual\n", B(";88061?3\n"),
              B(";88061?0\n"), "n:88061\n", false);
    return 0;
}

static struct reader *row_reader(const struct row *row)
{
    static const struct device_facts stripe = {.interface_class = 3, .report_size = 337};

    return reader_of(row->model, strstr(row->model, "msr") ? &stripe : NULL);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        struct reader *reader = row_reader(&rows[i]);

        print_message("%s\n", rows[i].legend);
        says(reader, 0, rows[i].good.b, rows[i].good.n, rows[i].card);
        assert_int_equal(reader_counts(reader)->cards, 1);
        assert_int_equal(reader_counts(reader)->skipped, 0);
        assert_int_equal(reader_expire(reader, 10000), -1); /* nothing waits */
        assert_int_equal(reader_counts(reader)->dropped, 0);
        reader_free(reader);
    }
}

static void test_bad_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        struct reader *reader = row_reader(&rows[i]);

        print_message("%s\n", rows[i].legend);
        says(reader, 0, rows[i].bad.b, rows[i].bad.n, "bad\n");
        assert_int_equal(reader_counts(reader)->bad, 1);
        says(reader, 1, rows[i].good.b, rows[i].good.n, rows[i].card);
        reader_free(reader);
    }
}

static void test_garbage_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        struct reader *reader = row_reader(&rows[i]);
        bool lengths = strstr(rows[i].model, "pcsc") != NULL; /* any byte begins a frame there */

        print_message("%s\n", rows[i].legend);
        says(reader, 0, "\xFF\xFF\xFF", 3, "");
        says(reader, lengths ? 5000 : 1, rows[i].good.b, rows[i].good.n, rows[i].card);
        assert_int_equal(reader_counts(reader)->skipped, 3);
        reader_free(reader);
    }
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        const struct row *row = &rows[i];
        size_t whole = row->good.n - row->tail;

        print_message("%s\n", row->legend);
        for (size_t cut = 1; cut < row->good.n; cut++) {
            struct reader *reader = row_reader(row);

            says(reader, 0, row->good.b, cut, cut < whole ? "" : row->card);
            says(reader, 1, row->good.b + cut, row->good.n - cut, cut < whole ? row->card : "");
            assert_int_equal(reader_counts(reader)->skipped, 0);
            reader_free(reader);
        }
    }
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        struct reader *reader = row_reader(&rows[i]);
        struct said said = {.n = 0};

        print_message("%s\n", rows[i].legend);
        for (size_t at = 0; at < rows[i].good.n; at++)
            reader_feed(reader, (int64_t)at / 64, rows[i].good.b + at, 1, &said_events, &said);
        assert_string_equal(said.text, rows[i].card);
        reader_free(reader);
    }
}

static void test_two_in_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        struct reader *reader = row_reader(&rows[i]);
        uint8_t two[2 * BYTES_MAX];
        char cards[128];
        size_t n = rows[i].good.n;

        print_message("%s\n", rows[i].legend);
        memcpy(two, rows[i].good.b, n);
        memcpy(two + n, rows[i].good.b, n);
        snprintf(cards, sizeof(cards), "%s%s", rows[i].card, rows[i].card);
        says(reader, 0, two, 2 * n, cards);
        reader_free(reader);
    }
}

/* Wherever one was broken off: never another card, and the same card again at the latest after a
 * pause. */
static void test_interrupted(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        const struct row *row = &rows[i];

        print_message("%s\n", row->legend);
        for (size_t cut = 1; cut < row->good.n - row->tail; cut++) {
            struct reader *reader = row_reader(row);
            struct said said = {.n = 0};

            reader_feed(reader, 0, row->good.b, cut, &said_events, &said);
            reader_feed(reader, 1, row->good.b, row->good.n, &said_events, &said);
            if (row->resynchronises)
                assert_string_equal(said.text, row->card);
            for (const char *line = said.text; *line; line = strchr(line, '\n') + 1)
                assert_true(strncmp(line, row->card, strlen(row->card)) == 0 ||
                            strncmp(line, "bad\n", 4) == 0);
            says(reader, 5000, row->good.b, row->good.n, row->card);
            reader_free(reader);
        }
    }
}

/* What was begun and not ended is given up after the driver's gap, and its bytes are counted. */
static void test_gap(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_rows; i++) {
        const struct row *row = &rows[i];
        struct reader *reader = row_reader(row);
        unsigned gap = driver_find(model_of(row->model).driver->name)->gap_ms;

        print_message("%s\n", row->legend);
        says(reader, 0, row->good.b, 1, "");
        assert_int_equal(reader_expire(reader, 0), gap);
        assert_int_equal(reader_expire(reader, gap - 1), 1);
        assert_int_equal(reader_expire(reader, gap), -1);
        assert_int_equal(reader_counts(reader)->dropped, 1);
        assert_int_equal(reader_counts(reader)->skipped, 1);
        says(reader, gap, row->good.b, row->good.n, row->card);
        reader_free(reader);
    }
}

/* Every driver is in the table. */
static void test_complete(void **state)
{
    (void)state;
    for (size_t d = 0; drivers[d]; d++) {
        bool found = false;

        for (size_t i = 0; i < n_rows; i++)
            found = found || model_of(rows[i].model).driver == drivers[d];
        if (!found)
            fail_msg("no row for %s", drivers[d]->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_bad_check),
        cmocka_unit_test(test_garbage_before), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_byte_by_byte),   cmocka_unit_test(test_two_in_one),
        cmocka_unit_test(test_interrupted),    cmocka_unit_test(test_gap),
        cmocka_unit_test(test_complete),
    };

    return cmocka_run_group_tests(tests, rows_make, NULL);
}
