/* One election of definicion.yaml: its ballot, its quantities, its parameters. */
#include <assert.h>
#include <string.h>

#include "prep/eleccion_privado.h"

#define CLAVE_BYTES_MAX 64u
#define BOLETAS_ESPECIAL_MAX 1500 /* LGIPE 269 */
#define REPRESENTANTES_MAX 750    /* no more than electors of a casilla, LGIPE 253 */

/* By value of enum opcion_tipo, less 1. */
static const char *const tipos[] = {
    "partido",       "combinacion",    "candidatura_comun",
    "independiente", "no_registradas", "nulos",
};
static const char *const territorios[] = {
    "entidad", "distrito_federal", "distrito_local", "municipio", "junta",
};

enum prep_status cargador_columna(const struct cargador *cargador, struct ruta donde,
                                  const char *clave)
{
    size_t len = strlen(clave);

    if (len == 0 || len > CLAVE_BYTES_MAX || strpbrk(clave, " \t\r\n\"',|") != NULL) {
        return cargador_refuse(cargador, donde,
                               "«%.60s» no sirve de clave; use de 1 a %u bytes sin "
                               "blancos, comas ni comillas",
                               clave, CLAVE_BYTES_MAX);
    }
    return PREP_OK;
}

static enum prep_status campos_compila(struct cargador *cargador,
                                       const struct eleccion_yaml *yaml, size_t index,
                                       struct eleccion *eleccion)
{
    struct campo *campos;

    if (yaml->campos_count > ELECCION_CAMPOS_MAX) {
        return cargador_refuse(cargador, ruta("elecciones[%zu].campos", index),
                               "son %u; caben %u", yaml->campos_count,
                               ELECCION_CAMPOS_MAX);
    }
    campos = memoria_alloc(&cargador->memoria, yaml->campos_count * sizeof *campos);
    for (size_t i = 0; i < yaml->campos_count; i++) {
        struct ruta donde = ruta("elecciones[%zu].campos[%zu]", index, i);
        enum prep_status status = cargador_columna(cargador, donde, yaml->campos[i]);

        if (status != PREP_OK) {
            return status;
        }
        for (size_t other = 0; other < i; other++) {
            if (strcmp(yaml->campos[i], yaml->campos[other]) == 0) {
                return cargador_refuse(cargador, donde, "«%s» está repetido; quite uno",
                                       yaml->campos[i]);
            }
        }
        campos[i].clave = memoria_text(&cargador->memoria, yaml->campos[i]);
    }
    eleccion->campo_count = yaml->campos_count;
    eleccion->campos = campos;
    return PREP_OK;
}

static enum prep_status clave_unica(const struct cargador *cargador,
                                    const struct eleccion_yaml *yaml, size_t index,
                                    size_t opcion)
{
    const char *clave = yaml->opciones[opcion].clave;
    struct ruta donde = ruta("elecciones[%zu].opciones[%zu].clave", index, opcion);

    for (size_t other = 0; other < opcion; other++) {
        if (strcmp(clave, yaml->opciones[other].clave) == 0) {
            return cargador_refuse(cargador, donde,
                                   "«%s» ya es la opción %zu; cada opción lleva su "
                                   "clave",
                                   clave, other + 1);
        }
    }
    for (size_t i = 0; i < yaml->campos_count; i++) {
        if (strcmp(clave, yaml->campos[i]) == 0) {
            return cargador_refuse(cargador, donde,
                                   "«%s» ya es un campo; cada columna lleva su clave",
                                   clave);
        }
    }
    return PREP_OK;
}

static enum prep_status miembro_find(const struct cargador *cargador,
                                     const struct eleccion *eleccion, struct ruta donde,
                                     const char *clave, uint16_t *out_index)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (strcmp(eleccion->opciones[i].clave, clave) != 0) {
            continue;
        }
        if (eleccion->opciones[i].tipo != OPCION_PARTIDO) {
            return cargador_refuse(cargador, donde,
                                   "«%s» es %s, no un partido; nombre solo partidos",
                                   clave, tipos[eleccion->opciones[i].tipo - 1]);
        }
        *out_index = (uint16_t)i;
        return PREP_OK;
    }
    return cargador_refuse(cargador, donde,
                           "«%.60s» no es una opción de %s; agréguela como partido o "
                           "corrija la clave",
                           clave, eleccion->clave);
}

