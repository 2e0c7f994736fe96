/* constraints_member.h - customers, members and cards. */
#ifndef TESTS_CONSTRAINTS_MEMBER_H
#define TESTS_CONSTRAINTS_MEMBER_H

#include "constraints.h"

#define SECRET(customer, kind, lookup, sealed, tail)                                               \
    "INSERT INTO customer_secret (customer_id, kind, lookup, key_id, sealed, tail, since_ms) "     \
    "VALUES (" #customer ", '" kind "', " lookup ", 1, " sealed ", '" tail "', 1)"
#define POINTS(member, points, reason, expires, of)                                                \
    "INSERT INTO points_line (member_id, points, reason, expires_ms, of_id, actor, at_ms) "        \
    "VALUES (" #member ", " #points ", '" reason "', " expires ", " of ", 'a', 1)"
#define CARD(member, code, number, terms)                                                          \
    "INSERT INTO card (member_id, code, number, terms, issued_by, issued_ms) VALUES (" #member     \
    ", " code ", " number ", " terms ", 'a', 1)"

static const char member_seed[] =
    "INSERT INTO customer VALUES (1, 1, 'person', 'c', 'n', 'a', 1, 1), "
    "(2, 1, 'company', 'd', 'n', 'a', 1, 1), (3, 1, 'person', 'e', 'n', 'a', 1, 1);"
    "INSERT INTO customer_secret VALUES (1, 1, 'phone', zeroblob(32), 1, zeroblob(88), '1234', 1, "
    "NULL), (2, 1, 'id_card', randomblob(32), 1, zeroblob(88), '002X', 1, NULL);"
    "INSERT INTO member (id, customer_id, joined_ms) VALUES (1, 1, 1);"
    "INSERT INTO points_line VALUES (1, 1, 5, 'r', 9, NULL, 'a', 1), "
    "(2, 1, -5, '', NULL, 1, 'a', 1);"
    "INSERT INTO card (id, member_id, code, number, terms, issued_by, issued_ms) VALUES "
    "(1, 1, 'n:1', 'P1', 't', 'a', 1);"
    "INSERT INTO card (id, member_id, code, terms, state, issued_by, issued_ms, lost_ms, ended_ms) "
    "VALUES (2, 1, 'n:2', 't', 'returned', 'a', 1, NULL, 2), "
    "(3, 1, 'n:3', 't', 'lost', 'a', 1, 2, NULL);";

static const char *const member_refused[] = {
    /* customers, members, cards */
    "UPDATE customer SET kind = 'cat' WHERE id = 3",
    "UPDATE customer SET name = ''",
    "UPDATE customer SET notice = ''",
    SECRET(99, "phone", "randomblob(32)", "zeroblob(88)", ""),
    SECRET(3, "face", "randomblob(32)", "zeroblob(88)", ""),
    SECRET(3, "phone", "randomblob(31)", "zeroblob(88)", ""),
    SECRET(3, "phone", "randomblob(32)", "zeroblob(87)", ""),
    SECRET(3, "phone", "randomblob(32)", "zeroblob(88)", "12345"),
    SECRET(3, "phone", ZERO, "zeroblob(88)", ""),
    SECRET(1, "passport", "randomblob(32)", "zeroblob(88)", ""),
    "INSERT INTO member (customer_id, joined_ms) VALUES (1, 1)",
    "INSERT INTO member (customer_id, joined_ms) VALUES (2, 1)",
    "INSERT INTO member (customer_id, customer_kind, joined_ms) VALUES (2, 'company', 1)",
    "UPDATE member SET level = 'tin'",
    "UPDATE member SET points = -1",
    "UPDATE member SET pin_failed = -1",
    POINTS(99, 5, "r", "NULL", "NULL"),
    POINTS(1, 0, "r", "NULL", "NULL"),
    POINTS(1, -5, "r", "9", "NULL"),
    POINTS(1, 6, "r", "NULL", "NULL") "; " POINTS(1, 5, "r", "NULL", "3"),
    POINTS(1, -5, "", "NULL", "NULL"),
    POINTS(1, -5, "", "NULL", "99"),
    POINTS(1, -5, "", "NULL", "1"),
    "UPDATE points_line SET points = 6 WHERE id = 1",
    "DELETE FROM points_line WHERE id = 2",
    "REPLACE INTO points_line VALUES (2, 1, -6, '', NULL, 1, 'a', 1)",
    CARD(99, "'n:9'", "''", "'t'"),
    CARD(1, "'9'", "''", "'t'"),
    CARD(1, "'n:9'", "printf('%41s', 'x')", "'t'"),
    CARD(1, "'n:9'", "''", "''"),
    CARD(1, "'n:1'", "''", "'t'"),
    CARD(1, "'n:9'", "'P1'", "'t'"),
    "UPDATE card SET state = 'melted' WHERE id = 1",
    "UPDATE card SET ended_ms = 2 WHERE id = 1",
    "UPDATE card SET state = 'lost' WHERE id = 1",
    "UPDATE card SET replaced_by = 3 WHERE id = 1",
    "UPDATE card SET state = 'replaced', ended_ms = 2, replaced_by = 99 WHERE id = 1",
    "UPDATE card SET state = 'issued' WHERE id = 3",
    "DELETE FROM card WHERE id = 2",
    ("REPLACE INTO card (id, member_id, code, terms, issued_by, issued_ms) VALUES "
     "(2, 1, 'n:2', 't', 'a', 1)"),
};

static const struct covered member_covered[] = {
    {NULL, NULL},
};

#endif
