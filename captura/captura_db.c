/* Every SQL statement that prep-captura brings to the desk. */
#include "captura.h"
#include "desk/desk_sql.h"

/* Work of this stage, over `acta a`. */
#define DONE "a.captura1_hash IS NOT NULL OR a.verificacion_hash IS NOT NULL"
#define IN_CATALOGUE "a.id <= 2147483647 AND a.eleccion > 0"
#define ON_PAPER "(a.acopio_hash IS NOT NULL AND coalesce(a.sin_acta, 0) = 0)"
#define PASO(ready)                                                                    \
    "CASE WHEN " DONE " THEN 0 WHEN " IN_CATALOGUE " AND (" ready ") THEN 1 ELSE -1 "  \
    "END"

#define PASO_IMAGEN PASO("a.imagen_hash IS NOT NULL")
#define PASO_PAPEL PASO("a.imagen_hash IS NOT NULL OR " ON_PAPER)

#define NOBODY "NULL::integer" /* anybody may make the first capture */
/* Event.cuerpo: imagen; captura, by another instance; identificacion, with an image */
#define TIPOS_IMAGEN "18, 19, 27"
#define TIPOS_PAPEL "17, 18, 19, 27"
#define ORDEN "least(a.imagen_ms, a.acopio_ms)"

static const struct db_statement actas = {
    "captura_actas",
    DESK_SQL_ACTAS(DESK_SQL_RECLAMANTE("1"), NOBODY, NOBODY),
    1,
};

static const struct db_statement espera_papel = {
    "captura_espera", DESK_SQL_ESPERA(PASO_PAPEL, NOBODY, NOBODY, ORDEN), 0
};
static const struct db_statement sigue_papel = {
    "captura_sigue", DESK_SQL_SIGUE(PASO_PAPEL, NOBODY, NOBODY, TIPOS_PAPEL), 2
};
static const struct db_statement propios_papel = { "captura_propios",
                                                   DESK_SQL_PROPIOS(PASO_PAPEL), 2 };
static const struct db_statement reclama_papel = {
    "captura_reclama", DESK_SQL_RECLAMA(PASO_PAPEL, NOBODY, NOBODY), 4
};

static const struct db_statement espera_imagen = {
    "captura_espera", DESK_SQL_ESPERA(PASO_IMAGEN, NOBODY, NOBODY, ORDEN), 0
};
static const struct db_statement sigue_imagen = {
    "captura_sigue", DESK_SQL_SIGUE(PASO_IMAGEN, NOBODY, NOBODY, TIPOS_IMAGEN), 2
};
static const struct db_statement propios_imagen = { "captura_propios",
                                                    DESK_SQL_PROPIOS(PASO_IMAGEN), 2 };
static const struct db_statement reclama_imagen = {
    "captura_reclama", DESK_SQL_RECLAMA(PASO_IMAGEN, NOBODY, NOBODY), 4
};

#define STAGE(suffix)                                                                  \
    {                                                                                  \
        .nombre = "captura", .etapa = ETAPA_CAPTURA,                                   \
        .escucha_etapas =                                                              \
            (1u << ETAPA_ACOPIO) | (1u << ETAPA_DIGITALIZA) | (1u << ETAPA_VERIFICA),  \
        .espera = &espera_##suffix, .sigue = &sigue_##suffix,                          \
        .propios = &propios_##suffix, .reclama = &reclama_##suffix, .actas = &actas,   \
        .decide = captura_decide,                                                      \
    }

static const struct desk_stage papel_stage = STAGE(papel);
static const struct desk_stage imagen_stage = STAGE(imagen);

const struct desk_stage *captura_stage(bool sin_imagen)
{
    return sin_imagen ? &papel_stage : &imagen_stage;
}
