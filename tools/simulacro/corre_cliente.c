#include "simulacro/corre_cliente.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"

#define ANSWER_BYTES_MAX (8u * 1024u * 1024u)
#define CONNECT_TIMEOUT_MS 2000L
#define ANSWER_TIMEOUT_MS 60000L /* a whole corte of a national base fits */
#define BACKOFF_FIRST_MS 20
#define BACKOFF_MAX_MS 500
#define MOTIVO_SIZE 256u

enum pedido_estado { PEDIDO_LIBRE, PEDIDO_EN_CURSO, PEDIDO_ESPERA };

struct pedido {
    struct pedido *next; /* every pedido ever made: kept for its connection */
    enum pedido_estado estado;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer answer;
    char *url;
    char *body; /* NULL: GET */
    int64_t desde_ms, otra_ms;
    int backoff_ms;
    cliente_respuesta respuesta;
    void *context;
};

struct cliente {
    CURLM *multi;
    struct pedido *pedidos;
    size_t en_curso; /* not PEDIDO_LIBRE */
    int64_t plazo_ms;
    uint64_t reintentos;
    char motivo[MOTIVO_SIZE];
};

enum prep_status cliente_abre(struct cliente **out_cliente, int64_t plazo_ms,
                              struct prep_reason *reason)
{
    struct cliente *cliente = calloc(1, sizeof *cliente);

    if (cliente == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(cliente);
        return prep_fail(reason, PREP_ERR_MEMORY, "libcurl no pudo iniciar");
    }
    cliente->multi = curl_multi_init();
    if (cliente->multi == NULL) {
        free(cliente);
        return prep_fail(reason, PREP_ERR_MEMORY, "libcurl no pudo iniciar");
    }
    cliente->plazo_ms = plazo_ms;
    *out_cliente = cliente;
    return PREP_OK;
}

static void pedido_vacia(struct pedido *pedido)
{
    curl_slist_free_all(pedido->headers);
    pedido->headers = NULL;
    free(pedido->url);
    pedido->url = NULL;
    free(pedido->body);
    pedido->body = NULL;
    pedido->estado = PEDIDO_LIBRE;
}

void cliente_cierra(struct cliente **cliente)
{
    struct pedido *next = NULL;

    if (*cliente == NULL) {
        return;
    }
    for (struct pedido *p = (*cliente)->pedidos; p != NULL; p = next) {
        next = p->next;
        if (p->estado == PEDIDO_EN_CURSO) {
            (void)curl_multi_remove_handle((*cliente)->multi, p->easy);
        }
        curl_easy_cleanup(p->easy);
        pedido_vacia(p);
        buffer_done(&p->answer);
        free(p);
    }
    (void)curl_multi_cleanup((*cliente)->multi);
    curl_global_cleanup();
    free(*cliente);
    *cliente = NULL;
}

static size_t on_data(char *data, size_t size, size_t count, void *context)
{
    struct pedido *pedido = context;

    buffer_add(&pedido->answer, data, size * count);
    return pedido->answer.full ? 0 : size * count;
}

static struct pedido *pedido_toma(struct cliente *cliente)
{
    struct pedido *pedido = cliente->pedidos;

    while (pedido != NULL && pedido->estado != PEDIDO_LIBRE) {
        pedido = pedido->next;
    }
    if (pedido == NULL) {
        pedido = calloc(1, sizeof *pedido);
        assert(pedido != NULL);
        pedido->easy = curl_easy_init();
        assert(pedido->easy != NULL);
        buffer_init(&pedido->answer, ANSWER_BYTES_MAX);
        pedido->next = cliente->pedidos;
        cliente->pedidos = pedido;
    }
    return pedido;
}

static void pedido_envia(struct cliente *cliente, struct pedido *pedido)
{
    CURL *easy = pedido->easy;

    buffer_clear(&pedido->answer);
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, pedido->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, pedido);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, pedido);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ANSWER_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, pedido->headers);
    if (pedido->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, pedido->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)strlen(pedido->body));
    }
    pedido->estado = PEDIDO_EN_CURSO;
    if (curl_multi_add_handle(cliente->multi, easy) != CURLM_OK) {
        abort(); /* only a handle already added or exhausted memory */
    }
}

