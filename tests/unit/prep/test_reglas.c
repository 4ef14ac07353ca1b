/*
 * test_reglas.c - the decision table, the header and the truncation, from outside.
 *
 * METHOD
 *     One small election (PAN, PRI, MORENA, their combination, an independent, no
 *     registradas, nulos; one campo) with representatives and cap of prep-rules 7.5.
 *     Tables of rows of 6.2 at the limit and on both sides of it, then the worked
 *     example to the last digit, then properties of the sums.
 */
#include "prep/reglas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prep/catalogo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define REP 20
#define TOPE 1000
#define IL CELDA_ILEGIBLE
#define SD CELDA_SIN_DATO
#define NA CELDA_NO_APLICA
#define CELDAS 8

static const struct campo campos[] = { { "TOTAL_PERSONAS_VOTARON" } };
static const uint16_t miembros[] = { 0, 1 };
static const struct opcion opciones[] = {
    { "PAN", OPCION_PARTIDO, 0, NULL },
    { "PRI", OPCION_PARTIDO, 0, NULL },
    { "MORENA", OPCION_PARTIDO, 0, NULL },
    { "C_PAN_PRI", OPCION_COMBINACION, 2, miembros },
    { "CAND_IND_1", OPCION_INDEPENDIENTE, 0, NULL },
    { "NO_REGISTRADAS", OPCION_NO_REGISTRADAS, 0, NULL },
    { "NULOS", OPCION_NULOS, 0, NULL },
};

static struct eleccion eleccion_de_prueba(void)
{
    return (struct eleccion){
        .ordinal = 1,
        .clave = "GOB",
        .campo_count = COUNT_OF(campos),
        .campos = campos,
        .opcion_count = COUNT_OF(opciones),
        .opciones = opciones,
        .celda_count = CELDAS,
        .reglas = { .inconsistencia_algun_campo = true,
                    .representantes_en_limite_especial = true,
                    .boletas_especial_max = TOPE,
                    .representantes_default = REP },
    };
}

struct caso {
    const char *nombre;
    char tipo;
    int32_t lista_nominal;
    celda celdas[CELDAS]; /* the campo first */
    enum acta_estado estado;
    bool contabilizada, inconsistente;
    uint32_t total;
};

/* LIM of a basica with 500 electors is 520; of an especial, 1020. */
static const struct caso casos[] = {
    { "one below the limit",
      'B',
      500,
      { 0, 200, 100, 200, 10, 0, 0, 9 },
      ACTA_NORMAL,
      true,
      false,
      519 },
    { "the limit itself counts",
      'B',
      500,
      { 0, 200, 100, 200, 10, 0, 0, 10 },
      ACTA_NORMAL,
      true,
      false,
      520 },
    { "one above the limit",
      'B',
      500,
      { 0, 201, 100, 200, 10, 0, 0, 10 },
      ACTA_EXCEDE,
      false,
      true,
      521 },
    { "especial, one below",
      'S',
      0,
      { 0, 1000, 19, 0, 0, 0, 0, 0 },
      ACTA_NORMAL,
      true,
      false,
      1019 },
    { "especial, the limit",
      'S',
      0,
      { 0, 1000, 20, 0, 0, 0, 0, 0 },
      ACTA_NORMAL,
      true,
      false,
      1020 },
    { "especial, one above",
      'S',
      0,
      { 0, 1000, 21, 0, 0, 0, 0, 0 },
      ACTA_EXCEDE,
      false,
      true,
      1021 },
    { "a contigua has its own limit too",
      'C',
      500,
      { 0, 521, 0, 0, 0, 0, 0, 0 },
      ACTA_EXCEDE,
      false,
      true,
      521 },
    { "one illegible vote",
      'B',
      500,
      { 0, 10, IL, 5, 0, 0, 0, 0 },
      ACTA_ALGUN_CAMPO,
      true,
      true,
      15 },
    { "one blank vote",
      'B',
      500,
      { 0, 10, 5, SD, 0, 0, 0, 0 },
      ACTA_ALGUN_CAMPO,
      true,
      true,
      15 },
    { "excede prevails over a blank",
      'B',
      500,
      { 0, 521, SD, IL, 0, 0, 0, 0 },
      ACTA_EXCEDE,
      false,
      true,
      521 },
    { "nothing legible",
      'B',
      500,
      { 10, IL, IL, SD, SD, SD, SD, SD },
      ACTA_TODOS_ILEGIBLES,
      false,
      true,
      0 },
    { "all illegible",
      'B',
      500,
      { 10, IL, IL, IL, IL, IL, IL, IL },
      ACTA_TODOS_ILEGIBLES,
      false,
      true,
      0 },
    { "all blank",
      'B',
      500,
      { 10, SD, SD, SD, SD, SD, SD, SD },
      ACTA_TODOS_ILEGIBLES,
      false,
      true,
      0 },
    { "all zero is a datum",
      'B',
      500,
      { 0, 0, 0, 0, 0, 0, 0, 0 },
      ACTA_NORMAL,
      true,
      false,
      0 },
    { "a single zero among blanks counts",
      'B',
      500,
      { 0, SD, SD, SD, SD, SD, SD, 0 },
      ACTA_ALGUN_CAMPO,
      true,
      true,
      0 },
    { "a cell that does not exist is no defect",
      'B',
      500,
      { 0, 1, 2, 3, NA, NA, 0, 0 },
      ACTA_NORMAL,
      true,
      false,
      6 },
    { "nothing legible where cells do not exist",
      'B',
      500,
      { 0, SD, SD, SD, NA, NA, SD, SD },
      ACTA_TODOS_ILEGIBLES,
      false,
      true,
      0 },
    { "a bad campo is no observation",
      'B',
      500,
      { IL, 1, 2, 3, 0, 0, 0, 0 },
      ACTA_NORMAL,
      true,
      false,
      6 },
};

