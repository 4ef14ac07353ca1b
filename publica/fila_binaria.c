#include "fila_binaria.h"

#include <endian.h>
#include <string.h>

#define COPY_SIGNATURE "PGCOPY\n\377\r\n" /* and a NUL */
#define COPY_SIGNATURE_LEN 11u
#define COPY_HEADER_LEN (COPY_SIGNATURE_LEN + 8u) /* flags, length of extension */
#define ARRAY_HEADER_LEN 20u

static uint16_t wire16(const char *at)
{
    uint16_t wire;

    memcpy(&wire, at, sizeof wire);
    return be16toh(wire);
}

static uint32_t wire32(const char *at)
{
    uint32_t wire;

    memcpy(&wire, at, sizeof wire);
    return be32toh(wire);
}

static uint64_t wire64(const char *at)
{
    uint64_t wire;

    memcpy(&wire, at, sizeof wire);
    return be64toh(wire);
}

void fila_result(struct fila *fila, const PGresult *result, int row)
{
    int count = PQnfields(result);

    fila->next = 0;
    fila->broken = count > (int)FILA_COLUMNS_MAX;
    fila->count = fila->broken ? 0 : (size_t)count;
    for (int i = 0; i < (int)fila->count; i++) {
        fila->values[i] = PQgetvalue(result, row, i);
        fila->lens[i] = PQgetisnull(result, row, i) ? -1 : PQgetlength(result, row, i);
    }
}

bool fila_copy(struct fila *fila, const char *data, size_t len, bool first)
{
    size_t at = 0;

    fila->next = 0;
    fila->count = 0;
    fila->broken = true;
    if (first) {
        if (len < COPY_HEADER_LEN ||
            memcmp(data, COPY_SIGNATURE, COPY_SIGNATURE_LEN) != 0 ||
            wire32(data + COPY_SIGNATURE_LEN + 4) > len - COPY_HEADER_LEN) {
            return false;
        }
        at = COPY_HEADER_LEN + wire32(data + COPY_SIGNATURE_LEN + 4);
        if (at == len) { /* the header came alone */
            fila->broken = false;
            return false;
        }
    }
    if (len - at < 2) {
        return false;
    }
    if (wire16(data + at) == UINT16_MAX) { /* trailer */
        fila->broken = false;
        return false;
    }
    fila->count = wire16(data + at);
    at += 2;
    if (fila->count > FILA_COLUMNS_MAX) {
        return false;
    }
    for (size_t i = 0; i < fila->count; i++) {
        if (len - at < 4) {
            return false;
        }
        fila->lens[i] = (int32_t)wire32(data + at);
        at += 4;
        fila->values[i] = data + at;
        if (fila->lens[i] > 0) {
            if (len - at < (size_t)fila->lens[i]) {
                return false;
            }
            at += (size_t)fila->lens[i];
        }
    }
    fila->broken = false;
    return true;
}

/* The next column, or NULL past the end. */
static const char *take(struct fila *fila, int32_t *out_len)
{
    if (fila->next >= fila->count) {
        fila->broken = true;
        *out_len = -1;
        return NULL;
    }
    *out_len = fila->lens[fila->next];
    return fila->values[fila->next++];
}

bool fila_null(struct fila *fila)
{
    if (fila->next < fila->count && fila->lens[fila->next] < 0) {
        fila->next++;
        return true;
    }
    return false;
}

int64_t fila_int(struct fila *fila)
{
    int32_t len;
    const char *at = take(fila, &len);

    switch (len) {
    case -1:
        return 0;
    case 2:
        return (int16_t)wire16(at);
    case 4:
        return (int32_t)wire32(at);
    case 8:
        return (int64_t)wire64(at);
    default:
        fila->broken = true;
        return 0;
    }
}

void fila_text(struct fila *fila, char *out_text, size_t size)
{
    int32_t len;
    const char *at = take(fila, &len);

    out_text[0] = '\0';
    if (len > 0) {
        if ((size_t)len >= size) {
            fila->broken = true;
            return;
        }
        memcpy(out_text, at, (size_t)len);
        out_text[len] = '\0';
    }
}

const char *fila_bytes(struct fila *fila, size_t *out_len)
{
    int32_t len;
    const char *at = take(fila, &len);

    *out_len = len > 0 ? (size_t)len : 0;
    return at;
}

bool fila_hash(struct fila *fila, struct hash *out_hash)
{
    int32_t len;
    const char *at = take(fila, &len);

    if (len < 0) {
        return false;
    }
    if (len != (int32_t)HASH_LEN) {
        fila->broken = true;
        return false;
    }
    memcpy(out_hash->bytes, at, HASH_LEN);
    return true;
}

size_t fila_cells(struct fila *fila, celda *out_cells, size_t max)
{
    int32_t len;
    const char *at = take(fila, &len);
    size_t count;

    if (len < 0) {
        return 0;
    }
    if (len < 12 || wire32(at) > 1 || wire32(at + 4) != 0) {
        fila->broken = true; /* not a plain list without nulls */
        return 0;
    }
    count = wire32(at) == 0 || len < (int32_t)ARRAY_HEADER_LEN ? 0 : wire32(at + 12);
    if (count > max || (count > 0 && (size_t)len != ARRAY_HEADER_LEN + count * 8)) {
        fila->broken = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        out_cells[i] = (celda)wire32(at + ARRAY_HEADER_LEN + i * 8 + 4);
    }
    return count;
}
