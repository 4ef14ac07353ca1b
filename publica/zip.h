/*
 * zip.h - a zip file whose bytes depend on its contents and its date alone.
 *
 * PURPOSE
 *     Entries are deflated before they come here, so that a large CSV is compressed in
 *     pieces, by several threads and in bounded memory; this writes the container:
 *     local headers, data, central directory. No zip64: whole files under 4 GiB.
 *
 * SOURCE
 *     APPNOTE.TXT 6.3.10, sections 4.3 and 4.4; RFC 1951. Why not libarchive:
 *     docs/decisiones/0002-orden-del-corte.md.
 *
 * OWNERSHIP AND THREADS
 *     One zip, one thread.
 */
#ifndef PUBLICA_ZIP_H
#define PUBLICA_ZIP_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/status.h"

#define ZIP_ENTRIES_MAX 8u
#define ZIP_NAME_MAX 200u

/* ---- pieces of one deflate stream, to be written one after the other */

/* Appends a piece that does not end the stream. */
PREP_MUST_CHECK
enum prep_status zip_deflate_piece(const void *data, size_t len, struct buffer *out,
                                   struct prep_reason *reason);
/* What ends a stream of pieces: an empty final block. */
#define ZIP_DEFLATE_END "\x03\x00"
#define ZIP_DEFLATE_END_LEN 2u
uint32_t zip_crc(const void *data, size_t len);
/* CRC of A followed by B, from the CRC of each. */
uint32_t zip_crc_join(uint32_t a, uint32_t b, uint64_t b_len);

/* ---- the container */

struct zip; /* opaque */

struct zip_entry {
    const char *name;
    uint32_t crc;
    uint64_t packed; /* bytes of the deflate stream, its end included */
    uint64_t size;
};

/* date: the time printed on every entry, seconds even. */
PREP_MUST_CHECK
enum prep_status zip_open(const char *path, const struct clock_parts *date,
                          struct zip **out_zip, struct prep_reason *reason);
/* Then exactly entry->packed bytes by zip_data(). */
PREP_MUST_CHECK
enum prep_status zip_entry(struct zip *zip, const struct zip_entry *entry,
                           struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status zip_data(struct zip *zip, const void *data, size_t len,
                          struct prep_reason *reason);
/* A small file in one go. */
PREP_MUST_CHECK
enum prep_status zip_file(struct zip *zip, const char *name, const void *data,
                          size_t len, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status zip_finish(struct zip *zip, struct hash *out_sha256,
                            uint64_t *out_bytes, struct prep_reason *reason);
/* Accepts a pointer to NULL. */
void zip_close(struct zip **zip);

#endif
