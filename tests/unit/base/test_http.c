/*
 * test_http.c - what http.h promises, over real sockets.
 *
 * METHOD
 *     Client and server share this one thread: a client writes raw bytes, so that
 *     it can be as wrong or as slow as it likes, and the server runs in between.
 */
#include "base/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BODY_MAX 1000u
#define CONNECTIONS_MAX 20u
#define PATIENCE_MS 10000
#define HELD_MAX 64u

struct fixture {
    struct http_server *server;
    struct http_request *held[HELD_MAX]; /* those of /espera */
    size_t held_count;
    size_t handled;
    char saw[4096]; /* what the last request looked like from inside */
};

static const char *or_none(const char *text)
{
    return text == NULL ? "(none)" : text;
}

static void handle(struct http_request *request, void *context)
{
    struct fixture *fixture = context;
    size_t len = 0;
    const char *body = http_body(request, &len);

    fixture->handled++;
    assert_int_equal(body[len], '\0');
    (void)snprintf(fixture->saw, sizeof fixture->saw, "%s %s n=%s x=%s token=%s %zu:%s",
                   http_method(request), http_path(request),
                   or_none(http_query(request, "n")),
                   or_none(http_header(request, "x-prueba")),
                   or_none(http_bearer(request)), len, body);
    if (strcmp(http_path(request), "/espera") == 0) {
        assert_true(fixture->held_count < HELD_MAX);
        fixture->held[fixture->held_count++] = request;
    } else if (strcmp(http_path(request), "/error") == 0) {
        http_answer_error(request, 409, "ya.capturada", "dijo \"no\"\n");
    } else if (strcmp(http_path(request), "/imagen") == 0) {
        http_answer(request, 200, "image/webp", "\0RIFF", 5);
    } else {
        http_answer(request, 200, NULL, "{}", 2);
    }
}

static int open_server(void **state, unsigned idle_timeout_s)
{
    static struct fixture fixture;
    const struct http_options options = {
        .listen = "127.0.0.1:0",
        .body_max = BODY_MAX,
        .connections_max = CONNECTIONS_MAX,
        .idle_timeout_s = idle_timeout_s,
    };
    struct prep_reason reason = { "" };

    (void)signal(SIGPIPE, SIG_IGN);
    memset(&fixture, 0, sizeof fixture);
    if (http_open(&fixture.server, &options, handle, &fixture, &reason) != PREP_OK) {
        print_error("%s\n", reason.text);
        return -1;
    }
    *state = &fixture;
    return 0;
}

static int setup(void **state)
{
    return open_server(state, 5);
}

static int setup_impatient(void **state)
{
    return open_server(state, 1);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    http_close(&fixture->server);
    assert_null(fixture->server);
    http_close(&fixture->server);
    return 0;
}

static int dial(const struct fixture *fixture)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(http_port(fixture->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Lets the server work once, waiting at most wait_ms for something to do. */
static void serve(struct fixture *fixture, int client, int wait_ms)
{
    struct pollfd fds[2] = {
        { .fd = http_fd(fixture->server), .events = POLLIN },
        { .fd = client, .events = POLLIN },
    };
    int timeout = http_timeout_ms(fixture->server);

    timeout = timeout < 0 || timeout > wait_ms ? wait_ms : timeout;
    (void)poll(fds, client < 0 ? 1 : 2, timeout);
    http_run(fixture->server);
}

static void say(struct fixture *fixture, int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent > 0) {
            data += sent;
            len -= (size_t)sent;
        } else {
            struct pollfd out = { .fd = fd, .events = POLLOUT };

            if (sent < 0 && poll(&out, 1, 0) > 0 &&
                (out.revents & (POLLERR | POLLHUP)) != 0) {
                return; /* It hung up, as some tests want. */
            }
            serve(fixture, -1, 10);
        }
    }
}

static void say_text(struct fixture *fixture, int fd, const char *text)
{
    say(fixture, fd, text, strlen(text));
}

/* Whether answer holds a whole response (headers and Content-Length bytes). */
static bool is_whole(const char *answer, size_t len)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = strstr(answer, "Content-Length: ");

    return end != NULL && length != NULL &&
           len >= (size_t)(end + 4 - answer) + strtoul(length + 16, NULL, 10);
}

/* Reads one answer, serving meanwhile. Returns its status code, or 0 when the
 * server hung up without one. */
