#include "simulacro/columnas.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "prep/reglas.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct sinonimo {
    const char *nombre;
    enum columna_clase clase;
};

static const struct sinonimo sinonimos[] = {
    { "CLAVE_CASILLA", COL_CLAVE_CASILLA },
    { "CLAVE_DE_CASILLA", COL_CLAVE_CASILLA },
    { "CLAVE_ACTA", COL_CLAVE_ACTA },
    { "CLAVE_DE_ACTA", COL_CLAVE_ACTA },
    { "ID_ESTADO", COL_ENTIDAD },
    { "ID_ENTIDAD", COL_ENTIDAD },
    { "CLAVE_ENTIDAD", COL_ENTIDAD },
    { "ESTADO", COL_ENTIDAD_NOMBRE },
    { "ENTIDAD", COL_ENTIDAD_NOMBRE },
    { "NOMBRE_ESTADO", COL_ENTIDAD_NOMBRE },
    { "NOMBRE_ENTIDAD", COL_ENTIDAD_NOMBRE },
    { "ENTIDAD_FEDERATIVA", COL_ENTIDAD_NOMBRE },
    { "ID_DISTRITO", COL_TERRITORIO },
    { "ID_DISTRITO_LOCAL", COL_TERRITORIO },
    { "ID_DISTRITO_FEDERAL", COL_TERRITORIO },
    { "ID_MUNICIPIO", COL_TERRITORIO },
    { "ID_MUNICIPIO_LOCAL", COL_TERRITORIO },
    { "ID_ALCALDIA", COL_TERRITORIO },
    { "ID_DEMARCACION", COL_TERRITORIO },
    { "ID_JUNTA", COL_TERRITORIO },
    { "ID_JUNTA_MUNICIPAL", COL_TERRITORIO },
    { "ID_COMUNIDAD", COL_TERRITORIO },
    { "DISTRITO", COL_TERRITORIO_NOMBRE },
    { "DISTRITO_LOCAL", COL_TERRITORIO_NOMBRE },
    { "DISTRITO_FEDERAL", COL_TERRITORIO_NOMBRE },
    { "NOMBRE_DISTRITO", COL_TERRITORIO_NOMBRE },
    { "CABECERA_DISTRITAL", COL_TERRITORIO_NOMBRE },
    { "MUNICIPIO", COL_TERRITORIO_NOMBRE },
    { "MUNICIPIO_LOCAL", COL_TERRITORIO_NOMBRE },
    { "NOMBRE_MUNICIPIO", COL_TERRITORIO_NOMBRE },
    { "ALCALDIA", COL_TERRITORIO_NOMBRE },
    { "DEMARCACION", COL_TERRITORIO_NOMBRE },
    { "JUNTA", COL_TERRITORIO_NOMBRE },
    { "JUNTA_MUNICIPAL", COL_TERRITORIO_NOMBRE },
    { "COMUNIDAD", COL_TERRITORIO_NOMBRE },
    { "SECCION", COL_SECCION },
    { "ID_SECCION", COL_SECCION },
    { "SECCION_ELECTORAL", COL_SECCION },
    { "ID_CASILLA", COL_ID_CASILLA },
    { "NUMERO_CASILLA", COL_ID_CASILLA },
    { "TIPO_CASILLA", COL_TIPO_CASILLA },
    { "TIPO_DE_CASILLA", COL_TIPO_CASILLA },
    { "EXT_CONTIGUA", COL_EXT_CONTIGUA },
    { "EXTRAORDINARIA_CONTIGUA", COL_EXT_CONTIGUA },
    { "UBICACION_CASILLA", COL_UBICACION },
    { "UBICACION", COL_UBICACION },
    { "TIPO_ACTA", COL_TIPO_ACTA },
    { "NUM_ACTA_IMPRESO", COL_TIPO_ACTA },
    { "NO_REGISTRADAS", COL_NO_REGISTRADAS },
    { "NO_REGISTRADOS", COL_NO_REGISTRADAS },
    { "NO_REGISTRADO", COL_NO_REGISTRADAS },
    { "CNR", COL_NO_REGISTRADAS },
    { "NO_REG", COL_NO_REGISTRADAS },
    { "NUM_VOTOS_CAN_NREG", COL_NO_REGISTRADAS },
    { "CANDIDATOS_NO_REGISTRADOS", COL_NO_REGISTRADAS },
    { "CANDIDATURAS_NO_REGISTRADAS", COL_NO_REGISTRADAS },
    { "CANDIDATURA_NO_REGISTRADA", COL_NO_REGISTRADAS },
    { "CANDIDATO_A_NO_REGISTRADO_A", COL_NO_REGISTRADAS },
    { "VOTOS_CANDIDATURAS_NO_REGISTRADAS", COL_NO_REGISTRADAS },
    { "NULOS", COL_NULOS },
    { "VOTOS_NULOS", COL_NULOS },
    { "NUM_VOTOS_NULOS", COL_NULOS },
    { "VN", COL_NULOS },
    { "TOTAL_VOTOS_CALCULADO", COL_CALCULADO },
    { "TOTAL_VOTOS_CALCULADOS", COL_CALCULADO },
    { "TOTAL_CALCULADO", COL_CALCULADO },
    { "TOTAL_VOTOS", COL_CALCULADO },
    { "TOTAL_DE_VOTOS_CALCULADO", COL_CALCULADO },
    { "LISTA_NOMINAL", COL_LISTA_NOMINAL },
    { "LISTA_NOMINAL_CASILLA", COL_LISTA_NOMINAL },
    { "REPRESENTANTES_PP_CI", COL_REPRESENTANTES },
    { "REPRESENTANTES_PP_Y_CI", COL_REPRESENTANTES },
    { "REPRESENTANTES_PP_CSP", COL_REPRESENTANTES },
    { "REPRESENTANTES", COL_REPRESENTANTES },
    { "NUM_REPRESENTANTES_PP_CI", COL_REPRESENTANTES },
    { "OBSERVACIONES", COL_OBSERVACIONES },
    { "OBSERVACION", COL_OBSERVACIONES },
    { "CONTABILIZADA", COL_CONTABILIZADA },
    { "CONTABILIZADO", COL_CONTABILIZADA },
    { "MECANISMOS_TRASLADO", COL_MECANISMO },
    { "MECANISMO_TRASLADO", COL_MECANISMO },
    { "MECANISMOS_DE_TRASLADO", COL_MECANISMO },
    { "CRYT", COL_MECANISMO },
    { "SHA", COL_CODIGO },
    { "CODIGO_INTEGRIDAD", COL_CODIGO },
    { "CODIGO_DE_INTEGRIDAD", COL_CODIGO },
    { "HASH", COL_CODIGO },
    { "HORA_ACOPIO", COL_ACOPIO },
    { "FECHA_HORA_ACOPIO", COL_ACOPIO },
    { "FECHA_HORA_DE_ACOPIO", COL_ACOPIO },
    { "HORA_CAPTURA", COL_CAPTURA },
    { "FECHA_HORA_CAPTURA", COL_CAPTURA },
    { "FECHA_HORA_DE_CAPTURA", COL_CAPTURA },
    { "HORA_VERIFICACION", COL_VERIFICACION },
    { "HORA_REGISTRO", COL_VERIFICACION },
    { "FECHA_HORA_VERIFICACION", COL_VERIFICACION },
    { "FECHA_HORA_DE_VERIFICACION", COL_VERIFICACION },
    { "ORIGEN", COL_ORIGEN },
    { "DIGITALIZACION", COL_DIGITALIZACION },
    { "TIPO_DOCUMENTO", COL_DOCUMENTO },
    { "TIPO_DE_DOCUMENTO", COL_DOCUMENTO },
    { "COTEJADA", COL_COTEJADA },
};

