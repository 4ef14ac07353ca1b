#include "simulacro/ajusta.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulacro/compara.h"
#include "simulacro/oraculo.h"

#define ENSAYO ".ensayo" /* folder of the first publication, removed afterwards */
#define DESCRIPTORES 16

static int borra_uno(const char *path, const struct stat *info, int type,
                     struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void borra(const char *path)
{
    (void)nftw(path, borra_uno, DESCRIPTORES, FTW_DEPTH | FTW_PHYS);
}

static bool es_estado_vacio(enum perfil_estado estado)
{
    return estado == PERFIL_SIN_ACTA || estado == PERFIL_FUERA ||
           estado == PERFIL_NO_CAPTURADA;
}

static bool es_palabra(const char *text)
{
    celda ignored;

    return celda_clasifica(text, &ignored) != CELDA_DE_NUMERO;
}

/* Presentation may be learnt; identity, observations, status and votes may not. */
static bool permitida(enum perfil_estado estado, enum columna_clase clase,
                      const char *texto)
{
    if (columna_es_identidad(clase) || clase == COL_OBSERVACIONES ||
        clase == COL_AJENA) {
        return false;
    }
    if (clase == COL_CONTABILIZADA) {
        return estado == PERFIL_SIN_ACTA && es_palabra(texto);
    }
    if (es_estado_vacio(estado)) {
        return es_palabra(texto) || strcmp(texto, "0") == 0;
    }
    if (columna_es_voto(clase) || !es_palabra(texto)) {
        return false;
    }
    return clase == COL_CAMPO || clase == COL_LISTA_NOMINAL ||
           clase == COL_REPRESENTANTES || clase == COL_COTEJADA ||
           (clase == COL_CALCULADO && estado != PERFIL_NORMAL &&
            estado != PERFIL_EXCEDE);
}

/* What the rows of one kind print in one column. */
struct uso {
    size_t filas;
    const char *texto; /* NULL: more than one */
    bool no_aplica;    /* rows without that option print textos.no_aplica, apart */
};

struct consulta {
    const struct noche_eleccion *eleccion;
    const char *columna;
    enum perfil_estado estado;
    char tipo;                  /* '\0': every one */
    size_t opcion;              /* of a vote; SIZE_MAX: it is not one */
    const struct indice *actas; /* clave to position in eleccion->actas */
};

static bool fila_sin_opcion(const struct consulta *consulta,
                            const struct base_fila *fila)
{
    size_t at = consulta->opcion == SIZE_MAX
                    ? INDICE_NADA
                    : indice_busca(consulta->actas, fila->clave);

    return at != INDICE_NADA &&
           catalogo_no_aplica(consulta->eleccion->actas[at].catalogo.no_aplica,
                              consulta->opcion);
}

/* apart: rows whose acta does not have the option are looked at on their own. */
static struct uso uso_de(const struct consulta *consulta, bool apart)
{
    struct uso uso = { .texto = NULL };
    bool first = true;

    for (size_t k = 0; k < consulta->eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &consulta->eleccion->base->cortes[k];
        size_t column = tabla_columna_nombre(corte->tabla, consulta->columna);

        for (size_t i = 0;
             column < corte->tabla->columna_count && i < corte->fila_count; i++) {
            const struct base_fila *fila = &corte->filas[i];
            const char *text = fila->fila->celdas[column];
            char tipo = tabla_celda(corte->tabla, fila->fila, COL_TIPO_CASILLA)[0];

            if (fila_perfil_estado(&fila->lectura) != consulta->estado ||
                (consulta->tipo != '\0' && tipo != consulta->tipo)) {
                continue;
            }
            if (apart && fila_sin_opcion(consulta, fila)) {
                if (strcmp(text, consulta->eleccion->textos.no_aplica) != 0) {
                    return (struct uso){ .texto = NULL };
                }
                uso.no_aplica = true;
                continue;
            }
            uso.filas++;
            if (first) {
                uso.texto = text;
                first = false;
            } else if (uso.texto == NULL || strcmp(uso.texto, text) != 0) {
                return (struct uso){ .texto = NULL };
            }
        }
    }
    return uso;
}

static void excepcion_agrega(struct noche_eleccion *eleccion,
                             struct noche_excepcion excepcion)
{
    for (size_t i = 0; i < eleccion->excepcion_count; i++) {
        const struct noche_excepcion *at = &eleccion->excepciones[i];

        if (strcmp(at->columna, excepcion.columna) == 0 &&
            at->estado == excepcion.estado &&
            (at->tipo == excepcion.tipo || at->tipo == '\0')) {
            return;
        }
    }
    eleccion->excepciones =
        vector_grow(eleccion->excepciones, eleccion->excepcion_count,
                    &eleccion->excepcion_room, sizeof *eleccion->excepciones);
    eleccion->excepciones[eleccion->excepcion_count++] = excepcion;
}

static void aprende(const struct noche *noche, struct noche_eleccion *eleccion,
                    const struct indice *actas, const struct diferencia *difference)
{
    const struct tabla *tabla = difference->corte->tabla;
    const enum columna_clase clase = tabla->columnas[difference->columna_index].clase;
    struct consulta consulta = {
        .eleccion = eleccion,
        .columna = difference->columna,
        .estado = fila_perfil_estado(&difference->fila->lectura),
        .opcion = SIZE_MAX,
        .actas = actas,
    };
    struct uso uso;

    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        if (columna_es_voto(clase) &&
            strcmp(eleccion->celdas[c].nombre, difference->columna) == 0) {
            consulta.opcion = c - eleccion->campo_count;
        }
    }
    uso = uso_de(&consulta, false);
    if (uso.texto == NULL && es_estado_vacio(consulta.estado)) {
        uso = uso_de(&consulta, true);
        if (uso.texto != NULL && uso.no_aplica) {
            eleccion->no_aplica_en |= 1u << consulta.estado;
        }
    }
    if (uso.texto == NULL) {
        consulta.tipo = tabla_celda(tabla, difference->fila->fila, COL_TIPO_CASILLA)[0];
        uso = consulta.tipo == '\0' ? uso : uso_de(&consulta, false);
    }
    if (uso.texto == NULL || !permitida(consulta.estado, clase, uso.texto)) {
        return;
    }
    excepcion_agrega(eleccion, (struct noche_excepcion){
                                   .columna = almacen_text(noche->base->almacen,
                                                           difference->columna),
                                   .estado = consulta.estado,
                                   .tipo = consulta.tipo,
                                   .texto = uso.texto,
                               });
}

