/* The columns of a profile: those it lists, and those of the election's ballot. */
#include <stdio.h>
#include <string.h>

#include "prep/perfil_obra.h"

#define COLUMNAS_MAX 160u

static const char *const apostrofo_palabras[] = { "ninguno", "inicial", "envuelto" };

/* What stands for each campo, or each opcion, that no other column of the list names.
 */
#define GRUPO_CAMPOS "campos"
#define GRUPO_OPCIONES "opciones"

static bool opcion_de_tipo(const struct eleccion *eleccion, enum opcion_tipo tipo,
                           size_t *out_index)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (eleccion->opciones[i].tipo == tipo) {
            *out_index = eleccion->campo_count + i;
            return true;
        }
    }
    return false;
}

/* "campo:X", "opcion:X", "no_registradas" or "nulos": its position among the cells. */
static bool celda_find(const struct eleccion *eleccion, const char *fuente,
                       size_t *out_index)
{
    if (strncmp(fuente, "campo:", 6) == 0) {
        for (size_t i = 0; i < eleccion->campo_count; i++) {
            if (strcmp(eleccion->campos[i].clave, fuente + 6) == 0) {
                *out_index = i;
                return true;
            }
        }
    }
    if (strncmp(fuente, "opcion:", 7) == 0) {
        for (size_t i = 0; i < eleccion->opcion_count; i++) {
            if (strcmp(eleccion->opciones[i].clave, fuente + 7) == 0) {
                *out_index = eleccion->campo_count + i;
                return true;
            }
        }
    }
    if (strcmp(fuente, "no_registradas") == 0) {
        return opcion_de_tipo(eleccion, OPCION_NO_REGISTRADAS, out_index);
    }
    return strcmp(fuente, "nulos") == 0 &&
           opcion_de_tipo(eleccion, OPCION_NULOS, out_index);
}

static enum prep_status fuente_compila(const struct obra *obra, struct ruta donde,
                                       const char *fuente,
                                       struct perfil_columna *columna)
{
    if (celda_find(obra->eleccion, fuente, &columna->indice)) {
        columna->fuente = FUENTE_CELDA;
        return PREP_OK;
    }
    if (strncmp(fuente, "texto:", 6) == 0) {
        columna->fuente = FUENTE_TEXTO;
        columna->fijo = obra_copia(obra, fuente + 6);
        return PREP_OK;
    }
    for (size_t i = 0; i < perfil_identidad_count; i++) {
        if (strcmp(perfil_identidades[i].palabra, fuente) == 0) {
            columna->fuente = FUENTE_IDENTIDAD;
            columna->indice = perfil_identidades[i].offset;
            return PREP_OK;
        }
    }
    for (int i = FUENTE_TOTAL_CALCULADO; i <= FUENTE_COTEJADA; i++) {
        const char *word = perfil_fuente_palabra((enum perfil_fuente)i);

        if (word != NULL && strcmp(word, fuente) == 0) {
            columna->fuente = (enum perfil_fuente)i;
            return PREP_OK;
        }
    }
    return cargador_refuse(obra->cargador, donde,
                           "«%.60s» no es una fuente; use una columna del catálogo, "
                           "campo:CLAVE, opcion:CLAVE, campos, opciones, texto:TEXTO, "
                           "observaciones, contabilizada u otra de docs/PERFILES.md",
                           fuente);
}

/* A base without a column for an option would hide its votes. */
static enum prep_status opciones_check(const struct obra *obra)
{
    const struct perfil *perfil = obra->perfil;
    const struct eleccion *eleccion = obra->eleccion;

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        size_t found = 0;

        for (size_t c = 0; c < perfil->columna_count; c++) {
            found += perfil->columnas[c].fuente == FUENTE_CELDA &&
                     perfil->columnas[c].indice == eleccion->campo_count + i;
        }
        if (found != 1) {
            return cargador_refuse(
                obra->cargador, EN(obra, "columnas"),
                "la opción «%s» está en %zu columnas; póngala en una",
                eleccion->opciones[i].clave, found);
        }
    }
    return PREP_OK;
}

