/*
 * test_csv.c - rows as they were written, and each broken one with its line.
 *
 * METHOD
 *     A table of texts and the rows wanted, written with '/' between fields and ';'
 *     between rows; a broken row is "!line". Then properties over many texts.
 */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/durable.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* All the rows of a reader, in the form of the tables. */
static void read_all(struct csv_reader *reader, struct buffer *out)
{
    for (;;) {
        struct prep_reason reason = { "" };
        struct csv_row row = { 0 };
        bool end = false;
        enum prep_status status = csv_next(reader, &row, &end, &reason);

        if (end) {
            return;
        }
        if (status != PREP_OK) {
            const char *line = strchr(reason.text, ':');

            assert_true(status == PREP_ERR_FORMAT || status == PREP_ERR_RANGE);
            assert_non_null(line);
            buffer_printf(out, "!%ld;", strtol(line + 1, NULL, 10));
            continue;
        }
        assert_int_equal(row.blank, row.count == 1 && row.fields[0][0] == '\0');
        buffer_printf(out, "%zu:", row.line);
        for (size_t i = 0; i < row.count; i++) {
            buffer_printf(out, "%s%s", i == 0 ? "" : "/", row.fields[i]);
        }
        buffer_add_char(out, ';');
    }
}

static void assert_reads(const char *data, size_t len, bool quotes, const char *want)
{
    struct csv_reader *reader = csv_open_memory("x.csv", data, len, ',', quotes);
    struct buffer rows;

    buffer_init(&rows, 1u << 20);
    read_all(reader, &rows);
    assert_string_equal(buffer_text(&rows), want);
    buffer_done(&rows);
    csv_close(&reader);
    assert_null(reader);
    csv_close(&reader);
}

#define BYTES(text) (text), sizeof(text) - 1

static void test_rows_and_lines(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *want;
    } rows[] = {
        { BYTES(""), "" },
        { BYTES("a"), "1:a;" },
        { BYTES("a\n"), "1:a;" },
        { BYTES("a,b\nc,d\n"), "1:a/b;2:c/d;" },
        { BYTES("a,b\r\nc,d\r\n"), "1:a/b;2:c/d;" },
        { BYTES("a,b\rc,d\r"), "1:a/b;2:c/d;" },
        { BYTES("a\n\nb\n"), "1:a;2:;3:b;" },
        { BYTES("a\n\r\nb"), "1:a;2:;3:b;" },
        { BYTES(","), "1:/;" },
        { BYTES("a,,b,\n"), "1:a//b/;" },
        { BYTES("\"a\",\"b\"\n"), "1:a/b;" },
        { BYTES("\"a,b\",c\n"), "1:a,b/c;" },
        { BYTES("\"di \"\"no\"\"\"\n"), "1:di \"no\";" },
        { BYTES("\"\"\n"), "1:;" },
        { BYTES("\"\"\"\"\n"), "1:\";" },
        { BYTES("\"a\nb\"\nc\n"), "1:a\nb;3:c;" },
        { BYTES("\"a\r\nb\",c\nd\n"), "1:a\r\nb/c;3:d;" },
        { BYTES("a \"b\" c\n"), "1:a \"b\" c;" },
        { BYTES("\"a\"b,c\nd\n"), "!1;2:d;" },
        { BYTES("x\n\"a\" ,c\nd\n"), "1:x;!2;3:d;" },
        { BYTES("x\n\"a,c\nd\n"), "1:x;!2;" },
        { BYTES("\""), "!1;" },
        { BYTES("a\0b,c\nd\n"), "!1;2:d;" },
        { BYTES("\"a\0b\",c\nd\n"), "!1;2:d;" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("  %s\n", rows[i].want);
        assert_reads(rows[i].text, rows[i].len, true, rows[i].want);
    }
}

static void test_without_quotes_a_quote_is_a_byte(void **state)
{
    (void)state;
    assert_reads(BYTES("\"a,b\"\n\"\n"), false, "1:\"a/b\";2:\";");
}

