/* What an object says beside its resumen: candidaturas, parties, majority, parts. */
#include <stdio.h>

#include "objeto.h"

#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)

/* {"<campo>":"PAN","votos":810,"porcentaje":"38.1355"} */
static void renglon(const char *campo, const char *clave, uint64_t votos,
                    uint64_t total, struct buffer *out)
{
    char texto[PORCENTAJE_SIZE];

    porcentaje_texto(votos, total, texto);
    buffer_printf(out, "{\"%s\":", campo);
    buffer_add_json(out, clave);
    TEXTO(out, ",\"votos\":");
    buffer_add_uint(out, votos);
    TEXTO(out, ",\"porcentaje\":");
    buffer_add_json(out, texto);
    buffer_add_char(out, '}');
}

static void candidaturas(const struct eleccion *eleccion,
                         const struct resultado *resultado, uint64_t total,
                         struct buffer *out)
{
    uint16_t orden[RENGLONES_MAX];
    size_t count = coalicion_orden(eleccion, &resultado->candidaturas, orden);

    TEXTO(out, "\"candidaturas\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "" : ",");
        renglon("candidatura", coalicion_clave(eleccion, orden[i]),
                resultado->candidaturas.votos[orden[i]], total, out);
    }
    buffer_add_char(out, ']');
}

static void partidos(const struct eleccion *eleccion, const struct resultado *resultado,
                     uint64_t total, struct buffer *out)
{
    bool first = true;

    if (!resultado->con_partidos) {
        return;
    }
    TEXTO(out, ",\"partidos\":[");
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (coalicion_se_reparte(&eleccion->opciones[i])) {
            continue;
        }
        buffer_add_text(out, first ? "" : ",");
        first = false;
        renglon("opcion", eleccion->opciones[i].clave, resultado->partidos[i], total,
                out);
    }
    buffer_add_char(out, ']');
}

static void mayoria(const struct eleccion *eleccion, const struct resultado *resultado,
                    struct buffer *out)
{
    uint16_t quienes[RENGLONES_MAX];
    size_t count = coalicion_mayoria(eleccion, &resultado->candidaturas, quienes);

    TEXTO(out, ",\"mayoria\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "" : ",");
        buffer_add_json(out, coalicion_clave(eleccion, quienes[i]));
    }
    buffer_add_char(out, ']');
}

void objeto_mayoria(const struct arbol *arbol, size_t territorio, struct buffer *out)
{
    const struct arbol_territorio *t = &arbol->territorios[territorio];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[t->eleccion];
    struct resultado resultado;

    if (resultado_hay(eleccion)) {
        resultado_territorio(arbol, territorio, &resultado);
        mayoria(eleccion, &resultado, out);
    }
}

static void partes(const struct resumen *resumen, struct buffer *out)
{
    static const char *const nombres[PARTE_COUNT] = {
        [PARTE_URBANAS] = "urbanas",
        [PARTE_NO_URBANAS] = "no_urbanas",
        [PARTE_ESPECIALES] = "especiales",
        [PARTE_ANTICIPADO] = "voto_anticipado",
        [PARTE_PRISION] = "prision_preventiva",
        [PARTE_EXTRANJERO] = "extranjero",
    };
    bool first = true;

    TEXTO(out, ",\"partes\":{");
    for (size_t i = 0; i < PARTE_COUNT; i++) {
        const struct cuenta *cuenta = &resumen->partes[i];

        if (cuenta->esperadas == 0) {
            continue;
        }
        buffer_printf(out, "%s\"%s\":{\"actas_esperadas\":", first ? "" : ",",
                      nombres[i]);
        first = false;
        buffer_add_uint(out, cuenta->esperadas);
        TEXTO(out, ",\"actas_capturadas\":");
        buffer_add_uint(out, cuenta->capturadas);
        TEXTO(out, ",\"actas_contabilizadas\":");
        buffer_add_uint(out, cuenta->contabilizadas);
        TEXTO(out, ",\"votos\":");
        buffer_add_uint(out, cuenta->votos);
        buffer_add_char(out, '}');
    }
    buffer_add_char(out, '}');
}

void objeto_nivel(const struct eleccion *eleccion, const struct resumen *resumen,
                  const struct resultado *resultado, bool ultimo, struct buffer *out)
{
    TEXTO(out, ",\"resumen\":");
    objeto_resumen(eleccion, resumen, ultimo, out);
    partes(resumen, out);
    if (resultado_hay(eleccion)) {
        TEXTO(out, ",\"resultado\":{");
        candidaturas(eleccion, resultado, resumen->votos_c_cs, out);
        partidos(eleccion, resultado, resumen->votos_c_cs, out);
        mayoria(eleccion, resultado, out);
        buffer_add_char(out, '}');
    }
}

static void ambitos(const struct candidatura *candidatura, struct buffer *out)
{
    TEXTO(out, ",\"territorios\":[");
    for (size_t i = 0; i < candidatura->ambito_count; i++) {
        const struct ambito *ambito = &candidatura->ambitos[i];

        buffer_add_text(out, i == 0 ? "{\"entidad\":" : ",{\"entidad\":");
        buffer_add_json(out, ambito->entidad);
        if (ambito->territorio != NULL) {
            TEXTO(out, ",\"territorio\":");
            buffer_add_json(out, ambito->territorio);
        }
        buffer_add_char(out, '}');
    }
    buffer_add_char(out, ']');
}

void objeto_candidaturas(const struct eleccion *eleccion, struct buffer *out)
{
    static const char *const niveles[] = {
        [REPARTO_ACTA] = "acta",
        [REPARTO_SECCION] = "seccion",
        [REPARTO_TERRITORIO] = "territorio",
        [REPARTO_ENTIDAD] = "entidad",
        [REPARTO_ELECCION] = "eleccion",
    };

    if (!resultado_hay(eleccion)) {
        return;
    }
    TEXTO(out, ",\"nivel_reparto\":");
    buffer_add_json(out, niveles[eleccion->reglas.nivel_reparto]);
    TEXTO(out, ",\"candidaturas\":[");
    for (size_t c = 0; c < eleccion->candidatura_count; c++) {
        const struct candidatura *candidatura = &eleccion->candidaturas[c];

        buffer_add_text(out, c == 0 ? "{\"clave\":" : ",{\"clave\":");
        buffer_add_json(out, candidatura->clave);
        TEXTO(out, ",\"nombre\":");
        buffer_add_json(out, candidatura->nombre);
        TEXTO(out, ",\"opciones\":[");
        for (size_t m = 0; m < candidatura->miembro_count; m++) {
            buffer_add_text(out, m == 0 ? "" : ",");
            buffer_add_json(out, eleccion->opciones[candidatura->miembros[m]].clave);
        }
        buffer_add_char(out, ']');
        if (candidatura->ambito_count > 0) {
            ambitos(candidatura, out);
        }
        buffer_add_char(out, '}');
    }
    buffer_add_char(out, ']');
}
