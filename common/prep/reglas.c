#include "prep/reglas.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "prep/catalogo.h"
#include "prep/coalicion.h"

#define PORCENTAJE_ESCALA UINT64_C(1000000) /* 100 %, and 4 decimals */
#define PORCENTAJE_UNIDAD UINT64_C(10000)

static_assert(CELDA_MAX <= UINT32_MAX / ELECCION_OPCIONES_MAX, "a total must fit");

const char *const encabezado_nombres[ENCABEZADO_COUNT] = {
    "ACTAS_ESPERADAS",
    "ACTAS_REGISTRADAS",
    "ACTAS_FUERA_CATALOGO",
    "ACTAS_CAPTURADAS",
    "PORCENTAJE_ACTAS_CAPTURADAS",
    "ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_CONTABILIZADAS",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS",
    "ACTAS_NO_CONTABILIZADAS",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS",
    "TOTAL_VOTOS_C_CS",
    "TOTAL_VOTOS_S_CS",
    "PORCENTAJE_PARTICIPACION_CIUDADANA",
};

/* What the vote cells of one acta hold (V of prep-rules 6). */
struct votos {
    size_t numeros, ilegibles, sin_dato;
    uint32_t total;
    uint32_t campos_dudosos; /* causes of the other quantities, when they count */
};

static struct votos votos_cuenta(const struct eleccion *eleccion, const celda *celdas)
{
    struct votos votos = { 0 };
    uint32_t campos_dudosos = 0;

    for (size_t i = 0; i < eleccion->celda_count; i++) {
        assert(celda_es_valida(celdas[i]));
        if (i < eleccion->campo_count) {
            campos_dudosos |= celdas[i] == CELDA_ILEGIBLE ? CAUSA_ILEGIBLE : 0;
            campos_dudosos |= celdas[i] == CELDA_SIN_DATO ? CAUSA_SIN_DATO : 0;
        } else if (celda_es_numero(celdas[i])) {
            votos.numeros++;
            votos.total += (uint32_t)celdas[i];
        } else if (celdas[i] == CELDA_ILEGIBLE) {
            votos.ilegibles++;
        } else if (celdas[i] == CELDA_SIN_DATO) {
            votos.sin_dato++;
        }
    }
    votos.campos_dudosos = eleccion->reglas.campos_dan_observacion ? campos_dudosos : 0;
    return votos;
}

/* A P M V: tables without parties' representatives unless the catalogue says so. */
static bool es_mesa_sin_casilla(char tipo)
{
    return tipo == 'A' || tipo == 'P' || tipo == 'M' || tipo == 'V';
}

static uint32_t representantes(const struct reglas_parametros *reglas,
                               const struct acta_hechos *hechos)
{
    bool conocidos = hechos->representantes >= 0;

    if (es_mesa_sin_casilla(hechos->tipo_casilla)) {
        return conocidos ? (uint32_t)hechos->representantes : 0;
    }
    if (reglas->representantes_fijos || !conocidos) {
        return reglas->representantes_default;
    }
    return (uint32_t)hechos->representantes;
}

static uint32_t lista_nominal(const struct acta_hechos *hechos)
{
    return hechos->lista_nominal > 0 ? (uint32_t)hechos->lista_nominal : 0;
}

/* LIM of prep-rules 6. */
static uint32_t limite(const struct reglas_parametros *reglas,
                       const struct acta_hechos *hechos)
{
    uint32_t rep = representantes(reglas, hechos);

    if (hechos->tipo_casilla == 'S') {
        return reglas->boletas_especial_max +
               (reglas->representantes_en_limite_especial ? rep : 0);
    }
    return lista_nominal(hechos) + rep;
}

static void decide_sin_numeros(const struct reglas_parametros *reglas,
                               const struct votos *votos,
                               struct acta_decision *decision)
{
    bool mixto = votos->ilegibles > 0 && votos->sin_dato > 0;

    if (mixto) {
        decision->causas |= CAUSA_TODOS_MIXTO;
    } else if (votos->ilegibles > 0) {
        decision->causas |= CAUSA_TODOS_ILEGIBLES;
    } else {
        decision->causas |= CAUSA_TODOS_SIN_DATO;
    }
    decision->contabilizada = mixto && reglas->mixtos_contabilizan;
    decision->estado =
        decision->contabilizada ? ACTA_ALGUN_CAMPO : ACTA_TODOS_ILEGIBLES;
}

/* Rows 6 to 9 of table 6.2. */
static void decide_votos(const struct eleccion *eleccion,
                         const struct acta_hechos *hechos,
                         struct acta_decision *decision)
{
    const struct votos votos = votos_cuenta(eleccion, hechos->celdas);

