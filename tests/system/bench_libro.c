/*
 * What a ledger_store() costs per event, beside a bare COPY of the same rows.
 *     lib/with_pg 5539 <build>/tests/system/system_bench_libro [ACTAS]
 * Events are signed and opened beforehand: only the database is measured. A night of
 * five events per acta (acopio, imagen, two capturas, verificacion), 30 cells each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fixture.h"

#define HORA INT64_C(1717977600000)
#define KINDS 5u
#define CELLS 30u

static double cpu_of_backend(int pid)
{
    unsigned long user = 0, system_time = 0;
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                   &user, &system_time) != 2) {
            user = system_time = 0;
        }
        fclose(file);
    }
    return (double)(user + system_time) / (double)sysconf(_SC_CLK_TCK);
}

static double cpu_of_self(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static void make(struct fixture *fixture, unsigned kind, uint64_t acta,
                 struct fixture_event *out)
{
    static const enum fixture_kind emitters[KINDS] = {
        FIXTURE_ACOPIO, FIXTURE_DIGITALIZA, FIXTURE_CAPTURA, FIXTURE_VERIFICA,
        FIXTURE_VERIFICA
    };
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Imagen imagen = PREP__IMAGEN__INIT;
    Prep__Captura captura = PREP__CAPTURA__INIT;
    Prep__Verificacion verificacion = PREP__VERIFICACION__INIT;
    struct emitter *emitter = fixture_emitter(fixture, emitters[kind], 0);
    uint8_t hash[HASH_LEN] = { 1 };
    ProtobufCBinaryData capturas[] = { { HASH_LEN, hash }, { HASH_LEN, hash } };
    int32_t cells[CELLS];

    for (unsigned i = 0; i < CELLS; i++) {
        cells[i] = (int32_t)((acta * 31 + i * 17) % 400);
    }
    event.acta = acta;
    event.hora_ms = HORA + (int64_t)acta;
    switch (kind) {
    case 0:
        fixture_acopio(fixture, emitter, acta, HORA, out);
        return;
    case 1:
        imagen.sha256 = (ProtobufCBinaryData){ HASH_LEN, hash };
        imagen.bytes_total = 100000;
        imagen.formato = 1;
        imagen.operador = 1;
        event.cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
        event.imagen = &imagen;
        break;
    case 2:
    case 3:
        captura.paso = kind - 1;
        captura.operador = kind;
        captura.n_celdas = CELLS;
        captura.celdas = cells;
        event.cuerpo_case = PREP__EVENT__CUERPO_CAPTURA;
        event.captura = &captura;
        break;
    default:
        verificacion.metodo = 1;
        verificacion.operador = 3;
        verificacion.n_capturas = 2;
        verificacion.capturas = capturas;
        verificacion.n_celdas = CELLS;
        verificacion.celdas = cells;
        event.cuerpo_case = PREP__EVENT__CUERPO_VERIFICACION;
        event.verificacion = &verificacion;
    }
    fixture_sign(fixture, emitter, &event, out);
}

/* Actas scattered, as they arrive: multiplying by a prime mixes 1..count. */
static uint64_t scattered(size_t i, size_t count)
{
    return 1 + (i * 7919u) % count;
}

static void measure(const char *name, struct db *db, size_t events, double wall_ms,
                    double backend, double self)
{
    (void)db;
    printf("%-28s %8.1f us/event wall, %6.1f us CPU of the backend, %5.1f us of ours\n",
           name, wall_ms * 1e3 / (double)events, backend * 1e6 / (double)events,
           self * 1e6 / (double)events);
    fflush(stdout);
}

static void store_all(struct ledger_item *items, size_t count, size_t batch, size_t max)
{
    struct db *db = fixture_db("prep_dueno");
    const int pid = PQbackendPID(db_conn(db));
    double self, backend;
    struct prep_reason reason;
    int64_t start;
    size_t done = 0;
    char name[64];

    count = count > max ? max : count;
    for (int warm = 0; warm < 1; warm++) { /* plans, caches */
        for (; done < count && done < 5 * batch; done += batch) {
            const size_t n = batch < count - done ? batch : count - done;

            assert_int_equal(ledger_store(db, items + done, n, &reason), PREP_OK);
        }
    }
    self = cpu_of_self();
    backend = cpu_of_backend(pid);
    start = clock_monotonic_ms();
    const size_t first = done;
    while (done < count) {
        const size_t n = batch < count - done ? batch : count - done;

        if (ledger_store(db, items + done, n, &reason) != PREP_OK) {
            fail_msg("%s", reason.text);
        }
        done += n;
    }
    snprintf(name, sizeof name, "ledger_store, batch %zu", batch);
    measure(name, db, count - first, (double)(clock_monotonic_ms() - start),
            cpu_of_backend(pid) - backend, cpu_of_self() - self);
    db_close(&db);
}

