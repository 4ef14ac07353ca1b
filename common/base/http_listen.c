#include "base/http_listen.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error_text.h"
#include "base/http.h"

#define BACKLOG 512
#define ADDRESS_MAX 64u

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in =
            (const struct sockaddr_in *)(const void *)address;

        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 =
            (const struct sockaddr_in6 *)(const void *)address;

        return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) != 0;
    }
    return false;
}

/* Splits "host:port" or "[host]:port" in place. */
static bool split(char *text, char **out_host, char **out_port)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text) {
        return false;
    }
    *colon = '\0';
    *out_host = text;
    *out_port = colon + 1;
    if (text[0] == '[') {
        if (colon[-1] != ']') {
            return false;
        }
        colon[-1] = '\0';
        *out_host = text + 1;
    } else if (strchr(text, ':') != NULL) {
        return false; /* IPv6 without brackets */
    }
    return true;
}

static enum prep_status resolve(const char *address, struct addrinfo **out_info,
                                struct prep_reason *reason)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    char text[ADDRESS_MAX];
    char *host, *port;

    if (strlen(address) < sizeof text) {
        memcpy(text, address, strlen(address) + 1);
        if (split(text, &host, &port) && port[0] != '\0' &&
            strspn(port, "0123456789") == strlen(port) && strlen(port) <= 5 &&
            strtoul(port, NULL, 10) <= UINT16_MAX &&
            getaddrinfo(host, port, &hints, out_info) == 0) {
            if (is_loopback((*out_info)->ai_addr)) {
                return PREP_OK;
            }
            freeaddrinfo(*out_info);
        }
    }
    return prep_fail(reason, PREP_ERR_CONFIG,
                     "escucha (%.64s): escriba 127.0.0.1:PUERTO o [::1]:PUERTO; hacia "
                     "afuera publica nginx",
                     address);
}

enum prep_status http_listen_check(const char *listen, struct prep_reason *reason)
{
    struct addrinfo *info = NULL;
    enum prep_status status = resolve(listen, &info, reason);

    if (status == PREP_OK) {
        freeaddrinfo(info);
    }
    return status;
}

/* One struct for both families: the port is in the same place. */
static_assert(offsetof(struct sockaddr_in6, sin6_port) ==
                  offsetof(struct sockaddr_in, sin_port),
              "the port of a socket name is read through sockaddr_in6");

static uint16_t bound_port(int fd)
{
    struct sockaddr_in6 name = { .sin6_port = 0 };
    socklen_t len = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &len) != 0) {
        return 0;
    }
    return ntohs(name.sin6_port);
}

enum prep_status http_listen(const char *address, int *out_fd, uint16_t *out_port,
                             struct prep_reason *reason)
{
    const int on = 1;
    struct addrinfo *info = NULL;
    enum prep_status status = resolve(address, &info, reason);
    int fd;

    if (status != PREP_OK) {
        return status;
    }
    fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;

        status = error == EADDRINUSE
                     ? prep_fail(reason, PREP_ERR_UNAVAILABLE,
                                 "escucha (%s): otro proceso usa ese puerto: deténgalo "
                                 "o elija otro",
                                 address)
                     : prep_fail(reason, PREP_ERR_IO, "escucha (%s): %s", address,
                                 error_text(error));
        if (fd >= 0) {
            (void)close(fd);
        }
    } else {
        *out_fd = fd;
        *out_port = bound_port(fd);
    }
    freeaddrinfo(info);
    return status;
}
