/*
 * test_image_queue.c - images leave after their events, small ones first, from the byte
 * that the service says, and are done only when it says so. Real files, a service that
 * is a function.
 */
#include "image_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "base/clock.h"
#include "image_format.h"

#define EMISOR 8u

static struct carpeta carpeta;
static struct image_queue *queue;

/* What was sent, and how the line answers it. */
static struct {
    enum prep_status status;
    size_t asks;
    size_t chunks;
    struct hash sha256; /* of the last one */
    uint64_t secuencia, desde;
    size_t len;
} line;

static enum prep_status on_send(void *context, const Prep__Peticion *peticion)
{
    (void)context;
    if (line.status != PREP_OK) {
        return line.status;
    }
    if (peticion->cuerpo_case == PREP__PETICION__CUERPO_IMAGEN) {
        line.asks++;
        memcpy(line.sha256.bytes, peticion->imagen->sha256.data, HASH_LEN);
        line.secuencia = peticion->imagen->secuencia;
        assert_int_equal(peticion->imagen->emisor, EMISOR);
        return PREP_OK;
    }
    assert_int_equal(peticion->cuerpo_case, PREP__PETICION__CUERPO_TROZO);
    assert_int_equal(peticion->trozo->emisor, EMISOR);
    line.chunks++;
    memcpy(line.sha256.bytes, peticion->trozo->sha256.data, HASH_LEN);
    line.secuencia = peticion->trozo->secuencia;
    line.desde = peticion->trozo->desde;
    line.len = peticion->trozo->datos.len;
    line.status = PREP_ERR_FULL; /* one at a time, as a thin line */
    return PREP_OK;
}

static void queue_open(void)
{
    const struct image_queue_options options = { .path = carpeta.path,
                                                 .emisor = EMISOR,
                                                 .send = on_send };

    assert_int_equal(image_queue_open(&queue, &options, NULL), PREP_OK);
    image_queue_on_line(queue, true);
}

static int setup(void **state)
{
    static const char *const names[] = { HOT_FOLDER_SENT, HOT_FOLDER_DONE,
                                         HOT_FOLDER_REFUSED };

    (void)state;
    carpeta_crea(&carpeta);
    for (size_t i = 0; i < 3; i++) {
        char path[128];

        (void)snprintf(path, sizeof path, "%s/%s", carpeta.path, names[i]);
        if (mkdir(path, 0700) != 0) {
            return -1;
        }
    }
    memset(&line, 0, sizeof line);
    queue_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    image_queue_close(&queue);
    carpeta_borra(&carpeta);
    return 0;
}

/* An image of `len` bytes in enviadas/. */
static struct hot_image sent(uint64_t secuencia, size_t len)
{
    struct hot_image image = { .secuencia = secuencia,
                               .format = IMAGE_PNG,
                               .total = len };
    char *bytes = malloc(len);
    char name[HOT_FOLDER_NAME_SIZE];
    char where[240];
    FILE *file;

