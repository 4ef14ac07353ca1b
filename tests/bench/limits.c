/*
 * limits.c - the floors that the benchmark divides by, measured on this machine.
 *
 * PURPOSE
 *     Raw libsodium, raw libpq, raw ZeroMQ: nothing of the project, so that the
 *     project can't make its own limit look worse than it is.
 *
 *     limits crypto           us of CPU to sign and to verify EVENT_BYTES
 *     limits copy CONNINFO N  COPYs N rows of the ledger's shape, 1000 per commit
 *     limits chain CONNINFO N a bare chain over CURVE: a sender that signs, a gate
 *                             that verifies and COPYs 1000 per commit, acks
 *     limits read CONNINFO SQL    COPY (SQL) TO STDOUT, bytes counted and dropped
 *     limits deflate          compresses each file named on stdin, libdeflate 6
 *
 *     Each prints one JSON object. CPU of this process is in it; the server's is
 *     read by the caller, who knows the server's processes.
 */
#include <czmq.h>
#include <libdeflate.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define EVENT_BYTES 300u    /* a captura of 30 cells with its chain fields */
#define ENVELOPE_BYTES 400u /* the same in its wrapper */
#define BATCH 1000u
#define CRYPTO_ROUNDS 20000u
#define CHAIN_WINDOW 1000
#define DEFLATE_LEVEL 6
#define DEFLATE_CHUNK (1024u * 1024u)

static double cpu_s(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "limits: %s: %s\n", what, why);
    exit(1);
}

static int crypto(void)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    unsigned char signature[crypto_sign_BYTES];
    unsigned char event[EVENT_BYTES] = { 0 };
    double start, sign_us, verify_us;

    crypto_sign_keypair(public_key, secret_key);
    start = cpu_s();
    for (unsigned i = 0; i < CRYPTO_ROUNDS; i++) {
        memcpy(event, &i, sizeof i);
        crypto_sign_detached(signature, NULL, event, sizeof event, secret_key);
    }
    sign_us = (cpu_s() - start) * 1e6 / CRYPTO_ROUNDS;
    start = cpu_s();
    for (unsigned i = 0; i < CRYPTO_ROUNDS; i++) {
        if (crypto_sign_verify_detached(signature, event, sizeof event, public_key) !=
            0) {
            stop("verify", "a good signature was refused");
        }
    }
    verify_us = (cpu_s() - start) * 1e6 / CRYPTO_ROUNDS;
    printf("{\"sign_us\": %.2f, \"verify_us\": %.2f}\n", sign_us, verify_us);
    return 0;
}

static void sql(PGconn *conn, const char *statement)
{
    PGresult *result = PQexec(conn, statement);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_COPY_IN &&
        status != PGRES_TUPLES_OK) {
        stop(statement, PQerrorMessage(conn));
    }
    PQclear(result);
}

static PGconn *connect_to(const char *conninfo)
{
    PGconn *conn = PQconnectdb(conninfo);

    if (PQstatus(conn) != CONNECTION_OK) {
        stop("connect", PQerrorMessage(conn));
    }
    sql(conn, "SET client_min_messages = warning");
    sql(conn, "DROP TABLE IF EXISTS bench_copy");
    sql(conn, "CREATE TABLE bench_copy (posicion bigint PRIMARY KEY, emisor int, "
              "secuencia bigint, acta bigint, tipo smallint, hash bytea, hoja bytea, "
              "sobre bytea, recibido timestamptz)");
    return conn;
}

static void put(char **at, const void *data, size_t len)
{
    memcpy(*at, data, len);
    *at += len;
}

static void put_int(char **at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        *(*at)++ = (char)(value >> (8 * (bytes - 1 - i)));
    }
}

/* One row of PostgreSQL's binary COPY format, in the shape of the ledger. */
static void copy_row(PGconn *conn, uint64_t position, const void *envelope, size_t len)
{
    static const char hash[32] = { 1 };
    char row[ENVELOPE_BYTES + 256];
    char *at = row;

    put_int(&at, 9, 2);
    put_int(&at, 8, 4), put_int(&at, position, 8);
    put_int(&at, 4, 4), put_int(&at, 1, 4);
    put_int(&at, 8, 4), put_int(&at, position, 8);
    put_int(&at, 8, 4), put_int(&at, position / 5, 8);
    put_int(&at, 2, 4), put_int(&at, 19, 2);
    put_int(&at, sizeof hash, 4), put(&at, hash, sizeof hash);
    put_int(&at, sizeof hash, 4), put(&at, hash, sizeof hash);
    put_int(&at, len, 4), put(&at, envelope, len);
    put_int(&at, 8, 4), put_int(&at, 0, 8);
    if (PQputCopyData(conn, row, (int)(at - row)) != 1) {
        stop("COPY", PQerrorMessage(conn));
    }
}

