#include "corte.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/log.h"
#include "corte_libro.h"
#include "minisig.h"
#include "publica_db.h"

#define PATH_SIZE 4096u
#define POINTER "corte.json"
#define POINTER_MAX (1024u * 1024u)

/* ---- what is published */

/* Number of the published corte, 0 when there is none yet. */
static enum prep_status publicado(const struct publica *p, uint64_t *out_numero,
                                  struct prep_reason *reason)
{
    char path[PATH_SIZE];
    enum prep_status status;
    struct buffer text;
    json_t *root = NULL;
    json_int_t numero;

    buffer_init(&text, POINTER_MAX);
    (void)snprintf(path, sizeof path, "%s/" POINTER, p->salida);
    status = durable_read(path, POINTER_MAX, &text, reason);
    if (status == PREP_ERR_NOT_FOUND) {
        *out_numero = 0;
        status = PREP_OK;
    } else if (status == PREP_OK) {
        root = json_loadb(buffer_text(&text), text.len, 0, NULL);
        numero = json_integer_value(json_object_get(root, "numero"));
        if (numero < 1) {
            status = prep_fail(reason, PREP_ERR_FORMAT,
                               "%s: no se entiende: restáurelo de cortes/", path);
        } else {
            *out_numero = (uint64_t)numero;
        }
        json_decref(root);
    }
    buffer_done(&text);
    return status;
}

/* corte.json and its signature: immutable under cortes/<numero>, and as pointers. */
static enum prep_status punteros(struct publica *p, struct aside *aside,
                                 const struct corte *corte,
                                 const struct calculo_cuenta *cuenta,
                                 struct prep_reason *reason)
{
    const struct corte *anterior = p->anterior.numero == 0 ? NULL : &p->anterior;
    char comment[MINISIG_COMMENT_MAX], name[HASH_TEXT_SIZE], path[PATH_SIZE];
    struct buffer pointer, signature;
    enum prep_status status;

    buffer_init(&pointer, POINTER_MAX);
    buffer_init(&signature, POINTER_MAX);
    objeto_corte(p->definicion, corte, anterior, cuenta->bases, cuenta->base_count,
                 cuenta->formatos, cuenta->formato_count, &pointer);
    hash_text(&corte->objeto, name);
    (void)snprintf(comment, sizeof comment,
                   "proceso:%.64s\tcorte:%" PRIu64 "\ttimestamp:%" PRId64
                   "\tfile:" POINTER,
                   p->definicion->proceso, corte->numero, corte->hora_ms / 1000);
    minisig_sign(p->keys, pointer.data, pointer.len, comment, &signature);
    status = buffer_status(&pointer);
    (void)snprintf(path, sizeof path, "cortes/%" PRIu64 "/" POINTER ".minisig",
                   corte->numero);
    if (status == PREP_OK) {
        status = aside_file(aside, ASIDE_IMMUTABLE, path, signature.data, signature.len,
                            reason);
    }
    (void)snprintf(path, sizeof path, "cortes/%" PRIu64 "/" POINTER, corte->numero);
    if (status == PREP_OK) {
        status =
            aside_file(aside, ASIDE_IMMUTABLE, path, pointer.data, pointer.len, reason);
    }
    if (status == PREP_OK) {
        status = aside_file(aside, ASIDE_POINTER, POINTER ".minisig", signature.data,
                            signature.len, reason);
    }
    if (status == PREP_OK) {
        status = aside_file(aside, ASIDE_POINTER, POINTER, pointer.data, pointer.len,
                            reason);
    }
    buffer_done(&pointer);
    buffer_done(&signature);
    return status;
}

/* ---- after a crash */

/* A sealed corte waits: is it the one that the ledger says was made? */
static enum prep_status recupera_apartado(struct publica *p, uint64_t published,
                                          struct prep_reason *reason)
{
    enum prep_status status;
    struct hash objeto;
    uint64_t numero;

