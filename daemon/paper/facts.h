/* facts.h - what every paper says, out of one snapshot: read once, so that all pages agree.
 *
 * Memory: paper_begin() to paper_end(); texts live in between. Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_FACTS_H
#define ANCHANG_PAPER_FACTS_H

#include "daemon/paper/paper.h"
#include "db/state.h"

enum paper_text {
#define TEXT(symbol, zh, en) T_##symbol,
#include "daemon/paper/text.def"
#undef TEXT
    PAPER_TEXT_COUNT
};

struct paper {
    struct snapshot *snapshot; /* borrowed */
    const struct content *content;
    const char *states; /* letter by index of the content's units; owned */
    struct snapshot_head head;
    enum lang lang;
    bool draft, show_deal;
    const char *work_dir;
    const char *name;            /* of the project */
    const char *basis;           /* gross, inner, unit */
    const char *phone;           /* the sales office's; "": not said */
    const char *complaint_phone; /* for price complaints; "": not disclosed */
    const char *marks[3];        /* what every page is marked with; NULL-ended unless full */
    size_t n_marks;
    char id[96];        /* the snapshot: 12 digits of the hash, "-" and the last loss if any */
    char version[64];   /* "第 3 版", or the draft's word */
    char approved[320]; /* role and time; "" for a draft */
    char data_time[32];
    char valid[16];          /* the day until which the prices hold; "": not said */
    char permits[1024];      /* numbers */
    const char *layout_name; /* of the layout looked up last */
    int64_t layout_id;
};

int paper_begin(const struct paper_request *request, struct paper *ret_paper);
void paper_end(struct paper *paper);

const char *paper_word(const struct paper *paper, enum paper_text text);
/* The word as a format with one argument; what does not fit is cut between characters. */
void paper_name(const struct paper *paper, enum paper_text text, const char *name, char *out,
                size_t size);
void paper_count(const struct paper *paper, enum paper_text text, size_t a, size_t b, char *out,
                 size_t size);

const char *paper_state_word(const struct paper *paper, char state);
const char *paper_class_word(const struct paper *paper, const struct published_unit *u);
const char *paper_stage_word(const struct paper *paper, const struct published_unit *u);
const char *paper_layout(struct paper *paper, int64_t layout_id); /* "" when it has none */
/* Why it is not for sale, that it is the model room, and its public note. */
void paper_note(const struct paper *paper, size_t index, char *out, size_t size);
/* Names people would say: a bare number gets its noun; a nameless building is the project. */
void paper_building(const struct paper *paper, const char *name, char *out, size_t size);
void paper_stair(const struct paper *paper, const char *name, char *out, size_t size);

/* List total and deal total of unit @index in fen, as its state lets them be shown; 0: not shown.
 * */
int64_t paper_total(const struct paper *paper, size_t index);
int64_t paper_deal(const struct paper *paper, size_t index);

/* The units of the building that begins at @first: [@first, @first + n). */
size_t paper_building_units(const struct paper *paper, size_t first);
/* How many of [@first, @first + @n) read @state. */
size_t paper_count_state(const struct paper *paper, size_t first, size_t n, char state);

void paper_area(int64_t area, char *out, size_t size); /* 0.01 m2 -> "1,234.56"; "" when unknown */
/* Copies at most @size - 1 bytes of @text, cut between characters. */
void paper_clip(const char *text, char *out, size_t size);

/* The notes at the end of a price list: headings and paragraphs. */
struct paper_note_line {
    bool heading;
    const char *label; /* "" none */
    const char *text;
};
int paper_notes(struct paper *paper, int (*each)(void *arg, const struct paper_note_line *line),
                void *arg);

/* One kind each; *@ret_bytes malloc'ed. */
int paper_chart_pdf(struct paper *paper, char **ret_bytes, size_t *ret_n);
int paper_chart_xlsx(struct paper *paper, char **ret_bytes, size_t *ret_n);
int paper_prices_pdf(struct paper *paper, char **ret_bytes, size_t *ret_n);
int paper_prices_xlsx(struct paper *paper, char **ret_bytes, size_t *ret_n);

#endif
