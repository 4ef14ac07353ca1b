/* The example definition, loaded, and a catalogue of rows for an arbol. */
#ifndef PUBLICA_TEST_ARBOL_PRUEBA_H
#define PUBLICA_TEST_ARBOL_PRUEBA_H

#include "../prep/carpeta_prueba.h"
#include "../prep/definicion_ejemplo.h"
#include "arbol.h"

static inline struct definicion *definicion_de_prueba(void)
{
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    struct carpeta carpeta;

    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "definicion.yaml", definicion_ejemplo);
    if (definicion_load(carpeta.path, &definicion, &reason) != PREP_OK) {
        fprintf(stderr, "%s\n", reason.text);
        abort();
    }
    carpeta_borra(&carpeta);
    return definicion;
}

struct fila_prueba {
    const char *entidad, *territorio, *seccion;
};

static inline struct arbol *arbol_de_prueba(const struct definicion *definicion,
                                            const struct fila_prueba *filas,
                                            size_t count)
{
    struct prep_reason reason = { "" };
    struct arbol *arbol = NULL;

    if (arbol_new(definicion, &arbol, &reason) != PREP_OK) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        const struct arbol_acta acta = { .id = i + 1,
                                         .eleccion = 1,
                                         .entidad = filas[i].entidad,
                                         .entidad_nombre = "ENTIDAD",
                                         .territorio = filas[i].territorio,
                                         .territorio_nombre = "LUGAR",
                                         .seccion = filas[i].seccion };

        if (arbol_agrega(arbol, &acta, &reason) != PREP_OK) {
            fprintf(stderr, "%s\n", reason.text);
            abort();
        }
    }
    if (arbol_cierra(arbol, &reason) != PREP_OK) {
        abort();
    }
    return arbol;
}

#endif