static struct acta_hechos hechos_de(const struct caso *caso)
{
    return (struct acta_hechos){ .verificada = true,
                                 .celdas = caso->celdas,
                                 .tipo_casilla = caso->tipo,
                                 .lista_nominal = caso->lista_nominal,
                                 .representantes = REP };
}

static void test_each_row_of_table_6_2(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(casos); i++) {
        const struct acta_hechos hechos = hechos_de(&casos[i]);
        struct acta_decision decision;

        print_message("  %s\n", casos[i].nombre);
        reglas_decide(&eleccion, &hechos, &decision);
        assert_int_equal(decision.estado, casos[i].estado);
        assert_int_equal(decision.contabilizada, casos[i].contabilizada);
        assert_int_equal(decision.inconsistente, casos[i].inconsistente);
        assert_int_equal(decision.total, casos[i].total);
        assert_true(decision.capturada);
    }
}

static void test_causes_are_kept_apart_from_the_state(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();
    const struct {
        celda celdas[CELDAS];
        uint32_t causas;
    } rows[] = {
        { { 0, 1, 2, 3, 0, 0, 0, 0 }, 0 },
        { { 0, IL, 2, 3, 0, 0, 0, 0 }, CAUSA_ILEGIBLE },
        { { 0, SD, 2, 3, 0, 0, 0, 0 }, CAUSA_SIN_DATO },
        { { 0, SD, IL, 3, 0, 0, 0, 0 }, CAUSA_SIN_DATO | CAUSA_ILEGIBLE },
        { { 0, SD, IL, 999, 0, 0, 0, 0 },
          CAUSA_SIN_DATO | CAUSA_ILEGIBLE | CAUSA_EXCEDE },
        { { 0, IL, IL, IL, IL, IL, IL, IL }, CAUSA_ILEGIBLE | CAUSA_TODOS_ILEGIBLES },
        { { 0, SD, SD, SD, SD, SD, SD, SD }, CAUSA_SIN_DATO | CAUSA_TODOS_SIN_DATO },
        { { 0, SD, IL, SD, SD, SD, SD, SD },
          CAUSA_SIN_DATO | CAUSA_ILEGIBLE | CAUSA_TODOS_MIXTO },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct acta_hechos hechos = { .verificada = true,
                                            .celdas = rows[i].celdas,
                                            .tipo_casilla = 'B',
                                            .lista_nominal = 500,
                                            .representantes = REP };
        struct acta_decision decision;

        reglas_decide(&eleccion, &hechos, &decision);
        assert_int_equal(decision.causas, rows[i].causas);
    }
}

