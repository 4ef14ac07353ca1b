/*
 * test_image_store.c - an image is whole and right under its name, or is not there.
 */
#include "image_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "image_format.h"

#define IMAGE_BYTES 300000u

static struct carpeta carpeta;
static struct image_store *store;
static unsigned char image[IMAGE_BYTES];

static int setup(void **state)
{
    (void)state;
    carpeta_crea(&carpeta);
    for (size_t i = 0; i < sizeof image; i++) {
        image[i] = (unsigned char)(i * 7 + i / 251);
    }
    return image_store_open(carpeta.path, &store, NULL) == PREP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    image_store_close(&store);
    carpeta_borra(&carpeta);
    return 0;
}

static void reopen(void)
{
    image_store_close(&store);
    assert_int_equal(image_store_open(carpeta.path, &store, NULL), PREP_OK);
}

static void path_of(const struct hash *sha256, bool partial, char out[static 256])
{
    char hex[HASH_TEXT_SIZE];

    hash_text(sha256, hex);
    if (partial) {
        (void)snprintf(out, 256, "%s/parcial/%.2s/%s", carpeta.path, hex, hex);
    } else {
        (void)snprintf(out, 256, "%s/%.2s/%s.png", carpeta.path, hex, hex);
    }
}

static bool exists(const struct hash *sha256, bool partial)
{
    char path[256];

    path_of(sha256, partial, path);
    return access(path, F_OK) == 0;
}

static uint64_t received(const struct hash *sha256, uint64_t total, bool *out_whole)
{
    uint64_t count = 0;

    assert_int_equal(
        image_store_find(store, sha256, IMAGE_PNG, total, out_whole, &count, NULL),
        PREP_OK);
    return count;
}

static enum prep_status settle(const struct hash *sha256, uint64_t total)
{
    struct image_whole whole = { .sha256 = *sha256,
                                 .format = IMAGE_PNG,
                                 .total = total };

    image_store_settle(store, &whole, 1, NULL);
    return whole.result;
}

static void test_pieces_survive_a_restart_and_become_the_image(void **state)
{
    struct hash sha256;
    bool whole = true;

    (void)state;
    hash_of(image, sizeof image, &sha256);
    assert_int_equal(received(&sha256, sizeof image, &whole), 0);
    assert_false(whole);
    for (uint64_t at = 0; at < sizeof image; at += 100000) {
        assert_int_equal(
            image_store_append(store, &sha256, at, image + at, 100000, NULL), PREP_OK);
        reopen();
        assert_int_equal(received(&sha256, sizeof image, &whole), at + 100000);
        assert_false(whole);
    }
    assert_false(exists(&sha256, false));
    assert_int_equal(settle(&sha256, sizeof image), PREP_OK);
    assert_true(exists(&sha256, false));
    assert_false(exists(&sha256, true));
    assert_int_equal(received(&sha256, sizeof image, &whole), sizeof image);
    assert_true(whole);
}

static void test_another_content_is_thrown_away(void **state)
{
    struct hash sha256;
    bool whole;

    (void)state;
    hash_of(image, sizeof image, &sha256);
    assert_int_equal(image_store_append(store, &sha256, 0, image, 1000, NULL), PREP_OK);
    image[2000] ^= 1;
    assert_int_equal(image_store_append(store, &sha256, 1000, image + 1000,
                                        sizeof image - 1000, NULL),
                     PREP_OK);
    image[2000] ^= 1;
    assert_int_equal(settle(&sha256, sizeof image), PREP_ERR_CONFLICT);
    assert_false(exists(&sha256, false));
    assert_false(exists(&sha256, true));
    assert_int_equal(received(&sha256, sizeof image, &whole), 0);
}

static void test_a_length_that_is_not_the_signed_one_is_thrown_away(void **state)
{
    struct hash sha256;

    (void)state;
    hash_of(image, 1000, &sha256);
    assert_int_equal(image_store_append(store, &sha256, 0, image, 1000, NULL), PREP_OK);
    assert_int_equal(settle(&sha256, 1001), PREP_ERR_CONFLICT);
    assert_false(exists(&sha256, false));
}

