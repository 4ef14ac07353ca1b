#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "prep/db.h"

/* The binary form of an array: dimensions, whether there are nulls, type of element;
 * then of each dimension its length and lower bound; then the elements, each after its
 * length (-1: NULL). PostgreSQL source, array_send(). */
#define HEADER_LEN 20u
#define ROOM_FIRST 4096u

static const struct {
    Oid element, array;
    uint32_t width; /* 0: any */
} kinds[] = {
    [DB_ARRAY_INT4] = { 23, 1007, 4 },  [DB_ARRAY_INT8] = { 20, 1016, 8 },
    [DB_ARRAY_BYTEA] = { 17, 1001, 0 }, [DB_ARRAY_TEXT] = { 25, 1009, 0 },
    [DB_ARRAY_INT2] = { 21, 1005, 2 },
};

struct db_array {
    enum db_array_type type;
    uint32_t count;
    bool has_null;
    size_t len, room;
    char *data;
};

struct db_array *db_array_new(enum db_array_type type)
{
    struct db_array *array = calloc(1, sizeof *array);

    if (array == NULL) {
        abort(); /* as base/buffer.h: out of memory stops the program */
    }
    array->type = type;
    array->len = HEADER_LEN;
    return array;
}

void db_array_free(struct db_array **array)
{
    if (*array != NULL) {
        free((*array)->data);
        free(*array);
        *array = NULL;
    }
}

void db_array_clear(struct db_array *array)
{
    array->count = 0;
    array->has_null = false;
    array->len = HEADER_LEN;
}

static char *grow(struct db_array *array, size_t len)
{
    char *at;

    while (array->room < array->len + len) {
        array->room = array->room == 0 ? ROOM_FIRST : array->room * 2;
        array->data = realloc(array->data, array->room);
        if (array->data == NULL) {
            abort();
        }
    }
    at = array->data + array->len;
    array->len += len;
    return at;
}

static void write_u32(char *at, uint32_t value)
{
    const uint32_t wire = htobe32(value);

    memcpy(at, &wire, sizeof wire);
}

void db_array_add_bytes(struct db_array *array, const void *data, size_t len)
{
    char *at;

    assert(kinds[array->type].width == 0 || kinds[array->type].width == len);
    assert(len <= INT32_MAX / 2);
    at = grow(array, 4 + len);
    write_u32(at, (uint32_t)len);
    if (len > 0) {
        memcpy(at + 4, data, len);
    }
    array->count++;
}

void db_array_add_int(struct db_array *array, int64_t value)
{
    const uint64_t wide = htobe64((uint64_t)value);
    const uint32_t width = kinds[array->type].width;

    assert(width != 0); /* the last bytes of a big-endian number are its low ones */
    assert(width == 8 || (value >= -(INT64_C(1) << (8 * width - 1)) &&
                          value < INT64_C(1) << (8 * width - 1)));
    db_array_add_bytes(array, (const char *)&wide + (8 - width), width);
}

void db_array_add_null(struct db_array *array)
{
    write_u32(grow(array, 4), UINT32_MAX);
    array->has_null = true;
    array->count++;
}

size_t db_array_count(const struct db_array *array)
{
    return array->count;
}

struct db_param db_array_param(struct db_array *array)
{
    (void)grow(array, 0); /* the header has its place even when nothing was added */
    write_u32(array->data, array->count == 0 ? 0 : 1);
    write_u32(array->data + 4, array->has_null ? 1 : 0);
    write_u32(array->data + 8, kinds[array->type].element);
    write_u32(array->data + 12, array->count);
    write_u32(array->data + 16, 1);
    return (struct db_param){
        .value = array->data,
        .len = (int)(array->count == 0 ? 12 : array->len),
        .binary = true,
        .type = kinds[array->type].array,
    };
}

int32_t db_int4(const PGresult *result, int row, int column)
{
    const char *value = PQgetvalue(result, row, column);
    uint32_t wide = 0;
    uint16_t narrow = 0;

    switch (PQgetlength(result, row, column)) {
    case 0:
        return 0;
    case 2:
        memcpy(&narrow, value, sizeof narrow);
        return (int16_t)be16toh(narrow);
    default:
        assert(PQgetlength(result, row, column) == 4);
        memcpy(&wide, value, sizeof wide);
        return (int32_t)be32toh(wide);
    }
}

int64_t db_int8(const PGresult *result, int row, int column)
{
    uint64_t wire = 0;

    if (PQgetlength(result, row, column) == 0) {
        return 0;
    }
    assert(PQgetlength(result, row, column) == 8);
    memcpy(&wire, PQgetvalue(result, row, column), sizeof wire);
    return (int64_t)be64toh(wire);
}

bool db_bool(const PGresult *result, int row, int column)
{
    return PQgetlength(result, row, column) == 1 &&
           PQgetvalue(result, row, column)[0] != 0;
}
