/*
 * buffer.h - bytes that grow up to a limit, for text built piece by piece.
 *
 * PURPOSE
 *     Output of JSON, CSV and messages. Appending never fails half way: past the
 *     limit the buffer turns `full`, keeps what it had before that append, and
 *     ignores the rest, so a writer checks once, at the end.
 *
 * OWNERSHIP AND THREADS
 *     buffer_init with a limit, buffer_done to release. buffer_clear keeps the
 *     memory for the next use. data is NUL-terminated when len > 0 or after
 *     buffer_text(). Running out of memory stops the program.
 */
#ifndef PREP_BUFFER_H
#define PREP_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buffer {
    char *data;
    size_t len;
    size_t room;  /* allocated, NUL included */
    size_t limit; /* largest len */
    bool full;    /* an append did not fit */
};

void buffer_init(struct buffer *buffer, size_t limit);
void buffer_done(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);

void buffer_add(struct buffer *buffer, const void *data, size_t len);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_add_uint(struct buffer *buffer, uint64_t value);
void buffer_add_int(struct buffer *buffer, int64_t value);
__attribute__((format(printf, 2, 3))) void buffer_printf(struct buffer *buffer,
                                                         const char *format, ...);
/* A JSON string, quotes included; text must be UTF-8 (invalid bytes become U+FFFD). */
void buffer_add_json(struct buffer *buffer, const char *text);
/* Text for HTML content or a quoted attribute. */
void buffer_add_html(struct buffer *buffer, const char *text);

/*
 * For filling in place, as read(2) does: room for len more bytes, or NULL (and
 * full) when they do not fit. buffer_grow says how many were written.
 */
char *buffer_reserve(struct buffer *buffer, size_t len);
void buffer_grow(struct buffer *buffer, size_t len);

const char *buffer_text(struct buffer *buffer); /* never NULL */

/* PREP_OK, or PREP_ERR_FULL when something did not fit. */
PREP_MUST_CHECK
enum prep_status buffer_status(const struct buffer *buffer);

#endif
