#include "simulacro/archivos.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error_text.h"
#include "simulacro/almacen.h"

static enum prep_status take_bytes(struct archivos *archivos, const char *ruta,
                                   char *data, size_t len, unsigned depth,
                                   struct prep_reason *reason);

const char *ruta_nombre(const char *ruta)
{
    const char *slash = strrchr(ruta, '/');

    return slash == NULL ? ruta : slash + 1;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), ending_len = strlen(ending);

    return len >= ending_len && strcasecmp(text + len - ending_len, ending) == 0;
}

static bool starts_with(const char *data, size_t len, const char *magic,
                        size_t magic_len)
{
    return len >= magic_len && memcmp(data, magic, magic_len) == 0;
}

/* zip, gzip, bzip2, xz and 7z, by their first bytes. */
static bool is_archive(const char *data, size_t len)
{
    return starts_with(data, len, "PK\x03\x04", 4) ||
           starts_with(data, len, "\x1f\x8b", 2) || starts_with(data, len, "BZh", 3) ||
           starts_with(data, len, "\xfd\x37zXZ", 5) ||
           starts_with(data, len, "7z\xbc\xaf", 4);
}

static bool is_text_name(const char *ruta)
{
    const char *name = ruta_nombre(ruta);

    return name[0] != '.' && (ends_with(name, ".csv") || ends_with(name, ".txt"));
}

static enum prep_status bound(const struct archivos *archivos, const char *ruta,
                              size_t len, struct prep_reason *reason)
{
    if (len > ARCHIVO_BYTES_MAX || archivos->bytes + len > ARCHIVOS_BYTES_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: es demasiado grande; una base no pasa de %u MB", ruta,
                         ARCHIVO_BYTES_MAX / 1024 / 1024);
    }
    if (archivos->count >= ARCHIVOS_COUNT_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: hay más de %u archivos; dé la carpeta de una sola base",
                         ruta, ARCHIVOS_COUNT_MAX);
    }
    return PREP_OK;
}

/* Reads one entry whole, never past the bound, whatever its header says. */
static enum prep_status entry_read(struct archive *archive, struct archivos *archivos,
                                   const char *ruta, char **out_data, size_t *out_len,
                                   struct prep_reason *reason)
{
    size_t room = 64 * 1024, len = 0;
    char *data = malloc(room);

    for (;;) {
        enum prep_status status;
        la_ssize_t got;

        if (data == NULL) {
            return prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", ruta);
        }
        got = archive_read_data(archive, data + len, room - len);
        if (got < 0) {
            status = prep_fail(reason, PREP_ERR_FORMAT,
                               "%s: dañado o incompleto; obténgalo de nuevo (%s)", ruta,
                               archive_error_string(archive));
            free(data);
            return status;
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
        status = bound(archivos, ruta, len, reason);
        if (status != PREP_OK) {
            free(data);
            return status;
        }
        if (len == room) {
            char *grown = realloc(data, room * 2);

            if (grown == NULL) {
                free(data);
            }
            data = grown;
            room *= 2;
        }
    }
    *out_data = data;
    *out_len = len;
    return PREP_OK;
}

static enum prep_status entries_read(struct archive *archive, struct archivos *archivos,
                                     const char *ruta, unsigned depth,
                                     struct prep_reason *reason)
{
    for (;;) {
        char inner[PATH_MAX];
        struct archive_entry *entry;
        enum prep_status status;
        const char *name;
        size_t len = 0;
        char *data = NULL;
        int code = archive_read_next_header(archive, &entry);

        if (code == ARCHIVE_EOF) {
            return PREP_OK;
        }
        if (code < ARCHIVE_WARN) {
            return prep_fail(reason, PREP_ERR_FORMAT, "%s: archivo dañado: %s", ruta,
                             archive_error_string(archive));
        }
        if (archive_format(archive) != ARCHIVE_FORMAT_RAW &&
            archive_entry_filetype(entry) != AE_IFREG) {
            continue;
        }
        name = archive_entry_pathname(entry);
        if (archive_format(archive) == ARCHIVE_FORMAT_RAW || name == NULL) {
            name = "datos.csv"; /* a file compressed alone keeps no name */
        }
        if (snprintf(inner, sizeof inner, "%s/%s", ruta, name) >= (int)sizeof inner) {
            continue;
        }
        status = entry_read(archive, archivos, inner, &data, &len, reason);
        if (status == PREP_OK) {
            status = take_bytes(archivos, inner, data, len, depth + 1, reason);
        }
        if (status != PREP_OK) {
            return status;
        }
    }
}

static enum prep_status take_archive(struct archivos *archivos, const char *ruta,
                                     const char *data, size_t len, unsigned depth,
                                     struct prep_reason *reason)
{
    struct archive *archive = archive_read_new();
    enum prep_status status;

