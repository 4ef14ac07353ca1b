/* The candidaturas of one election: which options add up, and where. */
#include <stdlib.h>
#include <string.h>

#include "prep/eleccion_privado.h"

static enum prep_status clave_check(const struct cargador *cargador,
                                    const struct candidatura_yaml *yaml, size_t count,
                                    struct ruta donde)
{
    enum prep_status status = cargador_columna(cargador, donde, yaml[count].clave);

    for (size_t other = 0; other < count && status == PREP_OK; other++) {
        if (strcmp(yaml[count].clave, yaml[other].clave) == 0) {
            status = cargador_refuse(cargador, donde,
                                     "«%s» ya es la candidatura %zu; cada una lleva su "
                                     "clave",
                                     yaml[count].clave, other + 1);
        }
    }
    return status;
}

static enum prep_status miembro_find(const struct cargador *cargador,
                                     const struct eleccion *eleccion, struct ruta donde,
                                     const char *clave, uint16_t *out_index)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const struct opcion *opcion = &eleccion->opciones[i];

        if (strcmp(opcion->clave, clave) != 0) {
            continue;
        }
        if (opcion->tipo == OPCION_NO_REGISTRADAS || opcion->tipo == OPCION_NULOS) {
            return cargador_refuse(cargador, donde,
                                   "«%s» no es de ninguna candidatura; quítela", clave);
        }
        *out_index = (uint16_t)i;
        return PREP_OK;
    }
    return cargador_refuse(cargador, donde,
                           "«%.60s» no es una opción de %s; agréguela a opciones o "
                           "corrija la clave",
                           clave, eleccion->clave);
}

static int by_index(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static enum prep_status miembros_compila(struct cargador *cargador,
                                         const struct candidatura_yaml *yaml,
                                         const struct eleccion *eleccion,
                                         const char *donde_candidatura,
                                         struct candidatura *candidatura)
{
    const size_t count = yaml->miembros_count;
    uint16_t *miembros;

    if (count == 0 || count > eleccion->opcion_count) {
        return cargador_refuse(cargador, ruta("%s.miembros", donde_candidatura),
                               "«%s» tiene %zu miembros; nombre las opciones cuyos "
                               "votos suma, cada una una vez",
                               yaml->clave, count);
    }
    miembros = memoria_alloc(&cargador->memoria, count * sizeof *miembros);
    for (size_t i = 0; i < count; i++) {
        struct ruta donde = ruta("%s.miembros[%zu]", donde_candidatura, i);
        enum prep_status status =
            miembro_find(cargador, eleccion, donde, yaml->miembros[i], &miembros[i]);

        if (status != PREP_OK) {
            return status;
        }
        for (size_t other = 0; other < i; other++) {
            if (miembros[other] == miembros[i]) {
                return cargador_refuse(cargador, donde, "«%s» está repetido; quite uno",
                                       yaml->miembros[i]);
            }
        }
    }
    qsort(miembros, count, sizeof *miembros, by_index);
    candidatura->miembro_count = count;
    candidatura->miembros = miembros;
    return PREP_OK;
}

/* "04" is a whole entidad; "04-007", one of its territorios. */
static enum prep_status ambito_read(struct cargador *cargador, struct ruta donde,
                                    const char *text, struct ambito *out_ambito)
{
    const char *dash = strchr(text, '-');
    char *entidad;

    if (text[0] == '\0' || dash == text || (dash != NULL && dash[1] == '\0')) {
        return cargador_refuse(cargador, donde,
                               "«%.60s» no es un territorio; escriba la entidad y el "
                               "territorio como en el catálogo, \"04-007\", o solo la "
                               "entidad, \"04\"",
                               text);
    }
    entidad = memoria_alloc(&cargador->memoria, strlen(text) + 1);
    memcpy(entidad, text, dash == NULL ? strlen(text) : (size_t)(dash - text));
    *out_ambito = (struct ambito){
        .entidad = entidad,
        .territorio = dash == NULL ? NULL : memoria_text(&cargador->memoria, dash + 1),
        .linea = config_line(cargador->lines, donde.texto),
    };
    return PREP_OK;
}

static enum prep_status ambitos_compila(struct cargador *cargador,
                                        const struct candidatura_yaml *yaml,
                                        const char *donde_candidatura,
                                        struct candidatura *candidatura)
{
    const size_t count = yaml->territorios_count;
    struct ambito *ambitos;

    ambitos = memoria_alloc(&cargador->memoria, count * sizeof *ambitos);
    for (size_t i = 0; i < count; i++) {
        enum prep_status status =
            ambito_read(cargador, ruta("%s.territorios[%zu]", donde_candidatura, i),
                        yaml->territorios[i], &ambitos[i]);

        if (status != PREP_OK) {
            return status;
        }
    }
    candidatura->ambito_count = count;
    candidatura->ambitos = ambitos;
    return PREP_OK;
}

enum prep_status candidaturas_compila(struct cargador *cargador,
                                      const struct eleccion_yaml *yaml, size_t index,
                                      struct eleccion *eleccion)
{
    const size_t count = yaml->candidaturas_count;
    struct candidatura *candidaturas;

    candidaturas = memoria_alloc(&cargador->memoria, count * sizeof *candidaturas);
    for (size_t i = 0; i < count; i++) {
        const struct candidatura_yaml *from = &yaml->candidaturas[i];
        const struct ruta donde = ruta("elecciones[%zu].candidaturas[%zu]", index, i);
        enum prep_status status;

        status = clave_check(cargador, yaml->candidaturas, i,
                             ruta("elecciones[%zu].candidaturas[%zu].clave", index, i));
        if (status == PREP_OK) {
            status = miembros_compila(cargador, from, eleccion, donde.texto,
                                      &candidaturas[i]);
        }
        if (status == PREP_OK) {
            status = ambitos_compila(cargador, from, donde.texto, &candidaturas[i]);
        }
        if (status != PREP_OK) {
            return status;
        }
        candidaturas[i].clave = memoria_text(&cargador->memoria, from->clave);
        candidaturas[i].nombre = memoria_text(&cargador->memoria, from->nombre);
        candidaturas[i].linea = config_line(cargador->lines, donde.texto);
    }
    eleccion->candidatura_count = count;
    eleccion->candidaturas = candidaturas;
    return count == 0 ? PREP_OK : candidaturas_contradice(cargador, eleccion, index);
}
