#include "base/hash.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include <openssl/evp.h>

struct hash_stream {
    EVP_MD_CTX *context;
};

/* Finding the algorithm costs as much as hashing 600 bytes, so it is found once. */
static once_flag sha256_once = ONCE_FLAG_INIT;
static EVP_MD *sha256;

/* A wrong hash is worse than a stopped program. */
static void must(int ok)
{
    if (ok != 1) {
        (void)fputs("<3>event=hash.fallido reason=\"libcrypto refused SHA-256\"\n",
                    stderr);
        abort();
    }
}

static void sha256_find(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(sha256 != NULL);
}

void hash_of(const void *data, size_t len, struct hash *out_hash)
{
    unsigned wrote = 0;

    call_once(&sha256_once, sha256_find);
    must(EVP_Digest(data, len, out_hash->bytes, &wrote, sha256, NULL));
    assert(wrote == HASH_LEN);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_LEN) == 0;
}

bool hash_is_zero(const struct hash *hash)
{
    static const struct hash zero;

    return hash_equal(hash, &zero);
}

void hash_text(const struct hash *hash, char out_text[static HASH_TEXT_SIZE])
{
    hex_write(hash->bytes, HASH_LEN, out_text);
}

struct hash_stream *hash_stream_new(void)
{
    struct hash_stream *stream = malloc(sizeof *stream);

    must(stream != NULL);
    call_once(&sha256_once, sha256_find);
    stream->context = EVP_MD_CTX_new();
    must(stream->context != NULL);
    must(EVP_DigestInit_ex2(stream->context, sha256, NULL));
    return stream;
}

void hash_stream_add(struct hash_stream *stream, const void *data, size_t len)
{
    must(EVP_DigestUpdate(stream->context, data, len));
}

void hash_stream_end(struct hash_stream *stream, struct hash *out_hash)
{
    must(EVP_DigestFinal_ex(stream->context, out_hash->bytes, NULL));
    must(EVP_DigestInit_ex2(stream->context, sha256, NULL));
}

void hash_stream_free(struct hash_stream **stream)
{
    if (*stream != NULL) {
        EVP_MD_CTX_free((*stream)->context);
        free(*stream);
        *stream = NULL;
    }
}

void hex_write(const void *data, size_t len, char *out_text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++) {
        out_text[2 * i] = digits[bytes[i] >> 4];
        out_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    out_text[2 * len] = '\0';
}

/* 0 to 15, or -1: isxdigit() would follow the locale. */
static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

enum prep_status hex_read(const char *text, size_t text_len, void *out_data,
                          size_t out_len)
{
    uint8_t *bytes = out_data;

    if (text_len / 2 != out_len || text_len % 2 != 0) {
        return PREP_ERR_FORMAT;
    }
    for (size_t i = 0; i < text_len; i++) {
        if (digit_value(text[i]) < 0) {
            return PREP_ERR_FORMAT;
        }
    }
    for (size_t i = 0; i < out_len; i++) {
        bytes[i] =
            (uint8_t)(digit_value(text[2 * i]) * 16 + digit_value(text[2 * i + 1]));
    }
    return PREP_OK;
}
