/* model.c - one model file; see model.h. One table names every key. */
#include "drivers/model.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum section { SECTION_MODEL, SECTION_MATCH, SECTION_OPTIONS };

static const char *const sections[] = {"model", "match", "options"};

struct key {
    enum section section;
    const char *name;
    int (*set)(struct model *model, const char *value);
    const char *help; /* what a value looks like, for whoever wrote another */
};

/* ---- values ---- */

static int number_in(const char *text, unsigned min, unsigned max, unsigned *ret_value)
{
    unsigned value;

    if (parse_number(&text, max, &value) < 0 || *text || value < min)
        return -EINVAL;
    *ret_value = value;
    return 0;
}

/* The place of @text in a list that ends with NULL. */
static int choice(const char *const *words, const char *text)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -EINVAL;
}

/* Length of the UTF-8 character that @s begins with (RFC 3629); 0: none, or a control character. */
static size_t character(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;

    if (s[0] < 0x20 || s[0] == 0x7F || (s[0] >= 0x80 && s[0] < 0xC2) || s[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((s[0] == 0xC2 && s[1] < 0xA0) || (s[0] == 0xE0 && s[1] < 0xA0) ||
        (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) ||
        (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return n;
}

static int text_set(char *out, size_t size, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    if (strlen(text) >= size || !*text)
        return -EINVAL;
    for (size_t n; *s; s += n) {
        n = character(s);
        if (n == 0)
            return -EINVAL;
    }
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int name_set(struct model *model, const char *value)
{
    return text_set(model->name, sizeof(model->name), value);
}

static int driver_set(struct model *model, const char *value)
{
    model->driver = driver_find(value);
    return model->driver ? 0 : -EINVAL;
}

static int maturity_set(struct model *model, const char *value)
{
    static const char *const words[] = {"experimental", "beta", "stable", NULL};
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->maturity = (enum driver_maturity)i;
    return 0;
}

static bool serial_chip(const struct usb_id *usb)
{
#define SERIAL_CHIP(vid, pid, name) {vid, pid},
    static const uint16_t chips[][2] = {
#include "drivers/serial_chips.def"
    };
#undef SERIAL_CHIP

    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
        if (usb->vid == chips[i][0] && usb->pid == chips[i][1])
            return true;
    return false;
}

static int usb_set(struct model *model, const char *value)
{
    while (*value) {
        struct usb_id usb;

        if (model->n_usb == MODEL_USB_MAX)
            return -E2BIG;
        if (parse_usb_id(&value, &usb) < 0 || (*value && *value != ' ') || serial_chip(&usb))
            return -EINVAL;
        model->usb[model->n_usb++] = usb;
        value += strspn(value, " ");
    }
    return model->n_usb > 0 ? 0 : -EINVAL;
}

static int pcsc_set(struct model *model, const char *value)
{
    return text_set(model->pcsc, sizeof(model->pcsc), value);
}

static int form_set(struct model *model, const char *value)
{
    static const char *const words[] = {
        [CARD_TEXT_HEX] = "hex",
        [CARD_TEXT_DEC8] = "dec8",
        [CARD_TEXT_DEC10] = "dec10",
        [CARD_TEXT_DEC13] = "dec13",
        [CARD_TEXT_FACILITY] = "facility",
        [CARD_TEXT_BITS] = "bits",
        [CARD_TEXT_NUMBER] = "number",
        [CARD_TEXT_TRACKS] = "tracks",
        NULL,
    };
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->form.text = (enum card_text)i;
    return 0;
}

static int uid_order_set(struct model *model, const char *value)
{
    static const char *const words[] = {"as-sent", "reversed", NULL};
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->form.reversed = i == 1;
    return 0;
}

static int uid_bytes_set(struct model *model, const char *value)
{
    return number_in(value, CARD_UID_MIN, CARD_UID_MAX, &model->form.uid_bytes);
}

static int track_set(struct model *model, const char *value)
{
    static const char *const words[] = {"any", "1", "2", "3", NULL};
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->form.track = (unsigned)i;
    return 0;
}

static int lrc_set(struct model *model, const char *value)
{
    static const char *const words[] = {"no", "yes", NULL};
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->form.lrc = i == 1;
    return 0;
}

static int prefix_set(struct model *model, const char *value)
{
    size_t n = strlen(value);

    if (n == 0 || n > CARD_PREFIX_MAX ||
        strspn(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != n)
        return -EINVAL;
    memcpy(model->form.prefix, value, n + 1);
    return 0;
}

/* "10" or "8-12" */
static int length_set(struct model *model, const char *value)
{
    unsigned min, max;

    if (parse_number(&value, CARD_NUMBER_MAX, &min) < 0)
        return -EINVAL;
    max = min;
    if (*value == '-') {
        value++;
        if (parse_number(&value, CARD_NUMBER_MAX, &max) < 0)
            return -EINVAL;
    }
    if (*value || min == 0 || max < min)
        return -EINVAL;
    model->form.length_min = min;
    model->form.length_max = max;
    return 0;
}

static int msr_layout_set(struct model *model, const char *value)
{
    static const char *const words[] = {
        [MSR_BY_DESCRIPTOR] = "descriptor", [MSR_MAGTEK] = "magtek", NULL};
    int i = choice(words, value);

    if (i < 0)
        return i;
    model->msr = (enum msr_layout)i;
    return 0;
}

static int baud_set(struct model *model, const char *value)
{
    return number_in(value, 300, 921600, &model->line.baud);
}

static int line_set(struct model *model, const char *value)
{
    return parse_line_bits(&value, &model->line) < 0 || *value ? -EINVAL : 0;
}

static const struct key keys[] = {
    {SECTION_MODEL, "name", name_set, "the name shown"},
    {SECTION_MODEL, "driver", driver_set, "the name of a driver"},
    {SECTION_MODEL, "maturity", maturity_set, "experimental, beta, stable"},
    {SECTION_MATCH, "usb", usb_set, "VID:PID:interface, no bare serial chip"},
    {SECTION_MATCH, "pcsc", pcsc_set, "the reader's name, * for any part of it"},
    {SECTION_OPTIONS, "form", form_set, "hex, dec8, dec10, dec13, facility, bits, number, tracks"},
    {SECTION_OPTIONS, "uid-order", uid_order_set, "as-sent, reversed"},
    {SECTION_OPTIONS, "uid-bytes", uid_bytes_set, "3 to 16, kept from the end"},
    {SECTION_OPTIONS, "track", track_set, "1, 2, 3, any"},
    {SECTION_OPTIONS, "lrc", lrc_set, "yes, no"},
    {SECTION_OPTIONS, "number-prefix", prefix_set, "capital letters, digits and -"},
    {SECTION_OPTIONS, "number-length", length_set, "characters, 10 or 8-12"},
    {SECTION_OPTIONS, "msr-layout", msr_layout_set, "descriptor, magtek"},
    {SECTION_OPTIONS, "baud", baud_set, "300 to 921600"},
    {SECTION_OPTIONS, "line", line_set, "data bits, parity and stop bits, 8N1"},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* ---- the file ---- */

struct reading {
    struct model model;
    bool seen[KEYS];
    char what[240]; /* of the first line that is wrong; ini_parse_string() returns its number */
};

static const struct key *key_find(const char *section, const char *name)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(sections[keys[i].section], section) == 0 && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static void key_read(struct reading *reading, const char *section, const char *name,
                     const char *value)
{
    const struct key *key = key_find(section, name);
    const struct driver *driver = reading->model.driver;
    char *what = reading->what;
    size_t size = sizeof(reading->what);

    if (!key)
        snprintf(what, size, "unknown key %s in [%s]", name, section);
    else if (reading->seen[key - keys])
        snprintf(what, size, "%s twice", name);
    else if (key->section != SECTION_MODEL && !driver)
        snprintf(what, size, "the driver must be named before [%s]", section);
    else if (key->section == SECTION_OPTIONS && choice(driver->options, name) < 0)
        snprintf(what, size, "the driver %s has no option %s", driver->name, name);
    else if (key->set(&reading->model, value) < 0)
        snprintf(what, size, "\"%s\" is no value for %s (%s)", value, name, key->help);
    else
        reading->seen[key - keys] = true;
}

static int value_found(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *reading = arg;

    if (!reading->what[0])
        key_read(reading, section, name, value);
    return !reading->what[0];
}

/* Bytes of a UID in this form; CARD_UID_MAX: as many as the card has. */
static unsigned form_bytes(enum card_text text)
{
    switch (text) {
    case CARD_TEXT_DEC8:
    case CARD_TEXT_FACILITY:
        return 3;
    case CARD_TEXT_DEC10:
    case CARD_TEXT_BITS:
        return 4;
    case CARD_TEXT_DEC13:
        return 5;
    default:
        return CARD_UID_MAX;
    }
}

/* What no single line can tell: "" nothing is wrong. */
static const char *whole_check(const struct model *model)
{
    if (!model->name[0] || !model->driver)
        return "name and driver are needed";
    if ((strcmp(model->driver->bus, "usb") == 0) != (model->n_usb > 0))
        return "a model is matched by usb when its driver is for USB, and only then";
    if ((strcmp(model->driver->bus, "pcsc") == 0) != (model->pcsc[0] != '\0'))
        return "a model is matched by pcsc when its driver is for PC/SC, and only then";
    if (model->form.uid_bytes > form_bytes(model->form.text))
        return "uid-bytes is more than this form has";
    return "";
}

/* From "…/<id>.model". */
static int id_set(struct model *model, const char *name)
{
    const char *slash = strrchr(name, '/'), *id = slash ? slash + 1 : name;
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (n == 0 || n > MODEL_ID_MAX || strcmp(id + n, ".model") != 0)
        return -EINVAL;
    memcpy(model->id, id, n);
    model->id[n] = '\0';
    return 0;
}

int model_parse(const char *name, const char *text, size_t n, struct model *ret_model, char *error,
                size_t error_size)
{
    struct reading reading = {.model.line = {.baud = 9600, 8, 1, 'n'}};
    const char *wrong;
    int line;

    if (id_set(&reading.model, name) < 0) {
        snprintf(error, error_size, "%s: is not named <id>.model with a-z, 0-9 and - in the id",
                 name);
        return -EINVAL;
    }
    if (strlen(text) != n) {
        snprintf(error, error_size, "%s: holds a NUL", name);
        return -EINVAL;
    }
    line = ini_parse_string(text, value_found, &reading);
    if (line != 0) {
        snprintf(error, error_size, "%s:%d: %s", name, line,
                 reading.what[0] ? reading.what : "not understood");
        return -EINVAL;
    }
    wrong = whole_check(&reading.model);
    if (*wrong) {
        snprintf(error, error_size, "%s: %s", name, wrong);
        return -EINVAL;
    }
    *ret_model = reading.model;
    return 0;
}
