#include "base/csv.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error_text.h"

#define CHUNK_BYTES (64u * 1024u)
#define END_OF_TEXT (-1)

struct csv_reader {
    char *name;
    FILE *file; /* NULL when reading memory */
    const unsigned char *data;
    size_t len, at;
    bool eof;
    unsigned char *chunk;
    char delimiter;
    bool quotes;
    size_t line; /* of the next byte */
    struct hash_stream *hash;
    char *row; /* fields of the current row, each with its NUL */
    size_t row_len;
    size_t starts[CSV_FIELDS_MAX];
    const char *fields[CSV_FIELDS_MAX];
};

static void *must_alloc(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL) {
        abort(); /* Bounded and at start-up: nothing sensible is left to do. */
    }
    return memory;
}

static struct csv_reader *reader_new(const char *name, char delimiter, bool quotes)
{
    struct csv_reader *reader = must_alloc(sizeof *reader);

    reader->name = strdup(name);
    reader->row = must_alloc(CSV_ROW_MAX + 1);
    reader->hash = hash_stream_new();
    reader->delimiter = delimiter;
    reader->quotes = quotes;
    reader->line = 1;
    return reader;
}

enum prep_status csv_open(const char *path, char delimiter, bool quotes,
                          struct csv_reader **out_reader, struct prep_reason *reason)
{
    FILE *file = fopen(path, "rbe");

    if (file == NULL) {
        return prep_fail(reason, errno == ENOENT ? PREP_ERR_NOT_FOUND : PREP_ERR_IO,
                         "%s: no se puede abrir: %s", path, error_text(errno));
    }
    *out_reader = reader_new(path, delimiter, quotes);
    (*out_reader)->file = file;
    (*out_reader)->chunk = must_alloc(CHUNK_BYTES);
    return PREP_OK;
}

struct csv_reader *csv_open_memory(const char *name, const void *data, size_t len,
                                   char delimiter, bool quotes)
{
    struct csv_reader *reader = reader_new(name, delimiter, quotes);

    reader->data = data;
    reader->len = len;
    hash_stream_add(reader->hash, data, len);
    return reader;
}

void csv_close(struct csv_reader **reader)
{
    if (*reader == NULL) {
        return;
    }
    if ((*reader)->file != NULL) {
        (void)fclose((*reader)->file);
    }
    hash_stream_free(&(*reader)->hash);
    free((*reader)->chunk);
    free((*reader)->row);
    free((*reader)->name);
    free(*reader);
    *reader = NULL;
}

void csv_sha256(struct csv_reader *reader, struct hash *out_sha256)
{
    hash_stream_end(reader->hash, out_sha256);
}

static int peek(struct csv_reader *reader)
{
    if (reader->at < reader->len) {
        return reader->data[reader->at];
    }
    if (reader->file == NULL || reader->eof) {
        return END_OF_TEXT;
    }
    reader->len = fread(reader->chunk, 1, CHUNK_BYTES, reader->file);
    reader->data = reader->chunk;
    reader->at = 0;
    if (reader->len == 0) {
        reader->eof = true;
        return END_OF_TEXT;
    }
    hash_stream_add(reader->hash, reader->data, reader->len);
    return reader->data[0];
}

static int take(struct csv_reader *reader)
{
    int c = peek(reader);

    if (c != END_OF_TEXT) {
        reader->at++;
        /* A lone CR ends a line; that of a CRLF leaves it to its LF. */
        if (c == '\n' || (c == '\r' && peek(reader) != '\n')) {
            reader->line++;
        }
    }
    return c;
}

static bool is_end_of_line(int c)
{
    return c == '\n' || c == '\r' || c == END_OF_TEXT;
}

/* Takes LF, CRLF or CR; nothing at the end of the text. */
static void take_end_of_line(struct csv_reader *reader)
{
    if (take(reader) == '\r' && peek(reader) == '\n') {
        (void)take(reader);
    }
}

static void skip_line(struct csv_reader *reader)
{
    while (!is_end_of_line(peek(reader))) {
        (void)take(reader);
    }
    take_end_of_line(reader);
}

