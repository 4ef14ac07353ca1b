#include "nist.h"

#include <stdio.h>
#include <string.h>

#include "nist_obra.h"

/* ---- parties */

static bool es_partido(const struct opcion *opcion)
{
    return opcion->tipo == OPCION_PARTIDO || opcion->tipo == OPCION_COMBINACION ||
           opcion->tipo == OPCION_CANDIDATURA_COMUN;
}

static void partidos(const struct nist_obra *i)
{
    struct buffer *out = i->out;
    bool first = true;

    buffer_add_text(out, ",\"Party\":[");
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (!es_partido(opcion)) {
            continue;
        }
        nist_abre(out, opcion->tipo == OPCION_PARTIDO ? "Party" : "Coalition", first);
        first = false;
        buffer_printf(out, "\"@id\":\"partido-%zu\",", o + 1);
        nist_texto(out, "Abbreviation", opcion->clave);
        buffer_add_char(out, ',');
        nist_en_espanol(out, "Name", opcion->clave);
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
typedef void (*lugar_visita)(const struct nist_obra *i, const char *id,
                             const struct resumen *resumen, size_t opcion, bool first);

#define ENTERA SIZE_MAX /* the contest of the whole election */

static void lugares_visita(const struct nist_obra *i, size_t contienda, size_t opcion,
                           lugar_visita visita)
{
    size_t first = 0, count = nist_entidades(i, &first);
    char id[NIST_ID_SIZE];

    if (contienda != ENTERA) {
        nist_id_territorio(i, contienda, id);
        visita(i, id, &i->arbol->territorios[contienda].resumen, opcion, true);
        return;
    }
    visita(i, i->ambito, i->resumen, opcion, true);
    for (size_t n = first; n < first + count; n++) {
        const struct arbol_entidad *entidad = &i->arbol->entidades[n];
        struct resumen sum;

        if (count > 1) {
            nist_id_entidad(i, n, id);
            arbol_entidad_resumen(i->arbol, n, &sum);
            visita(i, id, &sum, opcion, false);
        }
        for (uint32_t t = 0; t < entidad->territorio_count; t++) {
            size_t territorio = entidad->territorio_first + t;

            nist_id_territorio(i, territorio, id);
            visita(i, id, &i->arbol->territorios[territorio].resumen, opcion, false);
        }
    }
}

static void votos_de(const struct nist_obra *i, const char *id,
                     const struct resumen *resumen, size_t opcion, bool first)
{
    nist_abre(i->out, "VoteCounts", first);
    nist_texto(i->out, "GpUnitId", id);
    buffer_add_text(i->out, ",\"Type\":\"total\",");
    nist_numero(i->out, "Count", resumen->votos[opcion]);
    buffer_add_char(i->out, '}');
}

static void sumas_de(const struct nist_obra *i, const char *id,
                     const struct resumen *resumen, size_t opcion, bool first)
{
    (void)opcion;
    nist_abre(i->out, "SummaryCounts", first);
    nist_texto(i->out, "GpUnitId", id);
    buffer_add_text(i->out, ",\"Type\":\"total\",");
    nist_numero(i->out, "BallotsCast", resumen->votos_c_cs);
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        if (i->eleccion->opciones[o].tipo == OPCION_NULOS) {
            buffer_add_char(i->out, ',');
            nist_numero(i->out, "BallotsRejected", resumen->votos[o]);
        } else if (i->eleccion->opciones[o].tipo == OPCION_NO_REGISTRADAS) {
            buffer_add_char(i->out, ',');
            nist_numero(i->out, "WriteIns", resumen->votos[o]);
        }
    }
    buffer_add_char(i->out, '}');
}

static void id_contienda(const struct nist_obra *i, size_t contienda,
                         char out[static NIST_ID_SIZE])
{
    char lugar[NIST_ID_SIZE] = "";

    if (contienda != ENTERA) {
        nist_id_territorio(i, contienda, lugar);
    }
    (void)snprintf(out, NIST_ID_SIZE, "contienda%.4s%.100s",
                   lugar[0] == '\0' ? "" : "-", lugar);
}

static void candidatos(const struct nist_obra *i, size_t contienda, bool *first)
{
    char id[NIST_ID_SIZE];

    id_contienda(i, contienda, id);
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (opcion->tipo == OPCION_NULOS) {
            continue;
        }
        nist_abre(i->out, "Candidate", *first);
        *first = false;
        buffer_printf(i->out, "\"@id\":\"%s-candidatura-%zu\",", id, o + 1);
        nist_en_espanol(i->out, "BallotName", opcion->clave);
        if (es_partido(opcion)) {
            buffer_printf(i->out, ",\"PartyId\":\"partido-%zu\"", o + 1);
        } else if (opcion->tipo == OPCION_NO_REGISTRADAS) {
            buffer_add_text(i->out, ",\"PreElectionStatus\":\"write-in\"");
        }
        buffer_add_char(i->out, '}');
    }
}

