#include "publica_db.h"

#include <stdlib.h>
#include <string.h>

#include "fila_binaria.h"
#include "prep/vista.h"

/* What vista_arma() reads of an acta, and the whole of its catalogue row. */
#define ACTA_COLUMNS                                                                   \
    "a.acopio_hash IS NOT NULL, a.acopio_ms, a.mecanismo, a.acopio_documento, "        \
    "a.sin_acta, a.imagen_ms, a.imagen_sha256, a.imagen_formato, a.imagen_origen, "    \
    "a.imagen_digitalizacion, a.imagen_documento, a.captura1_ms, a.verificacion_ms, "  \
    "a.verificacion_celdas, a.cotejo, a.correccion_numero, a.correccion_ms, "          \
    "a.correccion_celdas, a.imagenes, " PROJECTION_DUDAS
#define CATALOGO_COLUMNS                                                               \
    "c.id, c.eleccion, c.clave_casilla, c.clave_acta, c.entidad, c.entidad_nombre, "   \
    "c.territorio, c.territorio_nombre, c.seccion, c.id_casilla, c.tipo_casilla, "     \
    "c.ext_contigua, c.ubicacion, c.tipo_acta, c.lista_nominal, c.representantes, "    \
    "c.catd, c.no_aplica"

static enum prep_status forma(uint64_t id, struct prep_reason *reason)
{
    return prep_fail(
        reason, PREP_ERR_STATE,
        "acta %llu: su renglón no tiene la forma esperada: corra prep migra",
        (unsigned long long)id);
}

static void read_acta(struct fila *fila, struct acta_row *row)
{
    size_t bool_len, imagenes_len, len;
    const char *imagenes, *duda;
    const char *tiene_acopio = fila_bytes(fila, &bool_len);

    row->tiene_acopio = bool_len == 1 && tiene_acopio[0] == 1;
    row->acopio_ms = fila_int(fila);
    row->mecanismo = (uint32_t)fila_int(fila);
    row->acopio_documento = (uint32_t)fila_int(fila);
    row->sin_acta = (uint32_t)fila_int(fila);
    row->imagen_ms = fila_int(fila);
    row->tiene_imagen = fila_hash(fila, &row->imagen);
    row->imagen_formato = (uint32_t)fila_int(fila);
    row->imagen_origen = (uint32_t)fila_int(fila);
    row->imagen_digitalizacion = (uint32_t)fila_int(fila);
    row->imagen_documento = (uint32_t)fila_int(fila);
    row->tiene_captura[0] = !fila_null(fila);
    row->captura_ms[0] = row->tiene_captura[0] ? fila_int(fila) : 0;
    row->tiene_verificacion = !fila_null(fila);
    row->verificacion_ms = row->tiene_verificacion ? fila_int(fila) : 0;
    row->verificacion_count = fila_cells(fila, row->verificacion, ELECCION_CELDAS_MAX);
    row->tiene_cotejo = !fila_null(fila);
    row->cotejo = row->tiene_cotejo ? (uint32_t)fila_int(fila) : 0;
    row->correccion_numero = (uint32_t)fila_int(fila);
    row->correccion_ms = fila_int(fila);
    row->correccion_count = fila_cells(fila, row->correccion, ELECCION_CELDAS_MAX);
    imagenes = fila_bytes(fila, &imagenes_len);
    if (!acta_imagenes_read(imagenes, imagenes_len, row->otras, &row->otra_count)) {
        fila->broken = true;
    }
    duda = fila_bytes(fila, &len);
    if (!acta_duda_unpack(duda, len, &row->duda_acopio)) {
        fila->broken = true;
    }
    duda = fila_bytes(fila, &len);
    if (!acta_duda_unpack(duda, len, &row->duda_imagen)) {
        fila->broken = true;
    }
}

static void read_catalogo(struct fila *fila, struct catalogo_acta *c)
{
    const char *no_aplica;
    size_t len;

    c->id = (uint64_t)fila_int(fila);
    c->eleccion = (uint32_t)fila_int(fila);
    fila_text(fila, c->clave_casilla, sizeof c->clave_casilla);
    fila_text(fila, c->clave_acta, sizeof c->clave_acta);
    fila_text(fila, c->entidad, sizeof c->entidad);
    fila_text(fila, c->entidad_nombre, sizeof c->entidad_nombre);
    fila_text(fila, c->territorio, sizeof c->territorio);
    fila_text(fila, c->territorio_nombre, sizeof c->territorio_nombre);
    fila_text(fila, c->seccion, sizeof c->seccion);
    fila_text(fila, c->id_casilla, sizeof c->id_casilla);
    fila_text(fila, c->tipo_casilla, sizeof c->tipo_casilla);
    fila_text(fila, c->ext_contigua, sizeof c->ext_contigua);
    fila_text(fila, c->ubicacion, sizeof c->ubicacion);
    fila_text(fila, c->tipo_acta, sizeof c->tipo_acta);
    c->lista_nominal = (int32_t)fila_int(fila);
    c->representantes = (int32_t)fila_int(fila);
    fila_text(fila, c->catd, sizeof c->catd);
    no_aplica = fila_bytes(fila, &len);
    memset(c->no_aplica, 0, sizeof c->no_aplica);
    if (len > sizeof c->no_aplica) {
        fila->broken = true;
    } else if (len > 0) {
        memcpy(c->no_aplica, no_aplica, len);
    }
}

/* One row at a time through the same two structs, however many there are. */
struct lector {
    acta_visit visit;
    void *context;
    struct acta_row row;
    struct catalogo_acta catalogo;
};