static void copy_all(size_t count, size_t batch)
{
    struct db *db = fixture_db("postgres");
    PGconn *conn = db_conn(db);
    const int pid = PQbackendPID(conn);
    double self, backend;
    int64_t start;
    char name[64];
    struct buffer *blocks;
    size_t block_count = 0;

    PQclear(PQexec(conn, "CREATE TABLE copia (LIKE libro INCLUDING ALL)"));
    blocks = calloc(count / batch + 1, sizeof *blocks);
    for (size_t i = 0; i < count; i += batch) { /* the same rows as text */
        char sql[400];
        PGresult *result;
        int len;
        char *row;

        snprintf(
            sql, sizeof sql,
            "COPY (SELECT * FROM libro WHERE posicion >= %zu AND posicion < %zu) TO "
            "STDOUT",
            i, i + batch);
        PQclear(PQexec(conn, sql));
        buffer_init(&blocks[block_count], 64u << 20);
        while ((len = PQgetCopyData(conn, &row, 0)) > 0) {
            buffer_add(&blocks[block_count], row, (size_t)len);
            PQfreemem(row);
        }
        while ((result = PQgetResult(conn)) != NULL) {
            PQclear(result);
        }
        block_count++;
    }
    self = cpu_of_self();
    backend = cpu_of_backend(pid);
    start = clock_monotonic_ms();
    for (size_t b = 0; b < block_count; b++) {
        PGresult *result;

        PQclear(PQexec(conn, "COPY copia FROM STDIN"));
        PQputCopyData(conn, blocks[b].data, (int)blocks[b].len);
        PQputCopyEnd(conn, NULL);
        while ((result = PQgetResult(conn)) != NULL) {
            assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
            PQclear(result);
        }
        buffer_done(&blocks[b]);
    }
    snprintf(name, sizeof name, "bare COPY, %zu a commit", batch);
    measure(name, db, count, (double)(clock_monotonic_ms() - start),
            cpu_of_backend(pid) - backend, cpu_of_self() - self);
    free(blocks);
    PQclear(PQexec(conn, "DROP TABLE copia"));
    db_close(&db);
}

int main(int argc, char **argv)
{
    const size_t actas = argc > 1 ? (size_t)atol(argv[1]) : 20000;
    const size_t count = actas * KINDS;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct fixture_event *events = calloc(count, sizeof *events);
    struct ledger_item *items = calloc(count, sizeof *items);
    static const size_t batches[] = { 1000, 64, 1 };
    char *hot;

    assert_non_null(events);
    fixture_init(fixture);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < actas; i++) {
            make(fixture, kind, scattered(i, actas), &events[kind * actas + i]);
            items[kind * actas + i].envelope = &events[kind * actas + i].envelope;
        }
    }
    for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
        fixture_fresh((unsigned)actas);
        free(fixture_sql("VACUUM ANALYZE acta"));
        free(fixture_sql("CHECKPOINT"));
        store_all(items, count, batches[b], batches[b] == 1 ? 5000 : count);
        if (b == 0) {
            usleep(1000000); /* statistics arrive */
            hot = fixture_sql(
                "SELECT format('acta: %s of %s updates stayed in their page; %s bytes "
                "a row; libro: %s bytes an event with its indexes', n_tup_hot_upd, "
                "n_tup_upd, pg_relation_size('acta') / (SELECT count(*) FROM acta), "
                "pg_total_relation_size('libro') / (SELECT count(*) FROM libro)) "
                "FROM pg_stat_user_tables WHERE relname = 'acta'");
            printf("%s\n", hot);
            free(hot);
            copy_all(count, 1000);
            copy_all(count, 64);
        }
    }
    for (size_t i = 0; i < count; i++) {
        fixture_event_done(&events[i]);
    }
    fixture_done(fixture);
    free(fixture);
    free(events);
    free(items);
    return 0;
}
