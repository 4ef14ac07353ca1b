#include "simulacro/compara.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CODIGO_HEX_MIN 32u

const char *causa_texto(enum causa causa)
{
    static const char *const words[] = {
#define CAUSA_PALABRA(name, word) [CAUSA_DE_##name] = (word),
        CAUSA_LISTA(CAUSA_PALABRA)
#undef CAUSA_PALABRA
    };

    return words[causa];
}

/* What is being compared, for the helpers. */
struct cotejo {
    struct comparacion *out;
    const struct indice *imagenes;
    const struct base_eleccion *eleccion;
    const struct base_corte *corte, *nuestro;
    const char *sello;
    bool sin_causas;
    /* Column of ours for each of the base's; TABLA_COLUMNAS_MAX: none. */
    size_t columnas[TABLA_COLUMNAS_MAX];
};

static struct diferencia *anota(struct cotejo *cotejo, const char *lugar,
                                const char *columna, const char *publicado,
                                const char *nuestro, enum causa causa)
{
    struct comparacion *out = cotejo->out;
    struct diferencia *difference;

    out->diferencias = vector_grow(out->diferencias, out->diferencia_count,
                                   &out->diferencia_room, sizeof *out->diferencias);
    difference = &out->diferencias[out->diferencia_count++];
    *difference = (struct diferencia){
        .eleccion = cotejo->eleccion->clave,
        .sello = cotejo->sello,
        .lugar = lugar,
        .columna = columna,
        .publicado = publicado,
        .nuestro = nuestro,
        .causa = causa,
        .corte = cotejo->corte,
    };
    return difference;
}

static const char *lugar_de(const struct cotejo *cotejo, const struct base_corte *corte,
                            const struct base_fila *fila)
{
    const struct tabla *tabla = corte->tabla;
    const char *clave = tabla_celda(tabla, fila->fila, COL_CLAVE_ACTA);

    if (clave[0] == '\0') {
        clave = tabla_celda(tabla, fila->fila, COL_CLAVE_CASILLA);
    }
    return almacen_printf(cotejo->out->almacen, "%s/%s", clave,
                          tabla_celda(tabla, fila->fila, COL_TERRITORIO));
}

static bool es_codigo(const char *text)
{
    return strlen(text) >= CODIGO_HEX_MIN;
}

/* Present where the base has one, and the hash of an image really published. */
static bool codigo_igual(const struct cotejo *cotejo, const char *publicado,
                         const char *nuestro)
{
    if (!es_codigo(publicado) || !es_codigo(nuestro)) {
        return strcmp(publicado, nuestro) == 0;
    }
    return cotejo->imagenes == NULL ||
           indice_busca(cotejo->imagenes, nuestro) != INDICE_NADA;
}

static bool celda_igual(const struct cotejo *cotejo, enum columna_clase clase,
                        const char *publicado, const char *nuestro)
{
    return clase == COL_CODIGO ? codigo_igual(cotejo, publicado, nuestro)
                               : strcmp(publicado, nuestro) == 0;
}

static void columnas_junta(struct cotejo *cotejo)
{
    const struct tabla *tabla = cotejo->corte->tabla;

    for (size_t i = 0; i < tabla->columna_count; i++) {
        size_t at =
            tabla_columna_nombre(cotejo->nuestro->tabla, tabla->columnas[i].nombre);

        cotejo->columnas[i] =
            at < cotejo->nuestro->tabla->columna_count ? at : TABLA_COLUMNAS_MAX;
        if (cotejo->columnas[i] == TABLA_COLUMNAS_MAX && tabla->fila_count > 0) {
            bool ajena = tabla->columnas[i].clase == COL_AJENA;

            (void)anota(cotejo, "columna", tabla->columnas[i].nombre, "", "",
                        ajena ? CAUSA_DE_COLUMNA_AJENA : CAUSA_DE_SIN_EXPLICAR);
        }
    }
}