static enum prep_status lector_catalogo(struct lector *lector, struct fila *fila,
                                        struct prep_reason *reason)
{
    read_catalogo(fila, &lector->catalogo);
    read_acta(fila, &lector->row);
    lector->row.id = lector->catalogo.id;
    lector->row.eleccion = lector->catalogo.eleccion;
    if (fila->broken || fila->next != fila->count) {
        return forma(lector->catalogo.id, reason);
    }
    return lector->visit(lector->context, &lector->row, &lector->catalogo, reason);
}

typedef enum prep_status (*fila_visit)(void *context, struct fila *fila,
                                       struct prep_reason *reason);

/* COPY (constant SQL) TO STDOUT, row by row. */
static enum prep_status copy_out(struct db *db, const char *sql, fila_visit visit,
                                 void *context, struct prep_reason *reason)
{
    PGconn *conn = db_conn(db);
    enum prep_status status = PREP_OK;
    struct fila fila;
    bool first = true;
    PGresult *result;
    char *data;
    int len;

    if (conn == NULL) {
        return prep_fail(reason, PREP_ERR_UNAVAILABLE, "sin conexión con la base");
    }
    result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        status = db_status(db, result, false, reason);
        PQclear(result);
        return status;
    }
    PQclear(result);
    while ((len = PQgetCopyData(conn, &data, 0)) > 0) {
        if (status == PREP_OK) {
            if (fila_copy(&fila, data, (size_t)len, first)) {
                status = visit(context, &fila, reason);
            } else if (fila.broken) {
                status = forma(0, reason);
            }
            first = false;
            if (status != PREP_OK) { /* the rest is of no use: have the server stop */
                char error[256];
                PGcancel *cancel = PQgetCancel(conn);

                (void)PQcancel(cancel, error, sizeof error);
                PQfreeCancel(cancel);
            }
        }
        PQfreemem(data);
    }
    while ((result = PQgetResult(conn)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && status == PREP_OK) {
            status = db_status(db, result, false, reason);
        }
        PQclear(result);
    }
    if (len == -2 && status == PREP_OK) {
        status = db_status(db, NULL, false, reason);
    }
    return status;
}

static enum prep_status visit_catalogo(void *context, struct fila *fila,
                                       struct prep_reason *reason)
{
    return lector_catalogo(context, fila, reason);
}

enum prep_status publica_db_todas(struct db *db, acta_visit visit, void *context,
                                  struct prep_reason *reason)
{
    struct lector *lector = calloc(1, sizeof *lector);
    enum prep_status status;

    if (lector == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    lector->visit = visit;
    lector->context = context;
    status = copy_out(db,
                      "COPY (SELECT " CATALOGO_COLUMNS ", " ACTA_COLUMNS
                      " FROM catalogo c LEFT JOIN acta a ON a.id = c.id ORDER BY c.id)"
                      " TO STDOUT (FORMAT binary)",
                      visit_catalogo, lector, reason);
    free(lector);
    return status;
}

enum prep_status publica_db_actas(struct db *db, const uint64_t *ids, size_t count,
                                  acta_visit visit, void *context,
                                  struct prep_reason *reason)
{
    struct lector *lector = calloc(1, sizeof *lector);
    struct db_array *array = db_array_new(DB_ARRAY_INT4);
    PGresult *result = NULL;
    struct db_param param;
    enum prep_status status;

    if (lector == NULL || array == NULL) {
        free(lector);
        db_array_free(&array);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    for (size_t i = 0; i < count; i++) {
        db_array_add_int(array, (int64_t)ids[i]);
    }
    lector->visit = visit;
    lector->context = context;
    param = db_array_param(array);
    status = db_exec(db,
                     "SELECT " CATALOGO_COLUMNS ", " ACTA_COLUMNS
                     " FROM catalogo c LEFT JOIN acta a ON a.id = c.id"
                     " WHERE c.id = ANY ($1::integer[]) ORDER BY c.id",
                     &param, 1, true, &result, reason);
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        struct fila fila;

        fila_result(&fila, result, i);
        status = lector_catalogo(lector, &fila, reason);
    }
    PQclear(result);
    db_array_free(&array);
    free(lector);
    return status;
}

/* As in lector_catalogo(), with what could be read of it instead of the catalogue. */
static enum prep_status lector_fuera(struct lector *lector, struct fila *fila,
                                     struct prep_reason *reason)
{
    const char *json;
    size_t len;

    lector->row.id = (uint64_t)fila_int(fila);
    lector->row.eleccion = (uint32_t)fila_int(fila);
    json = fila_bytes(fila, &len);
    read_acta(fila, &lector->row);
    if (fila->broken || fila->next != fila->count) {
        return forma(lector->row.id, reason);
    }
    vista_identificacion(json, len, &lector->catalogo);
    lector->catalogo.id = lector->row.id;
    lector->catalogo.eleccion = lector->row.eleccion;
    return lector->visit(lector->context, &lector->row, &lector->catalogo, reason);
}

enum prep_status publica_db_fuera(struct db *db, acta_visit visit, void *context,
                                  struct prep_reason *reason)
{
    struct lector *lector = calloc(1, sizeof *lector);
    PGresult *result = NULL;
    enum prep_status status;

    if (lector == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    lector->visit = visit;
    lector->context = context;
    status = db_exec(db,
                     "SELECT a.id, a.eleccion, a.identificacion::text, " ACTA_COLUMNS
                     " FROM acta a WHERE a.id >= (1::bigint << 52)"
                     " AND a.identificada_como IS NULL ORDER BY a.id",
                     NULL, 0, true, &result, reason);
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        struct fila fila;

        fila_result(&fila, result, i);
        status = lector_fuera(lector, &fila, reason);
    }
    PQclear(result);
    free(lector);
    return status;
}
