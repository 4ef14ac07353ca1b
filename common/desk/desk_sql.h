/*
 * desk_sql.h - the shapes of the statements that a stage gives to the desk.
 *
 * PURPOSE
 *     The stages differ in which paso an acta is ready for and who may not take it:
 *     expressions over `acta a`. These macros put them into whole constant statements;
 *     values always travel as parameters.
 *
 *     paso    0: nothing left to do here; -1: not ready yet; 1 to 3: ready for it
 *     op1 op2 operators that may not take it (integer, may be NULL)
 */
#ifndef PREP_DESK_SQL_H
#define PREP_DESK_SQL_H

#include "prep/projection.h"

/* Columns: id, op1, op2. The caller fetches from cursor `espera`. */
#define DESK_SQL_ESPERA(paso, op1, op2, orden)                                         \
    "DECLARE espera NO SCROLL CURSOR FOR SELECT a.id, " op1 ", " op2 " FROM acta a "   \
    "WHERE " paso " > 0 ORDER BY " orden ", a.id"

/* $1 position, $2 own emisor (its own events are known already). Looks at the next 2000
 * events; one row per acta that they touch, in their order, and at least one row.
 * Columns: ultima (the last event looked at, NULL: none), id (NULL: nothing for us),
 * paso, op1, op2. */
#define DESK_SQL_SIGUE(paso, op1, op2, tipos)                                          \
    "WITH l AS MATERIALIZED ("                                                         \
    " SELECT posicion, emisor, acta, tipo FROM libro WHERE posicion >= $1"             \
    " ORDER BY posicion LIMIT 2000"                                                    \
    ") SELECT m.ultima, a.id, " paso ", " op1 ", " op2                                 \
    " FROM (SELECT max(posicion) AS ultima FROM l) m"                                  \
    " LEFT JOIN (SELECT acta, min(posicion) AS primera FROM l"                         \
    "  WHERE tipo IN (" tipos ") AND emisor <> $2::bigint GROUP BY acta) n ON true"    \
    " LEFT JOIN acta a ON a.id = n.acta ORDER BY n.primera"

/* $1 operators, $2 now. Columns: operador, id, paso, vence_ms, eleccion, imagen. */
#define DESK_SQL_PROPIOS(paso)                                                         \
    "SELECT r.operador, a.id, r.paso, r.vence_ms, a.eleccion, "                        \
    "a.imagen_sha256 FROM reclamo r JOIN acta a ON a.id = r.acta "                     \
    "WHERE r.operador = ANY($1) AND r.vence_ms >= $2 AND r.paso = " paso               \
    " ORDER BY r.operador, r.vence_ms, a.id"

/*
 * $1 actas, $2 operators for each (0: only look), $3 now, $4 expiry.
 * One row per candidate that exists, in order. Columns: id, operador, paso,
 * ocupado (expiry of somebody's claim), op1, op2, eleccion, imagen, tomada.
 * Claims go in by acta, so that two instances never wait for each other in a ring.
 */
#define DESK_SQL_RECLAMA(paso, op1, op2)                                               \
    "WITH c AS MATERIALIZED ("                                                         \
    " SELECT u.n, a.id, u.operador, a.eleccion, a.imagen_sha256,"                      \
    "  " op1 " AS op1, " op2 " AS op2, " paso " AS paso"                               \
    " FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY AS u(id, operador, n)"  \
    " JOIN acta a ON a.id = u.id"                                                      \
    "), o AS MATERIALIZED ("                                                           \
    " SELECT c.*, r.vence_ms AS ocupado FROM c LEFT JOIN reclamo r"                    \
    "  ON r.acta = c.id AND r.paso = c.paso AND r.vence_ms >= $3"                      \
    "), t AS ("                                                                        \
    " INSERT INTO reclamo AS viejo (acta, paso, operador, vence_ms)"                   \
    " SELECT id, paso, operador, $4::bigint FROM o"                                    \
    " WHERE paso > 0 AND operador > 0 AND ocupado IS NULL"                             \
    "  AND operador IS DISTINCT FROM op1 AND operador IS DISTINCT FROM op2"            \
    " ORDER BY id"                                                                     \
    " ON CONFLICT (acta, paso) DO UPDATE"                                              \
    "  SET operador = excluded.operador, vence_ms = excluded.vence_ms"                 \
    "  WHERE viejo.vence_ms < $3"                                                      \
    " RETURNING acta"                                                                  \
    ") SELECT o.id, o.operador, o.paso, o.ocupado, o.op1, o.op2,"                      \
    "  o.eleccion, o.imagen_sha256, t.acta IS NOT NULL"                                \
    " FROM o LEFT JOIN t ON t.acta = o.id ORDER BY o.n"

/* $1 actas. Columns: the projection's, no_aplica, then the claimer of paso 1, 2, 3. */
#define DESK_SQL_RECLAMANTE(paso)                                                      \
    "(SELECT r.operador FROM reclamo r WHERE r.acta = a.id AND r.paso = " paso ")"
#define DESK_SQL_ACTAS(reclamo1, reclamo2, reclamo3)                                   \
    "SELECT " PROJECTION_COLUMNS ", c.no_aplica, " reclamo1 ", " reclamo2              \
    ", " reclamo3                                                                      \
    " FROM acta a LEFT JOIN catalogo c ON c.id = a.id WHERE a.id = ANY($1) "           \
    "ORDER BY a.id"

#endif
