/* Every SQL statement that prep-verifica brings to the desk. */
#include "desk/desk_sql.h"
#include "verifica.h"

/* Work of this stage, over `acta a`. */
#define PASO                                                                           \
    "CASE WHEN a.verificacion_hash IS NOT NULL THEN 0 "                                \
    "WHEN a.captura1_hash IS NULL THEN -1 WHEN a.captura2_hash IS NULL THEN 2 ELSE 3 " \
    "END"
#define FIRST "a.captura1_operador"
#define SECOND "a.captura2_operador"
#define TIPOS "19, 20" /* Event.cuerpo: captura, verificacion */
#define ORDEN "coalesce(a.captura2_ms, a.captura1_ms)"

static const struct db_statement espera = { "verifica_espera",
                                            DESK_SQL_ESPERA(PASO, FIRST, SECOND, ORDEN),
                                            0 };
static const struct db_statement sigue = { "verifica_sigue",
                                           DESK_SQL_SIGUE(PASO, FIRST, SECOND, TIPOS),
                                           2 };
static const struct db_statement propios = { "verifica_propios", DESK_SQL_PROPIOS(PASO),
                                             2 };
static const struct db_statement reclama = { "verifica_reclama",
                                             DESK_SQL_RECLAMA(PASO, FIRST, SECOND), 4 };
static const struct db_statement actas = {
    "verifica_actas",
    DESK_SQL_ACTAS("NULL::integer", DESK_SQL_RECLAMANTE("2"), DESK_SQL_RECLAMANTE("3")),
    1,
};

static const struct desk_stage stage = {
    .nombre = "verifica",
    .etapa = ETAPA_VERIFICA,
    .escucha_etapas = 1u << ETAPA_CAPTURA,
    .cotejos = true,
    .coordina = true,
    .espera = &espera,
    .sigue = &sigue,
    .propios = &propios,
    .reclama = &reclama,
    .actas = &actas,
    .decide = verifica_decide,
};

const struct desk_stage *verifica_stage(void)
{
    return &stage;
}
