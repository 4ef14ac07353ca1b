/*
 * corre_config.h - simulacro.yaml: where the daemons are and who plays the people.
 *
 * FILE
 *     acopio: [http://127.0.0.1:8101]         CATD workers of acopio
 *     digitaliza:                             CATD workers of digitaliza
 *       - url: http://127.0.0.1:8102
 *         entrada: /srv/prep/catd/entrada     their hot folder
 *     captura: [http://127.0.0.1:8103]        services; several share the operators
 *     verifica: [http://127.0.0.1:8104]
 *     publica: http://127.0.0.1:8105          absent: no cortes are asked for
 *     operadores: fichas.txt                  lines "<id> <token>"; mode 0600
 *
 *     Relative paths start at the folder of the file. Tokens are in a file of their
 *     own because operadores.yaml only knows their hashes.
 */
#ifndef PREP_CORRE_CONFIG_H
#define PREP_CORRE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct corre_digitaliza {
    char *url;
    char *entrada;
};

struct corre_archivo { /* simulacro.yaml as it is */
    char **acopio;
    unsigned acopio_count;
    struct corre_digitaliza *digitaliza;
    unsigned digitaliza_count;
    char **captura;
    unsigned captura_count;
    char **verifica;
    unsigned verifica_count;
    char *publica;
    char *operadores;
};

#define CORRE_TOKEN_SIZE 129u

struct corre_persona {
    uint32_t id;
    char token[CORRE_TOKEN_SIZE];
};

struct corre_config {
    struct corre_archivo *archivo;
    char **entradas; /* of digitaliza, made absolute */
    struct corre_persona *personas;
    size_t persona_count;
};

PREP_MUST_CHECK
enum prep_status corre_config_load(const char *path, struct corre_config *out_config,
                                   struct prep_reason *reason);
void corre_config_done(struct corre_config *config);

#endif