static void contienda_escribe(const struct nist_obra *i, size_t contienda, bool first)
{
    const struct arbol_territorio *t =
        contienda == ENTERA ? NULL : &i->arbol->territorios[contienda];
    struct buffer *out = i->out;
    char id[NIST_ID_SIZE], lugar[NIST_ID_SIZE], nombre[400];
    bool primera = true;

    id_contienda(i, contienda, id);
    (void)snprintf(lugar, sizeof lugar, "%s", i->ambito);
    (void)snprintf(nombre, sizeof nombre, "%.180s", i->eleccion->nombre);
    if (t != NULL) {
        nist_id_territorio(i, contienda, lugar);
        (void)snprintf(nombre, sizeof nombre, "%.180s, %.180s", i->eleccion->nombre,
                       t->nombre);
    }
    nist_abre(out, "CandidateContest", first);
    nist_texto(out, "@id", id);
    buffer_add_char(out, ',');
    nist_texto(out, "Name", nombre);
    buffer_add_char(out, ',');
    nist_texto(out, "ElectoralDistrictId", lugar);
    buffer_add_text(out, ",\"VotesAllowed\":1,\"VoteVariation\":\"plurality\",");
    nist_avance(t == NULL ? i->resumen : &t->resumen, out);
    buffer_add_text(out, ",\"SummaryCounts\":[");
    lugares_visita(i, contienda, 0, sumas_de);
    buffer_add_text(out, "],\"BallotSelection\":[");
    for (size_t o = 0; o < i->eleccion->opcion_count; o++) {
        const struct opcion *opcion = &i->eleccion->opciones[o];

        if (opcion->tipo == OPCION_NULOS) {
            continue;
        }
        nist_abre(out, "CandidateSelection", primera);
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

static void contiendas(const struct nist_obra *i, bool candidaturas)
{
    bool first = true;

    if (!por_territorio(i->eleccion)) {
        if (candidaturas) {
            candidatos(i, ENTERA, &first);
        } else {
            contienda_escribe(i, ENTERA, true);
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

static const char *estado_del_informe(const struct nist_obra *i)
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
    struct nist_obra i = { .arbol = arbol,
                           .eleccion = eleccion,
                           .e = eleccion->ordinal - 1,
                           .resumen = resumen,
                           .corte = corte,
                           .out = out };

    buffer_add_text(out, "{\"@type\":\"ElectionResults.ElectionReport\","
                         "\"Format\":\"summary-contest\",");
    objeto_hora("GeneratedDate", corte->nominal_ms, definicion->desfase_min, out);
    buffer_add_char(out, ',');
    nist_texto(out, "Issuer", definicion->nombre);
    buffer_add_char(out, ',');
    nist_texto(out, "IssuerAbbreviation", definicion->entidad_clave);
    buffer_printf(out,
                  ",\"SequenceStart\":1,\"SequenceEnd\":1,\"Status\":\"%s\","
                  "\"VendorApplicationId\":\"prep-publica\",\"IsTest\":%s,",
                  estado_del_informe(&i),
                  definicion->modo == MODO_OFICIAL ? "false" : "true");
    nist_texto(
        out, "Notes",
        "Programa de Resultados Electorales Preliminares: cifras informativas, sin "
        "efectos jurídicos");
    buffer_printf(out,
                  ",\"ExternalIdentifier\":[{\"@type\":\"ElectionResults."
                  "ExternalIdentifier\",\"Type\":\"other\",\"OtherType\":\"corte\","
                  "\"Value\":\"%llu\"}]",
                  (unsigned long long)corte->numero);
    nist_lugares(&i);
    partidos(&i);
    buffer_add_text(out, ",\"Election\":[{\"@type\":\"ElectionResults.Election\",");
    nist_texto(out, "ElectionScopeId", i.ambito);
    buffer_add_char(out, ',');
    nist_fecha(out, "StartDate", definicion->inicio_ms, definicion->desfase_min);
    buffer_add_char(out, ',');
    nist_fecha(out, "EndDate", definicion->inicio_ms, definicion->desfase_min);
    buffer_add_text(out, ",\"Type\":\"general\",");
    nist_en_espanol(out, "Name", eleccion->nombre);
    buffer_add_text(out, ",\"Candidate\":[");
    contiendas(&i, true);
    buffer_add_text(out, "],\"Contest\":[");
    contiendas(&i, false);
    buffer_add_text(out, "]}]}\n");
}
