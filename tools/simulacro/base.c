#include "simulacro/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define DESFASE_CENTRO_MIN (-360)

struct lista_tablas {
    struct tabla **items;
    size_t count, room;
};

/* True for names of files that go with a base and are not results. */
static bool es_leeme(const char *ruta)
{
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(ruta_nombre(ruta), name);
    return strstr(name, "LEEME") != NULL || strstr(name, "README") != NULL;
}

static bool es_candidaturas(const char *ruta)
{
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(ruta_nombre(ruta), name);
    return strstr(name, "CANDIDAT") != NULL;
}

static bool misma_carpeta(const char *a, const char *b)
{
    size_t len = (size_t)(ruta_nombre(a) - a);

    return len == (size_t)(ruta_nombre(b) - b) && memcmp(a, b, len) == 0;
}

/* "20210606_2240" somewhere in a path: the time of a corte that does not print it. */
static bool sello_en_ruta(const char *ruta, int64_t *out_local_ms)
{
    for (const char *at = ruta; *at != '\0'; at++) {
        const char *digit = at;
        uint64_t day, minute;

        if (text_digits(&digit, 8, &day) && digit == at + 8 && *digit++ == '_' &&
            text_digits(&digit, 4, &minute) && digit == at + 13) {
            const struct clock_parts parts = {
                .year = (int)(day / 10000),
                .month = (int)(day / 100 % 100),
                .day = (int)(day % 100),
                .hour = (int)(minute / 100),
                .minute = (int)(minute % 100),
            };

            if (clock_from_parts(&parts, 0, out_local_ms) == PREP_OK) {
                return true;
            }
        }
    }
    return false;
}

/* The latest hour of a row: the corte of a file that says no time at all. */
static int64_t ultima_hora(const struct tabla *tabla)
{
    int64_t last = 0;

    for (size_t i = 0; i < tabla->columna_count; i++) {
        if (!columna_es_hora(tabla->columnas[i].clase)) {
            continue;
        }
        for (size_t f = 0; f < tabla->fila_count; f++) {
            int64_t ms;
            bool tiene;
            int desfase;

            if (fecha_tolerante(tabla->filas[f].celdas[i], &ms, &tiene, &desfase) &&
                ms > last) {
                last = ms;
            }
        }
    }
    return last;
}

static enum prep_status tablas_lee(struct base *base, struct lista_tablas *tablas,
                                   struct prep_reason *reason)
{
    for (size_t i = 0; i < base->archivos.count; i++) {
        const struct archivo *archivo = &base->archivos.items[i];
        struct tabla *tabla = NULL;
        enum prep_status status;

        if (es_leeme(archivo->ruta)) {
            continue;
        }
        status = tabla_lee(archivo, base->almacen, &tabla, reason);
        if (status == PREP_ERR_NOT_FOUND) {
            continue;
        }
        if (status != PREP_OK) {
            return status;
        }
        if (!tabla->tiene_fecha) {
            tabla->tiene_fecha = sello_en_ruta(tabla->ruta, &tabla->fecha_local_ms);
        }
        if (!tabla->tiene_fecha) {
            tabla->fecha_local_ms = ultima_hora(tabla);
        }
        /* A corte is known to the minute: that is what its files are named after. */
        tabla->fecha_local_ms -= tabla->fecha_local_ms % 60000;
        tablas->items = vector_grow(tablas->items, tablas->count, &tablas->room,
                                    sizeof(struct tabla *));
        tablas->items[tablas->count++] = tabla;
    }
    return PREP_OK;
}

static struct base_eleccion *eleccion_de(struct base *base, const struct tabla *tabla)
{
    char clave[BASE_CLAVE_SIZE];
    enum territorio_tipo territorio;
    struct base_eleccion *eleccion;

    eleccion_nombre(tabla, clave, &territorio);
    for (size_t i = 0; i < base->eleccion_count; i++) {
        if (strcmp(base->elecciones[i].clave, clave) == 0) {
            return &base->elecciones[i];
        }
    }
    if (base->eleccion_count == ELECCION_MAX) {
        return NULL;
    }
    eleccion = &base->elecciones[base->eleccion_count++];
    text_copy(eleccion->clave, sizeof eleccion->clave, clave);
    eleccion->territorio = territorio;
    eleccion->cortes =
        almacen_alloc(base->almacen, CORTES_MAX * sizeof *eleccion->cortes);
    return eleccion;
}

