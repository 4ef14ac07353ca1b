/* test_aside.c - files that wait: applied whole, applied again, or never seen. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "aside.h"
#include "base/durable.h"

#define OBJECT "{\"a\":1}\n"

struct world {
    struct carpeta salida;
    struct taller taller;
    struct prep_reason reason;
};

static int setup(void **state)
{
    static struct world world;

    memset(&world, 0, sizeof world);
    umask(022);
    carpeta_crea(&world.salida);
    assert_int_equal(taller_init(&world.taller, &world.reason), PREP_OK);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    taller_done(&world->taller);
    carpeta_borra(&world->salida);
    return 0;
}

static bool exists(const struct world *world, const char *path)
{
    char full[256];

    snprintf(full, sizeof full, "%s/%s", world->salida.path, path);
    return access(full, F_OK) == 0;
}

static void assert_text(const struct world *world, const char *path, const char *want)
{
    char full[256];
    struct buffer text;

    snprintf(full, sizeof full, "%s/%s", world->salida.path, path);
    buffer_init(&text, 65536);
    assert_int_equal(durable_read(full, 65536, &text, NULL), PREP_OK);
    assert_string_equal(buffer_text(&text), want);
    buffer_done(&text);
}

static void object_name(const char *text, char out_path[static 128])
{
    char name[HASH_TEXT_SIZE];
    struct hash hash;

    hash_of(text, strlen(text), &hash);
    hash_text(&hash, name);
    snprintf(out_path, 128, "o/%s.json", name);
}

/* A corte of one object, one immutable file, a page and the pointers. */
static struct hash make(struct world *world, uint64_t numero, const char *object,
                        const char *base, const char *pointer)
{
    struct aside *aside = NULL;
    struct prep_reason *reason = &world->reason;
    struct hash hash;

    assert_int_equal(aside_open(world->salida.path, &aside, reason), PREP_OK);
    assert_int_equal(aside_object(aside, &world->taller, object, strlen(object),
                                  "datos/GOB/x.json", &hash, reason),
                     PREP_OK);
    assert_int_equal(
        aside_file(aside, ASIDE_IMMUTABLE, "bases/b.zip", base, strlen(base), reason),
        PREP_OK);
    assert_int_equal(aside_text(aside, &world->taller, ASIDE_MUTABLE, "index.html",
                                pointer, strlen(pointer), reason),
                     PREP_OK);
    assert_int_equal(aside_file(aside, ASIDE_POINTER, "corte.json", pointer,
                                strlen(pointer), reason),
                     PREP_OK);
    if (numero != 0) {
        assert_int_equal(aside_seal(aside, numero, &hash, reason), PREP_OK);
    }
    aside_close(&aside);
    assert_null(aside);
    return hash;
}

static void test_nothing_is_seen_until_it_is_applied(void **state)
{
    struct world *world = *state;
    char object[128];
    struct hash hash, sealed;
    uint64_t numero = 0;

    hash = make(world, 7, OBJECT, "zip", "uno");
    object_name(OBJECT, object);
    assert_false(exists(world, object));
    assert_false(exists(world, "corte.json"));
    assert_int_equal(aside_sealed(world->salida.path, &numero, &sealed, &world->reason),
                     PREP_OK);
    assert_int_equal(numero, 7);
    assert_true(hash_equal(&hash, &sealed));
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    assert_text(world, object, OBJECT);
    assert_text(world, "datos/GOB/x.json", OBJECT);
    assert_text(world, "bases/b.zip", "zip");
    assert_text(world, "index.html", "uno");
    assert_text(world, "corte.json", "uno");
    assert_true(exists(world, "datos/GOB/x.json.gz"));
    assert_false(exists(world, ".corte"));
}

static void test_without_its_seal_it_is_not_a_corte(void **state)
{
    struct world *world = *state;
    struct hash hash;
    uint64_t numero = 0;

    (void)make(world, 0, OBJECT, "zip", "uno");
    assert_int_equal(aside_sealed(world->salida.path, &numero, &hash, &world->reason),
                     PREP_ERR_NOT_FOUND);
    assert_int_equal(aside_discard(world->salida.path, &world->reason), PREP_OK);
    assert_false(exists(world, ".corte"));
    assert_int_equal(aside_discard(world->salida.path, &world->reason), PREP_OK);
    assert_int_equal(aside_sealed(world->salida.path, &numero, &hash, &world->reason),
                     PREP_ERR_NOT_FOUND);
}

static void test_a_broken_seal_is_none(void **state)
{
    static const char *const seals[] = {
        "",
        "corte",
        "corte 7",
        "corte 7 ff\n",
        "corte x 0000000000000000000000000000000000000000000000000000000000000000\n",
        "corto 7 0000000000000000000000000000000000000000000000000000000000000000\n"
    };
    struct world *world = *state;

    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++) {
        struct hash hash;
        uint64_t numero = 0;

        (void)make(world, 0, OBJECT, "zip", "uno");
        carpeta_escribe(&world->salida, ".corte/SELLO", seals[i]);
        assert_int_equal(
            aside_sealed(world->salida.path, &numero, &hash, &world->reason),
            PREP_ERR_NOT_FOUND);
        assert_int_equal(numero, 0);
    }
}

