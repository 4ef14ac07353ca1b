/*
 * minisig.h - signatures that minisign(1) checks, made with the process's own key.
 *
 * FORM (jedisct1.github.io/minisign, version 0.11)
 *     prep.pub
 *         untrusted comment: <text>
 *         base64("Ed" || key id (8) || Ed25519 public key (32))
 *     <file>.minisig
 *         untrusted comment: <text>
 *         base64("ED" || key id (8) || Ed25519 of BLAKE2b-512(file))
 *         trusted comment: <text>
 *         base64(Ed25519 of (signature || trusted comment))
 *
 *     The key id is key_id_of() (keys.h), the one that the process's events carry.
 *     Ed25519 is deterministic: the same file, comment and key give the same bytes.
 *
 *     minisign -Vm corte.json -p prep.pub
 */
#ifndef PUBLICA_MINISIG_H
#define PUBLICA_MINISIG_H

#include "base/buffer.h"
#include "prep/keys.h"

#define MINISIG_COMMENT_MAX 256u /* bytes; one line */

void minisig_public(const struct keys *keys, struct buffer *out);
/* trusted_comment: one line of at most MINISIG_COMMENT_MAX bytes; it is signed. */
void minisig_sign(const struct keys *keys, const void *data, size_t len,
                  const char *trusted_comment, struct buffer *out);

#endif