    if (depth > ARCHIVOS_PROFUNDIDAD_MAX) {
        status = prep_fail(reason, PREP_ERR_RANGE,
                           "%s: hay más de %u archivos comprimidos uno dentro de otro",
                           ruta, ARCHIVOS_PROFUNDIDAD_MAX);
        goto done;
    }
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_7zip(archive);
    archive_read_support_format_raw(archive);
    if (archive_read_open_memory(archive, data, len) != ARCHIVE_OK) {
        status = prep_fail(reason, PREP_ERR_FORMAT, "%s: no se puede abrir: %s", ruta,
                           archive_error_string(archive));
        goto done;
    }
    status = entries_read(archive, archivos, ruta, depth, reason);

done:
    archive_read_free(archive);
    return status;
}

/* Keeps the bytes of a text file, opens an archive, drops the rest. Owns data. */
static enum prep_status take_bytes(struct archivos *archivos, const char *ruta,
                                   char *data, size_t len, unsigned depth,
                                   struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    if (is_archive(data, len) && !ends_with(ruta, ".xlsx")) {
        status = take_archive(archivos, ruta, data, len, depth, reason);
    } else if (is_text_name(ruta)) {
        archivos->items = vector_grow(archivos->items, archivos->count, &archivos->room,
                                      sizeof *archivos->items);
        archivos->items[archivos->count++] =
            (struct archivo){ .ruta = strdup(ruta), .data = data, .len = len };
        archivos->bytes += len;
        return PREP_OK;
    }
    free(data);
    return status;
}

static enum prep_status take_file(struct archivos *archivos, const char *path,
                                  size_t size, struct prep_reason *reason)
{
    enum prep_status status = bound(archivos, path, size, reason);
    char *data = NULL;
    size_t len = 0;
    FILE *file;

    if (status != PREP_OK) {
        return status;
    }
    file = fopen(path, "rbe");
    data = malloc(size + 1);
    if (file != NULL && data != NULL) {
        len = fread(data, 1, size, file);
    }
    if (file == NULL || data == NULL || len != size) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: no se puede leer: %s", path,
                           error_text(errno));
        free(data);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return status == PREP_OK ? take_bytes(archivos, path, data, len, 0, reason)
                             : status;
}

static enum prep_status take_path(struct archivos *archivos, const char *path, bool top,
                                  struct prep_reason *reason)
{
    struct dirent **names;
    enum prep_status status = PREP_OK;
    struct stat info;
    int count;

    if (stat(path, &info) != 0) {
        return prep_fail(reason, errno == ENOENT ? PREP_ERR_NOT_FOUND : PREP_ERR_IO,
                         "%s: %s", path, error_text(errno));
    }
    if (S_ISREG(info.st_mode)) {
        bool wanted = top || is_text_name(path) || ends_with(path, "zip") ||
                      ends_with(path, "gz") || ends_with(path, "7z");

        return wanted ? take_file(archivos, path, (size_t)info.st_size, reason)
                      : PREP_OK;
    }
    count = S_ISDIR(info.st_mode) ? scandir(path, &names, NULL, alphasort) : -1;
    if (count < 0) {
        return prep_fail(reason, PREP_ERR_IO, "%s: no es un archivo ni una carpeta",
                         path);
    }
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX];

        if (status == PREP_OK && names[i]->d_name[0] != '.' &&
            snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name) <
                (int)sizeof inner) {
            status = take_path(archivos, inner, false, reason);
        }
        free(names[i]);
    }
    free(names);
    return status;
}

enum prep_status archivos_lee(const char *path, struct archivos *out_archivos,
                              struct prep_reason *reason)
{
    enum prep_status status;

    *out_archivos = (struct archivos){ 0 };
    status = take_path(out_archivos, path, true, reason);
    if (status != PREP_OK) {
        archivos_libera(out_archivos);
    }
    return status;
}

void archivos_libera(struct archivos *archivos)
{
    for (size_t i = 0; i < archivos->count; i++) {
        free(archivos->items[i].ruta);
        free(archivos->items[i].data);
    }
    free(archivos->items);
    *archivos = (struct archivos){ 0 };
}