    memset(bytes, (int)secuencia, len);
    hash_of(bytes, len, &image.sha256);
    hot_folder_name(&image, name);
    (void)snprintf(where, sizeof where, "%s/%s/%s", carpeta.path, HOT_FOLDER_SENT,
                   name);
    file = fopen(where, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    free(bytes);
    return image;
}

static bool is_in(const char *folder, const struct hot_image *image)
{
    char name[HOT_FOLDER_NAME_SIZE];
    char path[240];

    hot_folder_name(image, name);
    (void)snprintf(path, sizeof path, "%s/%s/%s", carpeta.path, folder, name);
    return access(path, F_OK) == 0;
}

static void answer(const struct hot_image *image, uint64_t recibido)
{
    Prep__Avance avance = PREP__AVANCE__INIT;

    avance.sha256.data = (uint8_t *)image->sha256.bytes;
    avance.sha256.len = HASH_LEN;
    avance.recibido = recibido;
    line.status = PREP_OK;
    image_queue_on_avance(queue, &avance);
}

static void acuse(const struct hot_image *image)
{
    ProtobufCBinaryData bytes = { HASH_LEN, (uint8_t *)image->sha256.bytes };
    Prep__Acuse message = PREP__ACUSE__INIT;

    message.n_imagenes = 1;
    message.imagenes = &bytes;
    line.status = PREP_OK;
    image_queue_on_acuse(queue, &message);
}

static void test_nothing_leaves_before_its_event_has_its_acuse(void **state)
{
    const struct hot_image image = sent(5, 100);

    (void)state;
    image_queue_take(queue, &image);
    image_queue_run(queue);
    image_queue_events_acked(queue, 5);
    image_queue_run(queue);
    assert_int_equal(line.chunks + line.asks, 0);
    image_queue_events_acked(queue, 6);
    image_queue_run(queue);
    assert_int_equal(line.chunks, 1);
    assert_int_equal(line.secuencia, 5);
    assert_int_equal(line.len, 100);
    assert_int_equal(image_queue_pending(queue), 1);
    acuse(&image);
    assert_true(is_in(HOT_FOLDER_DONE, &image));
    assert_false(is_in(HOT_FOLDER_SENT, &image));
    assert_int_equal(image_queue_pending(queue), 0);
    assert_int_equal(image_queue_done(queue), 1);
}

static void test_small_ones_leave_first(void **state)
{
    const struct hot_image large = sent(1, 3000);
    const struct hot_image small = sent(2, 10);

    (void)state;
    image_queue_take(queue, &large);
    image_queue_take(queue, &small);
    image_queue_events_acked(queue, 3);
    image_queue_run(queue);
    assert_int_equal(line.secuencia, 2);
}

static void test_a_large_one_goes_on_from_where_the_service_says(void **state)
{
    const size_t total = 5 * IMAGE_QUEUE_CHUNK_START;
    const struct hot_image image = sent(1, total);

    (void)state;
    image_queue_take(queue, &image);
    image_queue_events_acked(queue, 2);
    image_queue_run(queue);
    assert_int_equal(line.asks, 1);
    assert_int_equal(line.chunks, 0);
    answer(&image, 12345);
    image_queue_run(queue);
    assert_int_equal(line.chunks, 1);
    assert_int_equal(line.desde, 12345);
    for (uint64_t held = 12345 + line.len; held < total; held += line.len) {
        answer(&image, held);
        image_queue_run(queue);
        assert_int_equal(line.desde, held);
    }
    assert_false(is_in(HOT_FOLDER_DONE, &image));
    acuse(&image);
    assert_true(is_in(HOT_FOLDER_DONE, &image));
}

static void test_a_restart_finds_what_waits(void **state)
{
    const struct hot_image one = sent(1, 100);
    const struct hot_image two = sent(2, 200);

    (void)state;
    image_queue_close(&queue);
    queue_open();
    assert_int_equal(image_queue_pending(queue), 2);
    image_queue_events_acked(queue, 3);
    image_queue_run(queue);
    acuse(&one);
    image_queue_run(queue);
    acuse(&two);
    assert_true(is_in(HOT_FOLDER_DONE, &one) && is_in(HOT_FOLDER_DONE, &two));
}

static void test_a_line_that_came_back_is_asked_again(void **state)
{
    const struct hot_image image = sent(1, 100);

    (void)state;
    image_queue_take(queue, &image);
    image_queue_events_acked(queue, 2);
    image_queue_run(queue);
    assert_int_equal(line.chunks, 1);
    image_queue_on_line(queue, false);
    line.status = PREP_OK;
    image_queue_run(queue);
    assert_int_equal(line.chunks + line.asks, 1);
    image_queue_on_line(queue, true);
    image_queue_run(queue);
    assert_int_equal(line.asks, 1);
    answer(&image, 0);
    image_queue_run(queue);
    assert_int_equal(line.chunks, 2);
}

static void test_a_busy_service_is_left_alone_and_then_asked_about_one(void **state)
{
    const struct hot_image one = sent(1, 100);
    const struct hot_image two = sent(2, 200);

    (void)state;
    image_queue_take(queue, &one);
    image_queue_take(queue, &two);
    image_queue_events_acked(queue, 3);
    image_queue_run(queue);
    line.status = PREP_OK;
    image_queue_run(queue);
    assert_int_equal(line.chunks, 2);
    image_queue_on_busy(queue);
    line.status = PREP_OK;
    image_queue_run(queue);
    assert_int_equal(line.chunks + line.asks, 2);
    usleep((IMAGE_QUEUE_BUSY_MS + 50) * 1000);
    image_queue_run(queue);
    image_queue_run(queue);
    assert_int_equal(line.asks, 1);
    answer(&one, 0);
    image_queue_run(queue);
    assert_int_equal(line.chunks, 3);
}

static void alter(const struct hot_image *image)
{
    char name[HOT_FOLDER_NAME_SIZE];
    char path[240];
    FILE *file;

    hot_folder_name(image, name);
    (void)snprintf(path, sizeof path, "%s/%s/%s", carpeta.path, HOT_FOLDER_SENT, name);
    file = fopen(path, "r+b");
    assert_non_null(file);
    fputc('!', file);
    fclose(file);
}

static void test_a_file_that_changed_is_set_aside(void **state)
{
    const struct hot_image image = sent(1, 100);

    (void)state;
    image_queue_take(queue, &image);
    image_queue_events_acked(queue, 2);
    image_queue_run(queue);
    answer(&image, 0); /* the service threw it away; the file is the same */
    image_queue_run(queue);
    assert_int_equal(line.chunks, 2);
    alter(&image);
    answer(&image, 0);
    assert_true(is_in(HOT_FOLDER_REFUSED, &image));
    assert_int_equal(image_queue_pending(queue), 0);
}

static void test_a_refusal_makes_it_look_at_its_file(void **state)
{
    const struct hot_image image = sent(1, 100);

    (void)state;
    image_queue_take(queue, &image);
    image_queue_events_acked(queue, 2);
    image_queue_run(queue);
    image_queue_on_refused(queue);
    assert_int_equal(image_queue_pending(queue), 1);
    alter(&image);
    image_queue_on_refused(queue);
    assert_int_equal(image_queue_pending(queue), 0);
    assert_true(is_in(HOT_FOLDER_REFUSED, &image));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_leaves_before_its_event_has_its_acuse),
        TEST(test_small_ones_leave_first),
        TEST(test_a_large_one_goes_on_from_where_the_service_says),
        TEST(test_a_restart_finds_what_waits),
        TEST(test_a_line_that_came_back_is_asked_again),
        TEST(test_a_busy_service_is_left_alone_and_then_asked_about_one),
        TEST(test_a_file_that_changed_is_set_aside),
        TEST(test_a_refusal_makes_it_look_at_its_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
