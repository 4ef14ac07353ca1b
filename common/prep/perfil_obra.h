/*
 * perfil_obra.h - what the files that load a profile share.
 */
#ifndef PREP_PERFIL_OBRA_H
#define PREP_PERFIL_OBRA_H

#include "prep/eleccion_privado.h"
#include "prep/perfil_privado.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TIPOS_CASILLA "BCESMAPVU"

/* What is being compiled, so that helpers take one argument for it. */
struct obra {
    struct cargador *cargador;
    const struct perfil_yaml *yaml; /* &completo, once it is */
    struct perfil_yaml completo;    /* with what the included profile adds */
    struct perfil_yaml *incluido;   /* the profile named by `de`, or NULL */
    struct incluido archivo_incluido;
    const struct eleccion *eleccion;
    size_t index; /* of the election */
    struct perfil *perfil;
};

#define EN(obra, campo) ruta("elecciones[%zu].perfil." campo, (obra)->index)

const char *obra_copia(const struct obra *obra, const char *text); /* NULL is "" */
PREP_MUST_CHECK
enum prep_status obra_palabra(const struct obra *obra, struct ruta donde,
                              const char *value, const char *const *words, size_t count,
                              size_t *out_index);
PREP_MUST_CHECK
enum prep_status obra_columnas(struct obra *obra); /* perfil_columnas.c */
/* The name of a column that the profile leaves to the election, or NULL. */
const char *obra_nombre_de_columna(const struct obra *obra, const char *fuente);
PREP_MUST_CHECK
enum prep_status obra_renombra(struct obra *obra); /* perfil_excepciones.c */
PREP_MUST_CHECK
enum prep_status obra_excepciones(struct obra *obra); /* perfil_excepciones.c */
PREP_MUST_CHECK
enum prep_status obra_observaciones(struct obra *obra); /* perfil_causas.c */

#endif
