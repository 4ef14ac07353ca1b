#include "verifica.h"

#include "prep/vida.h"

enum { FIRST = 0, SECOND = 1, THIRD = 2 }; /* slots of paso 1, 2 and 3 */

static bool agrees(const struct desk_entry *entry, const struct acta_row *row, int slot)
{
    return desk_same_cells(entry, row->captura[slot], row->captura_count[slot]);
}

static bool captured_by(const struct acta_row *row, int slot, uint32_t operador)
{
    return row->tiene_captura[slot] && row->captura_operador[slot] == operador;
}

/* The operator's own second or third capture is there already. */
static void decide_again(const struct desk_entry *entry, const struct acta_row *row,
                         int slot, struct desk_decision *out_decision)
{
    if (agrees(entry, row, slot)) {
        out_decision->result = DESK_REPETIDA;
    } else {
        desk_refuse(out_decision, "captura.existente",
                    "usted ya capturó esta acta con otros valores, que quedan; pida "
                    "otra");
    }
}

static void settle(struct desk_decision *decision, uint32_t metodo, uint32_t descansa,
                   const celda *celdas)
{
    decision->result = DESK_VERIFICADA;
    decision->metodo = metodo;
    decision->descansa = descansa;
    decision->celdas = celdas;
}

static void decide_second(const struct desk_entry *entry, const struct acta_row *row,
                          struct desk_decision *out_decision)
{
    out_decision->paso = SECOND + 1;
    if (agrees(entry, row, FIRST)) {
        settle(out_decision, VERIFICA_METODO_COINCIDEN, 1u << 1 | 1u << 2,
               entry->celdas);
    } else {
        out_decision->result = DESK_DISCREPANCIA;
    }
}

static void decide_third(const struct desk_entry *entry, const struct acta_row *row,
                         struct desk_decision *out_decision)
{
    uint32_t descansa = 1u << 3;

    for (int slot = FIRST; slot <= SECOND; slot++) {
        if (agrees(entry, row, slot)) {
            descansa |= 1u << (slot + 1);
        }
    }
    out_decision->paso = THIRD + 1;
    settle(out_decision, VERIFICA_METODO_TERCERA, descansa, entry->celdas);
}

/* Whether the operator may make the capture that is missing; refuses if not. */
static bool may_capture(const struct desk_entry *entry, const struct desk_acta *acta,
                        int slot, struct desk_decision *out_decision)
{
    struct prep_reason reason = { "" };

    for (int before = FIRST; before < slot; before++) {
        if (captured_by(&acta->row, before, entry->operador)) {
            desk_refuse(out_decision, "persona.repetida",
                        "usted hizo la captura %d de esta acta y la debe revisar otra "
                        "persona; pida otra",
                        before + 1);
            return false;
        }
    }
    if (acta->reclamo[slot] != entry->operador) {
        desk_refuse(
            out_decision, "reclamo.ajeno",
            acta->reclamo[slot] == 0
                ? "no tiene tomada esta acta, o el plazo venció; tómela otra vez"
                : "otra persona tiene tomada esta acta; pida otra");
        return false;
    }
    if (eleccion_celdas_check(acta->eleccion, acta->no_aplica, entry->celdas,
                              entry->celda_count, &reason) != PREP_OK) {
        desk_refuse(out_decision, "celdas.rechazadas", "%s", reason.text);
        return false;
    }
    return true;
}

/* What the life of an acta says (prep/vida.h); refuses if it does. */
static bool in_turn(const struct desk_acta *acta, enum vida_evento evento,
                    struct desk_decision *out_decision)
{
    const struct vida_paso paso = vida_paso(vida_estado(&acta->row), evento);

    if (!paso.acepta) {
        desk_refuse(out_decision, paso.codigo, "%s", paso.motivo);
    }
    return paso.acepta;
}

static void decide_capture(const struct desk_entry *entry, const struct desk_acta *acta,
                           struct desk_decision *out_decision)
{
    const struct acta_row *row = &acta->row;
    const int slot = row->tiene_captura[SECOND] ? THIRD : SECOND;

    for (int own = SECOND; own <= THIRD; own++) {
        if (captured_by(row, own, entry->operador)) {
            decide_again(entry, row, own, out_decision);
            return;
        }
    }
    if (!in_turn(acta, slot == SECOND ? VIDA_SEGUNDA_IGUAL : VIDA_TERCERA,
                 out_decision) ||
        !may_capture(entry, acta, slot, out_decision)) {
        return;
    }
    if (slot == SECOND) {
        decide_second(entry, row, out_decision);
    } else {
        decide_third(entry, row, out_decision);
    }
}

static void decide_cotejo(const struct desk_entry *entry, const struct desk_acta *acta,
                          struct desk_decision *out_decision)
{
    if (!in_turn(acta, VIDA_COTEJO, out_decision)) {
        return;
    }
    if (acta->row.tiene_cotejo && acta->row.cotejo == entry->resultado) {
        out_decision->result = DESK_REPETIDA;
    } else {
        out_decision->result = DESK_COTEJADA;
    }
}

void verifica_decide(const struct desk_entry *entry, const struct desk_acta *acta,
                     struct desk_decision *out_decision)
{
    if (acta == NULL) {
        desk_refuse(out_decision, "acta.desconocida",
                    "no hay un acta con ese id; use el que dio /tomar");
    } else if (acta->eleccion == NULL) {
        desk_refuse(out_decision, "acta.fuera.de.catalogo",
                    "un acta fuera de catálogo se registra y no se captura; pida otra");
    } else if (entry->kind == DESK_COTEJO) {
        decide_cotejo(entry, acta, out_decision);
    } else {
        decide_capture(entry, acta, out_decision);
    }
}
