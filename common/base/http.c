#include "base/http.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/http_listen.h"

#define HEADERS_BYTES_MAX (16u * 1024u) /* request line and headers */
#define SPARE_CONNECTIONS 16u           /* those that only hear 503 */
#define BODY_TIMES_IDLE 4               /* a whole body may take this many idles */
#define CLOSE_WAIT_MS 200               /* for the last answers to leave */
#define ERROR_BYTES_MAX 8192u
#define DISCARD_BYTES_MAX (1u << 20) /* read past the limit only to say 413 */

struct http_server {
    struct MHD_Daemon *daemon;
    http_handler handler;
    void *context;
    struct http_options options;
    struct http_request *requests; /* all that live, any order */
    int listen_fd, epoll_fd;
    uint16_t port;
};

/* In this order; a refusal jumps to ANSWERED. */
enum stage { STAGE_URI, STAGE_BODY, STAGE_HANDED, STAGE_ANSWERED };

struct http_request {
    struct http_server *server;
    struct http_request *previous, *next;
    struct MHD_Connection *connection;
    const char *method, *path;
    struct buffer body;
    size_t discarded; /* bytes of a body that was too large */
    int64_t started_ms;
    enum stage stage;
    bool suspended;
    bool bad_uri;
    unsigned code;
    struct MHD_Response *response;
};

static enum MHD_Result send_response(struct http_request *request)
{
    enum MHD_Result result =
        MHD_queue_response(request->connection, request->code, request->response);

    MHD_destroy_response(request->response); /* MHD keeps its own reference. */
    request->response = NULL;
    return result;
}

static void add_header(struct MHD_Response *response, const char *name,
                       const char *value)
{
    enum MHD_Result result = MHD_add_response_header(response, name, value);

    assert(result == MHD_YES); /* Ours are well formed. */
    (void)result;
}

void http_answer(struct http_request *request, unsigned code, const char *content_type,
                 const void *body, size_t body_len)
{
    struct MHD_Response *response;

    assert(request->stage != STAGE_ANSWERED);
    /* The cast undoes nothing: MUST_COPY only reads. */
    response = MHD_create_response_from_buffer(
        body_len, (void *)(uintptr_t)(const void *)body, MHD_RESPMEM_MUST_COPY);
    assert(response != NULL); /* Out of memory. */
    add_header(response, "Content-Type",
               content_type == NULL ? "application/json" : content_type);
    add_header(response, "Cache-Control", "no-store");
    add_header(response, "X-Content-Type-Options", "nosniff");
    if (code == MHD_HTTP_UNAUTHORIZED) {
        add_header(response, "WWW-Authenticate", "Bearer");
    } else if (code == MHD_HTTP_TOO_MANY_REQUESTS ||
               code == MHD_HTTP_SERVICE_UNAVAILABLE) {
        add_header(response, "Retry-After", "1");
    }
    request->code = code;
    request->response = response;
    request->stage = STAGE_ANSWERED;
    if (request->suspended) { /* MHD asks for the answer after it resumes. */
        request->suspended = false;
        MHD_resume_connection(request->connection);
    }
}

void http_answer_error(struct http_request *request, unsigned code,
                       const char *code_text, const char *message)
{
    struct buffer body;

    buffer_init(&body, ERROR_BYTES_MAX);
    buffer_add_text(&body, "{\"error\":{\"codigo\":");
    buffer_add_json(&body, code_text);
    buffer_add_text(&body, ",\"mensaje\":");
    buffer_add_json(&body, message);
    buffer_add_text(&body, "}}\n");
    if (buffer_status(&body) != PREP_OK) { /* Too long to be read by anyone. */
        buffer_clear(&body);
        buffer_add_text(&body, "{\"error\":{\"codigo\":\"error\",\"mensaje\":\"\"}}\n");
    }
    http_answer(request, code, NULL, buffer_text(&body), body.len);
    buffer_done(&body);
}

