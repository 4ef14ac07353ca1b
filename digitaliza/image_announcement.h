/*
 * image_announcement.h - what the ledger says of an image: the only SQL of this stage.
 *
 * PURPOSE
 *     Bytes are taken only for an image that a signed event announced. The request
 * names the event (emisor and secuencia, the ledger's own key), so finding it costs the
 *     same with one image as with half a million.
 *
 * ERRORS
 *     PREP_ERR_NOT_FOUND    there is no such event, or it announces something else
 *     PREP_ERR_UNAVAILABLE  and the rest: those of db.h
 */
#ifndef PREP_IMAGE_ANNOUNCEMENT_H
#define PREP_IMAGE_ANNOUNCEMENT_H

#include "base/hash.h"
#include "prep/db.h"
#include "prep/topology.h"

struct image_announcement {
    struct hash sha256; /* in: these three */
    uint32_t emisor;
    uint64_t secuencia;
    uint64_t acta; /* out: the rest */
    uint64_t total;
    uint32_t format;
};

PREP_MUST_CHECK
enum prep_status image_announcement_read(struct db *db, const struct topology *topology,
                                         struct image_announcement *inout,
                                         struct prep_reason *reason);

#endif
