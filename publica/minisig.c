#include "minisig.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define ALGORITHM_LEN 2u
#define PREHASH_LEN 64u /* BLAKE2b-512 */

static void add_base64(struct buffer *out, const uint8_t *data, size_t len)
{
    char text[sodium_base64_ENCODED_LEN(ALGORITHM_LEN + KEY_ID_LEN + KEY_SIGNATURE_LEN,
                                        sodium_base64_VARIANT_ORIGINAL)];

    sodium_bin2base64(text, sizeof text, data, len, sodium_base64_VARIANT_ORIGINAL);
    buffer_add_text(out, text);
    buffer_add_char(out, '\n');
}

/* minisign writes the id as a little-endian number. */
static void add_key_id(struct buffer *out, const uint8_t id[static KEY_ID_LEN])
{
    for (size_t i = KEY_ID_LEN; i > 0; i--) {
        buffer_printf(out, "%02X", id[i - 1]);
    }
}

void minisig_public(const struct keys *keys, struct buffer *out)
{
    uint8_t bytes[ALGORITHM_LEN + KEY_ID_LEN + KEY_SIGN_PUBLIC_LEN] = { 'E', 'd' };
    uint8_t *id = bytes + ALGORITHM_LEN;

    keys_sign_public(keys, bytes + ALGORITHM_LEN + KEY_ID_LEN);
    key_id_of(bytes + ALGORITHM_LEN + KEY_ID_LEN, id);
    buffer_add_text(out, "untrusted comment: minisign public key ");
    add_key_id(out, id);
    buffer_add_char(out, '\n');
    add_base64(out, bytes, sizeof bytes);
}

void minisig_sign(const struct keys *keys, const void *data, size_t len,
                  const char *trusted_comment, struct buffer *out)
{
    uint8_t bytes[ALGORITHM_LEN + KEY_ID_LEN + KEY_SIGNATURE_LEN] = { 'E', 'D' };
    uint8_t *signature = bytes + ALGORITHM_LEN + KEY_ID_LEN;
    uint8_t global[KEY_SIGNATURE_LEN + MINISIG_COMMENT_MAX];
    uint8_t public_key[KEY_SIGN_PUBLIC_LEN];
    size_t comment_len = strlen(trusted_comment);
    uint8_t prehash[PREHASH_LEN];

    assert(comment_len <= MINISIG_COMMENT_MAX && strchr(trusted_comment, '\n') == NULL);
    keys_sign_public(keys, public_key);
    key_id_of(public_key, bytes + ALGORITHM_LEN);
    crypto_generichash(prehash, sizeof prehash, data, len, NULL, 0);
    keys_sign(keys, "", prehash, sizeof prehash, signature);
    buffer_add_text(out, "untrusted comment: signature of a PREP corte, key ");
    add_key_id(out, bytes + ALGORITHM_LEN);
    buffer_add_char(out, '\n');
    add_base64(out, bytes, sizeof bytes);
    buffer_add_text(out, "trusted comment: ");
    buffer_add_text(out, trusted_comment);
    buffer_add_char(out, '\n');
    memcpy(global, signature, KEY_SIGNATURE_LEN);
    memcpy(global + KEY_SIGNATURE_LEN, trusted_comment, comment_len);
    keys_sign(keys, "", global, KEY_SIGNATURE_LEN + comment_len, bytes);
    add_base64(out, bytes, KEY_SIGNATURE_LEN);
}
