/* mapping.h - from the columns of a list to fields, from its words to codes, from a row to a unit.
 *
 * A mapping is a flat value that the user confirms; mapping_detect() only proposes one. What a
 * row has that the mapping does not settle becomes a problem of a class, never a guess.
 * Thread: any. Memory: no struct here owns any.
 */
#ifndef ANCHANG_SHEET_MAPPING_H
#define ANCHANG_SHEET_MAPPING_H

#include "daemon/sheet/sheet.h"
#include "daemon/sheet/unit_row.h"

enum {
    MAPPING_WORDS_MAX = 128, /* words of one kind that can be given a meaning */
    MAPPING_PROJECTS_MAX = 64,
    MAPPING_HEADER_ROWS = 30,     /* rows searched for the heading */
    MAPPING_AREA_MAX = 100000000, /* 1,000,000 m2 in 0.01 m2 */
    MAPPING_HEIGHT_MAX = 10000,   /* 100 m in 0.01 m */
};
#define MAPPING_UNIT_PRICE_MAX INT64_C(1000000000)     /* 10,000,000 yuan per m2 in fen */
#define MAPPING_TOTAL_MAX      INT64_C(10000000000000) /* 100,000,000,000 yuan in fen */

enum price_basis { BASIS_GROSS, BASIS_INNER };

struct mapping_column {
    int column;       /* 0-based; -1: the list has none */
    unsigned power10; /* 4 for money in 万元 */
};

struct mapping_word {
    char word[64]; /* as in the list; compared folded */
    char code[24]; /* a state letter, or the code of a use */
};

struct mapping_words {
    struct mapping_word words[MAPPING_WORDS_MAX];
    size_t n;
};

struct mapping {
    size_t sheet;       /* index of the sheet */
    int64_t header_row; /* rows up to this one are not data; 0: all are */
    struct mapping_column columns[FIELD_COUNT];
    struct mapping_words status, classes;
    char project[96]; /* for lists without the column, and rows that leave it empty */
    char projects[MAPPING_PROJECTS_MAX][96]; /* rows of others are a problem */
    size_t n_projects;                       /* 0: every project of the list */
    char building[64];                       /* for lists without the column */
    char default_state;         /* for lists without a status column: U unless the user says more */
    char default_class[24];     /* for lists without a use column */
    enum price_basis basis;     /* which area the unit price is per */
    int64_t tolerance_fen;      /* a total may differ from area x unit price by this, or by */
    int64_t tolerance_permille; /* this much of the total, whichever is more */
};

/* What can be wrong with a row. Each has a fault (fault.def) that names it. */
enum row_problem_class {
    PROBLEM_ROOM_MISSING,
    PROBLEM_FLOOR_MISSING,
    PROBLEM_FLOOR_FROM_ROOM, /* no floor, but the room number tells one */
    PROBLEM_FLOOR_UNKNOWN,   /* "夹层": a label whose place is not known */
    PROBLEM_NUMBER,
    PROBLEM_NUMBER_RANGE,
    PROBLEM_ROUNDED, /* more than two decimals */
    PROBLEM_STATUS_UNKNOWN,
    PROBLEM_CLASS_UNKNOWN,
    PROBLEM_PRICE_MISSING,
    PROBLEM_AREA_MISSING,
    PROBLEM_AREA_ORDER, /* inner > gross */
    PROBLEM_AREA_SUM,   /* gross != inner + shared */
    PROBLEM_TOTAL_DIFFERS,
    PROBLEM_NOT_FOR_SALE,
    PROBLEM_FORMULA,
    PROBLEM_DATE, /* a name or number that the spreadsheet took for a date */
    PROBLEM_TEXT,
    PROBLEM_TEXT_LONG,
    PROBLEM_PROJECT,
    /* Found by import_scan(). */
    PROBLEM_DEAL_UNSOLD, /* a deal price of what is not sold */
    PROBLEM_DUPLICATE,
    PROBLEM_COUNT,
};

enum { ROW_PROBLEMS_MAX = 40 };

struct row_problem {
    enum row_problem_class class;
    enum unit_field field; /* FIELD_NONE: the row as a whole */
    char value[64];        /* what the list has, cut */
    int64_t number, other; /* total and product in fen; floor proposed; other row of a duplicate */
};

struct row_problems {
    struct row_problem items[ROW_PROBLEMS_MAX];
    size_t n;
};

const char *problem_name(enum row_problem_class class); /* "room-missing" and so on */
/* The class of that name, PROBLEM_COUNT when there is none. */
enum row_problem_class problem_of(const char *name);
/* Adds it to @f as an item that says what the list has. */
void problem_item(const struct row_problem *p, int64_t row, struct fault *f);
/* Whether a row with it can be imported at all. */
bool problem_may_accept(enum row_problem_class class);

/* A mapping without columns, words or project. */
void mapping_init(struct mapping *ret);

/* Looks for the heading in the first rows of the sheet selected in @s and proposes a column for
 * each field known by its heading; the first of two columns for one field. Leaves @s before its
 * first row. Returns how many fields were found (0: no heading known, columns are all -1). */
int mapping_detect(struct sheet *s, struct fault *f, struct mapping *ret);

/* The same from one row that the user points at. Returns how many fields were found. */
int mapping_from_header(const struct sheet_row *row, struct mapping *m);

/* Gives a word a meaning, or takes it away (@code ""). FAULT_IMPORT_MAPPING when @code is no
 * state, the word too long, or the table full. */
int mapping_set_status(struct mapping *m, const char *word, char state, struct fault *f);
int mapping_set_class(struct mapping *m, const char *word, const char *code, struct fault *f);

/* Whether rows can be read with @m at all: FAULT_IMPORT_MAPPING names the field if not. */
int mapping_check(const struct mapping *m, struct fault *f);

/* What a word means that the mapping does not know, where that is decided. */
struct mapping_unknown {
    char state;             /* 0: undecided */
    const char *class_code; /* borrowed; NULL: undecided; "": none */
};

/* Reads one row. Always fills @ret as far as it goes and lists what is wrong in @ret_problems; of
 * a row of another project or of no unit for sale nothing further is said, and while its class is
 * undecided nothing of what that class would owe. */
void mapping_row(const struct mapping *m, const struct sheet_row *row,
                 const struct mapping_unknown *unknown, struct unit_row *ret,
                 struct row_problems *ret_problems);

/* The text that makes a unit of a list one: project, building, stair, floor, room, folded; "21",
 * "21F" and "21层" are one floor. At most @size - 1 bytes. Returns the length. */
size_t unit_row_key(const struct unit_row *u, char *out, size_t size);

/* area x unit price in fen, half up (FC 27.2). @area in 0.01 m2, @unit_price in fen per m2. */
int64_t price_product(int64_t area, int64_t unit_price);

#endif
