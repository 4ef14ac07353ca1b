/*
 * test_spool.c - after PREP_OK it is on disk; after anything else it is not, and the
 * chain goes on from what the file says.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "mundo_prueba.h"
#include "prep/acta_id.h"
#include "prep/spool.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct mundo mundo;
static char spool_path[160];

/* ---- SQLite's way to the disk, counted and broken at will (the linker takes these
 * before the C library's) */

static unsigned syncs, sync_failures;

static int sync_try(int fd, long call)
{
    syncs++;
    if (sync_failures > 0) {
        sync_failures--;
        errno = EIO;
        return -1;
    }
    return (int)syscall(call, fd);
}

int fdatasync(int fd)
{
    return sync_try(fd, SYS_fdatasync);
}

int fsync(int fd)
{
    return sync_try(fd, SYS_fsync);
}

static int setup(void **state)
{
    (void)state;
    mundo_open(&mundo, NULL);
    mundo_file(&mundo, "cola.sqlite", spool_path, sizeof spool_path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

/* ---- one event at a time */

struct note {
    Prep__Event event;
    Prep__Acopio acopio;
    struct spool_item item;
};

static void note_make(struct note *note, uint64_t acta, const char *clave)
{
    memset(note, 0, sizeof *note);
    mundo_acopio(&note->event, &note->acopio, acta);
    note->item.event = &note->event;
    note->item.clave = clave;
}

static enum prep_status append(struct spool *spool, uint64_t acta, const char *clave,
                               struct spool_item *out_item)
{
    struct note note;
    enum prep_status status;

    note_make(&note, acta, clave);
    status = spool_append(spool, &note.item, 1, NULL);
    if (out_item != NULL) {
        *out_item = note.item;
    }
    return status;
}

static struct spool *reopen(struct emitter *emitter)
{
    struct prep_reason reason = { "" };
    struct spool *spool = NULL;

    mundo_emitter(&mundo, M_CATD, emitter);
    if (spool_open(spool_path, emitter, &spool, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    return spool;
}

static void counts(struct spool *spool, uint64_t pending, uint64_t first,
                   uint64_t total)
{
    uint64_t p, f, t;

    assert_int_equal(spool_count(spool, &p, &f, &t, NULL), PREP_OK);
    assert_int_equal(p, pending);
    assert_int_equal(f, first);
    assert_int_equal(t, total);
}

/* Reads everything back: a whole chain, each envelope good. */
struct reading {
    uint64_t next;
    struct hash previous;
    size_t count;
};

static enum prep_status read_one(const struct spool_event *event, void *context)
{
    struct reading *reading = context;
    struct envelope envelope;

    assert_int_equal(event->secuencia, reading->next);
    assert_int_equal(envelope_open(mundo.topology, MUNDO_PROCESO, false,
                                   event->envelope, event->envelope_len, &envelope,
                                   NULL, NULL),
                     PREP_OK);
    assert_int_equal(envelope.event->secuencia, event->secuencia);
    assert_true(hash_equal(&envelope.hash, &event->hash));
    assert_memory_equal(envelope.event->anterior.data, reading->previous.bytes,
                        HASH_LEN);
    reading->previous = event->hash;
    reading->next++;
    reading->count++;
    envelope_close(&envelope);
    return PREP_OK;
}

static size_t chain_read(struct spool *spool)
{
    struct reading reading = { .next = 1 };

    assert_int_equal(spool_read(spool, 1, SIZE_MAX >> 1, read_one, &reading, NULL),
                     PREP_OK);
    return reading.count;
}

static void test_what_was_stored_is_there_after_reopening(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct hash last;
    struct stat info;

    (void)state;
    counts(spool, 0, 0, 0);
    for (uint64_t i = 1; i <= 10; i++) {
        struct spool_item item;

        assert_int_equal(append(spool, i, NULL, &item), PREP_OK);
        assert_int_equal(item.secuencia, i);
        assert_false(item.repetido);
    }
    last = emitter.anterior;
    counts(spool, 10, 1, 10);
    spool_close(&spool);
    assert_int_equal(stat(spool_path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);

    spool = reopen(&emitter);
    assert_int_equal(emitter.secuencia, 10);
    assert_true(hash_equal(&emitter.anterior, &last));
    counts(spool, 10, 1, 10);
    assert_int_equal(append(spool, 11, NULL, NULL), PREP_OK);
    assert_int_equal(chain_read(spool), 11);
    spool_close(&spool);
    spool_close(&spool);
}

static void test_same_clave_is_stored_once(void **state)
{
    struct note notes[3];
    struct spool_item items[3], again;
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);

    (void)state;
    note_make(&notes[0], 1, "a");
    note_make(&notes[1], 2, "b");
    note_make(&notes[2], 1, "a"); /* in the same batch */
    for (size_t i = 0; i < 3; i++) {
        items[i] = notes[i].item;
    }
    assert_int_equal(spool_append(spool, items, 3, NULL), PREP_OK);
    assert_int_equal(items[2].secuencia, 1);
    assert_true(items[2].repetido);
    assert_true(hash_equal(&items[0].hash, &items[2].hash));
    counts(spool, 2, 1, 2);

    /* other bytes under the same clave: the first stands, after reopening too */
    spool_close(&spool);
    spool = reopen(&emitter);
    assert_int_equal(append(spool, 99, "b", &again), PREP_OK);
    assert_true(again.repetido);
    assert_int_equal(again.secuencia, 2);
    assert_true(hash_equal(&again.hash, &items[1].hash));
    counts(spool, 2, 1, 2);
    assert_int_equal(emitter.secuencia, 2);
    assert_int_equal(chain_read(spool), 2);

    struct hash hash;
    uint64_t secuencia;
    bool acked;

    assert_int_equal(spool_find(spool, "b", &secuencia, &hash, &acked, NULL), PREP_OK);
    assert_int_equal(secuencia, 2);
    assert_false(acked);
    assert_int_equal(spool_find(spool, "c", &secuencia, &hash, &acked, NULL),
                     PREP_ERR_NOT_FOUND);
    spool_close(&spool);
}

static void test_one_bad_event_stores_none_of_its_batch(void **state)
{
    struct note notes[3];
    struct spool_item items[3];
    struct prep_reason reason = { "" };
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct hash before;

    (void)state;
    assert_int_equal(append(spool, 1, NULL, NULL), PREP_OK);
    before = emitter.anterior;
    for (int bad = 0; bad < 7; bad++) {
        static char clave[SPOOL_CLAVE_MAX + 2];
        static char adjunto[SPOOL_ADJUNTO_MAX + 1];

        note_make(&notes[0], 10, "x");
        note_make(&notes[1], 11, "y");
        note_make(&notes[2], 12, NULL);
        memset(clave, 'k', SPOOL_CLAVE_MAX + 1);
        switch (bad) {
        case 0:
            notes[2].event.acta = 0;
            break;
        case 1:
            notes[2].event.hora_ms = 0; /* official mode */
            break;
        case 2:
            notes[2].acopio.mecanismo = 1000;
            break;
        case 3:
            notes[2].event.cuerpo_case = PREP__EVENT__CUERPO__NOT_SET;
            break;
        case 4:
            notes[2].item.clave = clave;
            break;
        case 5:
            notes[2].item.adjunto = adjunto;
            notes[2].item.adjunto_len = sizeof adjunto;
            break;
        default:
            notes[2].event.acta = acta_id_fuera(M_CATD_OTHER + 1, 1);
            break;
        }
        for (size_t i = 0; i < 3; i++) {
            items[i] = notes[i].item;
        }
        assert_int_equal(spool_append(spool, items, 3, &reason), PREP_ERR_RANGE);
        assert_true(reason.text[0] != '\0');
        counts(spool, 1, 1, 1);
        assert_int_equal(emitter.secuencia, 1);
        assert_true(hash_equal(&emitter.anterior, &before));
    }
    assert_int_equal(append(spool, 10, "x", NULL), PREP_OK);
    assert_int_equal(chain_read(spool), 2);
    spool_close(&spool);
}

static void test_id_outside_the_catalogue_comes_from_the_sequence(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct note note;

    (void)state;
    assert_int_equal(append(spool, 1, NULL, NULL), PREP_OK);
    note_make(&note, ACTA_ID_FUERA, "sobre-9");
    assert_int_equal(spool_append(spool, &note.item, 1, NULL), PREP_OK);
    assert_int_equal(note.event.acta, acta_id_fuera(M_CATD + 1, 2));
    assert_int_equal(chain_read(spool), 2);
    spool_close(&spool);
}

static enum prep_status see_attachment(const struct spool_event *event, void *context)
{
    unsigned *seen = context;

    if (event->secuencia == 1) {
        assert_int_equal(event->adjunto_len, 5);
        assert_memory_equal(event->adjunto, "a\0b\nc", 5);
    } else {
        assert_int_equal(event->adjunto_len, 0);
    }
    (*seen)++;
    return *seen == 2 ? PREP_ERR_STATE : PREP_OK; /* and a visit can stop */
}

static void test_attachment_comes_back_with_its_event(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct note note;
    unsigned seen = 0;

    (void)state;
    note_make(&note, 1, NULL);
    note.item.adjunto = "a\0b\nc";
    note.item.adjunto_len = 5;
    assert_int_equal(spool_append(spool, &note.item, 1, NULL), PREP_OK);
    assert_int_equal(append(spool, 2, NULL, NULL), PREP_OK);
    assert_int_equal(append(spool, 3, NULL, NULL), PREP_OK);
    assert_int_equal(spool_pending(spool, 1, 10, see_attachment, &seen, NULL),
                     PREP_ERR_STATE);
    assert_int_equal(seen, 2);
    spool_close(&spool);
}

/* ---- acuses */

static enum prep_status ack(struct spool *spool, uint32_t emisor,
                            const uint64_t *secuencias, const struct hash *hashes,
                            size_t count, const struct hash *image)
{
    Prep__AcuseEvento eventos[16];
    Prep__AcuseEvento *list[16];
    Prep__Acuse acuse = PREP__ACUSE__INIT;
    ProtobufCBinaryData imagen;
    struct prep_reason reason;

    for (size_t i = 0; i < count; i++) {
        prep__acuse_evento__init(&eventos[i]);
        eventos[i].secuencia = secuencias[i];
        eventos[i].posicion = 100 + secuencias[i];
        eventos[i].hash =
            (ProtobufCBinaryData){ HASH_LEN, (uint8_t *)(uintptr_t)hashes[i].bytes };
        list[i] = &eventos[i];
    }
    acuse.servicio = M_ACOPIO + 1;
    acuse.emisor = emisor;
    acuse.n_eventos = count;
    acuse.eventos = list;
    if (image != NULL) {
        imagen = (ProtobufCBinaryData){ HASH_LEN, (uint8_t *)(uintptr_t)image->bytes };
        acuse.n_imagenes = 1;
        acuse.imagenes = &imagen;
    }
    return spool_acuse(spool, &acuse, "bytes", 5, &reason);
}

static enum prep_status count_visit(const struct spool_event *event, void *context)
{
    uint64_t *sum = context;

    *sum = *sum * 10 + event->secuencia;
    return PREP_OK;
}

static uint64_t pending_digits(struct spool *spool, uint64_t desde, size_t max)
{
    uint64_t sum = 0;

    assert_int_equal(spool_pending(spool, desde, max, count_visit, &sum, NULL),
                     PREP_OK);
    return sum;
}

static void test_acked_events_are_not_pending_any_more(void **state)
{
    struct spool_item items[6];
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct hash image = { { 5 } };
    bool acked = true;

    (void)state;
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(append(spool, i, NULL, &items[i]), PREP_OK);
    }
    assert_int_equal(pending_digits(spool, 1, 9), 12345);
    assert_int_equal(pending_digits(spool, 3, 2), 34);
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1, 3 },
                         (struct hash[]){ items[1].hash, items[3].hash }, 2, NULL),
                     PREP_OK);
    counts(spool, 3, 2, 5);
    assert_int_equal(pending_digits(spool, 1, 9), 245);
    /* again, and one more: only what is new counts */
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1, 2 },
                         (struct hash[]){ items[1].hash, items[2].hash }, 2, NULL),
                     PREP_OK);
    counts(spool, 2, 4, 5);
    assert_int_equal(spool_image_acked(spool, &image, &acked, NULL), PREP_OK);
    assert_false(acked);
    assert_int_equal(ack(spool, M_CATD + 1, NULL, NULL, 0, &image), PREP_OK);
    spool_close(&spool);
    spool = reopen(&emitter);
    counts(spool, 2, 4, 5);
    assert_int_equal(spool_image_acked(spool, &image, &acked, NULL), PREP_OK);
    assert_true(acked);
    assert_int_equal(chain_read(spool), 5);
    spool_close(&spool);
}

