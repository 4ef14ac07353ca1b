/*
 * csv.h - rows of a delimited text file, one at a time, within fixed bounds.
 *
 * PURPOSE
 *     Reads RFC 4180 text from a file or from memory: fields between delimiters,
 *     quotes doubled inside quotes, rows ended by LF, CRLF or a lone CR. A row that
 *     breaks the form or the bounds below is an error with its line, never a guess.
 *     csv_add() writes a field so that csv_next() reads it back.
 *
 * BOUNDS
 *     CSV_ROW_MAX bytes in a row, CSV_FIELDS_MAX fields. Memory is that of one row.
 *
 * ERRORS
 *     PREP_ERR_FORMAT  with "file:line: what; cure"; a reader can go on: the next
 *                      call starts at the next end of line
 *     PREP_ERR_RANGE   past a bound; likewise
 *     PREP_ERR_IO, PREP_ERR_NOT_FOUND
 *
 * OWNERSHIP AND THREADS
 *     A reader belongs to one thread. Fields are valid until the next call.
 */
#ifndef PREP_CSV_H
#define PREP_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/status.h"

#define CSV_ROW_MAX (256u * 1024u)
#define CSV_FIELDS_MAX 512u

struct csv_reader; /* opaque */

struct csv_row {
    size_t count;
    const char *const *fields; /* NUL-terminated; NULs inside are refused */
    size_t line;               /* from 1, where the row starts */
    bool blank;                /* nothing at all between two ends of line */
};

/* delimiter: ',', '|', ';' or tab. quotes false: a quote is an ordinary byte. */
PREP_MUST_CHECK
enum prep_status csv_open(const char *path, char delimiter, bool quotes,
                          struct csv_reader **out_reader, struct prep_reason *reason);
/* Reads the caller's bytes, which must outlive the reader; name is for messages. */
struct csv_reader *csv_open_memory(const char *name, const void *data, size_t len,
                                   char delimiter, bool quotes);
/* out_end true: no more rows, and out_row was not written. */
PREP_MUST_CHECK
enum prep_status csv_next(struct csv_reader *reader, struct csv_row *out_row,
                          bool *out_end, struct prep_reason *reason);
/* SHA-256 of all that was read; meaningful once csv_next() said out_end. */
void csv_sha256(struct csv_reader *reader, struct hash *out_sha256);
void csv_close(struct csv_reader **reader);

/* Appends one field, quoted only when it needs to be. Delimiters are the caller's. */
void csv_add(struct buffer *buffer, const char *text, char delimiter);

#endif
