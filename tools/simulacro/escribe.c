#include "simulacro/escribe.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/csv.h"
#include "base/durable.h"
#include "simulacro/yaml.h"

/* The usual hour of the first publication: 20:00. */
#define HORA_INICIO_MS (INT64_C(20) * 3600 * 1000)
#define DIA_MS (INT64_C(24) * 3600 * 1000)
#define CADENCIA_S 1200

static const char *const tipos[] = { "partido",           "combinacion",
                                     "candidatura_comun", "independiente",
                                     "no_registradas",    "nulos" };
static const char *const territorios[] = { "entidad", "distrito_federal",
                                           "distrito_local", "municipio", "junta" };

int64_t corte_ms(const struct base *base, size_t corte)
{
    return base->cortes[corte].local_ms - (int64_t)base->desfase_min * 60000;
}

enum prep_status escribe_archivo(const char *carpeta, const char *nombre,
                                 struct buffer *text, struct prep_reason *reason)
{
    char path[PATH_MAX];

    if (buffer_status(text) != PREP_OK) {
        return prep_fail(reason, PREP_ERR_FULL, "%s: la base es demasiado grande",
                         nombre);
    }
    (void)snprintf(path, sizeof path, "%s/%s", carpeta, nombre);
    return durable_replace(path, buffer_text(text), text->len, 0644, reason);
}

static void instante_escribe(struct buffer *out, const char *clave, int64_t ms,
                             int desfase_min)
{
    char text[CLOCK_TEXT_SIZE];

    clock_iso(ms, desfase_min, text);
    yaml_campo(out, clave, text);
}

/* The 20:00 before the first corte: nothing was visible earlier. */
static int64_t inicio_ms(const struct base *base)
{
    const int64_t first = base->cortes[0].local_ms;
    int64_t start = first - first % DIA_MS + HORA_INICIO_MS;

    if (start > first) {
        start -= DIA_MS;
    }
    if (start >= base->cortes[base->corte_count - 1].local_ms) {
        start -= DIA_MS;
    }
    return start - (int64_t)base->desfase_min * 60000;
}

static void vocabulario_escribe(struct buffer *out, const char *clave,
                                const struct lista_textos *lista)
{
    static const char *const none[] = { "NO INFORMADO" };

    yaml_lista(out, clave, lista->count == 0 ? none : lista->items,
               lista->count == 0 ? 1 : lista->count);
}

static void opcion_escribe(const struct noche_celda *opcion, struct buffer *out)
{
    buffer_add_text(out, "      - {clave: ");
    yaml_texto(out, opcion->clave);
    buffer_printf(out, ", tipo: %s", tipos[opcion->tipo - 1]);
    if (opcion->miembro_count > 0) {
        buffer_add_text(out, ", miembros: [");
        for (size_t i = 0; i < opcion->miembro_count; i++) {
            buffer_add_text(out, i == 0 ? "" : ", ");
            yaml_texto(out, opcion->miembros[i]);
        }
        buffer_add_char(out, ']');
    }
    buffer_add_text(out, "}\n");
}

static const char *si_no(bool value)
{
    return value ? "yes" : "no";
}

static void reglas_escribe(const struct reglas_parametros *reglas, struct buffer *out)
{
    buffer_printf(out, "    reglas:\n");
    buffer_printf(out, "      inconsistencia_algun_campo: %s\n",
                  si_no(reglas->inconsistencia_algun_campo));
    buffer_printf(out, "      inconsistencia_sin_acta: %s\n",
                  si_no(reglas->inconsistencia_sin_acta));
    buffer_printf(out, "      campos_dan_observacion: %s\n",
                  si_no(reglas->campos_dan_observacion));
    buffer_printf(out, "      mixtos_contabilizan: %s\n",
                  si_no(reglas->mixtos_contabilizan));
    buffer_printf(out, "      representantes_en_limite_especial: %s\n",
                  si_no(reglas->representantes_en_limite_especial));
    buffer_printf(out, "      representantes_fijos: %s\n",
                  si_no(reglas->representantes_fijos));
    buffer_printf(out, "      boletas_especial_max: %" PRIu32 "\n",
                  reglas->boletas_especial_max);
    buffer_printf(out, "      representantes_default: %" PRIu32 "\n",
                  reglas->representantes_default);
}

static void eleccion_escribe(const struct noche *noche,
                             const struct noche_eleccion *eleccion, struct buffer *out)
{
    const char *campos[ELECCION_CELDAS_MAX];
    const char *nombre = eleccion->tabla->titulo;

    for (size_t i = 0; i < eleccion->campo_count; i++) {
        campos[i] = eleccion->celdas[i].clave;
    }
    yaml_campo(out, "  - clave", eleccion->base->clave);
    yaml_campo(out, "    nombre", nombre[0] == '\0' ? eleccion->base->clave : nombre);
    yaml_campo(out, "    territorio", territorios[eleccion->base->territorio - 1]);
    yaml_lista(out, "    campos", campos, eleccion->campo_count);
    buffer_add_text(out, "    opciones:\n");
    for (size_t i = eleccion->campo_count; i < eleccion->celda_count; i++) {
        opcion_escribe(&eleccion->celdas[i], out);
    }
    reglas_escribe(&eleccion->reglas, out);
    escribe_perfil(noche, eleccion, out);
}

enum prep_status noche_escribe_definicion(const struct noche *noche,
                                          const char *carpeta,
                                          struct prep_reason *reason)
{
    const struct base *base = noche->base;
    const int minutes = base->desfase_min < 0 ? -base->desfase_min : base->desfase_min;
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, CONFIG_BYTES_MAX);
    buffer_add_text(&out, "# Escrito por prep-simulacro importa.\n");
    buffer_printf(&out, "proceso: \"%s-%d\"\n", base->entidad, base->anio);
    buffer_printf(&out, "nombre: \"Simulacro con la base publicada de %s %d\"\n",
                  base->entidad, base->anio);
    yaml_campo(&out, "entidad", base->entidad);
    buffer_add_text(&out, "modo: simulacro\n");
    buffer_printf(&out, "desfase: \"%c%02d:%02d\"\n", base->desfase_min < 0 ? '-' : '+',
                  minutes / 60, minutes % 60);
    instante_escribe(&out, "inicio", inicio_ms(base), base->desfase_min);
    instante_escribe(&out, "fin", corte_ms(base, base->corte_count - 1),
                     base->desfase_min);
    buffer_printf(&out, "cadencia_s: %d\ncadencia_bases_s: %d\nvocabularios:\n",
                  CADENCIA_S, CADENCIA_S);
    vocabulario_escribe(&out, "  mecanismos", &noche->mecanismos);
    vocabulario_escribe(&out, "  documentos", &noche->documentos);
    vocabulario_escribe(&out, "  origenes", &noche->origenes);
    vocabulario_escribe(&out, "  digitalizaciones", &noche->digitalizaciones);
    buffer_add_text(&out, "elecciones:\n");
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        eleccion_escribe(noche, &noche->elecciones[e], &out);
    }
    status = escribe_archivo(carpeta, "definicion.yaml", &out, reason);
    buffer_done(&out);
    return status;
}