static void test_acuse_that_does_not_match_changes_nothing(void **state)
{
    struct spool_item items[3];
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    const struct hash other = { { 1, 2, 3 } };

    (void)state;
    assert_int_equal(append(spool, 1, NULL, &items[1]), PREP_OK);
    assert_int_equal(append(spool, 2, NULL, &items[2]), PREP_OK);
    /* the good half of an acuse is not taken either */
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1, 2 },
                         (struct hash[]){ items[1].hash, other }, 2, NULL),
                     PREP_ERR_CONFLICT);
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1, 3 },
                         (struct hash[]){ items[1].hash, items[2].hash }, 2, NULL),
                     PREP_ERR_CONFLICT);
    assert_int_equal(ack(spool, M_CATD_OTHER + 1, (uint64_t[]){ 1 },
                         (struct hash[]){ items[1].hash }, 1, NULL),
                     PREP_ERR_CONFLICT);
    counts(spool, 2, 1, 2);
    /* acknowledged once under its name, another name for it is refused as well */
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1 }, &items[1].hash, 1, NULL),
                     PREP_OK);
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1 }, &other, 1, NULL),
                     PREP_ERR_CONFLICT);
    counts(spool, 1, 2, 2);
    spool_close(&spool);
}

/* ---- whose file it is */

