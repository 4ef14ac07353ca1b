#include "simulacro/corre_labor.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define LOTE_MAX 50u       /* POST /tomar, /capturas and /cotejos take at most this */
#define OTRA_VEZ_MS 60     /* a person who found no work asks again after this */
#define RECHAZOS_MAX 1000u /* of one acta: something is wrong with it */
#define URL_SIZE 320u

struct mano { /* one person at one service */
    struct labores *labores;
    const struct corre_persona *persona;
    enum labor_clase clase;
    int32_t numero;
    char tomar[URL_SIZE], capturas[URL_SIZE];
    bool ocupada;
    int64_t otra_ms;
    uint32_t *tengo; /* actas claimed, due or not */
    size_t tengo_count, tengo_room;
};

struct labores {
    struct noche *noche;
    struct mano *manos;
    size_t mano_count;
    size_t cotejo_count; /* of the request in flight; 0: none */
    char cotejos[URL_SIZE];
};

struct labores *labores_new(struct noche *noche)
{
    const struct corre_archivo *archivo = noche->config.archivo;
    struct labores *labores = calloc(1, sizeof *labores);

    assert(labores != NULL);
    labores->noche = noche;
    labores->mano_count = noche->opciones->operadores * LABOR_COUNT;
    labores->manos = calloc(labores->mano_count, sizeof *labores->manos);
    assert(labores->manos != NULL);
    for (size_t i = 0; i < labores->mano_count; i++) {
        struct mano *mano = &labores->manos[i];
        const size_t n = i / LABOR_COUNT;
        const char *url = NULL;

        mano->labores = labores;
        mano->persona = &noche->config.personas[n];
        mano->clase = i % LABOR_COUNT == 0 ? LABOR_CAPTURA : LABOR_VERIFICA;
        mano->numero = (int32_t)i;
        url = mano->clase == LABOR_CAPTURA
                  ? archivo->captura[n % archivo->captura_count]
                  : archivo->verifica[n % archivo->verifica_count];
        (void)snprintf(mano->tomar, sizeof mano->tomar, "%s/tomar", url);
        (void)snprintf(mano->capturas, sizeof mano->capturas, "%s/capturas", url);
    }
    (void)snprintf(labores->cotejos, sizeof labores->cotejos, "%s/cotejos",
                   archivo->verifica[0]);
    return labores;
}

void labores_free(struct labores **labores)
{
    if (*labores == NULL) {
        return;
    }
    for (size_t i = 0; i < (*labores)->mano_count; i++) {
        free((*labores)->manos[i].tengo);
    }
    free((*labores)->manos);
    free(*labores);
    *labores = NULL;
}

/* An answer that no insistence will change. */
static bool respuesta_mala(struct noche *noche, const char *que, unsigned code,
                           const json_t *json)
{
    const char *mensaje = "";

    if (code == 200 || code == 409) {
        return false;
    }
    (void)json_unpack((json_t *)json, "{s:{s:s}}", "error", "mensaje", &mensaje);
    if (code == 0) {
        noche_falla(noche, "%s: nadie contestó en %" PRId64 " s", que,
                    noche->opciones->plazo_ms / 1000);
    } else {
        noche_falla(noche, "%s: HTTP %u: %s", que, code, mensaje);
    }
    return true;
}

/* ---- claims */

static void guarda(struct mano *mano, uint32_t acta)
{
    if (mano->tengo_count == mano->tengo_room) {
        const size_t room = mano->tengo_room == 0 ? 64 : mano->tengo_room * 2;
        uint32_t *more = realloc(mano->tengo, room * sizeof *more);

        assert(more != NULL);
        mano->tengo = more;
        mano->tengo_room = room;
    }
    mano->tengo[mano->tengo_count++] = acta;
}

static void on_tomar(void *context, unsigned code, const json_t *json)
{
    struct mano *mano = context;
    struct noche *noche = mano->labores->noche;
    const json_t *tarea = NULL;
    size_t nuevas = 0;
    size_t i = 0;

    mano->ocupada = false;
    if (respuesta_mala(noche, mano->tomar, code, json)) {
        return;
    }
    json_array_foreach(json_object_get(json, "tareas"), i, tarea)
    {
        const uint64_t id =
            (uint64_t)json_integer_value(json_object_get(tarea, "acta"));
        const unsigned paso =
            (unsigned)json_integer_value(json_object_get(tarea, "paso"));
        const uint32_t acta = noche_indice(noche, id);

        if (acta == 0) {
            noche_falla(noche,
                        "%s: ofrece el acta %" PRIu64 ", que no es de esta noche",
                        mano->tomar, id);
            return;
        }
        /* What this hand holds already is offered again, first. */
        if (noche->actas[acta].labor[mano->clase].mano != mano->numero) {
            guarda(mano, acta);
            nuevas++;
        }
        labor_toma(noche, mano->clase, acta, mano->numero, paso);
    }
    if (nuevas == 0) {
        mano->otra_ms = clock_monotonic_ms() + OTRA_VEZ_MS;
    }
}

