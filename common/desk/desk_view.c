#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "desk/desk_private.h"
#include "prep/acta_id.h"

#define IMAGE_BYTES_MAX (32u * 1024u * 1024u)

void desk_view_estado(struct desk *desk, struct http_request *request)
{
    const struct desk_queue *queue = desk_work_queue(desk->work);
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        { "en_espera", desk_queue_waiting(queue) },
        { "reclamadas", desk_queue_parked(queue) },
        { "posicion", desk_work_position(desk->work) },
        { "capturadas", desk->counts.capturadas },
        { "verificadas", desk->counts.verificadas },
        { "discrepancias", desk->counts.discrepancias },
        { "cotejadas", desk->counts.cotejadas },
        { "repetidas", desk->counts.repetidas },
        { "rechazadas", desk->counts.rechazadas },
    };
    struct buffer *out = &desk->out;

    buffer_clear(out);
    buffer_printf(out, "{\"etapa\":\"%s\",\"base\":%s", desk->stage->nombre,
                  desk->up ? "true" : "false");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        buffer_printf(out, ",\"%s\":%llu", numbers[i].name,
                      (unsigned long long)numbers[i].value);
    }
    buffer_add_char(out, '}');
    http_answer(request, 200, NULL, out->data, out->len);
}

/* ---- GET /actas/ID: who it is and what is on it; never what was captured */

static const char *const identity_names[] = {
    "clave_casilla", "clave_acta",        "entidad",   "entidad_nombre",
    "territorio",    "territorio_nombre", "seccion",   "id_casilla",
    "tipo_casilla",  "ext_contigua",      "ubicacion", "tipo_acta",
    "lista_nominal",
};

enum {
    IDENTITY_COUNT = sizeof identity_names / sizeof identity_names[0],
    COLUMN_ELECCION = 0,
    COLUMN_IMAGEN,
    COLUMN_NO_APLICA,
    COLUMN_IDENTIDAD,
};

static const struct db_statement acta_statement = {
    "desk_acta",
    "SELECT a.eleccion, a.imagen_sha256, c.no_aplica, c.clave_casilla, c.clave_acta, "
    "c.entidad, c.entidad_nombre, c.territorio, c.territorio_nombre, c.seccion, "
    "c.id_casilla, c.tipo_casilla, c.ext_contigua, c.ubicacion, c.tipo_acta, "
    "c.lista_nominal::text FROM acta a JOIN catalogo c ON c.id = a.id WHERE a.id = $1",
    1
};

static const char *opcion_tipo_text(enum opcion_tipo tipo)
{
    switch (tipo) {
    case OPCION_PARTIDO:
        return "partido";
    case OPCION_COMBINACION:
        return "combinacion";
    case OPCION_CANDIDATURA_COMUN:
        return "candidatura_comun";
    case OPCION_INDEPENDIENTE:
        return "independiente";
    case OPCION_NO_REGISTRADAS:
        return "no_registradas";
    case OPCION_NULOS:
        return "nulos";
    }
    return "";
}

static void cells_add(struct buffer *out, const struct eleccion *eleccion,
                      const uint8_t *no_aplica)
{
    buffer_add_text(out, ",\"campos\":[");
    for (size_t i = 0; i < eleccion->campo_count; i++) {
        buffer_add_text(out, i == 0 ? "" : ",");
        buffer_add_text(out, "{\"clave\":");
        buffer_add_json(out, eleccion->campos[i].clave);
        buffer_add_char(out, '}');
    }
    buffer_add_text(out, "],\"opciones\":[");
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        buffer_add_text(out, i == 0 ? "" : ",");
        buffer_add_text(out, "{\"clave\":");
        buffer_add_json(out, eleccion->opciones[i].clave);
        buffer_printf(out, ",\"tipo\":\"%s\",\"aplica\":%s}",
                      opcion_tipo_text(eleccion->opciones[i].tipo),
                      catalogo_no_aplica(no_aplica, i) ? "false" : "true");
    }
    buffer_add_char(out, ']');
}