static void fila_compara(struct cotejo *cotejo, const struct base_fila *fila,
                         const struct base_fila *nuestra)
{
    const struct tabla *tabla = cotejo->corte->tabla;
    const char *lugar = NULL;

    cotejo->out->filas++;
    for (size_t i = 0; i < tabla->columna_count; i++) {
        struct causa_contexto contexto = {
            .eleccion = cotejo->eleccion,
            .corte = cotejo->corte,
            .nuestro_corte = cotejo->nuestro,
            .fila = fila,
            .nuestra = nuestra,
            .columna = i,
        };
        struct diferencia *difference;

        if (cotejo->columnas[i] == TABLA_COLUMNAS_MAX) {
            continue;
        }
        contexto.publicado = fila->fila->celdas[i];
        contexto.nuestro = nuestra->fila->celdas[cotejo->columnas[i]];
        cotejo->out->celdas++;
        if (celda_igual(cotejo, tabla->columnas[i].clase, contexto.publicado,
                        contexto.nuestro)) {
            cotejo->out->iguales++;
            continue;
        }
        lugar = lugar == NULL ? lugar_de(cotejo, cotejo->corte, fila) : lugar;
        difference = anota(cotejo, lugar, tabla->columnas[i].nombre, contexto.publicado,
                           contexto.nuestro,
                           cotejo->sin_causas ? CAUSA_DE_SIN_EXPLICAR
                                              : causa_de_celda(&contexto));
        difference->fila = fila;
        difference->columna_index = i;
    }
}

static void falta_fila(struct cotejo *cotejo, const struct base_fila *fila)
{
    char tipo = tabla_celda(cotejo->corte->tabla, fila->fila, COL_TIPO_CASILLA)[0];
    bool known = tipo != '\0' && strchr("BCESMAPVUbcesmapvu", tipo) != NULL;

    cotejo->out->filas++;
    (void)anota(cotejo, lugar_de(cotejo, cotejo->corte, fila), "renglón", "está",
                "falta", known ? CAUSA_DE_SIN_EXPLICAR : CAUSA_DE_FILA_SIN_TIPO);
}

/* Fuera de catalogo rows have no key: each takes the most alike that is left. */
static void fuera_compara(struct cotejo *cotejo)
{
    const struct base_corte *ours = cotejo->nuestro;
    bool *used = calloc(ours->fila_count + 1, sizeof *used);

    if (used == NULL) {
        abort();
    }
    for (size_t i = 0; i < cotejo->corte->fila_count; i++) {
        const struct base_fila *fila = &cotejo->corte->filas[i];
        size_t best = ours->fila_count, best_wrong = (size_t)-1;

        if (fila->lectura.estado != FILA_FUERA) {
            continue;
        }
        for (size_t k = 0; k < ours->fila_count; k++) {
            size_t wrong = 0;

            if (ours->filas[k].lectura.estado != FILA_FUERA || used[k]) {
                continue;
            }
            for (size_t c = 0; c < cotejo->corte->tabla->columna_count; c++) {
                wrong += cotejo->columnas[c] != TABLA_COLUMNAS_MAX &&
                         !celda_igual(cotejo, cotejo->corte->tabla->columnas[c].clase,
                                      fila->fila->celdas[c],
                                      ours->filas[k].fila->celdas[cotejo->columnas[c]]);
            }
            if (wrong < best_wrong) {
                best_wrong = wrong;
                best = k;
            }
        }
        if (best == ours->fila_count) {
            falta_fila(cotejo, fila);
            continue;
        }
        used[best] = true;
        fila_compara(cotejo, fila, &ours->filas[best]);
    }
    for (size_t k = 0; k < ours->fila_count; k++) {
        if (ours->filas[k].lectura.estado == FILA_FUERA && !used[k]) {
            (void)anota(cotejo, lugar_de(cotejo, ours, &ours->filas[k]), "renglón",
                        "falta", "está", CAUSA_DE_SIN_EXPLICAR);
        }
    }
    free(used);
}

