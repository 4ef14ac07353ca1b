#include "nist.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define ID_SIZE 160u

struct informe {
    const struct arbol *arbol;
    const struct eleccion *eleccion;
    uint32_t e; /* index of the election */
    const struct resumen *resumen;
    const struct corte *corte;
    struct buffer *out;
    char ambito[ID_SIZE]; /* id of the widest place */
};

/* ---- JSON, in this module's few shapes */

static void texto(struct buffer *out, const char *clave, const char *valor)
{
    buffer_add_json(out, clave);
    buffer_add_char(out, ':');
    buffer_add_json(out, valor);
}

static void numero(struct buffer *out, const char *clave, uint64_t valor)
{
    buffer_printf(out, "\"%s\":", clave);
    buffer_add_uint(out, valor);
}

static void abre(struct buffer *out, const char *clase, bool first)
{
    buffer_printf(out, "%s{\"@type\":\"ElectionResults.%s\",", first ? "\n" : ",\n",
                  clase);
}

/* An InternationalizedText in Spanish. */
static void en_espanol(struct buffer *out, const char *clave, const char *valor)
{
    buffer_printf(out,
                  "\"%s\":{\"@type\":\"ElectionResults.InternationalizedText\","
                  "\"Text\":[{\"@type\":\"ElectionResults.LanguageString\","
                  "\"Language\":\"es\",",
                  clave);
    texto(out, "Content", valor);
    buffer_add_text(out, "}]}");
}

static void fecha(struct buffer *out, const char *clave, int64_t ms, int desfase_min)
{
    struct clock_parts parts;

    clock_to_parts(ms, desfase_min, &parts);
    buffer_printf(out, "\"%s\":\"%04d-%02d-%02d\"", clave, parts.year, parts.month,
                  parts.day);
}

/* ---- places */

static void id_entidad(const struct informe *i, size_t entidad,
                       char out[static ID_SIZE])
{
    char nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(i->arbol->entidades[entidad].clave, nombre);
    (void)snprintf(out, ID_SIZE, "entidad-%s", nombre);
}

static void id_territorio(const struct informe *i, size_t territorio,
                          char out[static ID_SIZE])
{
    const struct arbol_territorio *t = &i->arbol->territorios[territorio];
    char entidad[NOMBRE_SEGURO_SIZE], nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(i->arbol->entidades[t->entidad].clave, entidad);
    nombre_seguro(t->clave, nombre);
    (void)snprintf(out, ID_SIZE, "territorio-%s-%s", entidad, nombre);
}

static void avance(const struct resumen *r, struct buffer *out)
{
    const char *estado = r->capturadas == 0             ? "not-processed"
                         : r->capturadas < r->esperadas ? "in-process"
                                                        : "completed";

    buffer_printf(out,
                  "\"CountStatus\":[{\"@type\":\"ElectionResults.CountStatus\","
                  "\"Type\":\"total\",\"Status\":\"%s\"}],",
                  estado);
    numero(out, "SubUnitsReported", r->capturadas);
    buffer_add_char(out, ',');
    numero(out, "TotalSubUnits", r->esperadas);
}

