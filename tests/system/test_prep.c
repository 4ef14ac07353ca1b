/* The operators' command against a real PostgreSQL: what it does and what it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "../unit/prep/definicion_ejemplo.h"
#include "fixture.h"

#define HORA INT64_C(1717977600000)
#define ACTAS 60u

static struct fixture fixture;
static char output[65536]; /* of the last command, both streams */

/* Runs `prep ...` and gives its exit code. */
__attribute__((format(printf, 1, 2))) static int prep(const char *format, ...)
{
    char arguments[4096], line[8192];
    const char *program = getenv("PREP_BIN");
    va_list args;
    size_t len;
    FILE *pipe;

    assert_non_null(program);
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(line, sizeof line, "'%s' %s 2>&1", program, arguments);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    len = fread(output, 1, sizeof output - 1, pipe);
    output[len] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

#define assert_says(text)                                                              \
    do {                                                                               \
        if (strstr(output, (text)) == NULL) {                                          \
            fail_msg("expected «%s» in:\n%s", (text), output);                         \
        }                                                                              \
    } while (0)

/* Nothing of a private key was shown. */
static void assert_hides_key(const char *name)
{
    char path[256], line[512];
    unsigned secrets = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", fixture.dir, name);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *value = strstr(line, ": ");

        if (line[0] == '#' || value == NULL || strlen(value) < 40) {
            continue;
        }
        value[2 + 1 + 12] = '\0'; /* quoted or not, some of it */
        assert_null(strstr(output, value + 2 + 1));
        secrets++;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(secrets, 2);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", fixture.dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void shell(const char *format, ...)
{
    char line[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_int_equal(system(line), 0);
}

static char *base(const char *role, const char *database)
{
    static char text[512];

    fixture_conninfo(role, text, sizeof text);
    if (database != NULL) {
        strcat(text, " dbname=");
        strcat(text, database);
    }
    return text;
}

static void write_catalogue(unsigned rows, const char *last)
{
    char *text = malloc(200 * (rows + 2));
    size_t len;

    strcpy(text,
           "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
           "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,"
           "ubicacion,tipo_acta,lista_nominal,representantes,catd,no_aplica\n");
    len = strlen(text);
    for (unsigned i = 1; i <= rows; i++) {
        len +=
            (size_t)sprintf(text + len,
                            "%u,GUB,c%u,a%u,01,PRU,1,\"Dto, \\ 1\",%04u,01,B,00,1,02,"
                            "750,,catd-1,CAND_IND_1\n",
                            i, i, i, i);
    }
    strcpy(text + len, last);
    write_file("catalogo.csv", text);
    free(text);
}

static int setup_all(void **state)
{
    (void)state;
    fixture_init(&fixture);
    write_file("definicion.yaml", definicion_ejemplo);
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    fixture_done(&fixture);
    return 0;
}

/* ---- the command line */

static void test_wrong_use_says_how(void **state)
{
    static const char *const wrong[] = {
        "",
        "nada",
        "llaves",
        "llaves borra",
        "migra",
        "migra --base",
        "estado --bas x",
        "estado --base x sobra",
        "definicion verifica",
        "topologia verifica a b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(prep("%s", wrong[i]), EX_USAGE);
        assert_true(strlen(output) > 20);
    }
    assert_int_equal(prep("--help"), 0);
    assert_says("libro verifica");
    assert_int_equal(prep("libro verifica --help"), 0);
    assert_says("--topologia");
    assert_int_equal(prep("--version"), 0);
}

/* ---- keys and topology */

static void test_keys_are_private_and_never_overwritten(void **state)
{
    char path[256];
    struct stat file;

    (void)state;
    assert_int_equal(prep("llaves crea --nombre uno-1 --salida %s/k", fixture.dir), 0);
    assert_says("firma: \"");
    snprintf(path, sizeof path, "%s/k/uno-1.llave", fixture.dir);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_not_equal(prep("llaves crea --nombre uno-1 --salida %s/k", fixture.dir),
                         0);
    assert_int_not_equal(prep("llaves crea --nombre ../x --salida %s/k", fixture.dir),
                         0);
    assert_int_not_equal(prep("llaves crea --nombre Ñ --salida %s/k", fixture.dir), 0);
}

static void test_topology_takes_only_what_is_right(void **state)
{
    const char *d = fixture.dir;

    (void)state;
    assert_int_equal(prep("llaves crea --nombre a-1 --salida %s/t", d), 0);
    assert_int_equal(prep("llaves crea --nombre c-1 --salida %s/t", d), 0);
    assert_int_not_equal(prep("topologia agrega --topologia %s/t/t.yaml --publica "
                              "%s/t/a-1.publica --numero 1 --etapa acopio --host h "
                              "--recibe tcp://127.0.0.1:7199",
                              d, d),
                         0);
    assert_says("--proceso");
    assert_int_equal(prep("topologia agrega --topologia %s/t/t.yaml --publica "
                          "%s/t/a-1.publica --numero 1 --etapa acopio --host h "
                          "--recibe tcp://127.0.0.1:7199 --anuncia ipc:///tmp/x.pub "
                          "--proceso P-1",
                          d, d),
                     0);
    shell("cp %s/t/t.yaml %s/t/antes", d, d);
    assert_int_not_equal(
        prep("topologia agrega --topologia %s/t/t.yaml --publica "
             "%s/t/c-1.publica --numero 1 --etapa acopio-catd --host h",
             d, d),
        0); /* that number is taken */
    assert_int_not_equal(prep("topologia agrega --topologia %s/t/t.yaml --publica "
                              "%s/t/c-1.publica --numero 2 --etapa centro --host h",
                              d, d),
                         0);
    assert_int_not_equal(
        prep("topologia agrega --topologia %s/t/t.yaml --publica "
             "%s/t/c-1.publica --numero 2 --etapa acopio-catd --host h "
             "--proceso P-2",
             d, d),
        0); /* another election */
    assert_int_not_equal(prep("topologia agrega --topologia %s/t/t.yaml --publica "
                              "%s/t/c-1.llave --numero 2 --etapa acopio-catd --host h",
                              d, d),
                         0); /* the private file */
    assert_says("es privada");
    assert_hides_key("t/c-1.llave");
    shell("cmp %s/t/t.yaml %s/t/antes && [ ! -e %s/t/t.yaml.propuesta ]", d, d, d);
    assert_int_equal(prep("topologia agrega --topologia %s/t/t.yaml --publica "
                          "%s/t/c-1.publica --numero 2 --etapa acopio-catd --host h",
                          d, d),
                     0);
    assert_int_equal(prep("topologia verifica %s/t/t.yaml", d), 0);
    assert_says("2 procesos");
}

/* ---- migrations */

static void test_migrations_are_applied_once_and_not_edited(void **state)
{
    const char *sql = getenv("PREP_SQL"), *d = fixture.dir;

    (void)state;
    assert_non_null(sql);
    free(fixture_sql("CREATE DATABASE otra"));
    assert_int_equal(prep("migra --base '%s' --sql %s", base("postgres", "otra"), sql),
                     0);
    assert_says("0001_libro.sql: aplicada");
    assert_int_equal(
        prep("migra --base '%s' --sql %s", base("prep_dueno", "otra"), sql), 0);
    assert_says("0001_libro.sql: ya estaba");
    assert_null(strstr(output, "aplicada"));
    assert_int_not_equal(
        prep("migra --base '%s' --sql %s", base("prep_acopio", "otra"), sql), 0);

    shell("cp -r %s %s/sql && echo >>%s/sql/0002_acta.sql", sql, d, d);
    assert_int_equal(
        prep("migra --base '%s' --sql %s/sql", base("postgres", "otra"), d),
        EX_DATAERR);
    assert_says("no se edita");
    shell(
        "cp %s/0002_acta.sql %s/sql/ && mv %s/sql/0003_funciones.sql %s/sql/0009_x.sql",
        sql, d, d, d);
    assert_int_equal(
        prep("migra --base '%s' --sql %s/sql", base("postgres", "otra"), d), EX_CONFIG);
    assert_says("debía seguir");
    /* One that fails leaves nothing behind, and is tried again once it is right. */
    shell("rm -r %s/sql && cp -r %s %s/sql && echo 'CREATE TABLE mala (a integer); "
          "SELECT 1/0' >%s/sql/$(ls %s | wc -l | xargs printf %%04d)_mala.sql",
          d, sql, d, d, sql);
    assert_int_not_equal(
        prep("migra --base '%s' --sql %s/sql", base("postgres", "otra"), d), 0);
    assert_says("division by zero");
    shell("echo 'CREATE TABLE mala (a integer)' >%s/sql/$(ls %s | wc -l | xargs printf "
          "%%04d)_mala.sql",
          d, sql);
    assert_int_equal(
        prep("migra --base '%s' --sql %s/sql", base("postgres", "otra"), d), 0);
    assert_int_equal(prep("migra --base '%s' --sql /no/hay", base("postgres", "otra")),
                     EX_DATAERR);
    free(fixture_sql("DROP DATABASE otra"));
}

/* ---- the catalogue */

static void test_the_catalogue_is_loaded_once_whole_or_not_at_all(void **state)
{
    const char *d = fixture.dir;

    (void)state;
    free(fixture_sql("DELETE FROM proceso"));
    fixture_fresh(0);
    write_catalogue(ACTAS, "61,GUB,mal\n");
    assert_int_not_equal(prep("definicion verifica %s", d), 0);
    assert_int_not_equal(
        prep("catalogo carga --definicion %s --base '%s'", d, base("postgres", NULL)),
        0);
    assert_says("catalogo.csv:62");
    assert_int_equal(fixture_number("SELECT count(*) FROM catalogo"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM proceso"), 0);

    write_catalogue(ACTAS, "");
    assert_int_equal(prep("definicion verifica %s", d), 0);
    assert_says("60 actas");
    assert_int_equal(prep("catalogo carga --definicion %s --base '%s'", d,
                          base("prep_acopio", NULL)),
                     EX_NOPERM);
    assert_int_equal(
        prep("catalogo carga --definicion %s --base '%s'", d, base("prep_dueno", NULL)),
        0);
    assert_says("60 actas cargadas");
    assert_int_equal(
        fixture_number("SELECT count(*) FROM acta JOIN catalogo USING (id, "
                       "eleccion)"),
        ACTAS);
    assert_int_equal(fixture_number("SELECT count(*) FROM acta"), ACTAS);
    assert_int_equal(
        fixture_number("SELECT count(*) FROM catalogo WHERE territorio_nombre = "
                       "E'Dto, \\\\ 1' AND representantes = -1 AND get_bit(no_aplica, "
                       "4) = 1 AND bit_count(no_aplica) = 1"),
        ACTAS);
    assert_int_equal(fixture_number("SELECT modo FROM proceso"), 1);

    assert_int_equal(
        prep("catalogo carga --definicion %s --base '%s'", d, base("postgres", NULL)),
        0);
    assert_says("ya estaba cargado");
    write_catalogue(ACTAS + 1, "");
    assert_int_not_equal(
        prep("catalogo carga --definicion %s --base '%s'", d, base("postgres", NULL)),
        0);
    assert_says("otra versión");
    assert_int_equal(fixture_number("SELECT count(*) FROM acta"), ACTAS);
    write_catalogue(ACTAS, "");
}

/* ---- the ledger: a good one, then each thing that can be wrong in it */

static void populate(void)
{
    const struct hash zero = { { 0 } };
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event events[ACTAS];
    struct ledger_item items[ACTAS];
    struct prep_reason reason;

    fixture_fresh(ACTAS);
    for (size_t i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        emitter_restore(&fixture.emitters[i], 0, &zero);
    }
    for (unsigned i = 0; i < ACTAS; i++) {
        fixture_acopio(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, i % 3),
                       i + 1, HORA + i, &events[i]);
        items[i] = (struct ledger_item){ .envelope = &events[i].envelope };
    }
    assert_int_equal(ledger_store(db, items, ACTAS, &reason), PREP_OK);
    for (unsigned i = 0; i < ACTAS; i++) {
        fixture_event_done(&events[i]);
    }
    db_close(&db);
}

static int verify(void)
{
    return prep("libro verifica --base '%s' --topologia %s/topologia.yaml",
                base("prep_lectura", NULL), fixture.dir);
}

static void test_a_good_ledger_is_said_to_be_good(void **state)
{
    (void)state;
    populate();
    assert_int_equal(verify(), 0);
    assert_says("60 eventos");
    assert_int_equal(prep("estado --base '%s'", base("prep_lectura", NULL)), EX_CONFIG);
    assert_says("prep migra"); /* this cluster was made without it */
}

static void test_every_damage_to_the_ledger_is_found_and_placed(void **state)
{
    static const struct {
        const char *name, *sql, *says;
    } damages[] = {
        { "a bit of an event",
          "UPDATE libro SET sobre = set_bit(sobre, 500, 1 - get_bit(sobre, 500)) "
          "WHERE posicion = 7",
          "posición 7:" },
        { "a bit of a signature",
          "UPDATE libro SET sobre = set_bit(sobre, 8 * length(sobre) - 5, 1 - "
          "get_bit(sobre, 8 * length(sobre) - 5)) WHERE posicion = 8",
          "posición 8:" },
        { "an event that is gone", "DELETE FROM libro WHERE posicion = 9",
          "posición 9: falta" },
        { "the last event is gone", "DELETE FROM libro WHERE posicion = 59",
          "libro_cabeza dice que hay 60" },
        { "two events in each other's place",
          "UPDATE libro SET posicion = 1000 WHERE posicion = 10;"
          "UPDATE libro SET posicion = 10 WHERE posicion = 13;"
          "UPDATE libro SET posicion = 13 WHERE posicion = 1000",
          "posición 10: emisor" },
        { "a leaf", "UPDATE libro SET hoja = sha256('x') WHERE posicion = 11",
          "posición 11: la hoja" },
        { "a hash", "UPDATE libro SET hash = sha256('x') WHERE posicion = 12",
          "posición 12: la columna hash" },
        { "an acta", "UPDATE libro SET acta = 2 WHERE posicion = 14",
          "posición 14: la columna acta" },
        { "a kind", "UPDATE libro SET tipo = 18 WHERE posicion = 15",
          "posición 15: la columna tipo" },
        { "a sequence", "UPDATE libro SET secuencia = 900 WHERE posicion = 16",
          "posición 16: la columna secuencia" },
        { "an emitter", "UPDATE libro SET emisor = 30 WHERE posicion = 17",
          "posición 17: la columna emisor" },
        { "a head", "UPDATE emisor_cabeza SET secuencia = 3 WHERE emisor = 2",
          "emisor_cabeza" },
        { "a head that is gone", "DELETE FROM emisor_cabeza WHERE emisor = 2",
          "emisor_cabeza" },
        { "the size", "UPDATE libro_cabeza SET tamano = 61", "libro_cabeza" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char sql[1024];

        populate();
        snprintf(
            sql, sizeof sql,
            "ALTER TABLE libro DISABLE TRIGGER ALL;"
            "ALTER TABLE emisor_cabeza DISABLE TRIGGER ALL; %s;"
            "ALTER TABLE emisor_cabeza ENABLE ALWAYS TRIGGER emisor_cabeza_inmutable;"
            "ALTER TABLE libro ENABLE ALWAYS TRIGGER libro_inmutable",
            damages[i].sql);
        free(fixture_sql(sql));
        if (verify() != EX_DATAERR) {
            fail_msg("%s: not found", damages[i].name);
        }
        assert_says(damages[i].says);
    }
}

static void test_a_topology_that_lacks_an_emitter_is_not_enough(void **state)
{
    (void)state;
    populate();
    shell("sed '/numero: 2,/d' %s/topologia.yaml >%s/menos.yaml", fixture.dir,
          fixture.dir);
    assert_int_equal(prep("libro verifica --base '%s' --topologia %s/menos.yaml",
                          base("prep_lectura", NULL), fixture.dir),
                     EX_DATAERR);
    assert_says("posición 20:"); /* after the twenty of emisor 1 */
}

static void test_projecting_again_says_whether_something_changed(void **state)
{
    (void)state;
    populate();
    assert_int_equal(prep("reproyecta --base '%s' --topologia %s/topologia.yaml",
                          base("prep_dueno", NULL), fixture.dir),
                     0);
    assert_says("quedó igual");
    free(fixture_sql("UPDATE acta SET mecanismo = 5 WHERE id = 3"));
    assert_int_equal(prep("reproyecta --base '%s' --topologia %s/topologia.yaml",
                          base("prep_dueno", NULL), fixture.dir),
                     0);
    assert_says("CAMBIÓ");
    assert_int_equal(fixture_number("SELECT mecanismo FROM acta WHERE id = 3"), 1);
    assert_int_not_equal(prep("reproyecta --base '%s' --topologia %s/topologia.yaml",
                              base("prep_acopio", NULL), fixture.dir),
                         0);
}

static void test_without_a_database_it_says_so(void **state)
{
    (void)state;
    assert_int_equal(prep("estado --base 'host=/nadie port=5539 dbname=x'"),
                     EX_TEMPFAIL);
    assert_says("no responde");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_use_says_how),
        cmocka_unit_test(test_keys_are_private_and_never_overwritten),
        cmocka_unit_test(test_topology_takes_only_what_is_right),
        cmocka_unit_test(test_migrations_are_applied_once_and_not_edited),
        cmocka_unit_test(test_the_catalogue_is_loaded_once_whole_or_not_at_all),
        cmocka_unit_test(test_a_good_ledger_is_said_to_be_good),
        cmocka_unit_test(test_every_damage_to_the_ledger_is_found_and_placed),
        cmocka_unit_test(test_a_topology_that_lacks_an_emitter_is_not_enough),
        cmocka_unit_test(test_projecting_again_says_whether_something_changed),
        cmocka_unit_test(test_without_a_database_it_says_so),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
