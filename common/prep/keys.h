/*
 * keys.h - the two key pairs of a process: Ed25519 to sign, CURVE to connect.
 *
 * FILES
 *     <name>.llave   private, mode 0600, YAML: nombre, firma (128 hex digits: seed
 *                    and public key), curve (40 Z85 characters). Loading refuses a
 *                    file that group or others can read.
 *
 *         # Llave privada ...
 *         nombre: acopio-1
 *         firma: 9d61...511a
 *         curve: "JTKV...!qJ"
 *
 *     Public halves are declared in the topology (topology.h).
 *
 * MEMORY
 *     Private bytes live in sodium_malloc pages and are wiped on free; they never
 *     reach a log, a message or a command line.
 */
#ifndef PREP_KEYS_H
#define PREP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define KEY_SIGN_PUBLIC_LEN 32u
#define KEY_SIGNATURE_LEN 64u
#define KEY_ID_LEN 8u
#define KEY_CURVE_TEXT_SIZE 41u /* Z85 and NUL */
#define KEY_NOMBRE_MAX 32u      /* a-z, 0-9 and '-' */

struct keys; /* opaque, private */

/* Makes both pairs with the system's random source and writes the private file.
 * PREP_ERR_CONFLICT when the file exists: a key is never overwritten. */
PREP_MUST_CHECK
enum prep_status keys_create(const char *path, const char *nombre,
                             struct keys **out_keys, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status keys_load(const char *path, struct keys **out_keys,
                           struct prep_reason *reason);
void keys_free(struct keys **keys);

const char *keys_nombre(const struct keys *keys);
void keys_sign_public(const struct keys *keys,
                      uint8_t out_public[static KEY_SIGN_PUBLIC_LEN]);
const char *keys_curve_public(const struct keys *keys);
const char *keys_curve_secret(const struct keys *keys);

/* First KEY_ID_LEN bytes of SHA-256(public key). */
void key_id_of(const uint8_t sign_public[static KEY_SIGN_PUBLIC_LEN],
               uint8_t out_id[static KEY_ID_LEN]);

/* Of a process: 1 to KEY_NOMBRE_MAX characters of a-z, 0-9 and '-'. */
bool key_nombre_valid(const char *nombre);

/* 40 characters of Z85 that decode to 32 bytes. */
bool key_curve_valid(const char *curve);

/* Signs prefix || data. */
void keys_sign(const struct keys *keys, const char *prefix, const void *data,
               size_t len, uint8_t out_signature[static KEY_SIGNATURE_LEN]);

/* true only if signature is that of the key over prefix || data. */
PREP_MUST_CHECK
bool keys_verify(const uint8_t sign_public[static KEY_SIGN_PUBLIC_LEN],
                 const char *prefix, const void *data, size_t len,
                 const uint8_t signature[static KEY_SIGNATURE_LEN]);

#endif
