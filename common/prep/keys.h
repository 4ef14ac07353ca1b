/*
 * keys.h - the two key pairs of a process: Ed25519 to sign, CURVE to connect.
 *
 * FILES
 *     <name>.llave   private, mode 0600, YAML: nombre, firma (128 hex digits: seed
 *                    and public key), curve (40 Z85 characters). Loading refuses a
 *                    file that group or others can read.
 *     Public halves are declared in the topology (topology.h).
 *
 * MEMORY
 *     Private bytes live in sodium_malloc pages and are wiped on free; they never
 *     reach a log, a message or a command line.
 */
#ifndef PREP_KEYS_H
#define PREP_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define KEY_SIGN_PUBLIC_LEN 32u
#define KEY_SIGNATURE_LEN 64u
#define KEY_ID_LEN 8u
#define KEY_CURVE_TEXT_SIZE 41u /* Z85 and NUL */

struct keys; /* opaque, private */

/* Makes both pairs with the system's random source and writes the private file. */
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

/* Signs prefix || data. */
void keys_sign(const struct keys *keys, const char *prefix, const void *data,
               size_t len, uint8_t out_signature[static KEY_SIGNATURE_LEN]);

#endif
