/*
 * arbol_obra.h - the scaffolding of an arbol while the catalogue is read (private).
 *
 * PURPOSE
 *     Tables that find the territorio and the seccion of a row by their texts, in
 *     order of appearance; arbol_cierra() orders them and throws this away.
 */
#ifndef PUBLICA_ARBOL_OBRA_H
#define PUBLICA_ARBOL_OBRA_H

#include "arbol.h"

/* A list that doubles. */
struct lista {
    void *items;
    size_t count, room;
};

struct obra_territorio {
    uint32_t eleccion;
    char entidad[ARBOL_CLAVE_SIZE];
    char clave[ARBOL_CLAVE_SIZE];
    char *entidad_nombre, *nombre;
    uint32_t grupo_abierto;
};

struct obra_grupo {
    uint32_t territorio;
    uint32_t acta_count;
};

struct obra_seccion {
    uint32_t territorio;
    uint32_t grupo;
    char clave[ARBOL_CLAVE_SIZE];
};

struct tabla { /* open addressing: positions of a list, by hash of their key */
    uint32_t *celdas;
    size_t room, used;
};

struct arbol_obra {
    struct lista territorios, grupos, secciones;
    struct lista actas; /* uint32_t: seccion of acta id - 1 */
    struct tabla por_territorio, por_seccion;
};

struct arbol_obra *arbol_obra_new(void); /* NULL: no memory */
void arbol_obra_free(struct arbol_obra **obra);

/* Once the grupos are in place: a zero sum for each. */
PREP_MUST_CHECK
enum prep_status arbol_sumas_new(struct arbol *arbol);

#endif
