/* A profile from definicion.yaml: every word checked, every column resolved. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "prep/perfil_incluye.h"

static const char *const separadores[] = { ",", "|", ";", "\t" };
static const char *const fines_palabras[] = { "lf", "crlf", "cr" };
static const char *const fines[] = { "\n", "\r\n", "\r" };
static const char *const comillas_palabras[] = { "minimas", "ningunas", "texto" };
static const char *const porcentajes_palabras[] = { "cuatro_decimales", "sin_ceros" };
static const char *const linea_palabras[] = { "separador", "titulo",  "fecha",
                                              "vacia",     "nombres", "valores" };

const char *obra_copia(const struct obra *obra, const char *text)
{
    return memoria_text(&obra->cargador->memoria, text == NULL ? "" : text);
}

enum prep_status obra_palabra(const struct obra *obra, struct ruta donde,
                              const char *value, const char *const *words, size_t count,
                              size_t *out_index)
{
    return cargador_palabra(obra->cargador, donde, value, words, count, out_index);
}

/* {entidad}, {eleccion} and {anio} in the name of a file. */
static const char *archivo_nombre(const struct obra *obra, const char *pattern)
{
    const struct definicion *definicion = obra->cargador->definicion;
    struct clock_parts inicio;
    char anio[16], name[256];
    size_t len = 0;

    clock_to_parts(definicion->inicio_ms, definicion->desfase_min, &inicio);
    (void)snprintf(anio, sizeof anio, "%d", inicio.year);
    const struct {
        const char *token, *text;
    } tokens[] = { { "{entidad}", definicion->entidad_clave },
                   { "{eleccion}", obra->eleccion->clave },
                   { "{anio}", anio } };
    for (const char *at = pattern; *at != '\0' && len + 64 < sizeof name;) {
        size_t i = 0;

        while (i < COUNT_OF(tokens) &&
               strncmp(at, tokens[i].token, strlen(tokens[i].token)) != 0) {
            i++;
        }
        if (i < COUNT_OF(tokens)) {
            len +=
                (size_t)snprintf(name + len, sizeof name - len, "%s", tokens[i].text);
            at += strlen(tokens[i].token);
        } else {
            name[len++] = *at++;
        }
    }
    name[len] = '\0';
    return obra_copia(obra, name);
}

static enum prep_status archivo_check(const struct obra *obra, struct ruta donde,
                                      const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || strlen(name) > 100 ||
        strpbrk(name, "/\\\n\r\"") != NULL) {
        return cargador_refuse(obra->cargador, donde,
                               "«%.60s» no sirve de nombre de archivo; escriba, por "
                               "ejemplo, PUE_GUB_2027.csv",
                               name);
    }
    return PREP_OK;
}

static enum prep_status forma_compila(struct obra *obra)
{
    const struct perfil_yaml *yaml = obra->yaml;
    struct perfil *perfil = obra->perfil;
    size_t separador = 0, fin = 0, comillas = 0, porcentajes = 0;
    enum prep_status status;

    status = obra_palabra(obra, EN(obra, "separador"), yaml->separador, separadores,
                          COUNT_OF(separadores), &separador);
    if (status != PREP_OK) {
        return status;
    }
    status = obra_palabra(obra, EN(obra, "fin_de_linea"), yaml->fin_de_linea,
                          fines_palabras, COUNT_OF(fines_palabras), &fin);
    if (status != PREP_OK) {
        return status;
    }
    status = obra_palabra(obra, EN(obra, "comillas"), yaml->comillas, comillas_palabras,
                          COUNT_OF(comillas_palabras), &comillas);
    if (status != PREP_OK) {
        return status;
    }
    status = obra_palabra(obra, EN(obra, "porcentajes"), yaml->porcentajes,
                          porcentajes_palabras, COUNT_OF(porcentajes_palabras),
                          &porcentajes);
    if (status != PREP_OK) {
        return status;
    }
    perfil->archivo = archivo_nombre(obra, yaml->archivo);
    perfil->archivo_candidaturas = archivo_nombre(obra, yaml->archivo_candidaturas);
    status = archivo_check(obra, EN(obra, "archivo"), perfil->archivo);
    if (status != PREP_OK) {
        return status;
    }
    status = archivo_check(obra, EN(obra, "archivo_candidaturas"),
                           perfil->archivo_candidaturas);
    if (status != PREP_OK) {
        return status;
    }
    perfil->separador = separadores[separador][0];
    perfil->fin_de_linea = fines[fin];
    perfil->comillas = (enum perfil_comillas)comillas;
    perfil->porcentajes_sin_ceros = porcentajes == 1;
    perfil->bom = *yaml->bom;
    return PREP_OK;
}

/* A format of date says at least the day, the hour and the minute. */
static enum prep_status formato_check(const struct obra *obra, struct ruta donde,
                                      const char *format)
{
    static const char *const needed[] = { "AAAA", "MM", "DD", "hh", "mm" };

    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        if (strstr(format, needed[i]) == NULL) {
            return cargador_refuse(obra->cargador, donde,
                                   "«%.60s» no dice %s; escriba, por ejemplo, "
                                   "\"DD/MM/AAAA hh:mm:ss\"",
                                   format, needed[i]);
        }
    }
    return PREP_OK;
}

