/*
 * test_hot_folder.c - from a file in a folder to one signed event, once, or to a
 * refusal with its motive. Real folder, real spool.
 */
#include "hot_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "../prep/mundo_prueba.h"
#include "image_format.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ACTAS 500u
#define BYTES_MAX 5000u
#define PNG "\x89PNG\r\n\x1a\n"

static const char *const texts[] = { "UNO", "DOS" };
static const struct definicion definicion = {
    .modo = MODO_OFICIAL,
    .documentos = { COUNT_OF(texts), texts },
    .origenes = { COUNT_OF(texts), texts },
    .digitalizaciones = { COUNT_OF(texts), texts },
};

static struct mundo mundo;
static struct carpeta carpeta;
static struct emitter emitter;
static struct spool *spool;
static struct digitaliza_rules rules;
static struct hot_folder *folder;
static struct hot_image taken[100];
static size_t taken_count;

static void on_taken(void *context, const struct hot_image *image)
{
    (void)context;
    taken[taken_count++] = *image;
}

static int setup(void **state)
{
    char path[128];
    struct hot_folder_options options = {
        .path = carpeta.path,
        .rules = &rules,
        .defaults = { .origen = 2, .digitalizacion = 1, .documento = 1 },
        .taken = on_taken,
    };

    (void)state;
    mundo_open(&mundo, NULL);
    carpeta_crea(&carpeta);
    mundo_file(&mundo, "cola.sqlite", path, sizeof path);
    mundo_emitter(&mundo, M_CATD_IMAGE, &emitter);
    rules = (struct digitaliza_rules){ .definicion = &definicion,
                                       .catalogo_count = ACTAS,
                                       .image_bytes_max = BYTES_MAX,
                                       .topology = mundo.topology,
                                       .self = mundo.process[M_CATD_IMAGE] };
    taken_count = 0;
    if (spool_open(path, &emitter, &spool, NULL) != PREP_OK) {
        return -1;
    }
    options.spool = spool;
    return hot_folder_open(&folder, &options, NULL) == PREP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    hot_folder_close(&folder);
    spool_close(&spool);
    carpeta_borra(&carpeta);
    mundo_close(&mundo);
    return 0;
}

static void put(const char *name, const void *bytes, size_t len)
{
    char aside[200], path[200];
    FILE *file;

    (void)snprintf(aside, sizeof aside, "%s/.aparte", carpeta.path);
    (void)snprintf(path, sizeof path, "%s/%s", carpeta.path, name);
    file = fopen(aside, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(aside, path), 0);
}

static void put_image(const char *name, const char *tail)
{
    char bytes[200];
    int len = snprintf(bytes, sizeof bytes, PNG "%s", tail);

    put(name, bytes, (size_t)len);
}

static bool exists(const char *where, const char *name)
{
    char path[300];

    (void)snprintf(path, sizeof path, "%s/%s%s", carpeta.path, where, name);
    return access(path, F_OK) == 0;
}

static uint64_t events(void)
{
    uint64_t pending, first, total;

    assert_int_equal(spool_count(spool, &pending, &first, &total, NULL), PREP_OK);
    return total;
}

struct last {
    uint64_t acta;
    Prep__Event__CuerpoCase body;
    uint32_t origen;
};

static enum prep_status visit_last(const struct spool_event *stored, void *context)
{
    struct last *last = context;
    struct envelope envelope;

    assert_int_equal(envelope_open_trusted(mundo.topology, stored->envelope,
                                           stored->envelope_len, &envelope, NULL),
                     PREP_OK);
    last->acta = envelope.event->acta;
    last->body = envelope.event->cuerpo_case;
    last->origen =
        last->body == PREP__EVENT__CUERPO_IMAGEN ? envelope.event->imagen->origen : 0;
    envelope_close(&envelope);
    return PREP_OK;
}

static struct last event_at(uint64_t secuencia)
{
    struct last last = { 0 };

    assert_int_equal(spool_read(spool, secuencia, 1, visit_last, &last, NULL), PREP_OK);
    return last;
}

