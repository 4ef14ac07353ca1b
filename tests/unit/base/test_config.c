/*
 * test_config.c - a refused file says file, line, value and cure, in Spanish.
 *
 * METHOD
 *     A table of broken texts against one schema, with the exact reason wanted;
 *     then the lines of what is accepted.
 */
#include "base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/durable.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum color { ROJO, AZUL };

struct opcion {
    char *clave;
    int8_t orden;
    enum color color;
    bool visible;
};

struct definicion {
    char *nombre;
    struct opcion *opciones;
    unsigned opciones_count;
    uint8_t minutos;
    double factor;
};

static const cyaml_strval_t colors[] = { { "rojo", ROJO }, { "azul", AZUL } };

static const cyaml_schema_field_t opcion_fields[] = {
    CYAML_FIELD_STRING_PTR("clave", CYAML_FLAG_POINTER, struct opcion, clave, 1, 5),
    CYAML_FIELD_INT("orden", CYAML_FLAG_OPTIONAL, struct opcion, orden),
    CYAML_FIELD_ENUM("color", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct opcion,
                     color, colors, COUNT_OF(colors)),
    CYAML_FIELD_BOOL("visible", CYAML_FLAG_OPTIONAL, struct opcion, visible),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t opcion_schema = { CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct opcion, opcion_fields) };

