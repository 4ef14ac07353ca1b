/* The texts that stand in for the values of a column, and the names given to columns.
 */
#include <string.h>

#include "prep/perfil_obra.h"

#define EXCEPCIONES_MAX 1024u

static bool es_hora(enum perfil_fuente fuente)
{
    return fuente == FUENTE_HORA_ACOPIO || fuente == FUENTE_HORA_CAPTURA ||
           fuente == FUENTE_HORA_VERIFICACION;
}

/* A column by its name (before or after `renombra`) or by its fuente, or one of a
 * group: votos, campos, horas, todas. */
static bool alcanza(const struct obra *obra, const char *nombre,
                    const struct perfil_columna *columna)
{
    bool es_celda = columna->fuente == FUENTE_CELDA;
    bool voto = es_celda && columna->indice >= obra->eleccion->campo_count;

    return strcmp(nombre, columna->nombre) == 0 ||
           strcmp(nombre, columna->original) == 0 ||
           strcmp(nombre, columna->escritura) == 0 || strcmp(nombre, "todas") == 0 ||
           (strcmp(nombre, "votos") == 0 && voto) ||
           (strcmp(nombre, "campos") == 0 && es_celda && !voto) ||
           (strcmp(nombre, "horas") == 0 && es_hora(columna->fuente));
}

static enum prep_status excepcion_compila(struct obra *obra,
                                          const struct excepcion_yaml *from, size_t at)
{
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
                columna->excepcion_count < columna->excepcion_room) {
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

static enum prep_status excepciones_compila(struct obra *obra,
                                            const struct perfil_yaml *yaml)
{
    if (yaml->excepciones_count > EXCEPCIONES_MAX) {
        return cargador_refuse(obra->cargador, EN(obra, "excepciones"),
                               "son %u; caben %u", yaml->excepciones_count,
                               EXCEPCIONES_MAX);
    }
    for (size_t i = 0; i < yaml->excepciones_count; i++) {
        enum prep_status status = excepcion_compila(obra, &yaml->excepciones[i], i);

        if (status != PREP_OK) {
            return status;
        }
    }
    return PREP_OK;
}

/* Those of the election first: the first that fits wins. */
enum prep_status obra_excepciones(struct obra *obra)
{
    const size_t count =
        obra->yaml->excepciones_count +
        (obra->incluido == NULL ? 0 : obra->incluido->excepciones_count);
    enum prep_status status;

    for (size_t i = 0; i < obra->perfil->columna_count; i++) {
        struct perfil_columna *columna = &obra->perfil->columnas[i];

        columna->excepcion_room = count;
        columna->excepciones = memoria_alloc(&obra->cargador->memoria,
                                             count * sizeof *columna->excepciones);
    }
    status = excepciones_compila(obra, obra->yaml);
    if (status == PREP_OK && obra->incluido != NULL) {
        obra->archivo_incluido.solo_archivo = true;
        status = excepciones_compila(obra, obra->incluido);
        obra->archivo_incluido.solo_archivo = false;
    }
    return status == PREP_OK ? no_aplica_compila(obra) : status;
}

enum prep_status obra_renombra(struct obra *obra)
{
    struct perfil *perfil = obra->perfil;

    for (size_t i = 0; i < obra->yaml->renombra_count; i++) {
        const struct renombra_yaml *from = &obra->yaml->renombra[i];
        size_t c = 0;

        while (c < perfil->columna_count &&
               strcmp(perfil->columnas[c].original, from->columna) != 0) {
            c++;
        }
        if (c == perfil->columna_count) {
            return cargador_refuse(
                obra->cargador,
                ruta("elecciones[%zu].perfil.renombra[%zu].columna", obra->index, i),
                "«%.60s» no es una columna del perfil", from->columna);
        }
        perfil->columnas[c].nombre = obra_copia(obra, from->nombre);
    }
    return PREP_OK;
}