/* cantidad counts what this hand holds already, due or not. */
static void toma(struct mano *mano)
{
    struct noche *noche = mano->labores->noche;
    const uint64_t parte = mano->tengo_count +
                           noche->libres[mano->clase] / noche->opciones->operadores + 1;
    json_t *body =
        json_pack("{s:i}", "cantidad", (int)(parte > LOTE_MAX ? LOTE_MAX : parte));

    assert(body != NULL);
    mano->ocupada = true;
    cliente_pide(noche->cliente, mano->tomar, mano->persona->token, body, on_tomar,
                 mano);
    json_decref(body);
}

/* ---- submissions */

static void capturada(struct mano *mano, uint32_t acta)
{
    struct noche *noche = mano->labores->noche;

    if (noche->actas[acta].labor[mano->clase].estado == LABOR_DEBIDA) {
        if (mano->clase == LABOR_CAPTURA) {
            noche->hecho.capturas++;
        } else {
            noche->hecho.verificaciones++;
        }
    }
    labor_termina(noche, mano->clase, acta);
}

static void libera(struct mano *mano, uint32_t acta)
{
    struct noche *noche = mano->labores->noche;

    /* Somebody else may have been offered it while this answer travelled. */
    if (noche->actas[acta].labor[mano->clase].mano == mano->numero) {
        labor_suelta(noche, mano->clase, acta);
    }
}

static void discrepante(struct mano *mano, uint32_t acta)
{
    struct noche *noche = mano->labores->noche;

    if (!noche->actas[acta].discrepancia) {
        noche->actas[acta].discrepancia = true;
        noche->discrepancias++;
        if (!noche_discrepa(noche, acta)) {
            noche->falsas++;
        }
    }
    libera(mano, acta);
    noche_avanza(noche);
}

static void rechazada(struct mano *mano, uint32_t acta, const char *motivo)
{
    struct noche *noche = mano->labores->noche;
    struct acta_sim *sim = &noche->actas[acta];

    noche->rechazos++;
    if (++sim->rechazos > RECHAZOS_MAX) {
        noche_falla(noche, "%s: acta %" PRIu64 " rechazada %u veces: %s",
                    mano->capturas, sim->id, sim->rechazos, motivo);
    }
    libera(mano, acta);
}

static void resultado(struct mano *mano, uint32_t acta, unsigned paso,
                      const char *texto, const char *motivo)
{
    struct noche *noche = mano->labores->noche;
    const bool segunda = paso == 2;

    noche->actas[acta].labor[mano->clase].enviada = false;
    if (strcmp(texto, "discrepancia") == 0) {
        discrepante(mano, acta);
    } else if (strcmp(texto, "capturada") == 0 || strcmp(texto, "verificada") == 0) {
        if (segunda && noche_discrepa(noche, acta)) {
            noche->no_detectadas++;
        }
        capturada(mano, acta);
    } else if (strcmp(texto, "repetida") == 0) {
        /* Answered before and the answer was lost. */
        noche->retomadas++;
        if (segunda && noche_discrepa(noche, acta)) {
            discrepante(mano, acta);
        } else {
            capturada(mano, acta);
        }
    } else {
        rechazada(mano, acta, motivo);
    }
}

struct envio { /* one POST /capturas */
    struct mano *mano;
    uint32_t actas[LOTE_MAX];
    uint8_t pasos[LOTE_MAX];
    size_t count;
};

static void on_capturas(void *context, unsigned code, const json_t *json)
{
    struct envio *envio = context;
    struct mano *mano = envio->mano;
    struct noche *noche = mano->labores->noche;
    const json_t *list = json_object_get(json, "resultados");

    mano->ocupada = false;
    if (!respuesta_mala(noche, mano->capturas, code, json)) {
        for (size_t i = 0; i < envio->count; i++) {
            const json_t *item = json_array_get(list, i);
            const json_t *id = json_object_get(item, "acta");
            const char *texto = json_string_value(json_object_get(item, "resultado"));
            const char *motivo = json_string_value(json_object_get(item, "motivo"));

            if (item != NULL &&
                (uint64_t)json_integer_value(id) != noche->actas[envio->actas[i]].id) {
                noche_falla(noche, "%s: contesta otra acta que la enviada",
                            mano->capturas);
                break;
            }
            resultado(mano, envio->actas[i], envio->pasos[i],
                      texto == NULL ? "rechazada" : texto,
                      motivo == NULL ? "" : motivo);
        }
    }
    free(envio);
}