static void unidad_abre(const struct informe *i, const char *id, const char *clave,
                        const char *nombre, const char *tipo, bool first)
{
    abre(i->out, "ReportingUnit", first);
    texto(i->out, "@id", id);
    buffer_printf(i->out, ",\"Type\":\"%s\",", tipo);
    if (clave != NULL) {
        buffer_add_text(i->out, "\"ExternalIdentifier\":[{\"@type\":\"ElectionResults."
                                "ExternalIdentifier\",\"Type\":\"national-level\",");
        texto(i->out, "Value", clave);
        buffer_add_text(i->out, "}],");
    }
    texto(i->out, "Name", nombre);
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

static void territorio_escribe(const struct informe *i, size_t territorio)
{
    const struct arbol_territorio *t = &i->arbol->territorios[territorio];
    char id[ID_SIZE];

    id_territorio(i, territorio, id);
    unidad_abre(i, id, t->clave, t->nombre, tipo_territorio(i->eleccion->territorio),
                false);
    if (i->eleccion->territorio == TERRITORIO_JUNTA) {
        buffer_add_text(i->out, "\"OtherType\":\"junta municipal\",");
    } else if (i->eleccion->territorio == TERRITORIO_ENTIDAD) {
        buffer_add_text(i->out, "\"OtherType\":\"entidad\",");
    }
    avance(&t->resumen, i->out);
    buffer_add_char(i->out, '}');
}

static size_t entidades_de(const struct informe *i, size_t *out_first)
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

static void lugares(struct informe *i)
{
    struct buffer *out = i->out;
    size_t first = 0, count = entidades_de(i, &first);
    char id[ID_SIZE];

    buffer_add_text(out, ",\"GpUnit\":[");
    (void)snprintf(i->ambito, sizeof i->ambito, "ambito");
    if (count == 1) {
        id_entidad(i, first, i->ambito);
    } else {
        unidad_abre(i, i->ambito, NULL, i->arbol->definicion->nombre, "country", true);
        avance(i->resumen, out);
        buffer_add_text(out, ",\"ComposingGpUnitIds\":[");
        for (size_t n = 0; n < count; n++) {
            id_entidad(i, first + n, id);
            buffer_add_text(out, n == 0 ? "" : ",");
            buffer_add_json(out, id);
        }
        buffer_add_text(out, "]}");
    }
    for (size_t n = first; n < first + count; n++) {
        const struct arbol_entidad *entidad = &i->arbol->entidades[n];
        struct resumen sum;

        id_entidad(i, n, id);
        arbol_entidad_resumen(i->arbol, n, &sum);
        unidad_abre(i, id, entidad->clave, entidad->nombre, "state", count == 1);
        avance(&sum, out);
        buffer_add_text(out, ",\"ComposingGpUnitIds\":[");
        for (uint32_t t = 0; t < entidad->territorio_count; t++) {
            id_territorio(i, entidad->territorio_first + t, id);
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

/* ---- parties */

static bool es_partido(const struct opcion *opcion)
{
    return opcion->tipo == OPCION_PARTIDO || opcion->tipo == OPCION_COMBINACION ||
           opcion->tipo == OPCION_CANDIDATURA_COMUN;
}

static void partidos(const struct informe *i)
{
    struct buffer *out = i->out;
    bool first = true;

    buffer_add_text(out, ",\"Party\":[");
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (!es_partido(opcion)) {
            continue;
        }
        abre(out, opcion->tipo == OPCION_PARTIDO ? "Party" : "Coalition", first);
        first = false;
        buffer_printf(out, "\"@id\":\"partido-%zu\",", o + 1);
        texto(out, "Abbreviation", opcion->clave);
        buffer_add_char(out, ',');
        en_espanol(out, "Name", opcion->clave);
        for (size_t m = 0; m < opcion->miembro_count; m++) {
            buffer_printf(out, "%s\"partido-%u\"", m == 0 ? ",\"PartyIds\":[" : ",",
                          opcion->miembros[m] + 1u);
        }
        buffer_add_text(out, opcion->miembro_count > 0 ? "]}" : "}");
    }
    buffer_add_char(out, ']');
}

/* ---- contests: of the whole, or one per territorio */

/* A place whose votes are counted apart in a contest. */
typedef void (*lugar_visita)(const struct informe *i, const char *id,
                             const struct resumen *resumen, size_t opcion, bool first);

#define TODO SIZE_MAX /* the contest of the whole election */

static void lugares_visita(const struct informe *i, size_t contienda, size_t opcion,
                           lugar_visita visita)
{
    size_t first = 0, count = entidades_de(i, &first);
    char id[ID_SIZE];

    if (contienda != TODO) {
        id_territorio(i, contienda, id);
        visita(i, id, &i->arbol->territorios[contienda].resumen, opcion, true);
        return;
    }
    visita(i, i->ambito, i->resumen, opcion, true);
    for (size_t n = first; n < first + count; n++) {
        const struct arbol_entidad *entidad = &i->arbol->entidades[n];
        struct resumen sum;

        if (count > 1) {
            id_entidad(i, n, id);
            arbol_entidad_resumen(i->arbol, n, &sum);
            visita(i, id, &sum, opcion, false);
        }
        for (uint32_t t = 0; t < entidad->territorio_count; t++) {
            size_t territorio = entidad->territorio_first + t;

            id_territorio(i, territorio, id);
            visita(i, id, &i->arbol->territorios[territorio].resumen, opcion, false);
        }
    }
}

static void votos_de(const struct informe *i, const char *id,
                     const struct resumen *resumen, size_t opcion, bool first)
{
    abre(i->out, "VoteCounts", first);
    texto(i->out, "GpUnitId", id);
    buffer_add_text(i->out, ",\"Type\":\"total\",");
    numero(i->out, "Count", resumen->votos[opcion]);
    buffer_add_char(i->out, '}');
}

static void sumas_de(const struct informe *i, const char *id,
                     const struct resumen *resumen, size_t opcion, bool first)
{
    (void)opcion;
    abre(i->out, "SummaryCounts", first);
    texto(i->out, "GpUnitId", id);
    buffer_add_text(i->out, ",\"Type\":\"total\",");
    numero(i->out, "BallotsCast", resumen->votos_c_cs);
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        if (i->eleccion->opciones[o].tipo == OPCION_NULOS) {
            buffer_add_char(i->out, ',');
            numero(i->out, "BallotsRejected", resumen->votos[o]);
        } else if (i->eleccion->opciones[o].tipo == OPCION_NO_REGISTRADAS) {
            buffer_add_char(i->out, ',');
            numero(i->out, "WriteIns", resumen->votos[o]);
        }
    }
    buffer_add_char(i->out, '}');
}

static void id_contienda(const struct informe *i, size_t contienda,
                         char out[static ID_SIZE])
{
    char lugar[ID_SIZE] = "";

    if (contienda != TODO) {
        id_territorio(i, contienda, lugar);
    }
    (void)snprintf(out, ID_SIZE, "contienda%.4s%.100s", lugar[0] == '\0' ? "" : "-",
                   lugar);
}

static void candidatos(const struct informe *i, size_t contienda, bool *first)
{
    char id[ID_SIZE];

    id_contienda(i, contienda, id);
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (opcion->tipo == OPCION_NULOS) {
            continue;
        }
        abre(i->out, "Candidate", *first);
        *first = false;
        buffer_printf(i->out, "\"@id\":\"%s-candidatura-%zu\",", id, o + 1);
        en_espanol(i->out, "BallotName", opcion->clave);
        if (es_partido(opcion)) {
            buffer_printf(i->out, ",\"PartyId\":\"partido-%zu\"", o + 1);
        } else if (opcion->tipo == OPCION_NO_REGISTRADAS) {
            buffer_add_text(i->out, ",\"PreElectionStatus\":\"write-in\"");
        }
        buffer_add_char(i->out, '}');
    }
}

static void contienda_escribe(const struct informe *i, size_t contienda, bool first)
{
    const struct arbol_territorio *t =
        contienda == TODO ? NULL : &i->arbol->territorios[contienda];
    struct buffer *out = i->out;
    char id[ID_SIZE], lugar[ID_SIZE], nombre[400];
    bool primera = true;

    id_contienda(i, contienda, id);
    (void)snprintf(lugar, sizeof lugar, "%s", i->ambito);
    (void)snprintf(nombre, sizeof nombre, "%.180s", i->eleccion->nombre);
    if (t != NULL) {
        id_territorio(i, contienda, lugar);
        (void)snprintf(nombre, sizeof nombre, "%.180s, %.180s", i->eleccion->nombre,
                       t->nombre);
    }
    abre(out, "CandidateContest", first);
    texto(out, "@id", id);
    buffer_add_char(out, ',');
    texto(out, "Name", nombre);
    buffer_add_char(out, ',');
    texto(out, "ElectoralDistrictId", lugar);
    buffer_add_text(out, ",\"VotesAllowed\":1,\"VoteVariation\":\"plurality\",");
    avance(t == NULL ? i->resumen : &t->resumen, out);
    buffer_add_text(out, ",\"SummaryCounts\":[");
    lugares_visita(i, contienda, 0, sumas_de);
    buffer_add_text(out, "],\"BallotSelection\":[");
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (opcion->tipo == OPCION_NULOS) {
            continue;
        }
        abre(out, "CandidateSelection", primera);
        primera = false;
        buffer_printf(out,
                      "\"@id\":\"%s-opcion-%zu\",\"SequenceOrder\":%zu,"
                      "\"CandidateIds\":[\"%s-candidatura-%zu\"],",
                      id, o + 1, o + 1, id, o + 1);
        if (es_partido(opcion)) {
            buffer_printf(out, "\"EndorsementPartyIds\":[\"partido-%zu\"],", o + 1);
        } else if (opcion->tipo == OPCION_NO_REGISTRADAS) {
            buffer_add_text(out, "\"IsWriteIn\":true,");
        }
        buffer_add_text(out, "\"VoteCounts\":[");
        lugares_visita(i, contienda, o, votos_de);
        buffer_add_text(out, "]}");
    }
    buffer_add_text(out, "]}");
}

