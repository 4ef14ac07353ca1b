/* prep migra: brings the database to this version, once each numbered file. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/durable.h"
#include "base/hash.h"
#include "command.h"

#ifndef PREP_SQL_DIR
#define PREP_SQL_DIR "/usr/share/prep/sql"
#endif

#define MIGRATIONS_MAX 1000u
#define FILE_BYTES_MAX (1024u * 1024u)
#define NAME_MAX_LEN 100u
/* Two operators at once: the second waits for the first and finds nothing to do. */
#define LOCK_SQL "SELECT pg_advisory_xact_lock(hashtext('prep.migracion'))"

struct migration {
    char name[NAME_MAX_LEN];
    struct hash sha256;
    struct buffer text;
};

static int is_migration(const struct dirent *entry)
{
    return strlen(entry->d_name) < NAME_MAX_LEN &&
           fnmatch("[0-9][0-9][0-9][0-9]_*.sql", entry->d_name, 0) == 0;
}

/* "0003_funciones.sql" is number 3. */
static int number_of(const char *name)
{
    return (int)strtol(name, NULL, 10); /* the name has four digits */
}

static enum prep_status read_migration(const char *dir, const char *name,
                                       struct migration *out,
                                       struct prep_reason *reason)
{
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    buffer_init(&out->text, FILE_BYTES_MAX);
    if (durable_read(path, FILE_BYTES_MAX, &out->text, reason) != PREP_OK) {
        return prep_fail(reason, PREP_ERR_IO, "%s: no se puede leer", path);
    }
    hash_of(out->text.data, out->text.len, &out->sha256);
    return PREP_OK;
}

static enum prep_status run_text(struct db *db, const char *name, const char *text,
                                 struct prep_reason *reason)
{
    struct prep_reason why;
    PGresult *result = PQexec(db_conn(db), text); /* several statements */
    const enum prep_status status = db_status(db, result, false, &why);

    PQclear(result);
    if (status != PREP_OK) {
        return prep_fail(reason, status, "%s: %s", name, why.text);
    }
    return PREP_OK;
}

/* Roles are of the whole server: an administrator's file, run again each time. */
static enum prep_status run_roles(struct db *db, struct migration *roles,
                                  struct prep_reason *reason)
{
    PGresult *result = NULL;
    enum prep_status status = db_exec(
        db,
        "SELECT r.rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = 'prep_dueno') "
        "FROM pg_roles r WHERE r.rolname = session_user",
        NULL, 0, true, &result, reason);
    bool is_administrator, exists;

    if (status != PREP_OK) {
        return status;
    }
    is_administrator = db_bool(result, 0, 0);
    exists = db_bool(result, 0, 1);
    PQclear(result);
    if (is_administrator) {
        status = db_begin(db, reason);
        if (status == PREP_OK) {
            status = run_text(db, roles->name, buffer_text(&roles->text), reason);
        }
        return status == PREP_OK ? db_commit(db, reason) : status;
    }
    if (!exists) {
        return prep_fail(reason, PREP_ERR_AUTH,
                         "no existe el rol prep_dueno; la primera vez use una conexión "
                         "de administrador del servidor (user=postgres)");
    }
    return PREP_OK;
}

