#include "simulacro/hechos.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "prep/acta_id.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const tipos[] = {
    [HECHO_ACOPIO] = "acopio",   [HECHO_IMAGEN] = "imagen",
    [HECHO_CAPTURA] = "captura", [HECHO_VERIFICACION] = "verificacion",
    [HECHO_COTEJO] = "cotejo",
};

static const char *const columnas[] = {
    "corte",     "acta",   "tipo",           "hora_ms",  "mecanismo",
    "documento", "origen", "digitalizacion", "sin_acta", "cotejo",
    "eleccion",  "celdas", "identificacion",
};

static const char *const corte_columnas[] = { "corte", "sello", "nominal_ms", "ultimo",
                                              "elecciones" };

struct hechos_reader {
    struct csv_reader *csv;
    char path[PATH_MAX];
    uint32_t corte; /* of the previous fact: they only grow */
    char *identificacion;
};

const char *hecho_tipo_texto(enum hecho_tipo tipo)
{
    return tipos[tipo];
}

static enum prep_status header_check(struct csv_reader *csv, const char *path,
                                     const char *const *names, size_t count,
                                     struct prep_reason *reason)
{
    struct csv_row row;
    enum prep_status status;
    bool end;

    status = csv_next(csv, &row, &end, reason);
    if (status != PREP_OK) {
        return status;
    }
    for (size_t i = 0; !end && i < count; i++) {
        end = i >= row.count || strcmp(row.fields[i], names[i]) != 0;
    }
    if (end || row.count != count) {
        return prep_fail(
            reason, PREP_ERR_FORMAT,
            "%s:1: no es el encabezado esperado; vuelva a importar la base", path);
    }
    return PREP_OK;
}

/* A number with an optional sign, between min and max. */
static bool number_read(const char *text, int64_t min, int64_t max, int64_t *out_value)
{
    char *end;
    long long value;

    if (text[0] != '-' && (text[0] < '0' || text[0] > '9')) {
        return false;
    }
    value = strtoll(text, &end, 10);
    *out_value = value;
    return *end == '\0' && end != text && value >= min && value <= max;
}

static enum prep_status refuse(const char *path, const struct csv_row *row,
                               const char *columna, const char *value,
                               struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_FORMAT,
                     "%s:%zu: %s: «%.60s»: no se entiende; vuelva a importar la base",
                     path, row->line, columna, value);
}

enum prep_status hechos_open(const char *carpeta, struct hechos_reader **out_reader,
                             struct prep_reason *reason)
{
    struct hechos_reader *reader = calloc(1, sizeof *reader);
    enum prep_status status;

    if (reader == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    (void)snprintf(reader->path, sizeof reader->path, "%s/%s", carpeta, HECHOS_ARCHIVO);
    status = csv_open(reader->path, ',', true, &reader->csv, reason);
    if (status == PREP_OK) {
        status = header_check(reader->csv, reader->path, columnas, COUNT_OF(columnas),
                              reason);
    }
    if (status != PREP_OK) {
        hechos_close(&reader);
        return status;
    }
    *out_reader = reader;
    return PREP_OK;
}

void hechos_close(struct hechos_reader **reader)
{
    if (*reader == NULL) {
        return;
    }
    csv_close(&(*reader)->csv);
    free((*reader)->identificacion);
    free(*reader);
    *reader = NULL;
}

static enum prep_status acta_read(const struct hechos_reader *reader,
                                  const struct csv_row *row, struct hecho *hecho,
                                  struct prep_reason *reason)
{
    const char *text = row->fields[1];
    bool fuera = text[0] == 'F';
    int64_t value;

    if (!number_read(text + (fuera ? 1 : 0), 1, ACTA_ID_CATALOGO_MAX, &value)) {
        return refuse(reader->path, row, "acta", text, reason);
    }
    hecho->acta = fuera ? 0 : (uint64_t)value;
    hecho->fuera = fuera ? (uint32_t)value : 0;
    return PREP_OK;
}

static enum prep_status celdas_read(const struct hechos_reader *reader,
                                    const struct csv_row *row, struct hecho *hecho,
                                    struct prep_reason *reason)
{
    const char *at = row->fields[11];

    hecho->celda_count = 0;
    while (*at != '\0') {
        char *end;
        long value = strtol(at, &end, 10);

        if (end == at || (*end != ' ' && *end != '\0') || value < CELDA_NO_APLICA ||
            value > CELDA_MAX || hecho->celda_count == ELECCION_CELDAS_MAX) {
            return refuse(reader->path, row, "celdas", at, reason);
        }
        hecho->celdas[hecho->celda_count++] = (celda)value;
        at = *end == ' ' ? end + 1 : end;
    }
    return PREP_OK;
}

static enum prep_status row_read(struct hechos_reader *reader,
                                 const struct csv_row *row, struct hecho *hecho,
                                 struct prep_reason *reason)
{
    uint32_t *const codes[] = { &hecho->mecanismo, &hecho->documento,
                                &hecho->origen,    &hecho->digitalizacion,
                                &hecho->sin_acta,  &hecho->cotejo,
                                &hecho->eleccion };
    enum prep_status status;
    int64_t value;

