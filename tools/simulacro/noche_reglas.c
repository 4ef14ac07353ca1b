/*
 * The parameters of the rules that a publisher used, from its own results.
 *
 * Each is chosen as the value under which the rules, applied to the cells, disagree
 * with the fewest rows; a tie goes to the default of docs/REGLAS.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulacro/noche.h"

#define REPRESENTANTES_OMISION 20u
#define REPRESENTANTES_MAX 100 /* more than the parties of any ballot, twice */
#define BOLETAS_OMISION 1000u
#define TOPE_MIN 500 /* REPRESENTANTES of an especial above this is a cap */

/* An acta whose numbers can tell the limit. */
static bool sirve(const struct noche_eleccion *eleccion, const struct noche_acta *acta,
                  bool especial, bool *out_excede, int64_t *out_total)
{
    const struct fila_lectura *lectura;

    if (acta->celdas == NULL || (acta->catalogo.tipo_casilla[0] == 'S') != especial) {
        return false;
    }
    lectura = &acta->fila->lectura;
    *out_excede = (lectura->observacion & OBS_EXCEDE) != 0;
    *out_total = 0;
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        *out_total += celda_es_numero(acta->celdas[c]) ? acta->celdas[c] : 0;
    }
    return *out_excede ? *out_total > 0 : lectura->contabilizada == 1;
}

/* Rows that a candidate limit gets wrong. */
static size_t fallas(const struct noche_eleccion *eleccion,
                     const struct reglas_parametros *reglas, bool especial)
{
    size_t wrong = 0;

    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct noche_acta *acta = &eleccion->actas[i];
        struct acta_decision decision;
        int64_t total;
        bool excede;

        if (!sirve(eleccion, acta, especial, &excede, &total)) {
            continue;
        }
        noche_decide(eleccion, acta, reglas, &decision);
        wrong += excede != (total > (int64_t)decision.limite);
    }
    return wrong;
}

/* By how much the fullest counted acta passes its lista nominal. */
static uint32_t rebase_max(const struct noche_eleccion *eleccion, bool *out_found)
{
    int64_t max = 0;

    *out_found = false;
    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct noche_acta *acta = &eleccion->actas[i];
        int64_t total, over;
        bool excede;

        if (!sirve(eleccion, acta, false, &excede, &total) || excede) {
            continue;
        }
        over = total - acta->catalogo.lista_nominal;
        if (over > max && over <= REPRESENTANTES_MAX) {
            max = over;
            *out_found = true;
        }
    }
    return (uint32_t)max;
}

/* A column that repeats a quantity of the acta does not hold the accredited ones. */
static void representantes_son_campo(struct noche *noche,
                                     struct noche_eleccion *eleccion)
{
    const enum columna_clase rep = COL_REPRESENTANTES;

    for (size_t c = 0; c < eleccion->campo_count; c++) {
        size_t equal = 0, different = 0, varied = 0;

        for (size_t i = 0; i < eleccion->acta_count; i++) {
            const struct noche_acta *acta = &eleccion->actas[i];
            size_t column;

            if (acta->celdas == NULL) {
                continue;
            }
            column = tabla_columna(acta->tabla, rep);
            if (column == acta->tabla->columna_count) {
                return;
            }
            if (strcmp(acta->fila->fila->celdas[column],
                       acta->fila->fila->celdas[tabla_columna_nombre(
                           acta->tabla, eleccion->celdas[c].nombre)]) == 0) {
                equal++;
                varied += acta->celdas[c] > 0;
            } else {
                different++;
            }
        }
        if (different == 0 && varied > 1) {
            eleccion->representantes_de_campo = true;
            eleccion->representantes_campo = c;
            for (size_t i = 0; i < eleccion->acta_count; i++) {
                eleccion->actas[i].catalogo.representantes =
                    CATALOGO_REPRESENTANTES_DESCONOCIDO;
            }
            noche_nota(noche, eleccion,
                       "REPRESENTANTES: repite %s, porque las %zu actas capturadas "
                       "tienen lo mismo en las dos; no son los acreditados",
                       eleccion->celdas[c].clave, equal);
            return;
        }
    }
}

static void limite_decide(struct noche *noche, struct noche_eleccion *eleccion)
{
    struct reglas_parametros *reglas = &eleccion->reglas;
    struct reglas_parametros fijo = *reglas;
    size_t with_column, with_fixed;
    uint32_t over;
    bool found;

    over = rebase_max(eleccion, &found);
    fijo.representantes_fijos = true;
    fijo.representantes_default = found ? over : REPRESENTANTES_OMISION;
    with_column = fallas(eleccion, reglas, false);
    if (with_column == 0) {
        reglas->representantes_fijos = eleccion->representantes_de_campo;
        if (eleccion->representantes_de_campo) {
            noche_nota(noche, eleccion,
                       "límite: lista nominal más %u en todas las casillas, porque "
                       "ninguna acta lo contradice; la contabilizada que más rebasa su "
                       "lista lo hace por %u",
                       reglas->representantes_default, over);
        }
        return;
    }
    with_fixed = fallas(eleccion, &fijo, false);
    if (with_fixed < with_column) {
        *reglas = fijo;
        noche_nota(noche, eleccion,
                   "límite: lista nominal más %u en todas las casillas, porque el acta "
                   "contabilizada que más la rebasa lo hace por %u; así contradicen la "
                   "regla %zu actas, y con los representantes de cada renglón, %zu",
                   fijo.representantes_default, over, with_fixed, with_column);
    }
}

