/*
 * topology.h - every process of the system, its keys and its addresses.
 *
 * FILE topologia.yaml
 *     proceso: CAMP-2021
 *     procesos:
 *       - nombre: acopio-1
 *         numero: 1                  # emisor in events; from 1, never reused
 *         etapa: acopio              # acopio digitaliza captura verifica publica
 *                                    # acopio-catd digitaliza-catd herramienta
 *         host: ccv-1
 *         firma: <64 hex digits>     # Ed25519 public key
 *         curve: <40 Z85 characters> # CURVE public key
 *         recibe: tcp://10.0.0.1:7101   # ROUTER, services only
 *         anuncia: ipc:///run/prep/acopio.pub  # PUB, services only
 *
 *     A signer, a peer or an address that is not here does not exist. A process that
 *     retired stays declared for as long as its events are in a ledger.
 *
 * OWNERSHIP AND THREADS
 *     Immutable after load.
 */
#ifndef PREP_TOPOLOGY_H
#define PREP_TOPOLOGY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/keys.h"

#define TOPOLOGY_PROCESSES_MAX 20000u
#define TOPOLOGY_PROCESO_MAX 32u /* letters, digits, '-', '_' and '.' */

enum etapa {
    ETAPA_ACOPIO = 1,
    ETAPA_DIGITALIZA = 2,
    ETAPA_CAPTURA = 3,
    ETAPA_VERIFICA = 4,
    ETAPA_PUBLICA = 5,
    ETAPA_ACOPIO_CATD = 6,
    ETAPA_DIGITALIZA_CATD = 7,
    ETAPA_HERRAMIENTA = 8,
};

#define ETAPA_BIT(etapa) (1u << (etapa))
/* The five services of the CCV. */
#define ETAPAS_SERVICIO                                                                \
    (ETAPA_BIT(ETAPA_ACOPIO) | ETAPA_BIT(ETAPA_DIGITALIZA) |                           \
     ETAPA_BIT(ETAPA_CAPTURA) | ETAPA_BIT(ETAPA_VERIFICA) | ETAPA_BIT(ETAPA_PUBLICA))

/* As the file writes it: "acopio-catd". */
const char *etapa_text(enum etapa etapa);

struct topology_process {
    const char *nombre;
    uint32_t numero;
    enum etapa etapa;
    const char *host;
    uint8_t firma[KEY_SIGN_PUBLIC_LEN];
    uint8_t key_id[KEY_ID_LEN];
    char curve[KEY_CURVE_TEXT_SIZE];
    const char *recibe;  /* "" when it does not listen */
    const char *anuncia; /* "" when it has no feed */
};

struct topology {
    const char *proceso;
    size_t process_count;
    const struct topology_process *processes;
    struct topology_memory *memory; /* private */
};

PREP_MUST_CHECK
enum prep_status topology_load(const char *path, struct topology **out_topology,
                               struct prep_reason *reason);
void topology_free(struct topology **topology);

/* NULL when there is none. */
const struct topology_process *topology_by_numero(const struct topology *t,
                                                  uint32_t numero);
const struct topology_process *topology_by_nombre(const struct topology *t,
                                                  const char *nombre);
const struct topology_process *
topology_by_key_id(const struct topology *t, const uint8_t key_id[static KEY_ID_LEN]);
const struct topology_process *topology_by_curve(const struct topology *t,
                                                 const char *curve);

/* The process that holds these keys; PREP_ERR_AUTH when the file of keys and the
 * topology do not say the same. */
PREP_MUST_CHECK
enum prep_status topology_self(const struct topology *t, const struct keys *keys,
                               const struct topology_process **out_self,
                               struct prep_reason *reason);

#endif