/* MHD calls this first of all; what it returns comes back as *context below. */
static void *on_uri(void *server_context, const char *uri,
                    struct MHD_Connection *connection)
{
    struct http_server *server = server_context;
    struct http_request *request = calloc(1, sizeof *request);

    if (request == NULL) {
        return NULL; /* on_request closes the connection. */
    }
    request->server = server;
    request->connection = connection;
    request->started_ms = clock_monotonic_ms();
    /* Decoded, it would end the path before its end. */
    request->bad_uri = strstr(uri, "%00") != NULL;
    buffer_init(&request->body, server->options.body_max);
    request->next = server->requests;
    if (request->next != NULL) {
        request->next->previous = request;
    }
    server->requests = request;
    return request;
}

static void on_completed(void *server_context, struct MHD_Connection *connection,
                         void **context, enum MHD_RequestTerminationCode code)
{
    struct http_server *server = server_context;
    struct http_request *request = *context;

    (void)connection;
    (void)code;
    if (request == NULL) {
        return;
    }
    assert(request->stage != STAGE_HANDED); /* Suspended ones do not complete. */
    if (request->previous != NULL) {
        request->previous->next = request->next;
    } else {
        server->requests = request->next;
    }
    if (request->next != NULL) {
        request->next->previous = request->previous;
    }
    if (request->response != NULL) {
        MHD_destroy_response(request->response);
    }
    buffer_done(&request->body);
    free(request);
    *context = NULL;
}

static bool is_crowded(const struct http_server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info != NULL && info->num_connections > server->options.connections_max;
}

/* Content-Length as a number; 0 when there is none (a chunked body is counted as
 * it comes, and MHD refuses what is not a number). */
static bool is_announced_too_large(const struct http_request *request)
{
    const char *text = http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return text != NULL && strtoull(text, NULL, 10) > request->body.limit;
}

/* The headers are here: refuse now what can be refused without its body. */
static enum MHD_Result begin(struct http_request *request)
{
    request->stage = STAGE_BODY;
    if (is_crowded(request->server)) {
        http_answer_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                          "conexiones.demasiadas",
                          "Demasiadas conexiones a la vez. Intente en un momento.");
    } else if (is_announced_too_large(request)) {
        http_answer_error(request, MHD_HTTP_CONTENT_TOO_LARGE, "cuerpo.grande",
                          "El cuerpo de la solicitud es demasiado grande.");
    } else if (request->bad_uri) {
        http_answer_error(request, MHD_HTTP_BAD_REQUEST, "ruta.invalida",
                          "La ruta lleva un carácter que no se acepta.");
    } else {
        return MHD_YES;
    }
    return send_response(request);
}

static enum MHD_Result take_body(struct http_request *request, const char *data,
                                 size_t *len)
{
    const int64_t limit_ms =
        (int64_t)request->server->options.idle_timeout_s * BODY_TIMES_IDLE * 1000;

    if (limit_ms > 0 && clock_monotonic_ms() - request->started_ms > limit_ms) {
        return MHD_NO; /* A byte at a time would hold the connection forever. */
    }
    buffer_add(&request->body, data, *len);
    if (request->body.full) {
        request->discarded += *len;
        if (request->discarded > DISCARD_BYTES_MAX) {
            return MHD_NO; /* No end in sight: nobody is there to read a 413. */
        }
    }
    *len = 0;
    return MHD_YES;
}