/* Quantities that an acta has and that are not votes, by how their names begin. */
static const char *const campos_inicio[] = {
    "TOTAL_BOLETAS",   "BOLETAS_",        "TOTAL_PERSONAS",
    "PERSONAS_",       "TOTAL_REP",       "TOTAL_VOTOS_",
    "NUM_BOLETAS",     "CODIGOS_",        "TOTAL_CODIGOS",
    "SOBRES_",         "TOTAL_SOBRES",    "TOTAL_CIUDADANOS",
    "CIUDADANOS_",     "NUM_PERSONAS",    "NUM_REPRESENTANTES_VOTARON",
    "VOTOS_SACADOS",   "VOTOS_ASENTADOS", "TOTAL_ASENTADO",
    "TOTAL_ELECTORES",
};

/* National parties from 2012 on, and the local ones of the bases known. */
static const char *const partidos[] = {
    "PAN",
    "PRI",
    "PRD",
    "PT",
    "PVEM",
    "MC",
    "NA",
    "NVA_ALIANZA",
    "PANAL",
    "NAP",
    "NUEVA_ALIANZA",
    "MORENA",
    "MOR",
    "PES",
    "ES",
    "RSP",
    "FM",
    "FXM",
    "FXMP",
    "FUERZA_POR_MEXICO",
    "PH",
    "PHM",
    "PSI",
    "CPP",
    "ENCUENTRO_SOCIAL",
    "VIA_RADICAL",
    "PCPP",
    "PSD",
    "PUP",
    "PAC",
    "PFD",
    "FUTURO",
    "HAGAMOS",
    "SOMOS",
    "PSM",
    "PNAS",
    "NAS",
    "PANALS",
    "NAEM",
    "PMC",
    "PCP",
    "PP",
};

