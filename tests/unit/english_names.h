/* english_names.h - that what is made by default is named in both languages. */
#ifndef ANCHANG_TESTS_ENGLISH_NAMES_H
#define ANCHANG_TESTS_ENGLISH_NAMES_H

#include "fixture.h"

#include "db/default_name.h"

/* Of the names that @sql gives none is there in Chinese alone. */
static inline void check_english(struct fixture *f, const char *sql)
{
    struct stmt *s;
    int n = 0;

    assert_int_equal(db_query(f->db, &s, sql, ""), 0);
    for (; stmt_step(s) == 1; n++) {
        const char *name = stmt_text(s, 0), *en = default_name_in(name, LANG_EN);

        if (strcmp(en, name) == 0)
            fail_msg("%s", name);
        assert_string_equal(default_name_in(name, LANG_ZH), name);
        assert_string_equal(default_name_stored(en), name); /* sent back by an English page */
    }
    stmt_reset(s);
    assert_true(n > 0);
}

#endif
