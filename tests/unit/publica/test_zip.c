/* test_zip.c - zips that libarchive reads back, equal for equal contents. */
#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "base/durable.h"
#include "zip.h"

#define BIG (3u * 1024u * 1024u)
static const struct clock_parts date = { 2021, 6, 7, 20, 0, 4 };

static int setup(void **state)
{
    static struct carpeta carpeta;

    carpeta_crea(&carpeta);
    *state = &carpeta;
    return 0;
}

static int teardown(void **state)
{
    carpeta_borra(*state);
    return 0;
}

/* Something that compresses like rows do. */
static char *big_text(void)
{
    char *text = malloc(BIG);
    uint32_t seed = 3;

    for (size_t i = 0; i < BIG; i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = i % 40 == 39 ? '\n' : (char)('0' + (seed >> 28) % 10);
    }
    return text;
}

/* A small file, and a big one in pieces of the given size. */
static void make(const char *path, const char *text, size_t piece,
                 struct hash *out_sha256, uint64_t *out_bytes)
{
    struct zip_entry entry = { .name = "CAMP_GOB_2021.csv", .size = BIG };
    struct prep_reason reason = { "" };
    struct zip *zip = NULL;
    struct buffer packed;

    buffer_init(&packed, 2 * BIG);
    for (size_t at = 0; at < BIG; at += piece) {
        size_t len = BIG - at < piece ? BIG - at : piece;

        assert_int_equal(zip_deflate_piece(text + at, len, &packed, &reason), PREP_OK);
        entry.crc = at == 0 ? zip_crc(text, len)
                            : zip_crc_join(entry.crc, zip_crc(text + at, len), len);
    }
    buffer_add(&packed, ZIP_DEFLATE_END, ZIP_DEFLATE_END_LEN);
    entry.packed = packed.len;
    assert_int_equal(zip_open(path, &date, &zip, &reason), PREP_OK);
    assert_int_equal(zip_file(zip, "LEEME.txt", "Léame\n", 7, &reason), PREP_OK);
    assert_int_equal(zip_entry(zip, &entry, &reason), PREP_OK);
    assert_int_equal(zip_data(zip, packed.data, 1000, &reason), PREP_OK);
    assert_int_equal(zip_data(zip, packed.data + 1000, packed.len - 1000, &reason),
                     PREP_OK);
    assert_int_equal(zip_file(zip, "vacio.csv", "", 0, &reason), PREP_OK);
    assert_int_equal(zip_finish(zip, out_sha256, out_bytes, &reason), PREP_OK);
    zip_close(&zip);
    buffer_done(&packed);
}

static void next_entry(struct archive *archive, const char *name, const char *text,
                       size_t len)
{
    struct archive_entry *entry;
    char *got = malloc(len + 1);

    assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_OK);
    assert_string_equal(archive_entry_pathname_utf8(entry), name);
    assert_int_equal(archive_entry_size(entry), len);
    assert_int_equal(archive_entry_perm(entry), 0644);
    assert_int_equal(archive_read_data(archive, got, len + 1),
                     len); /* checks the CRC */
    assert_memory_equal(got, text, len);
    free(got);
}

static void test_libarchive_reads_it_back(void **state)
{
    const struct carpeta *carpeta = *state;
    struct archive *archive = archive_read_new();
    struct prep_reason reason = { "" };
    struct archive_entry *entry;
    struct hash sha256, check;
    char *text = big_text();
    struct buffer bytes;
    uint64_t size = 0;
    char path[128];

    snprintf(path, sizeof path, "%s/a.zip", carpeta->path);
    make(path, text, 300000, &sha256, &size);
    buffer_init(&bytes, 2 * BIG);
    assert_int_equal(durable_read(path, 2 * BIG, &bytes, &reason), PREP_OK);
    assert_int_equal(bytes.len, size);
    hash_of(bytes.data, bytes.len, &check);
    assert_true(hash_equal(&sha256, &check));
    archive_read_support_format_zip_seekable(archive);
    assert_int_equal(archive_read_open_filename(archive, path, 65536), ARCHIVE_OK);
    next_entry(archive, "LEEME.txt", "Léame\n", 7);
    next_entry(archive, "CAMP_GOB_2021.csv", text, BIG);
    next_entry(archive, "vacio.csv", "", 0);
    assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_EOF);
    archive_read_free(archive);
    buffer_done(&bytes);
    free(text);
}

static void test_equal_contents_are_equal_bytes(void **state)
{
    const struct carpeta *carpeta = *state;
    char *text = big_text();
    struct hash one, two;
    uint64_t size = 0;
    char path[128];

    snprintf(path, sizeof path, "%s/b.zip", carpeta->path);
    make(path, text, 300000, &one, &size);
    snprintf(path, sizeof path, "%s/c.zip", carpeta->path);
    make(path, text, 300000, &two, &size);
    assert_true(hash_equal(&one, &two));
    text[BIG / 2] ^= 1;
    make(path, text, 300000, &two, &size);
    assert_false(hash_equal(&one, &two));
    free(text);
}

static void test_any_pieces_make_one_stream(void **state)
{
    static const size_t pieces[] = { 1, 2, 1000, 32768, 65536, BIG };
    struct prep_reason reason = { "" };
    char *text = big_text();

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t total = pieces[i] < 1000 ? 5000 : BIG;
        uint32_t crc = 0;

        for (size_t at = 0; at < total; at += pieces[i]) {
            size_t len = total - at < pieces[i] ? total - at : pieces[i];

            crc = zip_crc_join(crc, zip_crc(text + at, len), len);
        }
        assert_int_equal(crc, zip_crc(text, total));
    }
    (void)reason;
    free(text);
}

static void test_no_folder_no_file(void **state)
{
    struct prep_reason reason = { "" };
    struct zip *zip = NULL;

    (void)state;
    assert_int_equal(zip_open("/no/hay/a.zip", &date, &zip, &reason), PREP_ERR_IO);
    assert_null(zip);
    assert_non_null(strstr(reason.text, "/no/hay/a.zip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libarchive_reads_it_back),
        cmocka_unit_test(test_equal_contents_are_equal_bytes),
        cmocka_unit_test(test_any_pieces_make_one_stream),
        cmocka_unit_test(test_no_folder_no_file),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
