/*
 * test_topology.c - a topology is taken whole and right, or its mistake is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "mundo_prueba.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct mundo mundo;

static int group_setup(void **state)
{
    (void)state;
    mundo_open(&mundo, "tcp://127.0.0.1:7120");
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

static void test_every_process_is_found_every_way(void **state)
{
    (void)state;
    assert_string_equal(mundo.topology->proceso, MUNDO_PROCESO);
    assert_int_equal(mundo.topology->process_count, M_TOTAL);
    for (uint32_t i = 0; i < M_TOTAL; i++) {
        const struct topology_process *p = &mundo.topology->processes[i];

        assert_int_equal(p->numero, i + 1);
        assert_string_equal(p->nombre, mundo_rows[i].nombre);
        assert_string_equal(etapa_text(p->etapa), mundo_rows[i].etapa);
        assert_ptr_equal(topology_by_numero(mundo.topology, i + 1), p);
        assert_ptr_equal(topology_by_nombre(mundo.topology, p->nombre), p);
        assert_ptr_equal(topology_by_key_id(mundo.topology, p->key_id), p);
        assert_ptr_equal(topology_by_curve(mundo.topology, p->curve), p);
    }
    assert_string_equal(mundo.process[M_ACOPIO]->recibe, "tcp://127.0.0.1:7120");
    assert_string_equal(mundo.process[M_CATD]->recibe, "");
}

static void test_what_is_not_declared_does_not_exist(void **state)
{
    const uint8_t nobody[KEY_ID_LEN] = { 0 };

    (void)state;
    assert_null(topology_by_numero(mundo.topology, 0));
    assert_null(topology_by_numero(mundo.topology, M_TOTAL + 1));
    assert_null(topology_by_nombre(mundo.topology, ""));
    assert_null(topology_by_nombre(mundo.topology, "acopio-10"));
    assert_null(topology_by_key_id(mundo.topology, nobody));
    assert_null(topology_by_curve(mundo.topology, ""));
    assert_null(
        topology_by_curve(mundo.topology, keys_curve_public(mundo.keys[M_STRANGER])));
    assert_null(topology_by_curve(
        mundo.topology,
        "0123456789012345678901234567890123456789012345678901234567890"));
}

static void test_self_needs_both_keys_to_match(void **state)
{
    const struct topology_process *self = NULL;
    struct prep_reason reason;
    struct keys *impostor = NULL;
    char path[128];

    (void)state;
    assert_int_equal(topology_self(mundo.topology, mundo.keys[M_CATD], &self, NULL),
                     PREP_OK);
    assert_ptr_equal(self, mundo.process[M_CATD]);
    assert_int_equal(
        topology_self(mundo.topology, mundo.keys[M_STRANGER], &self, &reason),
        PREP_ERR_AUTH);
    mundo_file(&mundo, "impostor.llave", path, sizeof path);
    assert_int_equal(keys_create(path, "catd-1", &impostor, NULL), PREP_OK);
    assert_int_equal(topology_self(mundo.topology, impostor, &self, &reason),
                     PREP_ERR_AUTH);
    assert_non_null(strstr(reason.text, "catd-1"));
    keys_free(&impostor);
}

/* ---- mistakes: the good file below, with one thing changed */

static const char good[] =
    "proceso: PRUEBA-2027\n"
    "procesos:\n"
    "  - nombre: acopio-1\n"
    "    numero: 1\n"
    "    etapa: acopio\n"
    "    host: ccv\n"
    "    firma: d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n"
    "    curve: \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n"
    "    recibe: tcp://127.0.0.1:7101\n"
    "    anuncia: ipc:///run/prep/acopio.pub\n"
    "  - nombre: catd-1\n"
    "    numero: 2\n"
    "    etapa: acopio-catd\n"
    "    host: catd\n"
    "    firma: 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n"
    "    curve: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"\n";

