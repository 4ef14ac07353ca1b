/*
 * desk.h - the desk that prep-captura and prep-verifica share: it hands out actas to
 * operators over HTTP and takes what they captured, many in one transaction.
 *
 * PURPOSE
 *     Both services have the same shape and differ in three things, which each gives
 *     in a struct desk_stage: which actas are its work (SQL), what it decides of what
 *     is handed in (a pure function), and what it calls itself. Everything else is
 *     here: requests gathered per turn of the loop, claims, the signed events, one
 *     commit for all, answers after the commit.
 *
 * ORDER OF A SUBMISSION (docs/VIDA_DE_UN_ACTA.md, section 4)
 *     append lock, read actas and claims, decide, sign, append, project, delete
 *     claims, commit, answer, announce.
 *
 * DATABASE LOST
 *     Requests are answered 503 "base.no.disponible" until it is back; then the
 *     emitter's chain and the queue are read again, because a commit whose outcome was
 *     unknown may have happened.
 *
 * OWNERSHIP AND THREADS
 *     One thread. This floor is daemon code: it logs.
 */
#ifndef PREP_DESK_H
#define PREP_DESK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/daemon.h"
#include "prep/catalogo.h"
#include "prep/celda.h"
#include "prep/db_internal.h"
#include "prep/eleccion.h"
#include "prep/projection.h"
#include "prep/topology.h"

#define DESK_REQUEST_MAX 50u /* actas in one request */
#define DESK_BATCH_MAX 400u  /* entries in one transaction; two events each at most */
#define DESK_PASO_MAX 3u     /* first, second, third person */
#define DESK_BODY_MAX (128u * 1024u) /* 50 actas of 128 cells, written out */

static_assert(DESK_BATCH_MAX * 2 <= LEDGER_BATCH_MAX, "a batch must fit in an append");

enum desk_kind { DESK_CAPTURA = 1, DESK_COTEJO = 2 };

/* What an operator hands in. */
struct desk_entry {
    enum desk_kind kind;
    uint64_t acta;
    uint32_t operador;
    int64_t hora_ms;    /* of the event: the clock's, or the replay's */
    uint32_t resultado; /* DESK_COTEJO: 1 to 3 */
    size_t celda_count;
    celda celdas[ELECCION_CELDAS_MAX];
};

/* An acta under the append lock: what is true until the commit. */
struct desk_acta {
    struct acta_row row;
    const struct eleccion *eleccion; /* NULL: fuera de catalogo */
    uint8_t no_aplica[CATALOGO_NO_APLICA_BYTES];
    uint32_t reclamo[DESK_PASO_MAX]; /* who has the claim of each paso; 0: nobody */
};

enum desk_result {
    DESK_RECHAZADA = 1,
    DESK_REPETIDA = 2,
    DESK_CAPTURADA = 3,
    DESK_VERIFICADA = 4,
    DESK_DISCREPANCIA = 5,
    DESK_COTEJADA = 6,
    DESK_PROPUESTA = 7,
    DESK_CONFIRMADA = 8,
};

struct desk_decision {
    enum desk_result result;
    const char *codigo;        /* DESK_RECHAZADA: for programs */
    struct prep_reason motivo; /* DESK_RECHAZADA: for the operator, with the cure */
    uint32_t paso;             /* Captura to write; 0: none */
    uint32_t metodo;           /* Verificacion to write; 0: none */
    uint32_t descansa;   /* it rests on the captures of these pasos: bit 1 << paso */
    const celda *celdas; /* and these are the values that stand */
};

/* acta is NULL when there is none with that id. Fills *out_decision, which comes
 * zeroed. */
typedef void (*desk_decide)(const struct desk_entry *entry,
                            const struct desk_acta *acta,
                            struct desk_decision *out_decision);

/* Helpers of a decision. */
void desk_refuse(struct desk_decision *decision, const char *codigo, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));
bool desk_same_cells(const struct desk_entry *entry, const celda *celdas, size_t count);

struct desk_stage {
    const char *nombre; /* "captura" */
    enum etapa etapa;
    uint32_t escucha_etapas; /* feeds that wake it up: bit 1 << enum etapa */
    bool cotejos;            /* POST /cotejos too */
    bool coordina;           /* and what two people of coordinacion do (coordina.h) */
    /* Statements in the shapes of desk_sql.h; espera is run by its text. */
    const struct db_statement
        *espera; /* cursor over the actas that are ready, oldest first */
    const struct db_statement *sigue;   /* what the ledger brought from a position on */
    const struct db_statement *propios; /* claims that some operators hold */
    const struct db_statement *reclama; /* claims for candidates */
    const struct db_statement *actas;   /* state of some actas, for a decision */
    desk_decide decide;
};

/* The YAML of both services. */
struct desk_config {
    char *definicion; /* folder */
    char *topologia;
    char *llave;
    char *base;    /* conninfo */
    char *escucha; /* 127.0.0.1:8103 */
    char *operadores;
    char *imagenes;          /* folder of the image store; NULL: not served here */
    uint32_t reclamo_s;      /* a claim lasts this long */
    uint32_t reclamos_max;   /* open claims per operator */
    uint32_t conexiones_max; /* HTTP */
    bool sin_imagen;         /* captura: an acopio alone makes an acta ready */
};

PREP_MUST_CHECK
enum prep_status desk_config_load(const char *path, bool with_sin_imagen,
                                  struct desk_config **out_config,
                                  struct prep_reason *reason);
void desk_config_free(struct desk_config **config);

/*
 * Opens everything and serves until SIGTERM; with check_only, opens, says so and
 * returns. Logs what went wrong. The result is the exit code of the program.
 */
int desk_main(const struct daemon_program *program,
              const struct daemon_options *options, const struct desk_stage *stage,
              const struct desk_config *config);

#endif