    status = aside_sealed(p->salida, &numero, &objeto, reason);
    if (status == PREP_ERR_NOT_FOUND) {
        return aside_discard(p->salida, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    if (numero == p->anterior.numero && numero > published &&
        hash_equal(&objeto, &p->anterior.objeto)) {
        status = aside_apply(p->salida, reason);
        if (status == PREP_OK) {
            log_warning("corte.terminado", LOG_UINT("numero", numero));
        }
        return status;
    }
    /* Its event was never committed, or it is in place already. */
    return aside_discard(p->salida, reason);
}

enum prep_status corte_recupera(struct publica *publica, struct prep_reason *reason)
{
    uint64_t published = 0;
    enum prep_status status;

    status = db_ready(publica->db, reason);
    if (status == PREP_OK) {
        status = corte_libro_lee(publica, reason);
    }
    if (status == PREP_OK) {
        status = publicado(publica, &published, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    if (published > publica->anterior.numero) {
        publica->leido = false;
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "lo publicado va en el corte %" PRIu64
                         " y el libro en el %" PRIu64
                         ": esta base no es la de esta salida",
                         published, publica->anterior.numero);
    }
    status = recupera_apartado(publica, published, reason);
    if (status == PREP_OK) {
        status = publicado(publica, &published, reason);
    }
    if (status != PREP_OK) {
        publica->leido = false;
        return status;
    }
    if (published < publica->anterior.numero) {
        log_err("corte.perdido", LOG_UINT("numero", publica->anterior.numero),
                LOG_UINT("publicado", published));
    }
    if (publica->merkle.size == 0) {
        corte_libro_frontera_lee(publica);
    }
    return PREP_OK;
}

/* ---- a corte */

static enum prep_status admite(const struct publica *p,
                               const struct corte_pedido *pedido,
                               struct prep_reason *reason)
{
    const struct corte *anterior = &p->anterior;
    char before[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];

    if (pedido->nominal_ms < p->definicion->inicio_ms) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "nada se publica antes de la hora de inicio");
    }
    if (anterior->ultimo) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "el corte %" PRIu64 " fue el último: la publicación está "
                         "congelada",
                         anterior->numero);
    }
    if (anterior->numero != 0 && pedido->nominal_ms < anterior->nominal_ms) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "la hora pedida es anterior a la del corte %" PRIu64,
                         anterior->numero);
    }
    clock_stamp(p->bases_ms, p->definicion->desfase_min, before);
    clock_stamp(pedido->nominal_ms, p->definicion->desfase_min, now);
    if (pedido->bases && p->bases_ms != 0 && strcmp(before, now) == 0) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "ya hay bases de las %s: pida otro minuto, o sin bases", now);
    }
    return PREP_OK;
}

/* Where the time of a corte goes: monotonic ms at the end of each part. */
struct tiempos {
    int64_t inicio, calculo, sello, evento, lugar;
};

static void anuncia(struct publica *p, const struct corte *corte,
                    const struct calculo_cuenta *cuenta, const struct tiempos *t)
{
    size_t nuevas, pendientes;
    char stamp[CLOCK_TEXT_SIZE];

    imagenes_count(p->imagenes, &nuevas, &pendientes);
    clock_iso(corte->nominal_ms, p->definicion->desfase_min, stamp);
    log_info("corte.publicado", LOG_UINT("numero", corte->numero),
             LOG_TEXT("nominal", stamp), LOG_UINT("tamano", corte->tamano),
             LOG_UINT("ultimo", corte->ultimo), LOG_UINT("completo", cuenta->completo),
             LOG_UINT("actas", cuenta->actas), LOG_UINT("grupos", cuenta->grupos),
             LOG_UINT("bases", cuenta->base_count),
             LOG_UINT("archivos", cuenta->archivos), LOG_UINT("bytes", cuenta->bytes),
             LOG_UINT("imagenes", nuevas), LOG_UINT("imagenes_pendientes", pendientes),
             LOG_INT("calculo_ms", t->calculo - t->inicio),
             LOG_INT("sello_ms", t->sello - t->calculo),
             LOG_INT("evento_ms", t->evento - t->sello),
             LOG_INT("lugar_ms", t->lugar - t->evento),
             LOG_INT("elapsed_ms", t->lugar - t->inicio));
}

#define RECHAZADOS_MAX 8u /* each is as large as a corte */

static size_t rechazados(const struct publica *p)
{
    char path[PATH_SIZE];
    size_t count = 0;
    DIR *dir;

    (void)snprintf(path, sizeof path, "%s/" ASIDE_REFUSED, p->salida);
    dir = opendir(path);
    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count < 2 ? 0 : count - 2; /* . and .. */
}

/* Keeps a corte that contradicts itself, with a name that says when; the first ones, so
 * that insisting does not fill the disk. */
static void aparta_rechazado(struct publica *p, struct aside **aside, uint64_t numero,
                             const struct prep_reason *why)
{
    struct prep_reason reason = { "" };
    char name[64];

    aside_close(aside);
    (void)snprintf(name, sizeof name, "%" PRIu64 "-%" PRId64, numero, clock_now_ms());
    if (rechazados(p) >= RECHAZADOS_MAX ||
        aside_keep(p->salida, name, &reason) != PREP_OK) {
        name[0] = '\0';
    }
    log_err("corte.rechazado", LOG_UINT("numero", numero), LOG_TEXT("carpeta", name),
            LOG_TEXT("reason", why->text));
}