    if (row->count != COUNT_OF(columnas)) {
        return refuse(reader->path, row, "columnas", row->fields[0], reason);
    }
    if (!number_read(row->fields[0], reader->corte, CORTES_MAX, &value)) {
        return refuse(reader->path, row, "corte", row->fields[0], reason);
    }
    reader->corte = (uint32_t)value;
    hecho->corte = reader->corte;
    status = acta_read(reader, row, hecho, reason);
    if (status != PREP_OK) {
        return status;
    }
    hecho->tipo = 0;
    for (size_t i = HECHO_ACOPIO; i < COUNT_OF(tipos); i++) {
        if (strcmp(tipos[i], row->fields[2]) == 0) {
            hecho->tipo = (enum hecho_tipo)i;
        }
    }
    if (hecho->tipo == 0) {
        return refuse(reader->path, row, "tipo", row->fields[2], reason);
    }
    if (!number_read(row->fields[3], 0, INT64_C(1) << 52, &hecho->hora_ms)) {
        return refuse(reader->path, row, "hora_ms", row->fields[3], reason);
    }
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (!number_read(row->fields[4 + i], 0, VOCABULARIO_MAX, &value)) {
            return refuse(reader->path, row, columnas[4 + i], row->fields[4 + i],
                          reason);
        }
        *codes[i] = (uint32_t)value;
    }
    free(reader->identificacion);
    reader->identificacion = strdup(row->fields[12]);
    hecho->identificacion = reader->identificacion;
    return celdas_read(reader, row, hecho, reason);
}

enum prep_status hechos_next(struct hechos_reader *reader, struct hecho *out_hecho,
                             bool *out_fin, struct prep_reason *reason)
{
    struct csv_row row;
    enum prep_status status;

    status = csv_next(reader->csv, &row, out_fin, reason);
    if (status != PREP_OK || *out_fin) {
        return status;
    }
    return row_read(reader, &row, out_hecho, reason);
}

static enum prep_status corte_read(const char *path, const struct csv_row *row,
                                   size_t expected, struct corte_publicado *out_corte,
                                   struct prep_reason *reason)
{
    int64_t numero, ultimo;

    if (row->count != COUNT_OF(corte_columnas)) {
        return refuse(path, row, "columnas", row->fields[0], reason);
    }
    *out_corte = (struct corte_publicado){ 0 };
    if (!number_read(row->fields[0], (int64_t)expected, (int64_t)expected, &numero)) {
        return refuse(path, row, "corte", row->fields[0], reason);
    }
    if (strlen(row->fields[1]) >= sizeof out_corte->sello) {
        return refuse(path, row, "sello", row->fields[1], reason);
    }
    if (!number_read(row->fields[2], 1, INT64_C(1) << 52, &out_corte->nominal_ms)) {
        return refuse(path, row, "nominal_ms", row->fields[2], reason);
    }
    if (!number_read(row->fields[3], 0, 1, &ultimo)) {
        return refuse(path, row, "ultimo", row->fields[3], reason);
    }
    if (strlen(row->fields[4]) >= sizeof out_corte->elecciones) {
        return refuse(path, row, "elecciones", row->fields[4], reason);
    }
    out_corte->numero = (uint32_t)numero;
    out_corte->ultimo = ultimo == 1;
    text_copy(out_corte->sello, sizeof out_corte->sello, row->fields[1]);
    text_copy(out_corte->elecciones, sizeof out_corte->elecciones, row->fields[4]);
    return PREP_OK;
}

enum prep_status cortes_read(const char *carpeta, struct corte_publicado **out_cortes,
                             size_t *out_count, struct prep_reason *reason)
{
    struct corte_publicado *cortes = NULL;
    struct csv_reader *csv = NULL;
    char path[PATH_MAX];
    enum prep_status status;
    size_t count = 0;

    (void)snprintf(path, sizeof path, "%s/%s", carpeta, CORTES_ARCHIVO);
    status = csv_open(path, ',', true, &csv, reason);
    if (status != PREP_OK) {
        return status;
    }
    cortes = calloc(CORTES_MAX, sizeof *cortes);
    status = cortes == NULL ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                            : header_check(csv, path, corte_columnas,
                                           COUNT_OF(corte_columnas), reason);
    while (status == PREP_OK) {
        struct csv_row row;
        bool end;

        status = csv_next(csv, &row, &end, reason);
        if (status != PREP_OK || end) {
            break;
        }
        if (count == CORTES_MAX) {
            status = prep_fail(reason, PREP_ERR_RANGE, "%s: hay más de %u cortes", path,
                               CORTES_MAX);
            break;
        }
        status = corte_read(path, &row, count + 1, &cortes[count], reason);
        count++;
    }
    csv_close(&csv);
    if (status != PREP_OK) {
        free(cortes);
        return status;
    }
    *out_cortes = cortes;
    *out_count = count;
    return PREP_OK;
}
