/*
 * fila_binaria.h - rows in PostgreSQL's binary form, whether of COPY or of a result.
 *
 * SOURCE
 *     PostgreSQL 15, COPY "Binary Format"; send functions of int2, int4, int8, text,
 *     bytea and int4[].
 *
 * ERRORS
 *     A reader never goes past the row; what does not fit sets `broken`, checked once.
 */
#ifndef PUBLICA_FILA_BINARIA_H
#define PUBLICA_FILA_BINARIA_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "prep/celda.h"

#define FILA_COLUMNS_MAX 48u

struct fila {
    size_t count, next;
    const char *values[FILA_COLUMNS_MAX];
    int32_t lens[FILA_COLUMNS_MAX]; /* -1: NULL */
    bool broken;
};

void fila_result(struct fila *fila, const PGresult *result, int row);
/* One CopyData message; `first`: the file header comes before the row. False for the
 * trailer and for bytes that are not a row (then fila->broken). */
bool fila_copy(struct fila *fila, const char *data, size_t len, bool first);

/* Each takes the next column. */
bool fila_null(struct fila *fila);   /* says so and takes it when it is; else stays */
int64_t fila_int(struct fila *fila); /* 2, 4 or 8 bytes; NULL is 0 */
void fila_text(struct fila *fila, char *out_text, size_t size);
const char *fila_bytes(struct fila *fila, size_t *out_len); /* NULL is empty */
bool fila_hash(struct fila *fila, struct hash *out_hash);   /* false: NULL */
size_t fila_cells(struct fila *fila, celda *out_cells, size_t max);

#endif
