#include "grupos.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "grupo_revision.h"
#include "objeto.h"
#include "prep/coalicion.h"

#define GRUPO_TEXT_MAX (4u * 1024u * 1024u)
#define ACTA_TEXT_GUESS 640u
#define SUMAS_FIJAS (offsetof(struct resumen, votos) / sizeof(uint64_t))
#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)

enum estado { NO_PEDIDO, PEDIDO, HECHO };

struct trozo { /* an acta's JSON within the text of its grupo */
    uint32_t at, len;
};

struct imagen {
    struct hash sha256;
    uint32_t formato;
};

/* A grupo while its actas come, and then a job of the pool. */
struct abierto {
    struct pool_job job;
    struct grupos *grupos;
    uint32_t grupo;
    uint32_t have;
    struct buffer text;
    struct resumen resumen;
    struct trozo *trozos;    /* by slot */
    struct imagen *imagenes; /* those to publish */
    uint32_t imagen_count;
    uint64_t *sumas; /* by seccion, SUMAS_FIJAS + opciones each */
};

struct grupos {
    struct arbol *arbol;
    struct aside *aside;
    struct pool *pool;
    struct imagenes *imagenes;
    bool revisa;
    uint8_t *estados;
    struct abierto **abiertos; /* by grupo */
    size_t abiertos_bytes;
    size_t hechos;
};

static size_t suma_count(const struct grupos *grupos, uint32_t grupo)
{
    return SUMAS_FIJAS +
           resumen_votos_count(arbol_grupo_eleccion(grupos->arbol, grupo));
}

static size_t abierto_bytes(const struct grupos *grupos, uint32_t grupo)
{
    const struct arbol_grupo *g = &grupos->arbol->grupos[grupo];

    return sizeof(struct abierto) + g->slot_count * (size_t)ACTA_TEXT_GUESS +
           g->seccion_count * suma_count(grupos, grupo) * sizeof(uint64_t);
}

static void abierto_free(struct abierto *a)
{
    if (a != NULL) {
        buffer_done(&a->text);
        free(a->trozos);
        free(a->imagenes);
        free(a->sumas);
        free(a);
    }
}

static struct abierto *abierto_new(struct grupos *grupos, uint32_t grupo)
{
    const struct arbol_grupo *g = &grupos->arbol->grupos[grupo];
    struct abierto *a = calloc(1, sizeof *a);

    if (a == NULL) {
        return NULL;
    }
    a->grupos = grupos;
    a->grupo = grupo;
    buffer_init(&a->text, GRUPO_TEXT_MAX);
    a->trozos = calloc(g->slot_count, sizeof *a->trozos);
    a->imagenes = calloc(g->slot_count, sizeof *a->imagenes);
    a->sumas = calloc(g->seccion_count * suma_count(grupos, grupo), sizeof *a->sumas);
    if (a->trozos == NULL || a->imagenes == NULL || a->sumas == NULL) {
        abierto_free(a);
        return NULL;
    }
    return a;
}

enum prep_status grupos_open(struct arbol *arbol, struct aside *aside,
                             struct pool *pool, struct imagenes *imagenes, bool revisa,
                             struct grupos **out_grupos, struct prep_reason *reason)
{
    struct grupos *grupos = calloc(1, sizeof *grupos);

