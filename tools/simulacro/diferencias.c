#include "simulacro/diferencias.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/durable.h"

#define COLUMNAS 7u
#define LISTA_BYTES_MAX (64u * 1024u * 1024u)

static const char encabezado[] = "eleccion,corte,lugar,columna,publicado,nuestro,causa";

static char *linea_de(struct almacen *almacen, const char *const fields[COLUMNAS])
{
    struct buffer out;
    char *text;

    buffer_init(&out, LISTA_BYTES_MAX);
    for (size_t i = 0; i < COLUMNAS; i++) {
        if (i > 0) {
            buffer_add_char(&out, ',');
        }
        csv_add(&out, fields[i], ',');
    }
    text = almacen_text(almacen, buffer_text(&out));
    buffer_done(&out);
    return text;
}

char *diferencia_linea(struct almacen *almacen, const struct diferencia *diferencia)
{
    const char *const fields[COLUMNAS] = {
        diferencia->eleccion,
        diferencia->sello,
        diferencia->lugar,
        diferencia->columna,
        diferencia->publicado,
        diferencia->nuestro,
        causa_texto(diferencia->causa),
    };

    return linea_de(almacen, fields);
}

enum prep_status diferencias_lee(const char *path, struct lista_diferencias *out_lista,
                                 struct prep_reason *reason)
{
    struct lista_diferencias *lista = out_lista;
    struct csv_reader *csv;
    enum prep_status status;

    *lista = (struct lista_diferencias){ .almacen = almacen_new() };
    status = csv_open(path, ',', true, &csv, reason);
    if (status != PREP_OK) {
        diferencias_libera(lista);
        return status;
    }
    for (bool first = true;; first = false) {
        struct csv_row row;
        bool end;

        status = csv_next(csv, &row, &end, reason);
        if (status != PREP_OK || end) {
            break;
        }
        if (row.count != COLUMNAS ||
            (first && strcmp(row.fields[0], "eleccion") != 0)) {
            status = prep_fail(reason, PREP_ERR_FORMAT, "%s:%zu: debe decir %s", path,
                               row.line, encabezado);
            break;
        }
        if (first) {
            continue;
        }
        lista->lineas = vector_grow(lista->lineas, lista->count, &lista->room,
                                    sizeof *lista->lineas);
        lista->lineas[lista->count++] = linea_de(lista->almacen, row.fields);
    }
    csv_close(&csv);
    if (status != PREP_OK) {
        diferencias_libera(lista);
    }
    return status;
}

void diferencias_libera(struct lista_diferencias *lista)
{
    free(lista->lineas);
    almacen_free(&lista->almacen);
    *lista = (struct lista_diferencias){ 0 };
}

enum prep_status diferencias_escribe(const char *path,
                                     const struct comparacion *comparacion,
                                     struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, LISTA_BYTES_MAX);
    buffer_add_text(&out, encabezado);
    buffer_add_char(&out, '\n');
    for (size_t i = 0; i < comparacion->diferencia_count; i++) {
        buffer_add_text(
            &out, diferencia_linea(comparacion->almacen, &comparacion->diferencias[i]));
        buffer_add_char(&out, '\n');
    }
    status = buffer_status(&out);
    if (status == PREP_OK) {
        status = durable_replace(path, buffer_text(&out), out.len, 0644, reason);
    }
    buffer_done(&out);
    return status;
}

/* Each accepted line pays for one difference: lines may repeat. */
void diferencias_cruza(const struct lista_diferencias *lista,
                       const struct comparacion *comparacion, size_t **out_nuevas,
                       size_t *out_nueva_count, const char ***out_ausentes,
                       size_t *out_ausente_count)
{
    struct indice *accepted = indice_new();
    size_t nueva_room = 0, ausente_room = 0;

    *out_nuevas = NULL;
    *out_ausentes = NULL;
    *out_nueva_count = 0;
    *out_ausente_count = 0;
    for (size_t i = 0; i < lista->count; i++) {
        size_t before = indice_busca(accepted, lista->lineas[i]);

        indice_pon(accepted, lista->lineas[i],
                   (before == INDICE_NADA ? 0 : before) + 1);
    }
    for (size_t i = 0; i < comparacion->diferencia_count; i++) {
        char *line =
            diferencia_linea(comparacion->almacen, &comparacion->diferencias[i]);
        size_t left = indice_busca(accepted, line);

        if (left == INDICE_NADA || left == 0) {
            *out_nuevas = vector_grow(*out_nuevas, *out_nueva_count, &nueva_room,
                                      sizeof **out_nuevas);
            (*out_nuevas)[(*out_nueva_count)++] = i;
        } else {
            indice_pon(accepted, line, left - 1);
        }
    }
    for (size_t i = 0; i < lista->count; i++) {
        size_t left = indice_busca(accepted, lista->lineas[i]);

        if (left > 0) {
            *out_ausentes = vector_grow(*out_ausentes, *out_ausente_count,
                                        &ausente_room, sizeof **out_ausentes);
            (*out_ausentes)[(*out_ausente_count)++] = lista->lineas[i];
            indice_pon(accepted, lista->lineas[i], left - 1);
        }
    }
    indice_free(&accepted);
}
