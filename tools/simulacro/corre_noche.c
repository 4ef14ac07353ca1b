#include "simulacro/corre_noche.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define IDLE_REAL_MS 300 /* a longer wait with nothing to do is skipped */

/* splitmix64: small, seeded, the same on every machine. */
uint64_t noche_azar(uint64_t seed, uint64_t n)
{
    uint64_t z = seed + (n + 1) * UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void noche_falla(struct noche *noche, const char *format, ...)
{
    va_list args;

    if (noche->fallo) {
        return;
    }
    noche->fallo = true;
    va_start(args, format);
    (void)vsnprintf(noche->motivo.text, sizeof noche->motivo.text, format, args);
    va_end(args);
}

void noche_avanza(struct noche *noche)
{
    noche->avance_ms = clock_monotonic_ms();
}

/* ---- letting facts out */

uint32_t noche_indice_hecho(const struct noche *noche, const struct hecho *hecho)
{
    if (hecho->fuera != 0) {
        return (uint32_t)noche->catalogo_count + hecho->fuera;
    }
    return (uint32_t)hecho->acta;
}

enum prep_status noche_lee(struct noche *noche, struct prep_reason *reason)
{
    bool fin = false;
    const enum prep_status status =
        hechos_next(noche->reader, noche->siguiente, &fin, reason);

    noche->linea++;
    if (status == PREP_OK && fin) {
        free(noche->siguiente);
        noche->siguiente = NULL;
    }
    return status;
}

void cola_agrega(struct cola *cola, const struct hecho_suelto *hecho)
{
    if (cola->first + cola->count == cola->room) {
        if (cola->first > cola->count) {
            memmove(cola->items, cola->items + cola->first,
                    cola->count * sizeof *cola->items);
            cola->first = 0;
        } else {
            const size_t room = cola->room == 0 ? 256 : cola->room * 2;
            struct hecho_suelto *more = realloc(cola->items, room * sizeof *more);

            assert(more != NULL);
            cola->items = more;
            cola->room = room;
        }
    }
    cola->items[cola->first + cola->count++] = *hecho;
}

struct hecho_suelto *cola_primero(const struct cola *cola, size_t n)
{
    return n < cola->count ? &cola->items[cola->first + n] : NULL;
}

void cola_quita(struct cola *cola, size_t count)
{
    assert(count <= cola->count);
    for (size_t i = 0; i < count; i++) {
        free(cola->items[cola->first + i].identificacion);
    }
    cola->first += count;
    cola->count -= count;
}

void cola_libera(struct cola *cola)
{
    for (size_t i = cola->first; i < cola->first + cola->count; i++) {
        free(cola->items[i].identificacion);
    }
    free(cola->items);
}

size_t cola_largo(const struct cola *cola)
{
    return cola->count;
}

static void labor_debe(struct noche *noche, enum labor_clase clase,
                       const struct hecho *hecho)
{
    struct acta_labor *labor =
        &noche->actas[noche_indice_hecho(noche, hecho)].labor[clase];

    if (labor->estado != LABOR_NO_TOCA) {
        return; /* importa gives one of each */
    }
    labor->estado = LABOR_DEBIDA;
    labor->hora_ms = hecho->hora_ms;
    labor->celda_count = (uint16_t)hecho->celda_count;
    labor->celdas = malloc((hecho->celda_count + 1) * sizeof *labor->celdas);
    assert(labor->celdas != NULL);
    memcpy(labor->celdas, hecho->celdas, hecho->celda_count * sizeof *labor->celdas);
    noche->debidas[clase]++;
    if (labor->mano < 0) {
        noche->libres[clase]++;
    }
}

void labor_toma(struct noche *noche, enum labor_clase clase, uint32_t acta,
                int32_t mano, unsigned paso)
{
    struct acta_labor *labor = &noche->actas[acta].labor[clase];

    if (labor->estado == LABOR_DEBIDA && labor->mano < 0) {
        noche->libres[clase]--;
    }
    labor->mano = mano;
    labor->paso = (uint8_t)paso;
}

void labor_suelta(struct noche *noche, enum labor_clase clase, uint32_t acta)
{
    struct acta_labor *labor = &noche->actas[acta].labor[clase];

    if (labor->estado == LABOR_DEBIDA && labor->mano >= 0) {
        noche->libres[clase]++;
    }
    labor->mano = -1;
}

void labor_termina(struct noche *noche, enum labor_clase clase, uint32_t acta)
{
    struct acta_labor *labor = &noche->actas[acta].labor[clase];

    labor_suelta(noche, clase, acta);
    if (labor->estado == LABOR_DEBIDA) {
        noche->libres[clase]--;
        noche->debidas[clase]--;
    }
    labor->estado = LABOR_HECHA;
    noche_avanza(noche);
}

static void hecho_sale(struct noche *noche, const struct hecho *hecho)
{
    struct hecho_suelto suelto = {
        .acta = noche_indice_hecho(noche, hecho),
        .linea = noche->linea,
        .tipo = hecho->tipo,
        .hora_ms = hecho->hora_ms,
        .mecanismo = (uint8_t)hecho->mecanismo,
        .documento = (uint8_t)hecho->documento,
        .origen = (uint8_t)hecho->origen,
        .digitalizacion = (uint8_t)hecho->digitalizacion,
        .sin_acta = (uint8_t)hecho->sin_acta,
        .cotejo = (uint8_t)hecho->cotejo,
        .eleccion = hecho->eleccion,
    };

    switch (hecho->tipo) {
    case HECHO_ACOPIO:
        if (hecho->fuera != 0) {
            suelto.identificacion = strdup(hecho->identificacion);
            assert(suelto.identificacion != NULL);
        }
        noche->suelto.acopios++;
        cola_agrega(&noche->acopios, &suelto);
        break;
    case HECHO_IMAGEN:
        noche->suelto.imagenes++;
        cola_agrega(&noche->imagenes, &suelto);
        break;
    case HECHO_CAPTURA:
        labor_debe(noche, LABOR_CAPTURA, hecho);
        break;
    case HECHO_VERIFICACION:
        labor_debe(noche, LABOR_VERIFICA, hecho);
        break;
    case HECHO_COTEJO:
        noche->suelto.cotejos++;
        cola_agrega(&noche->cotejos, &suelto);
        break;
    }
    if (hecho->hora_ms != CLOCK_UNKNOWN) {
        noche->ultima_hora_ms = hecho->hora_ms;
    }
    noche_avanza(noche);
}

int64_t noche_ahora(const struct noche *noche)
{
    if (noche->opciones->velocidad <= 0) {
        return INT64_MAX;
    }
    return noche->simulado_ms +
           (int64_t)((double)(clock_monotonic_ms() - noche->real_ms) *
                     noche->opciones->velocidad);
}

bool noche_corte_suelto(const struct noche *noche)
{
    return noche->siguiente == NULL || noche->siguiente->corte > noche->corte;
}

bool noche_al_dia(const struct noche *noche)
{
    return noche->suelto.acopios == noche->hecho.acopios &&
           noche->suelto.imagenes == noche->hecho.imagenes &&
           noche->suelto.cotejos == noche->hecho.cotejos &&
           noche->debidas[LABOR_CAPTURA] == 0 && noche->debidas[LABOR_VERIFICA] == 0;
}

enum prep_status noche_suelta(struct noche *noche, struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    int64_t now = noche_ahora(noche);

    if (!noche_corte_suelto(noche) && now != INT64_MAX && noche_al_dia(noche) &&
        (double)(noche->siguiente->hora_ms - now) >
            IDLE_REAL_MS * noche->opciones->velocidad) {
        noche->simulado_ms = noche->siguiente->hora_ms;
        noche->real_ms = clock_monotonic_ms();
        now = noche->simulado_ms;
    }
    while (status == PREP_OK && !noche_corte_suelto(noche) &&
           noche->siguiente->hora_ms <= now) {
        hecho_sale(noche, noche->siguiente);
        status = noche_lee(noche, reason);
    }
    return status;
}

/* ---- what is asked about an acta */

uint32_t noche_indice(const struct noche *noche, uint64_t id)
{
    if (id <= noche->catalogo_count) {
        return (uint32_t)id;
    }
    for (size_t i = noche->catalogo_count + 1; i < noche->acta_count; i++) {
        if (noche->actas[i].id == id) {
            return (uint32_t)i;
        }
    }
    return 0;
}

static celda altera(celda valor, uint64_t r)
{
    if (!celda_es_numero(valor)) {
        return (celda)(r % 10); /* reads a figure where there is none */
    }
    switch (r % 4) {
    case 0:
        return valor < CELDA_MAX ? valor + 1 : valor - 1;
    case 1: /* one digit too many */
        return valor > 0 && valor <= CELDA_MAX / 10 ? valor * 10 : valor ^ 1;
    case 2: /* one digit too few */
        return valor >= 10 ? valor / 10 : valor ^ 1;
    default:
        return CELDA_ILEGIBLE;
    }
}

void noche_celdas(const struct noche *noche, uint32_t acta, unsigned paso,
                  celda out_celdas[static ELECCION_CELDAS_MAX], size_t *out_count)
{
    const struct acta_sim *sim = &noche->actas[acta];
    const struct acta_labor *labor =
        &sim->labor[paso == 1 ? LABOR_CAPTURA : LABOR_VERIFICA];
    const uint64_t r = noche_azar(noche->opciones->semilla ^ UINT64_C(0xC0FFEE), acta);
    size_t k = 0;

    *out_count = labor->celda_count;
    memcpy(out_celdas, labor->celdas, labor->celda_count * sizeof *out_celdas);
    if (sim->paso_alterado != paso || labor->celda_count == 0) {
        return;
    }
    k = (size_t)(r % labor->celda_count);
    for (size_t tries = 0; tries < labor->celda_count; tries++) {
        if (out_celdas[k] != CELDA_NO_APLICA) {
            out_celdas[k] = altera(out_celdas[k], r >> 32);
            return;
        }
        k = (k + 1) % labor->celda_count;
    }
}

bool noche_discrepa(const struct noche *noche, uint32_t acta)
{
    celda primera[ELECCION_CELDAS_MAX];
    celda segunda[ELECCION_CELDAS_MAX];
    size_t primera_count = 0;
    size_t segunda_count = 0;

    noche_celdas(noche, acta, 1, primera, &primera_count);
    noche_celdas(noche, acta, 2, segunda, &segunda_count);
    return primera_count != segunda_count ||
           memcmp(primera, segunda, primera_count * sizeof primera[0]) != 0;
}
