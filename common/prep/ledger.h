/*
 * ledger.h - the libro: append signed events, read them back in order.
 *
 * PURPOSE
 *     One table, positions contiguous from 0, the exact bytes of every envelope.
 *     An appending transaction is always:
 *
 *         ledger_begin()     BEGIN and the append lock, taken before any row lock by
 *                            everybody, so that appenders never deadlock
 *         (read and decide)  the state seen is the state until commit
 *         ledger_append()    SQL function libro_agrega(): chain checks, positions
 *         ledger_finish()    the `acta` rows of what was new, and COMMIT
 *
 *     A batch is whatever is waiting: many events, one commit.
 *
 * RESULTS, one per item
 *     LEDGER_NEW        appended; posicion is its place
 *     LEDGER_REPEATED   these very bytes are there already; posicion is where
 *     LEDGER_GAP        an earlier secuencia is missing; `esperada` is the next one
 *                       taken; refused
 *     LEDGER_FORK       same emisor and secuencia, other bytes, or `anterior` is not
 *                       the hash of the one before; refused and kept in `evidencia`
 *
 * ERRORS
 *     Those of db.h; PREP_ERR_RANGE for a batch over LEDGER_BATCH_MAX. After any of
 *     them call db_rollback().
 *
 *     LEDGER_REPEATED compares the hash of the event, which its signature covers.
 *     An event about an acta that is in no catalogue stays in the ledger and changes
 *     no row of `acta`.
 */
#ifndef PREP_LEDGER_H
#define PREP_LEDGER_H

#include "base/hash.h"
#include "prep/db.h"
#include "prep/envelope.h"

#define LEDGER_BATCH_MAX 1000u

enum ledger_result {
    LEDGER_NEW = 1,
    LEDGER_REPEATED = 2,
    LEDGER_GAP = 3,
    LEDGER_FORK = 4
};

struct ledger_item {
    const struct envelope *envelope; /* in */
    enum ledger_result result;       /* out */
    uint64_t posicion;               /* out: LEDGER_NEW, LEDGER_REPEATED */
    uint64_t esperada;               /* out: LEDGER_GAP */
};

PREP_MUST_CHECK
enum prep_status ledger_begin(struct db *db, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status ledger_append(struct db *db, struct ledger_item *items, size_t count,
                               struct prep_reason *reason);

/* projection_apply() and db_commit() in one round trip. */
PREP_MUST_CHECK
enum prep_status ledger_finish(struct db *db, const struct ledger_item *items,
                               size_t count, struct prep_reason *reason);

/* begin, append, project, commit in two round trips; rolls back by itself: all that
 * acopio and digitaliza need. */
PREP_MUST_CHECK
enum prep_status ledger_store(struct db *db, struct ledger_item *items, size_t count,
                              struct prep_reason *reason);

/* Number of events in the ledger, as this transaction sees it. */
PREP_MUST_CHECK
enum prep_status ledger_size(struct db *db, uint64_t *out_size,
                             struct prep_reason *reason);

/* Last event of an emitter; secuencia 0 and a zero hash when it has none. */
PREP_MUST_CHECK
enum prep_status ledger_emitter_head(struct db *db, uint32_t emisor,
                                     uint64_t *out_secuencia, struct hash *out_hash,
                                     struct prep_reason *reason);

struct ledger_entry {
    uint64_t posicion;
    uint64_t acta;
    const void *envelope;
    size_t envelope_len;
    struct hash hoja; /* RFC 6962 leaf: SHA-256(0x00 || SHA-256(envelope)) */
};
typedef enum prep_status (*ledger_visit)(const struct ledger_entry *entry,
                                         void *context);

/* Entries desde <= posicion < hasta, in order, in chunks (bounded memory). */
PREP_MUST_CHECK
enum prep_status ledger_read(struct db *db, uint64_t desde, uint64_t hasta,
                             ledger_visit visit, void *context,
                             struct prep_reason *reason);

/* Keeps bytes that were refused, as evidence: forks, bad signatures, unknown signers.
 */
PREP_MUST_CHECK
enum prep_status ledger_evidence(struct db *db, const char *evento, const char *origen,
                                 const void *bytes, size_t len, const char *motivo,
                                 struct prep_reason *reason);

#endif
