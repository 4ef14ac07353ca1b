#include "prep/proceso.h"

#include <string.h>

static enum prep_status compare(const PGresult *result,
                                const struct definicion *definicion,
                                struct prep_reason *reason)
{
    if (PQntuples(result) != 1) {
        return prep_fail(
            reason, PREP_ERR_CONFIG,
            "la base no tiene catálogo; cárguelo con: prep catalogo carga");
    }
    if (strcmp(PQgetvalue(result, 0, 0), definicion->proceso) != 0 ||
        db_int4(result, 0, 1) != (int32_t)definicion->modo) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "la base es del proceso %s y la definición de %s, o no en el "
                         "mismo modo; use la base de este proceso",
                         PQgetvalue(result, 0, 0), definicion->proceso);
    }
    if (PQgetlength(result, 0, 3) != (int)HASH_LEN ||
        memcmp(PQgetvalue(result, 0, 3), definicion->sha256.bytes, HASH_LEN) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s/definicion.yaml: no es la definición que se cargó en la "
                         "base; use aquella, o cargue esta en una base nueva",
                         definicion->carpeta);
    }
    return PREP_OK;
}

enum prep_status proceso_check(struct db *db, const struct definicion *definicion,
                               uint64_t *out_actas, struct prep_reason *reason)
{
    PGresult *result = NULL;
    enum prep_status status = db_exec(
        db, "SELECT proceso, modo::integer, actas, definicion_sha256 FROM proceso",
        NULL, 0, true, &result, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = compare(result, definicion, reason);
    if (status == PREP_OK && out_actas != NULL) {
        *out_actas = (uint64_t)db_int8(result, 0, 2);
    }
    PQclear(result);
    return status;
}
