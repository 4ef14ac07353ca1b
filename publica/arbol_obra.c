#include "arbol_obra.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "prep/acta_id.h"

#define NINGUNO UINT32_MAX
#define TABLA_INICIAL 1024u /* power of two */

static void *lista_nuevo(struct lista *lista, size_t size)
{
    if (lista->count == lista->room) {
        size_t room = lista->room == 0 ? 64 : 2 * lista->room;
        void *items = reallocarray(lista->items, room, size);

        if (items == NULL) {
            return NULL;
        }
        lista->items = items;
        lista->room = room;
    }
    return (char *)lista->items + size * lista->count++;
}

static uint64_t mezcla(uint64_t h, const char *texto)
{
    for (const char *c = texto; *c != '\0'; c++) {
        h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3); /* FNV-1a */
    }
    return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_territorio(uint32_t eleccion, const char *entidad,
                                const char *clave)
{
    return mezcla(mezcla(UINT64_C(0xcbf29ce484222325) ^ eleccion, entidad), clave);
}

static uint64_t hash_seccion(uint32_t territorio, const char *clave)
{
    uint64_t h =
        (UINT64_C(0xcbf29ce484222325) ^ territorio) * UINT64_C(0x9e3779b97f4a7c15);

    return mezcla(h ^ (h >> 29), clave);
}

static uint64_t hash_de(const struct arbol_obra *obra, const struct tabla *tabla,
                        uint32_t i)
{
    if (tabla == &obra->por_territorio) {
        const struct obra_territorio *t =
            (const struct obra_territorio *)obra->territorios.items + i;
        return hash_territorio(t->eleccion, t->entidad, t->clave);
    }
    const struct obra_seccion *s =
        (const struct obra_seccion *)obra->secciones.items + i;
    return hash_seccion(s->territorio, s->clave);
}

static void tabla_pone(struct tabla *tabla, uint64_t hash, uint32_t i)
{
    size_t at = hash & (tabla->room - 1);

    while (tabla->celdas[at] != NINGUNO) {
        at = (at + 1) & (tabla->room - 1);
    }
    tabla->celdas[at] = i;
    tabla->used++;
}

static bool tabla_crece(const struct arbol_obra *obra, struct tabla *tabla)
{
    struct tabla nueva = { .room = tabla->room == 0 ? TABLA_INICIAL : 2 * tabla->room };

    if (tabla->room != 0 && tabla->used < tabla->room / 2) {
        return true;
    }
    nueva.celdas = malloc(nueva.room * sizeof *nueva.celdas);
    if (nueva.celdas == NULL) {
        return false;
    }
    memset(nueva.celdas, 0xff, nueva.room * sizeof *nueva.celdas);
    for (size_t at = 0; at < tabla->room; at++) {
        if (tabla->celdas[at] != NINGUNO) {
            tabla_pone(&nueva, hash_de(obra, tabla, tabla->celdas[at]),
                       tabla->celdas[at]);
        }
    }
    free(tabla->celdas);
    *tabla = nueva;
    return true;
}

struct arbol_obra *arbol_obra_new(void)
{
    return calloc(1, sizeof(struct arbol_obra));
}

void arbol_obra_free(struct arbol_obra **obra)
{
    struct arbol_obra *o = *obra;

    if (o == NULL) {
        return;
    }
    *obra = NULL;
    for (size_t i = 0; i < o->territorios.count; i++) {
        struct obra_territorio *t = (struct obra_territorio *)o->territorios.items + i;

        free(t->entidad_nombre);
        free(t->nombre);
    }
    free(o->territorios.items);
    free(o->grupos.items);
    free(o->secciones.items);
    free(o->actas.items);
    free(o->por_territorio.celdas);
    free(o->por_seccion.celdas);
    free(o);
}

static enum prep_status sin_memoria(struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el catálogo");
}

static enum prep_status territorio_de(struct arbol_obra *obra,
                                      const struct arbol_acta *acta,
                                      uint32_t *out_territorio,
                                      struct prep_reason *reason)
{
    struct tabla *tabla = &obra->por_territorio;
    uint64_t hash =
        hash_territorio(acta->eleccion - 1, acta->entidad, acta->territorio);
    struct obra_territorio *t;

    if (!tabla_crece(obra, tabla)) {
        return sin_memoria(reason);
    }
    for (size_t at = hash & (tabla->room - 1); tabla->celdas[at] != NINGUNO;
         at = (at + 1) & (tabla->room - 1)) {
        t = (struct obra_territorio *)obra->territorios.items + tabla->celdas[at];
        if (t->eleccion == acta->eleccion - 1 &&
            strcmp(t->entidad, acta->entidad) == 0 &&
            strcmp(t->clave, acta->territorio) == 0) {
            *out_territorio = tabla->celdas[at];
            return PREP_OK;
        }
    }
    t = lista_nuevo(&obra->territorios, sizeof *t);
    if (t == NULL) {
        return sin_memoria(reason);
    }
    *t = (struct obra_territorio){ .eleccion = acta->eleccion - 1,
                                   .grupo_abierto = NINGUNO,
                                   .entidad_nombre = strdup(acta->entidad_nombre),
                                   .nombre = strdup(acta->territorio_nombre) };
    text_copy(t->entidad, sizeof t->entidad, acta->entidad);
    text_copy(t->clave, sizeof t->clave, acta->territorio);
    if (t->entidad_nombre == NULL || t->nombre == NULL) {
        return sin_memoria(reason);
    }
    *out_territorio = (uint32_t)(obra->territorios.count - 1);
    tabla_pone(tabla, hash, *out_territorio);
    return PREP_OK;
}

