/* Any bytes as a model file and as a capture: taken within bounds, or refused with the place. */
#include <stdlib.h>
#include <string.h>

#include "drivers/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_model(const char *text, size_t n)
{
    struct model model;
    char error[MODEL_ERROR_MAX] = "";
    int r = model_parse("f.model", text, n, &model, error, sizeof(error));

    if (r < 0) {
        if (strncmp(error, "f.model:", 8) != 0)
            abort();
        return;
    }
    if (strcmp(model.id, "f") != 0 || !model.name[0] || !model.driver ||
        model.n_usb > MODEL_USB_MAX ||
        (strcmp(model.driver->bus, "usb") == 0) != (model.n_usb > 0) ||
        model.form.length_min > model.form.length_max || model.form.length_max > CARD_NUMBER_MAX ||
        model.form.uid_bytes > CARD_UID_MAX || model.form.track > 3 || model.line.baud < 300)
        abort();
}

static void check_capture(const char *text, size_t n)
{
    struct capture *c;
    char error[MODEL_ERROR_MAX] = "";
    size_t offset = 0;

    if (capture_parse("f.cap", text, n, &c, error, sizeof(error)) < 0) {
        if (strncmp(error, "f.cap:", 6) != 0)
            abort();
        return;
    }
    for (size_t i = 0; i < c->n_events; i++) {
        const struct capture_event *e = &c->events[i];

        if (e->offset != offset || e->n > PORT_CHUNK_MAX ||
            (e->kind == CAPTURE_ERROR) != (e->error < 0) ||
            (e->kind == CAPTURE_ERROR) == (e->n > 0) || (i > 0 && e->at_ms < e[-1].at_ms))
            abort();
        offset += e->n;
    }
    if (offset != c->n_bytes || c->facts.n_descriptor > PORT_DESCRIPTOR_MAX)
        abort();
    capture_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    check_model(text, size);
    check_capture(text, size);
    free(text);
    return 0;
}
