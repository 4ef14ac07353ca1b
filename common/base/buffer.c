#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define ROOM_FIRST 256u

void buffer_init(struct buffer *buffer, size_t limit)
{
    assert(limit < SIZE_MAX / 4); /* Doubling the room cannot overflow. */
    *buffer = (struct buffer){ .limit = limit };
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){ .limit = buffer->limit };
}

void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
    buffer->full = false;
    if (buffer->data != NULL) {
        buffer->data[0] = '\0';
    }
}

char *buffer_reserve(struct buffer *buffer, size_t len)
{
    size_t need, room;

    if (buffer->full || len > buffer->limit - buffer->len) {
        buffer->full = true;
        return NULL;
    }
    need = buffer->len + len + 1;
    if (need > buffer->room) {
        char *data;

        room = buffer->room < ROOM_FIRST ? ROOM_FIRST : buffer->room * 2;
        if (room < need) {
            room = need;
        }
        if (room > buffer->limit + 1) {
            room = buffer->limit + 1;
        }
        data = realloc(buffer->data, room);
        if (data == NULL) {
            (void)fputs("<3>event=memoria.agotada reason=\"buffer\"\n", stderr);
            abort();
        }
        buffer->data = data;
        buffer->room = room;
    }
    return buffer->data + buffer->len;
}

void buffer_grow(struct buffer *buffer, size_t len)
{
    assert(len < buffer->room - buffer->len);
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

void buffer_add(struct buffer *buffer, const void *data, size_t len)
{
    char *to;

    if (len == 0) {
        return;
    }
    to = buffer_reserve(buffer, len);
    if (to != NULL) {
        memcpy(to, data, len);
        buffer_grow(buffer, len);
    }
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_char(struct buffer *buffer, char c)
{
    buffer_add(buffer, &c, 1);
}

void buffer_add_uint(struct buffer *buffer, uint64_t value)
{
    char digits[20]; /* 2^64 - 1 has 20 */
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buffer_add(buffer, digits + at, sizeof digits - at);
}

void buffer_add_int(struct buffer *buffer, int64_t value)
{
    char digits[21]; /* a sign and 19 */
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    buffer_add(buffer, digits + at, sizeof digits - at);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    char text[ROOM_FIRST];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(len >= 0); /* Only a bad format gives less. */
    if ((size_t)len < sizeof text) {
        buffer_add(buffer, text, (size_t)len);
    } else {
        char *to = buffer_reserve(buffer, (size_t)len);

        if (to != NULL) {
            va_start(args, format);
            (void)vsnprintf(to, (size_t)len + 1, format, args);
            va_end(args);
            buffer_grow(buffer, (size_t)len);
        }
    }
}

/* What a byte becomes, or NULL when it stays. */
static const char *json_escape(unsigned char byte, char out_code[static 7])
{
    switch (byte) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        if (byte >= 0x20 && byte != 0x7F) {
            return NULL;
        }
        (void)snprintf(out_code, 7, "\\u%04x", byte);
        return out_code;
    }
}

/* Takes back what a value that did not fit whole had added. */
static void undo_if_full(struct buffer *buffer, size_t before)
{
    if (buffer->full && buffer->data != NULL) {
        buffer->len = before;
        buffer->data[before] = '\0';
    }
}

void buffer_add_json(struct buffer *buffer, const char *text)
{
    const size_t before = buffer->len;
    size_t len = strlen(text);
    const char *from = text; /* start of what goes as it is */

    buffer_add_char(buffer, '"');
    while (len > 0) {
        char code_text[7];
        const char *escape = NULL;
        uint32_t code = 0;
        size_t used = utf8_decode(text, len, &code);

        if (used == 0) {
            escape = "\xEF\xBF\xBD"; /* U+FFFD */
            used = 1;
        } else if (used == 1) {
            escape = json_escape((unsigned char)code, code_text);
        }
        if (escape != NULL) {
            buffer_add(buffer, from, (size_t)(text - from));
            buffer_add_text(buffer, escape);
            from = text + used;
        }
        text += used;
        len -= used;
    }
    buffer_add(buffer, from, (size_t)(text - from));
    buffer_add_char(buffer, '"');
    undo_if_full(buffer, before);
}

void buffer_add_html(struct buffer *buffer, const char *text)
{
    const size_t before = buffer->len;

    for (;;) {
        size_t plain = strcspn(text, "&<>\"'");

        buffer_add(buffer, text, plain);
        text += plain;
        if (*text == '\0') {
            break;
        }
        switch (*text++) {
        case '&':
            buffer_add_text(buffer, "&amp;");
            break;
        case '<':
            buffer_add_text(buffer, "&lt;");
            break;
        case '>':
            buffer_add_text(buffer, "&gt;");
            break;
        case '"':
            buffer_add_text(buffer, "&quot;");
            break;
        default:
            buffer_add_text(buffer, "&#39;");
            break;
        }
    }
    undo_if_full(buffer, before);
}

const char *buffer_text(struct buffer *buffer)
{
    return buffer->data == NULL ? "" : buffer->data;
}

enum prep_status buffer_status(const struct buffer *buffer)
{
    return buffer->full ? PREP_ERR_FULL : PREP_OK;
}
