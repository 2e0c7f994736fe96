/* model.h - one reader as sold: a text file that says by what it is known, which driver reads it
 * and how it writes a card.
 *
 * INI, UTF-8, named <id>.model. model.c holds the one table of keys; drivers/README.md shows a file
 * line by line. A USB reader is known by VID:PID:interface exactly (never "any keyboard"), one of
 * PC/SC by a pattern of its name; a serial one by nothing, because a serial chip says nothing of
 * what is soldered to it: the configuration names its path and the id of its model.
 *
 * Read once at start; then constant and any thread.
 */
#ifndef ANCHANG_DRIVERS_MODEL_H
#define ANCHANG_DRIVERS_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "drivers/card_form.h"
#include "drivers/device.h"
#include "drivers/driver.h"
#include "drivers/parse.h"

enum {
    MODEL_ID_MAX = 48,   /* [a-z0-9-], the file's name */
    MODEL_NAME_MAX = 96, /* bytes */
    MODEL_PATTERN_MAX = 96,
    MODEL_USB_MAX = 8,          /* identifiers of one model */
    MODEL_FILE_MAX = 64 * 1024, /* bytes: an lsusb dump as comment fits */
    MODELS_MAX = 512,           /* of all folders */
    MODEL_ERROR_MAX = 400,      /* room that an error text wants */
};

enum msr_layout {
    MSR_BY_DESCRIPTOR, /* usages of page 0x8E, or their like of MagTek's own page */
    MSR_MAGTEK,        /* 337 bytes: 3 states, 3 lengths, card kind, 3 x 110 bytes */
};

struct model {
    char id[MODEL_ID_MAX + 1];
    char name[MODEL_NAME_MAX + 1]; /* as shown, UTF-8 without control characters */
    enum driver_maturity maturity;
    const struct driver *driver;

    struct usb_id usb[MODEL_USB_MAX];
    size_t n_usb;
    char pcsc[MODEL_PATTERN_MAX + 1]; /* fnmatch(3) on the reader's name; "" none */

    struct card_form form;
    struct line_settings line;
    enum msr_layout msr;
};

struct models;

/* All *.model of @folders (NULL-terminated); of two with one id the later folder's counts. A folder
 * that is not there is an empty one. -EINVAL and @error "file:12: …": a file is not understood, or
 * two of one folder claim one device; other errors: reading failed, @error names the file. */
int models_load(const char *const *folders, struct models **ret_models, char *error,
                size_t error_size);
struct models *models_free(struct models *models);

/* In the order of their ids; NULL behind the last. */
const struct model *models_at(const struct models *models, size_t i);
const struct model *models_find(const struct models *models, const char *id);
/* The model of a device that was found; NULL: none, the device is not ours (always for tty). */
const struct model *models_match(const struct models *models, const struct device_id *device);

/* One file's text, for tests and fuzzers; @name is its path, from which the id is taken. */
int model_parse(const char *name, const char *text, size_t n, struct model *ret_model, char *error,
                size_t error_size);

#endif
