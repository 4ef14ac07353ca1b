/* One row of `acta`, out of a binary result. */
#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "prep/projection.h"

/* The columns of PROJECTION_COLUMNS, in its order. */
enum {
    ID,
    ELECCION,
    ACOPIO_MS,
    ACOPIO_HASH,
    MECANISMO,
    ACOPIO_DOCUMENTO,
    SIN_ACTA,
    IMAGEN_MS,
    IMAGEN_HASH,
    IMAGEN_SHA256,
    IMAGEN_BYTES,
    IMAGEN_FORMATO,
    IMAGEN_ORIGEN,
    IMAGEN_DIGITALIZACION,
    IMAGEN_DOCUMENTO,
    CAPTURA_MS, /* first of three groups of four */
    CAPTURA_HASH,
    CAPTURA_OPERADOR,
    CAPTURA_CELDAS,
    VERIFICACION_MS = CAPTURA_MS + 12,
    VERIFICACION_HASH,
    VERIFICACION_CELDAS,
    COTEJO,
    CORRECCION_NUMERO,
    CORRECCION_MS,
    CORRECCION_HASH,
    CORRECCION_CELDAS,
    IDENTIFICADA_COMO,
    IMAGENES,
    DUDA_ACOPIO,
    DUDA_IMAGEN,
    COLUMN_COUNT
};

static bool read_hash(const PGresult *result, int row, int column, struct hash *out)
{
    if (PQgetisnull(result, row, column)) {
        return true;
    }
    if (PQgetlength(result, row, column) != (int)HASH_LEN) {
        return false;
    }
    memcpy(out->bytes, PQgetvalue(result, row, column), HASH_LEN);
    return true;
}

static uint32_t wire_u32(const char *at)
{
    uint32_t wire;

    memcpy(&wire, at, sizeof wire);
    return be32toh(wire);
}

/* int4[] in binary: dimensions, nulls, type, count, lower bound; then length, value. */
static bool read_cells(const PGresult *result, int row, int column, celda *out_cells,
                       size_t *out_count)
{
    const char *at = PQgetvalue(result, row, column);
    const size_t len = (size_t)PQgetlength(result, row, column);
    size_t count;

    if (PQgetisnull(result, row, column)) {
        return true;
    }
    if (len < 12 || wire_u32(at + 4) != 0 || wire_u32(at) > 1) {
        return false; /* not a plain list without nulls */
    }
    count = wire_u32(at) == 0 || len < 20 ? 0 : wire_u32(at + 12);
    if (count > ELECCION_CELDAS_MAX || (count > 0 && len != 20 + count * 8)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out_cells[i] = (celda)wire_u32(at + 20 + i * 8 + 4);
    }
    *out_count = count;
    return true;
}

static uint32_t wire_u16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

bool acta_imagen_unpack(const void *packed, size_t len, struct acta_imagen *out)
{
    const uint8_t *at = packed;
    uint64_t ms;

    if (len != ACTA_IMAGEN_PACKED) {
        return false;
    }
    memcpy(&ms, at, sizeof ms);
    out->hora_ms = (int64_t)be64toh(ms);
    memcpy(out->evento.bytes, at + 8, HASH_LEN);
    memcpy(out->sha256.bytes, at + 8 + HASH_LEN, HASH_LEN);
    at += 8 + 2 * HASH_LEN;
    out->formato = wire_u16(at);
    out->origen = wire_u16(at + 2);
    out->digitalizacion = wire_u16(at + 4);
    out->documento = wire_u16(at + 6);
    return true;
}

bool acta_duda_unpack(const void *packed, size_t len, struct acta_duda *out)
{
    const uint8_t *at = packed;
    uint64_t wire;

    out->causas = 0;
    if (len == 0) {
        return true;
    }
    if (len != ACTA_DUDA_PACKED) {
        return false;
    }
    memcpy(&wire, at + 1, sizeof wire);
    out->dispositivo_ms = (int64_t)be64toh(wire);
    memcpy(out->evento.bytes, at + 9, HASH_LEN);
    memcpy(&wire, at + 9 + HASH_LEN, sizeof wire);
    out->recibido_ms = (int64_t)be64toh(wire);
    out->causas = at[17 + HASH_LEN];
    return true;
}

/* bytea[] in binary, as in read_cells(). */
bool acta_imagenes_read(const char *at, size_t len, struct acta_imagen *out,
                        size_t *out_count)
{
    const char *end = at + len;
    size_t count;

    *out_count = 0;
    if (len == 0) {
        return true;
    }
    if (len < 12 || wire_u32(at + 4) != 0 || wire_u32(at) > 1) {
        return false;
    }
    count = wire_u32(at) == 0 || len < 20 ? 0 : wire_u32(at + 12);
    if (count > ACTA_IMAGENES_MAX) {
        return false;
    }
    at += 20;
    for (size_t i = 0; i < count; i++) {
        if (end - at < (ptrdiff_t)(4 + ACTA_IMAGEN_PACKED) ||
            !acta_imagen_unpack(at + 4, wire_u32(at), &out[i])) {
            return false;
        }
        at += 4 + ACTA_IMAGEN_PACKED;
    }
    *out_count = count;
    return true;
}

