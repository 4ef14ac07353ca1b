/*
 * corre_imagen.h - an image that stands for the photograph of an acta.
 *
 * PURPOSE
 *     The images of a past election are rarely public. The replay makes one per acta:
 *     a small lossless WebP with the acta's identity as a QR code, so that it can be
 *     read back. The same acta always gives the same bytes, and so the same hash.
 *
 * FORM of the text in the QR
 *     PREP1:<proceso>:<internal id>:<clave_acta>     F<n> fuera de catalogo, whose
 *                                              internal id is not known beforehand
 */
#ifndef PREP_CORRE_IMAGEN_H
#define PREP_CORRE_IMAGEN_H

#include "base/buffer.h"

/* Replaces what out holds. */
PREP_MUST_CHECK
enum prep_status imagen_genera(const char *proceso, const char *acta, const char *clave,
                               struct buffer *out, struct prep_reason *reason);

#endif