/* Who is elected by the whole, and who by each territorio: the clave says it
 * (prep-rules 8); a national or state office is one contest. */
static bool por_territorio(const struct eleccion *eleccion)
{
    static const char *const cargos[] = { "DIP", "AYUN", "ALC", "JUNTA", "PRESMUN" };

    for (size_t c = 0; c < sizeof cargos / sizeof cargos[0]; c++) {
        if (strncmp(eleccion->clave, cargos[c], strlen(cargos[c])) == 0) {
            return true;
        }
    }
    return false;
}

static void contiendas(const struct informe *i, bool candidaturas)
{
    bool first = true;

    if (!por_territorio(i->eleccion)) {
        if (candidaturas) {
            candidatos(i, TODO, &first);
        } else {
            contienda_escribe(i, TODO, true);
        }
        return;
    }
    for (size_t t = 0; t < i->arbol->territorio_count; t++) {
        if (i->arbol->territorios[t].eleccion != i->e) {
            continue;
        }
        if (candidaturas) {
            candidatos(i, t, &first);
        } else {
            contienda_escribe(i, t, first);
            first = false;
        }
    }
}

static const char *estado_del_informe(const struct informe *i)
{
    if (i->resumen->capturadas == 0) {
        return "pre-election";
    }
    return i->corte->ultimo && i->resumen->capturadas == i->resumen->esperadas
               ? "unofficial-complete"
               : "unofficial-partial";
}

