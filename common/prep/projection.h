/*
 * projection.h - the `acta` table: the present state of each acta, one wide row.
 *
 * PURPOSE
 *     A fold over the events of each acta that does not depend on the order of
 *     arrival: each kind of event owns some columns, and of two events of the same
 *     kind the earlier by (hora_ms, hash) stands (an image: see below). Applied in the
 *     transaction that appends the events; applied again it changes nothing; it can
 *     be thrown away and rebuilt from the ledger with the same result.
 *
 * SLOTS
 *     acopio        first by (hora_ms, hash); but one that has an acta stands over
 *                   one that says sin_acta
 *     imagen        first by (hora_ms, hash) is the reference image; the next
 *                   ACTA_IMAGENES_MAX are kept in `imagenes`. An Identificacion brings
 *                   the image of an acta that was fuera de catalogo, at its own time
 *     captura 1..3  first by (hora_ms, hash) of that paso
 *     verificacion  first by (hora_ms, hash)
 *     cotejo        last by (hora_ms, hash)
 *     correccion    last by (numero, hora_ms, hash); without cells, a reopening
 *     duda          HoraDudosa of an acopio or an image: the one about the event that
 *                   stands, by the same order
 *     identificada  fuera de catalogo: first Identificacion by (hora_ms, hash)
 *
 * LEAST PRIVILEGE
 *     Each stage's SQL role may UPDATE only the columns of its own events.
 */
#ifndef PREP_PROJECTION_H
#define PREP_PROJECTION_H

#include "prep/celda.h"
#include "prep/eleccion.h"
#include "prep/ledger.h"
#include "prep/topology.h"

/* Items whose result is LEDGER_NEW are folded in; the others are skipped. */
PREP_MUST_CHECK
enum prep_status projection_apply(struct db *db, const struct ledger_item *items,
                                  size_t count, struct prep_reason *reason);

/* An image that is kept and listed, and is not the one of reference. */
#define ACTA_IMAGENES_MAX 15u
struct acta_imagen {
    int64_t hora_ms;
    struct hash evento, sha256;
    uint32_t formato, origen, digitalizacion, documento;
};
/* One element of the column `imagenes`, packed so that its order is that of the slot.
 */
#define ACTA_IMAGEN_PACKED (8u + 2u * HASH_LEN + 4u * 2u)
bool acta_imagen_unpack(const void *packed, size_t len, struct acta_imagen *out);
/* The whole column, a bytea[] in binary; len 0: NULL. */
bool acta_imagenes_read(const char *binary, size_t len, struct acta_imagen *out,
                        size_t *out_count);

/* The device time of the event that stands cannot be right (HoraDudosa). */
struct acta_duda {
    uint32_t causas; /* 0: it is believed */
    struct hash evento;
    int64_t dispositivo_ms, recibido_ms;
};
#define ACTA_DUDA_PACKED (1u + 8u + HASH_LEN + 8u + 1u)
/* len 0: SQL NULL. */
bool acta_duda_unpack(const void *packed, size_t len, struct acta_duda *out);

/* One row of `acta`, as the stages and publica read it. */
struct acta_row {
    uint64_t id;
    uint32_t eleccion;
    bool tiene_acopio, tiene_imagen, tiene_verificacion, tiene_cotejo;
    bool tiene_captura[3];
    int64_t acopio_ms, imagen_ms, captura_ms[3], verificacion_ms;
    uint32_t mecanismo, acopio_documento, sin_acta;
    uint32_t imagen_origen, imagen_digitalizacion, imagen_documento, imagen_formato;
    struct hash acopio_hash, imagen_hash, captura_hash[3],
        verificacion_hash; /* of events */
    struct hash imagen;    /* SHA-256 of the image */
    uint64_t imagen_bytes;
    uint32_t captura_operador[3];
    size_t captura_count[3], verificacion_count; /* cells */
    celda captura[3][ELECCION_CELDAS_MAX];
    celda verificacion[ELECCION_CELDAS_MAX];
    uint32_t cotejo;
    uint32_t correccion_numero; /* of the one that stands; 0: none */
    int64_t correccion_ms;
    struct hash correccion_hash;
    size_t correccion_count; /* cells; 0: the acta was reopened */
    celda correccion[ELECCION_CELDAS_MAX];
    uint64_t identificada_como; /* fuera de catalogo: the acta it is; 0: not known */
    size_t otra_count;          /* images besides the reference one */
    struct acta_imagen otras[ACTA_IMAGENES_MAX];
    struct acta_duda duda_acopio, duda_imagen; /* only of what stands */
};

/*
 * The columns that projection_row() reads, for a SELECT of the caller's own:
 *     "SELECT " PROJECTION_COLUMNS " FROM acta a WHERE ..."   (binary result)
 */
#define PROJECTION_DUDAS                                                               \
    "CASE WHEN substr(a.duda_acopio, 10, 32) = a.acopio_hash THEN a.duda_acopio END, " \
    "CASE WHEN substr(a.duda_imagen, 10, 32) = a.imagen_hash THEN a.duda_imagen END"
#define PROJECTION_COLUMNS                                                             \
    "a.id, a.eleccion, a.acopio_ms, a.acopio_hash, a.mecanismo, a.acopio_documento, "  \
    "a.sin_acta, a.imagen_ms, a.imagen_hash, a.imagen_sha256, a.imagen_bytes, "        \
    "a.imagen_formato, a.imagen_origen, a.imagen_digitalizacion, a.imagen_documento, " \
    "a.captura1_ms, a.captura1_hash, a.captura1_operador, a.captura1_celdas, "         \
    "a.captura2_ms, a.captura2_hash, a.captura2_operador, a.captura2_celdas, "         \
    "a.captura3_ms, a.captura3_hash, a.captura3_operador, a.captura3_celdas, "         \
    "a.verificacion_ms, a.verificacion_hash, a.verificacion_celdas, a.cotejo, "        \
    "a.correccion_numero, a.correccion_ms, a.correccion_hash, a.correccion_celdas, "   \
    "a.identificada_como, a.imagenes, " PROJECTION_DUDAS
PREP_MUST_CHECK
enum prep_status projection_row(const PGresult *result, int row,
                                struct acta_row *out_row, struct prep_reason *reason);

/* Empties the mutable columns and folds the whole ledger again. Owner role only. */
PREP_MUST_CHECK
enum prep_status projection_rebuild(struct db *db, const struct topology *topology,
                                    struct prep_reason *reason);

#endif
