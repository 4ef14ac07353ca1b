/* The same small system in every run: keys made from fixed seeds, so that a corpus with
 * good signatures stays good. */
#ifndef PREP_FUZZ_MUNDO_H
#define PREP_FUZZ_MUNDO_H

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "prep/emitter.h"
#include "prep/envelope.h"
#include "prep/keys.h"
#include "prep/topology.h"

#define FUZZ_PROCESO "FUZZ-1"
#define FUZZ_PROCESSES 8u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const fuzz_etapas[FUZZ_PROCESSES] = {
    "acopio",  "digitaliza",  "captura",         "verifica",
    "publica", "acopio-catd", "digitaliza-catd", "herramienta",
};

struct fuzz_mundo {
    struct topology *topology;
    struct keys *keys[FUZZ_PROCESSES]; /* of numero - 1 */
};

/* A path that reads as `text` for as long as *out_fd is open. */
static inline void fuzz_file(const void *text, size_t len, int *out_fd, char *out_path,
                             size_t path_size)
{
    *out_fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (*out_fd < 0 || fchmod(*out_fd, 0600) != 0 ||
        (len > 0 && write(*out_fd, text, len) != (ssize_t)len)) {
        abort();
    }
    (void)snprintf(out_path, path_size, "/proc/self/fd/%d", *out_fd);
}

static inline struct keys *fuzz_keys(unsigned i, char out_curve[static 41],
                                     char out_firma[static 65])
{
    uint8_t seed[32], public[32], secret[64];
    char curve_secret[41], text[512], hex[129], path[64];
    struct keys *keys = NULL;
    int fd;

    memset(seed, (int)(i + 1), sizeof seed);
    (void)crypto_sign_seed_keypair(public, secret, seed);
    sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
    sodium_bin2hex(out_firma, 65, public, sizeof public);
    if (zmq_z85_encode(curve_secret, seed, 32) == NULL ||
        zmq_curve_public(out_curve, curve_secret) != 0) {
        abort();
    }
    (void)snprintf(text, sizeof text, "nombre: p%u\nfirma: %s\ncurve: \"%s\"\n", i + 1,
                   hex, curve_secret);
    fuzz_file(text, strlen(text), &fd, path, sizeof path);
    if (keys_load(path, &keys, NULL) != PREP_OK) {
        abort();
    }
    (void)close(fd);
    return keys;
}

static inline const struct fuzz_mundo *fuzz_mundo(void)
{
    static struct fuzz_mundo mundo; /* made once, kept until the process ends */
    struct buffer text;
    char path[64];
    int fd;

    if (mundo.topology != NULL) {
        return &mundo;
    }
    if (sodium_init() < 0) {
        abort();
    }
    buffer_init(&text, 65536);
    buffer_printf(&text, "proceso: %s\nprocesos:\n", FUZZ_PROCESO);
    for (unsigned i = 0; i < FUZZ_PROCESSES; i++) {
        char curve[41], firma[65];

        mundo.keys[i] = fuzz_keys(i, curve, firma);
        buffer_printf(&text,
                      "  - nombre: p%u\n    numero: %u\n    etapa: %s\n"
                      "    firma: %s\n    curve: \"%s\"\n",
                      i + 1, i + 1, fuzz_etapas[i], firma, curve);
    }
    fuzz_file(text.data, text.len, &fd, path, sizeof path);
    if (topology_load(path, &mundo.topology, NULL) != PREP_OK) {
        abort();
    }
    (void)close(fd);
    buffer_done(&text);
    return &mundo;
}

/* Signs any bytes as process `numero` and wraps them: what is inside gets past the
 * signature, which no mutation could. */
static inline size_t fuzz_seal(unsigned numero, const char *prefix, const uint8_t *data,
                               size_t len, uint8_t *out, size_t out_size)
{
    const struct fuzz_mundo *mundo = fuzz_mundo();
    Prep__Envelope wrapper = PREP__ENVELOPE__INIT;
    uint8_t signature[KEY_SIGNATURE_LEN], public[KEY_SIGN_PUBLIC_LEN], id[KEY_ID_LEN];

    keys_sign(mundo->keys[numero - 1], prefix, data, len, signature);
    keys_sign_public(mundo->keys[numero - 1], public);
    key_id_of(public, id);
    wrapper.event = (ProtobufCBinaryData){ len, (uint8_t *)(uintptr_t)data };
    wrapper.key_id = (ProtobufCBinaryData){ sizeof id, id };
    wrapper.signature = (ProtobufCBinaryData){ sizeof signature, signature };
    if (prep__envelope__get_packed_size(&wrapper) > out_size) {
        return 0;
    }
    return prep__envelope__pack(&wrapper, out);
}

#endif
