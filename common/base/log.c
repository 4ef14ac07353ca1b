#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

/* Ends a line that lost something; room for it is kept in every line. */
static const char cut_mark[] = " truncated=1";

/* A log with a handle in every function would be passed to every function: the
 * two settings below are written once, at start, before any thread. */
static const char *log_program;
static enum log_level log_least_urgent = LOG_LEVEL_INFO;

struct line {
    char text[LOG_LINE_MAX];
    size_t len;
    bool cut;
};

#define LINE_ROOM (LOG_LINE_MAX - sizeof cut_mark - 1u) /* a closing quote too */

void log_open(const char *program)
{
    log_program = program;
}

void log_level_set(enum log_level level)
{
    log_least_urgent = level;
}

enum prep_status log_level_parse(const char *text, enum log_level *out_level)
{
    static const struct {
        const char *text;
        enum log_level level;
    } levels[] = {
        { "err", LOG_LEVEL_ERR },
        { "warning", LOG_LEVEL_WARNING },
        { "info", LOG_LEVEL_INFO },
        { "debug", LOG_LEVEL_DEBUG },
    };

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(text, levels[i].text) == 0) {
            *out_level = levels[i].level;
            return PREP_OK;
        }
    }
    return PREP_ERR_RANGE;
}

/* All or nothing, so that no escape or character is cut in two. */
static void line_add(struct line *line, const char *text, size_t len)
{
    if (line->cut || len > LINE_ROOM - line->len) {
        line->cut = true;
        return;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void line_add_text(struct line *line, const char *text)
{
    line_add(line, text, strlen(text));
}

static bool is_plain(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_.:/@+-";

    return text[0] != '\0' && text[strspn(text, plain)] == '\0';
}

/* Characters that could break the line or make it read as another one: C0 and C1
 * controls, line and paragraph separators, and the marks that reverse direction. */
static bool is_unsafe(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 ||
           code == 0x2029 || code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

static void line_add_char(struct line *line, uint32_t code, const char *bytes,
                          size_t len)
{
    char escape[16];

    switch (code) {
    case '"':
        line_add_text(line, "\\\"");
        return;
    case '\\':
        line_add_text(line, "\\\\");
        return;
    case '\n':
        line_add_text(line, "\\n");
        return;
    case '\r':
        line_add_text(line, "\\r");
        return;
    case '\t':
        line_add_text(line, "\\t");
        return;
    default:
        break;
    }
    if (is_unsafe(code)) {
        (void)snprintf(escape, sizeof escape, code < 0x80 ? "\\x%02x" : "\\u%04x",
                       (unsigned)code);
        line_add_text(line, escape);
        return;
    }
    line_add(line, bytes, len);
}

static void line_add_value(struct line *line, const char *text)
{
    size_t len;

    if (text == NULL) {
        text = "";
    }
    if (is_plain(text)) {
        size_t before = line->len;

        line_add_text(line, text);
        if (!line->cut) {
            return;
        }
        line->cut = false; /* Too long whole: as much as fits, quoted. */
        line->len = before;
    }
    line_add(line, "\"", 1);
    if (line->cut) {
        return;
    }
    len = strlen(text);
    while (len > 0 && !line->cut) {
        uint32_t code = 0;
        size_t used = utf8_decode(text, len, &code);

        if (used == 0) {
            char escape[16];

            (void)snprintf(escape, sizeof escape, "\\x%02x", (unsigned char)text[0]);
            line_add_text(line, escape);
            used = 1;
        } else {
            line_add_char(line, code, text, used);
        }
        text += used;
        len -= used;
    }
    line->text[line->len++] = '"'; /* LINE_ROOM keeps a byte for it. */
}

static void line_add_hex(struct line *line, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len && !line->cut; i++) {
        const char pair[2] = { digits[bytes[i] >> 4], digits[bytes[i] & 15] };

        line_add(line, pair, sizeof pair);
    }
}

static void line_add_field(struct line *line, const struct log_field *field)
{
    char number[24];

    line_add(line, " ", 1);
    line_add_text(line, field->key);
    line_add(line, "=", 1);
    switch (field->kind) {
    case LOG_KIND_TEXT:
        line_add_value(line, field->value.text);
        break;
    case LOG_KIND_INT:
        (void)snprintf(number, sizeof number, "%lld", (long long)field->value.integer);
        line_add_text(line, number);
        break;
    case LOG_KIND_UINT:
        (void)snprintf(number, sizeof number, "%llu",
                       (unsigned long long)field->value.natural);
        line_add_text(line, number);
        break;
    case LOG_KIND_HEX:
        line_add_hex(line, field->value.bytes, field->len);
        break;
    case LOG_KIND_STATUS:
        line_add_text(line, prep_status_name(field->value.status));
        break;
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t field_count)
{
    struct line line = { .len = 0 };
    size_t done = 0;
    int saved = errno;

    assert(event != NULL);
    if (level > log_least_urgent) {
        return;
    }
    line.len = (size_t)snprintf(line.text, sizeof line.text, "<%d>event=", (int)level);
    line_add_text(&line, event);
    if (level == LOG_LEVEL_ERR && log_program != NULL) {
        line_add_text(&line, " program=");
        line_add_text(&line, log_program);
    }
    for (size_t i = 0; i < field_count && !line.cut; i++) {
        size_t before = line.len;

        line_add_field(&line, &fields[i]);
        /* A number cut short would be another number: the field goes whole. */
        if (line.cut && fields[i].kind != LOG_KIND_TEXT) {
            line.len = before;
        }
    }
    if (line.cut) {
        memcpy(line.text + line.len, cut_mark, sizeof cut_mark - 1);
        line.len += sizeof cut_mark - 1;
    }
    line.text[line.len++] = '\n';
    while (done < line.len) {
        ssize_t wrote = write(STDERR_FILENO, line.text + done, line.len - done);

        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            break; /* There is nowhere left to say so. */
        }
        done += (size_t)wrote;
    }
    errno = saved;
}