/* The lists of cells are most of the struct; they are not wiped for each row. */
static void row_clear(struct acta_row *out)
{
    memset(out, 0, offsetof(struct acta_row, captura));
    out->cotejo = 0;
    out->correccion_numero = 0;
    out->correccion_ms = 0;
    out->correccion_hash = (struct hash){ { 0 } };
    out->correccion_count = 0;
    out->identificada_como = 0;
    out->otra_count = 0;
    out->duda_acopio.causas = 0;
    out->duda_imagen.causas = 0;
}

enum prep_status projection_row(const PGresult *result, int row,
                                struct acta_row *out_row, struct prep_reason *reason)
{
    bool ok = PQnfields(result) >= COLUMN_COUNT;

    if (!ok) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "la consulta no trae las columnas de PROJECTION_COLUMNS");
    }
    row_clear(out_row);
    out_row->id = (uint64_t)db_int8(result, row, ID);
    out_row->eleccion = (uint32_t)db_int4(result, row, ELECCION);

    out_row->tiene_acopio = !PQgetisnull(result, row, ACOPIO_HASH);
    out_row->acopio_ms = db_int8(result, row, ACOPIO_MS);
    ok = read_hash(result, row, ACOPIO_HASH, &out_row->acopio_hash) && ok;
    out_row->mecanismo = (uint32_t)db_int4(result, row, MECANISMO);
    out_row->acopio_documento = (uint32_t)db_int4(result, row, ACOPIO_DOCUMENTO);
    out_row->sin_acta = (uint32_t)db_int4(result, row, SIN_ACTA);

    out_row->tiene_imagen = !PQgetisnull(result, row, IMAGEN_HASH);
    out_row->imagen_ms = db_int8(result, row, IMAGEN_MS);
    ok = read_hash(result, row, IMAGEN_HASH, &out_row->imagen_hash) && ok;
    ok = read_hash(result, row, IMAGEN_SHA256, &out_row->imagen) && ok;
    out_row->imagen_bytes = (uint64_t)db_int8(result, row, IMAGEN_BYTES);
    out_row->imagen_formato = (uint32_t)db_int4(result, row, IMAGEN_FORMATO);
    out_row->imagen_origen = (uint32_t)db_int4(result, row, IMAGEN_ORIGEN);
    out_row->imagen_digitalizacion =
        (uint32_t)db_int4(result, row, IMAGEN_DIGITALIZACION);
    out_row->imagen_documento = (uint32_t)db_int4(result, row, IMAGEN_DOCUMENTO);

    for (int p = 0; p < 3; p++) {
        const int group = 4 * p;

        out_row->tiene_captura[p] = !PQgetisnull(result, row, CAPTURA_HASH + group);
        out_row->captura_ms[p] = db_int8(result, row, CAPTURA_MS + group);
        ok = read_hash(result, row, CAPTURA_HASH + group, &out_row->captura_hash[p]) &&
             ok;
        out_row->captura_operador[p] =
            (uint32_t)db_int4(result, row, CAPTURA_OPERADOR + group);
        ok = read_cells(result, row, CAPTURA_CELDAS + group, out_row->captura[p],
                        &out_row->captura_count[p]) &&
             ok;
    }

    out_row->tiene_verificacion = !PQgetisnull(result, row, VERIFICACION_HASH);
    out_row->verificacion_ms = db_int8(result, row, VERIFICACION_MS);
    ok = read_hash(result, row, VERIFICACION_HASH, &out_row->verificacion_hash) && ok;
    ok = read_cells(result, row, VERIFICACION_CELDAS, out_row->verificacion,
                    &out_row->verificacion_count) &&
         ok;

    out_row->tiene_cotejo = !PQgetisnull(result, row, COTEJO);
    out_row->cotejo = (uint32_t)db_int4(result, row, COTEJO);

    out_row->correccion_numero = (uint32_t)db_int4(result, row, CORRECCION_NUMERO);
    out_row->correccion_ms = db_int8(result, row, CORRECCION_MS);
    ok = read_hash(result, row, CORRECCION_HASH, &out_row->correccion_hash) && ok;
    ok = read_cells(result, row, CORRECCION_CELDAS, out_row->correccion,
                    &out_row->correccion_count) &&
         ok;
    out_row->identificada_como = (uint64_t)db_int8(result, row, IDENTIFICADA_COMO);
    ok = acta_imagenes_read(PQgetvalue(result, row, IMAGENES),
                            (size_t)PQgetlength(result, row, IMAGENES), out_row->otras,
                            &out_row->otra_count) &&
         ok;
    ok = acta_duda_unpack(PQgetvalue(result, row, DUDA_ACOPIO),
                          (size_t)PQgetlength(result, row, DUDA_ACOPIO),
                          &out_row->duda_acopio) &&
         acta_duda_unpack(PQgetvalue(result, row, DUDA_IMAGEN),
                          (size_t)PQgetlength(result, row, DUDA_IMAGEN),
                          &out_row->duda_imagen) &&
         ok;
    if (!ok) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "acta %llu: su renglón no tiene la forma esperada",
                         (unsigned long long)out_row->id);
    }
    return PREP_OK;
}
