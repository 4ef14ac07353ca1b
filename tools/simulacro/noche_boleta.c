/* The quantities of an acta and the options of its ballot, from column names. */
#include <string.h>

#include "simulacro/noche.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A clave cannot have blanks, commas, quotes or pipes; a column name can. */
static const char *clave_de(struct almacen *almacen, const char *nombre)
{
    char *clave = almacen_text(almacen, nombre);

    for (char *at = clave; *at != '\0'; at++) {
        if (strchr(" \t,\"'|;:", *at) != NULL) {
            *at = '_';
        }
    }
    if (strlen(clave) > 60) {
        clave[60] = '\0';
    }
    return clave;
}

static bool starts_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool es_independiente(const char *name)
{
    return starts_with(name, "CAND_IND") || starts_with(name, "CI_") ||
           starts_with(name, "IND_") || starts_with(name, "CSP_") ||
           starts_with(name, "CANDIDATURA_INDEPENDIENTE") ||
           starts_with(name, "CANDIDATO_IND");
}

/* Past the prefix that only says "coalition". */
static const char *sin_prefijo(const char *name)
{
    static const char *const prefixes[] = { "COALICION_", "COAL_", "COA_",
                                            "CC_",        "CO_",   "C_" };

    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (starts_with(name, prefixes[i])) {
            return name + strlen(prefixes[i]);
        }
    }
    return name;
}

/* The option other than self whose name starts text up to `_` or the end: the
 * shortest, since in PAN_PRI_PRD the option PAN_PRI is not a party. */
static const struct noche_celda *partido_en(const struct noche_eleccion *eleccion,
                                            const struct noche_celda *self,
                                            const char *text, size_t *out_len)
{
    const struct noche_celda *best = NULL;

    *out_len = 0;
    for (size_t i = eleccion->campo_count; i < eleccion->celda_count; i++) {
        const struct noche_celda *option = &eleccion->celdas[i];
        char name[COLUMNA_NOMBRE_SIZE];
        size_t len;

        nombre_normaliza(option->nombre, name);
        len = strlen(name);
        if (option != self && option->clase == COL_VOTO &&
            (best == NULL || len < *out_len) && strncmp(text, name, len) == 0 &&
            (text[len] == '_' || text[len] == '\0')) {
            best = option;
            *out_len = len;
        }
    }
    return best;
}

/* PAN_PRI: the claves of its parties; count 0 when it is not made of them. */
static size_t miembros_de(struct almacen *almacen,
                          const struct noche_eleccion *eleccion,
                          const struct noche_celda *self, const char ***out_miembros)
{
    char name[COLUMNA_NOMBRE_SIZE];
    const char *at, **miembros;
    size_t count = 0;

    nombre_normaliza(self->nombre, name);
    miembros = almacen_alloc(almacen, COLUMNA_NOMBRE_SIZE * sizeof *miembros);
    for (at = sin_prefijo(name); *at != '\0';) {
        size_t len;
        const struct noche_celda *party = partido_en(eleccion, self, at, &len);

        if (party == NULL || party->miembro_count > 0) {
            return 0;
        }
        for (size_t i = 0; i < count; i++) {
            if (miembros[i] == party->clave) {
                return 0;
            }
        }
        miembros[count++] = party->clave;
        at += len;
        at += *at == '_';
    }
    *out_miembros = miembros;
    return count;
}

static void tipo_decide(struct almacen *almacen, const struct noche_eleccion *eleccion,
                        struct noche_celda *option)
{
    char name[COLUMNA_NOMBRE_SIZE];

    nombre_normaliza(option->nombre, name);
    if (option->clase == COL_NO_REGISTRADAS) {
        option->tipo = OPCION_NO_REGISTRADAS;
        return;
    }
    if (option->clase == COL_NULOS) {
        option->tipo = OPCION_NULOS;
        return;
    }
    option->tipo = es_independiente(name) ? OPCION_INDEPENDIENTE : OPCION_PARTIDO;
    if (option->tipo == OPCION_INDEPENDIENTE) {
        return;
    }
    option->miembro_count = miembros_de(almacen, eleccion, option, &option->miembros);
    if (option->miembro_count >= 2) {
        option->tipo =
            starts_with(name, "CC_") ? OPCION_CANDIDATURA_COMUN : OPCION_COMBINACION;
        return;
    }
    option->miembro_count = 0;
    if (sin_prefijo(name) != name || starts_with(name, "CANDIDATURA_COMUN")) {
        option->tipo = OPCION_CANDIDATURA_COMUN;
    }
}

/* Members must be parties: what names a combination as its member is none. */
static void miembros_revisa(struct noche_eleccion *eleccion)
{
    for (size_t i = eleccion->campo_count; i < eleccion->celda_count; i++) {
        struct noche_celda *option = &eleccion->celdas[i];

        for (size_t m = 0; m < option->miembro_count; m++) {
            for (size_t k = eleccion->campo_count; k < eleccion->celda_count; k++) {
                if (eleccion->celdas[k].clave == option->miembros[m] &&
                    eleccion->celdas[k].tipo != OPCION_PARTIDO) {
                    option->miembro_count = 0;
                    option->tipo = OPCION_CANDIDATURA_COMUN;
                    break;
                }
            }
            if (option->miembro_count == 0) {
                break;
            }
        }
    }
}

enum prep_status noche_boleta(struct noche *noche, struct noche_eleccion *eleccion,
                              struct prep_reason *reason)
{
    const struct tabla *tabla = eleccion->tabla;
    struct almacen *almacen = noche->base->almacen;
    size_t nulos = 0, no_registradas = 0, opciones;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < tabla->columna_count; i++) {
            const struct columna *columna = &tabla->columnas[i];

            if ((pass == 0) != (columna->clase == COL_CAMPO) ||
                !columna_es_celda(columna->clase)) {
                continue;
            }
            if (eleccion->celda_count == ELECCION_CELDAS_MAX) {
                return prep_fail(reason, PREP_ERR_RANGE,
                                 "%s: tiene más de %u cantidades por acta", tabla->ruta,
                                 ELECCION_CELDAS_MAX);
            }
            eleccion->celdas[eleccion->celda_count++] =
                (struct noche_celda){ .clave = clave_de(almacen, columna->nombre),
                                      .nombre = columna->nombre,
                                      .clase = columna->clase };
            nulos += columna->clase == COL_NULOS;
            no_registradas += columna->clase == COL_NO_REGISTRADAS;
        }
        if (pass == 0) {
            eleccion->campo_count = eleccion->celda_count;
        }
    }
    opciones = eleccion->celda_count - eleccion->campo_count;
    if (nulos != 1 || no_registradas != 1 || opciones < 3 ||
        opciones > ELECCION_OPCIONES_MAX ||
        eleccion->campo_count > ELECCION_CAMPOS_MAX) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "%s: no se reconocen sus columnas de votos: %zu opciones, %zu "
                         "de votos nulos, %zu de no registradas, %zu cantidades más",
                         tabla->ruta, opciones, nulos, no_registradas,
                         eleccion->campo_count);
    }
    for (size_t i = eleccion->campo_count; i < eleccion->celda_count; i++) {
        tipo_decide(almacen, eleccion, &eleccion->celdas[i]);
    }
    miembros_revisa(eleccion);
    return PREP_OK;
}