    decision->capturada = true;
    decision->total = votos.total;
    decision->limite = limite(&eleccion->reglas, hechos);
    decision->causas |= votos.ilegibles > 0 ? CAUSA_ILEGIBLE : 0;
    decision->causas |= votos.sin_dato > 0 ? CAUSA_SIN_DATO : 0;
    if (votos.numeros == 0) {
        decide_sin_numeros(&eleccion->reglas, &votos, decision);
    } else if (votos.total > decision->limite) {
        decision->estado = ACTA_EXCEDE;
        decision->causas |= CAUSA_EXCEDE;
    } else {
        decision->causas |= votos.campos_dudosos;
        decision->estado = decision->causas != 0 ? ACTA_ALGUN_CAMPO : ACTA_NORMAL;
        decision->contabilizada = true;
    }
    decision->inconsistente = decision->estado == ACTA_TODOS_ILEGIBLES ||
                              decision->estado == ACTA_EXCEDE ||
                              (decision->estado == ACTA_ALGUN_CAMPO &&
                               eleccion->reglas.inconsistencia_algun_campo);
}

void reglas_decide(const struct eleccion *eleccion, const struct acta_hechos *hechos,
                   struct acta_decision *out_decision)
{
    struct acta_decision decision = { .estado = ACTA_NO_CAPTURADA };

    if (hechos->fuera_de_catalogo) {
        decision.estado = ACTA_FUERA_DE_CATALOGO;
        decision.causas = CAUSA_FUERA;
    } else if (hechos->sin_acta != SIN_ACTA_NO) {
        decision.estado = ACTA_SIN_ACTA;
        decision.causas = CAUSA_SIN_ACTA;
        decision.capturada = true;
        decision.inconsistente = eleccion->reglas.inconsistencia_sin_acta;
    } else if (hechos->verificada) {
        assert(hechos->celdas != NULL);
        decide_votos(eleccion, hechos, &decision);
    }
    *out_decision = decision;
}

bool reglas_es_parte(const struct acta_hechos *hechos, enum parte parte)
{
    const char tipo = hechos->tipo_casilla;

    switch (parte) {
    case PARTE_URBANAS:
        return hechos->ubicacion == '1';
    case PARTE_NO_URBANAS:
        return hechos->ubicacion == '2';
    case PARTE_ESPECIALES:
        return tipo == 'S';
    case PARTE_ANTICIPADO:
        return tipo == 'A';
    case PARTE_PRISION:
        return tipo == 'P';
    case PARTE_EXTRANJERO:
        return tipo == 'M' || tipo == 'V';
    case PARTE_COUNT:
        break;
    }
    return false;
}

bool resumen_lleva_partidos(const struct eleccion *eleccion)
{
    return eleccion->candidatura_count > 0 &&
           (eleccion->reglas.nivel_reparto == REPARTO_ACTA ||
            eleccion->reglas.nivel_reparto == REPARTO_SECCION);
}

size_t resumen_votos_count(const struct eleccion *eleccion)
{
    return eleccion->opcion_count * (resumen_lleva_partidos(eleccion) ? 2 : 1);
}

static void votos_suma(struct resumen *resumen, const struct eleccion *eleccion,
                       const celda *votos, uint64_t uno)
{
    const size_t count = eleccion->opcion_count;
    uint64_t numeros[ELECCION_OPCIONES_MAX];
    uint64_t partidos[ELECCION_OPCIONES_MAX] = { 0 };

    for (size_t i = 0; i < count; i++) {
        numeros[i] = celda_es_numero(votos[i]) ? (uint64_t)votos[i] : 0;
        resumen->votos[i] += uno * numeros[i];
    }
    if (resumen_lleva_partidos(eleccion) &&
        eleccion->reglas.nivel_reparto == REPARTO_ACTA) {
        coalicion_reparte(eleccion, numeros, partidos);
        for (size_t i = 0; i < count; i++) {
            resumen->votos[count + i] += uno * partidos[i];
        }
    }
}

static void partes_suma(struct resumen *resumen, const struct acta_hechos *hechos,
                        const struct acta_decision *decision, uint64_t uno)
{
    for (enum parte i = 0; i < PARTE_COUNT; i++) {
        struct cuenta *cuenta = &resumen->partes[i];

        if (!reglas_es_parte(hechos, i)) {
            continue;
        }
        cuenta->esperadas += uno;
        cuenta->capturadas += decision->capturada ? uno : 0;
        cuenta->contabilizadas += decision->contabilizada ? uno : 0;
        cuenta->votos += decision->contabilizada ? uno * decision->total : 0;
    }
}