static enum prep_status preambulo_compila(struct obra *obra)
{
    const struct perfil_yaml *yaml = obra->yaml;
    struct perfil *perfil = obra->perfil;
    enum prep_status status;

    perfil->lineas = memoria_alloc(&obra->cargador->memoria,
                                   yaml->preambulo_count * sizeof *perfil->lineas);
    perfil->linea_count = yaml->preambulo_count;
    for (size_t i = 0; i < yaml->preambulo_count; i++) {
        size_t linea = 0;

        status = obra_palabra(
            obra, ruta("elecciones[%zu].perfil.preambulo[%zu]", obra->index, i),
            yaml->preambulo[i], linea_palabras, COUNT_OF(linea_palabras), &linea);
        if (status != PREP_OK) {
            return status;
        }
        perfil->lineas[i] = (enum perfil_linea)linea;
    }
    status = formato_check(obra, EN(obra, "formato_fecha"), yaml->formato_fecha);
    if (status != PREP_OK) {
        return status;
    }
    status = formato_check(obra, EN(obra, "formato_hora"), yaml->formato_hora);
    if (status != PREP_OK) {
        return status;
    }
    perfil->titulo =
        yaml->titulo == NULL ? obra->eleccion->nombre : obra_copia(obra, yaml->titulo);
    perfil->formato_fecha = obra_copia(obra, yaml->formato_fecha);
    perfil->formato_hora = obra_copia(obra, yaml->formato_hora);
    perfil->formato_hora_fuera = yaml->formato_hora_fuera == NULL
                                     ? perfil->formato_hora
                                     : obra_copia(obra, yaml->formato_hora_fuera);
    if (yaml->encabezado_count != 0 && yaml->encabezado_count != ENCABEZADO_COUNT) {
        return cargador_refuse(obra->cargador, EN(obra, "encabezado"),
                               "tiene %u nombres; deben ser %u, o quite la lista",
                               yaml->encabezado_count, ENCABEZADO_COUNT);
    }
    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        perfil->encabezado[i] = yaml->encabezado_count == 0
                                    ? encabezado_nombres[i]
                                    : obra_copia(obra, yaml->encabezado[i]);
    }
    return PREP_OK;
}

static void textos_compila(const struct obra *obra)
{
    const struct perfil_yaml *yaml = obra->yaml;
    struct perfil *perfil = obra->perfil;

    perfil->ilegible = obra_copia(obra, yaml->textos.ilegible);
    perfil->sin_dato = obra_copia(obra, yaml->textos.sin_dato);
    perfil->no_aplica = obra_copia(obra, yaml->textos.no_aplica);
    perfil->campo_no_aplica = yaml->textos.campo_no_aplica == NULL
                                  ? perfil->no_aplica
                                  : obra_copia(obra, yaml->textos.campo_no_aplica);
    perfil->sin_hora = obra_copia(obra, yaml->textos.sin_hora);
    perfil->sin_imagen = obra_copia(obra, yaml->textos.sin_imagen);
    perfil->sin_codigo = obra_copia(obra, yaml->textos.sin_codigo);
    perfil->sin_representantes = obra_copia(obra, yaml->textos.sin_representantes);
    perfil->sin_identificacion = obra_copia(obra, yaml->textos.sin_identificacion);
    perfil->sin_cotejo = obra_copia(obra, yaml->textos.sin_cotejo);
    perfil->contabilizada_si = obra_copia(obra, yaml->contabilizada.si);
    perfil->contabilizada_no = obra_copia(obra, yaml->contabilizada.no);
    perfil->contabilizada_fuera = obra_copia(obra, yaml->contabilizada.fuera);
    perfil->contabilizada_no_capturada =
        obra_copia(obra, yaml->contabilizada.no_capturada);
}

enum prep_status perfil_compila(struct cargador *cargador,
                                const struct perfil_yaml *yaml, size_t index,
                                const struct eleccion *eleccion,
                                struct perfil **out_perfil)
{
    static enum prep_status (*const steps[])(struct obra *) = {
        forma_compila, preambulo_compila, obra_columnas,
        obra_renombra, obra_excepciones,  obra_observaciones,
    };
    struct perfil *perfil = memoria_alloc(&cargador->memoria, sizeof *perfil);
    struct obra obra = { .cargador = cargador,
                         .yaml = yaml,
                         .completo = *yaml,
                         .eleccion = eleccion,
                         .index = index,
                         .perfil = perfil };
    enum prep_status status = perfil_incluye(&obra);

    obra.yaml = &obra.completo;
    for (size_t i = 0; i < COUNT_OF(steps) && status == PREP_OK; i++) {
        status = steps[i](&obra);
    }
    if (status == PREP_OK) {
        textos_compila(&obra);
        *out_perfil = perfil;
    }
    perfil_incluye_libera(&obra);
    return status;
}