static enum prep_status row_put(struct csv_reader *reader, int c,
                                struct prep_reason *reason)
{
    if (c == '\0') {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "%s:%zu: hay un byte nulo; el archivo debe ser texto",
                         reader->name, reader->line);
    }
    if (reader->row_len >= CSV_ROW_MAX - CSV_FIELDS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s:%zu: el renglón pasa de %u bytes; revise las comillas",
                         reader->name, reader->line, CSV_ROW_MAX);
    }
    reader->row[reader->row_len++] = (char)c;
    return PREP_OK;
}

static enum prep_status take_quoted(struct csv_reader *reader, size_t first_line,
                                    struct prep_reason *reason)
{
    (void)take(reader);
    for (;;) {
        int c = take(reader);
        enum prep_status status;

        if (c == END_OF_TEXT) {
            return prep_fail(reason, PREP_ERR_FORMAT,
                             "%s:%zu: unas comillas no se cierran; ciérrelas",
                             reader->name, first_line);
        }
        if (c == '"' && peek(reader) != '"') {
            break;
        }
        if (c == '"') {
            (void)take(reader);
        }
        status = row_put(reader, c, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    if (!is_end_of_line(peek(reader)) && peek(reader) != reader->delimiter) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "%s:%zu: hay texto después de unas comillas; dóblelas",
                         reader->name, reader->line);
    }
    return PREP_OK;
}

static enum prep_status take_field(struct csv_reader *reader, size_t first_line,
                                   struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    if (reader->quotes && peek(reader) == '"') {
        status = take_quoted(reader, first_line, reason);
    } else {
        while (status == PREP_OK && !is_end_of_line(peek(reader)) &&
               peek(reader) != reader->delimiter) {
            status = row_put(reader, take(reader), reason);
        }
    }
    reader->row[reader->row_len++] = '\0'; /* row_put leaves room for every NUL */
    return status;
}

static enum prep_status take_row(struct csv_reader *reader, size_t first_line,
                                 size_t *out_count, struct prep_reason *reason)
{
    size_t count = 0;

    for (;;) {
        enum prep_status status;

        if (count == CSV_FIELDS_MAX) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "%s:%zu: el renglón tiene más de %u campos", reader->name,
                             first_line, CSV_FIELDS_MAX);
        }
        reader->starts[count++] = reader->row_len;
        status = take_field(reader, first_line, reason);
        if (status != PREP_OK) {
            return status;
        }
        if (peek(reader) != reader->delimiter) {
            *out_count = count;
            return PREP_OK;
        }
        (void)take(reader);
    }
}

enum prep_status csv_next(struct csv_reader *reader, struct csv_row *out_row,
                          bool *out_end, struct prep_reason *reason)
{
    const size_t first_line = reader->line;
    size_t count = 0;
    enum prep_status status;

    *out_end = peek(reader) == END_OF_TEXT;
    if (*out_end) {
        if (reader->file != NULL && ferror(reader->file)) {
            return prep_fail(reason, PREP_ERR_IO, "%s: no se pudo leer: %s",
                             reader->name, error_text(errno));
        }
        return PREP_OK;
    }
    reader->row_len = 0;
    status = take_row(reader, first_line, &count, reason);
    if (status != PREP_OK) {
        skip_line(reader);
        return status;
    }
    take_end_of_line(reader);
    for (size_t i = 0; i < count; i++) {
        reader->fields[i] = reader->row + reader->starts[i];
    }
    *out_row = (struct csv_row){
        .count = count,
        .fields = reader->fields,
        .line = first_line,
        .blank = count == 1 && reader->fields[0][0] == '\0',
    };
    return PREP_OK;
}

void csv_add(struct buffer *buffer, const char *text, char delimiter)
{
    const char special[] = { delimiter, '"', '\n', '\r', '\0' };

    if (strpbrk(text, special) == NULL) {
        buffer_add_text(buffer, text);
        return;
    }
    buffer_add_char(buffer, '"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            buffer_add_char(buffer, '"');
        }
        buffer_add_char(buffer, *at);
    }
    buffer_add_char(buffer, '"');
}