/* Typed ones first, since the first that fits is printed; then alike together. */
static int excepcion_compare(const void *a, const void *b)
{
    const struct noche_excepcion *x = a, *y = b;
    int difference;

    if ((x->tipo == '\0') != (y->tipo == '\0')) {
        return x->tipo == '\0' ? 1 : -1;
    }
    if (x->estado != y->estado) {
        return (int)x->estado - (int)y->estado;
    }
    if (x->tipo != y->tipo) {
        return x->tipo - y->tipo;
    }
    difference = strcmp(x->texto, y->texto);
    return difference != 0 ? difference : strcmp(x->columna, y->columna);
}

static void aprende_todas(struct noche *noche, const struct comparacion *comparacion)
{
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        struct noche_eleccion *eleccion = &noche->elecciones[e];
        struct indice *actas = indice_new();
        struct indice *seen = indice_new();

        for (size_t i = 0; i < eleccion->acta_count; i++) {
            indice_pon(actas, eleccion->actas[i].clave, i);
        }
        for (size_t i = 0; i < comparacion->diferencia_count; i++) {
            const struct diferencia *difference = &comparacion->diferencias[i];
            char *key;

            if (difference->fila == NULL ||
                strcmp(difference->eleccion, eleccion->base->clave) != 0) {
                continue;
            }
            key = almacen_printf(noche->base->almacen, "%s|%d|%c", difference->columna,
                                 fila_perfil_estado(&difference->fila->lectura),
                                 tabla_celda(difference->corte->tabla,
                                             difference->fila->fila,
                                             COL_TIPO_CASILLA)[0]);
            if (indice_busca(seen, key) == INDICE_NADA) {
                indice_pon(seen, key, 1);
                aprende(noche, eleccion, actas, difference);
            }
        }
        if (eleccion->excepcion_count > 0) {
            qsort(eleccion->excepciones, eleccion->excepcion_count,
                  sizeof eleccion->excepciones[0], excepcion_compare);
        }
        indice_free(&actas);
        indice_free(&seen);
    }
}

enum prep_status noche_ajusta(struct noche *noche, const char *carpeta,
                              struct prep_reason *reason)
{
    struct comparacion comparacion;
    char ensayo[PATH_MAX];
    enum prep_status status;
    struct base nuestra;

    (void)snprintf(ensayo, sizeof ensayo, "%s/%s", carpeta, ENSAYO);
    borra(ensayo);
    status = oraculo_publica(carpeta, ensayo, reason);
    if (status == PREP_OK) {
        status = base_lee(ensayo, &nuestra, reason);
    }
    if (status == PREP_OK) {
        compara_sin_causas(noche->base, &nuestra, &comparacion);
        aprende_todas(noche, &comparacion);
        comparacion_libera(&comparacion);
        base_libera(&nuestra);
        status = noche_escribe_definicion(noche, carpeta, reason);
    }
    borra(ensayo);
    return status;
}