/* What is applied, against what the file says now. */
static enum prep_status applied(struct db *db, const struct migration *migration,
                                bool *out_applied, struct prep_reason *reason)
{
    char number[16];
    const struct db_param param = { .value = number };
    PGresult *result = NULL;
    enum prep_status status;

    (void)snprintf(number, sizeof number, "%d", number_of(migration->name));
    status =
        db_exec(db, "SELECT archivo, sha256 FROM migracion WHERE numero = $1::integer",
                &param, 1, true, &result, reason);
    if (status != PREP_OK) {
        return status;
    }
    *out_applied = PQntuples(result) == 1;
    if (*out_applied &&
        (PQgetlength(result, 0, 1) != (int)HASH_LEN ||
         memcmp(PQgetvalue(result, 0, 1), migration->sha256.bytes, HASH_LEN) != 0)) {
        status = prep_fail(reason, PREP_ERR_CONFLICT,
                           "%s ya se aplicó (como %s) y el archivo es otro: una "
                           "migración aplicada no se edita, se escribe la siguiente",
                           migration->name, PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return status;
}

static enum prep_status record(struct db *db, const struct migration *migration,
                               struct prep_reason *reason)
{
    char number[16];
    const struct db_param params[] = {
        { .value = number },
        { .value = migration->name },
        { .value = (const char *)migration->sha256.bytes,
          .len = HASH_LEN,
          .binary = true,
          .type = 17 },
    };

    (void)snprintf(number, sizeof number, "%d", number_of(migration->name));
    return db_exec(db,
                   "INSERT INTO migracion (numero, archivo, sha256) "
                   "VALUES ($1::integer, $2, $3)",
                   params, 3, true, NULL, reason);
}

/* One file, one transaction: the file and its record, or neither. */
static enum prep_status apply(struct db *db, struct migration *migration,
                              struct prep_reason *reason)
{
    bool done = false;
    enum prep_status status = db_begin(db, reason);

    if (status == PREP_OK) {
        status = db_exec(db, "SET LOCAL ROLE prep_dueno", NULL, 0, true, NULL, reason);
    }
    if (status == PREP_OK) {
        status = db_exec(db, LOCK_SQL, NULL, 0, true, NULL, reason);
    }
    if (status == PREP_OK) {
        status = applied(db, migration, &done, reason);
    }
    if (status == PREP_OK && !done) {
        status = run_text(db, migration->name, buffer_text(&migration->text), reason);
        if (status == PREP_OK) {
            status = record(db, migration, reason);
        }
    }
    if (status == PREP_OK) {
        status = db_commit(db, reason);
    }
    if (status != PREP_OK) {
        db_rollback(db);
        return status;
    }
    printf("%s: %s\n", migration->name, done ? "ya estaba" : "aplicada");
    return PREP_OK;
}

static enum prep_status apply_all(struct db *db, struct migration *migrations,
                                  int count, struct prep_reason *reason)
{
    enum prep_status status = run_roles(db, &migrations[0], reason);

    if (status != PREP_OK) {
        db_rollback(db);
    } else {
        status = run_text(db, "migracion",
                          "BEGIN; SET LOCAL ROLE prep_dueno; " LOCK_SQL ";"
                          "CREATE TABLE IF NOT EXISTS migracion ("
                          "numero integer PRIMARY KEY, archivo text NOT NULL, "
                          "sha256 bytea NOT NULL, "
                          "aplicada timestamptz NOT NULL DEFAULT clock_timestamp());"
                          "GRANT SELECT ON migracion TO PUBLIC; COMMIT",
                          reason);
    }
    for (int i = 1; i < count && status == PREP_OK; i++) {
        status = apply(db, &migrations[i], reason);
    }
    return status;
}

/* 0000, 0001, 0002...: a number missing or twice means that a file was lost. */
static enum prep_status check_numbers(const char *dir, struct dirent **entries,
                                      int count, struct prep_reason *reason)
{
    for (int i = 0; i < count; i++) {
        if (number_of(entries[i]->d_name) != i) {
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s: %s: debía seguir la migración %04d; los números van "
                             "seguidos y sin repetir",
                             dir, entries[i]->d_name, i);
        }
    }
    if (count < 2 || (unsigned)count > MIGRATIONS_MAX) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: no es la carpeta de migraciones (NNNN_nombre.sql)", dir);
    }
    return PREP_OK;
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    const char *dir = command_value(args, "--sql") != NULL
                          ? command_value(args, "--sql")
                          : PREP_SQL_DIR;
    struct migration *migrations = NULL;
    struct dirent **entries = NULL;
    struct db *db = NULL;
    const int count = scandir(dir, &entries, is_migration, alphasort);
    enum prep_status status;

    if (count < 0) {
        return prep_fail(reason, PREP_ERR_NOT_FOUND, "%s: no se puede abrir", dir);
    }
    status = check_numbers(dir, entries, count, reason);
    if (status == PREP_OK) {
        migrations = calloc((size_t)count, sizeof *migrations);
        status = migrations == NULL ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                                    : PREP_OK;
    }
    for (int i = 0; i < count && status == PREP_OK; i++) {
        status = read_migration(dir, entries[i]->d_name, &migrations[i], reason);
    }
    if (status == PREP_OK) {
        status = command_connect(args, false, &db, reason);
    }
    if (status == PREP_OK) {
        status = apply_all(db, migrations, count, reason);
    }
    db_close(&db);
    for (int i = 0; i < count; i++) {
        if (migrations != NULL && migrations[i].name[0] != '\0') {
            buffer_done(&migrations[i].text);
        }
        free(entries[i]);
    }
    free(entries);
    free(migrations);
    return status;
}

const struct command command_migra = {
    .name = "migra",
    .summary = "crea o actualiza las tablas, las funciones y los permisos",
    .text =
        "Aplica una sola vez, en orden y cada una en su transacción, las migraciones\n"
        "NNNN_nombre.sql que falten. La tabla migracion guarda la huella de cada una:\n"
        "si un archivo ya aplicado cambió, se niega.\n"
        "La primera vez hace falta un administrador del servidor, que crea los roles\n"
        "(0000); después basta el rol prep_dueno.",
    .options = { OPTION_BASE,
                 { "--sql", "DIR",
                   "carpeta de las migraciones; por omisión " PREP_SQL_DIR, false } },
    .run = run,
};
