#include "objeto.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)

static void clave_texto(const char *clave, const char *valor, struct buffer *out)
{
    buffer_add_char(out, '"');
    buffer_add_text(out, clave);
    TEXTO(out, "\":");
    buffer_add_json(out, valor);
}

static void clave_uint(const char *clave, uint64_t valor, struct buffer *out)
{
    buffer_add_char(out, '"');
    buffer_add_text(out, clave);
    TEXTO(out, "\":");
    buffer_add_uint(out, valor);
}

static const char *modo_texto(enum modo modo)
{
    return modo == MODO_OFICIAL ? "oficial" : "simulacro";
}

static const char *territorio_texto(enum territorio_tipo tipo)
{
    switch (tipo) {
    case TERRITORIO_ENTIDAD:
        return "entidad";
    case TERRITORIO_DISTRITO_FEDERAL:
        return "distrito_federal";
    case TERRITORIO_DISTRITO_LOCAL:
        return "distrito_local";
    case TERRITORIO_MUNICIPIO:
        return "municipio";
    case TERRITORIO_JUNTA:
        return "junta";
    }
    return "";
}

static const char *opcion_texto(enum opcion_tipo tipo)
{
    switch (tipo) {
    case OPCION_PARTIDO:
        return "partido";
    case OPCION_COMBINACION:
        return "combinacion";
    case OPCION_CANDIDATURA_COMUN:
        return "candidatura_comun";
    case OPCION_INDEPENDIENTE:
        return "independiente";
    case OPCION_NO_REGISTRADAS:
        return "no_registradas";
    case OPCION_NULOS:
        return "nulos";
    }
    return "";
}

/* ---- sums */

static void votos(const struct eleccion *eleccion, const uint64_t *sumas,
                  struct buffer *out)
{
    TEXTO(out, "\"votos\":[");
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (i > 0) {
            buffer_add_char(out, ',');
        }
        buffer_add_uint(out, sumas[i]);
    }
    buffer_add_char(out, ']');
}

void objeto_resumen(const struct eleccion *eleccion, const struct resumen *resumen,
                    bool ultimo, struct buffer *out)
{
    struct encabezado encabezado;

    encabezado_calcula(resumen, ultimo, &encabezado);
    buffer_add_char(out, '{');
    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        const char *valor = encabezado.valores[i];

        buffer_add_char(out, '"');
        for (const char *c = encabezado_nombres[i]; *c != '\0'; c++) {
            buffer_add_char(out, (char)tolower((unsigned char)*c));
        }
        TEXTO(out, "\":");
        if (strchr(valor, '.') != NULL) { /* a text: readers must not round it */
            buffer_add_json(out, valor);
        } else {
            buffer_add_text(out, valor);
        }
        buffer_add_char(out, ',');
    }
    votos(eleccion, resumen->votos, out);
    buffer_add_char(out, '}');
}

void objeto_sumas(const struct eleccion *eleccion, const uint64_t *sumas,
                  struct buffer *out)
{
    static const struct {
        const char *nombre;
        size_t offset;
    } campos[] = {
        { "actas_esperadas", offsetof(struct resumen, esperadas) },
        { "actas_capturadas", offsetof(struct resumen, capturadas) },
        { "actas_contabilizadas", offsetof(struct resumen, contabilizadas) },
        { "actas_no_contabilizadas", offsetof(struct resumen, no_contabilizadas) },
        { "actas_inconsistentes", offsetof(struct resumen, inconsistentes) },
        { "lista_nominal_actas_contabilizadas",
          offsetof(struct resumen, lista_nominal) },
        { "total_votos_c_cs", offsetof(struct resumen, votos_c_cs) },
        { "total_votos_s_cs", offsetof(struct resumen, votos_s_cs) },
    };

    buffer_add_char(out, '{');
    for (size_t i = 0; i < sizeof campos / sizeof campos[0]; i++) {
        clave_uint(campos[i].nombre, sumas[campos[i].offset / sizeof(uint64_t)], out);
        buffer_add_char(out, ',');
    }
    votos(eleccion, sumas + offsetof(struct resumen, votos) / sizeof(uint64_t), out);
    buffer_add_char(out, '}');
}

