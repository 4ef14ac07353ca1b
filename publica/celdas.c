#include "celdas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/durable_os.h"
#include "prep/perfil_privado.h"
#include "prep/revision.h"

#define RAW_WINDOW (-15)
#define READ_SIZE (64u * 1024u)
#define RENGLON_MAX (128u * 1024u)
#define CANTIDAD_DIGITS 15u /* exact in a spreadsheet's number */

struct lector {
    const struct base_texto *base;
    const struct perfil *perfil;
    celdas_visita visita;
    void *context;
    struct prep_reason *reason;
    size_t renglon;        /* of the preamble; past it, rows of actas */
    struct buffer pending; /* text that is not a whole row yet */
    char campos[RENGLON_MAX];
    struct celda_texto celdas[REVISION_COLUMNS_MAX];
};

bool celdas_es_cantidad(const struct eleccion *eleccion, size_t columna)
{
    switch ((int)eleccion->perfil->columnas[columna].fuente) {
    case FUENTE_CELDA:
    case FUENTE_TOTAL_CALCULADO:
    case FUENTE_LISTA_NOMINAL:
    case FUENTE_REPRESENTANTES:
        return true;
    default:
        return false;
    }
}

static bool es_numero(const char *text)
{
    size_t len = strspn(text, "0123456789");

    return len > 0 && len <= CANTIDAD_DIGITS && text[len] == '\0' &&
           (text[0] != '0' || len == 1);
}

/* The apostrophes with which the profile marks this column. */
static char *desmarca(const struct perfil *perfil, size_t columna, char *text)
{
    enum perfil_apostrofo mark = columna < perfil->columna_count
                                     ? perfil->columnas[columna].apostrofo
                                     : APOSTROFO_NINGUNO;
    size_t len = strlen(text);

    if (mark == APOSTROFO_NINGUNO || text[0] != '\'') {
        return text;
    }
    if (mark == APOSTROFO_ENVUELTO && len > 1 && text[len - 1] == '\'') {
        text[len - 1] = '\0';
    }
    return text + 1;
}

static enum prep_status entrega(struct lector *lector, size_t count)
{
    const struct perfil *perfil = lector->perfil;
    const bool columnas = lector->renglon == perfil->linea_count;
    const bool acta = lector->renglon > perfil->linea_count;
    enum renglon_clase clase = acta       ? RENGLON_ACTA
                               : columnas ? RENGLON_COLUMNAS
                                          : RENGLON_PREAMBULO;

    if ((acta || columnas) && count != perfil->columna_count) {
        return prep_fail(lector->reason, PREP_ERR_FORMAT,
                         "%s: un renglón de %zu columnas; son %zu",
                         lector->base->eleccion->clave, count, perfil->columna_count);
    }
    for (size_t i = 0; i < count; i++) {
        struct celda_texto *una = &lector->celdas[i];

        if (acta) {
            una->texto = desmarca(perfil, i, (char *)(uintptr_t)una->texto);
        }
        una->cantidad = clase != RENGLON_COLUMNAS && es_numero(una->texto) &&
                        (!acta || celdas_es_cantidad(lector->base->eleccion, i));
    }
    if (clase == RENGLON_PREAMBULO &&
        perfil->lineas[lector->renglon] == LINEA_SEPARADOR) {
        lector->renglon++;
        return PREP_OK;
    }
    lector->renglon += !acta;
    return lector->visita(lector->context, clase, lector->celdas, count,
                          lector->reason);
}

/* Takes one row from the start of text: how many bytes it had, 0 if it does not end
 * there. Its cells are in lector->celdas. */
static size_t renglon_parte(struct lector *lector, const char *text, size_t len,
                            size_t *out_count)
{
    const char *eol = lector->perfil->fin_de_linea;
    const size_t eol_len = strlen(eol);
    const bool quotes = lector->perfil->comillas != COMILLAS_NINGUNAS;
    size_t count = 0, used = 0, at = 0;

    for (;;) {
        const size_t start = used;
        bool quoted = quotes && at < len && text[at] == '"';

        at += quoted;
        for (;; at++) {
            if (at >= len || used + 2 >= RENGLON_MAX) {
                return 0;
            }
            if (quoted && text[at] == '"') {
                if (at + 1 < len && text[at + 1] == '"') {
                    at++;
                } else {
                    quoted = false;
                    continue;
                }
            } else if (!quoted && (text[at] == lector->perfil->separador ||
                                   (len - at >= eol_len &&
                                    memcmp(text + at, eol, eol_len) == 0))) {
                break;
            }
            lector->campos[used++] = text[at];
        }
        lector->campos[used++] = '\0';
        if (count < REVISION_COLUMNS_MAX) {
            lector->celdas[count].texto = lector->campos + start;
        }
        count++;
        if (text[at] != lector->perfil->separador) {
            *out_count = count;
            return at + eol_len;
        }
        at++;
    }
}