/* Names that depend on the kind of territorio; the rest a profile writes. */
const char *obra_nombre_de_columna(const struct obra *obra, const char *fuente)
{
    static const char *const ids[] = {
        [TERRITORIO_ENTIDAD] = "ID_ENTIDAD",
        [TERRITORIO_DISTRITO_FEDERAL] = "ID_DISTRITO_FEDERAL",
        [TERRITORIO_DISTRITO_LOCAL] = "ID_DISTRITO_LOCAL",
        [TERRITORIO_MUNICIPIO] = "ID_MUNICIPIO",
        [TERRITORIO_JUNTA] = "ID_DISTRITO_LOCAL", /* prep-rules 8: as published */
    };
    static const char *const nombres[] = {
        [TERRITORIO_ENTIDAD] = "ENTIDAD",
        [TERRITORIO_DISTRITO_FEDERAL] = "DISTRITO_FEDERAL",
        [TERRITORIO_DISTRITO_LOCAL] = "DISTRITO_LOCAL",
        [TERRITORIO_MUNICIPIO] = "MUNICIPIO",
        [TERRITORIO_JUNTA] = "DISTRITO_LOCAL",
    };

    if (strcmp(fuente, "territorio") == 0) {
        return ids[obra->eleccion->territorio];
    }
    if (strcmp(fuente, "territorio_nombre") == 0) {
        return nombres[obra->eleccion->territorio];
    }
    if (strncmp(fuente, "campo:", 6) == 0) {
        return fuente + 6;
    }
    return strncmp(fuente, "opcion:", 7) == 0 ? fuente + 7 : NULL;
}

/* Cells that some column of the list names by itself. */
static void nombradas(const struct obra *obra,
                      bool out_named[static ELECCION_CELDAS_MAX])
{
    for (size_t i = 0; i < obra->yaml->columnas_count; i++) {
        size_t index;

        if (celda_find(obra->eleccion, obra->yaml->columnas[i].fuente, &index)) {
            out_named[index] = true;
        }
    }
}

/* "C_" and the parties: C_PAN_PRI. Without a prefix, the clave of the election. */
static const char *opcion_nombre(const struct obra *obra, const char *prefijo,
                                 const struct opcion *opcion)
{
    char name[PERFIL_CAMPO_SIZE];
    size_t len;

    if (prefijo == NULL || opcion->tipo != OPCION_COMBINACION) {
        return opcion->clave;
    }
    len = (size_t)snprintf(name, sizeof name, "%s", prefijo);
    for (size_t i = 0; i < opcion->miembro_count && len < sizeof name; i++) {
        len +=
            (size_t)snprintf(name + len, sizeof name - len, "%s%s", i == 0 ? "" : "_",
                             obra->eleccion->opciones[opcion->miembros[i]].clave);
    }
    return obra_copia(obra, name);
}

/* One column for each cell of the group that has none. */
static enum prep_status grupo_compila(const struct obra *obra,
                                      const struct columna_yaml *from, bool opciones,
                                      const bool *named)
{
    const struct eleccion *eleccion = obra->eleccion;
    const size_t first = opciones ? eleccion->campo_count : 0;
    const size_t end = opciones ? eleccion->celda_count : eleccion->campo_count;
    struct perfil *perfil = obra->perfil;

    for (size_t c = first; c < end; c++) {
        struct perfil_columna *columna = &perfil->columnas[perfil->columna_count];

        if (named[c]) {
            continue;
        }
        if (perfil->columna_count == COLUMNAS_MAX) {
            return cargador_refuse(obra->cargador, EN(obra, "columnas"),
                                   "con las de la boleta son más de %u", COLUMNAS_MAX);
        }
        columna->fuente = FUENTE_CELDA;
        columna->indice = c;
        columna->nombre = opciones ? opcion_nombre(obra, from->prefijo,
                                                   &eleccion->opciones[c - first])
                                   : eleccion->campos[c].clave;
        columna->original = columna->nombre;
        columna->escritura = obra_copia(obra, from->fuente);
        perfil->columna_count++;
    }
    return PREP_OK;
}