void nist_informe(const struct arbol *arbol, const struct eleccion *eleccion,
                  const struct resumen *resumen, const struct corte *corte,
                  struct buffer *out)
{
    const struct definicion *definicion = arbol->definicion;
    struct informe i = { .arbol = arbol,
                         .eleccion = eleccion,
                         .e = eleccion->ordinal - 1,
                         .resumen = resumen,
                         .corte = corte,
                         .out = out };

    buffer_add_text(out, "{\"@type\":\"ElectionResults.ElectionReport\","
                         "\"Format\":\"summary-contest\",");
    objeto_hora("GeneratedDate", corte->nominal_ms, definicion->desfase_min, out);
    buffer_add_char(out, ',');
    texto(out, "Issuer", definicion->nombre);
    buffer_add_char(out, ',');
    texto(out, "IssuerAbbreviation", definicion->entidad_clave);
    buffer_printf(out,
                  ",\"SequenceStart\":1,\"SequenceEnd\":1,\"Status\":\"%s\","
                  "\"VendorApplicationId\":\"prep-publica\",\"IsTest\":%s,",
                  estado_del_informe(&i),
                  definicion->modo == MODO_OFICIAL ? "false" : "true");
    texto(out, "Notes",
          "Programa de Resultados Electorales Preliminares: cifras informativas, sin "
          "efectos jurídicos");
    buffer_printf(out,
                  ",\"ExternalIdentifier\":[{\"@type\":\"ElectionResults."
                  "ExternalIdentifier\",\"Type\":\"other\",\"OtherType\":\"corte\","
                  "\"Value\":\"%llu\"}]",
                  (unsigned long long)corte->numero);
    lugares(&i);
    partidos(&i);
    buffer_add_text(out, ",\"Election\":[{\"@type\":\"ElectionResults.Election\",");
    texto(out, "ElectionScopeId", i.ambito);
    buffer_add_char(out, ',');
    fecha(out, "StartDate", definicion->inicio_ms, definicion->desfase_min);
    buffer_add_char(out, ',');
    fecha(out, "EndDate", definicion->inicio_ms, definicion->desfase_min);
    buffer_add_text(out, ",\"Type\":\"general\",");
    en_espanol(out, "Name", eleccion->nombre);
    buffer_add_text(out, ",\"Candidate\":[");
    contiendas(&i, true);
    buffer_add_text(out, "],\"Contest\":[");
    contiendas(&i, false);
    buffer_add_text(out, "]}]}\n");
}