static const cyaml_schema_field_t definicion_fields[] = {
    CYAML_FIELD_STRING_PTR("nombre", CYAML_FLAG_POINTER, struct definicion, nombre, 1,
                           60),
    CYAML_FIELD_SEQUENCE("opciones", CYAML_FLAG_POINTER, struct definicion, opciones,
                         &opcion_schema, 1, 3),
    CYAML_FIELD_UINT("minutos", CYAML_FLAG_OPTIONAL, struct definicion, minutos),
    CYAML_FIELD_FLOAT("factor", CYAML_FLAG_OPTIONAL, struct definicion, factor),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t schema = { CYAML_VALUE_MAPPING(
    CYAML_FLAG_POINTER, struct definicion, definicion_fields) };

#define GOOD "nombre: Campeche\nopciones:\n  - clave: A\n    orden: 1\n"

struct rejected {
    const char *name;
    const char *text;
    const char *want; /* after "<file>" */
};

static const struct rejected rejected[] = {
    { "a word for a number",
      "nombre: x\nopciones:\n  - clave: A\n  - clave: B\n    orden: doce\n",
      ":5: opciones[1].orden (doce): escriba un número entero en decimal, sin ceros a "
      "la izquierda" },
    { "octal in disguise", GOOD "minutos: 010\n",
      ":5: minutos (010): escriba un número entero en decimal, sin ceros a la "
      "izquierda" },
    { "hexadecimal", GOOD "minutos: 0x10\n",
      ":5: minutos (0x10): escriba un número entero en decimal, sin ceros a la "
      "izquierda" },
    { "a number with a sign of more", GOOD "minutos: +1\n",
      ":5: minutos (+1): escriba un número entero en decimal, sin ceros a la "
      "izquierda" },
    { "too big", GOOD "minutos: 256\n",
      ":5: minutos ('256'): escriba un número entero de 0 a 255" },
    { "negative", GOOD "minutos: -1\n",
      ":5: minutos ('-1'): escriba un número entero de 0 a 255" },
    { "too small", "nombre: x\nopciones:\n  - clave: A\n    orden: -129\n",
      ":4: opciones[0].orden ('-129'): escriba un número entero de -128 a 127" },
    { "no such word", "nombre: x\nopciones:\n  - clave: A\n    color: verde\n",
      ":4: opciones[0].color (verde): escriba uno de: rojo, azul" },
    { "true misspelt", "nombre: x\nopciones:\n  - clave: A\n    visible: flase\n",
      ":4: opciones[0].visible (flase): escriba true o false" },
    { "not a decimal", GOOD "factor: mucho\n",
      ":5: factor (mucho): escriba un número con punto decimal" },
    { "text too long", "nombre: x\nopciones:\n  - clave: ABCDEF\n",
      ":3: opciones[0].clave (ABCDEF): a lo más 5 bytes" },
    { "text empty", "nombre:\nopciones:\n  - clave: A\n",
      ":1: nombre (): al menos 1 bytes" },
    { "field unknown", "nombre: x\nopciones:\n  - clave: A\n    colr: rojo\n",
      ":4: opciones[0].colr (campo desconocido): los campos de aquí son clave, orden, "
      "color, visible" },
    { "field unknown at the top", "nombre: x\nmintos: 5\nopciones:\n  - clave: A\n",
      ":2: mintos (campo desconocido): los campos de aquí son nombre, opciones, "
      "minutos, factor" },
    { "field missing", "nombre: x\nopciones:\n  - clave: A\n  - orden: 2\n",
      ":4: opciones[1]: falta el campo clave: agréguelo" },
    { "field missing at the top", "nombre: x\n",
      ":1: el archivo: falta el campo opciones: agréguelo" },
    { "field missing, nothing there", "nombre: x\nopciones:\n  - {}\n",
      ":3: opciones[0]: falta el campo clave: agréguelo" },
    { "field twice", "nombre: x\nopciones:\n  - clave: A\nnombre: y\n",
      ":1: nombre: repetido en la línea 4: deje uno solo" },
    { "list empty", "nombre: x\nopciones: []\n",
      ":2: opciones: la lista lleva de 1 a 3 elementos" },
    { "list too long",
      "nombre: x\nopciones:\n  - clave: A\n  - clave: B\n  - clave: C\n  - clave: D\n",
      ":2: opciones: la lista lleva de 1 a 3 elementos" },
    { "a value for a list", "nombre: x\nopciones: A\n",
      ":2: opciones (un valor): escriba una lista, con un - por elemento" },
    { "a list for a value", "nombre: [x]\nopciones:\n  - clave: A\n",
      ":1: nombre (una lista): escriba un solo valor" },
    { "a value for a group", "nombre: x\nopciones:\n  - A\n",
      ":3: opciones[0] (un valor): escriba un grupo de campos con su nombre" },
    { "a list for the file", "- nombre: x\n",
      ":1: el archivo (una lista): escriba un grupo de campos con su nombre" },
    { "empty", "", ":1: archivo vacío: escriba la configuración" },
    { "only a comment", "# nada\n", ":1: archivo vacío: escriba la configuración" },
    { "two documents", GOOD "---\nnombre: x\n",
      ":5: segundo documento (---): deje uno solo" },
    { "anchor", "nombre: &a x\nopciones:\n  - clave: A\n",
      ":1: ancla o alias (a): escriba el valor completo" },
    { "alias", "nombre: x\nopciones: *a\n",
      ":2: ancla o alias (a): escriba el valor completo" },
    { "tabulator", "nombre: x\n\topciones: 1\n",
      ":2: YAML mal formado: hay un tabulador en la sangría: use espacios" },
    { "quotes open", "nombre: 'x\nopciones: 1\n",
      ":3: YAML mal formado: el archivo termina a medias: cierre las comillas o "
      "corchetes" },
    { "colon of more", "nombre: a: b\n",
      ":1: YAML mal formado: hay un «:» de más o falta sangría: ponga entre comillas "
      "el texto que lo lleve" },
    { "compound key", "? [a]\n: 1\n", ":1: el nombre de un campo debe ser un texto" },
    { "not UTF-8", "# \n\nnombre: Yucat\xE1n\n",
      ":3: hay un byte que no es UTF-8 o un carácter de control: guarde el archivo en "
      "UTF-8" },
};

static char folder[] = "/tmp/prep-test-config.XXXXXX";
static char file[128];

static int setup(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(file, sizeof file, "%s/eleccion.yaml", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)unlink(file);
    return rmdir(folder);
}

static void write_file(const char *text, size_t len)
{
    struct prep_reason reason = { "" };

    if (durable_replace(file, text, len, 0644, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
}

static enum prep_status load(const char *text, struct definicion **out,
                             struct config_lines **out_lines,
                             struct prep_reason *reason)
{
    enum prep_status status;
    void *tree = NULL;

    write_file(text, strlen(text));
    status = config_load(file, &schema, &tree, out_lines, reason);
    *out = tree;
    return status;
}

static void test_a_refusal_names_file_line_value_and_cure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rejected); i++) {
        const struct rejected *row = &rejected[i];
        struct prep_reason reason = { "" };
        struct config_lines *lines = NULL;
        struct definicion *tree = NULL;
        char want[PREP_REASON_SIZE];

        print_message("  %s\n", row->name);
        (void)snprintf(want, sizeof want, "%s%s", file, row->want);
        assert_int_equal(load(row->text, &tree, &lines, &reason), PREP_ERR_CONFIG);
        assert_string_equal(reason.text, want);
        assert_null(tree);
        assert_null(lines);
    }
}

