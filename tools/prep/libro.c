/* prep libro verifica: everything that the ledger promises, checked event by event. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "command.h"
#include "prep/envelope.h"
#include "prep/merkle.h"
#include "prep/topology.h"

#define CHUNK_ROWS "512" /* of at most ENVELOPE_BYTES_MAX: 4 MiB */
#define FAULTS_SHOWN 50u

struct chain {
    uint64_t secuencia;
    struct hash hash;
};

struct check {
    const struct topology *topology;
    bool simulacro;
    struct chain *chains; /* by place of the emisor in the topology */
    struct merkle merkle;
    uint64_t next; /* position that follows */
    uint64_t faults;
};

__attribute__((format(printf, 3, 4))) static void
fault(struct check *check, uint64_t posicion, const char *format, ...)
{
    va_list args;

    check->faults++;
    if (check->faults > FAULTS_SHOWN) {
        return;
    }
    printf("posición %" PRIu64 ": ", posicion);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* The columns of a row, in the order of the query. */
enum { POSICION, EMISOR, SECUENCIA, ACTA, TIPO, HASH, HOJA, SOBRE };

static bool column_is(const PGresult *rows, int row, int column,
                      const struct hash *hash)
{
    return PQgetlength(rows, row, column) == (int)HASH_LEN &&
           memcmp(PQgetvalue(rows, row, column), hash->bytes, HASH_LEN) == 0;
}

static void check_columns(struct check *check, const PGresult *rows, int row,
                          const struct envelope *envelope, const struct hash *leaf)
{
    const uint64_t posicion = (uint64_t)db_int8(rows, row, POSICION);
    const Prep__Event *event = envelope->event;

    if ((uint32_t)db_int4(rows, row, EMISOR) != event->emisor) {
        fault(check, posicion, "la columna emisor no es la del evento");
    }
    if ((uint64_t)db_int8(rows, row, SECUENCIA) != event->secuencia) {
        fault(check, posicion, "la columna secuencia no es la del evento");
    }
    if ((uint64_t)db_int8(rows, row, ACTA) != event->acta) {
        fault(check, posicion, "la columna acta no es la del evento");
    }
    if (db_int4(rows, row, TIPO) != (int32_t)event->cuerpo_case) {
        fault(check, posicion, "la columna tipo no es la del evento");
    }
    if (!column_is(rows, row, HASH, &envelope->hash)) {
        fault(check, posicion, "la columna hash no es la del evento");
    }
    if (!column_is(rows, row, HOJA, leaf)) {
        fault(check, posicion, "la hoja no es la del sobre");
    }
}

static void check_chain(struct check *check, uint64_t posicion,
                        const struct envelope *envelope)
{
    const size_t place = (size_t)(envelope->emisor - check->topology->processes);
    struct chain *chain = &check->chains[place];
    const Prep__Event *event = envelope->event;

    if (event->secuencia != chain->secuencia + 1) {
        fault(check, posicion,
              "emisor %u: secuencia %" PRIu64 " después de la %" PRIu64, event->emisor,
              event->secuencia, chain->secuencia);
    }
    if (event->anterior.len != HASH_LEN ||
        memcmp(event->anterior.data, chain->hash.bytes, HASH_LEN) != 0) {
        fault(check, posicion,
              "emisor %u: su anterior no es el hash del evento que le precede",
              event->emisor);
    }
    chain->secuencia = event->secuencia;
    chain->hash = envelope->hash;
}

static void check_row(struct check *check, const PGresult *rows, int row)
{
    const uint64_t posicion = (uint64_t)db_int8(rows, row, POSICION);
    struct envelope envelope = { 0 };
    struct prep_reason reason;
    struct hash entry, leaf;

    if (posicion != check->next) {
        fault(check, check->next, "falta; sigue la %" PRIu64, posicion);
    }
    check->next = posicion + 1;
    hash_of(PQgetvalue(rows, row, SOBRE), (size_t)PQgetlength(rows, row, SOBRE),
            &entry);
    merkle_leaf(&entry, &leaf);
    merkle_add(&check->merkle, &leaf);
    if (envelope_open(check->topology, check->topology->proceso, check->simulacro,
                      PQgetvalue(rows, row, SOBRE),
                      (size_t)PQgetlength(rows, row, SOBRE), &envelope, NULL,
                      &reason) != PREP_OK) {
        fault(check, posicion, "%s", reason.text);
        return;
    }
    check_columns(check, rows, row, &envelope, &leaf);
    check_chain(check, posicion, &envelope);
    envelope_close(&envelope);
}

static enum prep_status check_rows(struct db *db, struct check *check,
                                   struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    int count = 1;

    while (count > 0 && status == PREP_OK) {
        char from[32];
        const struct db_param param = { .value = from };
        PGresult *rows = NULL;

        (void)snprintf(from, sizeof from, "%" PRIu64, check->next);
        status = db_exec(db,
                         "SELECT posicion, emisor, secuencia, acta, tipo, hash, hoja, "
                         "sobre FROM libro WHERE posicion >= $1::bigint "
                         "ORDER BY posicion LIMIT " CHUNK_ROWS,
                         &param, 1, true, &rows, reason);
        count = status == PREP_OK ? PQntuples(rows) : 0;
        for (int row = 0; row < count; row++) {
            check_row(check, rows, row);
        }
        PQclear(rows);
    }
    return status;
}

/* The heads that appending trusts must be where the chains really end. */
static enum prep_status check_heads(struct db *db, struct check *check,
                                    struct prep_reason *reason)
{
    PGresult *rows = NULL;
    enum prep_status status =
        db_exec(db,
                "SELECT c.tamano, e.emisor, e.secuencia, e.hash FROM libro_cabeza c "
                "LEFT JOIN emisor_cabeza e ON true ORDER BY e.emisor",
                NULL, 0, true, &rows, reason);

    for (int row = 0; status == PREP_OK && row < PQntuples(rows); row++) {
        const uint32_t emisor = (uint32_t)db_int4(rows, row, 1);
        const struct topology_process *process =
            topology_by_numero(check->topology, emisor);
        struct chain *chain = process != NULL
                                  ? &check->chains[process - check->topology->processes]
                                  : NULL;

        if (row == 0 && (uint64_t)db_int8(rows, row, 0) != check->next) {
            fault(check, check->next, "libro_cabeza dice que hay %" PRId64 " eventos",
                  db_int8(rows, row, 0));
        }
        if (PQgetisnull(rows, row, 1)) {
            continue;
        }
        if (chain == NULL || chain->secuencia != (uint64_t)db_int8(rows, row, 2) ||
            !column_is(rows, row, 3, &chain->hash)) {
            fault(check, check->next,
                  "emisor_cabeza no tiene el último evento del emisor %u", emisor);
        } else {
            chain->secuencia = 0; /* seen */
        }
    }
    PQclear(rows);
    for (size_t i = 0; status == PREP_OK && i < check->topology->process_count; i++) {
        if (check->chains[i].secuencia != 0) {
            fault(check, check->next, "emisor_cabeza no tiene bien al emisor %u",
                  check->topology->processes[i].numero);
        }
    }
    return status;
}

static enum prep_status read_mode(struct db *db, struct check *check,
                                  struct prep_reason *reason)
{
    PGresult *row = NULL;
    enum prep_status status =
        db_exec(db, "SELECT proceso, modo FROM proceso", NULL, 0, true, &row, reason);

    if (status == PREP_OK && PQntuples(row) == 0) {
        status =
            prep_fail(reason, PREP_ERR_STATE,
                      "la base no tiene un proceso cargado: vea prep catalogo carga");
    } else if (status == PREP_OK &&
               strcmp(PQgetvalue(row, 0, 0), check->topology->proceso) != 0) {
        status = prep_fail(reason, PREP_ERR_CONFLICT,
                           "la base es del proceso %s y la topología es de %s",
                           PQgetvalue(row, 0, 0), check->topology->proceso);
    } else if (status == PREP_OK) {
        check->simulacro = db_int4(row, 0, 1) == 2; /* enum modo */
    }
    PQclear(row);
    return status;
}

static enum prep_status conclude(const struct check *check, struct prep_reason *reason)
{
    char hex[HASH_TEXT_SIZE];
    struct hash root;

    if (check->faults > FAULTS_SHOWN) {
        printf("... y %" PRIu64 " más\n", check->faults - FAULTS_SHOWN);
    }
    if (check->faults > 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "el libro no está bien: %" PRIu64 " fallas en %" PRIu64
                         " posiciones",
                         check->faults, check->next);
    }
    merkle_root(&check->merkle, &root);
    hash_text(&root, hex);
    printf("libro: %" PRIu64 " eventos, posiciones seguidas, firmas, cadenas y hojas "
           "correctas\nraíz: %s\n",
           check->next, hex);
    return PREP_OK;
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    struct check check = { 0 };
    struct topology *topology = NULL;
    struct db *db = NULL;
    enum prep_status status =
        topology_load(command_value(args, "--topologia"), &topology, reason);

    if (status == PREP_OK) {
        check.topology = topology;
        check.chains = calloc(topology->process_count, sizeof *check.chains);
        merkle_init(&check.merkle);
        status = check.chains == NULL
                     ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                     : PREP_OK;
    }
    if (status == PREP_OK) {
        status = command_connect(args, false, &db, reason);
    }
    if (status == PREP_OK) {
        status = db_begin_snapshot(db, reason);
    }
    if (status == PREP_OK) {
        status = read_mode(db, &check, reason);
    }
    if (status == PREP_OK) {
        status = check_rows(db, &check, reason);
    }
    if (status == PREP_OK) {
        status = check_heads(db, &check, reason);
    }
    if (db != NULL) {
        db_rollback(db);
    }
    db_close(&db);
    if (status == PREP_OK) {
        status = conclude(&check, reason);
    }
    free(check.chains);
    topology_free(&topology);
    return status;
}

const struct command command_libro_verifica = {
    .name = "libro verifica",
    .summary = "comprueba cada evento del libro: posición, firma, cadena y hoja",
    .text = "Dice qué falla y dónde. Basta el rol prep_lectura.",
    .options = { OPTION_BASE, OPTION_TOPOLOGIA },
    .run = run,
};
