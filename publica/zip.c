#include "zip.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/durable_os.h"

/* zlib 4 costs what libdeflate 6 does and, unlike it, makes pieces that can be joined.
 */
#define DEFLATE_LEVEL 4
#define RAW_WINDOW (-15)

#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define VERSION_NEEDED 20u             /* deflate */
#define VERSION_MADE ((3u << 8) | 20u) /* Unix, so that the mode below is read */
#define FLAG_UTF8 (1u << 11)
#define METHOD_DEFLATE 8u
#define MODE_FILE (0100644u << 16)
#define LOCAL_LEN 30u
#define CENTRAL_LEN 46u
#define END_LEN 22u

enum prep_status zip_deflate_piece(const void *data, size_t len, struct buffer *out,
                                   struct prep_reason *reason)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len };
    size_t bound;
    char *room;

    if (deflateInit2(&z, DEFLATE_LEVEL, Z_DEFLATED, RAW_WINDOW, 9,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para comprimir");
    }
    bound = deflateBound(&z, len) + 16; /* and the empty block of the flush */
    room = buffer_reserve(out, bound);
    if (room == NULL) {
        (void)deflateEnd(&z);
        return prep_fail(reason, PREP_ERR_FULL, "trozo de %zu bytes: demasiado grande",
                         len);
    }
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    if (deflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_in != 0 || z.avail_out == 0) {
        (void)deflateEnd(&z);
        return prep_fail(reason, PREP_ERR_FULL, "zlib no terminó un trozo de %zu bytes",
                         len);
    }
    buffer_grow(out, bound - z.avail_out);
    (void)deflateEnd(&z);
    return PREP_OK;
}

uint32_t zip_crc(const void *data, size_t len)
{
    return libdeflate_crc32(0, data, len);
}

uint32_t zip_crc_join(uint32_t a, uint32_t b, uint64_t b_len)
{
    return (uint32_t)crc32_combine(a, b, (z_off_t)b_len);
}

struct zip {
    int fd;
    char *path;
    uint16_t date, time;
    uint64_t at, entry_end; /* bytes written; where the open entry ends */
    size_t entry_count;
    struct hash_stream *sha256;
    struct buffer central;
};

static void put16(uint8_t **at, uint32_t value)
{
    *(*at)++ = (uint8_t)value;
    *(*at)++ = (uint8_t)(value >> 8);
}

static void put32(uint8_t **at, uint32_t value)
{
    put16(at, value & 0xffff);
    put16(at, value >> 16);
}

enum prep_status zip_open(const char *path, const struct clock_parts *date,
                          struct zip **out_zip, struct prep_reason *reason)
{
    struct zip *zip = calloc(1, sizeof *zip);

    if (zip == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    buffer_init(&zip->central,
                ZIP_ENTRIES_MAX * (CENTRAL_LEN + ZIP_NAME_MAX) + END_LEN);
    zip->sha256 = hash_stream_new();
    zip->path = strdup(path);
    zip->date = (uint16_t)((date->year - 1980) << 9 | date->month << 5 | date->day);
    zip->time = (uint16_t)(date->hour << 11 | date->minute << 5 | date->second / 2);
    zip->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (zip->path == NULL || zip->fd < 0 || fchmod(zip->fd, 0644) != 0) {
        zip_close(&zip);
        return durable_os_fail(reason, path, "open", errno);
    }
    *out_zip = zip;
    return PREP_OK;
}

void zip_close(struct zip **zip)
{
    struct zip *z = *zip;

    if (z == NULL) {
        return;
    }
    *zip = NULL;
    if (z->fd >= 0) {
        (void)close(z->fd);
    }
    hash_stream_free(&z->sha256);
    buffer_done(&z->central);
    free(z->path);
    free(z);
}

static enum prep_status emit(struct zip *zip, const void *data, size_t len,
                             struct prep_reason *reason)
{
    int error = durable_os_write(zip->fd, data, len);

