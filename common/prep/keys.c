#include "prep/keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/durable.h"
#include "base/error_text.h"
#include "base/hash.h"

#define KEYS_FILE_MAX 1024u /* bytes; what keys_create writes takes under 400 */
#define CURVE_TEXT_LEN (KEY_CURVE_TEXT_SIZE - 1u)
#define CURVE_BINARY_LEN 32u
#define PREFIX_MAX 32u
#define SIGN_STACK_MAX 8192u /* events fit; an acuse of a large batch does not */

static_assert(KEY_SIGN_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert(KEY_SIGNATURE_LEN == crypto_sign_BYTES, "Ed25519");

struct keys {
    char nombre[KEY_NOMBRE_MAX + 1];
    uint8_t sign_secret[crypto_sign_SECRETKEYBYTES]; /* seed, then public key */
    char curve_secret[KEY_CURVE_TEXT_SIZE];
    char curve_public[KEY_CURVE_TEXT_SIZE];
};

static enum prep_status sodium_ready(struct prep_reason *reason)
{
    if (sodium_init() < 0) {
        return prep_fail(reason, PREP_ERR_IO, "libsodium no pudo iniciar");
    }
    return PREP_OK;
}

static struct keys *keys_alloc(void)
{
    struct keys *keys = sodium_malloc(sizeof *keys);

    if (keys != NULL) {
        memset(keys, 0, sizeof *keys);
    }
    return keys;
}

void keys_free(struct keys **keys)
{
    sodium_free(*keys); /* wipes; accepts NULL */
    *keys = NULL;
}

bool key_nombre_valid(const char *nombre)
{
    const size_t len = strlen(nombre);

    return len >= 1 && len <= KEY_NOMBRE_MAX &&
           strspn(nombre, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool key_curve_valid(const char *curve)
{
    uint8_t binary[CURVE_BINARY_LEN];

    return strlen(curve) == CURVE_TEXT_LEN && zmq_z85_decode(binary, curve) != NULL;
}

/* ---- the file. Read by hand, in the one form that keys_create writes, so that no
 * private byte is left behind in the heap of a general parser. */

static size_t file_format(const struct keys *keys, char *text, size_t size)
{
    char firma[2 * crypto_sign_SECRETKEYBYTES + 1];
    int len;

    sodium_bin2hex(firma, sizeof firma, keys->sign_secret, sizeof keys->sign_secret);
    len = snprintf(text, size,
                   "# Llave privada de un proceso del PREP: no se copia ni se envía.\n"
                   "nombre: %s\n"
                   "firma: %s\n"
                   "curve: \"%s\"\n",
                   keys->nombre, firma, keys->curve_secret);
    sodium_memzero(firma, sizeof firma);
    assert(len > 0 && (size_t)len < size);
    return (size_t)len;
}

/* The value of "name: value" or "name: "value"" when line is that; else NULL. */
static char *line_value(char *line, const char *name)
{
    const size_t name_len = strlen(name);
    size_t len;

    if (strncmp(line, name, name_len) != 0 || line[name_len] != ':') {
        return NULL;
    }
    line += name_len + 1;
    line += strspn(line, " ");
    len = strlen(line);
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r')) {
        line[--len] = '\0';
    }
    if (len >= 2 && line[0] == '"' && line[len - 1] == '"') {
        line[len - 1] = '\0';
        line++;
    }
    return line;
}

struct file_values {
    const char *nombre, *firma, *curve;
};

static enum prep_status file_split(char *text, const char *path,
                                   struct file_values *out_values,
                                   struct prep_reason *reason)
{
    struct file_values values = { NULL, NULL, NULL };
    char *rest = text;
    unsigned number = 0;

    while (rest != NULL && *rest != '\0') {
        char *line = strsep(&rest, "\n");
        const char **field = NULL;
        char *value;

        number++;
        if (line[0] == '#' || line[0] == '\0') {
            continue;
        }
        if ((value = line_value(line, "nombre")) != NULL) {
            field = &values.nombre;
        } else if ((value = line_value(line, "firma")) != NULL) {
            field = &values.firma;
        } else if ((value = line_value(line, "curve")) != NULL) {
            field = &values.curve;
        }
        if (field == NULL || *field != NULL) { /* the line itself may be secret */
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s:%u: línea que no es de una llave; vuelva a generarla "
                             "con «prep llaves»",
                             path, number);
        }
        *field = value;
    }
    if (values.nombre == NULL || values.firma == NULL || values.curve == NULL) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: debe tener nombre, firma y curve; vuelva a generarla con "
                         "«prep llaves»",
                         path);
    }
    *out_values = values;
    return PREP_OK;
}