static void test_rows_that_no_cell_decides(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();
    struct acta_hechos hechos = { .tipo_casilla = 'B', .lista_nominal = 500 };
    struct acta_decision decision;

    (void)state;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_NO_CAPTURADA);
    assert_false(decision.capturada);
    for (int causa = SIN_ACTA_PAQUETE_NO_ENTREGADO; causa <= SIN_ACTA_CONTINGENCIA_URNA;
         causa++) {
        hechos.sin_acta = (enum sin_acta)causa;
        reglas_decide(&eleccion, &hechos, &decision);
        assert_int_equal(decision.estado, ACTA_SIN_ACTA);
        assert_true(decision.capturada);
        assert_false(decision.contabilizada);
        assert_false(decision.inconsistente);
    }
    hechos.fuera_de_catalogo = true;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_FUERA_DE_CATALOGO);
    assert_false(decision.capturada);
    assert_false(decision.contabilizada);
}

/* Whatever was captured of it: rows 2 to 5 come first. */
static void test_sin_acta_stands_over_a_capture(void **state)
{
    static const celda celdas[CELDAS] = { 0, 1, 2, 3, 0, 0, 0, 0 };
    const struct eleccion eleccion = eleccion_de_prueba();
    const struct acta_hechos hechos = { .sin_acta = SIN_ACTA_CASILLA_NO_INSTALADA,
                                        .verificada = true,
                                        .celdas = celdas,
                                        .tipo_casilla = 'B',
                                        .lista_nominal = 500,
                                        .representantes = REP };
    struct acta_decision decision;

    (void)state;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_SIN_ACTA);
    assert_false(decision.contabilizada);
}

static void test_the_thirteen_names_in_their_order(void **state)
{
    static const char *const names[] = { "ACTAS_ESPERADAS",
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
                                         "PORCENTAJE_PARTICIPACION_CIUDADANA" };

    (void)state;
    assert_int_equal(COUNT_OF(names), ENCABEZADO_COUNT);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_equal(encabezado_nombres[i], names[i]);
    }
}

static void test_parameters_settle_what_the_sources_dispute(void **state)
{
    static const celda mixta[CELDAS] = { 0, IL, SD, SD, SD, SD, SD, SD };
    static const celda ilegible[CELDAS] = { 0, IL, IL, IL, IL, IL, IL, IL };
    static const celda una_mala[CELDAS] = { 0, IL, 1, 0, 0, 0, 0, 0 };
    static const celda campo_malo[CELDAS] = { SD, 1, 1, 0, 0, 0, 0, 0 };
    static const celda especial[CELDAS] = { 0, 1000, 1, 0, 0, 0, 0, 0 };
    struct eleccion eleccion = eleccion_de_prueba();
    struct acta_hechos hechos = { .verificada = true,
                                  .tipo_casilla = 'B',
                                  .lista_nominal = 500,
                                  .representantes = REP };
    struct acta_decision decision;

    (void)state;
    eleccion.reglas.mixtos_contabilizan = true;
    hechos.celdas = mixta;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_true(decision.contabilizada);
    assert_int_equal(decision.total, 0);
    hechos.celdas = ilegible; /* the parameter is of the mixed ones alone */
    reglas_decide(&eleccion, &hechos, &decision);
    assert_false(decision.contabilizada);

    eleccion.reglas.inconsistencia_algun_campo = false;
    hechos.celdas = una_mala;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_ALGUN_CAMPO);
    assert_false(decision.inconsistente);

    eleccion.reglas.campos_dan_observacion = true;
    hechos.celdas = campo_malo;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_ALGUN_CAMPO);

    eleccion.reglas.representantes_en_limite_especial = false;
    hechos.celdas = especial;
    hechos.tipo_casilla = 'S';
    hechos.lista_nominal = 0;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_int_equal(decision.estado, ACTA_EXCEDE);

    eleccion.reglas.inconsistencia_sin_acta = true;
    hechos.sin_acta = SIN_ACTA_SIN_BOLSA;
    reglas_decide(&eleccion, &hechos, &decision);
    assert_true(decision.inconsistente);
}

