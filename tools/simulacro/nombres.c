/* What elections and entities are called in files, folders and titles. */
#include <string.h>

#include "simulacro/base.h"

#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A token of a file name, or the beginning of one word of a title. */
struct palabra {
    const char *palabra;
    const char *clave; /* NULL: the word itself */
    bool entera;       /* the whole token; else its beginning */
};

static const struct palabra palabras[] = {
    { "JUNTAS", NULL, true },
    { "JUNTA", "JUNTAS", true },
    { "AYUN", NULL, true },
    { "AYTO", "AYUN", false },
    { "AYUNTAMIENTO", "AYUN", false },
    { "ALC", "ALC", true },
    { "ALCALDIA", "ALC", false },
    { "DIP", "DIP", true },
    { "DIPUTAD", "DIP", false },
    { "DIPUTACION", "DIP", false },
    { "GOB", NULL, true },
    { "GUB", NULL, true },
    { "GUBERNATURA", "GUB", false },
    { "GOBERNA", "GUB", false },
    { "JEF", "JGOB", true },
    { "JGOB", NULL, true },
    { "JEFATURA", "JGOB", false },
    { "SEN", NULL, true },
    { "SENAD", "SEN", false },
    { "PRES", NULL, true },
    { "PRESIDEN", "PRES", false },
};

static const char *const orden[] = { "PRES", "SEN", "DIP_FED", "JGOB",
                                     "GOB",  "GUB", "DIP_LOC", "DIP",
                                     "AYUN", "ALC", "JUNTAS" };

static const char *const entidades[] = {
    "AGS",  "BC",  "BCS", "CAMP", "COAH", "COL",   "CHIS", "CHIH", "CDMX", "DGO", "GTO",
    "GRO",  "HGO", "JAL", "MEX",  "MICH", "MOR",   "NAY",  "NL",   "OAX",  "PUE", "QRO",
    "QROO", "SLP", "SIN", "SON",  "TAB",  "TAMPS", "TLAX", "VER",  "YUC",  "ZAC",
};

const char *entidad_nombre(int64_t id)
{
    return id >= 1 && id <= (int64_t)COUNT_OF(entidades) ? entidades[id - 1]
                                                         : "NACIONAL";
}

int eleccion_orden(const char *clave)
{
    for (size_t i = 0; i < COUNT_OF(orden); i++) {
        if (strcmp(orden[i], clave) == 0) {
            return (int)i;
        }
    }
    return (int)COUNT_OF(orden);
}

/* The election that a text names, or NULL. */
static const char *text_clave(const char *text)
{
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(text, name);
    for (size_t i = 0; i < COUNT_OF(palabras); i++) {
        const struct palabra *row = &palabras[i];
        const size_t len = strlen(row->palabra);

        for (const char *at = name; *at != '\0'; at += strcspn(at, "_")) {
            at += *at == '_';
            if (strncmp(at, row->palabra, len) == 0 &&
                (!row->entera || at[len] == '_' || at[len] == '\0')) {
                return row->clave == NULL ? row->palabra : row->clave;
            }
        }
    }
    return NULL;
}

static enum territorio_tipo territorio(const struct tabla *tabla, const char *clave)
{
    size_t column = tabla_columna(tabla, COL_TERRITORIO);
    char name[COLUMNA_NOMBRE_SIZE];

    if (strcmp(clave, "JUNTAS") == 0) {
        return TERRITORIO_JUNTA;
    }
    if (column == tabla->columna_count) {
        column = tabla_columna(tabla, COL_TERRITORIO_NOMBRE);
    }
    if (column == tabla->columna_count) {
        return TERRITORIO_ENTIDAD;
    }
    nombre_normaliza(tabla->columnas[column].nombre, name);
    if (strstr(name, "FEDERAL") != NULL || strcmp(clave, "PRES") == 0 ||
        strcmp(clave, "SEN") == 0) {
        return TERRITORIO_DISTRITO_FEDERAL;
    }
    if (strstr(name, "MUNICIPIO") != NULL || strstr(name, "ALCALDIA") != NULL ||
        strstr(name, "DEMARCACION") != NULL) {
        return TERRITORIO_MUNICIPIO;
    }
    return TERRITORIO_DISTRITO_LOCAL;
}

/* Capitals and digits of the title: an election that no word above names. */
static void title_clave(const char *title, char out_clave[static BASE_CLAVE_SIZE])
{
    char name[COLUMNA_NOMBRE_SIZE];
    size_t len;

    nombre_normaliza(title, name);
    len = strcspn(name, "_");
    len = len >= BASE_CLAVE_SIZE ? BASE_CLAVE_SIZE - 1 : len;
    memcpy(out_clave, len == 0 ? "ELEC" : name, len == 0 ? 5 : len);
    out_clave[len == 0 ? 4 : len] = '\0';
}

void eleccion_nombre(const struct tabla *tabla, char out_clave[static BASE_CLAVE_SIZE],
                     enum territorio_tipo *out_territorio)
{
    const char *clave = text_clave(ruta_nombre(tabla->ruta));

    clave = clave == NULL ? text_clave(tabla->titulo) : clave;
    clave = clave == NULL ? text_clave(tabla->ruta) : clave;
    if (clave == NULL) {
        title_clave(tabla->titulo, out_clave);
    } else {
        text_copy(out_clave, BASE_CLAVE_SIZE, clave);
    }
    *out_territorio = territorio(tabla, out_clave);
    if (strcmp(out_clave, "DIP") == 0) {
        text_copy(out_clave, BASE_CLAVE_SIZE,
                  *out_territorio == TERRITORIO_DISTRITO_FEDERAL ? "DIP_FED"
                                                                 : "DIP_LOC");
    }
}