static void filas_compara(struct cotejo *cotejo)
{
    columnas_junta(cotejo);
    for (size_t i = 0; i < cotejo->corte->fila_count; i++) {
        const struct base_fila *fila = &cotejo->corte->filas[i];
        size_t at;

        if (fila->lectura.estado == FILA_FUERA) {
            continue;
        }
        at = indice_busca(cotejo->nuestro->indice, fila->clave);
        if (at == INDICE_NADA) {
            falta_fila(cotejo, fila);
        } else {
            fila_compara(cotejo, fila, &cotejo->nuestro->filas[at]);
        }
    }
    for (size_t i = 0; i < cotejo->nuestro->fila_count; i++) {
        const struct base_fila *fila = &cotejo->nuestro->filas[i];

        if (fila->lectura.estado != FILA_FUERA &&
            indice_busca(cotejo->corte->indice, fila->clave) == INDICE_NADA) {
            (void)anota(cotejo, lugar_de(cotejo, cotejo->nuestro, fila), "renglón",
                        "falta", "está", CAUSA_DE_SIN_EXPLICAR);
        }
    }
    fuera_compara(cotejo);
}

/* first: differences noted before this corte. */
static void encabezado_compara(struct cotejo *cotejo, size_t first)
{
    const struct tabla *tabla = cotejo->corte->tabla;
    const struct tabla *ours = cotejo->nuestro->tabla;
    bool rows_differ = cotejo->out->diferencia_count > first;

    for (size_t i = first; i < cotejo->out->diferencia_count; i++) {
        if (cotejo->out->diferencias[i].causa == CAUSA_DE_SIN_EXPLICAR) {
            rows_differ = false; /* nothing follows from what is not explained */
        }
    }
    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        const char *publicado = tabla->encabezado_valores[i];
        const char *nuestro = ours->encabezado_valores[i];

        if (publicado == NULL) {
            continue;
        }
        cotejo->out->celdas++;
        nuestro = nuestro == NULL ? "" : nuestro;
        if (strcmp(publicado, nuestro) == 0) {
            cotejo->out->iguales++;
            continue;
        }
        (void)anota(
            cotejo, "encabezado", encabezado_nombres[i], publicado, nuestro,
            causa_de_encabezado(cotejo->corte, i, publicado, nuestro, rows_differ));
    }
}

static void corte_compara(struct cotejo *cotejo)
{
    size_t first = cotejo->out->diferencia_count;

    cotejo->out->cortes++;
    if (cotejo->nuestro == NULL) {
        (void)anota(cotejo, "corte", "corte", "está", "falta", CAUSA_DE_SIN_EXPLICAR);
        return;
    }
    filas_compara(cotejo);
    encabezado_compara(cotejo, first);
}

static void compara(const struct base *publicada, const struct base *nuestra,
                    const struct indice *imagenes, bool sin_causas,
                    struct comparacion *out_comparacion)
{
    struct cotejo cotejo = { .out = out_comparacion,
                             .imagenes = imagenes,
                             .sin_causas = sin_causas };

    *out_comparacion = (struct comparacion){ .almacen = almacen_new() };
    for (size_t e = 0; e < publicada->eleccion_count; e++) {
        const struct base_eleccion *ours =
            base_busca(nuestra, publicada->elecciones[e].clave);

        cotejo.eleccion = &publicada->elecciones[e];
        for (size_t k = 0; k < cotejo.eleccion->corte_count; k++) {
            cotejo.corte = &cotejo.eleccion->cortes[k];
            cotejo.sello = publicada->cortes[cotejo.corte->corte].sello;
            cotejo.nuestro =
                ours == NULL ? NULL
                             : base_corte_busca(nuestra, ours,
                                                cotejo.corte->tabla->fecha_local_ms);
            corte_compara(&cotejo);
        }
    }
    for (size_t i = 0; i < out_comparacion->diferencia_count; i++) {
        out_comparacion->por_causa[out_comparacion->diferencias[i].causa]++;
    }
}

void compara_bases(const struct base *publicada, const struct base *nuestra,
                   const struct indice *imagenes, struct comparacion *out_comparacion)
{
    compara(publicada, nuestra, imagenes, false, out_comparacion);
}

void compara_sin_causas(const struct base *publicada, const struct base *nuestra,
                        struct comparacion *out_comparacion)
{
    compara(publicada, nuestra, NULL, true, out_comparacion);
}

void comparacion_libera(struct comparacion *comparacion)
{
    free(comparacion->diferencias);
    almacen_free(&comparacion->almacen);
    *comparacion = (struct comparacion){ 0 };
}
