/*
 * Why one of the 13 header values differs: the same values computed again from the
 * publisher's own rows, with the publisher's own CONTABILIZADA.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simulacro/compara.h"

enum {
    POS_NO_CONTABILIZADAS = 8,
    POS_S_CS = 11,
    POS_PARTICIPACION = 12,
    POS_INCONSISTENCIAS = 7
};

struct recuento {
    uint64_t esperadas, fuera, capturadas, contabilizadas, no_contabilizadas, sin_acta;
    uint64_t graves, algun_campo; /* rows 6 and 7; row 8 */
    uint64_t lista, c_cs, s_cs;
};

static uint64_t total_de(const struct tabla *tabla, const struct base_fila *fila)
{
    int64_t total;

    return numero_tolerante(tabla_celda(tabla, fila->fila, COL_CALCULADO), &total)
               ? (uint64_t)total
               : (uint64_t)fila->lectura.suma;
}

static void recuenta(const struct base_corte *corte, struct recuento *out)
{
    const struct tabla *tabla = corte->tabla;

    *out = (struct recuento){ 0 };
    for (size_t i = 0; i < corte->fila_count; i++) {
        const struct base_fila *fila = &corte->filas[i];
        const uint32_t obs = fila->lectura.observacion;
        celda lista = 0;

        if (fila->lectura.estado == FILA_FUERA) {
            out->fuera++;
            continue;
        }
        out->esperadas++;
        if (fila->lectura.estado == FILA_NO_CAPTURADA) {
            continue;
        }
        out->capturadas++;
        out->sin_acta += fila->lectura.estado == FILA_SIN_ACTA;
        if (fila->lectura.estado == FILA_CAPTURADA) {
            bool grave = (obs & (OBS_EXCEDE | OBS_TODOS_CUALQUIERA)) != 0;

            out->graves += grave;
            out->algun_campo +=
                !grave && (obs & (OBS_ALGUN_CAMPO | OBS_ILEGIBLE | OBS_SIN_DATO)) != 0;
        }
        if (fila->lectura.contabilizada != 1) {
            out->no_contabilizadas++;
            continue;
        }
        out->contabilizadas++;
        if (celda_clasifica(tabla_celda(tabla, fila->fila, COL_LISTA_NOMINAL),
                            &lista) == CELDA_DE_NUMERO) {
            out->lista += (uint64_t)lista;
        }
        out->c_cs += total_de(tabla, fila);
        if (tabla_celda(tabla, fila->fila, COL_TIPO_CASILLA)[0] != 'S') {
            out->s_cs += total_de(tabla, fila);
        }
    }
}

bool porcentaje_igual(const char *a, const char *b)
{
    char texts[2][PORCENTAJE_SIZE];
    const char *const inputs[2] = { a, b };

    for (int i = 0; i < 2; i++) {
        size_t len;

        (void)snprintf(texts[i], sizeof texts[i], "%.20s", inputs[i]);
        texts[i][strcspn(texts[i], "%")] = '\0';
        len = strlen(texts[i]);
        if (strchr(texts[i], '.') != NULL) {
            while (len > 0 && texts[i][len - 1] == '0') {
                texts[i][--len] = '\0';
            }
            if (len > 0 && texts[i][len - 1] == '.') {
                texts[i][--len] = '\0';
            }
        }
    }
    return texts[0][0] != '\0' && strcmp(texts[0], texts[1]) == 0;
}

static bool cuenta_igual(const char *text, uint64_t count)
{
    int64_t value;

    return numero_tolerante(text, &value) && (uint64_t)value == count;
}

static bool es_porcentaje(const char *text, uint64_t num, uint64_t den)
{
    char ours[PORCENTAJE_SIZE];

    porcentaje_texto(num, den, ours);
    return porcentaje_igual(text, ours);
}

/* num of den with 4 decimals, rounded as most languages do. */
static bool es_redondeado(const char *text, uint64_t num, uint64_t den)
{
    uint64_t scaled;
    char rounded[PORCENTAJE_SIZE];

    if (den == 0) {
        return false;
    }
    scaled = (num * 2000000u + den) / (2 * den);
    (void)snprintf(rounded, sizeof rounded, "%" PRIu64 ".%04" PRIu64, scaled / 10000,
                   scaled % 10000);
    return porcentaje_igual(text, rounded);
}

static bool es_cociente(size_t position)
{
    return position == 4 || position == 6 || position == POS_INCONSISTENCIAS ||
           position == POS_PARTICIPACION;
}

/* Digits; and, in a percentage, a point and digits. */
static bool bien_escrito(const char *text, size_t position)
{
    size_t len = strspn(text, "0123456789");

    if (text[len] == '.' && es_cociente(position)) {
        len += 1 + strspn(text + len + 1, "0123456789");
    }
    return len > 0 && text[len] == '\0';
}