/* The two halves of each pair must belong together. */
static enum prep_status keys_fill(struct keys *keys, const struct file_values *values,
                                  const char *path, struct prep_reason *reason)
{
    uint8_t public[crypto_sign_PUBLICKEYBYTES];
    uint8_t *again;
    size_t len;
    bool same;

    if (!key_nombre_valid(values->nombre)) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: nombre: use de 1 a %u caracteres de a-z, 0-9 y guion",
                         path, KEY_NOMBRE_MAX);
    }
    (void)snprintf(keys->nombre, sizeof keys->nombre, "%s", values->nombre);
    if (strlen(values->firma) != 2 * sizeof keys->sign_secret ||
        sodium_hex2bin(keys->sign_secret, sizeof keys->sign_secret, values->firma,
                       strlen(values->firma), NULL, &len, NULL) != 0 ||
        len != sizeof keys->sign_secret) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: firma: deben ser 128 dígitos hexadecimales", path);
    }
    again = sodium_malloc(crypto_sign_SECRETKEYBYTES);
    if (again == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", path);
    }
    (void)crypto_sign_seed_keypair(public, again, keys->sign_secret);
    same = sodium_memcmp(again, keys->sign_secret, crypto_sign_SECRETKEYBYTES) == 0;
    sodium_free(again);
    if (!same) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: firma: la parte pública no corresponde a la privada; "
                         "recupere el archivo original",
                         path);
    }
    if (!key_curve_valid(values->curve)) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: curve: deben ser 40 caracteres Z85", path);
    }
    (void)snprintf(keys->curve_secret, sizeof keys->curve_secret, "%s", values->curve);
    if (zmq_curve_public(keys->curve_public, keys->curve_secret) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%s: curve: llave no aceptada", path);
    }
    return PREP_OK;
}

/* Checks the file that was opened, not a name that may point elsewhere later. */
static enum prep_status file_read(const char *path, char *text, size_t size,
                                  struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    struct stat info;
    ssize_t got;
    int fd;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return prep_fail(reason, errno == ENOENT ? PREP_ERR_NOT_FOUND : PREP_ERR_IO,
                         "%s: no se puede abrir la llave: %s", path, error_text(errno));
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: no es un archivo", path);
    } else if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        status = prep_fail(reason, PREP_ERR_AUTH,
                           "%s: otros usuarios pueden leer la llave privada (modo "
                           "%04o): ejecute «chmod 600 %s»",
                           path, (unsigned)(info.st_mode & 07777), path);
    } else if (info.st_uid != geteuid() && info.st_uid != 0) {
        status = prep_fail(reason, PREP_ERR_AUTH,
                           "%s: la llave pertenece a otro usuario (uid %lu): cambie su "
                           "dueño con chown",
                           path, (unsigned long)info.st_uid);
    } else if (info.st_size < 0 || (size_t)info.st_size >= size) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "%s: demasiado grande para ser una llave", path);
    } else {
        got = read(fd, text, size - 1); /* a small regular file comes whole */
        if (got != info.st_size) {
            status = prep_fail(reason, PREP_ERR_IO, "%s: no se pudo leer", path);
        } else {
            text[got] = '\0';
            if (strlen(text) != (size_t)got) {
                status = prep_fail(reason, PREP_ERR_CONFIG, "%s: no es texto", path);
            }
        }
    }
    (void)close(fd);
    return status;
}

enum prep_status keys_load(const char *path, struct keys **out_keys,
                           struct prep_reason *reason)
{
    enum prep_status status;
    struct file_values values = { NULL, NULL, NULL };
    struct keys *keys = NULL;
    char *text;

    assert(path != NULL && out_keys != NULL);
    status = sodium_ready(reason);
    if (status != PREP_OK) {
        return status;
    }
    text = sodium_malloc(KEYS_FILE_MAX);
    keys = keys_alloc();
    if (text == NULL || keys == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", path);
        goto done;
    }
    status = file_read(path, text, KEYS_FILE_MAX, reason);
    if (status != PREP_OK) {
        goto done;
    }
    status = file_split(text, path, &values, reason);
    if (status != PREP_OK) {
        goto done;
    }
    status = keys_fill(keys, &values, path, reason);

done:
    sodium_free(text);
    if (status != PREP_OK) {
        keys_free(&keys);
        return status;
    }
    *out_keys = keys;
    return PREP_OK;
}