static enum MHD_Result hand_over(struct http_request *request)
{
    if (request->body.full) {
        http_answer_error(request, MHD_HTTP_CONTENT_TOO_LARGE, "cuerpo.grande",
                          "El cuerpo de la solicitud es demasiado grande.");
        return send_response(request);
    }
    request->stage = STAGE_HANDED;
    request->server->handler(request, request->server->context);
    if (request->stage == STAGE_ANSWERED) {
        return send_response(request);
    }
    request->suspended = true;
    MHD_suspend_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result on_request(void *server_context,
                                  struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version,
                                  const char *upload_data, size_t *upload_data_size,
                                  void **context)
{
    struct http_request *request = *context;

    (void)server_context;
    (void)connection;
    (void)version;
    if (request == NULL) {
        return MHD_NO;
    }
    switch (request->stage) {
    case STAGE_URI:
        request->method = method;
        request->path = url;
        return begin(request);
    case STAGE_BODY:
        return *upload_data_size > 0 ? take_body(request, upload_data, upload_data_size)
                                     : hand_over(request);
    case STAGE_ANSWERED: /* Resumed, now that the answer is known. */
        return request->response != NULL ? send_response(request) : MHD_NO;
    case STAGE_HANDED:
        break;
    }
    return MHD_NO;
}

enum prep_status http_open(struct http_server **out_server,
                           const struct http_options *options, http_handler handler,
                           void *context, struct prep_reason *reason)
{
    struct http_server *server = calloc(1, sizeof *server);
    const union MHD_DaemonInfo *info;
    enum prep_status status;

    assert(options->connections_max > 0 && options->body_max > 0);
    if (server == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "escucha: sin memoria");
    }
    server->handler = handler;
    server->context = context;
    server->options = *options;
    server->options.listen = NULL; /* Borrowed until this returns. */
    status = http_listen(options->listen, &server->listen_fd, &server->port, reason);
    if (status != PREP_OK) {
        free(server);
        return status;
    }
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, server->port, NULL, NULL, on_request,
        server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max + SPARE_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_BYTES_MAX,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_END);
    info = server->daemon == NULL
               ? NULL
               : MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) {
        if (server->daemon != NULL) {
            MHD_stop_daemon(server->daemon); /* closes listen_fd */
        } else {
            (void)close(server->listen_fd);
        }
        free(server);
        return prep_fail(reason, PREP_ERR_IO, "escucha (%s): libmicrohttpd no arrancó",
                         options->listen);
    }
    server->epoll_fd = info->epoll_fd;
    *out_server = server;
    return PREP_OK;
}

int http_fd(const struct http_server *server)
{
    return server->epoll_fd;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

void http_run(struct http_server *server)
{
    (void)MHD_run(server->daemon);
}

int http_timeout_ms(struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;

    if (MHD_get_timeout(server->daemon, &ms) != MHD_YES) {
        return -1;
    }
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

void http_close(struct http_server **server)
{
    struct http_server *s = *server;
    int64_t end_ms;

    if (s == NULL) {
        return;
    }
    (void)MHD_quiesce_daemon(s->daemon);
    for (struct http_request *r = s->requests; r != NULL; r = r->next) {
        if (r->stage == STAGE_HANDED) {
            http_answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "servicio.cerrando",
                              "El servicio se está deteniendo. Intente de nuevo.");
        }
    }
    end_ms = clock_monotonic_ms() + CLOSE_WAIT_MS;
    for (;;) {
        bool leaving = false;

        for (struct http_request *r = s->requests; r != NULL; r = r->next) {
            leaving = leaving || r->stage == STAGE_ANSWERED;
        }
        if (!leaving || clock_monotonic_ms() > end_ms) {
            break;
        }
        (void)MHD_run(s->daemon);
        (void)usleep(1000);
    }
    MHD_stop_daemon(s->daemon);
    (void)close(s->listen_fd); /* quiesced: MHD leaves it to us */
    free(s);
    *server = NULL;
}

const char *http_method(const struct http_request *request)
{
    return request->method;
}

const char *http_path(const struct http_request *request)
{
    return request->path;
}

const char *http_query(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND,
                                       name);
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_request *request, size_t *out_len)
{
    *out_len = request->body.len;
    return request->body.data == NULL ? "" : request->body.data;
}

const char *http_bearer(const struct http_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *text = http_header(request, MHD_HTTP_HEADER_AUTHORIZATION);

    if (text == NULL || strncasecmp(text, scheme, sizeof scheme - 1) != 0) {
        return NULL;
    }
    text += sizeof scheme - 1;
    return text[0] == '\0' || strchr(text, ' ') != NULL ? NULL : text;
}
