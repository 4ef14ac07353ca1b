#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENT_BYTES_MAX ENVELOPE_BYTES_MAX

static const struct {
    const char *nombre, *etapa;
} kinds[FIXTURE_KINDS] = {
    [FIXTURE_ACOPIO] = { "catd-acopio", "acopio-catd" },
    [FIXTURE_DIGITALIZA] = { "catd-digitaliza", "digitaliza-catd" },
    [FIXTURE_CAPTURA] = { "captura", "captura" },
    [FIXTURE_VERIFICA] = { "verifica", "verifica" },
    [FIXTURE_SERVICIO] = { "acopio", "acopio" },
};

void fixture_must(enum prep_status status, const struct prep_reason *reason)
{
    if (status != PREP_OK) {
        fail_msg("%s: %s", prep_status_str(status), reason->text);
    }
}

static void declare(FILE *file, unsigned numero, enum fixture_kind kind,
                    const struct keys *keys)
{
    uint8_t sign_public[KEY_SIGN_PUBLIC_LEN];
    char hex[2 * KEY_SIGN_PUBLIC_LEN + 1];

    keys_sign_public(keys, sign_public);
    hex_write(sign_public, sizeof sign_public, hex);
    fprintf(file,
            "  - {nombre: %s, numero: %u, etapa: %s, host: uno, firma: '%s', curve: "
            "'%s'%s}\n",
            keys_nombre(keys), numero, kinds[kind].etapa, hex, keys_curve_public(keys),
            kind == FIXTURE_SERVICIO ? ", recibe: 'ipc:///tmp/prep-fixture'" : "");
}

void fixture_init(struct fixture *fixture)
{
    struct prep_reason reason;
    char path[128], nombre[32];
    FILE *file;

    memset(fixture, 0, sizeof *fixture);
    strcpy(fixture->dir, "/tmp/prep-fixture.XXXXXX");
    assert_non_null(mkdtemp(fixture->dir));
    snprintf(path, sizeof path, "%s/topologia.yaml", fixture->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "proceso: %s\nprocesos:\n", FIXTURE_PROCESO);
    for (unsigned i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        const enum fixture_kind kind = i / FIXTURE_EMITTERS;

        snprintf(nombre, sizeof nombre, "%s-%u", kinds[kind].nombre, i + 1);
        snprintf(path, sizeof path, "%s/%s.llave", fixture->dir, nombre);
        fixture_must(keys_create(path, nombre, &fixture->keys[i], &reason), &reason);
        declare(file, i + 1, kind, fixture->keys[i]);
    }
    fclose(file);
    snprintf(path, sizeof path, "%s/topologia.yaml", fixture->dir);
    fixture_must(topology_load(path, &fixture->topology, &reason), &reason);
    for (unsigned i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        emitter_init(&fixture->emitters[i], fixture->keys[i],
                     topology_by_numero(fixture->topology, i + 1), FIXTURE_PROCESO,
                     false);
    }
}

void fixture_done(struct fixture *fixture)
{
    char command[128];

    for (unsigned i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        keys_free(&fixture->keys[i]);
    }
    topology_free(&fixture->topology);
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->dir);
    assert_int_equal(system(command), 0);
}

struct emitter *fixture_emitter(struct fixture *fixture, enum fixture_kind kind,
                                unsigned index)
{
    assert_true(index < FIXTURE_EMITTERS);
    return &fixture->emitters[kind * FIXTURE_EMITTERS + index];
}

void fixture_sign(struct fixture *fixture, struct emitter *emitter, Prep__Event *event,
                  struct fixture_event *out)
{
    const char *name = "";
    struct prep_reason reason;
    struct hash hash;

    buffer_init(&out->bytes, EVENT_BYTES_MAX);
    emitter_sign(emitter, event, &out->bytes, &hash);
    fixture_must(envelope_open(fixture->topology, FIXTURE_PROCESO, false,
                               out->bytes.data, out->bytes.len, &out->envelope, &name,
                               &reason),
                 &reason);
    assert_true(hash_equal(&hash, &out->envelope.hash));
}