static enum prep_status open_as(enum mundo_process who, const char *proceso,
                                bool simulacro)
{
    struct prep_reason reason = { "" };
    struct spool *spool = NULL;
    struct emitter emitter;
    enum prep_status status;

    emitter_init(&emitter, mundo.keys[who], mundo.process[who], proceso, simulacro);
    status = spool_open(spool_path, &emitter, &spool, &reason);
    if (status != PREP_OK) {
        assert_null(spool);
        assert_non_null(strstr(reason.text, "cola.sqlite"));
    }
    spool_close(&spool);
    return status;
}

static void test_file_of_another_owner_is_refused(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct topology_process renumbered = *mundo.process[M_CATD];

    (void)state;
    assert_int_equal(append(spool, 1, NULL, NULL), PREP_OK);
    spool_close(&spool);
    assert_int_equal(open_as(M_CATD_OTHER, MUNDO_PROCESO, false), PREP_ERR_CONFLICT);
    assert_int_equal(open_as(M_CATD, "OTRO-2027", false), PREP_ERR_CONFLICT);
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, true), PREP_ERR_CONFLICT);
    /* the same number with a new key would fork its own chain */
    memcpy(renumbered.key_id, mundo.process[M_CATD_OTHER]->key_id, KEY_ID_LEN);
    emitter_init(&emitter, mundo.keys[M_CATD_OTHER], &renumbered, MUNDO_PROCESO, false);
    assert_int_equal(spool_open(spool_path, &emitter, &spool, NULL), PREP_ERR_CONFLICT);
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_OK);
}

