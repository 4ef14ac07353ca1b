/* What the header values of a base tell: which actas are inconsistent, and whether the
 * last corte counts especiales. */
#include <string.h>

#include "simulacro/noche.h"

struct inconsistencias {
    size_t filas, algun_campo, sin_acta;
};

static void inconsistencias_cuenta(const struct base_corte *corte,
                                   struct inconsistencias *out)
{
    *out = (struct inconsistencias){ 0 };
    for (size_t i = 0; i < corte->fila_count; i++) {
        const struct fila_lectura *lectura = &corte->filas[i].lectura;
        uint32_t obs = lectura->observacion;

        if (lectura->estado == FILA_SIN_ACTA) {
            out->sin_acta++;
        } else if (lectura->estado == FILA_CAPTURADA &&
                   (obs & (OBS_EXCEDE | OBS_TODOS_CUALQUIERA))) {
            out->filas++;
        } else if (lectura->estado == FILA_CAPTURADA &&
                   (obs & (OBS_ALGUN_CAMPO | OBS_ILEGIBLE | OBS_SIN_DATO))) {
            out->algun_campo++;
        }
    }
}

/* "2.5" and "2.5000" are the same percentage; so is "100.0000%". */
static bool mismo_porcentaje(const char *published, const char *ours)
{
    size_t len = strlen(ours), published_len = strcspn(published, "%");

    while (len > 0 && ours[len - 1] == '0') {
        len--;
    }
    len -= len > 0 && ours[len - 1] == '.';
    if (strchr(published, '.') != NULL) {
        while (published_len > 0 && published[published_len - 1] == '0') {
            published_len--;
        }
        published_len -= published_len > 0 && published[published_len - 1] == '.';
    }
    return len == published_len && strncmp(published, ours, len) == 0;
}

void noche_inconsistencias(struct noche *noche, struct noche_eleccion *eleccion)
{
    static const struct {
        bool algun_campo, sin_acta;
    } candidates[] = {
        { true, false }, { false, false }, { true, true }, { false, true }
    };
    size_t best = 0, best_right = 0, cortes = 0;

    for (size_t c = 0; c < sizeof candidates / sizeof candidates[0]; c++) {
        size_t right = 0;

        cortes = 0;
        for (size_t k = 0; k < eleccion->base->corte_count; k++) {
            const struct base_corte *corte = &eleccion->base->cortes[k];
            const char *published = corte->tabla->encabezado_valores[7];
            const char *esperadas = corte->tabla->encabezado_valores[0];
            struct inconsistencias counts;
            char ours[PORCENTAJE_SIZE];
            int64_t expected;

            inconsistencias_cuenta(corte, &counts);
            if (published == NULL || esperadas == NULL ||
                !numero_tolerante(esperadas, &expected) || expected <= 0 ||
                counts.filas + counts.algun_campo + counts.sin_acta == 0) {
                continue;
            }
            cortes++;
            porcentaje_texto(counts.filas +
                                 (candidates[c].algun_campo ? counts.algun_campo : 0) +
                                 (candidates[c].sin_acta ? counts.sin_acta : 0),
                             (uint64_t)expected, ours);
            right += mismo_porcentaje(published, ours);
        }
        if (right > best_right) {
            best_right = right;
            best = c;
        }
    }
    eleccion->reglas.inconsistencia_algun_campo = candidates[best].algun_campo;
    eleccion->reglas.inconsistencia_sin_acta = candidates[best].sin_acta;
    if (best != 0) {
        noche_nota(
            noche, eleccion,
            "porcentaje de inconsistencias: %s las actas con algún campo "
            "ilegible o sin dato y %s las sin acta, porque así coincide en %zu de "
            "%zu cortes",
            candidates[best].algun_campo ? "cuenta" : "no cuenta",
            candidates[best].sin_acta ? "cuenta" : "no cuenta", best_right, cortes);
    }
}

/* The law says that the last corte includes especiales; some bases did not. */
void noche_ultimo(struct noche *noche)
{
    const struct base *base = noche->base;
    size_t with = 0, without = 0;

    for (size_t e = 0; e < base->eleccion_count; e++) {
        const struct base_eleccion *eleccion = &base->elecciones[e];
        const struct base_corte *corte = &eleccion->cortes[eleccion->corte_count - 1];
        char *const *values = (char *const *)corte->tabla->encabezado_valores;
        char con[PORCENTAJE_SIZE], sin[PORCENTAJE_SIZE];
        int64_t lista, c_cs, s_cs;

        if (corte->corte + 1 != base->corte_count || values[9] == NULL ||
            values[10] == NULL || values[11] == NULL || values[12] == NULL ||
            !numero_tolerante(values[9], &lista) ||
            !numero_tolerante(values[10], &c_cs) ||
            !numero_tolerante(values[11], &s_cs) || s_cs == 0 || s_cs == c_cs) {
            continue;
        }
        porcentaje_texto((uint64_t)c_cs, (uint64_t)lista, con);
        porcentaje_texto((uint64_t)s_cs, (uint64_t)lista, sin);
        with += mismo_porcentaje(values[12], con);
        without += mismo_porcentaje(values[12], sin);
    }
    noche->ultimo = with >= without;
    noche_nota(noche, NULL,
               "último corte: la participación %s las casillas especiales, porque así "
               "coincide en %zu elecciones y de la otra forma en %zu",
               noche->ultimo ? "incluye" : "no incluye", noche->ultimo ? with : without,
               noche->ultimo ? without : with);
}
