/*
 * imagenes.h - published images: names under salida/imagenes for files of the store.
 *
 * PURPOSE
 *     An image is published by giving <store>/<2 hex>/<64 hex>.<ext> a second name,
 *     salida/imagenes/<64 hex>.<ext>: a hard link, or a copy when the store is on
 *     another file system. The bytes are those that were hashed.
 *
 *     The event of an image may come before its bytes: those wait in a list and are
 *     tried again at each corte.
 *
 * THREADS
 *     imagenes_publica() may be called by several threads; the rest by one.
 */
#ifndef PUBLICA_IMAGENES_H
#define PUBLICA_IMAGENES_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

#define IMAGENES_PENDIENTES_MAX 65536u /* beyond these, the next full corte tries */

struct imagenes; /* opaque */

/* store NULL: no images are published, and none is missed. */
PREP_MUST_CHECK
enum prep_status imagenes_open(const char *store, const char *salida,
                               struct imagenes **out_imagenes,
                               struct prep_reason *reason);
void imagenes_close(struct imagenes **imagenes);

/* PREP_OK also when it is there already, or is not in the store yet (then it waits). */
PREP_MUST_CHECK
enum prep_status imagenes_publica(struct imagenes *imagenes, const struct hash *sha256,
                                  uint32_t formato, struct prep_reason *reason);
/* Tries again those that wait. */
PREP_MUST_CHECK
enum prep_status imagenes_reintenta(struct imagenes *imagenes,
                                    struct prep_reason *reason);
/* New names since the last call, and images that still wait. */
void imagenes_count(struct imagenes *imagenes, size_t *out_nuevas,
                    size_t *out_pendientes);

#endif