/* ---- levels */

static void corte_campo(const struct definicion *definicion, const struct corte *corte,
                        struct buffer *out)
{
    TEXTO(out, "\"corte\":{");
    clave_uint("numero", corte->numero, out);
    buffer_add_char(out, ',');
    objeto_hora("nominal", corte->nominal_ms, definicion->desfase_min, out);
    buffer_add_text(out, corte->ultimo ? ",\"ultimo\":true}" : ",\"ultimo\":false}");
}

static void hijo(const struct hash *objeto, const char *direccion, struct buffer *out)
{
    objeto_hash("sha256", objeto, out);
    buffer_add_char(out, ',');
    clave_texto("datos", direccion, out);
}

static void lugar(const char *campo, const char *id, const char *nombre,
                  struct buffer *out)
{
    buffer_add_char(out, '"');
    buffer_add_text(out, campo);
    TEXTO(out, "\":{");
    clave_texto("id", id, out);
    buffer_add_char(out, ',');
    clave_texto("nombre", nombre, out);
    buffer_add_char(out, '}');
}

void objeto_territorio(const struct arbol *arbol, size_t territorio, bool ultimo,
                       struct buffer *out)
{
    const struct arbol_territorio *t = &arbol->territorios[territorio];
    const struct arbol_entidad *e = &arbol->entidades[t->entidad];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[t->eleccion];
    char direccion[DIRECCION_SIZE];
    struct resultado resultado;

    TEXTO(out, "{\"tipo\":\"territorio\",");
    clave_texto("eleccion", eleccion->clave, out);
    buffer_add_char(out, ',');
    lugar("entidad", e->clave, e->nombre, out);
    buffer_add_char(out, ',');
    lugar("territorio", t->clave, t->nombre, out);
    resultado_territorio(arbol, territorio, &resultado);
    objeto_nivel(eleccion, &t->resumen, &resultado, ultimo, out);
    TEXTO(out, ",\"grupos\":[");
    for (size_t i = 0; i < t->grupo_count; i++) {
        const struct arbol_grupo *g = &arbol->grupos[t->grupo_first + i];

        buffer_add_text(out, i == 0 ? "{" : ",{");
        clave_uint("grupo", g->numero, out);
        buffer_add_char(out, ',');
        direccion_grupo(arbol, t->grupo_first + i, direccion);
        hijo(&g->objeto, direccion, out);
        TEXTO(out, ",\"secciones\":[");
        for (size_t s = 0; s < g->seccion_count; s++) {
            if (s > 0) {
                buffer_add_char(out, ',');
            }
            buffer_add_json(out, arbol->secciones[g->seccion_first + s].clave);
        }
        TEXTO(out, "]}");
    }
    TEXTO(out, "]}\n");
}

void objeto_entidad(const struct arbol *arbol, size_t entidad,
                    const struct corte *corte, struct buffer *out)
{
    const struct arbol_entidad *e = &arbol->entidades[entidad];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[e->eleccion];
    char direccion[DIRECCION_SIZE];
    struct resultado resultado;
    struct resumen resumen;

    arbol_entidad_resumen(arbol, entidad, &resumen);
    TEXTO(out, "{\"tipo\":\"entidad\",");
    clave_texto("eleccion", eleccion->clave, out);
    buffer_add_char(out, ',');
    corte_campo(arbol->definicion, corte, out);
    buffer_add_char(out, ',');
    lugar("entidad", e->clave, e->nombre, out);
    resultado_entidad(arbol, entidad, &resultado);
    objeto_nivel(eleccion, &resumen, &resultado, corte->ultimo, out);
    TEXTO(out, ",\"territorios\":[");
    for (size_t i = 0; i < e->territorio_count; i++) {
        const struct arbol_territorio *t = &arbol->territorios[e->territorio_first + i];

        buffer_add_text(out, i == 0 ? "{" : ",{");
        clave_texto("id", t->clave, out);
        buffer_add_char(out, ',');
        clave_texto("nombre", t->nombre, out);
        buffer_add_char(out, ',');
        direccion_territorio(arbol, e->territorio_first + i, direccion);
        hijo(&t->objeto, direccion, out);
        TEXTO(out, ",\"resumen\":");
        objeto_resumen(eleccion, &t->resumen, corte->ultimo, out);
        objeto_mayoria(arbol, e->territorio_first + i, out);
        buffer_add_char(out, '}');
    }
    TEXTO(out, "]}\n");
}

