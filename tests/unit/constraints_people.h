/* constraints_people.h - people, terminals, devices, first answers and the audit log. */
#ifndef TESTS_CONSTRAINTS_PEOPLE_H
#define TESTS_CONSTRAINTS_PEOPLE_H

#include "constraints.h"

#define AUDIT(seq, prev, hash)                                                                     \
    "INSERT INTO audit VALUES (" #seq ", " prev ", " hash ", 1, 1, 1, 1, 'a', 'b', 'c', 0, '')"

static const char people_seed[] =
    "INSERT INTO terminal (id, kind, name, token_hash, created_ms) VALUES (1, 'kiosk', 'k', "
    "x'01', 1);"
    "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES (1, 'user', "
    "'u', 'h', 1), (2, 'second', 's', 'h', 1), (3, 'third', 't', 'h', 1);"
    "INSERT INTO post (id, name, role, all_projects, created_ms) VALUES (1, 'p', 'admin', 1, 1);"
    "INSERT INTO post_right VALUES (1, 'r'); INSERT INTO post_project VALUES (1, 1);"
    "INSERT INTO post_building VALUES (1, 1); INSERT INTO user_post VALUES (1, 1);"
    "INSERT INTO device (kind, bus, mark, model, name, terminal_id, added_ms, seen_ms) VALUES "
    "('reader', 'usb', 'm', 'o', 'n', 1, 1, 1), ('reader', 'tty', 'm', 'o', 'n', 1, 1, 1);"
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'help', 1), (NULL, 'disk', 1);"
    "INSERT INTO idempotency VALUES ('s', 'k', x'00', 200, x'00', 1);";

static const char *const people_refused[] = {
    /* people */
    "INSERT INTO user_account (login, name, password_hash, created_ms) VALUES ('user', 'v', 'h', "
    "1)",
    "UPDATE user_account SET login = 'x' WHERE id = 1",
    "UPDATE user_account SET name = ''",
    "UPDATE user_account SET must_change = 2",
    "UPDATE user_account SET enabled = 2",
    "INSERT INTO post (name, all_projects, created_ms) VALUES ('p', 1, 1)",
    "UPDATE post SET name = ''",
    "INSERT INTO post (name, role, all_projects, created_ms) VALUES ('q', 'admin', 1, 1)",
    "UPDATE post SET all_projects = 2",
    "INSERT INTO post_right VALUES (99, 'r')",
    "INSERT INTO post_right VALUES (1, 'r')",
    "INSERT INTO post_project VALUES (99, 1)",
    "INSERT INTO post_project VALUES (1, 99)",
    "INSERT INTO post_project VALUES (1, 1)",
    "INSERT INTO post_building VALUES (99, 1)",
    "INSERT INTO post_building VALUES (1, 99)",
    "INSERT INTO post_building VALUES (1, 1)",
    "INSERT INTO user_post VALUES (99, 1)",
    "INSERT INTO user_post VALUES (1, 99)",
    "INSERT INTO user_post VALUES (1, 1)",
    "UPDATE terminal SET kind = 'toaster'",
    "UPDATE terminal SET name = ''",
    "UPDATE terminal SET project_id = 99",
    "INSERT INTO terminal (kind, name, token_hash, created_ms) VALUES ('kiosk', 'l', x'01', 1)",
    "UPDATE device SET kind = 'toaster'",
    "UPDATE device SET bus = 'coach' WHERE bus = 'usb'",
    "UPDATE device SET bus = 'pcsc'",
    "UPDATE device SET mark = '' WHERE bus = 'usb'",
    "UPDATE device SET model = ''",
    "UPDATE device SET name = ''",
    "UPDATE device SET terminal_id = 99",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (99, 'help', 1)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'boredom', 1)",
    "INSERT INTO alert (terminal_id, reason, unit_id, at_ms) VALUES (1, 'printer', 99, 1)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'help', 2)",
    "INSERT INTO alert (reason, at_ms) VALUES ('disk', 2)",
    "INSERT INTO alert (reason, at_ms) VALUES ('help', 2)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'disk-backups', 2)",
    "INSERT INTO alert (terminal_id, reason, at_ms) VALUES (1, 'clock', 2)",
    "INSERT INTO import_mapping VALUES ('', 'm', 'a', 1)",
    "INSERT INTO idempotency VALUES ('s', 'k', x'00', 200, x'00', 1)",
    /* audit */
    AUDIT(1, "zeroblob(31)", ONE),
    AUDIT(1, ZERO, "x'01'"),
    AUDIT(1, ZERO, ONE) "; " AUDIT(2, ONE, ONE),
    AUDIT(1, ZERO, ONE) "; " AUDIT(2, ZERO, TWO),
    AUDIT(1, ZERO, ONE) "; " AUDIT(3, ONE, TWO),
    AUDIT(1, ZERO, ONE) "; UPDATE audit SET actor = 'x'",
    AUDIT(1, ZERO, ONE) "; DELETE FROM audit",
};

static const struct covered people_covered[] = {
    {"audit: UNIQUE", "audit_chain"}, /* a prev_hash twice is a broken link before */
    {NULL, NULL},
};

#endif
