/*
 * hash.h - SHA-256 and hexadecimal text.
 *
 * SOURCE
 *     FIPS 180-4 through OpenSSL's libcrypto, which uses the processor's SHA
 *     instructions (measured five times faster than libsodium on 150 KB).
 *
 * OWNERSHIP AND THREADS
 *     Plain functions over the caller's memory. A struct hash_stream is one
 *     computation and belongs to one thread.
 */
#ifndef PREP_HASH_H
#define PREP_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define HASH_LEN 32u                        /* bytes of a SHA-256 */
#define HASH_TEXT_LEN 64u                   /* its lower-case hexadecimal */
#define HASH_TEXT_SIZE (HASH_TEXT_LEN + 1u) /* with NUL */

struct hash {
    uint8_t bytes[HASH_LEN];
};

/* Stops the program if libcrypto fails: it cannot, short of exhausted memory. */
void hash_of(const void *data, size_t len, struct hash *out_hash);

bool hash_equal(const struct hash *a, const struct hash *b);
bool hash_is_zero(const struct hash *hash);

void hash_text(const struct hash *hash, char out_text[static HASH_TEXT_SIZE]);

struct hash_stream; /* opaque */
struct hash_stream *hash_stream_new(void);
void hash_stream_add(struct hash_stream *stream, const void *data, size_t len);
void hash_stream_end(struct hash_stream *stream,
                     struct hash *out_hash); /* then reusable */
void hash_stream_free(struct hash_stream **stream);

/* Writes 2 * len lower-case digits and a NUL. */
void hex_write(const void *data, size_t len, char *out_text);

/* Reads exactly out_len bytes from 2 * out_len digits, either case. */
PREP_MUST_CHECK
enum prep_status hex_read(const char *text, size_t text_len, void *out_data,
                          size_t out_len);

#endif