static int hear(struct fixture *fixture, int fd, char *answer, size_t size)
{
    const int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    size_t len = 0;

    answer[0] = '\0';
    while (!is_whole(answer, len)) {
        ssize_t got = recv(fd, answer + len, size - 1 - len, MSG_DONTWAIT);

        if (got == 0 || (got < 0 && errno == ECONNRESET)) {
            break;
        }
        if (got > 0) {
            len += (size_t)got;
            answer[len] = '\0';
            continue;
        }
        assert_true(clock_monotonic_ms() < end_ms);
        serve(fixture, fd, 50);
    }
    return len == 0 ? 0 : (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
}

/* One request on a connection of its own. */
static int ask(struct fixture *fixture, const char *request, char *answer, size_t size)
{
    int fd = dial(fixture);
    int code;

    say_text(fixture, fd, request);
    code = hear(fixture, fd, answer, size);
    (void)close(fd);
    return code;
}

static void test_the_handler_sees_the_whole_request(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];

    assert_int_equal(ask(fixture,
                         "POST /a%20c/%C3%B1?n=1%202&m HTTP/1.1\r\nHost: x\r\n"
                         "X-Prueba: si\r\nAuthorization: bearer abc-123\r\n"
                         "Content-Length: 4\r\n\r\nhola",
                         answer, sizeof answer),
                     200);
    assert_string_equal(fixture->saw,
                        "POST /a c/\xC3\xB1 n=1 2 x=si token=abc-123 4:hola");
    assert_non_null(strstr(answer, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
    assert_string_equal(fixture->saw, "GET /b n=(none) x=(none) token=(none) 0:");
    assert_int_equal(ask(fixture,
                         "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n3\r\nhol\r\n1\r\na\r\n0\r\n\r\n",
                         answer, sizeof answer),
                     200);
    assert_string_equal(fixture->saw, "POST /c n=(none) x=(none) token=(none) 4:hola");
}

static void test_only_a_bearer_token_is_a_token(void **state)
{
    static const char *const rows[] = { "Basic abc", "Bearer", "Bearer ", "Bearer a b",
                                        "Bearerabc" };
    struct fixture *fixture = *state;
    char answer[4096];
    char request[256];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i]);
        (void)snprintf(request, sizeof request,
                       "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n",
                       rows[i]);
        assert_int_equal(ask(fixture, request, answer, sizeof answer), 200);
        assert_non_null(strstr(fixture->saw, "token=(none)"));
    }
}

static void test_errors_are_json(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];

    assert_int_equal(
        ask(fixture, "GET /error HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer),
        409);
    assert_non_null(strstr(answer, "\r\n\r\n{\"error\":{\"codigo\":\"ya.capturada\","
                                   "\"mensaje\":\"dijo \\\"no\\\"\\n\"}}\n"));
}

static void test_bodies_of_bytes_keep_their_zeros(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096] = { 0 };
    const char *body;

    assert_int_equal(
        ask(fixture, "GET /imagen HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer),
        200);
    assert_non_null(strstr(answer, "Content-Type: image/webp\r\n"));
    body = strstr(answer, "\r\n\r\n") + 4;
    assert_memory_equal(body, "\0RIFF", 5);
}

static void test_an_answer_may_come_later_and_in_any_order(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096], body[32], want[32];
    int fds[5];

    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = dial(fixture);
        say_text(fixture, fds[i], "GET /espera HTTP/1.1\r\nHost: x\r\n\r\n");
        for (size_t tries = 0; fixture->held_count <= i && tries < 100; tries++) {
            serve(fixture, -1, 50);
        }
        assert_int_equal(fixture->held_count, i + 1);
    }
    /* Others go on meanwhile, and nobody heard anything yet. */
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        assert_true(recv(fds[i], answer, sizeof answer, MSG_DONTWAIT) < 0);
    }
    for (size_t i = COUNT_OF(fds); i > 0; i--) {
        (void)snprintf(body, sizeof body, "soy %zu", i - 1);
        http_answer(fixture->held[i - 1], 200, "text/plain", body, strlen(body));
    }
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        assert_int_equal(hear(fixture, fds[i], answer, sizeof answer), 200);
        (void)snprintf(want, sizeof want, "\r\n\r\nsoy %zu", i);
        assert_non_null(strstr(answer, want));
        /* The connection is as good as before. */
        say_text(fixture, fds[i], "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(fixture, fds[i], answer, sizeof answer), 200);
        (void)close(fds[i]);
    }
    fixture->held_count = 0;
}

static void test_a_client_that_left_does_not_spoil_a_late_answer(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];
    int fd = dial(fixture);

    say_text(fixture, fd, "GET /espera HTTP/1.1\r\nHost: x\r\n\r\n");
    for (size_t tries = 0; fixture->held_count == 0 && tries < 100; tries++) {
        serve(fixture, -1, 50);
    }
    assert_int_equal(fixture->held_count, 1);
    (void)close(fd);
    serve(fixture, -1, 10);
    http_answer(fixture->held[0], 200, NULL, "{}", 2);
    serve(fixture, -1, 10);
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
}