static void copy_begin(PGconn *conn)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

    sql(conn, "COPY bench_copy FROM STDIN (FORMAT binary)");
    if (PQputCopyData(conn, header, 19) != 1) {
        stop("COPY", PQerrorMessage(conn));
    }
}

static void copy_end(PGconn *conn)
{
    PGresult *result;

    if (PQputCopyData(conn, "\377\377", 2) != 1 || PQputCopyEnd(conn, NULL) != 1) {
        stop("COPY", PQerrorMessage(conn));
    }
    result = PQgetResult(conn);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        stop("COPY", PQerrorMessage(conn));
    }
    PQclear(result);
    while ((result = PQgetResult(conn)) != NULL) {
        PQclear(result);
    }
}

static int copy(const char *conninfo, unsigned long rows)
{
    PGconn *conn = connect_to(conninfo);
    char envelope[ENVELOPE_BYTES];
    double cpu, wall;

    randombytes_buf(envelope, sizeof envelope);
    sql(conn, "CHECKPOINT");
    cpu = cpu_s();
    wall = wall_s();
    for (unsigned long i = 0; i < rows; i += BATCH) {
        copy_begin(conn);
        for (unsigned long j = i; j < i + BATCH && j < rows; j++) {
            copy_row(conn, j, envelope, sizeof envelope);
        }
        copy_end(conn);
    }
    printf("{\"rows\": %lu, \"wall_s\": %.4f, \"client_cpu_s\": %.4f}\n", rows,
           wall_s() - wall, cpu_s() - cpu);
    sql(conn, "DROP TABLE bench_copy");
    PQfinish(conn);
    return 0;
}

/* ---- the floor of a corte: rows out of the database, and their bytes compressed */

static int read_out(const char *conninfo, const char *select)
{
    PGconn *conn = PQconnectdb(conninfo);
    char statement[8192];
    unsigned long rows = 0, bytes = 0;
    double cpu = cpu_s(), wall = wall_s();
    char *row;
    int len;

    if (PQstatus(conn) != CONNECTION_OK) {
        stop("connect", PQerrorMessage(conn));
    }
    snprintf(statement, sizeof statement, "COPY (%s) TO STDOUT (FORMAT csv)", select);
    PQclear(PQexec(conn, statement));
    while ((len = PQgetCopyData(conn, &row, 0)) > 0) {
        rows++;
        bytes += (unsigned long)len;
        PQfreemem(row);
    }
    if (len == -2) {
        stop("COPY", PQerrorMessage(conn));
    }
    printf("{\"rows\": %lu, \"bytes\": %lu, \"wall_s\": %.4f, \"cpu_s\": %.4f}\n", rows,
           bytes, wall_s() - wall, cpu_s() - cpu);
    PQfinish(conn);
    return 0;
}

static int deflate_files(void)
{
    struct libdeflate_compressor *compressor =
        libdeflate_alloc_compressor(DEFLATE_LEVEL);
    const size_t room = libdeflate_gzip_compress_bound(compressor, DEFLATE_CHUNK);
    unsigned char *in = malloc(DEFLATE_CHUNK), *out = malloc(room);
    unsigned long files = 0, bytes = 0, compressed = 0;
    double busy = 0;
    char path[4096];

    if (compressor == NULL || in == NULL || out == NULL) {
        stop("deflate", "out of memory");
    }
    while (fgets(path, sizeof path, stdin) != NULL) {
        FILE *file;
        size_t got;

        path[strcspn(path, "\n")] = '\0';
        file = fopen(path, "rb");
        if (file == NULL) {
            stop(path, "cannot read");
        }
        files++;
        while ((got = fread(in, 1, DEFLATE_CHUNK, file)) > 0) {
            double start = wall_s(); /* reading the file is not part of the floor */

            compressed += libdeflate_gzip_compress(compressor, in, got, out, room);
            busy += wall_s() - start;
            bytes += got;
        }
        fclose(file);
    }
    printf("{\"files\": %lu, \"bytes\": %lu, \"compressed\": %lu, \"wall_s\": %.4f}\n",
           files, bytes, compressed, busy);
    libdeflate_free_compressor(compressor);
    free(in);
    free(out);
    return 0;
}

/* ---- the bare chain */

struct chain {
    unsigned long events;
    char endpoint[64];
    zcert_t *server, *client;
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
};

