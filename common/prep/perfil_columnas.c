/* The columns of a profile, and the texts that stand in for their values. */
#include <string.h>

#include "prep/perfil_obra.h"

#define COLUMNAS_MAX 160u
#define EXCEPCIONES_MAX 1024u

static const char *const apostrofo_palabras[] = { "ninguno", "inicial", "envuelto" };

/* "campo:X" or "opcion:X": the position of X among the cells. */
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
    return false;
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
                           "campo:CLAVE, opcion:CLAVE, texto:TEXTO, observaciones, "
                           "contabilizada u otra de docs/REGLAS.md",
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

enum prep_status obra_columnas(struct obra *obra)
{
    const struct perfil_yaml *yaml = obra->yaml;
    struct perfil *perfil = obra->perfil;

    if (yaml->columnas_count == 0 || yaml->columnas_count > COLUMNAS_MAX) {
        return cargador_refuse(obra->cargador, EN(obra, "columnas"),
                               "son %u; deben ser de 1 a %u", yaml->columnas_count,
                               COLUMNAS_MAX);
    }
    perfil->columna_count = yaml->columnas_count;
    perfil->columnas = memoria_alloc(&obra->cargador->memoria,
                                     perfil->columna_count * sizeof *perfil->columnas);
    for (size_t i = 0; i < perfil->columna_count; i++) {
        const struct columna_yaml *from = &yaml->columnas[i];
        struct perfil_columna *columna = &perfil->columnas[i];
        enum prep_status status;
        size_t apostrofo = 0;

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
        columna->apostrofo = (enum perfil_apostrofo)apostrofo;
        columna->nombre = obra_copia(obra, from->nombre);
        columna->excepciones =
            memoria_alloc(&obra->cargador->memoria,
                          yaml->excepciones_count * sizeof *columna->excepciones);
    }
    return opciones_check(obra);
}

static bool es_hora(enum perfil_fuente fuente)
{
    return fuente == FUENTE_HORA_ACOPIO || fuente == FUENTE_HORA_CAPTURA ||
           fuente == FUENTE_HORA_VERIFICACION;
}

/* A column by its name, or one of a group: votos, campos, horas, todas. */
static bool alcanza(const struct obra *obra, const char *nombre,
                    const struct perfil_columna *columna)
{
    bool es_celda = columna->fuente == FUENTE_CELDA;
    bool voto = es_celda && columna->indice >= obra->eleccion->campo_count;

    return strcmp(nombre, columna->nombre) == 0 || strcmp(nombre, "todas") == 0 ||
           (strcmp(nombre, "votos") == 0 && voto) ||
           (strcmp(nombre, "campos") == 0 && es_celda && !voto) ||
           (strcmp(nombre, "horas") == 0 && es_hora(columna->fuente));
}

static enum prep_status excepcion_compila(struct obra *obra, size_t at)
{
    const struct excepcion_yaml *from = &obra->yaml->excepciones[at];
    struct perfil_excepcion excepcion = { .texto = obra_copia(obra, from->texto) };

    for (size_t i = 0; i < from->estados_count; i++) {
        size_t estado = 0;
        enum prep_status status = obra_palabra(
            obra,
            ruta("elecciones[%zu].perfil.excepciones[%zu].estados[%zu]", obra->index,
                 at, i),
            from->estados[i], perfil_estado_palabras, PERFIL_ESTADO_COUNT, &estado);

        if (status != PREP_OK) {
            return status;
        }
        excepcion.estados |= 1u << estado;
    }
    if (from->tipos != NULL) {
        if (from->tipos[0] == '\0' ||
            strspn(from->tipos, TIPOS_CASILLA) != strlen(from->tipos)) {
            return cargador_refuse(
                obra->cargador,
                ruta("elecciones[%zu].perfil.excepciones[%zu].tipos", obra->index, at),
                "«%.60s» no son tipos de casilla; use letras de %s", from->tipos,
                TIPOS_CASILLA);
        }
        excepcion.tipos = obra_copia(obra, from->tipos);
    }
    for (size_t i = 0; i < from->columnas_count; i++) {
        size_t found = 0;

        for (size_t c = 0; c < obra->perfil->columna_count; c++) {
            struct perfil_columna *columna = &obra->perfil->columnas[c];

            if (alcanza(obra, from->columnas[i], columna) &&
                columna->excepcion_count < obra->yaml->excepciones_count) {
                columna->excepciones[columna->excepcion_count++] = excepcion;
                found++;
            }
        }
        if (found == 0) {
            return cargador_refuse(
                obra->cargador,
                ruta("elecciones[%zu].perfil.excepciones[%zu].columnas[%zu]",
                     obra->index, at, i),
                "«%.60s» no es una columna del perfil; use su nombre, o votos, campos, "
                "horas, todas",
                from->columnas[i]);
        }
    }
    return PREP_OK;
}

static enum prep_status no_aplica_compila(struct obra *obra)
{
    for (size_t i = 0; i < obra->yaml->no_aplica_en_count; i++) {
        size_t estado = 0;
        enum prep_status status = obra_palabra(
            obra, ruta("elecciones[%zu].perfil.no_aplica_en[%zu]", obra->index, i),
            obra->yaml->no_aplica_en[i], perfil_estado_palabras, PERFIL_ESTADO_COUNT,
            &estado);

        if (status != PREP_OK) {
            return status;
        }
        obra->perfil->no_aplica_en |= 1u << estado;
    }
    return PREP_OK;
}

enum prep_status obra_excepciones(struct obra *obra)
{
    if (obra->yaml->excepciones_count > EXCEPCIONES_MAX) {
        return cargador_refuse(obra->cargador, EN(obra, "excepciones"),
                               "son %u; caben %u", obra->yaml->excepciones_count,
                               EXCEPCIONES_MAX);
    }
    for (size_t i = 0; i < obra->yaml->excepciones_count; i++) {
        enum prep_status status = excepcion_compila(obra, i);

        if (status != PREP_OK) {
            return status;
        }
    }
    return no_aplica_compila(obra);
}
