#include "simulacro/corre_catd.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error_text.h"
#include "simulacro/corre_imagen.h"

#define ACOPIOS_MAX 200u  /* POST /acopio takes at most this */
#define CARPETA_MAX 400u  /* images waiting in a hot folder: a scanner is not faster */
#define POR_TURNO_MAX 64u /* images made before looking at the network again */
#define ESTADO_MS 100 /* between two GET /estado, and between two looks at a folder */
#define DISCO_MS 500  /* a hot folder without room is tried again */
#define IMAGEN_BYTES_MAX (256u * 1024u)
#define URL_SIZE 320u

struct catd {
    struct catds *catds;
    bool acopio; /* else digitaliza */
    char url[URL_SIZE], estado[URL_SIZE];
    const char *entrada; /* digitaliza: its hot folder */
    struct cola cola;    /* acopio: its part of the facts */
    size_t enviados;     /* acopio: in the request in flight */
    /* what GET /estado said, and whether it is later than the last thing given */
    bool preguntando, al_dia;
    uint64_t pendientes, entregas, entregas_al_preguntar;
    size_t en_carpeta;
    int64_t mirar_ms, preguntar_ms; /* not before */
};

struct catds {
    struct noche *noche;
    struct catd *acopio, *digitaliza;
    size_t acopio_count, digitaliza_count;
    struct buffer imagen;
    int64_t disco_ms; /* no room until then */
};

static void catd_init(struct catds *catds, struct catd *catd, const char *url,
                      const char *entrada)
{
    catd->catds = catds;
    catd->acopio = entrada == NULL;
    catd->entrada = entrada;
    (void)snprintf(catd->url, sizeof catd->url, "%s/acopio", url);
    (void)snprintf(catd->estado, sizeof catd->estado, "%s/estado", url);
}

struct catds *catds_new(struct noche *noche)
{
    const struct corre_archivo *archivo = noche->config.archivo;
    struct catds *catds = calloc(1, sizeof *catds);

    assert(catds != NULL);
    catds->noche = noche;
    catds->acopio_count = archivo->acopio_count;
    catds->digitaliza_count = archivo->digitaliza_count;
    catds->acopio = calloc(catds->acopio_count, sizeof *catds->acopio);
    catds->digitaliza = calloc(catds->digitaliza_count, sizeof *catds->digitaliza);
    assert(catds->acopio != NULL && catds->digitaliza != NULL);
    for (size_t i = 0; i < catds->acopio_count; i++) {
        catd_init(catds, &catds->acopio[i], archivo->acopio[i], NULL);
    }
    for (size_t i = 0; i < catds->digitaliza_count; i++) {
        catd_init(catds, &catds->digitaliza[i], archivo->digitaliza[i].url,
                  noche->config.entradas[i]);
    }
    buffer_init(&catds->imagen, IMAGEN_BYTES_MAX);
    return catds;
}

void catds_free(struct catds **catds)
{
    if (*catds == NULL) {
        return;
    }
    for (size_t i = 0; i < (*catds)->acopio_count; i++) {
        cola_quita(&(*catds)->acopio[i].cola, cola_largo(&(*catds)->acopio[i].cola));
        free((*catds)->acopio[i].cola.items);
    }
    free((*catds)->acopio);
    free((*catds)->digitaliza);
    buffer_done(&(*catds)->imagen);
    free(*catds);
    *catds = NULL;
}

/* ---- acopio */

static void on_acopio(void *context, unsigned code, const json_t *json)
{
    struct catd *catd = context;
    struct noche *noche = catd->catds->noche;
    const json_t *list = json_object_get(json, "acopios");
    const char *mensaje = "";
    const size_t count = catd->enviados;

    catd->enviados = 0;
    if (code != 200 || json_array_size(list) != count) {
        (void)json_unpack((json_t *)json, "{s:{s:s}}", "error", "mensaje", &mensaje);
        noche_falla(noche, "%s: HTTP %u: %s", catd->url, code,
                    code == 0 ? "nadie contestó a tiempo" : mensaje);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *id = json_object_get(json_array_get(list, i), "acta");
        struct acta_sim *acta = &noche->actas[cola_primero(&catd->cola, i)->acta];

        if (acta->id != 0 && acta->id != (uint64_t)json_integer_value(id)) {
            noche_falla(noche,
                        "%s: contesta por el acta %" JSON_INTEGER_FORMAT
                        " y se envió la %" PRIu64,
                        catd->url, json_integer_value(id), acta->id);
            return;
        }
        acta->id = (uint64_t)json_integer_value(id);
    }
    cola_quita(&catd->cola, count);
    catd->entregas++;
    noche->hecho.acopios += count;
    noche_avanza(noche);
}

