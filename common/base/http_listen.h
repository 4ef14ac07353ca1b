/* http_listen.h - the socket of http.c. Only for that file. */
#ifndef PREP_HTTP_LISTEN_H
#define PREP_HTTP_LISTEN_H

#include <stdint.h>

#include "base/status.h"

/*
 * Listens on "127.0.0.1:8101" or "[::1]:8101" (numeric, loopback, port 0 for any
 * free one). PREP_ERR_CONFIG for a text that is not one; PREP_ERR_UNAVAILABLE when
 * another process has the port; PREP_ERR_IO otherwise.
 */
PREP_MUST_CHECK
enum prep_status http_listen(const char *address, int *out_fd, uint16_t *out_port,
                             struct prep_reason *reason);

#endif
