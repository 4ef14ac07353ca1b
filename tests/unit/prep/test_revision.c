/*
 * test_revision.c - the self-check of a corte: it agrees with what was written, and any
 * change to a row or to the header is seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"
#include "prep/perfil.h"
#include "prep/revision.h"

#define FILAS 400
#define TEXT_MAX (1024u * 1024u)

struct world {
    struct definicion *definicion;
    const struct eleccion *eleccion;
    struct revision_plan plan;
    struct buffer preamble, rows;
    struct resumen resumen;
};

static struct definicion *load(const char *text, struct prep_reason *reason)
{
    struct definicion *definicion = NULL;
    struct carpeta carpeta;

    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "definicion.yaml", text);
    if (definicion_load(carpeta.path, &definicion, reason) != PREP_OK) {
        print_message("%s\n", reason->text);
    }
    carpeta_borra(&carpeta);
    return definicion;
}

/* Every state, tipo and kind of cell, in turn. */
static void vista_de(const struct world *world, int i, struct acta_vista *vista)
{
    static const char tipos[] = "BCESMA";

    memset(vista, 0, sizeof *vista);
    vista->catalogo.tipo_casilla[0] = tipos[i % 6];
    strcpy(vista->catalogo.seccion, i % 5 == 0 ? "1, \"A\"" : "0001");
    vista->hechos.tipo_casilla = tipos[i % 6];
    vista->hechos.lista_nominal = i % 6 == 3 ? 0 : 400;
    vista->hechos.representantes = 10;
    vista->hechos.fuera_de_catalogo = i >= FILAS - 7;
    vista->hechos.sin_acta = i % 11 == 0 ? (enum sin_acta)(1 + i % 4) : SIN_ACTA_NO;
    vista->hechos.verificada = i % 4 != 0 && !vista->hechos.fuera_de_catalogo;
    for (size_t c = 0; c < world->eleccion->celda_count; c++) {
        vista->celdas[c] = (celda)((size_t)i * (c + 3) % 60);
    }
    if (i % 7 == 0) {
        vista->celdas[3] = CELDA_ILEGIBLE;
    }
    if (i % 13 == 0) {
        vista->celdas[4] = 5000;
    }
    for (size_t c = 2; i % 17 == 0 && c < world->eleccion->celda_count; c++) {
        vista->celdas[c] = CELDA_SIN_DATO;
    }
    vista->hechos.celdas = vista->hechos.verificada ? vista->celdas : NULL;
    reglas_decide(world->eleccion, &vista->hechos, &vista->decision);
}

static void preamble(struct world *world, const struct resumen *resumen, bool ultimo)
{
    struct encabezado encabezado;

    buffer_clear(&world->preamble);
    encabezado_calcula(resumen, ultimo, &encabezado);
    perfil_preambulo(world->definicion, world->eleccion, &encabezado,
                     world->definicion->inicio_ms, &world->preamble);
}

static void world_open(struct world *world, const char *definicion)
{
    struct acta_vista *vista = calloc(1, sizeof *vista);
    struct prep_reason reason = { "" };

    memset(world, 0, sizeof *world);
    world->definicion = load(definicion, &reason);
    assert_non_null(world->definicion);
    world->eleccion = &world->definicion->elecciones[0];
    buffer_init(&world->preamble, TEXT_MAX);
    buffer_init(&world->rows, TEXT_MAX);
    assert_int_equal(revision_plan(world->eleccion, &world->plan, &reason), PREP_OK);
    for (int i = 0; i < FILAS; i++) {
        vista_de(world, i, vista);
        perfil_fila(world->definicion, world->eleccion, vista, &world->rows);
        resumen_suma(&world->resumen, world->eleccion, &vista->hechos, &vista->decision,
                     1);
    }
    preamble(world, &world->resumen, false);
    free(vista);
}

static void world_close(struct world *world)
{
    definicion_free(&world->definicion);
    buffer_done(&world->preamble);
    buffer_done(&world->rows);
}

static enum prep_status check(const struct world *world, bool ultimo,
                              struct prep_reason *reason)
{
    struct revision revision = { 0 };
    enum prep_status status = revision_lee(&world->plan, world->rows.data,
                                           world->rows.len, &revision, reason);

    if (status == PREP_OK) {
        status = revision_coteja(&world->plan, &revision, ultimo, world->preamble.data,
                                 world->preamble.len, reason);
    }
    if (status == PREP_OK) {
        status = revision_coteja_votos(&world->plan, &revision, world->resumen.votos,
                                       reason);
    }
    return status;
}

