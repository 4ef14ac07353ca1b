/*
 * fixture.h - for system tests in C: a private PostgreSQL, declared emitters with real
 * keys, and signed events in hand.
 *
 * PURPOSE
 *     Tests run under lib/with_pg, which starts the database. A struct fixture adds a
 *     topology of FIXTURE_EMITTERS of each stage, in a temporary folder. Everything
 *     fails the test by itself when it cannot be done.
 */
#ifndef PREP_TEST_FIXTURE_H
#define PREP_TEST_FIXTURE_H

#include "base/buffer.h"
#include "prep/db.h"
#include "prep/emitter.h"
#include "prep/envelope.h"
#include "prep/keys.h"
#include "prep/ledger.h"
#include "prep/topology.h"

#define FIXTURE_PROCESO "PRUEBA-2027" /* as tests/unit/prep/definicion_ejemplo.h */
#define FIXTURE_EMITTERS 8u           /* of each kind */

enum fixture_kind {
    FIXTURE_ACOPIO,     /* acopio-catd: 1 to 8 */
    FIXTURE_DIGITALIZA, /* digitaliza-catd: 9 to 16 */
    FIXTURE_CAPTURA,    /* captura: 17 to 24 */
    FIXTURE_VERIFICA,   /* verifica: 25 to 32 */
    FIXTURE_SERVICIO,   /* acopio: 33 to 40 */
    FIXTURE_KINDS
};

struct fixture {
    char dir[64];
    struct topology *topology;
    struct keys *keys[FIXTURE_KINDS * FIXTURE_EMITTERS];
    struct emitter emitters[FIXTURE_KINDS * FIXTURE_EMITTERS];
};

void fixture_init(struct fixture *fixture);
void fixture_done(struct fixture *fixture);
struct emitter *fixture_emitter(struct fixture *fixture, enum fixture_kind kind,
                                unsigned index);

/* Signed bytes and the envelope opened from them; the memory is the event's own. */
struct fixture_event {
    struct buffer bytes;
    struct envelope envelope;
};
/* Signs `event` as emitter, checks and opens it as a service would. */
void fixture_sign(struct fixture *fixture, struct emitter *emitter, Prep__Event *event,
                  struct fixture_event *out);
void fixture_event_done(struct fixture_event *event);

/* A small acopio, imagen... of acta, at hora_ms. */
void fixture_acopio(struct fixture *fixture, struct emitter *emitter, uint64_t acta,
                    int64_t hora_ms, struct fixture_event *out);

/* ---- the database */

void fixture_conninfo(const char *role, char *out, size_t size);
struct db *fixture_db(const char *role);
/* Runs SQL as the superuser; returns the first value as text (free it), or NULL. */
char *fixture_sql(const char *sql);
int64_t fixture_number(const char *sql);
/* `pg start`, `pg kill`... of this test's cluster. */
void fixture_pg(const char *command);
/* Catalogue rows 1 to count in `acta` and nothing in the ledger: a fresh night. */
void fixture_fresh(unsigned actas);
/* The same, and every chain at its beginning. */
void fixture_reset(struct fixture *fixture, unsigned actas);
/* ledger_store(), or the test fails. */
void fixture_store(struct db *db, struct ledger_item *items, size_t count);

/* Fails the test with the reason unless status is PREP_OK. */
void fixture_must(enum prep_status status, const struct prep_reason *reason);

#endif
