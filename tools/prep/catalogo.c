/* prep catalogo carga: the expected actas into PostgreSQL, once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "command.h"
#include "prep/catalogo.h"
#include "prep/ledger.h"

#define COPY_BYTES 65536u /* sent together */
#define ROW_BYTES_MAX 8192u

struct load {
    struct db *db;
    struct buffer rows;
    uint64_t count;
};

/* Text format of COPY: tab between columns, backslash before what would break it. */
static void add_text(struct buffer *row, const char *text, bool last)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '\\':
            buffer_add_text(row, "\\\\");
            break;
        case '\t':
            buffer_add_text(row, "\\t");
            break;
        case '\n':
            buffer_add_text(row, "\\n");
            break;
        case '\r':
            buffer_add_text(row, "\\r");
            break;
        default:
            buffer_add_char(row, *text);
        }
    }
    buffer_add_char(row, last ? '\n' : '\t');
}

static void add_number(struct buffer *row, int64_t value)
{
    buffer_add_int(row, value);
    buffer_add_char(row, '\t');
}

static void add_row(struct buffer *row, const struct catalogo_acta *acta)
{
    char no_aplica[3 + 2 * CATALOGO_NO_APLICA_BYTES + 1] = "\\x";
    const char *const texts[] = {
        acta->clave_casilla,  acta->clave_acta, acta->entidad,
        acta->entidad_nombre, acta->territorio, acta->territorio_nombre,
        acta->seccion,        acta->id_casilla, acta->tipo_casilla,
        acta->ext_contigua,   acta->ubicacion,  acta->tipo_acta,
    };

    add_number(row, (int64_t)acta->id);
    add_number(row, acta->eleccion);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        add_text(row, texts[i], false);
    }
    add_number(row, acta->lista_nominal);
    add_number(row, acta->representantes);
    add_text(row, acta->catd, false);
    hex_write(acta->no_aplica, CATALOGO_NO_APLICA_BYTES, no_aplica + 2);
    add_text(row, no_aplica, true);
}

static enum prep_status flush(struct load *load, struct prep_reason *reason)
{
    PGconn *conn = db_conn(load->db);

    if (conn == NULL ||
        PQputCopyData(conn, load->rows.data, (int)load->rows.len) != 1) {
        return prep_fail(reason, PREP_ERR_UNAVAILABLE,
                         "PostgreSQL dejó de recibir el catálogo: %s",
                         PQerrorMessage(conn));
    }
    buffer_clear(&load->rows);
    return PREP_OK;
}

static enum prep_status visit(const struct catalogo_acta *acta, void *context,
                              struct prep_reason *reason)
{
    struct load *load = context;

    add_row(&load->rows, acta);
    load->count++;
    return load->rows.len < COPY_BYTES ? PREP_OK : flush(load, reason);
}

static enum prep_status visit_nothing(const struct catalogo_acta *acta, void *context,
                                      struct prep_reason *reason)
{
    (void)acta;
    (void)context;
    (void)reason;
    return PREP_OK;
}

static enum prep_status copy(struct db *db, const char *path,
                             const struct definicion *definicion, uint64_t *out_count,
                             struct hash *out_sha256, struct prep_reason *reason)
{
    struct load load = { .db = db };
    struct prep_reason ending;
    PGresult *result = PQexec(db_conn(db), "COPY catalogo FROM STDIN");
    enum prep_status status = db_status(db, result, false, reason), end;

    PQclear(result);
    if (status != PREP_OK) {
        return status;
    }
    buffer_init(&load.rows, COPY_BYTES + ROW_BYTES_MAX);
    status = catalogo_read(path, definicion, visit, &load, out_sha256, reason);
    if (status == PREP_OK && load.rows.len > 0) {
        status = flush(&load, reason);
    }
    buffer_done(&load.rows);
    (void)PQputCopyEnd(db_conn(db), status == PREP_OK ? NULL : "catálogo rechazado");
    result = PQgetResult(db_conn(db));
    end = db_status(db, result, false, &ending);
    while (result != NULL) {
        PQclear(result);
        result = PQgetResult(db_conn(db));
    }
    *out_count = load.count;
    if (status == PREP_OK && end != PREP_OK) {
        return prep_fail(reason, end, "catalogo: %s", ending.text);
    }
    return status;
}

/* The rows of `acta`, with room for what the night will write in them. */
static enum prep_status sow(struct db *db, const struct definicion *definicion,
                            struct prep_reason *reason)
{
    struct db_array *cells = db_array_new(DB_ARRAY_INT4);
    enum prep_status status;
    struct db_param param;

