/* prep llaves: the private keys of a process, and the part that may be shown. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/durable.h"
#include "base/hash.h"
#include "command.h"
#include "prep/keys.h"

#define PUBLIC_BYTES_MAX 1024u

static void public_text(const struct keys *keys, struct buffer *out)
{
    uint8_t sign_public[KEY_SIGN_PUBLIC_LEN];
    char hex[2 * KEY_SIGN_PUBLIC_LEN + 1];

    keys_sign_public(keys, sign_public);
    hex_write(sign_public, sizeof sign_public, hex);
    buffer_printf(out, "nombre: %s\nfirma: \"%s\"\ncurve: \"%s\"\n", keys_nombre(keys),
                  hex, keys_curve_public(keys));
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    const char *dir = command_value(args, "--salida");
    const char *nombre = command_value(args, "--nombre");
    struct keys *keys = NULL;
    struct buffer text;
    char path[4096];
    enum prep_status status;

    if (!key_nombre_valid(nombre)) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "--nombre %s: use de 1 a %u letras minúsculas, dígitos y «-»",
                         nombre, KEY_NOMBRE_MAX);
    }
    status = durable_mkdir(dir, 0700, reason);
    if (status != PREP_OK) {
        return status;
    }
    (void)snprintf(path, sizeof path, "%s/%s.llave", dir, nombre);
    status = keys_create(path, nombre, &keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    buffer_init(&text, PUBLIC_BYTES_MAX);
    public_text(keys, &text);
    keys_free(&keys);
    (void)snprintf(path, sizeof path, "%s/%s.publica", dir, nombre);
    status = durable_create(path, text.data, text.len, 0644, reason);
    if (status == PREP_OK) {
        (void)fputs(buffer_text(&text), stdout);
    }
    buffer_done(&text);
    return status;
}

const struct command command_llaves_crea = {
    .name = "llaves crea",
    .summary = "hace las llaves de un proceso, en la máquina donde va a correr",
    .text =
        "Escribe en --salida NOMBRE.llave (privada, 0600: no sale de esa máquina) y\n"
        "NOMBRE.publica (para «prep topologia agrega»), y muestra la pública.\n"
        "Nunca escribe encima de una llave que ya existe.",
    .options = { { "--nombre", "NOMBRE", "el del proceso en la topología", true },
                 { "--salida", "DIR", "carpeta donde quedan", true } },
    .run = run,
};
