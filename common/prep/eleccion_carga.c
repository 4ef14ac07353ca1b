/* definicion_load: one file read, checked whole, and turned into struct definicion. */
#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/text.h"
#include "prep/eleccion_privado.h"

#define DURACION_MAX_MS (INT64_C(24) * 3600 * 1000) /* prep-rules 9: at most 24 h */
#define CADENCIA_MAX_S 1200                         /* at least 3 cortes an hour */
#define CADENCIA_MIN_S 60
#define CADENCIA_SIMULACRO_MAX_S 86400
#define DESFASE_MAX_MIN (14 * 60)

static const char MAYUSCULAS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
static const char NOMBRE_PROCESO[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz0123456789_.-";

struct ruta ruta(const char *format, ...)
{
    struct ruta result;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(result.texto, sizeof result.texto, format, args);
    va_end(args);
    return result;
}

/* The file that a value came from: that of the profile, unless the election says it
 * itself. */
static const char *archivo_de(const struct cargador *cargador, const char *path,
                              unsigned *out_line)
{
    const struct incluido *incluido = cargador->incluido;
    const size_t len = incluido == NULL ? 0 : strlen(incluido->prefijo);

    if (len > 0 && strncmp(path, incluido->prefijo, len) == 0 &&
        (incluido->solo_archivo || !config_has(cargador->lines, path)) &&
        config_has(incluido->lines, path + len)) {
        *out_line = config_line(incluido->lines, path + len);
        return incluido->archivo;
    }
    *out_line = config_line(cargador->lines, path);
    return cargador->archivo;
}

enum prep_status cargador_refuse(const struct cargador *cargador, struct ruta donde,
                                 const char *format, ...)
{
    const char *archivo;
    unsigned line;
    char message[PREP_REASON_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    archivo = archivo_de(cargador, donde.texto, &line);
    return prep_fail(cargador->reason, PREP_ERR_CONFIG, "%s:%u: %s: %s", archivo, line,
                     donde.texto, message);
}

enum prep_status cargador_palabra(const struct cargador *cargador, struct ruta donde,
                                  const char *value, const char *const *words,
                                  size_t word_count, size_t *out_index)
{
    char list[PREP_REASON_SIZE / 2] = "";
    size_t len = 0;

    for (size_t i = 0; i < word_count; i++) {
        if (strcmp(words[i], value) == 0) {
            *out_index = i;
            return PREP_OK;
        }
        if (len < sizeof list) {
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
                                    i == 0 ? "" : ", ", words[i]);
        }
    }
    return cargador_refuse(cargador, donde, "«%.60s» no se conoce; use uno de: %s",
                           value, list);
}

/* A text that goes into file names and addresses. */
static enum prep_status clave_check(const struct cargador *cargador, struct ruta donde,
                                    const char *value, const char *allowed, size_t max)
{
    size_t len = strlen(value);

    if (len == 0 || len > max || strspn(value, allowed) != len || value[0] == '.') {
        return cargador_refuse(cargador, donde,
                               "«%.60s» no sirve de nombre; use de 1 a %zu letras sin "
                               "acento, dígitos o _%s",
                               value, max,
                               allowed == MAYUSCULAS ? " (mayúsculas)" : "");
    }
    return PREP_OK;
}

static enum prep_status desfase_read(const struct cargador *cargador, const char *text,
                                     int *out_min)
{
    const char sign = text[0];
    const char *at = text + (sign == '\0' ? 0 : 1);
    uint64_t hours = 0, minutes = 0;
    bool shaped = (sign == '-' || sign == '+') && strlen(text) == strlen("-05:00") &&
                  text_digits(&at, 2, &hours) && *at++ == ':' &&
                  text_digits(&at, 2, &minutes) && *at == '\0';

    if (!shaped || minutes > 59 || hours * 60 + minutes > DESFASE_MAX_MIN) {
        return cargador_refuse(cargador, ruta("desfase"),
                               "«%.60s» no es una diferencia con UTC; escriba, por "
                               "ejemplo, \"-06:00\"",
                               text);
    }
    *out_min = (int)(hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return PREP_OK;
}

static enum prep_status instante_read(const struct cargador *cargador,
                                      const char *campo, const char *text,
                                      int64_t *out_ms)
{
    if (clock_parse_iso(text, out_ms) != PREP_OK) {
        return cargador_refuse(cargador, ruta("%s", campo),
                               "«%.60s» no es una fecha y hora; escriba, por ejemplo, "
                               "\"2027-06-06T20:00:00-06:00\"",
                               text);
    }
    return PREP_OK;
}

static enum prep_status cadencia_check(const struct cargador *cargador,
                                       const char *campo, int64_t value, enum modo modo)
{
    int64_t max = modo == MODO_OFICIAL ? CADENCIA_MAX_S : CADENCIA_SIMULACRO_MAX_S;
    int64_t min = modo == MODO_OFICIAL ? CADENCIA_MIN_S : 1;

    if (value < min || value > max) {
        return cargador_refuse(cargador, ruta("%s", campo),
                               "%lld: debe ir de %lld a %lld segundos; la norma pide "
                               "al menos tres actualizaciones por hora",
                               (long long)value, (long long)min, (long long)max);
    }
    return PREP_OK;
}

static enum prep_status tiempos_compila(const struct cargador *cargador,
                                        const struct definicion_yaml *yaml,
                                        struct definicion *definicion)
{
    enum prep_status status;

    status = desfase_read(cargador, yaml->desfase, &definicion->desfase_min);
    if (status != PREP_OK) {
        return status;
    }
    status = instante_read(cargador, "inicio", yaml->inicio, &definicion->inicio_ms);
    if (status != PREP_OK) {
        return status;
    }
    status = instante_read(cargador, "fin", yaml->fin, &definicion->fin_ms);
    if (status != PREP_OK) {
        return status;
    }
    if (definicion->fin_ms <= definicion->inicio_ms) {
        return cargador_refuse(cargador, ruta("fin"),
                               "«%s» no es posterior al inicio, «%s»; corrija una de "
                               "las dos",
                               yaml->fin, yaml->inicio);
    }
    if (definicion->modo == MODO_OFICIAL &&
        definicion->fin_ms - definicion->inicio_ms > DURACION_MAX_MS) {
        return cargador_refuse(cargador, ruta("fin"),
                               "«%s» está a más de 24 horas del inicio, «%s»; el PREP "
                               "dura cuando mucho 24",
                               yaml->fin, yaml->inicio);
    }
    status = cadencia_check(cargador, "cadencia_s", yaml->cadencia_s, definicion->modo);
    if (status != PREP_OK) {
        return status;
    }
    status = cadencia_check(cargador, "cadencia_bases_s", yaml->cadencia_bases_s,
                            definicion->modo);
    definicion->cadencia_s = (uint32_t)yaml->cadencia_s;
    definicion->cadencia_bases_s = (uint32_t)yaml->cadencia_bases_s;
    return status;
}

static enum prep_status vocabulario_compila(struct cargador *cargador,
                                            const char *nombre, char *const *textos,
                                            size_t count, struct vocabulario *out)
{
    const char **copies;

    if (count == 0 || count > VOCABULARIO_MAX) {
        return cargador_refuse(cargador, ruta("vocabularios.%s", nombre),
                               "tiene %zu textos; escriba de 1 a %u", count,
                               VOCABULARIO_MAX);
    }
    copies = memoria_alloc(&cargador->memoria, count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        if (textos[i][0] == '\0') {
            return cargador_refuse(cargador, ruta("vocabularios.%s[%zu]", nombre, i),
                                   "está vacío; escriba el texto o quite el renglón");
        }
        for (size_t other = 0; other < i; other++) {
            if (strcmp(textos[i], textos[other]) == 0) {
                return cargador_refuse(cargador,
                                       ruta("vocabularios.%s[%zu]", nombre, i),
                                       "«%.60s» está repetido; quite uno", textos[i]);
            }
        }
        copies[i] = memoria_text(&cargador->memoria, textos[i]);
    }
    *out = (struct vocabulario){ .count = count, .textos = copies };
    return PREP_OK;
}

static enum prep_status vocabularios_compila(struct cargador *cargador,
                                             const struct vocabularios_yaml *yaml,
                                             struct definicion *definicion)
{
    const struct {
        const char *nombre;
        char *const *textos;
        size_t count;
        struct vocabulario *out;
    } rows[] = {
        { "mecanismos", yaml->mecanismos, yaml->mecanismos_count,
          &definicion->mecanismos },
        { "documentos", yaml->documentos, yaml->documentos_count,
          &definicion->documentos },
        { "origenes", yaml->origenes, yaml->origenes_count, &definicion->origenes },
        { "digitalizaciones", yaml->digitalizaciones, yaml->digitalizaciones_count,
          &definicion->digitalizaciones },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum prep_status status = vocabulario_compila(
            cargador, rows[i].nombre, rows[i].textos, rows[i].count, rows[i].out);

        if (status != PREP_OK) {
            return status;
        }
    }
    return PREP_OK;
}

static enum prep_status formatos_compila(struct cargador *cargador,
                                         const struct definicion_yaml *yaml,
                                         uint32_t *out_formatos)
{
    static const char *const palabras[] = { "csv", "xlsx", "json", "nist" };
    uint32_t formatos = 0;

    for (size_t i = 0; i < yaml->formatos_count; i++) {
        struct ruta donde = ruta("formatos[%zu]", i);
        size_t formato = 0;
        enum prep_status status =
            cargador_palabra(cargador, donde, yaml->formatos[i], palabras,
                             sizeof palabras / sizeof palabras[0], &formato);

        if (status != PREP_OK) {
            return status;
        }
        if ((formatos & (1u << formato)) != 0) {
            return cargador_refuse(cargador, donde, "«%s» está repetido; quite uno",
                                   yaml->formatos[i]);
        }
        formatos |= 1u << formato;
    }
    if (config_has(cargador->lines, "formatos") && (formatos & FORMATO_CSV) == 0) {
        return cargador_refuse(cargador, ruta("formatos"),
                               "falta csv, la base de datos oficial; agréguelo");
    }
    *out_formatos = formatos == 0 ? FORMATOS_POR_OMISION : formatos;
    return PREP_OK;
}

static enum prep_status elecciones_compila(struct cargador *cargador,
                                           const struct definicion_yaml *yaml,
                                           struct definicion *definicion)
{
    const size_t count = yaml->elecciones_count;
    struct eleccion *elecciones;

    if (count == 0 || count > ELECCION_MAX) {
        return cargador_refuse(cargador, ruta("elecciones"),
                               "hay %zu; escriba de 1 a %u", count, ELECCION_MAX);
    }
    elecciones = memoria_alloc(&cargador->memoria, count * sizeof *elecciones);
    for (size_t i = 0; i < count; i++) {
        const char *clave = yaml->elecciones[i].clave;
        enum prep_status status;

        status = clave_check(cargador, ruta("elecciones[%zu].clave", i), clave,
                             MAYUSCULAS, 24);
        if (status != PREP_OK) {
            return status;
        }
        for (size_t other = 0; other < i; other++) {
            if (strcmp(elecciones[other].clave, clave) == 0) {
                return cargador_refuse(cargador, ruta("elecciones[%zu].clave", i),
                                       "«%s» ya es la clave de la elección %zu; cada "
                                       "una lleva la suya",
                                       clave, other + 1);
            }
        }
        status = eleccion_compila(cargador, yaml, i, &elecciones[i]);
        if (status != PREP_OK) {
            return status;
        }
    }
    definicion->eleccion_count = count;
    definicion->elecciones = elecciones;
    return PREP_OK;
}

static enum prep_status compila(struct cargador *cargador,
                                const struct definicion_yaml *yaml,
                                struct definicion *definicion)
{
    static const char *const modos[] = { "oficial", "simulacro" };
    enum prep_status status;
    size_t modo = 0;

    status = clave_check(cargador, ruta("proceso"), yaml->proceso, NOMBRE_PROCESO, 32);
    if (status != PREP_OK) {
        return status;
    }
    status = clave_check(cargador, ruta("entidad"), yaml->entidad, MAYUSCULAS, 24);
    if (status != PREP_OK) {
        return status;
    }
    status = cargador_palabra(cargador, ruta("modo"), yaml->modo, modos, 2, &modo);
    if (status != PREP_OK) {
        return status;
    }
    definicion->modo = modo == 0 ? MODO_OFICIAL : MODO_SIMULACRO;
    definicion->proceso = memoria_text(&cargador->memoria, yaml->proceso);
    definicion->nombre = memoria_text(&cargador->memoria, yaml->nombre);
    definicion->entidad_clave = memoria_text(&cargador->memoria, yaml->entidad);
    status = tiempos_compila(cargador, yaml, definicion);
    if (status != PREP_OK) {
        return status;
    }
    status = formatos_compila(cargador, yaml, &definicion->formatos);
    if (status != PREP_OK) {
        return status;
    }
    status = vocabularios_compila(cargador, &yaml->vocabularios, definicion);
    if (status != PREP_OK) {
        return status;
    }
    return elecciones_compila(cargador, yaml, definicion);
}

static enum prep_status archivo_huella(const char *path, struct hash_stream *huella,
                                       struct prep_reason *reason)
{
    struct buffer text;
    enum prep_status status;

    buffer_init(&text, CONFIG_BYTES_MAX);
    status = durable_read(path, CONFIG_BYTES_MAX, &text, reason);
    if (status == PREP_OK) {
        hash_stream_add(huella, buffer_text(&text), text.len);
    }
    buffer_done(&text);
    return status;
}

enum prep_status definicion_load(const char *carpeta,
                                 struct definicion **out_definicion,
                                 struct prep_reason *reason)
{
    struct cargador cargador = { .reason = reason };
    struct definicion *definicion;
    char archivo[PATH_MAX];
    enum prep_status status;
    void *tree = NULL;

    if (snprintf(archivo, sizeof archivo, "%s/definicion.yaml", carpeta) >=
        (int)sizeof archivo) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%.200s...: la ruta es muy larga",
                         carpeta);
    }
    cargador.archivo = archivo;
    status =
        config_load(archivo, &definicion_yaml_schema, &tree, &cargador.lines, reason);
    if (status != PREP_OK) {
        return status;
    }
    definicion = memoria_alloc(&cargador.memoria, sizeof *definicion);
    definicion->carpeta = memoria_text(&cargador.memoria, carpeta);
    cargador.definicion = definicion;
    cargador.huella = hash_stream_new();
    status = archivo_huella(archivo, cargador.huella, reason);
    if (status == PREP_OK) {
        status = compila(&cargador, tree, definicion);
    }
    hash_stream_end(cargador.huella, &definicion->sha256);
    hash_stream_free(&cargador.huella);
    config_lines_free(&cargador.lines);
    config_free(&definicion_yaml_schema, &tree);
    definicion->memoria = cargador.memoria;
    if (status != PREP_OK) {
        definicion_free(&definicion);
        return status;
    }
    *out_definicion = definicion;
    return PREP_OK;
}

void definicion_free(struct definicion **definicion)
{
    struct definicion_memoria *memoria;

    if (*definicion == NULL) {
        return;
    }
    memoria = (*definicion)->memoria; /* holds the definition too */
    *definicion = NULL;
    memoria_free(&memoria);
}
