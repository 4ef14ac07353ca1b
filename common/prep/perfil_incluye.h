/*
 * perfil_incluye.h - a profile by its name, and what an election changes of it.
 *
 * PURPOSE
 *     `perfil: {de: local-2024, archivo: PUE_GUB_2027.csv}` is the profile local-2024
 *     with another file name. The name is looked for first as perfil-<name>.yaml
 *     beside definicion.yaml, then among those that come with the system
 *     (deploy/perfiles, compiled in: no path to get wrong, and the hash of the
 *     program covers them).
 *
 * MERGE
 *     A text or a list of the election stands instead of that of the profile. Of
 *     textos, observaciones and contabilizada, each text by itself. excepciones are
 *     read before those of the profile: the first that fits wins.
 */
#ifndef PREP_PERFIL_INCLUYE_H
#define PREP_PERFIL_INCLUYE_H

#include "prep/perfil_obra.h"

/* A profile that comes with the system; generated from deploy/perfiles. */
struct perfil_de_fabrica {
    const char *nombre;
    const unsigned char *texto;
    size_t len;
};
extern const struct perfil_de_fabrica perfiles_de_fabrica[];
extern const size_t perfil_de_fabrica_count;

/* obra->yaml becomes the whole profile; it and obra->incluido live until
 * perfil_incluye_libera(), which may be called after a failure too. */
PREP_MUST_CHECK
enum prep_status perfil_incluye(struct obra *obra);
void perfil_incluye_libera(struct obra *obra);

#endif
