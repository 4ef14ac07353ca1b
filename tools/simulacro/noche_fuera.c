/*
 * Fuera de catalogo: rows that name no acta. One image that appears in every election
 * is one fact; the others belong to the election that shows them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "simulacro/noche.h"

#define JSON_BYTES_MAX 4096u

/* The identity columns that the row fills in, as Acopio.identificacion. */
static const char *identificacion(struct almacen *almacen, const struct tabla *tabla,
                                  const struct fila *fila)
{
    struct buffer json;
    const char *text;
    bool first = true;

    buffer_init(&json, JSON_BYTES_MAX);
    buffer_add_char(&json, '{');
    for (size_t i = 0; i < tabla->columna_count; i++) {
        enum columna_clase clase = tabla->columnas[i].clase;
        celda ignored;

        if (!columna_es_identidad(clase) ||
            celda_es_blanca(celda_clasifica(fila->celdas[i], &ignored))) {
            continue;
        }
        if (!first) {
            buffer_add_char(&json, ',');
        }
        first = false;
        buffer_add_json(&json, columna_fuente(clase));
        buffer_add_char(&json, ':');
        buffer_add_json(&json, fila->celdas[i]);
    }
    buffer_add_char(&json, '}');
    text = almacen_text(almacen, json.full ? "{}" : buffer_text(&json));
    buffer_done(&json);
    return text;
}

static const char *row_text(struct almacen *almacen, const struct tabla *tabla,
                            const struct fila *fila)
{
    struct buffer row;
    const char *text;

    buffer_init(&row, 256 * 1024);
    for (size_t i = 0; i < tabla->columna_count; i++) {
        buffer_add_text(&row, fila->celdas[i]);
        buffer_add_char(&row, '\x1f');
    }
    text = almacen_text(almacen, buffer_text(&row));
    buffer_done(&row);
    return text;
}

static uint32_t codigo(struct noche *noche, struct lista_textos *lista,
                       const char *text)
{
    celda ignored;

    return celda_es_blanca(celda_clasifica(text, &ignored))
               ? 0
               : lista_codigo(noche->base->almacen, lista, text);
}

static struct noche_fuera fuera_lee(struct noche *noche,
                                    const struct noche_eleccion *eleccion,
                                    const struct base_corte *corte,
                                    const struct fila *fila)
{
    const struct tabla *tabla = corte->tabla;
    const char *code = tabla_celda(tabla, fila, COL_CODIGO);
    int64_t local_ms;
    int desfase;
    bool tiene;
    struct noche_fuera fuera = {
        .eleccion = (uint32_t)(eleccion - noche->elecciones) + 1,
        .corte = corte->corte + 1,
        .identificacion = identificacion(noche->base->almacen, tabla, fila),
        .mecanismo =
            codigo(noche, &noche->mecanismos, tabla_celda(tabla, fila, COL_MECANISMO)),
        .documento =
            codigo(noche, &noche->documentos, tabla_celda(tabla, fila, COL_DOCUMENTO)),
        .origen = codigo(noche, &noche->origenes, tabla_celda(tabla, fila, COL_ORIGEN)),
        .digitalizacion = codigo(noche, &noche->digitalizaciones,
                                 tabla_celda(tabla, fila, COL_DIGITALIZACION)),
        .codigo = strlen(code) >= 32 ? code : "",
        .fila = row_text(noche->base->almacen, tabla, fila),
    };

    if (fecha_tolerante(tabla_celda(tabla, fila, COL_ACOPIO), &local_ms, &tiene,
                        &desfase)) {
        fuera.acopio_ms = local_ms - (int64_t)noche->base->desfase_min * 60000;
    }
    fuera.imagen =
        fuera.codigo[0] != '\0' || fuera.origen != 0 || fuera.digitalizacion != 0;
    return fuera;
}

/* Rows equal to this one among those of its election that are already known. */
static size_t known(const struct noche *noche, size_t first, const char *row)
{
    size_t count = 0;

    for (size_t i = first; i < noche->fuera_count; i++) {
        count += strcmp(noche->fuera[i].fila, row) == 0;
    }
    return count;
}

static void eleccion_lee(struct noche *noche, const struct noche_eleccion *eleccion)
{
    size_t first = noche->fuera_count;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            struct noche_fuera fuera;
            size_t here = 0;

            if (corte->filas[i].lectura.estado != FILA_FUERA) {
                continue;
            }
            fuera = fuera_lee(noche, eleccion, corte, corte->filas[i].fila);
            for (size_t j = 0; j <= i; j++) {
                here += corte->filas[j].lectura.estado == FILA_FUERA &&
                        strcmp(row_text(noche->base->almacen, corte->tabla,
                                        corte->filas[j].fila),
                               fuera.fila) == 0;
            }
            if (known(noche, first, fuera.fila) >= here) {
                continue;
            }
            noche->fuera = vector_grow(noche->fuera, noche->fuera_count,
                                       &noche->fuera_room, sizeof *noche->fuera);
            noche->fuera[noche->fuera_count++] = fuera;
        }
    }
}

static bool misma(const struct noche_fuera *a, const struct noche_fuera *b)
{
    return a->codigo[0] != '\0' && strcmp(a->codigo, b->codigo) == 0 &&
           a->corte == b->corte && a->acopio_ms == b->acopio_ms &&
           a->mecanismo == b->mecanismo && a->documento == b->documento &&
           a->origen == b->origen && a->digitalizacion == b->digitalizacion;
}

/* One image in every election of the base, from the same corte on: one fact. */
static void une(struct noche *noche)
{
    size_t kept = 0, joined = 0;

    for (size_t i = 0; noche->eleccion_count > 1 && i < noche->fuera_count; i++) {
        size_t elections = 1;

        if (noche->fuera[i].eleccion == UINT32_MAX) {
            continue;
        }
        for (size_t j = i + 1; j < noche->fuera_count; j++) {
            elections += misma(&noche->fuera[i], &noche->fuera[j]) &&
                         noche->fuera[j].eleccion != noche->fuera[i].eleccion;
        }
        if (elections != noche->eleccion_count) {
            continue;
        }
        for (size_t j = i + 1; j < noche->fuera_count; j++) {
            if (misma(&noche->fuera[i], &noche->fuera[j])) {
                noche->fuera[j].eleccion = UINT32_MAX; /* the same fact again */
            }
        }
        noche->fuera[i].eleccion = 0;
        joined++;
    }
    for (size_t i = 0; i < noche->fuera_count; i++) {
        if (noche->fuera[i].eleccion != UINT32_MAX) {
            noche->fuera[kept++] = noche->fuera[i];
        }
    }
    noche->fuera_count = kept;
    if (joined > 0) {
        noche_nota(noche, NULL,
                   "fuera de catálogo: %zu imágenes aparecen en todas las elecciones; "
                   "cada una es un solo hecho, sin elección",
                   joined);
    }
}

void noche_fuera_de_catalogo(struct noche *noche)
{
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        eleccion_lee(noche, &noche->elecciones[e]);
    }
    une(noche);
}
