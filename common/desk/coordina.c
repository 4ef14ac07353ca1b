#include "desk/coordina.h"

#include <string.h>

#include "prep/vida.h"

static const struct hash *vigente(const struct acta_row *row)
{
    return row->correccion_numero != 0 ? &row->correccion_hash
                                       : &row->verificacion_hash;
}

const celda *coordina_valores(const struct acta_row *row, size_t *out_count)
{
    const bool corregida = row->correccion_numero != 0;

    *out_count = corregida ? row->correccion_count : row->verificacion_count;
    if (*out_count == 0) {
        return NULL;
    }
    return corregida ? row->correccion : row->verificacion;
}

static bool imagen_es_suya(const struct acta_row *row, const struct hash *imagen)
{
    bool suya = row->tiene_imagen && hash_equal(&row->imagen, imagen);

    for (size_t i = 0; i < row->otra_count; i++) {
        suya = suya || hash_equal(&row->otras[i].sha256, imagen);
    }
    return suya;
}

/* What the table of states says; refuses if it does. */
static bool turno(const struct desk_acta *acta, enum vida_evento evento,
                  struct desk_decision *out_decision)
{
    const struct vida_paso paso = vida_paso(vida_estado(&acta->row), evento);

    if (!paso.acepta) {
        desk_refuse(out_decision, paso.codigo, "%s", paso.motivo);
    }
    return paso.acepta;
}

static bool valores(const struct coordina_propuesta *propuesta,
                    const struct desk_acta *acta, struct desk_decision *out_decision)
{
    struct prep_reason reason = { "" };
    const celda *antes;
    size_t count;

    if (eleccion_celdas_check(acta->eleccion, acta->no_aplica, propuesta->celdas,
                              propuesta->celda_count, &reason) != PREP_OK) {
        desk_refuse(out_decision, "celdas.rechazadas", "%s", reason.text);
        return false;
    }
    antes = coordina_valores(&acta->row, &count);
    if (antes != NULL && count == propuesta->celda_count &&
        memcmp(antes, propuesta->celdas, count * sizeof antes[0]) == 0) {
        desk_refuse(out_decision, "correccion.igual",
                    "esos son los valores que ya tiene; no hay nada que corregir");
        return false;
    }
    return true;
}

static bool identifica(const struct desk_acta *acta, const struct desk_acta *fuera,
                       struct desk_decision *out_decision)
{
    if (fuera == NULL) {
        desk_refuse(out_decision, "acta.desconocida",
                    "no hay un acta fuera de catálogo con ese id; revíselo");
        return false;
    }
    if (!turno(fuera, VIDA_IDENTIFICACION, out_decision)) {
        return false;
    }
    if (!fuera->row.tiene_imagen) {
        desk_refuse(out_decision, "imagen.faltante",
                    "esa acta no tiene imagen; registre otra vez el acopio con su "
                    "clave");
        return false;
    }
    if (fuera->row.eleccion != 0 && fuera->row.eleccion != acta->row.eleccion) {
        desk_refuse(out_decision, "eleccion.distinta",
                    "se registró como de otra elección; revise las dos actas");
        return false;
    }
    return true;
}

/* All that is asked both of who proposes and of who confirms. */
static bool procede(const struct coordina_propuesta *propuesta,
                    const struct desk_acta *acta, const struct desk_acta *fuera,
                    struct desk_decision *out_decision)
{
    if (acta == NULL || acta->eleccion == NULL) {
        desk_refuse(out_decision, "acta.desconocida",
                    "no hay en el catálogo un acta con ese id; revíselo");
        return false;
    }
    if (propuesta->tiene_imagen && !imagen_es_suya(&acta->row, &propuesta->imagen)) {
        desk_refuse(out_decision, "imagen.ajena",
                    "esa imagen no es de esta acta; escriba el SHA-256 de una suya");
        return false;
    }
    switch (propuesta->clase) {
    case PROPUESTA_CORRECCION:
        return turno(acta, VIDA_CORRECCION, out_decision) &&
               valores(propuesta, acta, out_decision);
    case PROPUESTA_REAPERTURA:
        return turno(acta, VIDA_REAPERTURA, out_decision);
    case PROPUESTA_IDENTIFICACION:
        return identifica(acta, fuera, out_decision);
    }
    return false; /* only a corrupted value gets here */
}

static const struct hash *por_sustituir(const struct coordina_propuesta *propuesta,
                                        const struct desk_acta *acta,
                                        const struct desk_acta *fuera)
{
    return propuesta->clase == PROPUESTA_IDENTIFICACION ? &fuera->row.imagen_hash
                                                        : vigente(&acta->row);
}

void coordina_propone(const struct coordina_propuesta *propuesta,
                      const struct desk_acta *acta, const struct desk_acta *fuera,
                      struct hash *out_sigue_a, struct desk_decision *out_decision)
{
    if (procede(propuesta, acta, fuera, out_decision)) {
        *out_sigue_a = *por_sustituir(propuesta, acta, fuera);
        out_decision->result = DESK_PROPUESTA;
    }
}

void coordina_confirma(const struct coordina_propuesta *propuesta, uint32_t operador,
                       const struct desk_acta *acta, const struct desk_acta *fuera,
                       struct desk_decision *out_decision)
{
    if (propuesta->operador == operador) {
        desk_refuse(out_decision, "persona.repetida",
                    "usted hizo la propuesta y la debe confirmar otra persona");
        return;
    }
    if (acta != NULL &&
        (propuesta->clase != PROPUESTA_IDENTIFICACION || fuera != NULL) &&
        !hash_equal(por_sustituir(propuesta, acta, fuera), &propuesta->sigue_a)) {
        desk_refuse(out_decision, "propuesta.vencida",
                    "lo que esta propuesta iba a sustituir ya cambió; revise el acta y "
                    "proponga otra vez");
        return;
    }
    if (procede(propuesta, acta, fuera, out_decision)) {
        out_decision->result = DESK_CONFIRMADA;
    }
}
