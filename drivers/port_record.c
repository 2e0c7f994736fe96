/* port_record.c - see port_record.h. Pieces are held until the reader has said what they were. */
#include "drivers/port_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/capture.h"

enum { HELD_BYTES = 4 * FRAME_MAX, HELD_PIECES = 2048, ROW = 16 };

struct record {
    FILE *file;
    int64_t begin_ms;
    int error;                  /* why nothing more is written */
    struct reader_counts known; /* when the last piece was fed */
    struct {
        int64_t at_ms;
        size_t n;
    } pieces[HELD_PIECES];
    size_t n_pieces, n_bytes;
    uint8_t bytes[HELD_BYTES];
};

/* ---- the text ---- */

static void bytes_write(FILE *f, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(f, " %02x", bytes[i]);
    fputc('\n', f);
}

static void header_write(FILE *f, const char *by, const struct device_id *id,
                         const struct model *model, const struct line_settings *line,
                         const struct device_facts *facts)
{
    fprintf(f, "# Device: %s\n", id->product[0] ? id->product : model->name);
    fprintf(f, "# Model: %s\n", model->id);
    if (line)
        fprintf(f, "# Transport: %s %u %u%c%u\n", id->bus, line->baud, line->data_bits,
                line->parity - 'a' + 'A', line->stop_bits);
    else
        fprintf(f, "# Transport: %s\n", id->bus);
    fprintf(f, "# Recorded: %s\n", by);
    if (!facts->report_size)
        return;
    fprintf(f, "# Usb-Id: %04x:%04x:%u\n", id->vid, id->pid, id->interface);
    fprintf(f, "# Interface-Class: %u/%u/%u\n", facts->interface_class, facts->interface_subclass,
            facts->interface_protocol);
    fprintf(f, "# Report-Size: %zu\n", facts->report_size);
    for (size_t i = 0; i < facts->n_descriptor; i += ROW) {
        size_t n = facts->n_descriptor - i < ROW ? facts->n_descriptor - i : ROW;

        fprintf(f, "# Descriptor:");
        bytes_write(f, facts->descriptor + i, n);
    }
}

static int written(struct record *record)
{
    if (fflush(record->file) != 0 || ferror(record->file))
        record->error = errno ? -errno : -EIO;
    else if (ftell(record->file) > CAPTURE_FILE_MAX - (HELD_BYTES + HELD_PIECES) * 4)
        record->error = -EFBIG;
    return record->error;
}

/* ---- what is held ---- */

static void held_wipe(struct record *record)
{
    explicit_bzero(record->bytes, record->n_bytes);
    record->n_pieces = record->n_bytes = 0;
}

static void held_write(struct record *record)
{
    const uint8_t *at = record->bytes;

    for (size_t i = 0; i < record->n_pieces; i++) {
        fprintf(record->file, "< %" PRId64, record->pieces[i].at_ms);
        bytes_write(record->file, at, record->pieces[i].n);
        at += record->pieces[i].n;
    }
    held_wipe(record);
}

/* No room: it was no card anyway. */
static void hold(struct record *record, int64_t at_ms, const uint8_t *bytes, size_t n)
{
    if (record->n_pieces == HELD_PIECES || n > HELD_BYTES - record->n_bytes)
        held_wipe(record);
    memcpy(record->bytes + record->n_bytes, bytes, n);
    record->n_bytes += n;
    record->pieces[record->n_pieces].at_ms = at_ms;
    record->pieces[record->n_pieces++].n = n;
}

/* ---- */

int record_begin(const char *path, const char *by, const struct device_id *id,
                 const struct model *model, const struct line_settings *line,
                 const struct device_facts *facts, const struct reader *reader, int64_t now_ms,
                 struct record **ret_record)
{
    struct record *record = calloc(1, sizeof(*record));
    int fd, r;

    if (!record)
        return -ENOMEM;
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    record->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!record->file) {
        r = -errno;
        if (fd >= 0)
            close(fd);
        free(record);
        return r;
    }
    record->begin_ms = now_ms;
    record->known = *reader_counts(reader);
    header_write(record->file, by, id, model, line, facts);
    r = written(record);
    if (r < 0) {
        record_end(record, now_ms, 0);
        return r;
    }
    *ret_record = record;
    return 0;
}

int record_fed(struct record *record, int64_t now_ms, const uint8_t *bytes, size_t n,
               struct reader *reader)
{
    struct reader_counts was = record->known;
    bool begun = reader_expire(reader, now_ms) >= 0;

    record->known = *reader_counts(reader);
    if (record->error)
        return record->error;
    hold(record, now_ms - record->begin_ms, bytes, n);
    if (record->known.refused != was.refused || record->known.bad != was.bad ||
        record->known.skipped != was.skipped) {
        held_wipe(record);
        fprintf(record->file, "# left out: no card of ours\n");
    } else if (record->known.cards != was.cards && !begun) {
        held_write(record);
    } else {
        return 0; /* the beginning of a card, perhaps */
    }
    return written(record);
}

static const char *error_name(int error)
{
    switch (error) {
    case -ENODEV:
        return "hangup";
    case -EPIPE:
        return "EPIPE";
    case -EOVERFLOW:
        return "EOVERFLOW";
    case -ETIMEDOUT:
        return "ETIMEDOUT";
    default:
        return "EIO";
    }
}

struct record *record_end(struct record *record, int64_t now_ms, int error)
{
    if (!record)
        return NULL;
    if (error && !record->error)
        fprintf(record->file, "! %" PRId64 " %s\n", now_ms - record->begin_ms, error_name(error));
    (void)fclose(record->file);
    held_wipe(record);
    free(record);
    return NULL;
}