/* Which quotient a percentage is; false for a count. */
static bool cociente(const struct recuento *r, size_t position, uint64_t *out_num,
                     uint64_t *out_den)
{
    *out_den = r->esperadas;
    switch (position) {
    case 4:
        *out_num = r->capturadas;
        return true;
    case 6:
        *out_num = r->contabilizadas;
        return true;
    default:
        return false;
    }
}

/* text is the value at position, computed from the publisher's rows. */
static bool es_de_las_filas(const struct recuento *r, size_t position, const char *text)
{
    const uint64_t counts[ENCABEZADO_COUNT] = {
        r->esperadas,
        r->capturadas + r->fuera,
        r->fuera,
        r->capturadas,
        0,
        r->contabilizadas,
        0,
        0,
        r->no_contabilizadas,
        r->lista,
        r->c_cs,
        r->s_cs,
    };
    uint64_t num, den;

    if (cociente(r, position, &num, &den)) {
        return es_porcentaje(text, num, den);
    }
    if (position == POS_PARTICIPACION) {
        return es_porcentaje(text, r->c_cs, r->lista) ||
               es_porcentaje(text, r->s_cs, r->lista);
    }
    if (position == POS_INCONSISTENCIAS) {
        for (int variant = 0; variant < 4; variant++) {
            if (es_porcentaje(text,
                              r->graves + (variant & 1 ? r->algun_campo : 0) +
                                  (variant & 2 ? r->sin_acta : 0),
                              r->esperadas)) {
                return true;
            }
        }
        return false;
    }
    return cuenta_igual(text, counts[position]);
}

static enum causa participacion(const struct recuento *r, const char *publicado)
{
    if (es_porcentaje(publicado, r->c_cs, r->lista) ||
        es_porcentaje(publicado, r->s_cs, r->lista)) {
        return CAUSA_DE_PARTICIPACION_OTRA_BASE;
    }
    if (es_redondeado(publicado, r->c_cs, r->lista) ||
        es_redondeado(publicado, r->s_cs, r->lista)) {
        return CAUSA_DE_PORCENTAJE_REDONDEADO;
    }
    return CAUSA_DE_SIN_EXPLICAR;
}

enum causa causa_de_encabezado(const struct base_corte *corte, size_t position,
                               const char *publicado, const char *nuestro,
                               bool filas_distintas)
{
    struct recuento r;
    uint64_t num, den;
    int64_t value, ours_value;
    bool ours_from_rows;

    if (!bien_escrito(nuestro, position)) {
        return CAUSA_DE_SIN_EXPLICAR;
    }
    recuenta(corte, &r);
    ours_from_rows = es_de_las_filas(&r, position, nuestro);
    if (publicado[0] == '\0' || strcmp(publicado, "-") == 0) {
        return ours_from_rows ? CAUSA_DE_ENCABEZADO_VACIO : CAUSA_DE_SIN_EXPLICAR;
    }
    if (porcentaje_igual(publicado, nuestro) ||
        (numero_tolerante(publicado, &value) &&
         numero_tolerante(nuestro, &ours_value) && value == ours_value)) {
        return CAUSA_DE_ENCABEZADO_FORMATO;
    }
    if (position == POS_S_CS && cuenta_igual(publicado, 0) && ours_from_rows) {
        return CAUSA_DE_S_CS_NO_CALCULADO;
    }
    if (position == POS_NO_CONTABILIZADAS && ours_from_rows &&
        (cuenta_igual(publicado, r.no_contabilizadas - r.sin_acta) ||
         cuenta_igual(publicado, r.no_contabilizadas + r.fuera))) {
        return CAUSA_DE_NO_CONTABILIZADAS_OTRA;
    }
    if (position == POS_PARTICIPACION && ours_from_rows) {
        enum causa causa = participacion(&r, publicado);

        if (causa != CAUSA_DE_SIN_EXPLICAR) {
            return causa;
        }
    }
    if (cociente(&r, position, &num, &den) && ours_from_rows &&
        es_redondeado(publicado, num, den)) {
        return CAUSA_DE_PORCENTAJE_REDONDEADO;
    }
    if (position == POS_INCONSISTENCIAS && ours_from_rows &&
        es_de_las_filas(&r, position, publicado)) {
        return CAUSA_DE_INCONSISTENCIAS_OTRA;
    }
    if (ours_from_rows) {
        return corte->tabla->ilegible_count > 0 ? CAUSA_DE_RENGLONES_ILEGIBLES
                                                : CAUSA_DE_ENCABEZADO_CONTRADICE;
    }
    if (filas_distintas && es_de_las_filas(&r, position, publicado)) {
        return CAUSA_DE_CONSECUENCIA;
    }
    return CAUSA_DE_SIN_EXPLICAR;
}