static void test_a_row_has_bounds(void **state)
{
    const size_t room = (size_t)CSV_ROW_MAX + 100;
    char *text = malloc(room);

    (void)state;
    assert_non_null(text);
    memset(text, ',', CSV_FIELDS_MAX); /* one field more than it may have */
    text[CSV_FIELDS_MAX] = '\n';
    text[CSV_FIELDS_MAX + 1] = 'b';
    assert_reads(text, CSV_FIELDS_MAX + 2, true, "!1;2:b;");
    memset(text, 'a', room);
    text[room - 2] = '\n';
    text[room - 1] = 'b';
    assert_reads(text, room, true, "!1;2:b;");
    text[0] = '"';
    assert_reads(text, room, true, "!1;2:b;");
    free(text);
}

/* Every place where a chunk of the file may end, and every kind of end of line. */
static void test_a_file_reads_as_memory_does(void **state)
{
    static const char *const pieces[] = { "a,b\r\n", "\"x\r\ny\",\"\"\"\"\n", "\r",
                                          "c\n", ",,\r\n" };
    char folder[] = "/tmp/prep-test-csv.XXXXXX";
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/x.csv", folder);
    for (size_t shift = 0; shift < 24; shift++) {
        struct csv_reader *reader = NULL;
        struct buffer text, from_file, from_memory;
        struct hash want, got;

        buffer_init(&text, 1u << 20);
        buffer_init(&from_file, 1u << 21);
        buffer_init(&from_memory, 1u << 21);
        buffer_printf(&text, "%0*d\n", (int)shift + 1, 0);
        for (size_t i = 0; text.len < 140000; i++) {
            buffer_add_text(&text, pieces[i % COUNT_OF(pieces)]);
        }
        assert_int_equal(durable_replace(path, text.data, text.len, 0600, NULL),
                         PREP_OK);
        assert_int_equal(csv_open(path, ',', true, &reader, NULL), PREP_OK);
        read_all(reader, &from_file);
        csv_sha256(reader, &got);
        hash_of(text.data, text.len, &want);
        assert_true(hash_equal(&want, &got));
        csv_close(&reader);
        reader = csv_open_memory("x", text.data, text.len, ',', true);
        read_all(reader, &from_memory);
        csv_close(&reader);
        assert_true(strcmp(buffer_text(&from_file), buffer_text(&from_memory)) == 0);
        assert_int_equal(buffer_status(&from_file), PREP_OK);
        buffer_done(&text);
        buffer_done(&from_file);
        buffer_done(&from_memory);
    }
    (void)unlink(path);
    (void)rmdir(folder);
}

static void test_what_is_added_reads_back(void **state)
{
    static const char letters[] = "a,\"\n\r|";

    (void)state;
    /* Every text of four of those letters, as the middle of three fields. */
    for (unsigned n = 0; n < 6 * 6 * 6 * 6; n++) {
        const char field[5] = { letters[n % 6], letters[n / 6 % 6], letters[n / 36 % 6],
                                letters[n / 216], '\0' };
        struct csv_reader *reader;
        struct csv_row row = { 0 };
        struct buffer text;
        bool end = false;

        buffer_init(&text, 100);
        csv_add(&text, "x", ',');
        buffer_add_char(&text, ',');
        csv_add(&text, field, ',');
        buffer_add_char(&text, ',');
        csv_add(&text, "", ',');
        buffer_add_text(&text, "\r\n");
        reader = csv_open_memory("x", text.data, text.len, ',', true);
        assert_int_equal(csv_next(reader, &row, &end, NULL), PREP_OK);
        assert_false(end);
        assert_int_equal(row.count, 3);
        assert_string_equal(row.fields[1], field);
        assert_int_equal(csv_next(reader, &row, &end, NULL), PREP_OK);
        assert_true(end);
        csv_close(&reader);
        buffer_done(&text);
    }
}

static void test_no_file(void **state)
{
    struct csv_reader *reader = NULL;

    (void)state;
    assert_int_equal(csv_open("/no/hay.csv", ',', true, &reader, NULL),
                     PREP_ERR_NOT_FOUND);
    assert_null(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_lines),
        cmocka_unit_test(test_without_quotes_a_quote_is_a_byte),
        cmocka_unit_test(test_a_row_has_bounds),
        cmocka_unit_test(test_a_file_reads_as_memory_does),
        cmocka_unit_test(test_what_is_added_reads_back),
        cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