static void acta_write(struct desk *desk, const PGresult *row, uint64_t id,
                       const struct eleccion *eleccion)
{
    struct buffer *out = &desk->out;
    uint8_t no_aplica[CATALOGO_NO_APLICA_BYTES] = { 0 };
    size_t len = (size_t)PQgetlength(row, 0, COLUMN_NO_APLICA);

    memcpy(no_aplica, PQgetvalue(row, 0, COLUMN_NO_APLICA),
           len < sizeof no_aplica ? len : sizeof no_aplica);
    buffer_clear(out);
    buffer_printf(out, "{\"acta\":%llu,\"eleccion\":", (unsigned long long)id);
    buffer_add_json(out, eleccion->clave);
    buffer_add_text(out, ",\"nombre\":");
    buffer_add_json(out, eleccion->nombre);
    buffer_add_text(out, ",\"identidad\":{");
    for (int i = 0; i < IDENTITY_COUNT; i++) {
        buffer_printf(out, "%s\"%s\":", i == 0 ? "" : ",", identity_names[i]);
        buffer_add_json(out, PQgetvalue(row, 0, COLUMN_IDENTIDAD + i));
    }
    buffer_add_text(out, "},\"imagen\":");
    if (PQgetlength(row, 0, COLUMN_IMAGEN) == (int)HASH_LEN) {
        char text[HASH_TEXT_SIZE];

        hex_write(PQgetvalue(row, 0, COLUMN_IMAGEN), HASH_LEN, text);
        buffer_add_json(out, text);
    } else {
        buffer_add_text(out, "null");
    }
    cells_add(out, eleccion, no_aplica);
    buffer_add_char(out, '}');
}

/* The number after the last slash; 0 when it is none. */
static uint64_t path_id(const char *path)
{
    const char *text = strrchr(path, '/') + 1;
    char *end = NULL;
    unsigned long long value;

    if (!isdigit((unsigned char)text[0]) || strlen(text) > 16) {
        return 0;
    }
    value = strtoull(text, &end, 10);
    return *end == '\0' ? value : 0;
}

enum prep_status desk_view_acta(struct desk *desk, struct http_request *request,
                                struct prep_reason *reason)
{
    const uint64_t id = path_id(http_path(request));
    const struct eleccion *eleccion = NULL;
    PGresult *row = NULL;
    char number[8];
    struct db_param param = db_param_int8(number, (int64_t)id);
    enum prep_status status;

    if (acta_id_es_de_catalogo(id)) {
        status = desk_query(desk->db, &acta_statement, &param, &row, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    if (row != NULL && PQntuples(row) == 1) {
        eleccion = definicion_eleccion(desk->definicion,
                                       (uint32_t)db_int4(row, 0, COLUMN_ELECCION));
    }
    if (eleccion == NULL) {
        http_answer_error(request, 404, "acta.desconocida",
                          "no hay en el catálogo un acta con ese id; use el que dio "
                          "/tomar");
    } else {
        acta_write(desk, row, id, eleccion);
        http_answer(request, 200, NULL, desk->out.data, desk->out.len);
    }
    PQclear(row);
    return PREP_OK;
}

/* ---- GET /imagenes/<sha256> */

static const struct {
    const char *extension;
    const char *content_type;
} image_types[] = {
    { "webp", "image/webp" },     { "jpg", "image/jpeg" }, { "png", "image/png" },
    { "pdf", "application/pdf" }, { "tif", "image/tiff" },
};

void desk_view_imagen(struct desk *desk, struct http_request *request)
{
    const char *name = strrchr(http_path(request), '/') + 1;
    char path[4096 + 128];
    struct hash hash;
    char text[HASH_TEXT_SIZE];
    struct buffer bytes;

    if (desk->config->imagenes == NULL ||
        hex_read(name, strlen(name), hash.bytes, HASH_LEN) != PREP_OK) {
        http_answer_error(request, 404, "imagen.desconocida",
                          "aquí no está esa imagen; escriba los 64 dígitos de su "
                          "SHA-256");
        return;
    }
    hash_text(&hash, text);
    buffer_init(&bytes, IMAGE_BYTES_MAX);
    for (size_t i = 0; i < sizeof image_types / sizeof image_types[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%.2s/%s.%s", desk->config->imagenes, text,
                       text, image_types[i].extension);
        if (durable_read(path, IMAGE_BYTES_MAX, &bytes, NULL) == PREP_OK) {
            http_answer(request, 200, image_types[i].content_type, bytes.data,
                        bytes.len);
            buffer_done(&bytes);
            return;
        }
    }
    buffer_done(&bytes);
    http_answer_error(request, 404, "imagen.desconocida",
                      "la imagen todavía no llega; intente en unos segundos");
}