static void test_representatives_known_unknown_and_absent(void **state)
{
    static const celda celdas[CELDAS] = { 0, 110, 0, 0, 0, 0, 0, 0 };
    const struct {
        const char *nombre;
        char tipo;
        int32_t representantes;
        bool fijos;
        uint32_t limite;
    } rows[] = {
        { "of the casilla", 'B', 7, false, 107 },
        { "none accredited", 'B', 0, false, 100 },
        { "not known: the default", 'B', CATALOGO_REPRESENTANTES_DESCONOCIDO, false,
          120 },
        { "fixed by the institute", 'B', 7, true, 120 },
        { "abroad has none", 'M', CATALOGO_REPRESENTANTES_DESCONOCIDO, false, 100 },
        { "early vote has none", 'A', CATALOGO_REPRESENTANTES_DESCONOCIDO, false, 100 },
        { "prison has none", 'P', CATALOGO_REPRESENTANTES_DESCONOCIDO, true, 100 },
        { "prisión preventiva by its older letter has none", 'V',
          CATALOGO_REPRESENTANTES_DESCONOCIDO, false, 100 },
        { "abroad, accredited", 'M', 7, false, 107 },
        { "abroad, accredited: not the institute's number", 'M', 7, true, 107 },
        { "extraordinaria as a basica", 'E', 20, false, 120 },
        { "urna electronica as its casilla", 'U', CATALOGO_REPRESENTANTES_DESCONOCIDO,
          false, 120 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct eleccion eleccion = eleccion_de_prueba();
        const struct acta_hechos hechos = { .verificada = true,
                                            .celdas = celdas,
                                            .tipo_casilla = rows[i].tipo,
                                            .lista_nominal = 100,
                                            .representantes = rows[i].representantes };
        struct acta_decision decision;

        print_message("  %s\n", rows[i].nombre);
        eleccion.reglas.representantes_fijos = rows[i].fijos;
        reglas_decide(&eleccion, &hechos, &decision);
        assert_int_equal(decision.limite, rows[i].limite);
        assert_int_equal(decision.contabilizada, 110 <= rows[i].limite);
    }
}

static void test_percentages_are_truncated_never_rounded(void **state)
{
    static const struct {
        uint64_t num, den;
        const char *text;
    } rows[] = {
        { 29, 100, "29.0000" },
        { 57, 100, "57.0000" },
        { 8259, 8334, "99.1000" },
        { 6958, 8352, "83.3093" },
        { 4682, 4778, "97.9907" },
        { 0, 0, "0.0000" },
        { 5, 0, "0.0000" },
        { 1, 3, "33.3333" },
        { 2, 3, "66.6666" },
        { 999999, 1000000, "99.9999" },
        { 9999999, 10000000, "99.9999" },
        { 1, 1, "100.0000" },
        { 5, 4, "125.0000" },
        { 1, 1000000, "0.0001" },
        { 9, 10000000, "0.0000" },
        { (UINT64_C(1) << 43) - 1, 1, "879609302220700.0000" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[PORCENTAJE_SIZE];

        porcentaje_texto(rows[i].num, rows[i].den, text);
        assert_string_equal(text, rows[i].text);
    }
}

/* ---- prep-rules 7.5 */

struct ejemplo {
    struct acta_hechos hechos;
    celda celdas[CELDAS];
};

static const struct ejemplo ejemplo[] = {
    { { .verificada = true, .tipo_casilla = 'B', .lista_nominal = 600 },
      { 0, 100, 50, 150, 20, 5, 1, 10 } },
    { { .verificada = true, .tipo_casilla = 'C', .lista_nominal = 600 },
      { 0, 120, IL, 130, 10, SD, 0, 8 } },
    { { .verificada = true, .tipo_casilla = 'B', .lista_nominal = 500 },
      { 0, 200, 100, 200, 10, 0, 0, 10 } },
    { { .verificada = true, .tipo_casilla = 'C', .lista_nominal = 500 },
      { 0, 201, 100, 200, 10, 0, 0, 10 } },
    { { .verificada = true, .tipo_casilla = 'B', .lista_nominal = 550 },
      { 0, IL, IL, SD, SD, SD, SD, SD } },
    { { .sin_acta = SIN_ACTA_SIN_BOLSA, .tipo_casilla = 'E', .lista_nominal = 300 },
      { 0 } },
    { { .verificada = true, .tipo_casilla = 'S' }, { 0, 260, 140, 250, 25, 5, 2, 18 } },
    { { .tipo_casilla = 'B', .lista_nominal = 450 }, { 0 } },
    { { .verificada = true, .tipo_casilla = 'C', .lista_nominal = 450 },
      { 0, 90, 60, 120, 15, 4, 1, 10 } },
    { { .fuera_de_catalogo = true }, { 0 } },
};

static void ejemplo_suma(const struct eleccion *eleccion, size_t i,
                         struct resumen *resumen, int sign)
{
    struct acta_hechos hechos = ejemplo[i].hechos;
    struct acta_decision decision;

    hechos.celdas = ejemplo[i].celdas;
    hechos.representantes = REP;
    reglas_decide(eleccion, &hechos, &decision);
    resumen_suma(resumen, eleccion, &hechos, &decision, sign);
}

static void encabezado_exige(const struct resumen *resumen, bool ultimo,
                             const char *const *want)
{
    struct encabezado encabezado;

    encabezado_calcula(resumen, ultimo, &encabezado);
    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        print_message("  %s %s\n", encabezado_nombres[i], encabezado.valores[i]);
        assert_string_equal(encabezado.valores[i], want[i]);
    }
}

static void test_worked_example_to_the_last_digit(void **state)
{
    static const char *const intermedio[] = { "9",       "9",    "1",       "8",
                                              "88.8888", "5",    "55.5555", "33.3333",
                                              "3",       "2150", "2124",    "1424",
                                              "66.2325" };
    static const char *const ultimo[] = { "9",    "9",       "1",       "8", "88.8888",
                                          "5",    "55.5555", "33.3333", "3", "2150",
                                          "2124", "1424",    "98.7906" };
    static const uint64_t votos[] = { 770, 350, 850, 80, 14, 4, 56 };
    const struct eleccion eleccion = eleccion_de_prueba();
    struct resumen resumen = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ejemplo); i++) {
        ejemplo_suma(&eleccion, i, &resumen, 1);
    }
    for (size_t i = 0; i < COUNT_OF(votos); i++) {
        assert_int_equal(resumen.votos[i], votos[i]);
    }
    encabezado_exige(&resumen, false, intermedio);
    encabezado_exige(&resumen, true, ultimo);
}

