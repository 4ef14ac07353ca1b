#include <stdlib.h>
#include <string.h>

#include "arbol_obra.h"

#include "base/text.h"

static int territorio_compare(const void *a, const void *b, void *context)
{
    const struct obra_territorio *territorios = context;
    const struct obra_territorio *x = &territorios[*(const uint32_t *)a];
    const struct obra_territorio *y = &territorios[*(const uint32_t *)b];
    int order;

    if (x->eleccion != y->eleccion) {
        return x->eleccion < y->eleccion ? -1 : 1;
    }
    order = strcmp(x->entidad, y->entidad);
    return order != 0 ? order : strcmp(x->clave, y->clave);
}

/* positions[i] becomes the place of item i when items are grouped by key(i), keeping
 * their order inside each key; first[k] the first place of key k. */
static void reparte(const uint32_t *keys, size_t count, uint32_t *first,
                    size_t key_count, uint32_t *positions)
{
    memset(first, 0, (key_count + 1) * sizeof *first);
    for (size_t i = 0; i < count; i++) {
        first[keys[i] + 1]++;
    }
    for (size_t k = 0; k < key_count; k++) {
        first[k + 1] += first[k];
    }
    for (size_t i = 0; i < count; i++) {
        positions[i] = first[keys[i]]++;
    }
    for (size_t k = key_count; k > 0; k--) {
        first[k] = first[k - 1];
    }
    first[0] = 0;
}

/* Territorios by (election, entidad, clave), and the entidades they make. place[i]
 * is where territorio i of the obra ends. */
