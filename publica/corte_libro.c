#include "corte_libro.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "prep/ledger.h"
#include "publica_db.h"

#define FRONTERA_FILE ".libro"
#define FRONTERA_MAX 8192u
#define PATH_SIZE 4096u

static enum prep_status corte_de(const struct publica *p, const void *sobre, size_t len,
                                 struct corte *out_corte, struct prep_reason *reason)
{
    struct envelope envelope;
    const Prep__Corte *body;
    enum prep_status status;

    status = envelope_open_trusted(p->topology, sobre, len, &envelope, reason);
    if (status != PREP_OK) {
        return status;
    }
    body = envelope.event->corte;
    if (envelope.event->cuerpo_case != PREP__EVENT__CUERPO_CORTE ||
        body->raiz.len != HASH_LEN || body->objeto.len != HASH_LEN) {
        envelope_close(&envelope);
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "libro: evento de corte no entendido");
    }
    *out_corte = (struct corte){ .numero = body->numero,
                                 .nominal_ms = body->nominal_ms,
                                 .hora_ms = envelope.event->hora_ms,
                                 .ultimo = body->ultimo,
                                 .bases = body->bases,
                                 .tamano = body->tamano };
    memcpy(out_corte->raiz.bytes, body->raiz.data, HASH_LEN);
    memcpy(out_corte->objeto.bytes, body->objeto.data, HASH_LEN);
    envelope_close(&envelope);
    return PREP_OK;
}

/* Cortes from the last one back: [numero], the one before it, and on until one that
 * carries bases. numero 0: whichever is last. */
struct busca {
    struct publica *publica;
    uint64_t numero;
    bool found;
    struct corte corte;
    uint64_t desde; /* position after it */
    struct corte anterior;
    int64_t bases_ms;
};