static void test_nothing_counted_divides_nothing(void **state)
{
    static const char *const want[] = { "0", "0",      "0",      "0", "0.0000",
                                        "0", "0.0000", "0.0000", "0", "0",
                                        "0", "0",      "0.0000" };
    const struct resumen resumen = { 0 };

    (void)state;
    encabezado_exige(&resumen, true, want);
}

/* Whatever was added can be taken back, in any order: running sums rest on it. */
static void test_sums_are_taken_back_exactly(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();
    struct resumen resumen = { 0 }, cero = { 0 }, mitad = { 0 }, otra = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ejemplo); i++) {
        ejemplo_suma(&eleccion, i, &resumen, 1);
        ejemplo_suma(&eleccion, i, i % 2 == 0 ? &mitad : &otra, 1);
    }
    resumen_agrega(&mitad, &otra, resumen_votos_count(&eleccion));
    assert_memory_equal(&mitad, &resumen, sizeof resumen);
    for (size_t i = COUNT_OF(ejemplo); i > 0; i--) {
        ejemplo_suma(&eleccion, i - 1, &resumen, -1);
    }
    assert_memory_equal(&resumen, &cero, sizeof resumen);
}

/* Which parts an acta is counted in, as bits of enum parte. */
static const struct {
    char tipo, ubicacion;
    unsigned partes;
} partes[] = {
    { 'B', '1', 1u << PARTE_URBANAS },
    { 'C', '2', 1u << PARTE_NO_URBANAS },
    { 'E', 0, 0 },
    { 'U', '3', 0 },
    { 'S', '1', 1u << PARTE_URBANAS | 1u << PARTE_ESPECIALES },
    { 'S', '2', 1u << PARTE_NO_URBANAS | 1u << PARTE_ESPECIALES },
    { 'A', 0, 1u << PARTE_ANTICIPADO },
    { 'P', 0, 1u << PARTE_PRISION },
    { 'M', 0, 1u << PARTE_EXTRANJERO },
    { 'V', 0, 1u << PARTE_EXTRANJERO },
};