enum prep_status keys_create(const char *path, const char *nombre,
                             struct keys **out_keys, struct prep_reason *reason)
{
    uint8_t public[crypto_sign_PUBLICKEYBYTES];
    enum prep_status status;
    struct keys *keys = NULL;
    char *text;

    assert(path != NULL && nombre != NULL && out_keys != NULL);
    if (!key_nombre_valid(nombre)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "nombre «%.40s»: use de 1 a %u caracteres de a-z, 0-9 y guion",
                         nombre, KEY_NOMBRE_MAX);
    }
    status = sodium_ready(reason);
    if (status != PREP_OK) {
        return status;
    }
    text = sodium_malloc(KEYS_FILE_MAX);
    keys = keys_alloc();
    if (text == NULL || keys == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", path);
        goto done;
    }
    (void)snprintf(keys->nombre, sizeof keys->nombre, "%s", nombre);
    (void)crypto_sign_keypair(public, keys->sign_secret);
    if (zmq_curve_keypair(keys->curve_public, keys->curve_secret) != 0) {
        status = prep_fail(reason, PREP_ERR_IO,
                           "libzmq no tiene CURVE: instale libzmq5 con libsodium");
        goto done;
    }
    status = durable_create(path, text, file_format(keys, text, KEYS_FILE_MAX), 0600,
                            reason);

done:
    sodium_free(text);
    if (status != PREP_OK) {
        keys_free(&keys);
        return status;
    }
    *out_keys = keys;
    return PREP_OK;
}

/* ---- use */

const char *keys_nombre(const struct keys *keys)
{
    return keys->nombre;
}

void keys_sign_public(const struct keys *keys,
                      uint8_t out_public[static KEY_SIGN_PUBLIC_LEN])
{
    memcpy(out_public, keys->sign_secret + crypto_sign_SEEDBYTES, KEY_SIGN_PUBLIC_LEN);
}

const char *keys_curve_public(const struct keys *keys)
{
    return keys->curve_public;
}

const char *keys_curve_secret(const struct keys *keys)
{
    return keys->curve_secret;
}

void key_id_of(const uint8_t sign_public[static KEY_SIGN_PUBLIC_LEN],
               uint8_t out_id[static KEY_ID_LEN])
{
    struct hash hash;

    hash_of(sign_public, KEY_SIGN_PUBLIC_LEN, &hash);
    memcpy(out_id, hash.bytes, KEY_ID_LEN);
}

/* prefix || data in one piece: in stack when it fits, else in *out_heap. Copying
 * 600 bytes costs a thousandth of the signature. */
static const uint8_t *joined(const char *prefix, const void *data, size_t len,
                             uint8_t *stack, uint8_t **out_heap, size_t *out_len)
{
    const size_t prefix_len = strlen(prefix);
    uint8_t *bytes = stack;

    assert(prefix_len <= PREFIX_MAX);
    *out_heap = NULL;
    if (len > SIGN_STACK_MAX) {
        bytes = *out_heap = malloc(prefix_len + len);
        if (bytes == NULL) {
            abort(); /* the project's rule: running out of memory stops the program */
        }
    }
    memcpy(bytes, prefix, prefix_len);
    if (len > 0) {
        memcpy(bytes + prefix_len, data, len);
    }
    *out_len = prefix_len + len;
    return bytes;
}

void keys_sign(const struct keys *keys, const char *prefix, const void *data,
               size_t len, uint8_t out_signature[static KEY_SIGNATURE_LEN])
{
    uint8_t stack[PREFIX_MAX + SIGN_STACK_MAX];
    const uint8_t *bytes;
    uint8_t *heap;
    size_t bytes_len;
    int failed;

    bytes = joined(prefix, data, len, stack, &heap, &bytes_len);
    failed =
        crypto_sign_detached(out_signature, NULL, bytes, bytes_len, keys->sign_secret);
    free(heap);
    assert(failed == 0);
}

bool keys_verify(const uint8_t sign_public[static KEY_SIGN_PUBLIC_LEN],
                 const char *prefix, const void *data, size_t len,
                 const uint8_t signature[static KEY_SIGNATURE_LEN])
{
    uint8_t stack[PREFIX_MAX + SIGN_STACK_MAX];
    const uint8_t *bytes;
    uint8_t *heap;
    size_t bytes_len;
    bool valid;

    bytes = joined(prefix, data, len, stack, &heap, &bytes_len);
    valid = crypto_sign_verify_detached(signature, bytes, bytes_len, sign_public) == 0;
    free(heap);
    return valid;
}
