/*
 * log.h - one event, one line, to stderr, with the journal's priority in front.
 *
 * FORM
 *     <6>event=acta.capturada acta=1234 operador=4411 elapsed_ms=38
 *     <4>event=mensaje.rechazado origen=catd-0117 status=PREP_ERR_RANGE reason="..."
 *
 *     Priorities: err <3> someone must act now; warning <4> handled, look into
 *     it; info <6> a fact of the election; debug <7> off on election day.
 *     Text is quoted when it has anything but [A-Za-z0-9_.:/@+-], with ", \ and
 *     control bytes escaped; one line is at most LOG_LINE_MAX bytes.
 *
 * NAMES
 *     Event names are noun.participle and are all listed, with their meaning and
 *     what to do, in docs/EVENTOS.md. Operators search for them: they never
 *     change meaning. A test checks the list against the code.
 *
 * WHO LOGS
 *     Daemons, once, where they decide. common/ returns and does not log.
 *
 * THREADS
 *     One write(2) per line, so lines from several threads do not mix.
 */
#ifndef PREP_LOG_H
#define PREP_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define LOG_LINE_MAX 2048u

enum log_level {
    LOG_LEVEL_ERR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

enum log_kind {
    LOG_KIND_TEXT,
    LOG_KIND_INT,
    LOG_KIND_UINT,
    LOG_KIND_HEX,
    LOG_KIND_STATUS
};

struct log_field {
    const char *key;
    enum log_kind kind;
    union {
        const char *text; /* NULL prints as "" */
        int64_t integer;
        uint64_t natural;
        const void *bytes;
        enum prep_status status;
    } value;
    size_t len; /* bytes of LOG_KIND_HEX */
};

#define LOG_TEXT(k, v)                                                                 \
    ((struct log_field){ .key = (k), .kind = LOG_KIND_TEXT, .value.text = (v) })
#define LOG_INT(k, v)                                                                  \
    ((struct log_field){ .key = (k), .kind = LOG_KIND_INT, .value.integer = (v) })
#define LOG_UINT(k, v)                                                                 \
    ((struct log_field){ .key = (k), .kind = LOG_KIND_UINT, .value.natural = (v) })
#define LOG_HEX(k, p, n)                                                               \
    ((struct log_field){                                                               \
        .key = (k), .kind = LOG_KIND_HEX, .value.bytes = (p), .len = (n) })
#define LOG_STATUS(s)                                                                  \
    ((struct log_field){                                                               \
        .key = "status", .kind = LOG_KIND_STATUS, .value.status = (s) })

/* Marks a name that reaches log_*() through a variable, for tests/check_events.sh. */
#define LOG_EVENT(name) (name)

/* program must outlive the process; it is only used to tag err lines at exit. */
void log_open(const char *program);

/* Least urgent level that is written; LOG_LEVEL_INFO until told. */
void log_level_set(enum log_level level);
enum prep_status log_level_parse(const char *text,
                                 enum log_level *out_level) PREP_MUST_CHECK;

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t field_count);

#define LOG_AT(level, event, ...)                                                      \
    log_write((level), (event), (const struct log_field[]){ __VA_ARGS__ },             \
              sizeof((const struct log_field[]){ __VA_ARGS__ }) /                      \
                  sizeof(struct log_field))

/* At least one field after the event name. */
#define log_err(event, ...) LOG_AT(LOG_LEVEL_ERR, event, __VA_ARGS__)
#define log_warning(event, ...) LOG_AT(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_info(event, ...) LOG_AT(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) LOG_AT(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

#endif
