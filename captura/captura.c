#include "captura.h"

#include "prep/vida.h"

#define FIRST 0 /* slot of paso 1 */

static void refuse_existing(const struct desk_entry *entry,
                            const struct desk_acta *acta,
                            struct desk_decision *out_decision)
{
    const struct acta_row *row = &acta->row;

    if (!row->tiene_captura[FIRST]) {
        desk_refuse(out_decision, "captura.existente",
                    "esta acta ya está verificada; pida otra");
    } else if (row->captura_operador[FIRST] != entry->operador) {
        desk_refuse(out_decision, "captura.existente",
                    "otra persona ya capturó esta acta; pida otra");
    } else if (desk_same_cells(entry, row->captura[FIRST], row->captura_count[FIRST])) {
        out_decision->result = DESK_REPETIDA;
    } else {
        desk_refuse(out_decision, "captura.existente",
                    "usted ya capturó esta acta con otros valores, que quedan; si se "
                    "equivocó, la segunda captura lo detectará");
    }
}

void captura_decide(const struct desk_entry *entry, const struct desk_acta *acta,
                    struct desk_decision *out_decision)
{
    struct prep_reason reason = { "" };

    if (acta == NULL) {
        desk_refuse(out_decision, "acta.desconocida",
                    "no hay un acta con ese id; use el que dio /tomar");
        return;
    }
    if (acta->eleccion == NULL) {
        desk_refuse(out_decision, "acta.fuera.de.catalogo",
                    "un acta fuera de catálogo se registra y no se captura; pida otra");
        return;
    }
    if (!vida_paso(vida_estado(&acta->row), VIDA_PRIMERA).acepta) {
        refuse_existing(entry, acta, out_decision);
        return;
    }
    if (acta->reclamo[FIRST] != entry->operador) {
        desk_refuse(
            out_decision, "reclamo.ajeno",
            acta->reclamo[FIRST] == 0
                ? "no tiene tomada esta acta, o el plazo venció; tómela otra vez"
                : "otra persona tiene tomada esta acta; pida otra");
        return;
    }
    if (eleccion_celdas_check(acta->eleccion, acta->no_aplica, entry->celdas,
                              entry->celda_count, &reason) != PREP_OK) {
        desk_refuse(out_decision, "celdas.rechazadas", "%s", reason.text);
        return;
    }
    out_decision->result = DESK_CAPTURADA;
    out_decision->paso = FIRST + 1;
}