static void test_closing_answers_what_was_left_open(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];
    int fd = dial(fixture);
    ssize_t got;

    say_text(fixture, fd, "GET /espera HTTP/1.1\r\nHost: x\r\n\r\n");
    for (size_t tries = 0; fixture->held_count == 0 && tries < 100; tries++) {
        serve(fixture, -1, 50);
    }
    http_close(&fixture->server);
    got = recv(fd, answer, sizeof answer - 1, 0);
    assert_true(got > 0);
    answer[got] = '\0';
    assert_non_null(strstr(answer, "HTTP/1.1 503 "));
    assert_non_null(strstr(answer, "servicio.cerrando"));
    (void)close(fd);
}

struct refused {
    const char *name;
    const char *request;
    int code; /* 0: hung up */
};

static const struct refused refused[] = {
    { "body too large, announced",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413 },
    { "body absurdly large",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551614\r\n\r\n",
      413 },
    { "length that is not a number",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400 },
    { "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
    { "a zero in the path", "GET /actas/1%00/x HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
    { "not HTTP", "hola\r\n\r\n", -1 },
    { "TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", -1 },
};

static void test_malformed_requests_never_reach_the_handler(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];

    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        int code;

        print_message("  %s\n", refused[i].name);
        code = ask(fixture, refused[i].request, answer, sizeof answer);
        if (refused[i].code >= 0) {
            assert_int_equal(code, refused[i].code);
        } else {
            assert_true(code == 0 || code >= 400);
        }
        assert_int_equal(fixture->handled, 0);
    }
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
}

static void test_a_body_of_the_limit_passes_and_one_more_does_not(void **state)
{
    struct fixture *fixture = *state;
    char request[BODY_MAX + 200];
    char answer[4096];
    int at;

    for (unsigned len = BODY_MAX; len <= BODY_MAX + 1; len++) {
        fixture->handled = 0;
        at = snprintf(request, sizeof request,
                      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "%x\r\n",
                      len);
        memset(request + at, 'a', len);
        (void)snprintf(request + at + len, sizeof request - (size_t)at - len,
                       "\r\n0\r\n\r\n");
        assert_int_equal(ask(fixture, request, answer, sizeof answer),
                         len > BODY_MAX ? 413 : 200);
        assert_int_equal(fixture->handled, len > BODY_MAX ? 0 : 1);
    }
    assert_non_null(strstr(answer, "cuerpo.grande"));
}