static enum prep_status alimenta(struct lector *lector, const char *data, size_t len)
{
    struct buffer *pending = &lector->pending;
    size_t at = 0;

    buffer_add(pending, data, len);
    if (buffer_status(pending) != PREP_OK) {
        return prep_fail(lector->reason, PREP_ERR_FORMAT, "%s: un renglón no termina",
                         lector->base->eleccion->clave);
    }
    while (at < pending->len) {
        size_t count = 0;
        size_t taken =
            renglon_parte(lector, pending->data + at, pending->len - at, &count);
        enum prep_status status;

        if (taken == 0) {
            break;
        }
        if (count > REVISION_COLUMNS_MAX) {
            return prep_fail(lector->reason, PREP_ERR_FORMAT,
                             "%s: un renglón de %zu columnas",
                             lector->base->eleccion->clave, count);
        }
        status = entrega(lector, count);
        if (status != PREP_OK) {
            return status;
        }
        at += taken;
    }
    if (at > 0) {
        memmove(pending->data, pending->data + at, pending->len - at);
        pending->len -= at;
    }
    return PREP_OK;
}

/* The stream of pieces has no end of its own (zip.h): it ends with the file. */
static enum prep_status infla(struct lector *lector, z_stream *z, Bytef *in, Bytef *out)
{
    const struct base_texto *base = lector->base;
    uint64_t total = 0;
    off_t offset = 0;
    ssize_t n;

    while ((n = pread(base->fd, in, READ_SIZE, offset)) > 0) {
        offset += n;
        z->next_in = in;
        z->avail_in = (uInt)n;
        do {
            enum prep_status status;
            int result;

            z->next_out = out;
            z->avail_out = READ_SIZE;
            result = inflate(z, Z_NO_FLUSH);
            if (result != Z_OK && result != Z_BUF_ERROR) {
                return prep_fail(lector->reason, PREP_ERR_FORMAT,
                                 "%s: los renglones no se pueden descomprimir",
                                 base->eleccion->clave);
            }
            total += READ_SIZE - z->avail_out;
            status = alimenta(lector, (const char *)out, READ_SIZE - z->avail_out);
            if (status != PREP_OK) {
                return status;
            }
        } while (z->avail_in > 0 || z->avail_out == 0);
    }
    if (n < 0) {
        return durable_os_fail(lector->reason, base->eleccion->clave, "read", errno);
    }
    if (total != base->size || lector->pending.len != 0) {
        return prep_fail(lector->reason, PREP_ERR_FORMAT,
                         "%s: los renglones terminan antes de tiempo",
                         base->eleccion->clave);
    }
    return PREP_OK;
}

enum prep_status celdas_lee(const struct base_texto *base, celdas_visita visita,
                            void *context, struct prep_reason *reason)
{
    static const char bom[] = "\xEF\xBB\xBF";
    struct lector *lector = calloc(1, sizeof *lector);
    Bytef *bytes = malloc(2 * READ_SIZE);
    z_stream z = { 0 };
    const char *preambulo = base->preambulo;
    size_t len = base->preambulo_len;
    enum prep_status status;

    if (lector == NULL || bytes == NULL || inflateInit2(&z, RAW_WINDOW) != Z_OK) {
        free(lector);
        free(bytes);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    lector->base = base;
    lector->perfil = base->eleccion->perfil;
    lector->visita = visita;
    lector->context = context;
    lector->reason = reason;
    buffer_init(&lector->pending, RENGLON_MAX + READ_SIZE);
    if (lector->perfil->bom && len >= strlen(bom) &&
        memcmp(preambulo, bom, strlen(bom)) == 0) {
        preambulo += strlen(bom);
        len -= strlen(bom);
    }
    status = alimenta(lector, preambulo, len);
    if (status == PREP_OK) {
        status = infla(lector, &z, bytes, bytes + READ_SIZE);
    }
    (void)inflateEnd(&z);
    buffer_done(&lector->pending);
    free(lector);
    free(bytes);
    return status;
}