/* Computed, checked and durable aside. */
static enum prep_status prepara(struct publica *p, struct aside *aside,
                                struct corte *corte, struct calculo_cuenta *cuenta,
                                struct tiempos *t, struct prep_reason *reason)
{
    enum prep_status status;

    t->inicio = clock_monotonic_ms();
    status = imagenes_reintenta(p->imagenes, reason);
    if (status == PREP_OK) {
        status = calculo_corre(p, aside, corte, cuenta, reason);
    }
    if (status == PREP_OK) {
        status = punteros(p, aside, corte, cuenta, reason);
    }
    t->calculo = clock_monotonic_ms();
    aside_count(aside, &cuenta->archivos, &cuenta->bytes);
    if (status == PREP_OK) {
        status = aside_seal(aside, corte->numero, &corte->objeto, reason);
    }
    t->sello = clock_monotonic_ms();
    return status;
}

static void al_dia(struct publica *p, const struct corte *corte)
{
    p->al_dia = true;
    p->tamano = corte->tamano;
}

enum prep_status corte_hace(struct publica *publica, const struct corte_pedido *pedido,
                            struct corte *out_corte, struct prep_reason *reason)
{
    struct corte corte = { .nominal_ms = pedido->nominal_ms,
                           .hora_ms = pedido->hora_ms,
                           .ultimo = pedido->ultimo,
                           .bases = pedido->bases,
                           .tamano = CALCULO_TODO };
    struct calculo_cuenta cuenta = { 0 };
    struct tiempos tiempos = { 0 };
    struct aside *aside = NULL;
    enum prep_status status;

    status = publica->leido ? db_ready(publica->db, reason)
                            : corte_recupera(publica, reason);
    if (status == PREP_OK) {
        status = admite(publica, pedido, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    corte.numero = publica->anterior.numero + 1;
    status = aside_open(publica->salida, &aside, reason);
    if (status == PREP_OK) {
        status = prepara(publica, aside, &corte, &cuenta, &tiempos, reason);
    }
    if (status == PREP_ERR_CONFLICT) {
        aparta_rechazado(publica, &aside, corte.numero, reason);
        return status;
    }
    if (status == PREP_OK) {
        status = corte_libro_agrega(publica, &corte, reason);
    }
    aside_close(&aside);
    tiempos.evento = clock_monotonic_ms();
    if (status == PREP_OK) {
        status = aside_apply(publica->salida, reason);
        publica->leido = status == PREP_OK;
    }
    if (status != PREP_OK) {
        return status;
    }
    al_dia(publica, &corte);
    tiempos.lugar = clock_monotonic_ms();
    anuncia(publica, &corte, &cuenta, &tiempos);
    *out_corte = corte;
    corte_libro_frontera_guarda(publica);
    return PREP_OK;
}

enum prep_status corte_republica(struct publica *publica, uint64_t numero,
                                 struct corte *out_corte, struct prep_reason *reason)
{
    struct calculo_cuenta cuenta = { 0 };
    struct tiempos tiempos = { 0 };
    struct aside *aside = NULL;
    struct corte corte, made;
    enum prep_status status;
    uint64_t desde = 0;
    bool hay = false;

    status = db_ready(publica->db, reason);
    if (status == PREP_OK) {
        status = corte_libro_busca(publica, numero, &corte, &desde, reason);
    }
    if (status == PREP_OK) {
        status = publica_db_hay_actas(publica->db, corte.tamano, &hay, reason);
    }
    if (status == PREP_OK && hay) {
        status = prep_fail(reason, PREP_ERR_STATE,
                           "después del corte %" PRIu64 " el libro tiene más actas: "
                           "reproduzca el libro hasta su posición %" PRIu64
                           " en otra base y pídalo ahí",
                           numero, corte.tamano);
    }
    if (status == PREP_OK) {
        status = aside_open(publica->salida, &aside, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    made = corte;
    status = prepara(publica, aside, &made, &cuenta, &tiempos, reason);
    aside_close(&aside);
    if (status == PREP_OK && (!hash_equal(&made.raiz, &corte.raiz) ||
                              !hash_equal(&made.objeto, &corte.objeto))) {
        status = prep_fail(
            reason, PREP_ERR_CONFLICT,
            "el corte %" PRIu64 " que sale del libro no es el publicado: "
            "difiere su %s",
            numero,
            hash_equal(&made.raiz, &corte.raiz) ? "objeto raíz" : "raíz del libro");
    }
    if (status == PREP_OK) {
        status = aside_apply(publica->salida, reason);
    }
    *out_corte = corte;
    return status;
}
