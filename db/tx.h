/* tx.h - one business transaction, or one consistent read: what every business function is given.
 *
 * A function of db/ that changes something takes a struct tx whose db is the writer inside a
 * savepoint (see writer.h). It does all of its work or returns an error; the caller drops the
 * savepoint then. It reports what others must hear of through tx_changed().
 */
#ifndef ANCHANG_DB_TX_H
#define ANCHANG_DB_TX_H

#include <stdint.h>

#include "db/fault.h"
#include "db/right.h"
#include "db/seal.h"
#include "db/store.h"

enum actor_kind { ACTOR_NOBODY, ACTOR_SYSTEM, ACTOR_USER, ACTOR_TERMINAL };

enum { ACTOR_PROJECTS_MAX = 32, ACTOR_BUILDINGS_MAX = 64 };

/* Who acts. Rights and scope were read when the session was made or changed. The scope is every
 * project, or those listed; of a partial one, the listed buildings alone (PA-06). */
struct actor {
    enum actor_kind kind;
    int64_t id;    /* user or terminal; 0 for system and nobody */
    char name[64]; /* login or terminal name, for the audit log */
    right_set rights;
    bool all_projects;
    int64_t projects[ACTOR_PROJECTS_MAX];
    size_t n_projects;
    uint32_t partial; /* bit i: projects[i] is */
    int64_t buildings[ACTOR_BUILDINGS_MAX];
    size_t n_buildings;
};

enum change_kind {
    CHANGE_UNIT,        /* id: unit; its internal row changed */
    CHANGE_BUILDING,    /* id: building; its tree changed (units added, removed, renamed) */
    CHANGE_PROJECT,     /* id: project; settings, layouts, disclosure */
    CHANGE_PUBLIC_UNIT, /* id: unit; a downgrade patch was appended */
    CHANGE_PUBLICATION, /* id: publication; its state changed */
    CHANGE_LIVE,        /* id: publication; it went live: the whole public chart is new */
    CHANGE_USER,        /* id: user; rights or state changed: end or reload sessions */
    CHANGE_TERMINAL,    /* id: terminal; paired or revoked */
    CHANGE_ALERT,       /* id: alert; raised or answered */
    CHANGE_MEMBER,   /* id: member; a card of his died or his PIN changed: end what they opened */
    CHANGE_OPENING,  /* id: opening; its state, its groups, its calls */
    CHANGE_DEAL,     /* id: deal; building_id: its unit's; a step, its term or its money */
    CHANGE_DEVICE,   /* id: device; new, bound, renamed, moved or retired */
    CHANGE_TODO,     /* id: todo; made or ended */
    CHANGE_APPROVAL, /* id: approval; asked, decided, urged or ended */
    CHANGE_PRINT,    /* id: terminal, 0: none; a paper was made there, or a job of it made a step;
                      * project_id 0: the bytes of a paper are there */
    CHANGE_PRINTER,  /* id: printer; made, changed, retired, or a route to it */
    CHANGE_INVOICE,  /* id: invoice; asked for, or a step of it */
};

struct change {
    enum change_kind kind;
    int64_t project_id;  /* 0: none */
    int64_t building_id; /* 0: none */
    int64_t id;
};

struct change_list {
    struct change *items;
    size_t n, room;
};

struct tx {
    struct db *db;
    const struct actor *actor;    /* never NULL */
    int64_t now_ms;               /* UTC, the same for the whole transaction */
    struct fault *fault;          /* never NULL */
    struct change_list *changes;  /* NULL in a read */
    const struct seal_ring *seal; /* for personal data; NULL where none is met */
};

/* Notes a change for after the commit. -ENOMEM, or 0. */
int tx_changed(struct tx *tx, enum change_kind kind, int64_t project_id, int64_t building_id,
               int64_t id);

bool actor_has(const struct actor *actor, enum right right);
/* Whether @project_id is in the actor's data scope, in whole or in part: that there is such a
 * project, and what its public chart and its settings say. */
bool actor_sees_project(const struct actor *actor, int64_t project_id);
/* Whether all of it is: what tells of, or changes, more than some buildings. */
bool actor_sees_whole(const struct actor *actor, int64_t project_id);
/* Whether a building of the project is, and so its units. */
bool actor_sees_building(const struct actor *actor, int64_t project_id, int64_t building_id);

/* The right, or a DENIED fault naming it. */
int tx_need_right(struct tx *tx, enum right right);
/* The project in scope, or NOT_FOUND: what is out of scope does not exist for the actor. */
int tx_need_project(struct tx *tx, int64_t project_id);

/* The whole of it, or SCOPE_PARTIAL for who has a part. */
int tx_need_whole(struct tx *tx, int64_t project_id);
int tx_need_building(struct tx *tx, int64_t project_id, int64_t building_id);

/* The row of @sql, a constant whose $1 is @id and whose first column is the project: the statement
 * stands on it and the caller ends it with stmt_reset(). NOT_FOUND when there is none in scope. */
int tx_row(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id);

/* The same of what may be of no project but of the whole office, with NULL for it: whose that is to
 * see, the caller decides. */
int tx_row_office(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id);

/* The same, for a thing of the whole project that is to be changed: SCOPE_PARTIAL for who sees a
 * part of it. */
int tx_own(struct tx *tx, struct stmt **ret_s, const char *sql, int64_t id);

/* LIMIT_REACHED, with that limit. */
int tx_limit_reached(struct tx *tx, int64_t limit);
/* The same when there is no room for one more: @sql, a constant, counts what there is for
 * $1 = @id. */
int tx_need_room(struct tx *tx, const char *sql, int64_t id, int64_t limit);

/* The system itself, for timers, migrations and anchangctl run by root. All rights. */
extern const struct actor actor_system;

#endif
