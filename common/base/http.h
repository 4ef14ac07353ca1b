/*
 * http.h - a small HTTP/1.1 server for terminals and machines on the inside.
 *
 * PURPOSE
 *     Routes whole requests (method, path, body up to body_max) to one handler,
 *     in the caller's own loop and thread: http_fd() turns readable, the caller
 *     calls http_run(). A handler answers now, or keeps the request and answers
 *     later, so that many requests share one database transaction.
 *     TLS, rate limits and public exposure belong to the nginx in front.
 *
 * LIMITS
 *     Connections, idle time and body size are bounded by struct http_options.
 *     A request over a limit is answered 413, 431 or 503 and never reaches the
 *     handler. A body that takes more than four idle times is hung up on. Only
 *     loopback addresses are listened on. A path with a zero byte is 400.
 *
 * OUT OF SCOPE
 *     Headers sent a byte at a time hold a connection; the nginx in front reads
 *     whole requests before it passes them on.
 *
 * OWNERSHIP AND THREADS
 *     libmicrohttpd in external-epoll mode; no threads. A struct http_request
 *     lives until http_answer(), which must be called exactly once for each.
 *     Requests still open at http_close() are answered 503.
 */
#ifndef PREP_HTTP_H
#define PREP_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct http_server;  /* opaque */
struct http_request; /* opaque */

struct http_options {
    const char *listen; /* "127.0.0.1:8101" or "[::1]:8101"; port 0: any free */
    size_t body_max;    /* bytes */
    unsigned connections_max;
    unsigned idle_timeout_s;
};

typedef void (*http_handler)(struct http_request *request, void *context);

PREP_MUST_CHECK
enum prep_status http_open(struct http_server **out_server,
                           const struct http_options *options, http_handler handler,
                           void *context, struct prep_reason *reason);
/* Whether http_open() would understand that address, without opening it:
 * PREP_OK or PREP_ERR_CONFIG. For --check. */
PREP_MUST_CHECK
enum prep_status http_listen_check(const char *listen, struct prep_reason *reason);
int http_fd(const struct http_server *server);
uint16_t http_port(const struct http_server *server);
/* Serves whatever is ready; never blocks. */
void http_run(struct http_server *server);
/* ms until http_run() must be called even if the fd stays quiet; -1: no need. */
int http_timeout_ms(struct http_server *server);
void http_close(struct http_server **server); /* accepts a pointer to NULL */

const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request); /* decoded, without query */
const char *http_query(const struct http_request *request,
                       const char *name); /* or NULL */
const char *http_header(const struct http_request *request,
                        const char *name); /* or NULL */
const char *http_body(const struct http_request *request,
                      size_t *out_len); /* NUL after it */

/* The token of "Authorization: Bearer <token>", or NULL. */
const char *http_bearer(const struct http_request *request);

/* Copies the body. content_type NULL means application/json. */
void http_answer(struct http_request *request, unsigned code, const char *content_type,
                 const void *body, size_t body_len);
/* {"error": {"codigo": code_text, "mensaje": message}} */
void http_answer_error(struct http_request *request, unsigned code,
                       const char *code_text, const char *message);

#endif