static void test_it_agrees_with_what_was_written(void **state)
{
    struct prep_reason reason = { "" };
    struct world world;

    (void)state;
    world_open(&world, definicion_ejemplo);
    assert_true(world.resumen.contabilizadas > 50);
    assert_int_equal(world.resumen.fuera_de_catalogo, 7);
    assert_int_equal(check(&world, false, &reason), PREP_OK);
    assert_int_equal(check(&world, true, &reason),
                     PREP_ERR_CONFLICT); /* participación */
    preamble(&world, &world.resumen, true);
    assert_int_equal(check(&world, true, &reason), PREP_OK);
    world_close(&world);
}

/* The example with one piece of text changed for another. Freed by the caller. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(definicion_ejemplo, from);
    size_t room = sizeof definicion_ejemplo + strlen(to);
    char *text = malloc(room);

    assert_non_null(at);
    snprintf(text, room, "%.*s%s%s", (int)(at - definicion_ejemplo), definicion_ejemplo,
             to, at + strlen(from));
    return text;
}

static void test_other_profiles(void **state)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        { "fin_de_linea: lf\n", "fin_de_linea: cr\n" },
        { "separador: \",\"", "separador: \"|\"" },
        { "comillas: minimas", "comillas: texto" },
        { "bom: no\n", "bom: yes\n" },
        { "inconsistencia_algun_campo: yes", "inconsistencia_algun_campo: no" },
        { "inconsistencia_sin_acta: no\n", "inconsistencia_sin_acta: yes\n" },
        { "mixtos_contabilizan: no\n", "mixtos_contabilizan: yes\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prep_reason reason = { "" };
        char *text = changed(rows[i].from, rows[i].to);
        struct world world;

        print_message("  %s\n", rows[i].to);
        world_open(&world, text);
        assert_int_equal(check(&world, false, &reason), PREP_OK);
        world_close(&world);
        free(text);
    }
}

/* Each of the 13 values, one more than it should be. */
static void test_a_header_off_by_one_is_named(void **state)
{
    struct prep_reason reason;
    struct world world;

    (void)state;
    world_open(&world, definicion_ejemplo);
    for (size_t i = 0; i < 9; i++) {
        struct resumen wrong = world.resumen;
        uint64_t *fields[] = { &wrong.esperadas,         &wrong.fuera_de_catalogo,
                               &wrong.capturadas,        &wrong.contabilizadas,
                               &wrong.no_contabilizadas, &wrong.inconsistentes,
                               &wrong.votos_c_cs,        &wrong.votos_s_cs,
                               &wrong.lista_nominal };

        ++*fields[i];
        preamble(&world, &wrong, false);
        reason.text[0] = '\0';
        if (i < 8) {
            assert_int_equal(check(&world, false, &reason), PREP_ERR_CONFLICT);
            assert_non_null(strstr(reason.text, "GUB: "));
            assert_non_null(strstr(reason.text, " dice "));
        }
    }
    /* Tables print N/A for their lista nominal: the sum may be more, never less. */
    assert_int_equal(check(&world, false, &reason), PREP_OK);
    world.resumen.lista_nominal = 0;
    preamble(&world, &world.resumen, false);
    assert_int_equal(check(&world, false, &reason), PREP_ERR_CONFLICT);
    assert_non_null(strstr(reason.text, "LISTA_NOMINAL"));
    world_close(&world);
}

/* Any digit of any row changed for another: seen, unless it is one that adds to
 * nothing (identity, cells that are not votes, rows that do not count). */
static void test_changed_digits_are_seen(void **state)
{
    struct prep_reason reason = { "" };
    size_t seen = 0, tried = 0;
    struct world world;

    (void)state;
    world_open(&world, definicion_ejemplo);
    for (size_t at = 0; at < world.rows.len; at += 3) {
        char kept = world.rows.data[at];

        if (kept < '0' || kept > '9') {
            continue;
        }
        world.rows.data[at] = kept == '9' ? '8' : (char)(kept + 1);
        seen += check(&world, false, &reason) != PREP_OK;
        tried++;
        world.rows.data[at] = kept;
    }
    assert_true(tried > 1000);
    assert_true(seen * 2 > tried);
    assert_int_equal(check(&world, false, &reason), PREP_OK);
    world_close(&world);
}