void cliente_pide(struct cliente *cliente, const char *url, const char *token,
                  const json_t *body, cliente_respuesta respuesta, void *context)
{
    struct pedido *pedido = pedido_toma(cliente);
    char header[256];

    pedido->url = strdup(url);
    pedido->body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    assert(pedido->url != NULL && (body == NULL || pedido->body != NULL));
    /* No 100-continue round trip for large bodies. */
    pedido->headers = curl_slist_append(NULL, "Expect:");
    pedido->headers =
        curl_slist_append(pedido->headers, "Content-Type: application/json");
    if (token != NULL) {
        (void)snprintf(header, sizeof header, "Authorization: Bearer %s", token);
        pedido->headers = curl_slist_append(pedido->headers, header);
    }
    pedido->respuesta = respuesta;
    pedido->context = context;
    pedido->desde_ms = clock_monotonic_ms();
    pedido->backoff_ms = BACKOFF_FIRST_MS;
    cliente->en_curso++;
    pedido_envia(cliente, pedido);
}

static void pedido_responde(struct cliente *cliente, struct pedido *pedido,
                            unsigned code)
{
    cliente_respuesta respuesta = pedido->respuesta;
    void *context = pedido->context;
    json_t *json = NULL;

    if (code != 0) {
        json = json_loadb(buffer_text(&pedido->answer), pedido->answer.len, 0, NULL);
    }
    pedido_vacia(pedido);
    cliente->en_curso--;
    respuesta(context, code, json);
    json_decref(json);
}

static void pedido_reintenta(struct cliente *cliente, struct pedido *pedido,
                             const char *motivo)
{
    const int64_t now = clock_monotonic_ms();

    cliente->reintentos++;
    (void)snprintf(cliente->motivo, sizeof cliente->motivo, "%s: %s", pedido->url,
                   motivo);
    if (now - pedido->desde_ms >= cliente->plazo_ms) {
        pedido_responde(cliente, pedido, 0);
        return;
    }
    pedido->estado = PEDIDO_ESPERA;
    pedido->otra_ms = now + pedido->backoff_ms;
    pedido->backoff_ms *= 2;
    if (pedido->backoff_ms > BACKOFF_MAX_MS) {
        pedido->backoff_ms = BACKOFF_MAX_MS;
    }
}

static void pedido_termina(struct cliente *cliente, CURL *easy, CURLcode result)
{
    struct pedido *pedido = NULL;
    char motivo[160];
    long code = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&pedido);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_multi_remove_handle(cliente->multi, easy);
    if (result != CURLE_OK) {
        pedido_reintenta(cliente, pedido, curl_easy_strerror(result));
    } else if (code == 429 || code >= 500) {
        (void)snprintf(motivo, sizeof motivo, "HTTP %ld: %.120s", code,
                       buffer_text(&pedido->answer));
        pedido_reintenta(cliente, pedido, motivo);
    } else {
        pedido_responde(cliente, pedido, (unsigned)code);
    }
}

/* Sends again what has waited enough; ms until the next one, at most wait_ms. */
static int reenvia(struct cliente *cliente, int wait_ms)
{
    const int64_t now = clock_monotonic_ms();

    for (struct pedido *p = cliente->pedidos; p != NULL; p = p->next) {
        if (p->estado != PEDIDO_ESPERA) {
            continue;
        }
        if (p->otra_ms <= now) {
            pedido_envia(cliente, p);
        } else if (p->otra_ms - now < wait_ms) {
            wait_ms = (int)(p->otra_ms - now);
        }
    }
    return wait_ms;
}

void cliente_avanza(struct cliente *cliente, int wait_ms)
{
    const CURLMsg *message = NULL;
    int running = 0;
    int left = 0;

    wait_ms = reenvia(cliente, wait_ms);
    (void)curl_multi_perform(cliente->multi, &running);
    (void)curl_multi_poll(cliente->multi, NULL, 0, wait_ms, NULL);
    (void)curl_multi_perform(cliente->multi, &running);
    while ((message = curl_multi_info_read(cliente->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            pedido_termina(cliente, message->easy_handle, message->data.result);
        }
    }
}

size_t cliente_en_curso(const struct cliente *cliente)
{
    return cliente->en_curso;
}

uint64_t cliente_reintentos(const struct cliente *cliente, const char **out_motivo)
{
    if (out_motivo != NULL) {
        *out_motivo = cliente->motivo;
    }
    return cliente->reintentos;
}
