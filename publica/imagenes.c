#include "imagenes.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/durable_os.h"
#include "objeto.h"

#define NAME_SIZE 96u
#define COPY_SIZE 65536u

struct pendiente { /* compared as bytes: no padding */
    struct hash sha256;
    uint32_t formato;
};
static_assert(sizeof(struct pendiente) == HASH_LEN + sizeof(uint32_t), "padding");

struct imagenes {
    int store; /* -1: none */
    int out;
    pthread_mutex_t mutex;
    struct pendiente *pendientes;
    size_t pendiente_count, nuevas;
    atomic_uint copy; /* names of copies under way */
};

enum prep_status imagenes_open(const char *store, const char *salida,
                               struct imagenes **out_imagenes,
                               struct prep_reason *reason)
{
    struct imagenes *imagenes = calloc(1, sizeof *imagenes);
    char path[4096];
    enum prep_status status;

    if (imagenes == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    (void)pthread_mutex_init(&imagenes->mutex, NULL);
    imagenes->store = -1;
    imagenes->out = -1;
    (void)snprintf(path, sizeof path, "%s/imagenes", salida);
    status = durable_mkdir(path, 0755, reason);
    if (status == PREP_OK) {
        imagenes->out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (imagenes->out < 0) {
            status = durable_os_fail(reason, path, "open", errno);
        }
    }
    if (status == PREP_OK && store != NULL) {
        imagenes->store = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (imagenes->store < 0) {
            status = durable_os_fail(reason, store, "open", errno);
        }
    }
    if (status == PREP_OK) {
        imagenes->pendientes =
            malloc(IMAGENES_PENDIENTES_MAX * sizeof *imagenes->pendientes);
        if (imagenes->pendientes == NULL) {
            status = prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
        }
    }
    if (status != PREP_OK) {
        imagenes_close(&imagenes);
        return status;
    }
    *out_imagenes = imagenes;
    return PREP_OK;
}

void imagenes_close(struct imagenes **imagenes)
{
    struct imagenes *i = *imagenes;

    if (i == NULL) {
        return;
    }
    *imagenes = NULL;
    if (i->store >= 0) {
        (void)close(i->store);
    }
    if (i->out >= 0) {
        (void)close(i->out);
    }
    free(i->pendientes);
    (void)pthread_mutex_destroy(&i->mutex);
    free(i);
}

/* For a store on another file system: copied aside, then linked. 0, or errno. */
static int copy(struct imagenes *imagenes, const char *from, const char *to)
{
    char tmp[NAME_SIZE + 16];
    char bytes[COPY_SIZE];
    int in = openat(imagenes->store, from, O_RDONLY | O_CLOEXEC);
    int error = in < 0 ? errno : 0;
    ssize_t n = 0;
    int out;

    if (in < 0) {
        return error;
    }
    (void)snprintf(tmp, sizeof tmp, ".copia.%ld.%u", (long)getpid(),
                   atomic_fetch_add(&imagenes->copy, 1));
    out = openat(imagenes->out, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    error = out < 0 ? errno : 0;
    while (error == 0 && (n = read(in, bytes, sizeof bytes)) > 0) {
        error = durable_os_write(out, bytes, (size_t)n);
    }
    error = error == 0 && n < 0 ? errno : error;
    error = error == 0 ? durable_os_sync(out) : error;
    if (out >= 0) {
        (void)close(out);
    }
    (void)close(in);
    if (error == 0 && linkat(imagenes->out, tmp, imagenes->out, to, 0) != 0) {
        error = errno;
    }
    (void)unlinkat(imagenes->out, tmp, 0);
    return error;
}

/* 0, or errno: EEXIST when it was there, ENOENT when the store has not got it. */
static int publish(struct imagenes *imagenes, const struct hash *sha256,
                   uint32_t formato)
{
    char hash[HASH_TEXT_SIZE], from[NAME_SIZE], to[NAME_SIZE];
    const char *ext = objeto_formato(formato);
    int error;

    if (ext == NULL) {
        return EEXIST; /* nothing that a reader could open */
    }
    hash_text(sha256, hash);
    (void)snprintf(from, sizeof from, "%.2s/%s.%s", hash, hash, ext);
    (void)snprintf(to, sizeof to, "%s.%s", hash, ext);
    if (linkat(imagenes->store, from, imagenes->out, to, 0) == 0) {
        return 0;
    }
    error = errno;
    if (error == EXDEV || error == EPERM || error == EMLINK) {
        if (faccessat(imagenes->out, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
            return EEXIST;
        }
        error = copy(imagenes, from, to);
    }
    return error;
}

enum prep_status imagenes_publica(struct imagenes *imagenes, const struct hash *sha256,
                                  uint32_t formato, struct prep_reason *reason)
{
    int error;

    if (imagenes->store < 0) {
        return PREP_OK;
    }
    error = publish(imagenes, sha256, formato);
    if (error == EEXIST) {
        return PREP_OK;
    }
    if (error != 0 && error != ENOENT) {
        return durable_os_fail(reason, "imagenes", "link", error);
    }
    (void)pthread_mutex_lock(&imagenes->mutex);
    if (error == 0) {
        imagenes->nuevas++;
    } else if (imagenes->pendiente_count < IMAGENES_PENDIENTES_MAX) {
        imagenes->pendientes[imagenes->pendiente_count++] =
            (struct pendiente){ *sha256, formato };
    }
    (void)pthread_mutex_unlock(&imagenes->mutex);
    return PREP_OK;
}

static int pendiente_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct pendiente));
}

/* A grupo made twice puts its images twice. */
static void unique(struct imagenes *imagenes)
{
    struct pendiente *list = imagenes->pendientes;
    size_t kept = 0;

    qsort(list, imagenes->pendiente_count, sizeof *list, pendiente_compare);
    for (size_t i = 0; i < imagenes->pendiente_count; i++) {
        if (kept == 0 || pendiente_compare(&list[kept - 1], &list[i]) != 0) {
            list[kept++] = list[i];
        }
    }
    imagenes->pendiente_count = kept;
}

enum prep_status imagenes_reintenta(struct imagenes *imagenes,
                                    struct prep_reason *reason)
{
    size_t kept = 0;

    unique(imagenes);
    for (size_t i = 0; i < imagenes->pendiente_count; i++) {
        struct pendiente p = imagenes->pendientes[i];
        int error = publish(imagenes, &p.sha256, p.formato);

        if (error == ENOENT) {
            imagenes->pendientes[kept++] = p;
        } else if (error == 0) {
            imagenes->nuevas++;
        } else if (error != EEXIST) {
            return durable_os_fail(reason, "imagenes", "link", error);
        }
    }
    imagenes->pendiente_count = kept;
    return PREP_OK;
}

void imagenes_count(struct imagenes *imagenes, size_t *out_nuevas,
                    size_t *out_pendientes)
{
    (void)pthread_mutex_lock(&imagenes->mutex);
    unique(imagenes);
    *out_nuevas = imagenes->nuevas;
    *out_pendientes = imagenes->pendiente_count;
    imagenes->nuevas = 0;
    (void)pthread_mutex_unlock(&imagenes->mutex);
}
