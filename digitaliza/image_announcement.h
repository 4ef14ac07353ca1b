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
#include "prep.pb-c.h"
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

/* Those announced lately, so that most need not be read: each in the place that its
 * hash says, where a later one may take it. All zeros: none. */
#define IMAGE_ANNOUNCED_MAX 4096u

struct image_announced {
    struct image_announcement slots[IMAGE_ANNOUNCED_MAX]; /* emisor 0: free */
};

/* An Imagen event that is in the ledger. */
void image_announced_add(struct image_announced *announced, const Prep__Event *event);
/* As image_announcement_read, which it calls when it does not know. */
PREP_MUST_CHECK
enum prep_status image_announced_find(struct image_announced *announced, struct db *db,
                                      const struct topology *topology,
                                      struct image_announcement *inout,
                                      struct prep_reason *reason);

#endif