static void especial_decide(struct noche *noche, struct noche_eleccion *eleccion)
{
    static const struct {
        uint32_t boletas;
        bool con_representantes;
    } candidates[] = { { BOLETAS_OMISION, true },
                       { BOLETAS_OMISION, false },
                       { 750, true },
                       { 750, false },
                       { 1500, true },
                       { 1500, false } };
    struct reglas_parametros best = eleccion->reglas;
    size_t best_wrong = (size_t)-1, topes = 0, especiales = 0;
    int32_t tope = 0;

    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct catalogo_acta *acta = &eleccion->actas[i].catalogo;

        if (acta->tipo_casilla[0] == 'S') {
            especiales++;
            topes += acta->representantes >= TOPE_MIN && acta->representantes <= 1500;
            tope = acta->representantes;
        }
    }
    if (especiales > 0 && topes == especiales) {
        eleccion->reglas.boletas_especial_max = (uint32_t)tope;
        eleccion->reglas.representantes_en_limite_especial = false;
        noche_nota(noche, eleccion,
                   "tope de las especiales: %d, sin sumar representantes, porque es lo "
                   "que dicen en esa columna sus %zu renglones",
                   tope, especiales);
        return;
    }
    for (size_t k = 0; k < sizeof candidates / sizeof candidates[0]; k++) {
        struct reglas_parametros reglas = eleccion->reglas;
        size_t wrong;

        reglas.boletas_especial_max = candidates[k].boletas;
        reglas.representantes_en_limite_especial = candidates[k].con_representantes;
        wrong = fallas(eleccion, &reglas, true);
        if (wrong < best_wrong) {
            best = reglas;
            best_wrong = wrong;
        }
    }
    if (best.boletas_especial_max != BOLETAS_OMISION) {
        noche_nota(noche, eleccion,
                   "tope de las especiales: %u%s, porque así contradicen la regla %zu "
                   "de sus actas y con 1000, más",
                   best.boletas_especial_max,
                   best.representantes_en_limite_especial ? " más representantes" : "",
                   best_wrong);
    }
    eleccion->reglas = best;
}

/* Counted although no cell is a number, some illegible and some blank. */
static void mixtos_decide(struct noche *noche, struct noche_eleccion *eleccion)
{
    size_t counted = 0, not_counted = 0;

    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct noche_acta *acta = &eleccion->actas[i];
        const struct fila_lectura *lectura;

        if (acta->celdas == NULL) {
            continue;
        }
        lectura = &acta->fila->lectura;
        if (lectura->votos_numero == 0 && lectura->votos_ilegible > 0 &&
            lectura->votos_sin_dato > 0) {
            counted += lectura->contabilizada == 1;
            not_counted += lectura->contabilizada == 0;
        }
    }
    eleccion->reglas.mixtos_contabilizan = counted > not_counted;
    if (counted > not_counted) {
        noche_nota(
            noche, eleccion,
            "actas sin ningún número, con ilegibles y sin dato: se contabilizan, "
            "porque así están %zu de %zu",
            counted, counted + not_counted);
    }
}

/* Whether an illegible quantity that is not a vote raises the observation. */
static void campos_decide(struct noche *noche, struct noche_eleccion *eleccion)
{
    size_t flagged = 0, silent = 0;

    for (size_t i = 0; i < eleccion->acta_count; i++) {
        const struct noche_acta *acta = &eleccion->actas[i];
        const struct fila_lectura *lectura;

        if (acta->celdas == NULL) {
            continue;
        }
        lectura = &acta->fila->lectura;
        if (lectura->contabilizada == 1 && lectura->campos_dudosos > 0 &&
            lectura->votos_ilegible + lectura->votos_sin_dato == 0) {
            bool says = (lectura->observacion &
                         (OBS_ALGUN_CAMPO | OBS_ILEGIBLE | OBS_SIN_DATO)) != 0;

            flagged += says;
            silent += !says;
        }
    }
    eleccion->reglas.campos_dan_observacion = flagged > silent;
    if (flagged > silent) {
        noche_nota(
            noche, eleccion,
            "también dan observación las cantidades que no son votos, porque así "
            "están %zu de %zu actas con solo esas ilegibles o sin dato",
            flagged, flagged + silent);
    }
}

void noche_reglas(struct noche *noche, struct noche_eleccion *eleccion)
{
    eleccion->reglas = (struct reglas_parametros){
        .inconsistencia_algun_campo = true,
        .representantes_en_limite_especial = true,
        .boletas_especial_max = BOLETAS_OMISION,
        .representantes_default = REPRESENTANTES_OMISION,
    };
    representantes_son_campo(noche, eleccion);
    limite_decide(noche, eleccion);
    especial_decide(noche, eleccion);
    mixtos_decide(noche, eleccion);
    campos_decide(noche, eleccion);
    noche_inconsistencias(noche, eleccion);
}