static void opciones(const struct eleccion *eleccion, struct buffer *out)
{
    TEXTO(out, "\"campos\":[");
    for (size_t i = 0; i < eleccion->campo_count; i++) {
        if (i > 0) {
            buffer_add_char(out, ',');
        }
        buffer_add_json(out, eleccion->campos[i].clave);
    }
    TEXTO(out, "],\"opciones\":[");
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const struct opcion *o = &eleccion->opciones[i];

        buffer_add_text(out, i == 0 ? "{" : ",{");
        clave_texto("clave", o->clave, out);
        buffer_add_char(out, ',');
        clave_texto("tipo", opcion_texto(o->tipo), out);
        if (o->miembro_count > 0) {
            TEXTO(out, ",\"miembros\":[");
            for (size_t m = 0; m < o->miembro_count; m++) {
                if (m > 0) {
                    buffer_add_char(out, ',');
                }
                buffer_add_json(out, eleccion->opciones[o->miembros[m]].clave);
            }
            buffer_add_char(out, ']');
        }
        buffer_add_char(out, '}');
    }
    buffer_add_char(out, ']');
}

void objeto_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                     const struct resumen *resumen, const struct objeto_fuera *fuera,
                     const struct corte *corte, struct buffer *out)
{
    char direccion[DIRECCION_SIZE];
    struct resultado resultado;
    bool first = true;

    TEXTO(out, "{\"tipo\":\"eleccion\",");
    clave_texto("eleccion", eleccion->clave, out);
    buffer_add_char(out, ',');
    clave_texto("nombre", eleccion->nombre, out);
    buffer_add_char(out, ',');
    corte_campo(arbol->definicion, corte, out);
    buffer_add_char(out, ',');
    clave_texto("territorio", territorio_texto(eleccion->territorio), out);
    buffer_add_char(out, ',');
    opciones(eleccion, out);
    objeto_candidaturas(eleccion, out);
    resultado_eleccion(arbol, eleccion, &resultado);
    objeto_nivel(eleccion, resumen, &resultado, corte->ultimo, out);
    TEXTO(out, ",\"entidades\":[");
    for (size_t i = 0; i < arbol->entidad_count; i++) {
        const struct arbol_entidad *e = &arbol->entidades[i];
        struct resumen suma;

        if (e->eleccion != eleccion->ordinal - 1) {
            continue;
        }
        buffer_add_text(out, first ? "{" : ",{");
        first = false;
        clave_texto("id", e->clave, out);
        buffer_add_char(out, ',');
        clave_texto("nombre", e->nombre, out);
        buffer_add_char(out, ',');
        direccion_entidad(arbol, i, direccion);
        hijo(&e->objeto, direccion, out);
        TEXTO(out, ",\"resumen\":");
        arbol_entidad_resumen(arbol, i, &suma);
        objeto_resumen(eleccion, &suma, corte->ultimo, out);
        buffer_add_char(out, '}');
    }
    TEXTO(out, "],\"fuera_de_catalogo\":");
    if (fuera->actas == 0) {
        TEXTO(out, "null");
    } else {
        buffer_add_char(out, '{');
        clave_uint("actas", fuera->actas, out);
        buffer_add_char(out, ',');
        direccion_fuera(eleccion, direccion);
        hijo(&fuera->objeto, direccion, out);
        buffer_add_char(out, '}');
    }
    TEXTO(out, "}\n");
}

void objeto_raiz(const struct definicion *definicion, const struct resumen *resumenes,
                 const struct hash *objetos, const struct corte *corte,
                 struct buffer *out)
{
    char direccion[DIRECCION_SIZE];

