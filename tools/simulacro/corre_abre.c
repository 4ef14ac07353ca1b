/* Opening and closing a night: what corre_noche.c plays. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "simulacro/corre_noche.h"

static enum prep_status on_catalogo(const struct catalogo_acta *acta, void *context,
                                    struct prep_reason *reason)
{
    struct noche *noche = context;
    const size_t index = (size_t)acta->id;

    if (index >= noche->acta_count) {
        const size_t count = noche->acta_count == 0 ? 4096 : noche->acta_count * 2;
        struct acta_sim *more = realloc(noche->actas, count * sizeof *more);

        if (more == NULL) {
            return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el catálogo");
        }
        memset(more + noche->acta_count, 0, (count - noche->acta_count) * sizeof *more);
        noche->actas = more;
        noche->acta_count = count;
    }
    noche->actas[index].id = acta->id;
    memcpy(noche->actas[index].clave, acta->clave_acta, sizeof acta->clave_acta);
    noche->catalogo_count = index;
    return PREP_OK;
}

static enum prep_status catalogo_abre(struct noche *noche, struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    struct hash sha256;
    char *path = NULL;

    if (asprintf(&path, "%s/catalogo.csv", noche->opciones->carpeta) < 0) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    status =
        catalogo_read(path, noche->definicion, on_catalogo, noche, &sha256, reason);
    free(path);
    return status;
}

static void cuenta(struct noche *noche, const struct hecho *hecho)
{
    struct acta_sim *acta = &noche->actas[noche_indice_hecho(noche, hecho)];

    switch (hecho->tipo) {
    case HECHO_ACOPIO:
        noche->total.acopios++;
        break;
    case HECHO_IMAGEN:
        noche->total.imagenes++;
        break;
    case HECHO_CAPTURA:
        noche->total.capturas++;
        acta->corte_captura = hecho->corte;
        break;
    case HECHO_VERIFICACION:
        noche->total.verificaciones++;
        acta->corte_verificacion = hecho->corte;
        break;
    case HECHO_COTEJO:
        noche->total.cotejos++;
        break;
    }
}

/* A first reading: how much there is of each, and in which corte. */
static enum prep_status cuenta_todo(struct noche *noche, struct prep_reason *reason)
{
    static const struct acta_labor none = { .mano = -1 };
    struct hechos_reader *reader = NULL;
    struct hecho *hecho = noche->siguiente;
    enum prep_status status = hechos_open(noche->opciones->carpeta, &reader, reason);
    bool fin = false;

    while (status == PREP_OK) {
        status = hechos_next(reader, hecho, &fin, reason);
        if (status != PREP_OK || fin) {
            break;
        }
        if (hecho->fuera == 0 && hecho->acta > noche->catalogo_count) {
            status = prep_fail(reason, PREP_ERR_RANGE,
                               "hechos.csv: el acta %" PRIu64
                               " no está en catalogo.csv; importe de nuevo la base",
                               hecho->acta);
            break;
        }
        while (noche_indice_hecho(noche, hecho) >= noche->acta_count) {
            struct acta_sim *more =
                realloc(noche->actas, (noche->acta_count + 256) * sizeof *more);

            assert(more != NULL);
            memset(more + noche->acta_count, 0, 256 * sizeof *more);
            noche->actas = more;
            noche->acta_count += 256;
        }
        cuenta(noche, hecho);
    }
    hechos_close(&reader);
    for (size_t i = 0; i < noche->acta_count; i++) {
        struct acta_sim *acta = &noche->actas[i];
        const uint64_t r = noche_azar(noche->opciones->semilla, i);

        acta->labor[LABOR_CAPTURA] = none;
        acta->labor[LABOR_VERIFICA] = none;
        /* An error nobody has verified yet would be published with its corte. */
        if (acta->corte_captura != 0 &&
            acta->corte_captura == acta->corte_verificacion &&
            (double)(r % 1000000) < noche->opciones->errores * 10000.0) {
            acta->paso_alterado = (r >> 32) & 1 ? 1 : 2;
            noche->alteradas++;
        }
    }
    return status;
}

enum prep_status noche_abre(struct noche *noche, const struct corre_opciones *opciones,
                            struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    *noche = (struct noche){ .opciones = opciones, .linea = 1, .corte = 1 };
    noche->siguiente = malloc(sizeof *noche->siguiente);
    if (noche->siguiente == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    status = corre_config_load(opciones->config, &noche->config, reason);
    if (status == PREP_OK && noche->config.persona_count < opciones->operadores) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "%s: hay %zu operadores y se piden %zu; agregue más o baje "
                           "--operadores",
                           noche->config.archivo->operadores,
                           noche->config.persona_count, opciones->operadores);
    }
    if (status == PREP_OK) {
        status = definicion_load(opciones->carpeta, &noche->definicion, reason);
    }
    if (status == PREP_OK && noche->definicion->modo != MODO_SIMULACRO) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "%s/definicion.yaml: modo: oficial; corre solo reproduce "
                           "elecciones en modo: simulacro",
                           opciones->carpeta);
    }
    if (status == PREP_OK) {
        status = catalogo_abre(noche, reason);
    }
    if (status == PREP_OK) {
        status =
            cortes_read(opciones->carpeta, &noche->cortes, &noche->corte_count, reason);
    }
    if (status == PREP_OK) {
        status = cuenta_todo(noche, reason);
    }
    if (status == PREP_OK) {
        status = hechos_open(opciones->carpeta, &noche->reader, reason);
    }
    if (status == PREP_OK) {
        status = noche_lee(noche, reason);
    }
    if (status == PREP_OK) {
        status = cliente_abre(&noche->cliente, opciones->plazo_ms, reason);
    }
    noche->real_ms = clock_monotonic_ms();
    if (noche->siguiente != NULL) {
        noche->simulado_ms = noche->siguiente->hora_ms;
    }
    noche_avanza(noche);
    return status;
}

void noche_cierra(struct noche *noche)
{
    cliente_cierra(&noche->cliente);
    hechos_close(&noche->reader);
    for (size_t i = 0; i < noche->acta_count; i++) {
        free(noche->actas[i].labor[LABOR_CAPTURA].celdas);
        free(noche->actas[i].labor[LABOR_VERIFICA].celdas);
    }
    cola_libera(&noche->acopios);
    cola_libera(&noche->imagenes);
    cola_libera(&noche->cotejos);
    free(noche->siguiente);
    free(noche->actas);
    free(noche->cortes);
    definicion_free(&noche->definicion);
    corre_config_done(&noche->config);
}
