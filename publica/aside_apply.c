#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside_private.h"
#include "base/durable.h"
#include "base/durable_os.h"
#include "base/text.h"

#define LINE_SIZE (ASIDE_PATH_SIZE + OBJECT_PATH_SIZE)
#define COMPARE_SIZE 65536u
#define LINK_TMP ".enlace.tmp"

struct place {
    const char *salida;
    int to;   /* <salida> */
    int from; /* <salida>/.corte */
};

static void place_close(struct place *place)
{
    if (place->from >= 0) {
        (void)close(place->from);
    }
    if (place->to >= 0) {
        (void)close(place->to);
    }
}

static enum prep_status place_open(const char *salida, struct place *out_place,
                                   struct prep_reason *reason)
{
    struct place place = { .salida = salida, .from = -1 };

    place.to = open(salida, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place.to >= 0) {
        place.from = openat(place.to, ASIDE_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (place.from < 0) {
        int error = errno;

        place_close(&place);
        return error == ENOENT ? PREP_ERR_NOT_FOUND
                               : durable_os_fail(reason, salida, "open", error);
    }
    *out_place = place;
    return PREP_OK;
}

enum prep_status aside_sealed(const char *salida, uint64_t *out_numero,
                              struct hash *out_objeto, struct prep_reason *reason)
{
    static const char word[] = "corte ";
    char path[ASIDE_PATH_SIZE];
    enum prep_status status;
    struct buffer head;
    uint64_t numero = 0;

    buffer_init(&head, 256);
    (void)snprintf(path, sizeof path, "%s/" ASIDE_FOLDER "/" MANIFEST_SEAL, salida);
    status = durable_read(path, 256, &head, reason);
    if (status == PREP_OK) {
        const char *at = buffer_text(&head);
        bool begins = strncmp(at, word, strlen(word)) == 0;

        at += begins ? strlen(word) : 0;
        if (!begins || !text_digits(&at, 19, &numero) || *at++ != ' ' ||
            strlen(at) < HASH_TEXT_LEN ||
            hex_read(at, HASH_TEXT_LEN, out_objeto->bytes, HASH_LEN) != PREP_OK) {
            status =
                prep_fail(reason, PREP_ERR_NOT_FOUND, "%s: sello incompleto", path);
        }
    }
    if (status == PREP_OK) {
        *out_numero = numero;
    }
    buffer_done(&head);
    return status;
}

/* Both files hold the same bytes. */
static bool same_bytes(const struct place *place, const char *path)
{
    int a = openat(place->from, path, O_RDONLY | O_CLOEXEC);
    int b = openat(place->to, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char *one = malloc(COMPARE_SIZE), *two = malloc(COMPARE_SIZE);
    bool same = a >= 0 && b >= 0 && one != NULL && two != NULL;

    while (same) {
        ssize_t n = read(a, one, COMPARE_SIZE);
        ssize_t got = 0;

        while (n > got) {
            ssize_t m = read(b, two + got, (size_t)(n - got));

            if (m <= 0) {
                break;
            }
            got += m;
        }
        if (n <= 0) {
            same = n == 0 && read(b, two, 1) == 0;
            break;
        }
        same = got == n && memcmp(one, two, (size_t)n) == 0;
    }
    free(one);
    free(two);
    if (a >= 0) {
        (void)close(a);
    }
    if (b >= 0) {
        (void)close(b);
    }
    return same;
}

/* rename(2), making the folders that are missing. 0, or errno. */
static int move(const struct place *place, const char *path)
{
    int error;

    if (renameat(place->from, path, place->to, path) == 0) {
        return 0;
    }
    error = errno;
    if (error != ENOENT ||
        faccessat(place->from, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        return error;
    }
    error = aside_parents(place->to, path);
    if (error == 0 && renameat(place->from, path, place->to, path) != 0) {
        error = errno;
    }
    return error;
}

static enum prep_status put_immutable(const struct place *place, const char *path,
                                      bool by_content, struct prep_reason *reason)
{
    struct stat aside, there;
    bool waiting = fstatat(place->from, path, &aside, AT_SYMLINK_NOFOLLOW) == 0;
    bool exists = fstatat(place->to, path, &there, AT_SYMLINK_NOFOLLOW) == 0;
    int error;

    if (!waiting) {
        return exists ? PREP_OK
                      : prep_fail(reason, PREP_ERR_GAP,
                                  "%s/%s: falta, y no está entre los archivos del "
                                  "corte: borre " ASIDE_FOLDER " y reinicie",
                                  place->salida, path);
    }
    if (exists) {
        bool same =
            by_content ? aside.st_size == there.st_size : same_bytes(place, path);

        if (!same) {
            return prep_fail(reason, PREP_ERR_CONFLICT,
                             "%s/%s: ya existe con otro contenido", place->salida,
                             path);
        }
        (void)unlinkat(place->from, path, 0);
        return PREP_OK;
    }
    error = move(place, path);
    return error == 0 ? PREP_OK : durable_os_fail(reason, path, "rename", error);
}

static enum prep_status put_mutable(const struct place *place, const char *path,
                                    struct prep_reason *reason)
{
    int error = move(place, path);

    if (error == ENOENT && faccessat(place->to, path, F_OK, 0) == 0) {
        return PREP_OK; /* moved before a crash */
    }
    return error == 0 ? PREP_OK : durable_os_fail(reason, path, "rename", error);
}

/* address becomes another name of object. The tmp waits in .corte, which is on the
 * same file system. */
static enum prep_status put_link(const struct place *place, const char *object,
                                 const char *address, struct prep_reason *reason)
{
    struct stat a, b;
    int error;

    if (fstatat(place->to, object, &a, 0) == 0 &&
        fstatat(place->to, address, &b, 0) == 0 && a.st_ino == b.st_ino &&
        a.st_dev == b.st_dev) {
        return PREP_OK;
    }
    (void)unlinkat(place->from, LINK_TMP, 0);
    if (linkat(place->to, object, place->from, LINK_TMP, 0) != 0) {
        return durable_os_fail(reason, object, "link", errno);
    }
    if (renameat(place->from, LINK_TMP, place->to, address) == 0) {
        return PREP_OK;
    }
    error = errno;
    if (error == ENOENT) {
        error = aside_parents(place->to, address);
        if (error == 0 && renameat(place->from, LINK_TMP, place->to, address) != 0) {
            error = errno;
        }
    }
    return error == 0 ? PREP_OK : durable_os_fail(reason, address, "rename", error);
}

enum step { STEP_IMMUTABLE, STEP_MUTABLE, STEP_POINTER };

/* A new object gets its name in o/ and keeps waiting: its address will be the name that
 * it has aside, renamed. One operation less for each of thousands. */
static enum prep_status put_object(const struct place *place, const char *path,
                                   struct prep_reason *reason)
{
    if (linkat(place->from, path, place->to, path, 0) == 0) {
        return PREP_OK;
    }
    return put_immutable(place, path, true, reason);
}

static enum prep_status put_address(const struct place *place, const char *path,
                                    const char *address, struct prep_reason *reason)
{
    int error;

    if (renameat(place->from, path, place->to, address) == 0) {
        return PREP_OK;
    }
    error = errno;
    if (error == ENOENT && faccessat(place->from, path, F_OK, 0) == 0) {
        error = aside_parents(place->to, address);
        if (error == 0 && renameat(place->from, path, place->to, address) == 0) {
            return PREP_OK;
        }
        error = error == 0 ? errno : error;
    }
    return error == ENOENT ? put_link(place, path, address, reason)
                           : durable_os_fail(reason, address, "rename", error);
}

static enum prep_status object_step(const struct place *place, enum step step,
                                    const char *name, const char *address,
                                    struct prep_reason *reason)
{
    static const char *const suffixes[] = { "", ".gz" };
    enum prep_status status = PREP_OK;

    for (size_t i = 0; i < 2 && status == PREP_OK; i++) {
        char path[OBJECT_PATH_SIZE], link[ASIDE_PATH_SIZE];

        object_path(name, suffixes[i], path);
        if (step == STEP_IMMUTABLE) {
            status = address == NULL ? put_immutable(place, path, true, reason)
                                     : put_object(place, path, reason);
        } else if (step == STEP_MUTABLE && address != NULL) {
            (void)snprintf(link, sizeof link, "%s%s", address, suffixes[i]);
            status = put_address(place, path, link, reason);
        }
    }
    return status;
}

static enum prep_status line_step(const struct place *place, enum step step, char *line,
                                  struct prep_reason *reason)
{
    char *name = line + 2;
    char *address;

    line[strcspn(line, "\n")] = '\0';
    if (strlen(line) < 3 || line[1] != ' ') {
        return prep_fail(reason, PREP_ERR_FORMAT, MANIFEST_OPEN ": línea no entendida");
    }
    switch (line[0]) {
    case 'o':
        address = strchr(name, ' ');
        if (address != NULL) {
            *address++ = '\0';
        }
        if (strlen(name) != HASH_TEXT_LEN) {
            return prep_fail(reason, PREP_ERR_FORMAT,
                             MANIFEST_OPEN ": objeto no entendido");
        }
        return object_step(place, step, name, address, reason);
    case ASIDE_IMMUTABLE:
        return step == STEP_IMMUTABLE ? put_immutable(place, name, false, reason)
                                      : PREP_OK;
    case ASIDE_MUTABLE:
        return step == STEP_MUTABLE ? put_mutable(place, name, reason) : PREP_OK;
    case ASIDE_POINTER:
        return step == STEP_POINTER ? put_mutable(place, name, reason) : PREP_OK;
    default:
        return prep_fail(reason, PREP_ERR_FORMAT, MANIFEST_OPEN ": línea no entendida");
    }
}

enum prep_status aside_apply(const char *salida, struct prep_reason *reason)
{
    struct place place = { .to = -1, .from = -1 };
    FILE *manifest = NULL;
    char *line = malloc(LINE_SIZE);
    enum prep_status status;
    int fd;

    status = line == NULL ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                          : place_open(salida, &place, reason);
    if (status != PREP_OK) {
        free(line);
        return status;
    }
    fd = openat(place.from, MANIFEST_OPEN, O_RDONLY | O_CLOEXEC);
    manifest = fd < 0 ? NULL : fdopen(fd, "r");
    if (manifest == NULL) {
        status = durable_os_fail(reason, MANIFEST_OPEN, "open", errno);
    }
    for (int step = STEP_IMMUTABLE; step <= STEP_POINTER && status == PREP_OK; step++) {
        rewind(manifest);
        while (status == PREP_OK && fgets(line, LINE_SIZE, manifest) != NULL) {
            status = line_step(&place, (enum step)step, line, reason);
        }
        if (status == PREP_OK && syncfs(place.to) != 0) {
            status = durable_os_fail(reason, salida, "syncfs", errno);
        }
    }
    if (manifest != NULL) {
        (void)fclose(manifest);
    }
    free(line);
    place_close(&place);
    return status == PREP_OK ? aside_discard(salida, reason) : status;
}

/* Removes everything under fd (which it closes). 0, or errno. */
static int remove_tree(int fd)
{
    DIR *dir = fdopendir(fd);
    const struct dirent *entry;
    int error = 0;

    if (dir == NULL) {
        error = errno;
        (void)close(fd);
        return error;
    }
    while (error == 0 && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlinkat(dirfd(dir), entry->d_name, 0) == 0) {
            continue;
        }
        if (errno == EISDIR || errno == EPERM) {
            int child = openat(dirfd(dir), entry->d_name,
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

            error = child < 0 ? errno : remove_tree(child);
            if (error == 0 && unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR) != 0) {
                error = errno;
            }
        } else if (errno != ENOENT) {
            error = errno;
        }
    }
    (void)closedir(dir);
    return error;
}

/* The seal goes first: half a folder must never look whole. */
enum prep_status aside_discard(const char *salida, struct prep_reason *reason)
{
    struct place place;
    enum prep_status status = place_open(salida, &place, reason);
    int error;

    if (status != PREP_OK) {
        return status == PREP_ERR_NOT_FOUND ? PREP_OK : status;
    }
    if (unlinkat(place.from, MANIFEST_SEAL, 0) == 0) {
        (void)fsync(place.from);
    }
    error = remove_tree(place.from);
    if (error == 0 && unlinkat(place.to, ASIDE_FOLDER, AT_REMOVEDIR) != 0) {
        error = errno;
    }
    place.from = -1;
    place_close(&place);
    return error == 0 ? PREP_OK
                      : durable_os_fail(reason, ASIDE_FOLDER, "unlink", error);
}

enum prep_status aside_keep(const char *salida, const char *name,
                            struct prep_reason *reason)
{
    char path[ASIDE_PATH_SIZE];
    struct place place;
    enum prep_status status = place_open(salida, &place, reason);

    if (status != PREP_OK) {
        return status;
    }
    (void)unlinkat(place.from, MANIFEST_SEAL, 0);
    (void)snprintf(path, sizeof path, ASIDE_REFUSED "/%s", name);
    if ((mkdirat(place.to, ASIDE_REFUSED, 0700) != 0 && errno != EEXIST) ||
        renameat(place.to, ASIDE_FOLDER, place.to, path) != 0 || fsync(place.to) != 0) {
        status = durable_os_fail(reason, path, "rename", errno);
    }
    place_close(&place);
    return status;
}