static void test_an_image_becomes_one_event_and_waits_in_enviadas(void **state)
{
    char name[HOT_FOLDER_NAME_SIZE];

    (void)state;
    put("foto.json", "{\"acta\":12,\"origen\":1}", 22);
    put_image("foto.png", "doce");
    put_image("13-segunda.jpg", "trece"); /* a PNG, whatever it is called */
    assert_true(hot_folder_on_readable(folder));
    assert_int_equal(events(), 2);
    assert_int_equal(taken_count, 2);
    assert_int_equal(event_at(1).acta, 12);
    assert_int_equal(event_at(1).origen, 1);
    assert_int_equal(event_at(2).acta, 13);
    assert_int_equal(event_at(2).origen, 2);
    for (size_t i = 0; i < 2; i++) {
        hot_folder_name(&taken[i], name);
        assert_true(exists("enviadas/", name));
        assert_int_equal(taken[i].format, IMAGE_PNG);
    }
    assert_false(exists("", "foto.png"));
    assert_false(exists("", "foto.json"));
    assert_false(exists("", "13-segunda.jpg"));
}

static void test_who_died_before_moving_the_file_signs_nothing_again(void **state)
{
    (void)state;
    put_image("12.png", "doce");
    assert_true(hot_folder_on_readable(folder));
    put_image("12-otra-vez.png", "doce");
    assert_true(hot_folder_on_readable(folder));
    assert_int_equal(events(), 1);
    assert_int_equal(taken_count, 2);
    assert_int_equal(taken[0].secuencia, taken[1].secuencia);
}

static void test_one_image_for_two_actas_is_kept_and_reported(void **state)
{
    (void)state;
    put_image("12.png", "igual");
    put_image("13.png", "igual"); /* in the same batch */
    assert_true(hot_folder_on_readable(folder));
    assert_int_equal(events(), 3);
    assert_int_equal(event_at(3).body, PREP__EVENT__CUERPO_INCIDENCIA);
    assert_int_equal(event_at(3).acta, 13);
    put_image("14.png", "igual"); /* and later */
    assert_true(hot_folder_on_readable(folder));
    assert_int_equal(events(), 5);
    assert_int_equal(event_at(5).acta, 14);
    put_image("13-de-nuevo.png", "igual"); /* reported once */
    assert_true(hot_folder_on_readable(folder));
    assert_int_equal(events(), 5);
    assert_int_equal(taken_count, 4);
    assert_int_equal(taken[1].secuencia, taken[3].secuencia);
}

struct refused {
    const char *name;
    const char *bytes;
    const char *sidecar;
    const char *want; /* in the motive */
};

static const struct refused refused[] = {
    { "12.png", "GIF89a", NULL, "primeros bytes" },
    { "12.png", "", NULL, "mide 0" },
    { "foto.png", PNG, NULL, "número de acta" },
    { "501.png", PNG, NULL, "acta: 501" },
    { "4503655460175873.png", PNG, NULL, "acta" }, /* fuera, of nobody */
    { "12.png", PNG, "{\"acta\":", "JSON" },
    { "12.png", PNG, "{\"acta\":501}", "acta: 501" },
    { "12.png", PNG, "{\"acta\":12,\"origen\":3}", "origen: 3" },
    { "12.png", PNG, "{\"acta\":12,\"hora_ms\":1}", "oficial" },
};

static void test_what_cannot_be_used_is_set_aside_with_its_motive(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const struct refused *row = &refused[i];
        char path[300], motive[600] = "";
        FILE *file;

        print_message("  %s: %s\n", row->name, row->want);
        if (row->sidecar != NULL) {
            put("12.json", row->sidecar, strlen(row->sidecar));
        }
        put(row->name, row->bytes, strlen(row->bytes));
        assert_false(hot_folder_on_readable(folder));
        assert_false(exists("", row->name));
        assert_false(exists("", "12.json"));
        assert_true(exists("rechazadas/", row->name));
        (void)snprintf(path, sizeof path, "%s/rechazadas/%s.motivo", carpeta.path,
                       row->name);
        file = fopen(path, "rb");
        assert_non_null(file);
        assert_true(fread(motive, 1, sizeof motive - 1, file) > 0);
        fclose(file);
        assert_non_null(strstr(motive, row->want));
    }
    assert_int_equal(events(), 0);
    assert_int_equal(taken_count, 0);
}