static json_t *acopio_json(const struct noche *noche, const struct hecho_suelto *hecho)
{
    char solicitud[32];
    json_t *json = NULL;

    (void)snprintf(solicitud, sizeof solicitud, "sim-%" PRIu32, hecho->linea);
    json =
        json_pack("{s:s,s:i,s:i,s:i,s:I}", "solicitud", solicitud, "mecanismo",
                  (int)hecho->mecanismo, "documento", (int)hecho->documento, "sin_acta",
                  (int)hecho->sin_acta, "hora_ms", (json_int_t)hecho->hora_ms);
    assert(json != NULL);
    if (hecho->identificacion == NULL) {
        json_object_set_new(json, "acta",
                            json_integer((json_int_t)noche->actas[hecho->acta].id));
    } else {
        const struct eleccion *eleccion =
            definicion_eleccion(noche->definicion, hecho->eleccion);
        json_t *datos = json_loads(hecho->identificacion, 0, NULL);

        json_object_set_new(json, "fuera",
                            json_pack("{s:s?,s:o}", "eleccion",
                                      eleccion == NULL ? NULL : eleccion->clave,
                                      "identificacion",
                                      datos == NULL ? json_object() : datos));
    }
    return json;
}

static void acopio_envia(struct catd *catd)
{
    struct noche *noche = catd->catds->noche;
    json_t *list = NULL;
    json_t *body = NULL;

    if (catd->enviados != 0 || cola_largo(&catd->cola) == 0) {
        return;
    }
    list = json_array();
    while (catd->enviados < ACOPIOS_MAX && catd->enviados < cola_largo(&catd->cola)) {
        json_array_append_new(
            list, acopio_json(noche, cola_primero(&catd->cola, catd->enviados)));
        catd->enviados++;
    }
    body = json_pack("{s:o}", "acopios", list);
    assert(body != NULL);
    cliente_pide(noche->cliente, catd->url, noche->config.personas[0].token, body,
                 on_acopio, catd);
    json_decref(body);
}

/* Each acta always goes to the same worker; all fuera de catalogo to the first. */
static void acopio_reparte(struct catds *catds)
{
    struct noche *noche = catds->noche;
    struct hecho_suelto *hecho = NULL;

    while ((hecho = cola_primero(&noche->acopios, 0)) != NULL) {
        const size_t n =
            hecho->identificacion == NULL ? hecho->acta % catds->acopio_count : 0;

        cola_agrega(&catds->acopio[n].cola, hecho);
        hecho->identificacion = NULL; /* its owner is the other queue now */
        cola_quita(&noche->acopios, 1);
    }
}

/* ---- images */

static bool escribe(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "we");
    bool ok = file != NULL && fwrite(data, 1, len, file) == len;

    if (file != NULL) {
        ok = fclose(file) == 0 && ok;
    }
    return ok;
}

/* Written beside and renamed, the sidecar first: no worker ever sees half a file. */
static bool deja(const struct catd *catd, const char *name, const char *ext,
                 const void *data, size_t len)
{
    char aside[4400];
    char path[4400];

    (void)snprintf(aside, sizeof aside, "%s/.%s.%s.tmp", catd->entrada, name, ext);
    (void)snprintf(path, sizeof path, "%s/%s.%s", catd->entrada, name, ext);
    if (!escribe(aside, data, len) || rename(aside, path) != 0) {
        const int failed = errno;

        (void)unlink(aside);
        errno = failed;
        return false;
    }
    return true;
}

static bool imagen_deja(struct catds *catds, struct catd *catd,
                        const struct hecho_suelto *hecho)
{
    struct noche *noche = catds->noche;
    const struct acta_sim *acta = &noche->actas[hecho->acta];
    json_t *json = json_pack(
        "{s:I,s:i,s:i,s:i,s:i,s:I}", "acta", (json_int_t)acta->id, "origen",
        (int)hecho->origen, "digitalizacion", (int)hecho->digitalizacion, "documento",
        (int)hecho->documento, "operador", (int)noche->config.personas[0].id, "hora_ms",
        (json_int_t)hecho->hora_ms);
    char *text = json_dumps(json, JSON_COMPACT);
    char identidad[32];
    char name[64];
    bool ok = false;

    assert(text != NULL);
    if (hecho->acta <= noche->catalogo_count) {
        (void)snprintf(identidad, sizeof identidad, "%" PRIu64, acta->id);
    } else {
        (void)snprintf(identidad, sizeof identidad, "F%zu",
                       hecho->acta - noche->catalogo_count);
    }
    if (imagen_genera(noche->definicion->proceso, identidad, acta->clave,
                      &catds->imagen, &noche->motivo) != PREP_OK) {
        noche->fallo = true;
    } else {
        (void)snprintf(name, sizeof name, "%" PRIu64 "-%" PRIu32, acta->id,
                       hecho->linea);
        ok = deja(catd, name, "json", text, strlen(text)) &&
             deja(catd, name, "webp", catds->imagen.data, catds->imagen.len);
    }
    free(text);
    json_decref(json);
    return ok;
}