static enum prep_status visit(void *context, uint64_t posicion, const void *sobre,
                              size_t len, bool *out_stop, struct prep_reason *reason)
{
    struct busca *b = context;
    enum prep_status status;
    struct corte corte;

    status = corte_de(b->publica, sobre, len, &corte, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (!b->found) {
        if (b->numero == 0 || corte.numero == b->numero) {
            b->found = true;
            b->corte = corte;
            b->desde = posicion + 1;
        }
        return PREP_OK;
    }
    if (b->anterior.numero == 0) {
        b->anterior = corte;
    }
    if (corte.bases) {
        b->bases_ms = corte.nominal_ms;
        *out_stop = true;
    }
    return PREP_OK;
}

enum prep_status corte_libro_lee(struct publica *publica, struct prep_reason *reason)
{
    struct busca b = { .publica = publica };
    struct hash head = { 0 };
    uint64_t secuencia = 0;
    enum prep_status status;

    publica->leido = false;
    status = ledger_emitter_head(publica->db, publica->self->numero, &secuencia, &head,
                                 reason);
    if (status == PREP_OK) {
        status = publica_db_cortes(publica->db, 0, visit, &b, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    emitter_restore(&publica->emitter, secuencia, &head);
    publica->anterior = b.corte;
    publica->desde = b.desde;
    publica->bases_ms = b.found && b.corte.bases ? b.corte.nominal_ms : b.bases_ms;
    publica->leido = true;
    return PREP_OK;
}

enum prep_status corte_libro_busca(struct publica *publica, uint64_t numero,
                                   struct corte *out_corte, uint64_t *out_desde,
                                   struct prep_reason *reason)
{
    struct busca b = { .publica = publica, .numero = numero };
    enum prep_status status;

    status = publica_db_cortes(publica->db, 0, visit, &b, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (!b.found) {
        return prep_fail(reason, PREP_ERR_NOT_FOUND,
                         "el libro no tiene un corte %" PRIu64, numero);
    }
    publica->anterior = b.anterior;
    publica->bases_ms = b.bases_ms;
    *out_corte = b.corte;
    *out_desde = b.desde;
    return PREP_OK;
}

static enum prep_status any_corte(void *context, uint64_t posicion, const void *sobre,
                                  size_t len, bool *out_stop,
                                  struct prep_reason *reason)
{
    (void)posicion;
    (void)sobre;
    (void)len;
    (void)reason;
    *(bool *)context = true;
    *out_stop = true;
    return PREP_OK;
}

static void sign(struct publica *publica, const struct corte *corte,
                 struct buffer *out_bytes)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Corte body = PREP__CORTE__INIT;
    struct corte copy = *corte; /* protobuf-c wants pointers to what may be written */
    struct hash hash;

    body.numero = corte->numero;
    body.tamano = corte->tamano;
    body.raiz = (ProtobufCBinaryData){ HASH_LEN, copy.raiz.bytes };
    body.objeto = (ProtobufCBinaryData){ HASH_LEN, copy.objeto.bytes };
    body.ultimo = corte->ultimo;
    body.nominal_ms = corte->nominal_ms;
    body.bases = corte->bases;
    event.hora_ms = corte->hora_ms;
    event.cuerpo_case = PREP__EVENT__CUERPO_CORTE;
    event.corte = &body;
    emitter_sign(&publica->emitter, &event, out_bytes, &hash);
}

static enum prep_status append(struct publica *publica, const struct corte *corte,
                               struct prep_reason *reason)
{
    struct ledger_item item = { 0 };
    enum prep_status status;
    struct envelope envelope;
    struct buffer bytes;

    buffer_init(&bytes, ENVELOPE_BYTES_MAX);
    sign(publica, corte, &bytes);
    status = envelope_open_trusted(publica->topology, bytes.data, bytes.len, &envelope,
                                   reason);
    if (status == PREP_OK) {
        item.envelope = &envelope;
        status = ledger_append(publica->db, &item, 1, reason);
        if (status == PREP_OK && item.result != LEDGER_NEW) {
            status = prep_fail(reason, PREP_ERR_STATE,
                               "el libro no siguió la cadena de esta publica "
                               "(resultado %d): ¿hay otra con la misma llave?",
                               (int)item.result);
        }
        if (status == PREP_OK) {
            status = ledger_finish(publica->db, &item, 1, reason);
        }
        envelope_close(&envelope);
    }
    if (status == PREP_OK) {
        publica->anterior = *corte;
        publica->desde = item.posicion + 1;
        publica->bases_ms = corte->bases ? corte->nominal_ms : publica->bases_ms;
    }
    buffer_done(&bytes);
    return status;
}

enum prep_status corte_libro_agrega(struct publica *publica, const struct corte *corte,
                                    struct prep_reason *reason)
{
    enum prep_status status;
    bool another = false;

    status = ledger_begin(publica->db, reason);
    if (status == PREP_OK) { /* with the append lock: what is read now is the truth */
        status =
            publica_db_cortes(publica->db, publica->desde, any_corte, &another, reason);
    }
    if (status == PREP_OK && another) {
        status = prep_fail(reason, PREP_ERR_DUPLICATE,
                           "otra publica hizo un corte mientras tanto");
    }
    if (status == PREP_OK) {
        status = append(publica, corte, reason);
    }
    if (status != PREP_OK) {
        publica->leido = false;
        db_rollback(publica->db);
    }
    return status;
}

/* ---- the frontier */

void corte_libro_frontera_lee(struct publica *publica)
{
    char path[PATH_SIZE];
    struct merkle merkle;
    struct hash root;
    const char *at;
    struct buffer text;

    merkle_init(&merkle);
    merkle_init(&publica->merkle);
    buffer_init(&text, FRONTERA_MAX);
    (void)snprintf(path, sizeof path, "%s/" FRONTERA_FILE, publica->salida);
    at = durable_read(path, FRONTERA_MAX, &text, NULL) == PREP_OK ? buffer_text(&text)
                                                                  : "";
    if (text_digits(&at, 19, &merkle.size) && *at == '\n') {
        at++;
        for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
            if (((merkle.size >> level) & 1) == 0) {
                continue;
            }
            if (strlen(at) <= HASH_TEXT_LEN || at[HASH_TEXT_LEN] != '\n' ||
                hex_read(at, HASH_TEXT_LEN, merkle.frontier[level].bytes, HASH_LEN) !=
                    PREP_OK) {
                merkle_init(&merkle);
                break;
            }
            at += HASH_TEXT_LEN + 1;
        }
        merkle_root(&merkle, &root);
        if (merkle.size == publica->anterior.tamano &&
            hash_equal(&root, &publica->anterior.raiz)) {
            publica->merkle = merkle;
        }
    }
    buffer_done(&text);
}

void corte_libro_frontera_guarda(const struct publica *publica)
{
    struct prep_reason reason = { "" };
    char path[PATH_SIZE], name[HASH_TEXT_SIZE];
    struct buffer text;

    buffer_init(&text, FRONTERA_MAX);
    buffer_printf(&text, "%" PRIu64 "\n", publica->merkle.size);
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((publica->merkle.size >> level) & 1) {
            hash_text(&publica->merkle.frontier[level], name);
            buffer_add_text(&text, name);
            buffer_add_char(&text, '\n');
        }
    }
    (void)snprintf(path, sizeof path, "%s/" FRONTERA_FILE, publica->salida);
    if (durable_replace(path, buffer_text(&text), text.len, 0600, &reason) != PREP_OK) {
        log_debug("frontera.no_guardada", LOG_TEXT("reason", reason.text));
    }
    buffer_done(&text);
}
