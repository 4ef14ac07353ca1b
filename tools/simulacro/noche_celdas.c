/*
 * What the cells of a row said: numbers, and the three ways of not being one.
 *
 * A base with words (ILEGIBLE, Sin dato) says it all, and there a dash or an empty
 * cell is an option that the acta does not have. A base without words leaves three
 * things to tell apart by context:
 *   - an option that no acta of the territory has a number for does not exist there;
 *   - any other empty cell of a captured acta is "sin dato";
 *   - where the publisher says "algun campo ilegible" and every cell is a number, it
 *     printed 0 for what it could not read: one zero of that acta is supposed to be
 *     the illegible one, and said so in supuestos.csv.
 */
#include <stdlib.h>
#include <string.h>

#include "simulacro/noche.h"

/* Raw texts of one kind and how often each was seen. */
struct conteo {
    struct lista_textos textos;
    size_t veces[64];
};

static void cuenta(struct conteo *conteo, const char *text)
{
    size_t i = 0;

    while (i < conteo->textos.count && strcmp(conteo->textos.items[i], text) != 0) {
        i++;
    }
    if (i == conteo->textos.count) {
        if (i == sizeof conteo->veces / sizeof conteo->veces[0]) {
            return;
        }
        lista_agrega(&conteo->textos, text);
        conteo->veces[i] = 0;
    }
    conteo->veces[i]++;
}

static const char *mas_frecuente(const struct conteo *conteo, const char *otherwise)
{
    size_t best = 0;

    for (size_t i = 0; i < conteo->textos.count; i++) {
        if (conteo->veces[i] > best) {
            best = conteo->veces[i];
            otherwise = conteo->textos.items[i];
        }
    }
    return otherwise;
}

void noche_textos_decide(struct noche *noche, struct noche_eleccion *eleccion)
{
    struct conteo por_clase[CELDA_CLASE_COUNT] = { 0 };
    struct conteo blancas_vacias = { 0 }; /* in rows without a single number */
    struct conteo blancas = { 0 };        /* in the others */
    struct noche_textos *textos = &eleccion->textos;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            const struct base_fila *fila = &corte->filas[i];

            if (fila->lectura.estado != FILA_CAPTURADA) {
                continue;
            }
            for (size_t c = 0; c < corte->tabla->columna_count; c++) {
                enum columna_clase columna = corte->tabla->columnas[c].clase;
                const char *text = fila->fila->celdas[c];
                enum celda_clase clase;
                celda ignored;

                if (!columna_es_celda(columna)) {
                    continue;
                }
                clase = celda_clasifica(text, &ignored);
                cuenta(&por_clase[clase], clase == CELDA_DE_NUMERO ? "" : text);
                if (celda_es_blanca(clase)) {
                    cuenta(fila->lectura.votos_numero == 0 ? &blancas_vacias : &blancas,
                           text);
                }
            }
        }
    }
    textos->explicitos = por_clase[CELDA_DICE_ILEGIBLE].textos.count +
                             por_clase[CELDA_DICE_SIN_DATO].textos.count >
                         0;
    textos->ilegible = mas_frecuente(&por_clase[CELDA_DICE_ILEGIBLE], "ILEGIBLE");
    textos->sin_dato = textos->explicitos
                           ? mas_frecuente(&por_clase[CELDA_DICE_SIN_DATO], "SIN DATO")
                           : mas_frecuente(&blancas_vacias, "");
    textos->no_aplica =
        mas_frecuente(&blancas, textos->explicitos ? "-" : textos->sin_dato);
    for (size_t i = 0; i < CELDA_CLASE_COUNT; i++) {
        free(por_clase[i].textos.items);
    }
    free(blancas.textos.items);
    free(blancas_vacias.textos.items);
    if (!textos->explicitos) {
        noche_nota(
            noche, eleccion,
            "celdas sin dato: la base no usa palabras; una celda «%s» en un acta "
            "capturada se toma como sin dato, salvo la de una opción que ninguna "
            "acta del territorio tiene, porque esa opción no existe ahí",
            textos->sin_dato);
    }
}

/* For each territory, which options some acta has a number or a word for. */
struct presencia {
    struct indice *indice; /* by catalogo.territorio */
    size_t count, room;
    bool (*opciones)[ELECCION_CELDAS_MAX];
};

static bool *presencia_de(struct presencia *presencia, const char *territorio)
{
    size_t at = indice_busca(presencia->indice, territorio);

    if (at == INDICE_NADA) {
        presencia->opciones =
            vector_grow(presencia->opciones, presencia->count, &presencia->room,
                        sizeof *presencia->opciones);
        at = presencia->count++;
        memset(presencia->opciones[at], 0, sizeof presencia->opciones[at]);
        indice_pon(presencia->indice, territorio, at);
    }
    return presencia->opciones[at];
}

static const char *texto_de(const struct noche_eleccion *eleccion,
                            const struct noche_acta *acta, size_t celda_index)
{
    size_t column =
        tabla_columna_nombre(acta->tabla, eleccion->celdas[celda_index].nombre);

    return column < acta->tabla->columna_count ? acta->fila->fila->celdas[column] : "";
}

static void presencia_lee(const struct noche_eleccion *eleccion,
                          struct presencia *presencia)
{
    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct noche_acta *acta = &eleccion->actas[i];
        bool *options;