static enum prep_status miembros_compila(struct cargador *cargador,
                                         const struct opcion_yaml *yaml,
                                         const struct eleccion *eleccion,
                                         const char *donde_opcion,
                                         struct opcion *opcion)
{
    bool combinacion = opcion->tipo == OPCION_COMBINACION;
    bool comun = opcion->tipo == OPCION_CANDIDATURA_COMUN;
    uint16_t *miembros;

    if (!combinacion && !comun && yaml->miembros_count != 0) {
        return cargador_refuse(cargador, ruta("%s.miembros", donde_opcion),
                               "«%s» es %s y no lleva miembros; quítelos", yaml->clave,
                               yaml->tipo);
    }
    if (combinacion && yaml->miembros_count < 2) {
        return cargador_refuse(cargador, ruta("%s", donde_opcion),
                               "«%s» es una combinación de %u; nombre al menos dos "
                               "partidos",
                               yaml->clave, yaml->miembros_count);
    }
    miembros =
        memoria_alloc(&cargador->memoria, yaml->miembros_count * sizeof *miembros);
    for (size_t i = 0; i < yaml->miembros_count; i++) {
        struct ruta donde = ruta("%s.miembros[%zu]", donde_opcion, i);
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
    opcion->miembro_count = yaml->miembros_count;
    opcion->miembros = miembros;
    return PREP_OK;
}

/* Exactly one column for what is not a candidacy: no registradas, nulos. */
static enum prep_status una_de(const struct cargador *cargador,
                               const struct eleccion *eleccion, size_t index,
                               enum opcion_tipo tipo)
{
    size_t count = 0;

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        count += eleccion->opciones[i].tipo == tipo;
        if (count == 2) {
            return cargador_refuse(cargador,
                                   ruta("elecciones[%zu].opciones[%zu]", index, i),
                                   "«%s» es la segunda opción de tipo %s; deje una",
                                   eleccion->opciones[i].clave, tipos[tipo - 1]);
        }
    }
    if (count == 0) {
        return cargador_refuse(cargador, ruta("elecciones[%zu].opciones", index),
                               "falta la opción de tipo %s; agréguela al final",
                               tipos[tipo - 1]);
    }
    return PREP_OK;
}

static enum prep_status opciones_compila(struct cargador *cargador,
                                         const struct eleccion_yaml *yaml, size_t index,
                                         struct eleccion *eleccion)
{
    struct opcion *opciones;
    enum prep_status status;

    if (yaml->opciones_count == 0 || yaml->opciones_count > ELECCION_OPCIONES_MAX) {
        return cargador_refuse(cargador, ruta("elecciones[%zu].opciones", index),
                               "son %u; deben ser de 1 a %u", yaml->opciones_count,
                               ELECCION_OPCIONES_MAX);
    }
    opciones =
        memoria_alloc(&cargador->memoria, yaml->opciones_count * sizeof *opciones);
    for (size_t i = 0; i < yaml->opciones_count; i++) {
        struct ruta donde = ruta("elecciones[%zu].opciones[%zu].clave", index, i);
        size_t tipo = 0;

        status = cargador_columna(cargador, donde, yaml->opciones[i].clave);
        if (status != PREP_OK) {
            return status;
        }
        status = clave_unica(cargador, yaml, index, i);
        if (status != PREP_OK) {
            return status;
        }
        status = cargador_palabra(
            cargador, ruta("elecciones[%zu].opciones[%zu].tipo", index, i),
            yaml->opciones[i].tipo, tipos, sizeof tipos / sizeof tipos[0], &tipo);
        if (status != PREP_OK) {
            return status;
        }
        opciones[i].clave = memoria_text(&cargador->memoria, yaml->opciones[i].clave);
        opciones[i].tipo = (enum opcion_tipo)(tipo + 1);
    }
    eleccion->opcion_count = yaml->opciones_count;
    eleccion->opciones = opciones;
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        status = miembros_compila(cargador, &yaml->opciones[i], eleccion,
                                  ruta("elecciones[%zu].opciones[%zu]", index, i).texto,
                                  &opciones[i]);
        if (status != PREP_OK) {
            return status;
        }
    }
    status = una_de(cargador, eleccion, index, OPCION_NO_REGISTRADAS);
    if (status != PREP_OK) {
        return status;
    }
    return una_de(cargador, eleccion, index, OPCION_NULOS);
}