/* How the columns of combinations and independents begin. */
static const char *const candidaturas_inicio[] = {
    "C_",
    "CC_",
    "CO_",
    "COA_",
    "COAL_",
    "COALICION_",
    "CAND_",
    "CI_",
    "CSP_",
    "IND_",
    "CAND_IND",
    "CANDIDATURA_COMUN",
    "CANDIDATURA_INDEPENDIENTE",
    "CANDIDATO_IND",
};

static bool starts_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* The capital without accent of a letter of Spanish, or 0. */
static char capital(uint32_t code)
{
    static const struct {
        uint32_t upper, lower;
        char plain;
    } accents[] = { { 0xC1, 0xE1, 'A' }, { 0xC9, 0xE9, 'E' }, { 0xCD, 0xED, 'I' },
                    { 0xD3, 0xF3, 'O' }, { 0xDA, 0xFA, 'U' }, { 0xDC, 0xFC, 'U' },
                    { 0xD1, 0xF1, 'N' } };

    if (code < 0x80) {
        return isalnum((int)code) ? (char)toupper((int)code) : '\0';
    }
    for (size_t i = 0; i < COUNT_OF(accents); i++) {
        if (code == accents[i].upper || code == accents[i].lower) {
            return accents[i].plain;
        }
    }
    return '\0';
}

void nombre_normaliza(const char *nombre, char out_text[static COLUMNA_NOMBRE_SIZE])
{
    size_t len = 0, rest = strlen(nombre);
    bool gap = false;

    while (rest > 0 && len + 2 < COLUMNA_NOMBRE_SIZE) {
        uint32_t code = 0;
        size_t step = utf8_decode(nombre, rest, &code);
        char plain = step == 0 ? '\0' : capital(code);

        step = step == 0 ? 1 : step;
        nombre += step;
        rest -= step;
        if (plain == '\0') {
            gap = len > 0;
            continue;
        }
        if (gap) {
            out_text[len++] = '_';
            gap = false;
        }
        out_text[len++] = plain;
    }
    out_text[len] = '\0';
}

enum columna_clase columna_clasifica(const char *nombre)
{
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(nombre, name);
    for (size_t i = 0; i < COUNT_OF(sinonimos); i++) {
        if (strcmp(sinonimos[i].nombre, name) == 0) {
            return sinonimos[i].clase;
        }
    }
    for (size_t i = 0; i < COUNT_OF(campos_inicio); i++) {
        if (starts_with(name, campos_inicio[i])) {
            return COL_CAMPO;
        }
    }
    return nombre_de_candidatura(nombre) ? COL_VOTO : COL_AJENA;
}

/* The party that starts text and ends at `_` or at the end: its length, or 0. */
static size_t partido_len(const char *text)
{
    size_t best = 0;

    for (size_t i = 0; i < COUNT_OF(partidos); i++) {
        size_t len = strlen(partidos[i]);

        if (len > best && starts_with(text, partidos[i]) &&
            (text[len] == '_' || text[len] == '\0')) {
            best = len;
        }
    }
    return best;
}

