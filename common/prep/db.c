#include "prep/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prep/db_state.h"

#define RECONNECT_EVERY_MS 1000

/*
 * Set on each connection. A commit is durable; nothing waits for ever, least of all
 * while it holds the append lock; statements are small and always go through an
 * index, so each is planned once: early, when the ledger is still empty and reading all
 * of it looks cheap, and that plan would be kept as it grows.
 */
static const char session_settings[] =
    "SET synchronous_commit = on;"
    "SET statement_timeout = '60s';"
    "SET lock_timeout = '20s';"
    "SET idle_in_transaction_session_timeout = '30s';"
    "SET plan_cache_mode = force_generic_plan;"
    "SET enable_seqscan = off;"
    "SET jit = off;"
    "SET client_min_messages = warning;"
    "SET client_encoding = 'UTF8'";

static void notice_ignore(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* libpq ends its messages with a line feed; a log line has one line. */
static void message_copy(char *out, size_t size, const char *message)
{
    size_t n = 0;

    for (; message != NULL && message[n] != '\0' && n + 1 < size; n++) {
        out[n] = message[n] == '\n' ? ' ' : message[n];
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

static enum prep_status connection_fail(const struct db *db, struct prep_reason *reason)
{
    char message[300];

    message_copy(message, sizeof message, PQerrorMessage(db->conn));
    return prep_fail(reason, PREP_ERR_UNAVAILABLE, "PostgreSQL no responde: %s",
                     message);
}

static void disconnect(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
}

static enum prep_status connect_now(struct db *db, struct prep_reason *reason)
{
    /* What comes before dbname is a default that conninfo may change. */
    const char *const names[] = {
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "target_session_attrs",
        "application_name",
        "dbname",
        NULL,
    };
    const char *const values[] = {
        "3",          "1",  "5", "5", "3", "15000", "read-write", db->application,
        db->conninfo, NULL,
    };
    enum prep_status status;
    PGresult *result;

    db->tried_ms = clock_monotonic_ms();
    disconnect(db);
    db->conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(db->conn) != CONNECTION_OK) {
        status = connection_fail(db, reason);
        disconnect(db);
        return status;
    }
    (void)PQsetNoticeReceiver(db->conn, notice_ignore, NULL);
    result = PQexec(db->conn, session_settings);
    status = db_status(db, result, false, reason);
    PQclear(result);
    if (status != PREP_OK) {
        disconnect(db);
        return status;
    }
    db->session++;
    db->prepared_count = 0;
    return PREP_OK;
}

enum prep_status db_open(const char *conninfo, const char *application,
                         struct db **out_db, struct prep_reason *reason)
{
    struct db *db = calloc(1, sizeof *db);

    if (db == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "no hay memoria para la conexión");
    }
    db->conninfo = strdup(conninfo);
    db->application = strdup(application);
    if (db->conninfo == NULL || db->application == NULL) {
        db_close(&db);
        return prep_fail(reason, PREP_ERR_MEMORY, "no hay memoria para la conexión");
    }
    *out_db = db;
    return connect_now(db, reason);
}

void db_close(struct db **db)
{
    if (*db == NULL) {
        return;
    }
    disconnect(*db);
    free((*db)->conninfo);
    free((*db)->application);
    free(*db);
    *db = NULL;
}

enum prep_status db_ready(struct db *db, struct prep_reason *reason)
{
    if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK) {
        return PREP_OK;
    }
    if (db->in_transaction) {
        return prep_fail(reason, PREP_ERR_UNAVAILABLE,
                         "la conexión con PostgreSQL se perdió en una transacción");
    }
    if (clock_monotonic_ms() - db->tried_ms < RECONNECT_EVERY_MS) {
        return prep_fail(reason, PREP_ERR_UNAVAILABLE,
                         "PostgreSQL no responde; se intenta cada segundo");
    }
    return connect_now(db, reason);
}

uint64_t db_session(const struct db *db)
{
    return db->session;
}

PGconn *db_conn(struct db *db)
{
    return db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK ? db->conn : NULL;
}

/* SQLSTATE to what the caller must do; see db.h. */
static enum prep_status status_of_sqlstate(const char *state)
{
    static const struct {
        const char *prefix;
        enum prep_status status;
    } table[] = {
        { "42501", PREP_ERR_AUTH },        /* insufficient_privilege */
        { "42P01", PREP_ERR_CONFIG },      /* no such table: migrations missing */
        { "42703", PREP_ERR_CONFIG },      /* no such column */
        { "42883", PREP_ERR_CONFIG },      /* no such function */
        { "53300", PREP_ERR_UNAVAILABLE }, /* too many connections */
        { "53", PREP_ERR_FULL },           /* no disk, no memory */
        { "23", PREP_ERR_STATE },          /* a constraint */
        { "P0", PREP_ERR_STATE },          /* RAISE */
        { "25006", PREP_ERR_UNAVAILABLE }, /* a standby */
        { "40", PREP_ERR_UNAVAILABLE },    /* serialization, deadlock */
        { "55P03", PREP_ERR_UNAVAILABLE }, /* lock timeout */
        { "57", PREP_ERR_UNAVAILABLE },    /* shutting down, cancelled */
        { "08", PREP_ERR_UNAVAILABLE },    /* connection */
        { "58", PREP_ERR_IO },             /* the server's operating system */
        { "XX", PREP_ERR_IO },             /* internal, data corrupted */
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0) {
            return table[i].status;
        }
    }
    return PREP_ERR_STATE;
}