static void test_only_one_process_holds_the_file(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    int exit_status = -1;
    pid_t child;

    (void)state;
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_ERR_UNAVAILABLE);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct spool *other = NULL;
        struct emitter its;

        mundo_emitter(&mundo, M_CATD, &its);
        _exit(spool_open(spool_path, &its, &other, NULL) == PREP_ERR_UNAVAILABLE ? 0
                                                                                 : 1);
    }
    assert_int_equal(waitpid(child, &exit_status, 0), child);
    assert_int_equal(exit_status, 0);
    assert_int_equal(append(spool, 1, NULL, NULL), PREP_OK);
    spool_close(&spool);
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_OK);
}

static void test_what_is_not_a_spool_is_refused_and_left_alone(void **state)
{
    struct stat before, after;
    sqlite3 *db = NULL;
    FILE *file = fopen(spool_path, "w");

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 1000; i++) {
        fprintf(file, "acta %d\n", i);
    }
    fclose(file);
    assert_int_equal(stat(spool_path, &before), 0);
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_ERR_IO);
    assert_int_equal(stat(spool_path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(unlink(spool_path), 0);

    assert_int_equal(sqlite3_open(spool_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE ajena (a)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_ERR_CONFLICT);
}

static void sql(const char *text)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(spool_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_newer_or_incomplete_files_are_refused(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);

    (void)state;
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(append(spool, i, NULL, NULL), PREP_OK);
    }
    spool_close(&spool);
    sql("PRAGMA user_version = 2");
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_ERR_CONFLICT);
    sql("PRAGMA user_version = 1; DELETE FROM evento WHERE secuencia = 2");
    assert_int_equal(open_as(M_CATD, MUNDO_PROCESO, false), PREP_ERR_IO);
}