static enum prep_status tabla_pon(struct base *base, struct tabla *tabla,
                                  struct prep_reason *reason)
{
    struct base_eleccion *eleccion = eleccion_de(base, tabla);
    size_t at;

    if (eleccion == NULL || eleccion->corte_count == CORTES_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: hay más de %u elecciones o %u cortes; dé una sola base",
                         tabla->ruta, ELECCION_MAX, CORTES_MAX);
    }
    for (at = eleccion->corte_count; at > 0; at--) {
        int64_t before = eleccion->cortes[at - 1].tabla->fecha_local_ms;

        if (before == tabla->fecha_local_ms) {
            base->repetidas++;
            return PREP_OK;
        }
        if (before < tabla->fecha_local_ms) {
            break;
        }
    }
    memmove(&eleccion->cortes[at + 1], &eleccion->cortes[at],
            (eleccion->corte_count - at) * sizeof *eleccion->cortes);
    eleccion->cortes[at] = (struct base_corte){ .tabla = tabla };
    eleccion->corte_count++;
    return PREP_OK;
}

static int eleccion_compare(const void *a, const void *b)
{
    const struct base_eleccion *x = a, *y = b;
    int difference = eleccion_orden(x->clave) - eleccion_orden(y->clave);

    return difference != 0 ? difference : strcmp(x->clave, y->clave);
}

static int momento_compare(const void *a, const void *b)
{
    const struct base_momento *x = a, *y = b;

    return x->local_ms < y->local_ms ? -1 : x->local_ms > y->local_ms;
}

static enum prep_status momentos_reune(struct base *base, struct prep_reason *reason)
{
    for (size_t e = 0; e < base->eleccion_count; e++) {
        const struct base_eleccion *eleccion = &base->elecciones[e];

        for (size_t k = 0; k < eleccion->corte_count; k++) {
            int64_t ms = eleccion->cortes[k].tabla->fecha_local_ms;
            size_t at = 0;

            while (at < base->corte_count && base->cortes[at].local_ms != ms) {
                at++;
            }
            if (at == CORTES_MAX) {
                return prep_fail(reason, PREP_ERR_RANGE,
                                 "la base tiene más de %u cortes", CORTES_MAX);
            }
            if (at == base->corte_count) {
                char stamp[CLOCK_TEXT_SIZE];

                clock_stamp(ms, 0, stamp);
                base->cortes[at].local_ms = ms;
                memcpy(base->cortes[at].sello, stamp, CORTE_SELLO_SIZE - 2);
                base->corte_count++;
            }
        }
    }
    qsort(base->cortes, base->corte_count, sizeof base->cortes[0], momento_compare);
    return PREP_OK;
}

static void filas_junta(struct base *base, struct base_corte *corte)
{
    const struct tabla *tabla = corte->tabla;
    struct indice *seen = indice_new();

    corte->fila_count = tabla->fila_count;
    corte->filas =
        almacen_alloc(base->almacen, tabla->fila_count * sizeof *corte->filas);
    corte->indice = indice_new();
    for (size_t i = 0; i < tabla->fila_count; i++) {
        struct base_fila *fila = &corte->filas[i];
        const char *clave = fila_clave(tabla, &tabla->filas[i], base->almacen);
        size_t occurrence = indice_busca(seen, clave);

        occurrence = occurrence == INDICE_NADA ? 0 : occurrence;
        indice_pon(seen, clave, occurrence + 1);
        fila->fila = &tabla->filas[i];
        fila_lee(tabla, fila->fila, &fila->lectura);
        fila->clave = almacen_printf(base->almacen, "%s%zu", clave, occurrence + 1);
        if (fila->lectura.estado != FILA_FUERA) {
            indice_pon(corte->indice, fila->clave, i);
        }
    }
    indice_free(&seen);
}

static void archivos_asocia(const struct base *base, struct base_eleccion *eleccion)
{
    const char *ruta = eleccion->cortes[eleccion->corte_count - 1].tabla->ruta;

    for (size_t i = 0; i < base->archivos.count; i++) {
        const struct archivo *archivo = &base->archivos.items[i];

        if (!misma_carpeta(archivo->ruta, ruta) || strcmp(archivo->ruta, ruta) == 0) {
            continue;
        }
        if (es_leeme(archivo->ruta)) {
            eleccion->leeme = archivo;
        } else if (es_candidaturas(archivo->ruta)) {
            eleccion->candidaturas = archivo;
        }
    }
}

