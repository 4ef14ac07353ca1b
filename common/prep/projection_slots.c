#include "prep/projection_slots.h"

/*
 * The guard of each UPDATE says against the row what precedes() in projection.c says
 * inside a batch: which of two events of the same slot stands.
 */
#define NUMBER DB_ARRAY_INT4
#define EVENT_TYPES DB_ARRAY_INT8, DB_ARRAY_INT8, DB_ARRAY_BYTEA
#define CELLS_TYPES NUMBER, NUMBER, NUMBER

/* clang-format off: one clause of SQL, one line */
#define DUDA(columna)                                                                  \
    {                                                                                  \
        { "acta_" columna,                                                             \
          "UPDATE acta a SET " columna " = n.duda "                                    \
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) "         \
          "AS n (id, ms, hash, duda) "                                                 \
          "WHERE a.id = n.id AND (a." columna " IS NULL OR n.duda < a." columna ")",   \
          4 },                                                                         \
        {                                                                              \
            EVENT_TYPES, DB_ARRAY_BYTEA                                                \
        }                                                                              \
    }
#define IMAGEN_STANDS                                                                  \
    "(a.imagen_hash IS NULL OR (n.ms, n.hash) < (a.imagen_ms, a.imagen_hash))"
#define IMAGEN(column)                                                                 \
    "imagen_" column " = CASE WHEN " IMAGEN_STANDS " THEN n." column                   \
    " ELSE a.imagen_" column " END"
#define IMAGEN_TYPES                                                                   \
    EVENT_TYPES, DB_ARRAY_BYTEA, DB_ARRAY_INT8, NUMBER, NUMBER, NUMBER, NUMBER
#define CAPTURA(paso)                                                                  \
    {                                                                                  \
        { "acta_captura" paso,                                                         \
          "UPDATE acta a SET captura" paso "_ms = n.ms, captura" paso                  \
          "_hash = n.hash, "                                                           \
          "captura" paso "_operador = n.operador, "                                    \
          "captura" paso "_celdas = ($5::integer[])[n.desde:n.hasta] "                 \
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], "       \
          "$6::integer[], $7::integer[]) "                                             \
          "AS n (id, ms, hash, operador, desde, hasta) "                               \
          "WHERE a.id = n.id AND (a.captura" paso "_hash IS NULL "                     \
          "OR (n.ms, n.hash) < (a.captura" paso "_ms, a.captura" paso "_hash))",       \
          7 },                                                                         \
        {                                                                              \
            EVENT_TYPES, NUMBER, CELLS_TYPES                                           \
        }                                                                              \
    }

const struct projection_slot projection_slots[SLOT_COUNT] = {
    [SLOT_ACOPIO] = {
        { "acta_acopio",
          "UPDATE acta a SET acopio_ms = n.ms, acopio_hash = n.hash, "
          "mecanismo = n.mecanismo, acopio_documento = n.documento, "
          "sin_acta = n.sin_acta, identificacion = n.identificacion::jsonb "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], "
          "$5::integer[], $6::integer[], $7::text[]) "
          "AS n (id, ms, hash, mecanismo, documento, sin_acta, identificacion) "
          "WHERE a.id = n.id AND (a.acopio_hash IS NULL "
          "OR (n.sin_acta <> 0, n.ms, n.hash) < (a.sin_acta <> 0, a.acopio_ms, a.acopio_hash))",
          7 },
        { EVENT_TYPES, NUMBER, NUMBER, NUMBER, DB_ARRAY_TEXT },
    },
    /* One that does not stand is kept in the list; of two, the one that is displaced. */
    [SLOT_IMAGEN] = {
        { "acta_imagen",
          "UPDATE acta a SET imagenes = CASE WHEN a.imagen_hash IS NULL THEN a.imagenes "
          "WHEN " IMAGEN_STANDS " THEN acta_imagenes_suma(a.imagenes, acta_imagen_empaca("
          "a.imagen_ms, a.imagen_hash, a.imagen_sha256, a.imagen_formato, a.imagen_origen, "
          "a.imagen_digitalizacion, a.imagen_documento)) "
          "ELSE acta_imagenes_suma(a.imagenes, acta_imagen_empaca(n.ms, n.hash, n.sha256, "
          "n.formato, n.origen, n.digitalizacion, n.documento)) END, "
          IMAGEN("ms") ", " IMAGEN("hash") ", " IMAGEN("sha256") ", " IMAGEN("bytes") ", "
          IMAGEN("formato") ", " IMAGEN("origen") ", " IMAGEN("digitalizacion") ", "
          IMAGEN("documento") " "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], "
          "$6::integer[], $7::integer[], $8::integer[], $9::integer[]) "
          "AS n (id, ms, hash, sha256, bytes, formato, origen, digitalizacion, documento) "
          "WHERE a.id = n.id AND a.imagen_hash IS DISTINCT FROM n.hash",
          9 },
        { IMAGEN_TYPES },
    },
    [SLOT_IMAGEN_OTRA] = {
        { "acta_imagen_otra",
          "SELECT acta_imagen_otra($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], "
          "$5::bigint[], $6::integer[], $7::integer[], $8::integer[], $9::integer[])",
          9 },
        { IMAGEN_TYPES },
    },
    [SLOT_CAPTURA_1] = CAPTURA("1"),
    [SLOT_CAPTURA_2] = CAPTURA("2"),
    [SLOT_CAPTURA_3] = CAPTURA("3"),
    [SLOT_VERIFICACION] = {
        { "acta_verificacion",
          "UPDATE acta a SET verificacion_ms = n.ms, verificacion_hash = n.hash, "
          "verificacion_celdas = ($4::integer[])[n.desde:n.hasta] "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $5::integer[], $6::integer[]) "
          "AS n (id, ms, hash, desde, hasta) "
          "WHERE a.id = n.id AND (a.verificacion_hash IS NULL "
          "OR (n.ms, n.hash) < (a.verificacion_ms, a.verificacion_hash))",
          6 },
        { EVENT_TYPES, CELLS_TYPES },
    },
    [SLOT_COTEJO] = {
        { "acta_cotejo",
          "UPDATE acta a SET cotejo = n.resultado, cotejo_ms = n.ms, cotejo_hash = n.hash "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::integer[]) "
          "AS n (id, ms, hash, resultado) "
          "WHERE a.id = n.id AND (a.cotejo_hash IS NULL "
          "OR (n.ms, n.hash) > (a.cotejo_ms, a.cotejo_hash))",
          4 },
        { EVENT_TYPES, NUMBER },
    },
    [SLOT_CORRECCION] = {
        { "acta_correccion",
          "UPDATE acta a SET correccion_numero = n.numero, correccion_ms = n.ms, "
          "correccion_hash = n.hash, correccion_celdas = ($5::integer[])[n.desde:n.hasta] "
          "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], "
          "$6::integer[], $7::integer[]) "
          "AS n (id, ms, hash, numero, desde, hasta) "
          "WHERE a.id = n.id AND (a.correccion_hash IS NULL OR (n.numero, n.ms, n.hash) "
          "> (a.correccion_numero, a.correccion_ms, a.correccion_hash))",
          7 },
        { EVENT_TYPES, NUMBER, CELLS_TYPES },
    },
    [SLOT_IDENTIFICACION] = {
        { "acta_identifica",
          "SELECT acta_identifica($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], "
          "$5::bigint[], $6::bytea[], $7::bytea[], $8::bigint[], $9::integer[], "
          "$10::integer[], $11::integer[], $12::integer[])",
          12 },
        { EVENT_TYPES, DB_ARRAY_INT8, DB_ARRAY_INT8, DB_ARRAY_BYTEA, DB_ARRAY_BYTEA,
          DB_ARRAY_INT8, NUMBER, NUMBER, NUMBER, NUMBER },
    },
    [SLOT_DUDA_ACOPIO] = DUDA("duda_acopio"),
    [SLOT_DUDA_IMAGEN] = DUDA("duda_imagen"),
};
/* clang-format on */