/* Killed after any number of moves: what was done is undone by hand, one file at a
 * time, as if it had not happened yet, and applying again ends the same. */
static void test_applying_again_finishes(void **state)
{
    static const char *const moved[] = { "corte.json", "index.html", "bases/b.zip",
                                         "datos/GOB/x.json" };
    struct world *world = *state;

    for (size_t stop = 0; stop <= sizeof moved / sizeof moved[0]; stop++) {
        char command[512], object[128];

        (void)make(world, 7, OBJECT, "zip", "uno");
        snprintf(command, sizeof command, "cp -a %s/.corte %s.copia",
                 world->salida.path, world->salida.path);
        assert_int_equal(system(command), 0);
        assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
        for (size_t i = 0; i < stop; i++) { /* not moved yet */
            snprintf(command, sizeof command, "rm %s/%s", world->salida.path, moved[i]);
            assert_int_equal(system(command), 0);
        }
        snprintf(command, sizeof command, "mv %s.copia %s/.corte", world->salida.path,
                 world->salida.path);
        assert_int_equal(system(command), 0);
        assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
        object_name(OBJECT, object);
        assert_text(world, object, OBJECT);
        assert_text(world, "datos/GOB/x.json", OBJECT);
        assert_text(world, "bases/b.zip", "zip");
        assert_text(world, "corte.json", "uno");
        assert_false(exists(world, ".corte"));
    }
}

static void test_an_immutable_file_never_changes(void **state)
{
    struct world *world = *state;

    (void)make(world, 7, OBJECT, "zip", "uno");
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    (void)make(world, 8, OBJECT, "zip", "dos"); /* the same bytes: welcome */
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    assert_text(world, "corte.json", "dos");
    (void)make(world, 9, OBJECT, "zap", "tres");
    assert_int_equal(aside_apply(world->salida.path, &world->reason),
                     PREP_ERR_CONFLICT);
    assert_non_null(strstr(world->reason.text, "bases/b.zip"));
    assert_text(world, "bases/b.zip", "zip");
    assert_text(world, "corte.json", "dos");
}

static void test_an_address_follows_its_object(void **state)
{
    struct world *world = *state;
    struct stat object_info, address_info;
    char object[128], full[256];

    (void)make(world, 7, OBJECT, "zip", "uno");
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    (void)make(world, 8, "{\"a\":2}\n", "zip", "dos");
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    assert_text(world, "datos/GOB/x.json", "{\"a\":2}\n");
    (void)make(world, 9, OBJECT, "zip", "tres"); /* back to an object that is there */
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_OK);
    assert_text(world, "datos/GOB/x.json", OBJECT);
    object_name(OBJECT, object);
    snprintf(full, sizeof full, "%s/%s", world->salida.path, object);
    assert_int_equal(stat(full, &object_info), 0);
    snprintf(full, sizeof full, "%s/datos/GOB/x.json", world->salida.path);
    assert_int_equal(stat(full, &address_info), 0);
    assert_int_equal(object_info.st_ino, address_info.st_ino);
    assert_int_equal(object_info.st_mode & 0777, 0644);
}

static void test_a_manifest_that_names_what_is_not_there_is_refused(void **state)
{
    struct world *world = *state;
    char command[256];

    (void)make(world, 7, OBJECT, "zip", "uno");
    snprintf(command, sizeof command, "rm %s/.corte/bases/b.zip", world->salida.path);
    assert_int_equal(system(command), 0);
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_ERR_GAP);
    assert_false(exists(world, "corte.json"));
    carpeta_escribe(&world->salida, ".corte/MANIFIESTO", "x y\n");
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_ERR_FORMAT);
    carpeta_escribe(&world->salida, ".corte/MANIFIESTO", "o 1234\n");
    assert_int_equal(aside_apply(world->salida.path, &world->reason), PREP_ERR_FORMAT);
}

static void test_a_refused_corte_is_kept_and_not_applied(void **state)
{
    struct world *world = *state;
    struct hash hash;
    uint64_t numero = 0;

    (void)make(world, 7, OBJECT, "zip", "uno");
    assert_int_equal(aside_keep(world->salida.path, "7-1", &world->reason), PREP_OK);
    assert_text(world, ".rechazados/7-1/bases/b.zip", "zip");
    assert_int_equal(aside_sealed(world->salida.path, &numero, &hash, &world->reason),
                     PREP_ERR_NOT_FOUND);
    assert_false(exists(world, ".rechazados/7-1/SELLO"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_seen_until_it_is_applied),
        TEST(test_without_its_seal_it_is_not_a_corte),
        TEST(test_a_broken_seal_is_none),
        TEST(test_applying_again_finishes),
        TEST(test_an_immutable_file_never_changes),
        TEST(test_an_address_follows_its_object),
        TEST(test_a_manifest_that_names_what_is_not_there_is_refused),
        TEST(test_a_refused_corte_is_kept_and_not_applied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