/* Signs as it sends, and keeps at most a window without an answer. */
static void *chain_sender(void *argument)
{
    struct chain *chain = argument;
    zsock_t *sock = zsock_new(ZMQ_DEALER);
    unsigned long sent = 0, acked = 0;

    zcert_apply(chain->client, sock);
    zsock_set_curve_serverkey(sock, zcert_public_txt(chain->server));
    if (zsock_connect(sock, "%s", chain->endpoint) != 0) {
        stop("connect", chain->endpoint);
    }
    while (acked < chain->events) {
        while (sent < chain->events && sent - acked < CHAIN_WINDOW) {
            unsigned char message[crypto_sign_BYTES + EVENT_BYTES] = { 0 };

            memcpy(message + crypto_sign_BYTES, &sent, sizeof sent);
            crypto_sign_detached(message, NULL, message + crypto_sign_BYTES,
                                 EVENT_BYTES, chain->secret_key);
            if (zmq_send(zsock_resolve(sock), message, sizeof message, 0) < 0) {
                stop("send", zmq_strerror(errno));
            }
            sent++;
        }
        if (zmq_recv(zsock_resolve(sock), &acked, sizeof acked, 0) !=
            (int)sizeof acked) {
            stop("receive", zmq_strerror(errno));
        }
    }
    zsock_destroy(&sock);
    return NULL;
}

static int chain(const char *conninfo, unsigned long events)
{
    struct chain chain = { .events = events };
    PGconn *conn = connect_to(conninfo);
    zsock_t *gate = zsock_new(ZMQ_ROUTER);
    zactor_t *auth = zactor_new(zauth, NULL);
    unsigned long done = 0;
    double cpu, wall;
    pthread_t sender;

    chain.server = zcert_new();
    chain.client = zcert_new();
    crypto_sign_keypair(chain.public_key, chain.secret_key);
    zstr_sendx(auth, "CURVE", CURVE_ALLOW_ANY, NULL);
    zsock_wait(auth);
    zcert_apply(chain.server, gate);
    zsock_set_curve_server(gate, 1);
    zsock_set_rcvhwm(gate, 2 * CHAIN_WINDOW);
    if (zsock_bind(gate, "tcp://127.0.0.1:*") < 0) {
        stop("bind", zmq_strerror(errno));
    }
    snprintf(chain.endpoint, sizeof chain.endpoint, "%s", zsock_last_endpoint(gate));
    sql(conn, "CHECKPOINT");
    cpu = cpu_s();
    wall = wall_s();
    if (pthread_create(&sender, NULL, chain_sender, &chain) != 0) {
        stop("thread", "cannot start");
    }
    while (done < events) {
        unsigned char id[256], message[crypto_sign_BYTES + EVENT_BYTES];
        unsigned long batch = 0;
        int id_len = 0;

        copy_begin(conn);
        while (batch < BATCH && done < events) {
            int flags = batch == 0 ? 0 : ZMQ_DONTWAIT;
            int got = zmq_recv(zsock_resolve(gate), id, sizeof id, flags);

            if (got < 0) {
                break; /* nothing more waits: this is the batch */
            }
            id_len = got;
            if (zmq_recv(zsock_resolve(gate), message, sizeof message, 0) !=
                    (int)sizeof message ||
                crypto_sign_verify_detached(message, message + crypto_sign_BYTES,
                                            EVENT_BYTES, chain.public_key) != 0) {
                stop("gate", "bad message");
            }
            copy_row(conn, done, message, sizeof message);
            done++;
            batch++;
        }
        copy_end(conn);
        if (zmq_send(zsock_resolve(gate), id, (size_t)id_len, ZMQ_SNDMORE) < 0 ||
            zmq_send(zsock_resolve(gate), &done, sizeof done, 0) < 0) {
            stop("acuse", zmq_strerror(errno));
        }
    }
    pthread_join(sender, NULL);
    printf("{\"events\": %lu, \"wall_s\": %.4f, \"cpu_s\": %.4f}\n", events,
           wall_s() - wall, cpu_s() - cpu);
    zsock_destroy(&gate);
    zactor_destroy(&auth);
    zcert_destroy(&chain.server);
    zcert_destroy(&chain.client);
    sql(conn, "DROP TABLE bench_copy");
    PQfinish(conn);
    return 0;
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        stop("libsodium", "cannot start");
    }
    if (argc == 2 && strcmp(argv[1], "crypto") == 0) {
        return crypto();
    }
    if (argc == 4 && strcmp(argv[1], "copy") == 0) {
        return copy(argv[2], strtoul(argv[3], NULL, 10));
    }
    if (argc == 4 && strcmp(argv[1], "chain") == 0) {
        return chain(argv[2], strtoul(argv[3], NULL, 10));
    }
    if (argc == 4 && strcmp(argv[1], "read") == 0) {
        return read_out(argv[2], argv[3]);
    }
    if (argc == 2 && strcmp(argv[1], "deflate") == 0) {
        return deflate_files();
    }
    fprintf(stderr,
            "usage: limits crypto | copy CONNINFO ROWS | chain CONNINFO EVENTS |\n"
            "              read CONNINFO SQL | deflate < LIST\n");
    return 2;
}