static enum prep_status load_text(const char *text, struct prep_reason *reason)
{
    struct topology *topology = NULL;
    enum prep_status status;
    struct carpeta carpeta;
    char path[128];

    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "topologia.yaml", text);
    (void)snprintf(path, sizeof path, "%s/topologia.yaml", carpeta.path);
    status = topology_load(path, &topology, reason);
    if (status != PREP_OK) {
        assert_null(topology);
    }
    topology_free(&topology);
    carpeta_borra(&carpeta);
    return status;
}

static void test_good_file_is_good(void **state)
{
    struct prep_reason reason = { "" };

    (void)state;
    if (load_text(good, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
}

static void test_every_mistake_names_line_and_cure(void **state)
{
    static const struct {
        const char *from, *to, *want;
    } rows[] = {
        { "PRUEBA-2027", "PRUEBA 2027", ":1: proceso" },
        { "nombre: acopio-1", "nombre: Acopio", ":3: procesos[0].nombre" },
        { "numero: 2", "numero: 0", ":12: procesos[1].numero" },
        { "numero: 2", "numero: 65536", "1 a 65535" },
        { "numero: 2", "numero: 1", "repite el valor de «acopio-1» (línea 4)" },
        { "nombre: catd-1", "nombre: acopio-1", ":11: procesos[1].nombre" },
        { "etapa: acopio-catd", "etapa: acopio_catd", "topologia.yaml:13" },
        { "d75a98", "d75a9", ":7: procesos[0].firma" },
        { "d75a98", "d75a9g", ":7: procesos[0].firma" },
        /* not a point of the curve, and one of small order */
        { "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "no es una llave pública" },
        { "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
          ":15: procesos[1].firma" },
        { "Yne@$w-vo", "Yne@$w-v", ":8: procesos[0].curve" },
        { "Yne@$w-vo", "Yne@$w-v,", "40 caracteres Z85" },
        { "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
          "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", ":16: procesos[1].curve" },
        { "recibe: tcp://127.0.0.1:7101", "recibe: 127.0.0.1:7101",
          ":9: procesos[0].recibe" },
        { "recibe: tcp://127.0.0.1:7101", "recibe: tcp://127.0.0.1", "tcp://" },
        { "recibe: tcp://127.0.0.1:7101", "recibe: inproc://x", "tcp://" },
        { "anuncia: ipc:///run/prep/acopio.pub", "anuncia: ipc://", "ipc:///ruta" },
        { "    host: catd\n", "    host: catd\n    recibe: tcp://*:1\n",
          "no recibe ni anuncia" },
        { "    host: catd\n", "    hots: catd\n", "topologia.yaml:14" },
        { "    numero: 2\n", "", "topologia.yaml" },
        { "procesos:", "proceso:", "topologia.yaml" },
        { "  - nombre: catd-1", "  nombre: catd-1", "topologia.yaml" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[sizeof good + 200];
        struct prep_reason reason = { "" };
        const char *at = strstr(good, rows[i].from);
        enum prep_status status;

        assert_non_null(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good,
                       rows[i].to, at + strlen(rows[i].from));
        status = load_text(text, &reason);
        if (status != PREP_ERR_CONFIG || strstr(reason.text, rows[i].want) == NULL) {
            fail_msg("row %zu: status %d, \"%s\" lacks \"%s\"", i, status, reason.text,
                     rows[i].want);
        }
    }
}

static void test_empty_and_missing_files_are_refused(void **state)
{
    struct topology *topology = NULL;

    (void)state;
    assert_int_not_equal(load_text("", NULL), PREP_OK);
    assert_int_not_equal(load_text("proceso: X\nprocesos: []\n", NULL), PREP_OK);
    assert_int_not_equal(topology_load("/no/existe.yaml", &topology, NULL), PREP_OK);
    assert_null(topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_process_is_found_every_way),
        cmocka_unit_test(test_what_is_not_declared_does_not_exist),
        cmocka_unit_test(test_self_needs_both_keys_to_match),
        cmocka_unit_test(test_good_file_is_good),
        cmocka_unit_test(test_every_mistake_names_line_and_cure),
        cmocka_unit_test(test_empty_and_missing_files_are_refused),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