static void test_too_large_and_not_regular_are_set_aside(void **state)
{
    static char large[BYTES_MAX + 1] = PNG;
    char path[200], to[200];

    (void)state;
    put("12.png", large, sizeof large);
    assert_false(hot_folder_on_readable(folder));
    assert_true(exists("rechazadas/", "12.png"));
    (void)snprintf(path, sizeof path, "%s/.lazo", carpeta.path);
    put_image(".de-otro", "una imagen buena, en otra parte");
    assert_int_equal(symlink(".de-otro", path), 0);
    (void)snprintf(to, sizeof to, "%s/13.png", carpeta.path);
    assert_int_equal(rename(path, to), 0);
    assert_false(hot_folder_on_readable(folder));
    assert_int_equal(access(to, F_OK), -1);
    assert_int_equal(events(), 0);
}

static void test_other_files_are_left_alone(void **state)
{
    (void)state;
    put("notas.txt", "hola", 4);
    put_image(".12.png", "a medias");
    put("12.json", "{\"acta\":12}", 11);
    assert_false(hot_folder_on_readable(folder));
    assert_true(exists("", "notas.txt"));
    assert_true(exists("", ".12.png"));
    assert_true(exists("", "12.json"));
    assert_int_equal(events(), 0);
}

static void test_a_scan_takes_only_what_is_settled(void **state)
{
    bool more = true;

    (void)state;
    put_image("12.png", "doce");
    assert_false(hot_folder_scan(folder, &more));
    assert_false(more);
    assert_true(exists("", "12.png"));
    usleep((HOT_FOLDER_SETTLED_MS + 100) * 1000);
    assert_true(hot_folder_scan(folder, &more));
    assert_int_equal(events(), 1);
    assert_false(hot_folder_on_readable(folder)); /* what inotify says came late */
    assert_int_equal(events(), 1);
    assert_int_equal(taken_count, 1);
}

static void test_more_than_a_batch_is_taken_in_several(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= HOT_FOLDER_BATCH_MAX + 20; i++) {
        char name[20], tail[20];

        (void)snprintf(name, sizeof name, "%u.png", i);
        (void)snprintf(tail, sizeof tail, "%u", i);
        put_image(name, tail);
    }
    while (hot_folder_on_readable(folder)) {
    }
    assert_int_equal(events(), HOT_FOLDER_BATCH_MAX + 20);
    assert_int_equal(taken_count, HOT_FOLDER_BATCH_MAX + 20);
}

static void test_names_of_enviadas_read_back(void **state)
{
    static const char *const wrong[] = {
        "",
        "1-.png",
        "0-a80d4905eff2a6c40f55f28f62b6ee912e5fb80d7b59ebe23717dceaaffc4c0e.png",
        "1-a80d4905eff2a6c40f55f28f62b6ee912e5fb80d7b59ebe23717dceaaffc4c0.png",
        "1-a80d4905eff2a6c40f55f28f62b6ee912e5fb80d7b59ebe23717dceaaffc4c0e.json",
        "1-a80d4905eff2a6c40f55f28f62b6ee912e5fb80d7b59ebe23717dceaaffc4c0e",
        "99999999999999999999999-a80d4905eff2a6c40f55f28f62b6ee912e5fb80d7b59ebe23717dc"
        "eaaffc4c0e.png",
    };
    const struct hot_image image = { .secuencia = 18446744073709551615u,
                                     .sha256 = { { 1, 2, 3 } },
                                     .format = IMAGE_WEBP };
    struct hot_image back = { 0 };
    char name[HOT_FOLDER_NAME_SIZE];

    (void)state;
    hot_folder_name(&image, name);
    assert_true(hot_folder_name_parse(name, &back));
    assert_true(back.secuencia == image.secuencia && back.format == image.format);
    assert_true(hash_equal(&back.sha256, &image.sha256));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_false(hot_folder_name_parse(wrong[i], &back));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_an_image_becomes_one_event_and_waits_in_enviadas),
        TEST(test_who_died_before_moving_the_file_signs_nothing_again),
        TEST(test_one_image_for_two_actas_is_kept_and_reported),
        TEST(test_what_cannot_be_used_is_set_aside_with_its_motive),
        TEST(test_too_large_and_not_regular_are_set_aside),
        TEST(test_other_files_are_left_alone),
        TEST(test_a_scan_takes_only_what_is_settled),
        TEST(test_more_than_a_batch_is_taken_in_several),
        cmocka_unit_test(test_names_of_enviadas_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
