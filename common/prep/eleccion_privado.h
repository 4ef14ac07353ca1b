/*
 * eleccion_privado.h - what the files that load a definition share.
 *
 * A loader walks the tree that libcyaml made, checks it, and copies what stands into
 * memory of the definition. Every refusal goes through cargador_refuse, which adds
 * the file and the line of the value.
 */
#ifndef PREP_ELECCION_PRIVADO_H
#define PREP_ELECCION_PRIVADO_H

#include <stdbool.h>
#include <stddef.h>

#include "prep/eleccion.h"
#include "prep/eleccion_yaml.h"

#define DEFINICION_TEXTO_MAX 4096u /* bytes of any text of the file */

struct definicion_memoria; /* a list of blocks, all released together */

void *memoria_alloc(struct definicion_memoria **memoria, size_t size);
const char *memoria_text(struct definicion_memoria **memoria, const char *text);
void memoria_free(struct definicion_memoria **memoria);

/* The file of the profile that an election includes, while that election is compiled.
 */
struct incluido {
    const char *archivo;
    struct config_lines *lines;
    char prefijo[40];  /* "elecciones[2].perfil." */
    bool solo_archivo; /* whatever is being checked came from that file */
};

struct cargador {
    const char *archivo; /* path of definicion.yaml */
    const struct definicion *definicion;
    struct incluido *incluido;  /* NULL: no profile included */
    struct hash_stream *huella; /* of every file read */
    struct config_lines *lines;
    struct definicion_memoria *memoria;
    struct prep_reason *reason;
};

/*
 * PREP_ERR_CONFIG with "file:line: " and the message, which says value, fault and
 * cure. path is that of the value, as in config_line(), given as a format.
 */
struct ruta {
    char texto[160];
};
__attribute__((format(printf, 1, 2))) struct ruta ruta(const char *format, ...);
__attribute__((format(printf, 3, 4))) enum prep_status
cargador_refuse(const struct cargador *cargador, struct ruta ruta, const char *format,
                ...);

/* One of a list of words: its position, or a refusal that lists them all. */
PREP_MUST_CHECK
enum prep_status cargador_palabra(const struct cargador *cargador, struct ruta ruta,
                                  const char *value, const char *const *words,
                                  size_t word_count, size_t *out_index);

PREP_MUST_CHECK
enum prep_status eleccion_compila(struct cargador *cargador,
                                  const struct definicion_yaml *yaml, size_t index,
                                  struct eleccion *out_eleccion);

/* A text that heads a column: no blanks, commas, quotes or pipes. */
PREP_MUST_CHECK
enum prep_status cargador_columna(const struct cargador *cargador, struct ruta donde,
                                  const char *clave);

/* eleccion_candidaturas.c: eleccion has its clave and its opciones. */
PREP_MUST_CHECK
enum prep_status candidaturas_compila(struct cargador *cargador,
                                      const struct eleccion_yaml *yaml, size_t index,
                                      struct eleccion *eleccion);
/* eleccion_contradice.c: what contradicts what, once all of it is known. */
PREP_MUST_CHECK
enum prep_status candidaturas_contradice(const struct cargador *cargador,
                                         const struct eleccion *eleccion, size_t index);

/* perfil_carga.c: eleccion is complete but for its perfil. */
PREP_MUST_CHECK
enum prep_status perfil_compila(struct cargador *cargador,
                                const struct perfil_yaml *yaml, size_t index,
                                const struct eleccion *eleccion,
                                struct perfil **out_perfil);

#endif