bool nombre_de_candidatura(const char *nombre)
{
    char name[COLUMNA_NOMBRE_SIZE];
    const char *at = name;

    nombre_normaliza(nombre, name);
    for (size_t i = 0; i < COUNT_OF(candidaturas_inicio); i++) {
        if (starts_with(name, candidaturas_inicio[i])) {
            return true;
        }
    }
    /* PAN_PRI_PRD: parties and nothing else. */
    while (*at != '\0') {
        size_t len = partido_len(at);

        if (len == 0) {
            return false;
        }
        at += len;
        at += *at == '_';
    }
    return name[0] != '\0';
}

int encabezado_clasifica(const char *nombre)
{
    static const struct {
        const char *nombre;
        int position;
    } others[] = {
        { "ACTAS_FUERA_DE_CATALOGO", 2 },
        { "PORCENTAJE_ACTAS_CON_INCONSISTENCIAS", 7 },
        { "PORCENTAJE_ACTAS_INCONSISTENTES", 7 },
        { "PORCENTAJE_DE_ACTAS_CON_INCONSISTENCIAS", 7 },
        { "LISTA_NOMINAL_ACTAS_CONTABILZADAS", 9 },
        { "LISTA_NOMINAL_DE_ACTAS_CONTABILIZADAS", 9 },
        { "LISTA_NOMINAL_CONTABILIZADA", 9 },
        { "TOTAL_VOTOS_CON_CS", 10 },
        { "TOTAL_VOTOS_CON_ESPECIALES", 10 },
        { "TOTAL_VOTOS_SIN_CS", 11 },
        { "TOTAL_VOTOS_SIN_ESPECIALES", 11 },
        { "PORCENTAJE_PARTICIPACION", 12 },
        { "PORCENTAJE_DE_PARTICIPACION_CIUDADANA", 12 },
        { "PARTICIPACION_CIUDADANA", 12 },
    };
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(nombre, name);
    for (int i = 0; i < (int)ENCABEZADO_COUNT; i++) {
        if (strcmp(encabezado_nombres[i], name) == 0) {
            return i;
        }
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (strcmp(others[i].nombre, name) == 0) {
            return others[i].position;
        }
    }
    return -1;
}

const char *columna_fuente(enum columna_clase clase)
{
    static const char *const fuentes[COL_CLASE_COUNT] = {
        [COL_CLAVE_CASILLA] = "clave_casilla",
        [COL_CLAVE_ACTA] = "clave_acta",
        [COL_ENTIDAD] = "entidad",
        [COL_ENTIDAD_NOMBRE] = "entidad_nombre",
        [COL_TERRITORIO] = "territorio",
        [COL_TERRITORIO_NOMBRE] = "territorio_nombre",
        [COL_SECCION] = "seccion",
        [COL_ID_CASILLA] = "id_casilla",
        [COL_TIPO_CASILLA] = "tipo_casilla",
        [COL_EXT_CONTIGUA] = "ext_contigua",
        [COL_UBICACION] = "ubicacion",
        [COL_TIPO_ACTA] = "tipo_acta",
        [COL_CALCULADO] = "total_calculado",
        [COL_LISTA_NOMINAL] = "lista_nominal",
        [COL_REPRESENTANTES] = "representantes",
        [COL_OBSERVACIONES] = "observaciones",
        [COL_CONTABILIZADA] = "contabilizada",
        [COL_MECANISMO] = "mecanismo",
        [COL_CODIGO] = "codigo_integridad",
        [COL_ACOPIO] = "hora_acopio",
        [COL_CAPTURA] = "hora_captura",
        [COL_VERIFICACION] = "hora_verificacion",
        [COL_ORIGEN] = "origen",
        [COL_DIGITALIZACION] = "digitalizacion",
        [COL_DOCUMENTO] = "documento",
        [COL_COTEJADA] = "cotejada",
    };

    return fuentes[clase];
}

bool columna_es_identidad(enum columna_clase clase)
{
    return clase >= COL_CLAVE_CASILLA && clase <= COL_TIPO_ACTA;
}

bool columna_es_voto(enum columna_clase clase)
{
    return clase == COL_VOTO || clase == COL_NO_REGISTRADAS || clase == COL_NULOS;
}

bool columna_es_celda(enum columna_clase clase)
{
    return clase == COL_CAMPO || columna_es_voto(clase);
}

bool columna_es_hora(enum columna_clase clase)
{
    return clase == COL_ACOPIO || clase == COL_CAPTURA || clase == COL_VERIFICACION;
}
