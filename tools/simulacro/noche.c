#include "simulacro/noche.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lista_agrega(struct lista_textos *lista, const char *text)
{
    lista->items =
        vector_grow(lista->items, lista->count, &lista->room, sizeof *lista->items);
    lista->items[lista->count++] = text;
}

uint32_t lista_codigo(struct almacen *almacen, struct lista_textos *lista,
                      const char *text)
{
    if (text[0] == '\0') {
        return 0;
    }
    for (size_t i = 0; i < lista->count; i++) {
        if (strcmp(lista->items[i], text) == 0) {
            return (uint32_t)i + 1;
        }
    }
    if (lista->count == VOCABULARIO_MAX) {
        return 0;
    }
    lista_agrega(lista, almacen_text(almacen, text));
    return (uint32_t)lista->count;
}

void noche_nota(struct noche *noche, const struct noche_eleccion *eleccion,
                const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lista_agrega(&noche->notas,
                 almacen_printf(noche->base->almacen, "%s%s%s",
                                eleccion == NULL ? "" : eleccion->base->clave,
                                eleccion == NULL ? "" : ": ", text));
}

void noche_supuesto(struct noche *noche, const struct noche_eleccion *eleccion,
                    const struct noche_acta *acta, const char *celda_clave,
                    const char *publicado, celda supuesto, const char *porque)
{
    char value[24];

    (void)snprintf(value, sizeof value, "%ld", (long)supuesto);
    lista_agrega(&noche->supuestos,
                 almacen_printf(noche->base->almacen, "%s,%zu,%s,%s,%s,%s,%s",
                                eleccion->base->clave, acta->fila->fila->linea,
                                acta->catalogo.clave_acta, celda_clave, publicado,
                                supuesto == CELDA_ILEGIBLE ? "ilegible" : value,
                                porque));
}

enum perfil_estado fila_perfil_estado(const struct fila_lectura *lectura)
{
    size_t ilegibles = lectura->votos_ilegible + lectura->votos_numero;
    size_t blancos = lectura->votos_sin_dato + lectura->votos_blanco;

    switch (lectura->estado) {
    case FILA_FUERA:
        return PERFIL_FUERA;
    case FILA_SIN_ACTA:
        return PERFIL_SIN_ACTA;
    case FILA_NO_CAPTURADA:
        return PERFIL_NO_CAPTURADA;
    case FILA_CAPTURADA:
        break;
    }
    if (lectura->observacion & OBS_EXCEDE) {
        return PERFIL_EXCEDE;
    }
    if ((lectura->observacion & OBS_TODOS_CUALQUIERA) == 0) {
        return PERFIL_NORMAL;
    }
    if (lectura->votos_ilegible > 0 && lectura->votos_sin_dato > 0) {
        return PERFIL_TODOS_MIXTO;
    }
    return ilegibles > 0 && lectura->votos_sin_dato == 0 ? PERFIL_TODOS_ILEGIBLES
           : blancos > 0                                 ? PERFIL_TODOS_SIN_DATO
                                                         : PERFIL_TODOS_ILEGIBLES;
}

void noche_decide(const struct noche_eleccion *eleccion, const struct noche_acta *acta,
                  const struct reglas_parametros *reglas,
                  struct acta_decision *out_decision)
{
    const struct eleccion like = {
        .campo_count = eleccion->campo_count,
        .opcion_count = eleccion->celda_count - eleccion->campo_count,
        .celda_count = eleccion->celda_count,
        .reglas = *reglas,
    };
    const struct acta_hechos hechos = {
        .verificada = acta->celdas != NULL,
        .celdas = acta->celdas,
        .tipo_casilla = acta->catalogo.tipo_casilla[0],
        .lista_nominal = acta->catalogo.lista_nominal,
        .representantes = acta->catalogo.representantes,
    };

    reglas_decide(&like, &hechos, out_decision);
}

/* The layout and the columns are those of the last corte. */
static enum prep_status eleccion_arma(struct noche *noche,
                                      struct noche_eleccion *eleccion,
                                      struct prep_reason *reason)
{
    const struct base_eleccion *base = eleccion->base;
    enum prep_status status;

    eleccion->tabla = base->cortes[base->corte_count - 1].tabla;
    status = noche_boleta(noche, eleccion, reason);
    if (status != PREP_OK) {
        return status;
    }
    noche_textos_decide(noche, eleccion);
    status = noche_actas(noche, eleccion, reason);
    if (status != PREP_OK) {
        return status;
    }
    noche_celdas_lee(noche, eleccion);
    noche_reglas(noche, eleccion);
    noche_excede(noche, eleccion);
    return PREP_OK;
}

enum prep_status noche_arma(struct base *base, struct noche *out_noche,
                            struct prep_reason *reason)
{
    struct noche *noche = out_noche;

    *noche = (struct noche){ .base = base, .eleccion_count = base->eleccion_count };
    for (size_t e = 0; e < base->eleccion_count; e++) {
        enum prep_status status;

        noche->elecciones[e].base = &base->elecciones[e];
        status = eleccion_arma(noche, &noche->elecciones[e], reason);
        if (status != PREP_OK) {
            noche_libera(noche);
            return status;
        }
    }
    noche_fuera_de_catalogo(noche);
    noche_ultimo(noche);
    return PREP_OK;
}

void noche_libera(struct noche *noche)
{
    struct lista_textos *const listas[] = {
        &noche->mecanismos,       &noche->documentos, &noche->origenes,
        &noche->digitalizaciones, &noche->notas,      &noche->supuestos,
    };

    for (size_t i = 0; i < sizeof listas / sizeof listas[0]; i++) {
        free(listas[i]->items);
        *listas[i] = (struct lista_textos){ 0 };
    }
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        free(noche->elecciones[e].actas);
        free(noche->elecciones[e].excepciones);
    }
    free(noche->fuera);
    *noche = (struct noche){ 0 };
}
