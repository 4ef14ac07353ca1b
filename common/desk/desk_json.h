/*
 * desk_json.h - bodies of requests to checked structs, and results to bodies.
 *
 * FORM (docs/API_CAPTURA.md)
 *     {"cantidad": n}   or   {"actas": [id, ...]}
 *     {"capturas": [{"acta": id, "celdas": [n, ...], "hora_ms": n?}, ...]}
 *     {"cotejos":  [{"acta": id, "resultado": 1..3, "hora_ms": n?}, ...]}
 *     Other members are ignored. Cells are the integers of celda.h; which are allowed
 *     on that acta is for the decision, this only bounds them.
 *
 * ERRORS
 *     The whole body is refused (HTTP 400): PREP_ERR_FORMAT or PREP_ERR_RANGE with the
 *     place, "capturas[3].celdas[7]: ...", and *err_code for programs.
 */
#ifndef PREP_DESK_JSON_H
#define PREP_DESK_JSON_H

#include "base/buffer.h"
#include "desk/desk_work.h"

PREP_MUST_CHECK
enum prep_status desk_json_take(const char *body, size_t len,
                                struct desk_want *out_want, const char **err_code,
                                struct prep_reason *reason);

struct desk_json_clock {
    bool simulacro; /* hora_ms is taken only then */
    int64_t now_ms; /* hora of what brings none */
};

/* Fills entries[0 .. *out_count), at most DESK_REQUEST_MAX. */
PREP_MUST_CHECK
enum prep_status desk_json_entries(const char *body, size_t len, enum desk_kind kind,
                                   const struct desk_json_clock *clock,
                                   uint32_t operador, struct desk_entry *entries,
                                   size_t *out_count, const char **err_code,
                                   struct prep_reason *reason);

/* {"resultados": [...]}: begin, one per decision, end. */
void desk_json_results_begin(struct buffer *out);
void desk_json_result(struct buffer *out, uint64_t acta,
                      const struct desk_decision *decision);
void desk_json_results_end(struct buffer *out);

const char *desk_result_text(enum desk_result result);

#endif
