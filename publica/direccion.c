/* direccion.c - where each object of a corte is under datos/ (objeto.h). */
#include <inttypes.h>
#include <stdio.h>

#include "objeto.h"

void direccion_eleccion(const struct eleccion *eleccion,
                        char out_path[static DIRECCION_SIZE])
{
    (void)snprintf(out_path, DIRECCION_SIZE, "datos/%s/eleccion.json", eleccion->clave);
}

void direccion_fuera(const struct eleccion *eleccion,
                     char out_path[static DIRECCION_SIZE])
{
    (void)snprintf(out_path, DIRECCION_SIZE, "datos/%s/fuera-de-catalogo.json",
                   eleccion->clave);
}

void direccion_entidad(const struct arbol *arbol, size_t entidad,
                       char out_path[static DIRECCION_SIZE])
{
    const struct arbol_entidad *e = &arbol->entidades[entidad];
    char nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(e->clave, nombre);
    (void)snprintf(out_path, DIRECCION_SIZE, "datos/%s/entidad/%s.json",
                   arbol->definicion->elecciones[e->eleccion].clave, nombre);
}

void direccion_territorio(const struct arbol *arbol, size_t territorio,
                          char out_path[static DIRECCION_SIZE])
{
    const struct arbol_territorio *t = &arbol->territorios[territorio];
    char entidad[NOMBRE_SEGURO_SIZE], nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(arbol->entidades[t->entidad].clave, entidad);
    nombre_seguro(t->clave, nombre);
    (void)snprintf(out_path, DIRECCION_SIZE, "datos/%s/territorio/%s-%s.json",
                   arbol->definicion->elecciones[t->eleccion].clave, entidad, nombre);
}

void direccion_grupo(const struct arbol *arbol, size_t grupo,
                     char out_path[static DIRECCION_SIZE])
{
    const struct arbol_grupo *g = &arbol->grupos[grupo];
    const struct arbol_territorio *t = &arbol->territorios[g->territorio];
    char entidad[NOMBRE_SEGURO_SIZE], nombre[NOMBRE_SEGURO_SIZE];

    nombre_seguro(arbol->entidades[t->entidad].clave, entidad);
    nombre_seguro(t->clave, nombre);
    (void)snprintf(
        out_path, DIRECCION_SIZE, "datos/%s/secciones/%s-%s-%" PRIu32 ".json",
        arbol->definicion->elecciones[t->eleccion].clave, entidad, nombre, g->numero);
}