/* nivel_reparto and resto_reparto: optional, and always something. */
static enum prep_status reparto_compila(const struct cargador *cargador,
                                        const struct reglas_yaml *yaml, size_t index,
                                        struct reglas_parametros *reglas)
{
    static const char *const niveles[] = { "acta", "seccion", "territorio", "entidad",
                                           "eleccion" };
    static const char *const restos[] = { "mayor", "por_turno" };
    size_t nivel = REPARTO_TERRITORIO - 1, resto = 0;
    enum prep_status status = PREP_OK;

    if (yaml->nivel_reparto != NULL) {
        status = cargador_palabra(
            cargador, ruta("elecciones[%zu].reglas.nivel_reparto", index),
            yaml->nivel_reparto, niveles, sizeof niveles / sizeof niveles[0], &nivel);
    }
    if (status == PREP_OK && yaml->resto_reparto != NULL) {
        status = cargador_palabra(
            cargador, ruta("elecciones[%zu].reglas.resto_reparto", index),
            yaml->resto_reparto, restos, sizeof restos / sizeof restos[0], &resto);
    }
    reglas->nivel_reparto = (enum nivel_reparto)(nivel + 1);
    reglas->resto_por_turno = resto == 1;
    return status;
}

static enum prep_status reglas_compila(const struct cargador *cargador,
                                       const struct reglas_yaml *yaml, size_t index,
                                       struct reglas_parametros *out_reglas)
{
    if (yaml->boletas_especial_max < 1 ||
        yaml->boletas_especial_max > BOLETAS_ESPECIAL_MAX) {
        return cargador_refuse(
            cargador, ruta("elecciones[%zu].reglas.boletas_especial_max", index),
            "%lld: debe ir de 1 a %d, lo que permite la LGIPE, artículo 269",
            (long long)yaml->boletas_especial_max, BOLETAS_ESPECIAL_MAX);
    }
    if (yaml->representantes_default < 0 ||
        yaml->representantes_default > REPRESENTANTES_MAX) {
        return cargador_refuse(
            cargador, ruta("elecciones[%zu].reglas.representantes_default", index),
            "%lld: debe ir de 0 a %d; en una casilla no caben más electores que esos "
            "(LGIPE, artículo 253), y sus representantes son menos",
            (long long)yaml->representantes_default, REPRESENTANTES_MAX);
    }
    *out_reglas = (struct reglas_parametros){
        .inconsistencia_algun_campo = yaml->inconsistencia_algun_campo,
        .inconsistencia_sin_acta = yaml->inconsistencia_sin_acta,
        .campos_dan_observacion = yaml->campos_dan_observacion,
        .mixtos_contabilizan = yaml->mixtos_contabilizan,
        .representantes_en_limite_especial = yaml->representantes_en_limite_especial,
        .representantes_fijos = yaml->representantes_fijos,
        .boletas_especial_max = (uint32_t)yaml->boletas_especial_max,
        .representantes_default = (uint32_t)yaml->representantes_default,
    };
    return reparto_compila(cargador, yaml, index, out_reglas);
}

enum prep_status eleccion_compila(struct cargador *cargador,
                                  const struct definicion_yaml *yaml, size_t index,
                                  struct eleccion *out_eleccion)
{
    const struct eleccion_yaml *from = &yaml->elecciones[index];
    enum prep_status status;
    size_t territorio = 0;

    out_eleccion->ordinal = (uint32_t)index + 1;
    out_eleccion->clave = memoria_text(&cargador->memoria, from->clave);
    out_eleccion->nombre = memoria_text(&cargador->memoria, from->nombre);
    status = cargador_palabra(cargador, ruta("elecciones[%zu].territorio", index),
                              from->territorio, territorios,
                              sizeof territorios / sizeof territorios[0], &territorio);
    if (status != PREP_OK) {
        return status;
    }
    out_eleccion->territorio = (enum territorio_tipo)(territorio + 1);
    status = campos_compila(cargador, from, index, out_eleccion);
    if (status != PREP_OK) {
        return status;
    }
    status = opciones_compila(cargador, from, index, out_eleccion);
    if (status != PREP_OK) {
        return status;
    }
    out_eleccion->celda_count = out_eleccion->campo_count + out_eleccion->opcion_count;
    status = candidaturas_compila(cargador, from, index, out_eleccion);
    if (status != PREP_OK) {
        return status;
    }
    status = reglas_compila(cargador, &from->reglas, index, &out_eleccion->reglas);
    if (status != PREP_OK) {
        return status;
    }
    return perfil_compila(cargador, &from->perfil, index, out_eleccion,
                          &out_eleccion->perfil);
}
