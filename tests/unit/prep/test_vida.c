/* The life of an acta: every (state, event), and the table that the docs print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/durable.h"
#include "prep/acta_id.h"
#include "prep/vida.h"

/* What is written on paper, apart from the code: 'r' refused, else the state. */
#define LETTERS "esrcdvogfi"
static const char *const paper[VIDA_ESTADOS] = {
    /* acopio, sin acta, imagen, 1a, 2a igual, 2a distinta, 3a, cotejo, corr, reap,
       ident */
    [VIDA_ESPERADA] = "rsrc.......",    [VIDA_SIN_ACTA] = "rsrc.......",
    [VIDA_RECIBIDA] = "rrrc.......",    [VIDA_CAPTURADA] = "ccc.vd.....",
    [VIDA_DISCREPANTE] = "ddd...v....", [VIDA_VERIFICADA] = "vvv....vog.",
    [VIDA_CORREGIDA] = "ooo....oog.",   [VIDA_REABIERTA] = "ggg.....o..",
    [VIDA_FUERA] = "fff.......i",       [VIDA_IDENTIFICADA] = "iii........",
};

static void test_every_state_and_event(void **state)
{
    (void)state;
    for (unsigned s = 0; s < VIDA_ESTADOS; s++) {
        assert_int_equal(strlen(paper[s]), VIDA_EVENTOS);
        for (unsigned e = 0; e < VIDA_EVENTOS; e++) {
            const struct vida_paso paso = vida_paso(s, e);

            if (paso.acepta != (paper[s][e] != '.') ||
                (paso.acepta && LETTERS[paso.estado] != paper[s][e])) {
                fail_msg("%s, %s", vida_estado_texto(s), vida_evento_texto(e));
            }
        }
    }
}

static void test_a_refusal_has_a_code_and_a_cure(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (unsigned s = 0; s < VIDA_ESTADOS; s++) {
        for (unsigned e = 0; e < VIDA_EVENTOS; e++) {
            const struct vida_paso paso = vida_paso(s, e);

            if (!paso.acepta) {
                refused++;
                assert_non_null(strchr(paso.codigo, '.'));
                assert_true(strpbrk(paso.motivo, ";:") != NULL);
            }
        }
    }
    assert_true(refused > VIDA_ESTADOS);
}

/* What came from a CATD happened: it is never refused, and it never takes values away.
 */
static void test_what_a_worker_brings_is_always_taken(void **state)
{
    (void)state;
    for (unsigned s = 0; s < VIDA_ESTADOS; s++) {
        for (unsigned e = VIDA_ACOPIO; e <= VIDA_IMAGEN; e++) {
            assert_true(vida_paso(s, e).acepta);
            if (s >= VIDA_CAPTURADA) {
                assert_int_equal(vida_paso(s, e).estado, s);
            }
        }
    }
}

/* A row as each event leaves it. */
static void apply(struct acta_row *row, enum vida_evento evento)
{
    switch (evento) {
    case VIDA_ACOPIO:
        row->tiene_acopio = true;
        row->sin_acta = 0;
        break;
    case VIDA_ACOPIO_SIN_ACTA: /* one that has the acta stands over it */
        row->sin_acta = row->tiene_acopio && row->sin_acta == 0 ? 0 : 1;
        row->tiene_acopio = true;
        break;
    case VIDA_IMAGEN:
        row->tiene_imagen = true;
        break;
    case VIDA_PRIMERA:
        row->tiene_captura[0] = true;
        break;
    case VIDA_SEGUNDA_DISTINTA:
        row->tiene_captura[1] = true;
        break;
    case VIDA_SEGUNDA_IGUAL:
        row->tiene_captura[1] = row->tiene_verificacion = true;
        break;
    case VIDA_TERCERA:
        row->tiene_captura[2] = row->tiene_verificacion = true;
        break;
    case VIDA_COTEJO:
        row->tiene_cotejo = true;
        break;
    case VIDA_CORRECCION:
        row->correccion_numero++;
        row->correccion_count = 9;
        break;
    case VIDA_REAPERTURA:
        row->correccion_numero++;
        row->correccion_count = 0;
        break;
    case VIDA_IDENTIFICACION:
        row->identificada_como = 7;
        break;
    case VIDA_EVENTOS:
        break;
    }
}

/* Any walk of accepted events: the row says the state that the table said. */
static void test_the_table_and_the_row_agree(void **state)
{
    unsigned seed = 7, seen = 0;

    (void)state;
    for (unsigned walk = 0; walk < 4000; walk++) {
        struct acta_row *row = calloc(1, sizeof *row);
        enum vida_estado s = walk % 4 == 0 ? VIDA_FUERA : VIDA_ESPERADA;

        row->id = s == VIDA_FUERA ? acta_id_fuera(1, 1) : 1;
        for (unsigned step = 0; step < 12; step++) {
            const enum vida_evento e = (unsigned)rand_r(&seed) % VIDA_EVENTOS;
            const struct vida_paso paso = vida_paso(s, e);

            assert_int_equal(vida_estado(row), s);
            seen |= 1u << s;
            if (paso.acepta) {
                apply(row, e);
                s = paso.estado;
            }
        }
        free(row);
    }
    assert_int_equal(seen, (1u << VIDA_ESTADOS) - 1);
}

static void test_the_docs_print_this_table(void **state)
{
    struct buffer table, docs;
    struct prep_reason reason = { "" };

    (void)state;
    buffer_init(&table, 65536);
    buffer_init(&docs, 1048576);
    vida_tabla(&table);
    assert_int_equal(durable_read(TEST_DATA "/../../docs/VIDA_DE_UN_ACTA.md", 1048576,
                                  &docs, &reason),
                     PREP_OK);
    if (strstr(buffer_text(&docs), buffer_text(&table)) == NULL) {
        fail_msg("docs/VIDA_DE_UN_ACTA.md must contain:\n%s", buffer_text(&table));
    }
    buffer_done(&table);
    buffer_done(&docs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_and_event),
        cmocka_unit_test(test_a_refusal_has_a_code_and_a_cure),
        cmocka_unit_test(test_what_a_worker_brings_is_always_taken),
        cmocka_unit_test(test_the_table_and_the_row_agree),
        cmocka_unit_test(test_the_docs_print_this_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