/* The server says FATAL before it hangs up, and libpq may not have seen the end yet. */
static bool is_lost(const struct db *db, const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    return PQstatus(db->conn) != CONNECTION_OK ||
           (severity != NULL &&
            (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0));
}

enum prep_status db_status(struct db *db, const PGresult *result, bool committing,
                           struct prep_reason *reason)
{
    const ExecStatusType kind = PQresultStatus(result);
    enum prep_status status;
    const char *state;
    char message[300];

    if (result != NULL && (kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK ||
                           kind == PGRES_SINGLE_TUPLE || kind == PGRES_COPY_IN ||
                           kind == PGRES_COPY_OUT || kind == PGRES_PIPELINE_SYNC)) {
        return PREP_OK;
    }
    if (is_lost(db, result)) {
        message_copy(message, sizeof message, PQerrorMessage(db->conn));
        return committing
                   ? prep_fail(reason, PREP_ERR_UNKNOWN,
                               "la conexión se perdió durante COMMIT: %s", message)
                   : prep_fail(reason, PREP_ERR_UNAVAILABLE,
                               "la conexión con PostgreSQL se perdió: %s", message);
    }
    state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    message_copy(message, sizeof message,
                 result != NULL ? PQresultErrorMessage(result)
                                : PQerrorMessage(db->conn));
    if (state == NULL) { /* libpq itself refused, for lack of memory or of a message */
        return prep_fail(reason, PREP_ERR_IO, "libpq: %s", message);
    }
    status = status_of_sqlstate(state);
    return prep_fail(reason, status, "PostgreSQL (%s): %s%s", state, message,
                     status == PREP_ERR_CONFIG ? "; ¿falta «prep migra»?" : "");
}

enum prep_status db_exec(struct db *db, const char *sql, const struct db_param *params,
                         int param_count, bool binary_result, PGresult **out_result,
                         struct prep_reason *reason)
{
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
    Oid types[DB_PARAMS_MAX];
    enum prep_status status = db_ready(db, reason);
    PGresult *result;

    if (status != PREP_OK) {
        return status;
    }
    assert(param_count >= 0 && param_count <= DB_PARAMS_MAX);
    for (int i = 0; i < param_count; i++) {
        values[i] = params[i].value;
        lengths[i] = params[i].len;
        formats[i] = params[i].binary ? 1 : 0;
        types[i] = params[i].type;
    }
    result = PQexecParams(db->conn, sql, param_count, types, values, lengths, formats,
                          binary_result ? 1 : 0);
    status = db_status(db, result, false, reason);
    if (status == PREP_OK && out_result != NULL) {
        *out_result = result;
        return PREP_OK;
    }
    PQclear(result);
    return status;
}

static enum prep_status begin(struct db *db, const char *sql,
                              struct prep_reason *reason)
{
    enum prep_status status;
    PGresult *result;

    assert(!db->in_transaction);
    status = db_ready(db, reason);
    if (status != PREP_OK) {
        return status;
    }
    result = PQexec(db->conn, sql);
    status = db_status(db, result, false, reason);
    PQclear(result);
    db->in_transaction = status == PREP_OK;
    return status;
}

enum prep_status db_begin(struct db *db, struct prep_reason *reason)
{
    return begin(db, "BEGIN", reason);
}

/* Whoever reads a whole snapshot works between statements, and locks nobody. */
enum prep_status db_begin_snapshot(struct db *db, struct prep_reason *reason)
{
    return begin(db,
                 "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                 "SET LOCAL statement_timeout = '10min';"
                 "SET LOCAL idle_in_transaction_session_timeout = '10min'",
                 reason);
}

enum prep_status db_commit_result(struct db *db, PGresult *result,
                                  struct prep_reason *reason)
{
    const enum prep_status status = db_status(db, result, true, reason);

    if (status != PREP_OK) {
        return status;
    }
    db->in_transaction = false;
    /* COMMIT of a transaction that had failed succeeds, as a ROLLBACK. */
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "la transacción había fallado antes de COMMIT");
    }
    return PREP_OK;
}

enum prep_status db_commit(struct db *db, struct prep_reason *reason)
{
    enum prep_status status;
    PGresult *result;

    assert(db->in_transaction);
    status = db_ready(db, reason); /* lost before COMMIT was sent: nothing happened */
    if (status != PREP_OK) {
        return status;
    }
    result = PQexec(db->conn, "COMMIT");
    status = db_commit_result(db, result, reason);
    PQclear(result);
    return status;
}

void db_rollback(struct db *db)
{
    const bool was_in_transaction = db->in_transaction;

    db->in_transaction = false;
    if (db->conn == NULL) {
        return;
    }
    if (PQstatus(db->conn) == CONNECTION_OK && was_in_transaction) {
        PQclear(PQexec(db->conn, "ROLLBACK"));
    }
    /* Whatever is not idle now is not to be trusted; db_ready() makes a new one. */
    if (PQstatus(db->conn) != CONNECTION_OK ||
        PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
        disconnect(db);
    }
}