    if (error != 0) {
        return durable_os_fail(reason, zip->path, "write", error);
    }
    hash_stream_add(zip->sha256, data, len);
    zip->at += len;
    return PREP_OK;
}

/* The fields that the local header and the central directory share. */
static void put_common(uint8_t **at, const struct zip *zip,
                       const struct zip_entry *entry)
{
    put16(at, VERSION_NEEDED);
    put16(at, FLAG_UTF8);
    put16(at, METHOD_DEFLATE);
    put16(at, zip->time);
    put16(at, zip->date);
    put32(at, entry->crc);
    put32(at, (uint32_t)entry->packed);
    put32(at, (uint32_t)entry->size);
    put16(at, (uint32_t)strlen(entry->name));
    put16(at, 0); /* extra */
}

enum prep_status zip_entry(struct zip *zip, const struct zip_entry *entry,
                           struct prep_reason *reason)
{
    uint8_t local[LOCAL_LEN], central[CENTRAL_LEN];
    size_t name_len = strlen(entry->name);
    enum prep_status status;
    uint8_t *at = local;

    assert(zip->at == zip->entry_end && name_len <= ZIP_NAME_MAX);
    if (zip->entry_count == ZIP_ENTRIES_MAX || entry->size >= UINT32_MAX ||
        zip->at + entry->packed + LOCAL_LEN + name_len >= UINT32_MAX - 4096) {
        return prep_fail(reason, PREP_ERR_FULL, "%s: %s no cabe en un zip de 4 GiB",
                         zip->path, entry->name);
    }
    put32(&at, LOCAL_SIGNATURE);
    put_common(&at, zip, entry);
    assert(at == local + LOCAL_LEN);

    at = central;
    put32(&at, CENTRAL_SIGNATURE);
    put16(&at, VERSION_MADE);
    put_common(&at, zip, entry);
    put16(&at, 0); /* comment */
    put16(&at, 0); /* disk */
    put16(&at, 0); /* internal attributes */
    put32(&at, MODE_FILE);
    put32(&at, (uint32_t)zip->at);
    assert(at == central + CENTRAL_LEN);
    buffer_add(&zip->central, central, CENTRAL_LEN);
    buffer_add(&zip->central, entry->name, name_len);
    zip->entry_count++;

    status = emit(zip, local, LOCAL_LEN, reason);
    if (status == PREP_OK) {
        status = emit(zip, entry->name, name_len, reason);
    }
    zip->entry_end = zip->at + entry->packed;
    return status;
}

enum prep_status zip_data(struct zip *zip, const void *data, size_t len,
                          struct prep_reason *reason)
{
    assert(zip->at + len <= zip->entry_end);
    return emit(zip, data, len, reason);
}

enum prep_status zip_file(struct zip *zip, const char *name, const void *data,
                          size_t len, struct prep_reason *reason)
{
    struct zip_entry entry = { .name = name, .crc = zip_crc(data, len), .size = len };
    enum prep_status status;
    struct buffer packed;

    buffer_init(&packed, 2 * len + 1024);
    status = zip_deflate_piece(data, len, &packed, reason);
    if (status == PREP_OK) {
        buffer_add(&packed, ZIP_DEFLATE_END, ZIP_DEFLATE_END_LEN);
        entry.packed = packed.len;
        status = zip_entry(zip, &entry, reason);
    }
    if (status == PREP_OK) {
        status = zip_data(zip, packed.data, packed.len, reason);
    }
    buffer_done(&packed);
    return status;
}

enum prep_status zip_finish(struct zip *zip, struct hash *out_sha256,
                            uint64_t *out_bytes, struct prep_reason *reason)
{
    uint64_t central_at = zip->at;
    uint8_t end[END_LEN];
    enum prep_status status;
    uint8_t *at = end;
    int failed;

    assert(zip->at == zip->entry_end);
    put32(&at, END_SIGNATURE);
    put16(&at, 0); /* disk */
    put16(&at, 0);
    put16(&at, (uint32_t)zip->entry_count);
    put16(&at, (uint32_t)zip->entry_count);
    put32(&at, (uint32_t)zip->central.len);
    put32(&at, (uint32_t)central_at);
    put16(&at, 0); /* comment */
    assert(at == end + END_LEN);
    status = buffer_status(&zip->central);
    if (status == PREP_OK) {
        status = emit(zip, zip->central.data, zip->central.len, reason);
    }
    if (status == PREP_OK) {
        status = emit(zip, end, END_LEN, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    failed = close(zip->fd);
    zip->fd = -1;
    if (failed != 0) {
        return durable_os_fail(reason, zip->path, "close", errno);
    }
    hash_stream_end(zip->sha256, out_sha256);
    *out_bytes = zip->at;
    return PREP_OK;
}