static void test_what_is_accepted_knows_its_lines(void **state)
{
    static const struct {
        const char *path;
        unsigned line;
    } rows[] = {
        { "", 2 },
        { "nombre", 2 },
        { "opciones", 4 },
        { "opciones[0]", 5 },
        { "opciones[0].clave", 5 },
        { "opciones[0].visible", 6 },
        { "opciones[1].clave", 7 },
        { "opciones[1].color", 8 },
        { "minutos", 9 },
        { "opciones[1].orden", 7 }, /* not there: its parent */
        { "opciones[9].clave", 4 }, /* nor its parent */
        { "otra.cosa", 2 },         /* nothing of it */
    };
    struct prep_reason reason = { "" };
    struct config_lines *lines = NULL;
    struct definicion *tree = NULL;
    void *to_free;

    (void)state;
    if (load("# una nota\nnombre: \"Campeche 2021\"\n\nopciones:\n  - clave: A\n"
             "    visible: sí\n  - clave: B\n    color: azul\nminutos: 255\n",
             &tree, &lines, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    assert_string_equal(tree->nombre, "Campeche 2021");
    assert_int_equal(tree->opciones_count, 2);
    assert_true(tree->opciones[0].visible);
    assert_int_equal(tree->opciones[1].color, AZUL);
    assert_int_equal(tree->minutos, 255);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].path);
        assert_int_equal(config_line(lines, rows[i].path), rows[i].line);
    }
    assert_int_equal(config_line(NULL, "nombre"), 0);
    to_free = tree;
    config_free(&schema, &to_free);
    assert_null(to_free);
    config_free(&schema, &to_free);
    config_lines_free(&lines);
    assert_null(lines);
}

static void test_lines_may_be_left_out(void **state)
{
    struct definicion *tree = NULL;
    void *to_free;

    (void)state;
    assert_int_equal(load(GOOD, &tree, NULL, NULL), PREP_OK);
    to_free = tree;
    config_free(&schema, &to_free);
}

static void test_a_file_that_is_not_there_or_not_a_file(void **state)
{
    struct prep_reason reason = { "" };
    void *tree = NULL;

    (void)state;
    assert_int_equal(config_load("/no/hay.yaml", &schema, &tree, NULL, &reason),
                     PREP_ERR_CONFIG);
    assert_string_equal(reason.text, "/no/hay.yaml: no existe: revise la ruta");
    assert_int_equal(config_load(folder, &schema, &tree, NULL, &reason),
                     PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "no es un archivo regular"));
}

/* Depth, names and size are bounded before libcyaml sees any of it. */
static void test_nesting_is_bounded(void **state)
{
    struct prep_reason reason = { "" };
    struct definicion *tree = NULL;
    char text[600] = "nombre: ";
    size_t len = strlen(text);

    (void)state;
    memset(text + len, '[', 200);
    memset(text + len + 200, ']', 200);
    assert_int_equal(load(text, &tree, NULL, &reason), PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "niveles de anidamiento"));
}

static void test_long_names_are_bounded(void **state)
{
    struct prep_reason reason = { "" };
    struct definicion *tree = NULL;
    char text[2100];

    (void)state;
    (void)snprintf(text, sizeof text, "? %02000d\n: 1\n", 0);
    assert_int_equal(load(text, &tree, NULL, &reason), PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "demasiado largos"));
}

/* Cuts a good file everywhere: refused or accepted, never a fault. */
static void test_a_file_cut_anywhere_does_no_harm(void **state)
{
    static const char good[] = "nombre: \"C\"\nopciones:\n  - {clave: A, orden: 1}\n"
                               "  - clave: 'B'\n    color: rojo\nminutos: 5\n";
    size_t accepted = 0;

    (void)state;
    for (size_t len = 0; len < sizeof good; len++) {
        struct prep_reason reason = { "" };
        void *tree = NULL;
        enum prep_status status;

        write_file(good, len);
        status = config_load(file, &schema, &tree, NULL, &reason);
        if (status == PREP_OK) {
            accepted++;
            config_free(&schema, &tree);
        } else {
            assert_int_equal(status, PREP_ERR_CONFIG);
            assert_non_null(strstr(reason.text, "eleccion.yaml:"));
        }
    }
    assert_true(accepted > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_refusal_names_file_line_value_and_cure),
        cmocka_unit_test(test_what_is_accepted_knows_its_lines),
        cmocka_unit_test(test_lines_may_be_left_out),
        cmocka_unit_test(test_a_file_that_is_not_there_or_not_a_file),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_long_names_are_bounded),
        cmocka_unit_test(test_a_file_cut_anywhere_does_no_harm),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