void fixture_event_done(struct fixture_event *event)
{
    envelope_close(&event->envelope);
    buffer_done(&event->bytes);
}

void fixture_acopio(struct fixture *fixture, struct emitter *emitter, uint64_t acta,
                    int64_t hora_ms, struct fixture_event *out)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Acopio acopio = PREP__ACOPIO__INIT;

    acopio.operador = 7;
    acopio.mecanismo = 1;
    acopio.documento = 1;
    event.acta = acta;
    event.hora_ms = hora_ms;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &acopio;
    fixture_sign(fixture, emitter, &event, out);
}

/* ---- the database */

static const char *env(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL) {
        fail_msg("%s: run this test under tests/system/lib/with_pg", name);
    }
    return value;
}

void fixture_conninfo(const char *role, char *out, size_t size)
{
    char path[256], home[200] = "";
    FILE *file;

    snprintf(path, sizeof path, "%s/base", env("PREP_PG_DIR"));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(home, sizeof home, file));
    fclose(file);
    home[strcspn(home, "\n")] = '\0';
    snprintf(out, size, "host=%s port=%s dbname=prep user=%s", home,
             env("PREP_PG_PORT"), role);
}

struct db *fixture_db(const char *role)
{
    struct prep_reason reason;
    struct db *db = NULL;
    char text[512];

    fixture_conninfo(role, text, sizeof text);
    fixture_must(db_open(text, "prueba", &db, &reason), &reason);
    return db;
}

char *fixture_sql(const char *sql)
{
    char text[512], *value = NULL;
    PGconn *conn;
    PGresult *result;

    fixture_conninfo("postgres", text, sizeof text);
    conn = PQconnectdb(text);
    result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK &&
        PQresultStatus(result) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    }
    if (PQntuples(result) > 0) {
        value = strdup(PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    PQfinish(conn);
    return value;
}

int64_t fixture_number(const char *sql)
{
    char *text = fixture_sql(sql);
    int64_t value;

    assert_non_null(text);
    value = strtoll(text, NULL, 10);
    free(text);
    return value;
}

void fixture_pg(const char *command)
{
    char line[512];

    snprintf(line, sizeof line, "'%s' %s '%s' %s >/dev/null", env("PREP_PG"), command,
             env("PREP_PG_DIR"),
             strcmp(command, "start") == 0 ? env("PREP_PG_PORT") : "");
    assert_int_equal(system(line), 0);
}

void fixture_fresh(unsigned actas)
{
    char sql[1024];

    snprintf(
        sql, sizeof sql,
        "SET session_replication_role = replica;"
        "ALTER TABLE libro DISABLE TRIGGER ALL;"
        "ALTER TABLE evidencia DISABLE TRIGGER ALL;"
        "ALTER TABLE emisor_cabeza DISABLE TRIGGER ALL;"
        "TRUNCATE libro, evidencia, emisor_cabeza, acta, catalogo;"
        "ALTER TABLE libro ENABLE ALWAYS TRIGGER libro_inmutable;"
        "ALTER TABLE evidencia ENABLE ALWAYS TRIGGER evidencia_inmutable;"
        "ALTER TABLE emisor_cabeza ENABLE ALWAYS TRIGGER emisor_cabeza_inmutable;"
        "UPDATE libro_cabeza SET tamano = 0;"
        "INSERT INTO catalogo SELECT g, 1, '', '', '', '', '', '', '', '', '', '', '', "
        "'', "
        "750, 0, '', '' FROM generate_series(1, %u) g; SELECT acta_siembra(ARRAY[30])",
        actas);
    free(fixture_sql(sql));
}

void fixture_reset(struct fixture *fixture, unsigned actas)
{
    const struct hash zero = { { 0 } };

    fixture_fresh(actas);
    for (size_t i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        emitter_restore(&fixture->emitters[i], 0, &zero);
    }
}

void fixture_store(struct db *db, struct ledger_item *items, size_t count)
{
    struct prep_reason reason = { "" };

    fixture_must(ledger_store(db, items, count, &reason), &reason);
}