/* The grupo of its territorio that still takes secciones. */
static enum prep_status grupo_abierto(struct arbol_obra *obra, uint32_t territorio,
                                      uint32_t *out_grupo, struct prep_reason *reason)
{
    struct obra_territorio *t =
        (struct obra_territorio *)obra->territorios.items + territorio;
    const struct obra_grupo *grupos = obra->grupos.items;

    if (t->grupo_abierto == NINGUNO ||
        grupos[t->grupo_abierto].acta_count >= GRUPO_ACTAS) {
        struct obra_grupo *g = lista_nuevo(&obra->grupos, sizeof *g);

        if (g == NULL) {
            return sin_memoria(reason);
        }
        *g = (struct obra_grupo){ .territorio = territorio };
        t->grupo_abierto = (uint32_t)(obra->grupos.count - 1);
    }
    *out_grupo = t->grupo_abierto;
    return PREP_OK;
}

static enum prep_status seccion_de(struct arbol_obra *obra, uint32_t territorio,
                                   const char *clave, uint32_t *out_seccion,
                                   struct prep_reason *reason)
{
    struct tabla *tabla = &obra->por_seccion;
    uint64_t hash = hash_seccion(territorio, clave);
    enum prep_status status;
    struct obra_seccion *s;
    uint32_t grupo = 0;
    size_t at;

    if (!tabla_crece(obra, tabla)) {
        return sin_memoria(reason);
    }
    for (at = hash & (tabla->room - 1); tabla->celdas[at] != NINGUNO;
         at = (at + 1) & (tabla->room - 1)) {
        s = (struct obra_seccion *)obra->secciones.items + tabla->celdas[at];
        if (s->territorio == territorio && strcmp(s->clave, clave) == 0) {
            const struct obra_grupo *g =
                (const struct obra_grupo *)obra->grupos.items + s->grupo;

            *out_seccion = tabla->celdas[at];
            if (g->acta_count < GRUPO_ACTAS_MAX) {
                return PREP_OK;
            }
            break; /* it goes on in another grupo, which takes its cell here */
        }
    }
    status = grupo_abierto(obra, territorio, &grupo, reason);
    if (status != PREP_OK) {
        return status;
    }
    s = lista_nuevo(&obra->secciones, sizeof *s);
    if (s == NULL) {
        return sin_memoria(reason);
    }
    *s = (struct obra_seccion){ .territorio = territorio, .grupo = grupo };
    text_copy(s->clave, sizeof s->clave, clave);
    *out_seccion = (uint32_t)(obra->secciones.count - 1);
    if (tabla->celdas[at] != NINGUNO) {
        tabla->celdas[at] = *out_seccion;
    } else {
        tabla_pone(tabla, hash, *out_seccion);
    }
    return PREP_OK;
}

enum prep_status arbol_agrega(struct arbol *arbol, const struct arbol_acta *acta,
                              struct prep_reason *reason)
{
    struct arbol_obra *obra = arbol->obra;
    uint32_t territorio = 0;
    uint32_t seccion = 0;
    enum prep_status status;
    uint32_t *lugar;

    assert(obra != NULL);
    if (acta->id != obra->actas.count + 1 || acta->id > ACTA_ID_CATALOGO_MAX) {
        return prep_fail(reason, PREP_ERR_GAP,
                         "catálogo: acta %llu donde toca la %zu: cárguelo de nuevo",
                         (unsigned long long)acta->id, obra->actas.count + 1);
    }
    if (acta->eleccion == 0 || acta->eleccion > arbol->definicion->eleccion_count) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "catálogo: acta %llu: no hay elección %u en la definición",
                         (unsigned long long)acta->id, acta->eleccion);
    }
    if (strlen(acta->entidad) >= ARBOL_CLAVE_SIZE ||
        strlen(acta->territorio) >= ARBOL_CLAVE_SIZE ||
        strlen(acta->seccion) >= ARBOL_CLAVE_SIZE) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "catálogo: acta %llu: entidad, territorio y sección deben "
                         "tener menos de %u bytes",
                         (unsigned long long)acta->id, ARBOL_CLAVE_SIZE);
    }
    status = territorio_de(obra, acta, &territorio, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = seccion_de(obra, territorio, acta->seccion, &seccion, reason);
    if (status != PREP_OK) {
        return status;
    }
    lugar = lista_nuevo(&obra->actas, sizeof *lugar);
    if (lugar == NULL) {
        return sin_memoria(reason);
    }
    *lugar = seccion;
    ((struct obra_grupo *)obra->grupos
         .items)[((struct obra_seccion *)obra->secciones.items)[seccion].grupo]
        .acta_count++;
    return PREP_OK;
}
