/* The places of a report: entidades and territorios, as GpUnit. */
#include <stdio.h>

#include "base/clock.h"
#include "nist_obra.h"

/* ---- JSON, in this module's few shapes */

void nist_texto(struct buffer *out, const char *clave, const char *valor)
{
    buffer_add_json(out, clave);
    buffer_add_char(out, ':');
    buffer_add_json(out, valor);
}

void nist_numero(struct buffer *out, const char *clave, uint64_t valor)
{
    buffer_printf(out, "\"%s\":", clave);
    buffer_add_uint(out, valor);
}

void nist_abre(struct buffer *out, const char *clase, bool first)
{
    buffer_printf(out, "%s{\"@type\":\"ElectionResults.%s\",", first ? "\n" : ",\n",
                  clase);
}

/* An InternationalizedText in Spanish. */
void nist_en_espanol(struct buffer *out, const char *clave, const char *valor)
{
    buffer_printf(out,
                  "\"%s\":{\"@type\":\"ElectionResults.InternationalizedText\","
                  "\"Text\":[{\"@type\":\"ElectionResults.LanguageString\","
                  "\"Language\":\"es\",",
                  clave);
    nist_texto(out, "Content", valor);
    buffer_add_text(out, "}]}");
}

void nist_fecha(struct buffer *out, const char *clave, int64_t ms, int desfase_min)
{
    struct clock_parts parts;

    clock_to_parts(ms, desfase_min, &parts);
    buffer_printf(out, "\"%s\":\"%04d-%02d-%02d\"", clave, parts.year, parts.month,
                  parts.day);
}

/* ---- places */

void nist_id_entidad(const struct nist_obra *i, size_t entidad,
                     char out[static NIST_ID_SIZE])
{
    char nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(i->arbol->entidades[entidad].clave, nombre);
    (void)snprintf(out, NIST_ID_SIZE, "entidad-%s", nombre);
}

void nist_id_territorio(const struct nist_obra *i, size_t territorio,
                        char out[static NIST_ID_SIZE])
{
    const struct arbol_territorio *t = &i->arbol->territorios[territorio];
    char entidad[NOMBRE_SEGURO_SIZE], nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(i->arbol->entidades[t->entidad].clave, entidad);
    nombre_seguro(t->clave, nombre);
    (void)snprintf(out, NIST_ID_SIZE, "territorio-%s-%s", entidad, nombre);
}

void nist_avance(const struct resumen *r, struct buffer *out)
{
    const char *estado = r->capturadas == 0             ? "not-processed"
                         : r->capturadas < r->esperadas ? "in-process"
                                                        : "completed";

    buffer_printf(out,
                  "\"CountStatus\":[{\"@type\":\"ElectionResults.CountStatus\","
                  "\"Type\":\"total\",\"Status\":\"%s\"}],",
                  estado);
    nist_numero(out, "SubUnitsReported", r->capturadas);
    buffer_add_char(out, ',');
    nist_numero(out, "TotalSubUnits", r->esperadas);
}

static void unidad_abre(const struct nist_obra *i, const char *id, const char *clave,
                        const char *nombre, const char *tipo, bool first)
{
    nist_abre(i->out, "ReportingUnit", first);
    nist_texto(i->out, "@id", id);
    buffer_printf(i->out, ",\"Type\":\"%s\",", tipo);
    if (clave != NULL) {
        buffer_add_text(i->out, "\"ExternalIdentifier\":[{\"@type\":\"ElectionResults."
                                "ExternalIdentifier\",\"Type\":\"national-level\",");
        nist_texto(i->out, "Value", clave);
        buffer_add_text(i->out, "}],");
    }
    nist_texto(i->out, "Name", nombre);
    buffer_add_char(i->out, ',');
}

static const char *tipo_territorio(enum territorio_tipo tipo)
{
    switch (tipo) {
    case TERRITORIO_DISTRITO_FEDERAL:
        return "congressional";
    case TERRITORIO_DISTRITO_LOCAL:
        return "state-house";
    case TERRITORIO_MUNICIPIO:
        return "municipality";
    case TERRITORIO_ENTIDAD:
    case TERRITORIO_JUNTA:
        break;
    }
    return "other";
}

static void territorio_escribe(const struct nist_obra *i, size_t territorio)
{
    const struct arbol_territorio *t = &i->arbol->territorios[territorio];
    char id[NIST_ID_SIZE];

    nist_id_territorio(i, territorio, id);
    unidad_abre(i, id, t->clave, t->nombre, tipo_territorio(i->eleccion->territorio),
                false);
    if (i->eleccion->territorio == TERRITORIO_JUNTA) {
        buffer_add_text(i->out, "\"OtherType\":\"junta municipal\",");
    } else if (i->eleccion->territorio == TERRITORIO_ENTIDAD) {
        buffer_add_text(i->out, "\"OtherType\":\"entidad\",");
    }
    nist_avance(&t->resumen, i->out);
    buffer_add_char(i->out, '}');
}

size_t nist_entidades(const struct nist_obra *i, size_t *out_first)
{
    size_t count = 0;

    for (size_t n = 0; n < i->arbol->entidad_count; n++) {
        if (i->arbol->entidades[n].eleccion == i->e) {
            *out_first = count == 0 ? n : *out_first;
            count++;
        }
    }
    return count;
}

void nist_lugares(struct nist_obra *i)
{
    struct buffer *out = i->out;
    size_t first = 0, count = nist_entidades(i, &first);
    char id[NIST_ID_SIZE];

    buffer_add_text(out, ",\"GpUnit\":[");
    (void)snprintf(i->ambito, sizeof i->ambito, "ambito");
    if (count == 1) {
        nist_id_entidad(i, first, i->ambito);
    } else {
        unidad_abre(i, i->ambito, NULL, i->arbol->definicion->nombre, "country", true);
        nist_avance(i->resumen, out);
        buffer_add_text(out, ",\"ComposingGpUnitIds\":[");
        for (size_t n = 0; n < count; n++) {
            nist_id_entidad(i, first + n, id);
            buffer_add_text(out, n == 0 ? "" : ",");
            buffer_add_json(out, id);
        }
        buffer_add_text(out, "]}");
    }
    for (size_t n = first; n < first + count; n++) {
        const struct arbol_entidad *entidad = &i->arbol->entidades[n];
        struct resumen sum;

        nist_id_entidad(i, n, id);
        arbol_entidad_resumen(i->arbol, n, &sum);
        unidad_abre(i, id, entidad->clave, entidad->nombre, "state", count == 1);
        nist_avance(&sum, out);
        buffer_add_text(out, ",\"ComposingGpUnitIds\":[");
        for (uint32_t t = 0; t < entidad->territorio_count; t++) {
            nist_id_territorio(i, entidad->territorio_first + t, id);
            buffer_add_text(out, t == 0 ? "" : ",");
            buffer_add_json(out, id);
        }
        buffer_add_text(out, "]}");
        for (uint32_t t = 0; t < entidad->territorio_count; t++) {
            territorio_escribe(i, entidad->territorio_first + t);
        }
    }
    buffer_add_char(out, ']');
}