/* ---- crashes */

/* A child appends until it is killed, saying on a pipe what it was told is stored. */
static void child_append(int out)
{
    struct emitter emitter;
    struct spool *spool = NULL;

    mundo_emitter(&mundo, M_CATD, &emitter);
    if (spool_open(spool_path, &emitter, &spool, NULL) != PREP_OK) {
        _exit(2);
    }
    for (;;) {
        struct note notes[3];
        struct spool_item items[3];

        for (size_t i = 0; i < 3; i++) {
            note_make(&notes[i], emitter.secuencia + i + 1, NULL);
            items[i] = notes[i].item;
        }
        if (spool_append(spool, items, 3, NULL) != PREP_OK) {
            _exit(3);
        }
        if (write(out, &items[2].secuencia, sizeof items[2].secuencia) !=
            sizeof items[2].secuencia) {
            _exit(4);
        }
    }
}

static void test_killed_worker_loses_nothing_it_was_told_is_stored(void **state)
{
    uint64_t acknowledged = 0;

    (void)state;
    for (unsigned round = 0; round < 25; round++) {
        struct emitter emitter;
        struct spool *spool;
        char log_path[176];
        struct stat info;
        uint64_t said;
        bool in_log;
        int ends[2];
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            child_append(ends[1]);
        }
        close(ends[1]);
        (void)usleep(5000 + round * 1777 % 20000); /* any instant, opening included */
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &said, sizeof said) == sizeof said) {
            acknowledged = said;
        }
        close(ends[0]);
        /* what the log holds may not be on disk yet, and is about to be sent */
        (void)snprintf(log_path, sizeof log_path, "%s-wal", spool_path);
        in_log = stat(log_path, &info) == 0 && info.st_size > 0;
        syncs = 0;
        spool = reopen(&emitter);
        assert_true(!in_log || syncs > 0);
        assert_true(emitter.secuencia >= acknowledged);
        assert_true(emitter.secuencia % 3 == 0); /* a batch is whole or absent */
        assert_int_equal(chain_read(spool), emitter.secuencia);
        counts(spool, emitter.secuencia, emitter.secuencia > 0, emitter.secuencia);
        spool_close(&spool);
    }
    assert_true(acknowledged > 0);
}

/* ---- a disk that fails */

