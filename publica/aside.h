/*
 * aside.h - the files of a corte wait beside the public ones until it is a fact.
 *
 * PURPOSE
 *     A corte is written whole under <salida>/.corte, with a MANIFIESTO that says where
 *     each file goes; aside_seal() makes it durable; then the Corte event is committed;
 *     then aside_apply() moves everything into place, pointers last. Applying again
 *     after a crash finishes what was left (docs/decisiones/0002-orden-del-corte.md).
 *
 *     SELLO, written last of all: corte <numero> <sha256 of the root object>
 *     MANIFIESTO, one line each:
 *         o <sha256> [<address under datos/>]   object: o/<sha256>.json and .json.gz;
 *                                               the address becomes a link to them
 *         i <path>                              immutable
 *         m <path>                              mutable, replaced
 *         p <path>                              pointer: replaced last, in order
 *
 * ORDER OF aside_apply
 *     o and i, sync, addresses and m, sync, p, sync. An immutable file that exists must
 *     hold the same bytes (an object: the same length, its name being its hash), else
 *     PREP_ERR_CONFLICT and nothing more is touched.
 *
 * MODES
 *     Files are made 0644 and folders 0755: the caller's umask must allow it.
 *
 * THREADS
 *     The functions that write may be called by several threads at once.
 */
#ifndef PUBLICA_ASIDE_H
#define PUBLICA_ASIDE_H

#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "pool.h"

#define ASIDE_FOLDER ".corte"
#define ASIDE_REFUSED ".rechazados"

struct aside; /* opaque */

/* What was left of another corte is removed. */
PREP_MUST_CHECK
enum prep_status aside_open(const char *salida, struct aside **out_aside,
                            struct prep_reason *reason);
/* Leaves the folder as it is. Accepts a pointer to NULL. */
void aside_close(struct aside **aside);

enum aside_kind { ASIDE_IMMUTABLE = 'i', ASIDE_MUTABLE = 'm', ASIDE_POINTER = 'p' };

PREP_MUST_CHECK
enum prep_status aside_file(struct aside *aside, enum aside_kind kind, const char *path,
                            const void *data, size_t len, struct prep_reason *reason);
/* The file and its .gz. */
PREP_MUST_CHECK
enum prep_status aside_text(struct aside *aside, struct taller *taller,
                            enum aside_kind kind, const char *path, const void *data,
                            size_t len, struct prep_reason *reason);
/* An object; address may be NULL. Nothing is written when o/ holds it already. */
PREP_MUST_CHECK
enum prep_status aside_object(struct aside *aside, struct taller *taller,
                              const void *data, size_t len, const char *address,
                              struct hash *out_hash, struct prep_reason *reason);
/* Says that a file made by the caller at aside_path() goes to `path`. */
PREP_MUST_CHECK
enum prep_status aside_note(struct aside *aside, enum aside_kind kind, const char *path,
                            struct prep_reason *reason);
/* "<salida>/.corte/<path>"; its folder is made. */
#define ASIDE_PATH_SIZE 4096u
PREP_MUST_CHECK
enum prep_status aside_path(struct aside *aside, const char *path,
                            char out_path[static ASIDE_PATH_SIZE],
                            struct prep_reason *reason);
/* Files and bytes written, for the log. */
void aside_count(struct aside *aside, size_t *out_files, size_t *out_bytes);

PREP_MUST_CHECK
enum prep_status aside_seal(struct aside *aside, uint64_t numero,
                            const struct hash *objeto, struct prep_reason *reason);

/* ---- a sealed corte, found at start or just made */

/* PREP_ERR_NOT_FOUND when there is none whole. */
PREP_MUST_CHECK
enum prep_status aside_sealed(const char *salida, uint64_t *out_numero,
                              struct hash *out_objeto, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status aside_apply(const char *salida, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status aside_discard(const char *salida, struct prep_reason *reason);
/* Keeps a corte that was refused as <salida>/.rechazados/<name>. */
PREP_MUST_CHECK
enum prep_status aside_keep(const char *salida, const char *name,
                            struct prep_reason *reason);

#endif