static bool cierra_territorios(struct arbol *arbol, uint32_t *place)
{
    struct obra_territorio *todos = arbol->obra->territorios.items;
    size_t count = arbol->obra->territorios.count;
    uint32_t *order = malloc((count + 1) * sizeof *order);

    arbol->territorios = calloc(count + 1, sizeof *arbol->territorios);
    arbol->entidades = calloc(count + 1, sizeof *arbol->entidades);
    if (order == NULL || arbol->territorios == NULL || arbol->entidades == NULL) {
        free(order);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    qsort_r(order, count, sizeof *order, territorio_compare, todos);
    for (uint32_t i = 0; i < count; i++) {
        struct obra_territorio *from = &todos[order[i]];
        struct arbol_territorio *to = &arbol->territorios[i];
        struct arbol_entidad *e = arbol->entidad_count == 0
                                      ? NULL
                                      : &arbol->entidades[arbol->entidad_count - 1];

        if (e == NULL || e->eleccion != from->eleccion ||
            strcmp(e->clave, from->entidad) != 0) {
            e = &arbol->entidades[arbol->entidad_count++];
            e->eleccion = from->eleccion;
            text_copy(e->clave, sizeof e->clave, from->entidad);
            e->nombre = from->entidad_nombre;
            from->entidad_nombre = NULL;
            e->territorio_first = i;
        }
        e->territorio_count++;
        to->eleccion = from->eleccion;
        to->entidad = (uint32_t)(arbol->entidad_count - 1);
        text_copy(to->clave, sizeof to->clave, from->clave);
        to->nombre = from->nombre;
        from->nombre = NULL;
        to->sucio = true;
        place[order[i]] = i;
    }
    arbol->territorio_count = count;
    free(order);
    return true;
}

/* Grupos by territorio. */
static void cierra_grupos(struct arbol *arbol, const uint32_t *territorio_place,
                          uint32_t *keys, uint32_t *first, uint32_t *place)
{
    const struct obra_grupo *todos = arbol->obra->grupos.items;
    size_t count = arbol->obra->grupos.count;

    for (size_t i = 0; i < count; i++) {
        keys[i] = territorio_place[todos[i].territorio];
    }
    reparte(keys, count, first, arbol->territorio_count, place);
    for (size_t i = 0; i < count; i++) {
        struct arbol_grupo *g = &arbol->grupos[place[i]];

        g->territorio = keys[i];
        g->numero = place[i] - first[keys[i]] + 1;
        arbol->territorios[keys[i]].grupo_first = first[keys[i]];
        arbol->territorios[keys[i]].grupo_count++;
    }
    arbol->grupo_count = count;
}

static void cierra_secciones(struct arbol *arbol, const uint32_t *grupo_place,
                             uint32_t *keys, uint32_t *first, uint32_t *place)
{
    const struct obra_seccion *todas = arbol->obra->secciones.items;
    size_t count = arbol->obra->secciones.count;

    for (size_t i = 0; i < count; i++) {
        keys[i] = grupo_place[todas[i].grupo];
    }
    reparte(keys, count, first, arbol->grupo_count, place);
    for (size_t i = 0; i < count; i++) {
        text_copy(arbol->secciones[place[i]].clave,
                  sizeof arbol->secciones[place[i]].clave, todas[i].clave);
        arbol->grupos[keys[i]].seccion_first = first[keys[i]];
        arbol->grupos[keys[i]].seccion_count++;
    }
    arbol->seccion_count = count;
}

static void cierra_actas(struct arbol *arbol, const uint32_t *seccion_place,
                         uint32_t *keys, uint32_t *first)
{
    const uint32_t *todas = arbol->obra->actas.items;
    size_t count = arbol->obra->actas.count;

    for (size_t i = 0; i < count; i++) {
        keys[i] = seccion_place[todas[i]];
    }
    reparte(keys, count, first, arbol->seccion_count, arbol->id_slot);
    for (size_t i = 0; i < count; i++) {
        arbol->slot_id[arbol->id_slot[i]] = (uint32_t)(i + 1);
    }
    for (size_t i = 0; i < arbol->seccion_count; i++) {
        arbol->secciones[i].slot_first = first[i];
        arbol->secciones[i].slot_count = first[i + 1] - first[i];
    }
    for (uint32_t i = 0; i < arbol->grupo_count; i++) {
        struct arbol_grupo *g = &arbol->grupos[i];

        g->slot_first = arbol->secciones[g->seccion_first].slot_first;
        for (size_t s = 0; s < g->seccion_count; s++) {
            g->slot_count += arbol->secciones[g->seccion_first + s].slot_count;
        }
        for (size_t s = 0; s < g->slot_count; s++) {
            arbol->slot_grupo[g->slot_first + s] = i;
        }
    }
    arbol->acta_count = count;
}

enum prep_status arbol_cierra(struct arbol *arbol, struct prep_reason *reason)
{
    struct arbol_obra *obra = arbol->obra;
    size_t most = obra->actas.count + 2; /* no list is longer than the actas */
    uint32_t *keys = calloc(most, sizeof *keys);
    uint32_t *first = malloc(most * sizeof *first);
    uint32_t *place = malloc(most * sizeof *place);
    uint32_t *last_place = malloc(most * sizeof *last_place);
    enum prep_status status = PREP_ERR_MEMORY;

    arbol->grupos = calloc(obra->grupos.count + 1, sizeof *arbol->grupos);
    arbol->secciones = calloc(obra->secciones.count + 1, sizeof *arbol->secciones);
    arbol->slot_id = malloc(most * sizeof *arbol->slot_id);
    arbol->id_slot = malloc(most * sizeof *arbol->id_slot);
    arbol->slot_grupo = malloc(most * sizeof *arbol->slot_grupo);
    if (keys != NULL && first != NULL && place != NULL && last_place != NULL &&
        arbol->grupos != NULL && arbol->secciones != NULL && arbol->slot_id != NULL &&
        arbol->id_slot != NULL && arbol->slot_grupo != NULL &&
        cierra_territorios(arbol, last_place)) {
        cierra_grupos(arbol, last_place, keys, first, place);
        cierra_secciones(arbol, place, keys, first, last_place);
        cierra_actas(arbol, last_place, keys, first);
        status = arbol_sumas_new(arbol);
    }
    free(keys);
    free(first);
    free(place);
    free(last_place);
    arbol_obra_free(&arbol->obra);
    return status == PREP_OK
               ? PREP_OK
               : prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el catálogo");
}