static void test_nothing_is_answered_before_it_is_synced(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct note notes[50];
    struct spool_item items[50];

    (void)state;
    for (unsigned round = 1; round <= 3; round++) {
        for (size_t i = 0; i < 50; i++) {
            note_make(&notes[i], i + 1, NULL);
            items[i] = notes[i].item;
        }
        syncs = 0;
        assert_int_equal(spool_append(spool, items, 50, NULL), PREP_OK);
        assert_in_range(syncs, 1, 3); /* per batch, not per event */
    }
    syncs = 0;
    assert_int_equal(ack(spool, M_CATD + 1, (uint64_t[]){ 1 },
                         (struct hash[]){ items[0].hash }, 1, NULL),
                     PREP_ERR_CONFLICT); /* of 101, not of 1 */
    assert_int_equal(
        ack(spool, M_CATD + 1, (uint64_t[]){ 101 }, &items[0].hash, 1, NULL), PREP_OK);
    assert_in_range(syncs, 1, 3);
    spool_close(&spool);
}

/* A failed commit may be there or not; what is said afterwards is what the file has. */
static void test_outcome_of_a_failed_commit_is_what_the_file_says(void **state)
{
    unsigned stored = 0, not_stored = 0;
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);

    (void)state;
    for (unsigned failures = 1; failures <= 8; failures++) {
        const uint64_t before = emitter.secuencia;
        struct spool_item item;
        enum prep_status status;
        char clave[16];

        (void)snprintf(clave, sizeof clave, "c%u", failures);
        sync_failures = failures;
        status = append(spool, failures, clave, &item);
        sync_failures = 0;
        assert_int_equal(emitter.secuencia, before + (status == PREP_OK));
        if (status == PREP_OK) {
            stored++;
            assert_false(item.repetido);
        } else {
            not_stored++;
        }
        /* asked again, as the terminal does: there once, whatever was said */
        assert_int_equal(append(spool, failures, clave, &item), PREP_OK);
        assert_int_equal(item.secuencia, before + 1);
        counts(spool, before + 1, 1, before + 1);
        assert_int_equal(chain_read(spool), before + 1);
    }
    assert_true(stored > 0);
    assert_true(not_stored > 0);
    spool_close(&spool);
    spool = reopen(&emitter);
    assert_int_equal(chain_read(spool), 8);
    spool_close(&spool);
}

static void test_disk_that_does_not_sync_acknowledges_nothing(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    struct spool_item item;
    uint64_t p, f, t;

    (void)state;
    assert_int_equal(append(spool, 1, "a", NULL), PREP_OK);
    sync_failures = UINT32_MAX;
    for (int i = 0; i < 5; i++) {
        assert_int_not_equal(append(spool, 2, "b", NULL), PREP_OK);
        assert_int_equal(emitter.secuencia, 1);
        assert_int_not_equal(spool_value_set(spool, "x", 1, NULL), PREP_OK);
        /* and what is in doubt is not shown to anybody who would send it */
        assert_int_not_equal(spool_count(spool, &p, &f, &t, NULL), PREP_OK);
    }
    sync_failures = 0; /* cured */
    assert_int_equal(append(spool, 2, "b", &item), PREP_OK);
    assert_int_equal(item.secuencia, 2);
    counts(spool, 2, 1, 2);
    assert_int_equal(chain_read(spool), 2);
    spool_close(&spool);
}

/* ---- no room: a small disk of our own, really full */

static void fill_until_full(struct spool *spool, struct emitter *emitter,
                            uint64_t *out_stored)
{
    static char adjunto[30000];
    enum prep_status status = PREP_OK;
    struct prep_reason reason = { "" };

    memset(adjunto, 'a', sizeof adjunto);
    while (status == PREP_OK && emitter->secuencia < 1000) {
        struct note note;

        note_make(&note, emitter->secuencia + 1, NULL);
        note.item.adjunto = adjunto;
        note.item.adjunto_len = sizeof adjunto;
        status = spool_append(spool, &note.item, 1, &reason);
    }
    assert_int_equal(status, PREP_ERR_FULL);
    assert_non_null(strstr(reason.text, "espacio"));
    *out_stored = emitter->secuencia;
}