    for (size_t i = 0; i < definicion->eleccion_count; i++) {
        db_array_add_int(cells, (int64_t)definicion->elecciones[i].celda_count);
    }
    param = db_array_param(cells);
    status = db_exec(db, "SELECT acta_siembra($1)", &param, 1, true, NULL, reason);
    db_array_free(&cells);
    return status;
}

static enum prep_status record(struct db *db, const struct definicion *definicion,
                               const struct hash *catalogo, uint64_t count,
                               struct prep_reason *reason)
{
    char modo[16], actas[32];
    const struct db_param params[] = {
        { .value = definicion->proceso },
        { .value = modo },
        { (const char *)definicion->sha256.bytes, HASH_LEN, true, 17 },
        { (const char *)catalogo->bytes, HASH_LEN, true, 17 },
        { .value = actas },
    };
    enum prep_status status = sow(db, definicion, reason);

    if (status != PREP_OK) {
        return status;
    }
    (void)snprintf(modo, sizeof modo, "%d", (int)definicion->modo);
    (void)snprintf(actas, sizeof actas, "%" PRIu64, count);
    return db_exec(db,
                   "INSERT INTO proceso (proceso, modo, definicion_sha256, "
                   "catalogo_sha256, actas) VALUES ($1, $2::smallint, $3, $4, "
                   "$5::bigint)",
                   params, 5, true, NULL, reason);
}

/* What the database holds already, if anything: the same, or another election. */
static enum prep_status compare(const PGresult *held, const char *path,
                                const struct definicion *definicion,
                                struct prep_reason *reason)
{
    struct hash catalogo;
    enum prep_status status =
        catalogo_read(path, definicion, visit_nothing, NULL, &catalogo, reason);

    if (status != PREP_OK) {
        return status;
    }
    if (strcmp(PQgetvalue(held, 0, 0), definicion->proceso) != 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "la base es del proceso %s y la definición es de %s: use otra "
                         "base de datos",
                         PQgetvalue(held, 0, 0), definicion->proceso);
    }
    if (memcmp(PQgetvalue(held, 0, 1), definicion->sha256.bytes, HASH_LEN) != 0 ||
        memcmp(PQgetvalue(held, 0, 2), catalogo.bytes, HASH_LEN) != 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "la base ya tiene cargada otra versión de %s: la definición y "
                         "el catálogo no cambian después de cargados; use una base "
                         "nueva",
                         definicion->proceso);
    }
    printf("%s: ya estaba cargado, con la misma definición y el mismo catálogo\n",
           definicion->proceso);
    return PREP_OK;
}

static enum prep_status load(struct db *db, const char *path,
                             const struct definicion *definicion,
                             struct prep_reason *reason)
{
    PGresult *held = NULL;
    struct hash sha256;
    uint64_t count = 0;
    enum prep_status status = ledger_begin(db, reason);

    if (status == PREP_OK) {
        status = db_exec(db,
                         "SELECT proceso, definicion_sha256, catalogo_sha256, "
                         "(SELECT tamano FROM libro_cabeza) FROM proceso",
                         NULL, 0, true, &held, reason);
    }
    if (status == PREP_OK && PQntuples(held) > 0) {
        status = compare(held, path, definicion, reason);
        PQclear(held);
        db_rollback(db);
        return status;
    }
    PQclear(held);
    if (status == PREP_OK) {
        status = copy(db, path, definicion, &count, &sha256, reason);
    }
    if (status == PREP_OK) {
        status = record(db, definicion, &sha256, count, reason);
    }
    if (status == PREP_OK) {
        status = db_commit(db, reason);
    }
    if (status != PREP_OK) {
        db_rollback(db);
        return status;
    }
    printf("%s: %" PRIu64 " actas cargadas\n", definicion->proceso, count);
    return db_exec(db, "VACUUM ANALYZE catalogo, acta", NULL, 0, true, NULL, reason);
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    const char *dir = command_value(args, "--definicion");
    struct definicion *definicion = NULL;
    struct db *db = NULL;
    char path[4096];
    enum prep_status status = definicion_load(dir, &definicion, reason);

    if (status == PREP_OK) {
        status = command_connect(args, true, &db, reason);
    }
    if (status == PREP_OK) {
        (void)snprintf(path, sizeof path, "%s/catalogo.csv", dir);
        status = load(db, path, definicion, reason);
    }
    db_close(&db);
    definicion_free(&definicion);
    return status;
}

const struct command command_catalogo_carga = {
    .name = "catalogo carga",
    .summary = "carga las actas esperadas en la base de datos, una sola vez",
    .text =
        "Revisa la definición y el catálogo completos; carga todo o nada. Si ya está\n"
        "cargado lo mismo, no hace nada; si está cargado algo distinto, se niega.",
    .options = { { "--definicion", "DIR", "carpeta con definicion.yaml y catalogo.csv",
                   true },
                 OPTION_BASE },
    .run = run,
};