static void test_a_file_that_rotted_is_asked_for_again(void **state)
{
    struct hash sha256;
    char path[256];
    bool whole = true;
    int fd;

    (void)state;
    hash_of(image, 1000, &sha256);
    assert_int_equal(image_store_append(store, &sha256, 0, image, 1000, NULL), PREP_OK);
    assert_int_equal(settle(&sha256, 1000), PREP_OK);
    path_of(&sha256, false, path);
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "x", 1, 500), 1);
    close(fd);
    assert_int_equal(received(&sha256, 1000, &whole), 0);
    assert_false(whole);
    assert_int_equal(image_store_append(store, &sha256, 0, image, 1000, NULL), PREP_OK);
    assert_int_equal(settle(&sha256, 1000), PREP_OK);
    (void)received(&sha256, 1000, &whole);
    assert_true(whole);
}

static void test_what_came_in_one_piece_is_named_without_reading_it_again(void **state)
{
    struct image_whole wholes[2] = {
        { .format = IMAGE_PNG, .total = 1000, .checked = true },
        { .format = IMAGE_PNG, .total = 1000, .checked = true },
    };
    bool whole = false;

    (void)state;
    hash_of(image, 1000, &wholes[0].sha256);
    hash_of(image + 1, 1000, &wholes[1].sha256); /* said to be there, and is not */
    assert_int_equal(image_store_append(store, &wholes[0].sha256, 0, image, 1000, NULL),
                     PREP_OK);
    image_store_settle(store, wholes, 1, NULL);
    assert_int_equal(wholes[0].result, PREP_OK);
    assert_int_equal(received(&wholes[0].sha256, 1000, &whole), 1000);
    assert_true(whole);
    assert_false(exists(&wholes[0].sha256, true));
    image_store_settle(store, wholes + 1, 1, NULL);
    assert_int_equal(wholes[1].result, PREP_ERR_IO);
    assert_false(exists(&wholes[1].sha256, false));
}

static void test_many_are_settled_at_once_each_with_its_result(void **state)
{
    static struct image_whole wholes[IMAGE_STORE_SETTLE_MAX];

    (void)state;
    for (size_t i = 0; i < IMAGE_STORE_SETTLE_MAX; i++) {
        hash_of(image + i, 1000, &wholes[i].sha256);
        wholes[i].format = IMAGE_PNG;
        wholes[i].total = 1000;
        assert_int_equal(image_store_append(store, &wholes[i].sha256, 0,
                                            image + i + (i % 10 == 3), 1000, NULL),
                         PREP_OK);
    }
    image_store_settle(store, wholes, IMAGE_STORE_SETTLE_MAX, NULL);
    for (size_t i = 0; i < IMAGE_STORE_SETTLE_MAX; i++) {
        assert_int_equal(wholes[i].result, i % 10 == 3 ? PREP_ERR_CONFLICT : PREP_OK);
        assert_int_equal(exists(&wholes[i].sha256, false), i % 10 != 3);
    }
}

/* A limit of file size stands for a full disk: both fail the write half way. */
static void test_what_does_not_fit_leaves_what_was_held(void **state)
{
    const struct rlimit small = { 150000, RLIM_INFINITY };
    struct rlimit before;
    struct hash sha256;
    bool whole;

    (void)state;
    hash_of(image, sizeof image, &sha256);
    assert_int_equal(image_store_append(store, &sha256, 0, image, 100000, NULL),
                     PREP_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_not_equal(
        image_store_append(store, &sha256, 100000, image + 100000, 200000, NULL),
        PREP_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(received(&sha256, sizeof image, &whole), 100000);
    assert_int_equal(
        image_store_append(store, &sha256, 100000, image + 100000, 200000, NULL),
        PREP_OK);
    assert_int_equal(settle(&sha256, sizeof image), PREP_OK);
}

static void test_a_root_that_is_not_there_is_refused(void **state)
{
    struct image_store *other = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    assert_int_equal(image_store_open("/nonexistent/x", &other, &reason),
                     PREP_ERR_CONFIG);
    assert_null(other);
    assert_non_null(strstr(reason.text, "/nonexistent/x"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pieces_survive_a_restart_and_become_the_image),
        TEST(test_another_content_is_thrown_away),
        TEST(test_a_length_that_is_not_the_signed_one_is_thrown_away),
        TEST(test_a_file_that_rotted_is_asked_for_again),
        TEST(test_what_came_in_one_piece_is_named_without_reading_it_again),
        TEST(test_many_are_settled_at_once_each_with_its_result),
        TEST(test_what_does_not_fit_leaves_what_was_held),
        TEST(test_a_root_that_is_not_there_is_refused),
    };

    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