static void test_parts_of_a_sum_are_counted_apart(void **state)
{
    static const celda celdas[CELDAS] = { 0, 90, 60, 120, 15, 4, 1, 10 };
    static const celda muchos[CELDAS] = { 0, 5000, 0, 0, 0, 0, 0, 0 };
    const struct eleccion eleccion = eleccion_de_prueba();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(partes); i++) {
        struct acta_hechos hechos = { .verificada = true,
                                      .celdas = celdas,
                                      .tipo_casilla = partes[i].tipo,
                                      .ubicacion = partes[i].ubicacion,
                                      .lista_nominal = 750 };
        struct resumen resumen = { 0 }, dos = { 0 };
        struct acta_decision decision;

        for (int copia = 0; copia < 3; copia++) { /* counted, excede, not captured */
            hechos.celdas = copia == 1 ? muchos : celdas;
            hechos.verificada = copia < 2;
            reglas_decide(&eleccion, &hechos, &decision);
            resumen_suma(&resumen, &eleccion, &hechos, &decision, 1);
        }
        resumen_agrega(&dos, &resumen, resumen_votos_count(&eleccion));
        resumen_agrega(&dos, &resumen, resumen_votos_count(&eleccion));
        for (enum parte p = 0; p < PARTE_COUNT; p++) {
            const uint64_t una = (partes[i].partes >> p) & 1;

            assert_int_equal(dos.partes[p].esperadas, 6 * una);
            assert_int_equal(dos.partes[p].capturadas, 4 * una);
            assert_int_equal(dos.partes[p].contabilizadas, 2 * una);
            assert_int_equal(dos.partes[p].votos, 600 * una);
        }
    }
}

/* A correction lowers a total, and the next corte says so. */
static void test_a_correction_can_lower_a_count(void **state)
{
    static const celda antes[CELDAS] = { 0, 90, 60, 120, 15, 4, 50, 10 };
    static const celda despues[CELDAS] = { 0, 90, 60, 120, 15, 4, 25, 10 };
    const struct eleccion eleccion = eleccion_de_prueba();
    struct acta_hechos hechos = { .verificada = true,
                                  .celdas = antes,
                                  .tipo_casilla = 'B',
                                  .lista_nominal = 750,
                                  .representantes = REP };
    struct resumen resumen = { 0 };
    struct acta_decision decision;

    (void)state;
    reglas_decide(&eleccion, &hechos, &decision);
    resumen_suma(&resumen, &eleccion, &hechos, &decision, 1);
    resumen_suma(&resumen, &eleccion, &hechos, &decision, -1);
    hechos.celdas = despues;
    reglas_decide(&eleccion, &hechos, &decision);
    resumen_suma(&resumen, &eleccion, &hechos, &decision, 1);
    assert_int_equal(resumen.votos[5], 25);
    assert_int_equal(resumen.votos_c_cs, 324);
    assert_int_equal(resumen.contabilizadas, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_of_table_6_2),
        cmocka_unit_test(test_causes_are_kept_apart_from_the_state),
        cmocka_unit_test(test_rows_that_no_cell_decides),
        cmocka_unit_test(test_sin_acta_stands_over_a_capture),
        cmocka_unit_test(test_the_thirteen_names_in_their_order),
        cmocka_unit_test(test_parameters_settle_what_the_sources_dispute),
        cmocka_unit_test(test_representatives_known_unknown_and_absent),
        cmocka_unit_test(test_percentages_are_truncated_never_rounded),
        cmocka_unit_test(test_worked_example_to_the_last_digit),
        cmocka_unit_test(test_nothing_counted_divides_nothing),
        cmocka_unit_test(test_sums_are_taken_back_exactly),
        cmocka_unit_test(test_parts_of_a_sum_are_counted_apart),
        cmocka_unit_test(test_a_correction_can_lower_a_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
