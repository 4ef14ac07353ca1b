/*
 * publica_db.h - every SQL statement of publica. It only reads; appending a Corte goes
 * through ledger.h.
 *
 * SNAPSHOT
 *     All but publica_db_cortes() are called inside db_begin_snapshot(), so that what
 *     they say is of one instant.
 *
 * COST
 *     publica_db_todas() streams COPY in binary: 2 to 3 us per acta and the memory of
 *     one row. The others cost what they return.
 */
#ifndef PUBLICA_PUBLICA_DB_H
#define PUBLICA_PUBLICA_DB_H

#include "arbol.h"
#include "prep/db.h"
#include "prep/projection.h"

/* row has what vista_arma() reads; both are valid until the visit returns. */
typedef enum prep_status (*acta_visit)(void *context, const struct acta_row *row,
                                       const struct catalogo_acta *catalogo,
                                       struct prep_reason *reason);

/* Every acta of the catalogue, in its order. */
PREP_MUST_CHECK
enum prep_status publica_db_todas(struct db *db, acta_visit visit, void *context,
                                  struct prep_reason *reason);
/* Those of the list, by id. */
PREP_MUST_CHECK
enum prep_status publica_db_actas(struct db *db, const uint64_t *ids, size_t count,
                                  acta_visit visit, void *context,
                                  struct prep_reason *reason);
/* Those fuera de catalogo that nobody has identified, by id; row->eleccion is 0 when it
 * is not known. */
PREP_MUST_CHECK
enum prep_status publica_db_fuera(struct db *db, acta_visit visit, void *context,
                                  struct prep_reason *reason);

PREP_MUST_CHECK
enum prep_status publica_db_arbol(struct db *db, struct arbol *arbol,
                                  struct prep_reason *reason);

/* Actas of the catalogue with events in [desde, hasta). The array is malloc'ed. */
PREP_MUST_CHECK
enum prep_status publica_db_cambiadas(struct db *db, uint64_t desde, uint64_t hasta,
                                      uint64_t **out_ids, size_t *out_count,
                                      struct prep_reason *reason);

typedef void (*hoja_visit)(void *context, const struct hash *hoja);
/* Leaves of [desde, hasta) in order; PREP_ERR_GAP when some are missing. */
PREP_MUST_CHECK
enum prep_status publica_db_hojas(struct db *db, uint64_t desde, uint64_t hasta,
                                  hoja_visit visit, void *context,
                                  struct prep_reason *reason);

/* Corte events at desde or after, the last ones first, until visit says stop. */
typedef enum prep_status (*corte_visit)(void *context, uint64_t posicion,
                                        const void *sobre, size_t len, bool *out_stop,
                                        struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status publica_db_cortes(struct db *db, uint64_t desde, corte_visit visit,
                                   void *context, struct prep_reason *reason);

/* Events about actas at desde or after. */
PREP_MUST_CHECK
enum prep_status publica_db_hay_actas(struct db *db, uint64_t desde, bool *out_hay,
                                      struct prep_reason *reason);

#endif