    if (grupos == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    grupos->arbol = arbol;
    grupos->aside = aside;
    grupos->pool = pool;
    grupos->imagenes = imagenes;
    grupos->revisa = revisa;
    grupos->estados = calloc(arbol->grupo_count + 1, 1);
    grupos->abiertos = calloc(arbol->grupo_count + 1, sizeof *grupos->abiertos);
    if (grupos->estados == NULL || grupos->abiertos == NULL) {
        grupos_close(&grupos);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    *out_grupos = grupos;
    return PREP_OK;
}

void grupos_close(struct grupos **grupos)
{
    struct grupos *g = *grupos;

    if (g == NULL) {
        return;
    }
    *grupos = NULL;
    for (size_t i = 0; g->abiertos != NULL && i < g->arbol->grupo_count; i++) {
        abierto_free(g->abiertos[i]);
    }
    free(g->abiertos);
    free(g->estados);
    free(g);
}

void grupos_pide(struct grupos *grupos, uint32_t grupo)
{
    grupos->estados[grupo] = PEDIDO;
}

void grupos_pide_todos(struct grupos *grupos)
{
    memset(grupos->estados, PEDIDO, grupos->arbol->grupo_count);
}

bool grupos_pedido(const struct grupos *grupos, uint32_t grupo)
{
    return grupos->estados[grupo] == PEDIDO;
}

void grupos_count(const struct grupos *grupos, size_t *out_hechos)
{
    *out_hechos = grupos->hechos;
}

/* ---- the job: one object */

static void render(const struct abierto *a, struct buffer *out)
{
    const struct arbol *arbol = a->grupos->arbol;
    const struct arbol_grupo *g = &arbol->grupos[a->grupo];
    const struct arbol_territorio *t = &arbol->territorios[g->territorio];
    const struct eleccion *eleccion = arbol_grupo_eleccion(arbol, a->grupo);
    const size_t sumas = suma_count(a->grupos, a->grupo);

    TEXTO(out, "{\"tipo\":\"secciones\",\"eleccion\":");
    buffer_add_json(out, eleccion->clave);
    TEXTO(out, ",\"entidad\":");
    buffer_add_json(out, arbol->entidades[t->entidad].clave);
    TEXTO(out, ",\"territorio\":");
    buffer_add_json(out, t->clave);
    TEXTO(out, ",\"grupo\":");
    buffer_add_uint(out, g->numero);
    TEXTO(out, ",\"secciones\":[");
    for (size_t s = 0; s < g->seccion_count; s++) {
        const struct arbol_seccion *seccion = &arbol->secciones[g->seccion_first + s];

        buffer_add_text(out, s == 0 ? "\n" : ",\n");
        TEXTO(out, "{\"seccion\":");
        buffer_add_json(out, seccion->clave);
        TEXTO(out, ",\"resumen\":");
        objeto_sumas(eleccion, a->sumas + s * sumas, out);
        TEXTO(out, ",\"actas\":[");
        for (size_t i = 0; i < seccion->slot_count; i++) {
            const struct trozo *trozo =
                &a->trozos[seccion->slot_first - g->slot_first + i];

            buffer_add_text(out, i == 0 ? "\n" : ",\n");
            buffer_add(out, a->text.data + trozo->at, trozo->len);
        }
        TEXTO(out, "]}");
    }
    TEXTO(out, "]}\n");
}

static enum prep_status grupo_run(struct pool_job *job, struct taller *taller,
                                  bool cancelled, struct prep_reason *reason)
{
    struct abierto *a = (struct abierto *)job;
    const struct grupos *grupos = a->grupos;
    enum prep_status status = cancelled ? PREP_ERR_STATE : buffer_status(&a->text);
    char direccion[DIRECCION_SIZE];
    struct buffer object;

    buffer_init(&object, 2 * GRUPO_TEXT_MAX);
    for (uint32_t i = 0; i < a->imagen_count && status == PREP_OK; i++) {
        status = imagenes_publica(grupos->imagenes, &a->imagenes[i].sha256,
                                  a->imagenes[i].formato, reason);
    }
    if (status == PREP_OK) {
        (void)buffer_reserve(&object, a->text.len + a->text.len / 4 + 4096);
        render(a, &object);
        status = buffer_status(&object);
    }
    if (status == PREP_OK) {
        direccion_grupo(grupos->arbol, a->grupo, direccion);
    }
    if (status == PREP_OK && grupos->revisa) {
        status =
            grupo_revision(arbol_grupo_eleccion(grupos->arbol, a->grupo), direccion,
                           object.data, object.len, &a->resumen, reason);
    }
    if (status == PREP_OK) {
        status = aside_object(grupos->aside, taller, object.data, object.len, direccion,
                              &grupos->arbol->grupos[a->grupo].objeto, reason);
    }
    buffer_done(&object);
    abierto_free(a);
    return status;
}

/* ---- gathering */

static void suma(struct abierto *a, size_t seccion, const struct acta_vista *vista)
{
    const struct grupos *grupos = a->grupos;
    const struct eleccion *eleccion = arbol_grupo_eleccion(grupos->arbol, a->grupo);
    const size_t count = suma_count(grupos, a->grupo);
    uint64_t una[sizeof(struct resumen) / sizeof(uint64_t)];
    struct resumen resumen = { 0 };

    resumen_suma(&resumen, eleccion, &vista->hechos, &vista->decision, 1);
    resumen_agrega(&a->resumen, &resumen, resumen_votos_count(eleccion));
    memcpy(una, &resumen, count * sizeof una[0]);
    for (size_t i = 0; i < count; i++) {
        a->sumas[seccion * count + i] += una[i];
    }
}

static size_t seccion_of(const struct arbol *arbol, const struct arbol_grupo *g,
                         uint32_t slot)
{
    for (size_t s = 0; s < g->seccion_count; s++) {
        const struct arbol_seccion *seccion = &arbol->secciones[g->seccion_first + s];

        if (slot < seccion->slot_first + seccion->slot_count) {
            return s;
        }
    }
    assert(!"a slot of the grupo is in one of its secciones");
    return 0;
}

/* Combinations divided seccion by seccion, now that each has all its actas. (A seccion
 * cut past GRUPO_ACTAS_MAX, mesas that have none, is divided in its pieces.) */
static void reparte_secciones(struct abierto *a)
{
    const struct arbol *arbol = a->grupos->arbol;
    const struct eleccion *eleccion = arbol_grupo_eleccion(arbol, a->grupo);
    const size_t count = suma_count(a->grupos, a->grupo);

    if (!resumen_lleva_partidos(eleccion) ||
        eleccion->reglas.nivel_reparto != REPARTO_SECCION) {
        return;
    }
    for (size_t s = 0; s < arbol->grupos[a->grupo].seccion_count; s++) {
        coalicion_reparte(eleccion, a->sumas + s * count + SUMAS_FIJAS,
                          a->resumen.votos + eleccion->opcion_count);
    }
}

static void complete(struct grupos *grupos, uint32_t grupo)
{
    struct abierto *a = grupos->abiertos[grupo];

    reparte_secciones(a);
    grupos->abiertos[grupo] = NULL;
    grupos->abiertos_bytes -= abierto_bytes(grupos, grupo);
    grupos->estados[grupo] = HECHO;
    grupos->hechos++;
    arbol_grupo_suma(grupos->arbol, grupo, &a->resumen);
    a->job.run = grupo_run;
    pool_put(grupos->pool, &a->job);
}

enum prep_status grupos_acta(struct grupos *grupos, uint64_t id,
                             const struct acta_vista *vista, uint32_t formato,
                             struct prep_reason *reason)
{
    const struct arbol *arbol = grupos->arbol;
    const struct arbol_grupo *g;
    struct abierto *a;
    uint32_t grupo, slot;

    if (!arbol_grupo_de(arbol, id, &grupo) || grupos->estados[grupo] != PEDIDO) {
        return PREP_OK;
    }
    g = &arbol->grupos[grupo];
    slot = arbol->id_slot[id - 1];
    a = grupos->abiertos[grupo];
    if (a == NULL) {
        size_t bytes = abierto_bytes(grupos, grupo);

        if (grupos->abiertos_bytes > 0 &&
            grupos->abiertos_bytes + bytes > GRUPOS_ABIERTOS_BYTES) {
            return PREP_OK; /* put off: it will never be complete in this reading */
        }
        a = abierto_new(grupos, grupo);
        if (a == NULL) {
            return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
        }
        (void)buffer_reserve(&a->text, g->slot_count * (size_t)ACTA_TEXT_GUESS);
        grupos->abiertos[grupo] = a;
        grupos->abiertos_bytes += bytes;
    }
    a->trozos[slot - g->slot_first].at = (uint32_t)a->text.len;
    objeto_acta(arbol->definicion, arbol_grupo_eleccion(arbol, grupo), id, vista,
                formato, &a->text);
    a->trozos[slot - g->slot_first].len =
        (uint32_t)a->text.len - a->trozos[slot - g->slot_first].at;
    suma(a, seccion_of(arbol, g, slot), vista);
    if (vista->tiene_imagen && vista->decision.capturada) {
        a->imagenes[a->imagen_count++] = (struct imagen){ vista->imagen, formato };
    }
    if (++a->have == g->slot_count) {
        complete(grupos, grupo);
    }
    return PREP_OK;
}

bool grupos_aplazado(struct grupos *grupos, uint32_t *grupo)
{
    for (uint32_t i = *grupo; i < grupos->arbol->grupo_count; i++) {
        if (grupos->estados[i] == PEDIDO) {
            if (grupos->abiertos[i] != NULL) {
                grupos->abiertos_bytes -= abierto_bytes(grupos, i);
                abierto_free(grupos->abiertos[i]);
                grupos->abiertos[i] = NULL;
            }
            *grupo = i;
            return true;
        }
    }
    return false;
}