static enum prep_status columna_compila(const struct obra *obra,
                                        const struct columna_yaml *from, size_t i)
{
    struct perfil *perfil = obra->perfil;
    struct perfil_columna *columna = &perfil->columnas[perfil->columna_count];
    const char *nombre = from->nombre;
    enum prep_status status;
    size_t apostrofo = 0;

    if (perfil->columna_count == COLUMNAS_MAX) {
        return cargador_refuse(obra->cargador, EN(obra, "columnas"),
                               "con las de la boleta son más de %u", COLUMNAS_MAX);
    }
    status = fuente_compila(
        obra, ruta("elecciones[%zu].perfil.columnas[%zu].fuente", obra->index, i),
        from->fuente, columna);
    if (status != PREP_OK) {
        return status;
    }
    if (from->apostrofo != NULL) {
        status = obra_palabra(
            obra,
            ruta("elecciones[%zu].perfil.columnas[%zu].apostrofo", obra->index, i),
            from->apostrofo, apostrofo_palabras, COUNT_OF(apostrofo_palabras),
            &apostrofo);
        if (status != PREP_OK) {
            return status;
        }
    }
    nombre = nombre == NULL ? obra_nombre_de_columna(obra, from->fuente) : nombre;
    if (nombre == NULL) {
        return cargador_refuse(
            obra->cargador,
            ruta("elecciones[%zu].perfil.columnas[%zu]", obra->index, i),
            "falta nombre: el de «%.40s» no se deduce de la elección", from->fuente);
    }
    columna->apostrofo = (enum perfil_apostrofo)apostrofo;
    columna->nombre = obra_copia(obra, nombre);
    columna->original = columna->nombre;
    columna->escritura = obra_copia(obra, from->fuente);
    perfil->columna_count++;
    return PREP_OK;
}

static enum prep_status nombres_check(const struct obra *obra)
{
    const struct perfil *perfil = obra->perfil;

    for (size_t i = 0; i < perfil->columna_count; i++) {
        for (size_t other = 0; other < i; other++) {
            if (strcmp(perfil->columnas[i].nombre, perfil->columnas[other].nombre) ==
                0) {
                return cargador_refuse(
                    obra->cargador, EN(obra, "columnas"),
                    "dos columnas se llaman «%.60s»; cambie el nombre "
                    "de una",
                    perfil->columnas[i].nombre);
            }
        }
    }
    return PREP_OK;
}

enum prep_status obra_columnas(struct obra *obra)
{
    const struct perfil_yaml *yaml = obra->yaml;
    bool named[ELECCION_CELDAS_MAX] = { false };
    enum prep_status status = PREP_OK;

    if (yaml->columnas_count == 0 || yaml->columnas_count > COLUMNAS_MAX) {
        return cargador_refuse(obra->cargador, EN(obra, "columnas"),
                               "son %u; deben ser de 1 a %u", yaml->columnas_count,
                               COLUMNAS_MAX);
    }
    obra->perfil->columnas = memoria_alloc(
        &obra->cargador->memoria, COLUMNAS_MAX * sizeof *obra->perfil->columnas);
    nombradas(obra, named);
    for (size_t i = 0; i < yaml->columnas_count && status == PREP_OK; i++) {
        const struct columna_yaml *from = &yaml->columnas[i];
        const bool campos = strcmp(from->fuente, GRUPO_CAMPOS) == 0;

        if (campos || strcmp(from->fuente, GRUPO_OPCIONES) == 0) {
            status = grupo_compila(obra, from, !campos, named);
        } else {
            status = columna_compila(obra, from, i);
        }
    }
    if (status == PREP_OK) {
        status = opciones_check(obra);
    }
    /* A base imported as it was published may repeat a name. */
    return status == PREP_OK && obra->incluido != NULL ? nombres_check(obra) : status;
}