static void in_small_disk(const char *folder)
{
    struct emitter emitter;
    struct spool *spool;
    uint64_t stored, more;
    struct spool_item item;
    char ballast[160];
    FILE *file;

    (void)snprintf(spool_path, sizeof spool_path, "%s/cola.sqlite", folder);
    (void)snprintf(ballast, sizeof ballast, "%s/lastre", folder);
    file = fopen(ballast, "w");
    assert_non_null(file);
    for (int i = 0; i < 300000; i++) {
        fputc('x', file);
    }
    fclose(file);
    spool = reopen(&emitter);
    fill_until_full(spool, &emitter, &stored);
    assert_true(stored > 0);
    /* refusing goes on, nothing is corrupted, nothing is half there */
    for (int i = 0; i < 5; i++) {
        static char adjunto[30000];
        struct note note;

        note_make(&note, 1, "llena");
        note.item.adjunto = adjunto;
        note.item.adjunto_len = sizeof adjunto;
        assert_int_equal(spool_append(spool, &note.item, 1, NULL), PREP_ERR_FULL);
        assert_int_equal(emitter.secuencia, stored);
    }
    counts(spool, stored, 1, stored);
    /* cured: it goes on by itself */
    assert_int_equal(unlink(ballast), 0);
    assert_int_equal(append(spool, 1, "llena", &item), PREP_OK);
    assert_false(item.repetido);
    assert_int_equal(item.secuencia, stored + 1);
    fill_until_full(spool, &emitter, &more);
    assert_true(more > stored);
    spool_close(&spool);
    spool = reopen(&emitter);
    assert_int_equal(emitter.secuencia, more);
    assert_int_equal(chain_read(spool), more);
    spool_close(&spool);
}

/* Seen by this process only, and gone with it. */
static bool small_disk_mount(const char *folder)
{
    return (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0;
}

static void test_full_disk_refuses_and_recovers(void **state)
{
    char folder[128];

    (void)state;
    mundo_file(&mundo, "disco", folder, sizeof folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    if (small_disk_mount(folder)) {
        in_small_disk(folder);
        assert_int_equal(umount2(folder, MNT_DETACH), 0);
    } else {
        print_message("no disk of our own here: not tried\n");
    }
    assert_int_equal(rmdir(folder), 0);
}

static void test_values_are_kept(void **state)
{
    struct emitter emitter;
    struct spool *spool = reopen(&emitter);
    uint64_t value = 0;

    (void)state;
    assert_int_equal(spool_value_get(spool, "marca", &value, NULL), PREP_ERR_NOT_FOUND);
    assert_int_equal(spool_value_set(spool, "marca", 7, NULL), PREP_OK);
    assert_int_equal(spool_value_set(spool, "marca", INT64_MAX, NULL), PREP_OK);
    assert_int_equal(spool_value_set(spool, "otra", 0, NULL), PREP_OK);
    spool_close(&spool);
    spool = reopen(&emitter);
    assert_int_equal(spool_value_get(spool, "marca", &value, NULL), PREP_OK);
    assert_int_equal(value, INT64_MAX);
    assert_int_equal(spool_value_get(spool, "otra", &value, NULL), PREP_OK);
    assert_int_equal(value, 0);
    spool_close(&spool);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_stored_is_there_after_reopening),
        TEST(test_same_clave_is_stored_once),
        TEST(test_one_bad_event_stores_none_of_its_batch),
        TEST(test_id_outside_the_catalogue_comes_from_the_sequence),
        TEST(test_attachment_comes_back_with_its_event),
        TEST(test_acked_events_are_not_pending_any_more),
        TEST(test_acuse_that_does_not_match_changes_nothing),
        TEST(test_file_of_another_owner_is_refused),
        TEST(test_only_one_process_holds_the_file),
        TEST(test_what_is_not_a_spool_is_refused_and_left_alone),
        TEST(test_newer_or_incomplete_files_are_refused),
        TEST(test_killed_worker_loses_nothing_it_was_told_is_stored),
        TEST(test_nothing_is_answered_before_it_is_synced),
        TEST(test_outcome_of_a_failed_commit_is_what_the_file_says),
        TEST(test_disk_that_does_not_sync_acknowledges_nothing),
        TEST(test_values_are_kept),
        TEST(
            test_full_disk_refuses_and_recovers), /* last: it changes what is mounted */
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