static json_t *captura_json(const struct noche *noche, enum labor_clase clase,
                            uint32_t acta)
{
    const struct acta_sim *sim = &noche->actas[acta];
    const struct acta_labor *labor = &sim->labor[clase];
    celda celdas[ELECCION_CELDAS_MAX];
    json_t *list = json_array();
    size_t count = 0;

    noche_celdas(noche, acta, labor->paso, celdas, &count);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(celdas[i]));
    }
    return json_pack("{s:I,s:o,s:I}", "acta", (json_int_t)sim->id, "celdas", list,
                     "hora_ms", (json_int_t)labor->hora_ms);
}

/* Sends what this hand holds and is due; false when there is nothing. */
static bool envia(struct mano *mano)
{
    struct noche *noche = mano->labores->noche;
    struct envio *envio = NULL;
    json_t *list = NULL;
    json_t *body = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < mano->tengo_count; i++) {
        const uint32_t acta = mano->tengo[i];
        struct acta_labor *labor = &noche->actas[acta].labor[mano->clase];

        if (labor->mano != mano->numero || labor->estado == LABOR_HECHA) {
            continue; /* lost to somebody else, or done */
        }
        if (labor->estado == LABOR_NO_TOCA || labor->enviada ||
            (envio != NULL && envio->count == LOTE_MAX)) {
            mano->tengo[kept++] = acta;
            continue;
        }
        if (envio == NULL) {
            envio = calloc(1, sizeof *envio);
            assert(envio != NULL);
            envio->mano = mano;
            list = json_array();
        }
        labor->enviada = true;
        envio->pasos[envio->count] = labor->paso;
        envio->actas[envio->count++] = acta;
        json_array_append_new(list, captura_json(noche, mano->clase, acta));
    }
    mano->tengo_count = kept;
    if (envio == NULL) {
        return false;
    }
    body = json_pack("{s:o}", "capturas", list);
    assert(body != NULL);
    mano->ocupada = true;
    cliente_pide(noche->cliente, mano->capturas, mano->persona->token, body,
                 on_capturas, envio);
    json_decref(body);
    return true;
}

/* ---- cotejos */

static void on_cotejos(void *context, unsigned code, const json_t *json)
{
    struct labores *labores = context;
    struct noche *noche = labores->noche;
    const size_t count = labores->cotejo_count;

    labores->cotejo_count = 0;
    if (code == 409) {
        noche_falla(noche, "%s: rechazados", labores->cotejos);
    }
    if (!respuesta_mala(noche, labores->cotejos, code, json)) {
        cola_quita(&noche->cotejos, count);
        noche->hecho.cotejos += count;
        noche_avanza(noche);
    }
}

/* Cotejos come after the acta is verified, if it is ever going to be. */
static void cotejos_turno(struct labores *labores)
{
    struct noche *noche = labores->noche;
    json_t *list = NULL;
    json_t *body = NULL;
    size_t count = 0;

    if (labores->cotejo_count != 0 || cola_largo(&noche->cotejos) == 0) {
        return;
    }
    list = json_array();
    for (; count < LOTE_MAX; count++) {
        const struct hecho_suelto *hecho = cola_primero(&noche->cotejos, count);
        const struct acta_sim *acta = NULL;

        if (hecho == NULL) {
            break;
        }
        acta = &noche->actas[hecho->acta];
        if (acta->id == 0 || acta->labor[LABOR_VERIFICA].estado == LABOR_DEBIDA) {
            break;
        }
        json_array_append_new(
            list, json_pack("{s:I,s:i,s:I}", "acta", (json_int_t)acta->id, "resultado",
                            (int)hecho->cotejo, "hora_ms", (json_int_t)hecho->hora_ms));
    }
    if (count == 0) {
        json_decref(list);
        return;
    }
    body = json_pack("{s:o}", "cotejos", list);
    assert(body != NULL);
    labores->cotejo_count = count;
    cliente_pide(noche->cliente, labores->cotejos, noche->config.personas[0].token,
                 body, on_cotejos, labores);
    json_decref(body);
}

void labores_turno(struct labores *labores)
{
    const int64_t now = clock_monotonic_ms();

    for (size_t i = 0; i < labores->mano_count; i++) {
        struct mano *mano = &labores->manos[i];

        if (mano->ocupada || envia(mano)) {
            continue;
        }
        if (labores->noche->libres[mano->clase] > 0 && mano->otra_ms <= now) {
            toma(mano);
        }
    }
    cotejos_turno(labores);
}