/* The entity whose id most rows have, if all that have one agree. */
static void entidad_decide(struct base *base)
{
    int64_t entidad = 0;

    for (size_t e = 0; e < base->eleccion_count; e++) {
        const struct tabla *tabla = base->elecciones[e].cortes[0].tabla;

        for (size_t i = 0; i < tabla->fila_count; i++) {
            const char *text = tabla_celda(tabla, &tabla->filas[i], COL_ENTIDAD);
            const char *clave = tabla_celda(tabla, &tabla->filas[i], COL_CLAVE_CASILLA);
            char digits[3] = { clave[0], clave[0] == '\0' ? '\0' : clave[1], '\0' };
            int64_t id;

            if (!numero_tolerante(text[0] != '\0' ? text : digits, &id)) {
                continue;
            }
            if (entidad != 0 && id != entidad) {
                text_copy(base->entidad, sizeof base->entidad, entidad_nombre(0));
                return;
            }
            entidad = id;
        }
    }
    text_copy(base->entidad, sizeof base->entidad, entidad_nombre(entidad));
}

static void desfase_decide(struct base *base)
{
    base->desfase_min = DESFASE_CENTRO_MIN;
    for (size_t e = 0; e < base->eleccion_count && !base->tiene_desfase; e++) {
        for (size_t k = 0; k < base->elecciones[e].corte_count; k++) {
            const struct tabla *tabla = base->elecciones[e].cortes[k].tabla;

            if (tabla->tiene_desfase) {
                base->tiene_desfase = true;
                base->desfase_min = tabla->desfase_min;
                break;
            }
        }
    }
}

static void completa(struct base *base)
{
    struct clock_parts parts;

    qsort(base->elecciones, base->eleccion_count, sizeof base->elecciones[0],
          eleccion_compare);
    for (size_t e = 0; e < base->eleccion_count; e++) {
        struct base_eleccion *eleccion = &base->elecciones[e];

        base_columnas(eleccion);
        archivos_asocia(base, eleccion);
        for (size_t k = 0; k < eleccion->corte_count; k++) {
            struct base_corte *corte = &eleccion->cortes[k];

            filas_junta(base, corte);
            while (base->cortes[corte->corte].local_ms !=
                   corte->tabla->fecha_local_ms) {
                corte->corte++;
            }
        }
    }
    entidad_decide(base);
    desfase_decide(base);
    clock_to_parts(base->cortes[0].local_ms, 0, &parts);
    base->anio = parts.year;
}

enum prep_status base_lee(const char *path, struct base *out_base,
                          struct prep_reason *reason)
{
    struct lista_tablas tablas = { 0 };
    struct base *base = out_base;
    enum prep_status status;

    *base = (struct base){ .almacen = almacen_new() };
    status = archivos_lee(path, &base->archivos, reason);
    if (status == PREP_OK) {
        status = tablas_lee(base, &tablas, reason);
    }
    for (size_t i = 0; status == PREP_OK && i < tablas.count; i++) {
        status = tabla_pon(base, tablas.items[i], reason);
    }
    if (status == PREP_OK && base->eleccion_count == 0) {
        status =
            prep_fail(reason, PREP_ERR_NOT_FOUND,
                      "%s: no tiene ninguna base de resultados: ningún CSV con una "
                      "columna SECCION y las de los votos",
                      path);
    }
    if (status == PREP_OK) {
        status = momentos_reune(base, reason);
    }
    free(tablas.items);
    if (status != PREP_OK) {
        base_libera(base);
        return status;
    }
    completa(base);
    return PREP_OK;
}

void base_libera(struct base *base)
{
    for (size_t e = 0; e < base->eleccion_count; e++) {
        for (size_t k = 0; k < base->elecciones[e].corte_count; k++) {
            indice_free(&base->elecciones[e].cortes[k].indice);
        }
    }
    archivos_libera(&base->archivos);
    almacen_free(&base->almacen);
    base->eleccion_count = 0;
    base->corte_count = 0;
}

const struct base_eleccion *base_busca(const struct base *base, const char *clave)
{
    for (size_t i = 0; i < base->eleccion_count; i++) {
        if (strcmp(base->elecciones[i].clave, clave) == 0) {
            return &base->elecciones[i];
        }
    }
    return NULL;
}

const struct base_corte *base_corte_busca(const struct base *base,
                                          const struct base_eleccion *eleccion,
                                          int64_t local_ms)
{
    (void)base;
    for (size_t i = 0; i < eleccion->corte_count; i++) {
        if (eleccion->cortes[i].tabla->fecha_local_ms == local_ms) {
            return &eleccion->cortes[i];
        }
    }
    return NULL;
}
