#include "image_announcement.h"

#include <stdio.h>
#include <string.h>

#include "prep/envelope.h"

#define OID_INT4 23
#define OID_INT8 20

static enum prep_status event_read(const struct topology *topology, const void *sobre,
                                   size_t len, struct image_announcement *inout,
                                   struct prep_reason *reason)
{
    struct envelope envelope;
    const Prep__Event *event;
    enum prep_status status =
        envelope_open_trusted(topology, sobre, len, &envelope, reason);

    if (status != PREP_OK) {
        return status;
    }
    event = envelope.event;
    if (event->cuerpo_case != PREP__EVENT__CUERPO_IMAGEN ||
        event->imagen->sha256.len != HASH_LEN ||
        memcmp(event->imagen->sha256.data, inout->sha256.bytes, HASH_LEN) != 0) {
        status = prep_fail(reason, PREP_ERR_NOT_FOUND,
                           "el evento %llu de %u no anuncia esta imagen",
                           (unsigned long long)inout->secuencia, inout->emisor);
    } else {
        inout->acta = event->acta;
        inout->total = event->imagen->bytes_total;
        inout->format = event->imagen->formato;
    }
    envelope_close(&envelope);
    return status;
}

enum prep_status image_announcement_read(struct db *db, const struct topology *topology,
                                         struct image_announcement *inout,
                                         struct prep_reason *reason)
{
    char emisor[16];
    char secuencia[24];
    const struct db_param params[] = {
        { .value = emisor, .type = OID_INT4 },
        { .value = secuencia, .type = OID_INT8 },
    };
    PGresult *result = NULL;
    enum prep_status status = db_ready(db, reason);

    if (status != PREP_OK) {
        return status;
    }
    (void)snprintf(emisor, sizeof emisor, "%u", inout->emisor);
    (void)snprintf(secuencia, sizeof secuencia, "%llu",
                   (unsigned long long)inout->secuencia);
    status = db_exec(db, "SELECT sobre FROM libro WHERE emisor = $1 AND secuencia = $2",
                     params, 2, true, &result, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (PQntuples(result) == 1) {
        status = event_read(topology, PQgetvalue(result, 0, 0),
                            (size_t)PQgetlength(result, 0, 0), inout, reason);
    } else {
        status = prep_fail(reason, PREP_ERR_NOT_FOUND,
                           "ningún evento firmado anuncia esta imagen");
    }
    PQclear(result);
    return status;
}

/* ---- what was announced lately */

static struct image_announcement *slot(struct image_announced *announced,
                                       const struct hash *sha256)
{
    uint32_t key;

    memcpy(&key, sha256->bytes, sizeof key);
    return &announced->slots[key % IMAGE_ANNOUNCED_MAX];
}

void image_announced_add(struct image_announced *announced, const Prep__Event *event)
{
    struct image_announcement image = {
        .emisor = event->emisor,
        .secuencia = event->secuencia,
        .acta = event->acta,
        .total = event->imagen->bytes_total,
        .format = event->imagen->formato,
    };

    memcpy(image.sha256.bytes, event->imagen->sha256.data, HASH_LEN);
    *slot(announced, &image.sha256) = image;
}

enum prep_status image_announced_find(struct image_announced *announced, struct db *db,
                                      const struct topology *topology,
                                      struct image_announcement *inout,
                                      struct prep_reason *reason)
{
    const struct image_announcement *known = slot(announced, &inout->sha256);

    if (known->emisor == inout->emisor && known->secuencia == inout->secuencia &&
        hash_equal(&known->sha256, &inout->sha256)) {
        *inout = *known;
        return PREP_OK;
    }
    return image_announcement_read(db, topology, inout, reason);
}
