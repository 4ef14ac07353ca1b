#include "arbol.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arbol_obra.h"

/* struct resumen is a list of sums that ends in the votes: grupos keep only the part
 * their election uses. */
#define SUMAS_FIJAS (offsetof(struct resumen, votos) / sizeof(uint64_t))
static_assert(SUMAS_FIJAS == 9 + PARTE_COUNT * sizeof(struct cuenta) / sizeof(uint64_t),
              "a sum was added: nothing else to do than knowing it");

static size_t suma_count(const struct eleccion *eleccion)
{
    return SUMAS_FIJAS + resumen_votos_count(eleccion);
}

static size_t suma_bytes(const struct eleccion *eleccion)
{
    return suma_count(eleccion) * sizeof(uint64_t);
}

enum prep_status arbol_new(const struct definicion *definicion,
                           struct arbol **out_arbol, struct prep_reason *reason)
{
    struct arbol *arbol = calloc(1, sizeof *arbol);

    if (arbol == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el catálogo");
    }
    arbol->definicion = definicion;
    arbol->obra = arbol_obra_new();
    if (arbol->obra == NULL) {
        arbol_free(&arbol);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el catálogo");
    }
    *out_arbol = arbol;
    return PREP_OK;
}

void arbol_free(struct arbol **arbol)
{
    struct arbol *a = *arbol;

    if (a == NULL) {
        return;
    }
    *arbol = NULL;
    arbol_obra_free(&a->obra);
    for (size_t i = 0; i < a->entidad_count; i++) {
        free(a->entidades[i].nombre);
    }
    for (size_t i = 0; i < a->territorio_count; i++) {
        free(a->territorios[i].nombre);
    }
    for (size_t i = 0; i < a->grupo_count; i++) {
        free(a->grupos[i].suma);
    }
    free(a->entidades);
    free(a->territorios);
    free(a->grupos);
    free(a->secciones);
    free(a->slot_id);
    free(a->id_slot);
    free(a->slot_grupo);
    free(a);
}

bool arbol_grupo_de(const struct arbol *arbol, uint64_t id, uint32_t *out_grupo)
{
    if (id == 0 || id > arbol->acta_count) {
        return false;
    }
    *out_grupo = arbol->slot_grupo[arbol->id_slot[id - 1]];
    return true;
}

const struct eleccion *arbol_grupo_eleccion(const struct arbol *arbol, uint32_t grupo)
{
    uint32_t territorio = arbol->grupos[grupo].territorio;

    return &arbol->definicion->elecciones[arbol->territorios[territorio].eleccion];
}

void arbol_grupo_suma(struct arbol *arbol, uint32_t grupo, const struct resumen *nuevo)
{
    const struct eleccion *eleccion = arbol_grupo_eleccion(arbol, grupo);
    struct arbol_grupo *g = &arbol->grupos[grupo];
    struct resumen *total = &arbol->territorios[g->territorio].resumen;
    uint64_t actual[sizeof *total / sizeof(uint64_t)];
    uint64_t cambio[sizeof *total / sizeof(uint64_t)];

    memcpy(actual, total, suma_bytes(eleccion));
    memcpy(cambio, nuevo, suma_bytes(eleccion));
    for (size_t i = 0; i < suma_count(eleccion); i++) {
        actual[i] += cambio[i] - g->suma[i]; /* modulo 2^64: a correction lowers */
    }
    memcpy(total, actual, suma_bytes(eleccion));
    memcpy(g->suma, cambio, suma_bytes(eleccion));
    arbol->territorios[g->territorio].sucio = true;
}

enum prep_status arbol_comprueba(const struct arbol *arbol, struct prep_reason *reason)
{
    for (size_t i = 0; i < arbol->territorio_count; i++) {
        const struct arbol_territorio *t = &arbol->territorios[i];
        const struct eleccion *eleccion = &arbol->definicion->elecciones[t->eleccion];
        uint64_t suma[sizeof t->resumen / sizeof(uint64_t)] = { 0 };

        for (size_t g = 0; g < t->grupo_count; g++) {
            for (size_t k = 0; k < suma_count(eleccion); k++) {
                suma[k] += arbol->grupos[t->grupo_first + g].suma[k];
            }
        }
        if (memcmp(suma, &t->resumen, suma_bytes(eleccion)) != 0) {
            return prep_fail(reason, PREP_ERR_CONFLICT,
                             "%s: territorio %s: no es la suma de sus grupos",
                             eleccion->clave, t->clave);
        }
    }
    return PREP_OK;
}

void arbol_olvida(struct arbol *arbol)
{
    for (uint32_t i = 0; i < arbol->grupo_count; i++) {
        memset(arbol->grupos[i].suma, 0, suma_bytes(arbol_grupo_eleccion(arbol, i)));
        arbol->grupos[i].objeto = (struct hash){ 0 };
    }
    for (size_t i = 0; i < arbol->territorio_count; i++) {
        arbol->territorios[i].resumen = (struct resumen){ 0 };
        arbol->territorios[i].objeto = (struct hash){ 0 };
        arbol->territorios[i].sucio = true;
    }
}

enum prep_status arbol_sumas_new(struct arbol *arbol)
{
    for (uint32_t i = 0; i < arbol->grupo_count; i++) {
        arbol->grupos[i].suma =
            calloc(suma_count(arbol_grupo_eleccion(arbol, i)), sizeof(uint64_t));
        if (arbol->grupos[i].suma == NULL) {
            return PREP_ERR_MEMORY;
        }
    }
    return PREP_OK;
}

void arbol_entidad_resumen(const struct arbol *arbol, size_t entidad,
                           struct resumen *out_resumen)
{
    const struct arbol_entidad *e = &arbol->entidades[entidad];
    size_t votos = resumen_votos_count(&arbol->definicion->elecciones[e->eleccion]);

    *out_resumen = (struct resumen){ 0 };
    for (size_t i = 0; i < e->territorio_count; i++) {
        resumen_agrega(out_resumen,
                       &arbol->territorios[e->territorio_first + i].resumen, votos);
    }
}

void arbol_eleccion_resumen(const struct arbol *arbol, uint32_t eleccion,
                            struct resumen *out_resumen)
{
    size_t votos = resumen_votos_count(&arbol->definicion->elecciones[eleccion]);

    *out_resumen = (struct resumen){ 0 };
    for (size_t i = 0; i < arbol->territorio_count; i++) {
        if (arbol->territorios[i].eleccion == eleccion) {
            resumen_agrega(out_resumen, &arbol->territorios[i].resumen, votos);
        }
    }
}

void nombre_seguro(const char *clave, char out_nombre[static NOMBRE_SEGURO_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;

    for (size_t i = 0; clave[i] != '\0' && i < ARBOL_CLAVE_SIZE - 1; i++) {
        unsigned char c = (unsigned char)clave[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
            (c >= 'a' && c <= 'z') || c == '-' || (c == '.' && i > 0)) {
            out_nombre[at++] = (char)c;
        } else {
            out_nombre[at++] = '_';
            out_nombre[at++] = hex[c >> 4];
            out_nombre[at++] = hex[c & 15];
        }
    }
    if (at == 0) {
        out_nombre[at++] = '_';
    }
    out_nombre[at] = '\0';
}