static void mira_carpeta(struct catd *catd, int64_t now)
{
    DIR *dir = NULL;
    const struct dirent *entry = NULL;

    if (now < catd->mirar_ms) {
        return;
    }
    catd->mirar_ms = now + ESTADO_MS;
    dir = opendir(catd->entrada);
    if (dir == NULL) {
        noche_falla(catd->catds->noche,
                    "%s: no se puede leer la carpeta de entrada: %s", catd->entrada,
                    error_text(errno));
        return;
    }
    catd->en_carpeta = 0;
    while ((entry = readdir(dir)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".webp") == 0) {
            catd->en_carpeta++;
        }
    }
    (void)closedir(dir);
}

static void imagenes_turno(struct catds *catds, int64_t now)
{
    struct noche *noche = catds->noche;

    for (size_t n = 0; n < POR_TURNO_MAX && now >= catds->disco_ms; n++) {
        const struct hecho_suelto *hecho = cola_primero(&noche->imagenes, 0);
        struct catd *catd = NULL;

        if (hecho == NULL || noche->actas[hecho->acta].id == 0) {
            return; /* fuera de catalogo: its acopio has not been answered */
        }
        catd = &catds->digitaliza[hecho->acta % catds->digitaliza_count];
        mira_carpeta(catd, now);
        if (catd->en_carpeta >= CARPETA_MAX || noche->fallo) {
            return;
        }
        if (!imagen_deja(catds, catd, hecho)) {
            catds->disco_ms = now + DISCO_MS;
            return;
        }
        catd->en_carpeta++;
        catd->entregas++;
        cola_quita(&noche->imagenes, 1);
        noche->hecho.imagenes++;
        noche_avanza(noche);
    }
}

void catds_turno(struct catds *catds)
{
    acopio_reparte(catds);
    for (size_t i = 0; i < catds->acopio_count; i++) {
        acopio_envia(&catds->acopio[i]);
    }
    imagenes_turno(catds, clock_monotonic_ms());
}

/* ---- has everything arrived? */

static void on_estado(void *context, unsigned code, const json_t *json)
{
    struct catd *catd = context;
    const json_t *pendientes = json_object_get(json, "pendientes");
    const uint64_t before = catd->pendientes;

    catd->preguntando = false;
    if (code != 200 || !json_is_integer(pendientes)) {
        noche_falla(catd->catds->noche, "%s: HTTP %u: no dice cuánto le falta",
                    catd->estado, code);
        return;
    }
    /* An event without its image is not delivered either. */
    catd->pendientes =
        (uint64_t)(json_integer_value(pendientes) +
                   json_integer_value(json_object_get(json, "imagenes_pendientes")));
    catd->al_dia =
        catd->pendientes == 0 && catd->entregas == catd->entregas_al_preguntar;
    if (catd->pendientes != before) {
        noche_avanza(catd->catds->noche);
    }
}

static bool catd_entregado(struct catd *catd, int64_t now)
{
    if (catd->acopio) {
        if (cola_largo(&catd->cola) != 0) {
            return false;
        }
    } else {
        const size_t before = catd->en_carpeta;

        mira_carpeta(catd, now);
        if (catd->en_carpeta != before) {
            noche_avanza(catd->catds->noche);
        }
        if (catd->en_carpeta != 0) {
            return false;
        }
    }
    if (catd->al_dia && catd->entregas == catd->entregas_al_preguntar) {
        return true;
    }
    if (!catd->preguntando && now >= catd->preguntar_ms) {
        catd->preguntando = true;
        catd->al_dia = false; /* what it said before is not about this */
        catd->entregas_al_preguntar = catd->entregas;
        catd->preguntar_ms = now + ESTADO_MS;
        cliente_pide(catd->catds->noche->cliente, catd->estado, NULL, NULL, on_estado,
                     catd);
    }
    return false;
}

bool catds_entregado(struct catds *catds)
{
    const int64_t now = clock_monotonic_ms();
    bool all = true;

    for (size_t i = 0; i < catds->acopio_count; i++) {
        all = catd_entregado(&catds->acopio[i], now) && all;
    }
    for (size_t i = 0; i < catds->digitaliza_count; i++) {
        all = catd_entregado(&catds->digitaliza[i], now) && all;
    }
    return all;
}

uint64_t catds_pendientes(const struct catds *catds)
{
    uint64_t pendientes = 0;

    for (size_t i = 0; i < catds->acopio_count; i++) {
        pendientes += catds->acopio[i].pendientes + cola_largo(&catds->acopio[i].cola);
    }
    for (size_t i = 0; i < catds->digitaliza_count; i++) {
        pendientes += catds->digitaliza[i].pendientes;
    }
    return pendientes;
}