static void test_a_body_without_end_is_hung_up_on(void **state)
{
    struct fixture *fixture = *state;
    char chunk[512 + 16];
    char answer[4096];
    const int64_t start_ms = clock_monotonic_ms();
    int fd = dial(fixture);

    say_text(fixture, fd,
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    memset(chunk, 'a', sizeof chunk);
    memcpy(chunk, "200\r\n", 5);
    memcpy(chunk + 5 + 512, "\r\n", 2);
    for (int i = 0; i < 3000; i++) {
        say(fixture, fd, chunk, 5 + 512 + 2);
        serve(fixture, -1, 0);
    }
    assert_int_equal(hear(fixture, fd, answer, sizeof answer), 0);
    assert_int_equal(fixture->handled, 0);
    /* For its size, and not for its silence. */
    assert_true(clock_monotonic_ms() - start_ms < 4000);
    (void)close(fd);
}

static void test_headers_without_end_are_refused(void **state)
{
    struct fixture *fixture = *state;
    char line[1024];
    char answer[4096];
    int code;
    int fd = dial(fixture);

    say_text(fixture, fd, "GET / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(line, sizeof line, "X-%d: %0900d\r\n", i, 0);
        say_text(fixture, fd, line);
        serve(fixture, -1, 0);
    }
    code = hear(fixture, fd, answer, sizeof answer);
    assert_true(code == 0 || code == 431 || code == 413);
    assert_int_equal(fixture->handled, 0);
    (void)close(fd);
}

static void test_a_silent_client_is_hung_up_on(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];
    int quiet = dial(fixture);
    int half = dial(fixture);

    say_text(fixture, half,
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
    assert_int_equal(hear(fixture, quiet, answer, sizeof answer), 0);
    assert_int_equal(hear(fixture, half, answer, sizeof answer), 0);
    assert_int_equal(fixture->handled, 0);
    (void)close(quiet);
    (void)close(half);
}

/* Never quiet for as long as the idle limit, and still cut. */
static void test_a_body_drop_by_drop_is_hung_up_on(void **state)
{
    struct fixture *fixture = *state;
    const int64_t start_ms = clock_monotonic_ms();
    char answer[4096];
    int fd = dial(fixture);
    bool cut = false;

    say_text(fixture, fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
    while (!cut && clock_monotonic_ms() - start_ms < PATIENCE_MS) {
        (void)send(fd, "a", 1, MSG_NOSIGNAL);
        (void)usleep(300000);
        serve(fixture, -1, 0);
        cut = recv(fd, answer, sizeof answer, MSG_DONTWAIT) == 0 ||
              (errno != EAGAIN && errno != EWOULDBLOCK);
    }
    assert_true(cut);
    assert_int_equal(fixture->handled, 0);
    (void)close(fd);
}

static void test_connections_beyond_the_limit_hear_503(void **state)
{
    struct fixture *fixture = *state;
    char answer[4096];
    int fds[CONNECTIONS_MAX];

    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = dial(fixture);
        say_text(fixture, fds[i], "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(fixture, fds[i], answer, sizeof answer), 200);
    }
    fixture->handled = 0;
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 503);
    assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
    assert_int_equal(fixture->handled, 0);
    (void)close(fds[0]);
    serve(fixture, -1, 50);
    assert_int_equal(
        ask(fixture, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
    for (size_t i = 1; i < COUNT_OF(fds); i++) {
        (void)close(fds[i]);
    }
}

static void test_bad_addresses_are_refused(void **state)
{
    static const struct {
        const char *listen;
        enum prep_status want;
    } rows[] = {
        { "", PREP_ERR_CONFIG },
        { "8101", PREP_ERR_CONFIG },
        { ":8101", PREP_ERR_CONFIG },
        { "127.0.0.1:", PREP_ERR_CONFIG },
        { "127.0.0.1:x", PREP_ERR_CONFIG },
        { "127.0.0.1:70000", PREP_ERR_CONFIG },
        { "localhost:8101", PREP_ERR_CONFIG },
        { "::1:8101", PREP_ERR_CONFIG },
        { "[::1:8101", PREP_ERR_CONFIG },
        { "0.0.0.0:8101", PREP_ERR_CONFIG },
        { "[::]:8101", PREP_ERR_CONFIG },
    };
    struct http_options options = { .body_max = 1, .connections_max = 1 };
    struct prep_reason reason = { "" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_server *server = NULL;

        print_message("  \"%s\"\n", rows[i].listen);
        options.listen = rows[i].listen;
        assert_int_equal(http_open(&server, &options, handle, NULL, &reason),
                         rows[i].want);
        assert_null(server);
        assert_non_null(strstr(reason.text, rows[i].listen));
        assert_int_equal(http_listen_check(rows[i].listen, NULL), rows[i].want);
    }
    assert_int_equal(http_listen_check("127.0.0.1:8101", &reason), PREP_OK);
    assert_int_equal(http_listen_check("[::1]:0", &reason), PREP_OK);
}

static void test_a_taken_port_says_so(void **state)
{
    struct fixture *fixture = *state;
    struct http_options options = { .body_max = 1, .connections_max = 1 };
    struct prep_reason reason = { "" };
    struct http_server *server = NULL;
    char listen[32];

    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", http_port(fixture->server));
    options.listen = listen;
    assert_int_equal(http_open(&server, &options, handle, NULL, &reason),
                     PREP_ERR_UNAVAILABLE);
    assert_non_null(strstr(reason.text, "otro proceso usa ese puerto"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define ON_IMPATIENT(test)                                                             \
    cmocka_unit_test_setup_teardown(test, setup_impatient, teardown)
        ON_SERVER(test_the_handler_sees_the_whole_request),
        ON_SERVER(test_only_a_bearer_token_is_a_token),
        ON_SERVER(test_errors_are_json),
        ON_SERVER(test_bodies_of_bytes_keep_their_zeros),
        ON_SERVER(test_an_answer_may_come_later_and_in_any_order),
        ON_SERVER(test_a_client_that_left_does_not_spoil_a_late_answer),
        ON_SERVER(test_closing_answers_what_was_left_open),
        ON_IMPATIENT(test_malformed_requests_never_reach_the_handler),
        ON_SERVER(test_a_body_of_the_limit_passes_and_one_more_does_not),
        ON_SERVER(test_a_body_without_end_is_hung_up_on),
        ON_SERVER(test_headers_without_end_are_refused),
        ON_IMPATIENT(test_a_silent_client_is_hung_up_on),
        ON_IMPATIENT(test_a_body_drop_by_drop_is_hung_up_on),
        ON_SERVER(test_connections_beyond_the_limit_hear_503),
        cmocka_unit_test(test_bad_addresses_are_refused),
        ON_SERVER(test_a_taken_port_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