static void test_votes_that_moved_between_options_are_seen(void **state)
{
    struct prep_reason reason = { "" };
    struct world world;

    (void)state;
    world_open(&world, definicion_ejemplo);
    world.resumen.votos[0]++;
    world.resumen.votos[1]--;
    assert_int_equal(check(&world, false, &reason), PREP_ERR_CONFLICT);
    assert_non_null(strstr(reason.text, "PAN publica"));
    world_close(&world);
}

static void test_rows_that_are_not_rows(void **state)
{
    static const char *const texts[] = {
        "a,b\n",
        "\n",
        ",,,\n",
        "\"abierta",
        "x",
        /* one column more than the profile has */
        "a,b,B,0001,B,1,1,1,1,1,1,1,1,7,400,10,,1,-,-,de más\n",
        /* CONTABILIZADA is a word of nobody's */
        "a,b,0001,B,1,1,1,1,1,1,1,1,7,400,10,,7,-,-\n",
        /* the total is not the sum */
        "a,b,0001,B,1,1,1,1,1,1,1,1,8,400,10,,1,-,-\n",
        /* the lista nominal is no number and no text of the profile */
        "a,b,0001,B,1,1,1,1,1,1,1,1,7,mucha,10,,1,-,-\n",
    };
    struct world world;

    (void)state;
    world_open(&world, definicion_ejemplo);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct prep_reason reason = { "" };
        struct revision revision = { 0 };

        print_message("  %s\n", texts[i]);
        assert_int_equal(
            revision_lee(&world.plan, texts[i], strlen(texts[i]), &revision, &reason),
            PREP_ERR_FORMAT);
        assert_int_equal(revision.contabilizadas, 0);
    }
    world_close(&world);
}

static void test_pieces_join(void **state)
{
    struct revision whole = { 0 }, parts = { 0 }, part;
    struct prep_reason reason = { "" };
    struct world world;
    const char *middle;

    (void)state;
    world_open(&world, definicion_ejemplo);
    middle = strchr(world.rows.data + world.rows.len / 2, '\n') + 1;
    assert_int_equal(
        revision_lee(&world.plan, world.rows.data, world.rows.len, &whole, &reason),
        PREP_OK);
    memset(&part, 0, sizeof part);
    assert_int_equal(revision_lee(&world.plan, world.rows.data,
                                  (size_t)(middle - world.rows.data), &part, &reason),
                     PREP_OK);
    revision_une(&parts, &part);
    memset(&part, 0, sizeof part);
    assert_int_equal(revision_lee(&world.plan, middle,
                                  (size_t)(world.rows.data + world.rows.len - middle),
                                  &part, &reason),
                     PREP_OK);
    revision_une(&parts, &part);
    assert_memory_equal(&whole, &parts, sizeof whole);
    world_close(&world);
}

static void test_profiles_that_cannot_be_checked_are_refused(void **state)
{
    static const struct {
        const char *from, *to, *want;
    } rows[] = {
        { "fuente: tipo_casilla", "fuente: ext_contigua", "tipo_casilla" },
        { "fuente: contabilizada}", "fuente: cotejada}", "contabilizada" },
        { "fuera: \"2\", no_capturada: \"-\"", "fuera: \"-\", no_capturada: \"-\"",
          NULL }, /* OBSERVACIONES tells them apart */
        { "si: \"1\", no: \"0\"", "si: \"0\", no: \"0\"", "distinguir" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prep_reason reason = { "" };
        char *text = changed(rows[i].from, rows[i].to);
        struct definicion *definicion;
        struct revision_plan plan;
        enum prep_status status;

        definicion = load(text, &reason);
        if (definicion != NULL) { /* or the definition itself was refused */
            status = revision_plan(&definicion->elecciones[0], &plan, &reason);
            assert_int_equal(status, rows[i].want == NULL ? PREP_OK : PREP_ERR_CONFIG);
            if (rows[i].want != NULL) {
                assert_non_null(strstr(reason.text, rows[i].want));
            }
        }
        definicion_free(&definicion);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_agrees_with_what_was_written),
        cmocka_unit_test(test_other_profiles),
        cmocka_unit_test(test_a_header_off_by_one_is_named),
        cmocka_unit_test(test_changed_digits_are_seen),
        cmocka_unit_test(test_votes_that_moved_between_options_are_seen),
        cmocka_unit_test(test_rows_that_are_not_rows),
        cmocka_unit_test(test_pieces_join),
        cmocka_unit_test(test_profiles_that_cannot_be_checked_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