    buffer_printf(out, "{\"tipo\":\"raiz\",\"version\":%d,", OBJETO_VERSION);
    clave_texto("proceso", definicion->proceso, out);
    buffer_add_char(out, ',');
    clave_texto("nombre", definicion->nombre, out);
    buffer_add_char(out, ',');
    clave_texto("modo", modo_texto(definicion->modo), out);
    buffer_add_char(out, ',');
    corte_campo(definicion, corte, out);
    TEXTO(out, ",\"libro\":{");
    clave_uint("tamano", corte->tamano, out);
    buffer_add_char(out, ',');
    objeto_hash("raiz", &corte->raiz, out);
    TEXTO(out, "},");
    objeto_hash("definicion_sha256", &definicion->sha256, out);
    TEXTO(out, ",\"elecciones\":[");
    for (size_t i = 0; i < definicion->eleccion_count; i++) {
        const struct eleccion *eleccion = &definicion->elecciones[i];

        buffer_add_text(out, i == 0 ? "{" : ",{");
        clave_texto("eleccion", eleccion->clave, out);
        buffer_add_char(out, ',');
        clave_texto("nombre", eleccion->nombre, out);
        buffer_add_char(out, ',');
        direccion_eleccion(eleccion, direccion);
        hijo(&objetos[i], direccion, out);
        TEXTO(out, ",\"resumen\":");
        objeto_resumen(eleccion, &resumenes[i], corte->ultimo, out);
        buffer_add_char(out, '}');
    }
    TEXTO(out, "]}\n");
}

static void libro(const struct corte *corte, struct buffer *out)
{
    TEXTO(out, "\"libro\":{");
    clave_uint("tamano", corte->tamano, out);
    buffer_add_char(out, ',');
    objeto_hash("raiz", &corte->raiz, out);
    TEXTO(out, "},");
    objeto_hash("objeto", &corte->objeto, out);
}

static void archivos_lista(const struct corte_base *archivos, size_t count,
                           struct buffer *out)
{
    buffer_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "{" : ",{");
        clave_texto("archivo", archivos[i].archivo, out);
        buffer_add_char(out, ',');
        objeto_hash("sha256", &archivos[i].sha256, out);
        buffer_add_char(out, ',');
        clave_uint("bytes", archivos[i].bytes, out);
        buffer_add_char(out, '}');
    }
    buffer_add_char(out, ']');
}

void objeto_corte(const struct definicion *definicion, const struct corte *corte,
                  const struct corte *anterior, const struct corte_base *bases,
                  size_t base_count, const struct corte_base *formatos,
                  size_t formato_count, struct buffer *out)
{
    buffer_printf(out, "{\"version\":%d,", OBJETO_VERSION);
    clave_texto("proceso", definicion->proceso, out);
    buffer_add_char(out, ',');
    clave_texto("modo", modo_texto(definicion->modo), out);
    buffer_add_char(out, ',');
    clave_uint("numero", corte->numero, out);
    buffer_add_char(out, ',');
    objeto_hora("nominal", corte->nominal_ms, definicion->desfase_min, out);
    buffer_add_char(out, ',');
    objeto_hora("hora", corte->hora_ms, definicion->desfase_min, out);
    buffer_add_text(out, corte->ultimo ? ",\"ultimo\":true," : ",\"ultimo\":false,");
    libro(corte, out);
    TEXTO(out, ",\"anterior\":");
    if (anterior == NULL) {
        TEXTO(out, "null");
    } else {
        buffer_add_char(out, '{');
        clave_uint("numero", anterior->numero, out);
        buffer_add_char(out, ',');
        libro(anterior, out);
        buffer_add_char(out, '}');
    }
    TEXTO(out, ",\"bases\":");
    archivos_lista(bases, base_count, out);
    TEXTO(out, ",\"formatos\":");
    archivos_lista(formatos, formato_count, out);
    buffer_printf(out, ",\"firma\":\"cortes/%" PRIu64 "/corte.json.minisig\"}\n",
                  corte->numero);
}