void resumen_suma(struct resumen *resumen, const struct eleccion *eleccion,
                  const struct acta_hechos *hechos,
                  const struct acta_decision *decision, int sign)
{
    const uint64_t uno = (uint64_t)(int64_t)sign; /* modulo 2^64: -1 takes back */

    assert(sign == 1 || sign == -1);
    if (decision->estado == ACTA_FUERA_DE_CATALOGO) {
        resumen->fuera_de_catalogo += uno;
        return;
    }
    resumen->esperadas += uno;
    partes_suma(resumen, hechos, decision, uno);
    if (!decision->capturada) {
        return;
    }
    resumen->capturadas += uno;
    resumen->inconsistentes += decision->inconsistente ? uno : 0;
    if (!decision->contabilizada) {
        resumen->no_contabilizadas += uno;
        return;
    }
    resumen->contabilizadas += uno;
    resumen->lista_nominal += uno * lista_nominal(hechos);
    resumen->votos_c_cs += uno * decision->total;
    resumen->votos_s_cs += hechos->tipo_casilla == 'S' ? 0 : uno * decision->total;
    votos_suma(resumen, eleccion, hechos->celdas + eleccion->campo_count, uno);
}

void resumen_agrega(struct resumen *resumen, const struct resumen *other,
                    size_t votos_count)
{
    resumen->esperadas += other->esperadas;
    resumen->fuera_de_catalogo += other->fuera_de_catalogo;
    resumen->capturadas += other->capturadas;
    resumen->contabilizadas += other->contabilizadas;
    resumen->no_contabilizadas += other->no_contabilizadas;
    resumen->inconsistentes += other->inconsistentes;
    resumen->lista_nominal += other->lista_nominal;
    resumen->votos_c_cs += other->votos_c_cs;
    resumen->votos_s_cs += other->votos_s_cs;
    for (size_t i = 0; i < PARTE_COUNT; i++) {
        resumen->partes[i].esperadas += other->partes[i].esperadas;
        resumen->partes[i].capturadas += other->partes[i].capturadas;
        resumen->partes[i].contabilizadas += other->partes[i].contabilizadas;
        resumen->partes[i].votos += other->partes[i].votos;
    }
    for (size_t i = 0; i < votos_count; i++) {
        resumen->votos[i] += other->votos[i];
    }
}

void participacion_texto(const struct resumen *resumen, bool con_especiales,
                         char out_text[static PORCENTAJE_SIZE])
{
    porcentaje_texto(con_especiales ? resumen->votos_c_cs : resumen->votos_s_cs,
                     resumen->lista_nominal, out_text);
}

void porcentaje_texto(uint64_t num, uint64_t den, char out_text[static PORCENTAJE_SIZE])
{
    uint64_t cociente;

    assert(num < (UINT64_C(1) << 43) && den < (UINT64_C(1) << 43));
    cociente = den == 0 ? 0 : num * PORCENTAJE_ESCALA / den;
    (void)snprintf(out_text, PORCENTAJE_SIZE, "%" PRIu64 ".%04" PRIu64,
                   cociente / PORCENTAJE_UNIDAD, cociente % PORCENTAJE_UNIDAD);
}

static void cuenta_texto(uint64_t value, char out_text[static PORCENTAJE_SIZE])
{
    (void)snprintf(out_text, PORCENTAJE_SIZE, "%" PRIu64, value);
}

void encabezado_calcula(const struct resumen *resumen, bool ultimo,
                        struct encabezado *out_encabezado)
{
    char(*valores)[PORCENTAJE_SIZE] = out_encabezado->valores;

    cuenta_texto(resumen->esperadas, valores[0]);
    cuenta_texto(resumen->capturadas + resumen->fuera_de_catalogo, valores[1]);
    cuenta_texto(resumen->fuera_de_catalogo, valores[2]);
    cuenta_texto(resumen->capturadas, valores[3]);
    porcentaje_texto(resumen->capturadas, resumen->esperadas, valores[4]);
    cuenta_texto(resumen->contabilizadas, valores[5]);
    porcentaje_texto(resumen->contabilizadas, resumen->esperadas, valores[6]);
    porcentaje_texto(resumen->inconsistentes, resumen->esperadas, valores[7]);
    cuenta_texto(resumen->no_contabilizadas, valores[8]);
    cuenta_texto(resumen->lista_nominal, valores[9]);
    cuenta_texto(resumen->votos_c_cs, valores[10]);
    cuenta_texto(resumen->votos_s_cs, valores[11]);
    participacion_texto(resumen, ultimo, valores[12]);
}