        if (acta->fila == NULL || acta->fila->lectura.votos_numero == 0) {
            continue;
        }
        options = presencia_de(presencia, acta->catalogo.territorio);
        for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
            celda ignored;

            options[c] = options[c] || !celda_es_blanca(celda_clasifica(
                                           texto_de(eleccion, acta, c), &ignored));
        }
    }
}

static celda celda_de(const struct noche_eleccion *eleccion,
                      const struct noche_acta *acta, size_t c, const bool *options)
{
    celda value = CELDA_SIN_DATO;

    switch (celda_clasifica(texto_de(eleccion, acta, c), &value)) {
    case CELDA_DE_NUMERO:
        return value;
    case CELDA_DICE_ILEGIBLE:
    case CELDA_OTRA: /* something is written, and it is no number */
        return CELDA_ILEGIBLE;
    case CELDA_VACIA:
    case CELDA_GUION:
        if (eleccion->textos.explicitos ||
            (c >= eleccion->campo_count && options != NULL && !options[c])) {
            return CELDA_NO_APLICA;
        }
        return CELDA_SIN_DATO;
    case CELDA_DICE_SIN_DATO:
    case CELDA_DICE_SIN_ACTA:
    case CELDA_CLASE_COUNT:
        break;
    }
    return CELDA_SIN_DATO;
}

/* The zero that is supposed illegible: what officials leave blank most often. */
static size_t cero_de(const struct noche_eleccion *eleccion,
                      const struct noche_acta *acta)
{
    static const enum columna_clase first[] = { COL_NO_REGISTRADAS, COL_NULOS,
                                                COL_VOTO };

    for (size_t k = 0; k < sizeof first / sizeof first[0]; k++) {
        for (size_t c = eleccion->celda_count; c > eleccion->campo_count; c--) {
            if (eleccion->celdas[c - 1].clase == first[k] && acta->celdas[c - 1] == 0) {
                return c - 1;
            }
        }
    }
    return eleccion->celda_count;
}

/* Zeros in place of what could not be read, where the base has no words for it. */
static void ceros_supone(struct noche *noche, struct noche_eleccion *eleccion,
                         struct noche_acta *acta)
{
    const uint32_t observacion = acta->fila->lectura.observacion;
    bool todos = (observacion & OBS_TODOS_CUALQUIERA) != 0;
    size_t zero;

    if (eleccion->textos.explicitos || (!todos && !(observacion & OBS_ALGUN_CAMPO))) {
        return;
    }
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        if (acta->celdas[c] == CELDA_ILEGIBLE || acta->celdas[c] == CELDA_SIN_DATO) {
            return; /* what the observation says is there to see */
        }
    }
    zero = cero_de(eleccion, acta);
    if (zero == eleccion->celda_count || (todos && acta->fila->lectura.suma != 0)) {
        return;
    }
    eleccion->textos.ceros_por_ilegible = true;
    if (!todos) {
        acta->celdas[zero] = CELDA_ILEGIBLE;
        noche_supuesto(noche, eleccion, acta, eleccion->celdas[zero].clave, "0",
                       CELDA_ILEGIBLE,
                       "la observación dice ALGÚN CAMPO y no hay celda "
                       "vacía");
        return;
    }
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        if (acta->celdas[c] == 0) {
            acta->celdas[c] = CELDA_ILEGIBLE;
        }
    }
    noche_supuesto(noche, eleccion, acta, "todos los votos", "0", CELDA_ILEGIBLE,
                   "la observación dice TODOS ILEGIBLES y todas las celdas son 0");
}

static void no_aplica_marca(const struct noche_eleccion *eleccion,
                            struct noche_acta *acta, const bool *options)
{
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        size_t option = c - eleccion->campo_count;
        bool absent = acta->celdas != NULL ? acta->celdas[c] == CELDA_NO_APLICA
                                           : options != NULL && !options[c];

        if (absent) {
            acta->catalogo.no_aplica[option / 8] |= (uint8_t)(1u << (option % 8));
        }
    }
}

void noche_celdas_lee(struct noche *noche, struct noche_eleccion *eleccion)
{
    struct presencia presencia = { .indice = indice_new() };

    presencia_lee(eleccion, &presencia);
    for (size_t i = 0; i < eleccion->acta_count; i++) {
        struct noche_acta *acta = &eleccion->actas[i];
        size_t at = indice_busca(presencia.indice, acta->catalogo.territorio);
        const bool *options = at == INDICE_NADA ? NULL : presencia.opciones[at];

        if (acta->fila != NULL) {
            acta->celdas = almacen_alloc(noche->base->almacen,
                                         eleccion->celda_count * sizeof(celda));
            for (size_t c = 0; c < eleccion->celda_count; c++) {
                acta->celdas[c] = celda_de(eleccion, acta, c, options);
            }
            ceros_supone(noche, eleccion, acta);
        }
        no_aplica_marca(eleccion, acta, options);
    }
    if (eleccion->textos.ceros_por_ilegible) {
        eleccion->textos.ilegible = "0";
        noche_nota(noche, eleccion,
                   "texto de una celda ilegible: «0», porque hay actas con observación "
                   "de campo ilegible cuyas celdas son todas números; cada celda "
                   "supuesta está en supuestos.csv");
    }
    free(presencia.opciones);
    indice_free(&presencia.indice);
}
