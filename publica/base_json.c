#include "base_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/durable_os.h"
#include "prep/perfil_privado.h"
#include "zip.h"

#define PIECE (512u * 1024u)
#define PIECE_MAX (PIECE + 1024u * 1024u) /* and the row that passes it */
#define PATH_SIZE 4096u

static const char GZIP_HEADER[] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff };

struct salida {
    const char *path;
    int fd, gz;
    struct buffer text, packed;
    struct hash_stream *sha256;
    uint32_t crc;
    uint64_t size;
    const struct base_texto *base;
    bool alguna; /* an acta is written already */
};

static enum prep_status pone(const struct salida *salida, int fd, const void *data,
                             size_t len, struct prep_reason *reason)
{
    int error = durable_os_write(fd, data, len);

    return error == 0 ? PREP_OK : durable_os_fail(reason, salida->path, "write", error);
}

static enum prep_status vacia(struct salida *salida, struct prep_reason *reason)
{
    struct buffer *text = &salida->text;
    enum prep_status status = buffer_status(text);

    if (status != PREP_OK) {
        return prep_fail(reason, status, "%s: un renglón demasiado largo",
                         salida->path);
    }
    buffer_clear(&salida->packed);
    status = zip_deflate_piece(text->data, text->len, &salida->packed, reason);
    if (status == PREP_OK) {
        status = pone(salida, salida->fd, text->data, text->len, reason);
    }
    if (status == PREP_OK) {
        status =
            pone(salida, salida->gz, salida->packed.data, salida->packed.len, reason);
    }
    hash_stream_add(salida->sha256, text->data, text->len);
    salida->crc = zip_crc_join(salida->crc, zip_crc(text->data, text->len), text->len);
    salida->size += text->len;
    buffer_clear(text);
    return status;
}

/* Where the rows go on, the columns are known: RENGLON_COLUMNAS comes before. */
static enum prep_status renglon_pone(void *context, enum renglon_clase clase,
                                     const struct celda_texto *celdas, size_t count,
                                     struct prep_reason *reason)
{
    struct salida *salida = context;
    struct buffer *out = &salida->text;

    if (clase == RENGLON_PREAMBULO) {
        return PREP_OK; /* resumen says it */
    }
    if (clase == RENGLON_COLUMNAS) {
        buffer_add_text(out, ",\"columnas\":[");
        for (size_t i = 0; i < count; i++) {
            buffer_add_text(out, i == 0 ? "\n{\"nombre\":" : ",\n{\"nombre\":");
            buffer_add_json(out, celdas[i].texto);
            buffer_add_text(out, celdas_es_cantidad(salida->base->eleccion, i)
                                     ? ",\"tipo\":\"cantidad\"}"
                                     : ",\"tipo\":\"texto\"}");
        }
        buffer_add_text(out, "],\n\"actas\":[");
        return PREP_OK;
    }
    buffer_add_text(out, salida->alguna ? ",\n[" : "\n[");
    salida->alguna = true;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buffer_add_char(out, ',');
        }
        if (celdas[i].cantidad) {
            buffer_add_text(out, celdas[i].texto);
        } else {
            buffer_add_json(out, celdas[i].texto);
        }
    }
    buffer_add_char(out, ']');
    return out->len < PIECE ? PREP_OK : vacia(salida, reason);
}

static void cabeza(const struct definicion *definicion, const struct eleccion *eleccion,
                   const struct resumen *resumen, const struct corte *corte,
                   struct buffer *out)
{
    buffer_printf(out,
                  "{\"tipo\":\"base\",\"version\":%d,\"proceso\":", OBJETO_VERSION);
    buffer_add_json(out, definicion->proceso);
    buffer_add_text(out, ",\"modo\":");
    buffer_add_json(out, definicion->modo == MODO_OFICIAL ? "oficial" : "simulacro");
    buffer_add_text(out, ",\"eleccion\":");
    buffer_add_json(out, eleccion->clave);
    buffer_add_text(out, ",\"titulo\":");
    buffer_add_json(out, eleccion->perfil->titulo);
    buffer_add_text(out, ",\n\"corte\":{\"numero\":");
    buffer_add_uint(out, corte->numero);
    buffer_add_char(out, ',');
    objeto_hora("nominal", corte->nominal_ms, definicion->desfase_min, out);
    buffer_add_text(out, corte->ultimo ? ",\"ultimo\":true},\n\"resumen\":"
                                       : ",\"ultimo\":false},\n\"resumen\":");
    objeto_resumen(eleccion, resumen, corte->ultimo, out);
}

static void put32(uint32_t value, char *at)
{
    for (size_t i = 0; i < 4; i++) {
        at[i] = (char)(value >> (8 * i));
    }
}

static enum prep_status termina(struct salida *salida, struct corte_base *out_base,
                                struct prep_reason *reason)
{
    char end[ZIP_DEFLATE_END_LEN + 8] = ZIP_DEFLATE_END;
    enum prep_status status = vacia(salida, reason);

    put32(salida->crc, end + ZIP_DEFLATE_END_LEN);
    put32((uint32_t)salida->size, end + ZIP_DEFLATE_END_LEN + 4);
    if (status == PREP_OK) {
        status = pone(salida, salida->gz, end, sizeof end, reason);
    }
    hash_stream_end(salida->sha256, &out_base->sha256);
    out_base->bytes = salida->size;
    return status;
}

enum prep_status base_json_escribe(const struct definicion *definicion,
                                   const struct base_texto *base,
                                   const struct resumen *resumen,
                                   const struct corte *corte, const char *path,
                                   struct corte_base *out_base,
                                   struct prep_reason *reason)
{
    struct salida salida = { .path = path, .base = base, .fd = -1, .gz = -1 };
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    char gz_path[PATH_SIZE];
    enum prep_status status = PREP_OK;

    (void)snprintf(gz_path, sizeof gz_path, "%s.gz", path);
    buffer_init(&salida.text, PIECE_MAX);
    buffer_init(&salida.packed, PIECE_MAX + PIECE_MAX / 8);
    salida.sha256 = hash_stream_new();
    salida.fd = open(path, flags, 0644);
    salida.gz = open(gz_path, flags, 0644);
    if (salida.fd < 0 || salida.gz < 0) {
        status = durable_os_fail(reason, path, "open", errno);
    }
    if (status == PREP_OK) {
        status = pone(&salida, salida.gz, GZIP_HEADER, sizeof GZIP_HEADER, reason);
    }
    if (status == PREP_OK) {
        cabeza(definicion, base->eleccion, resumen, corte, &salida.text);
        status = celdas_lee(base, renglon_pone, &salida, reason);
    }
    if (status == PREP_OK) {
        buffer_add_text(&salida.text, "]}\n");
        status = termina(&salida, out_base, reason);
    }
    if (salida.fd >= 0 && close(salida.fd) != 0 && status == PREP_OK) {
        status = durable_os_fail(reason, path, "close", errno);
    }
    if (salida.gz >= 0 && close(salida.gz) != 0 && status == PREP_OK) {
        status = durable_os_fail(reason, gz_path, "close", errno);
    }
    hash_stream_free(&salida.sha256);
    buffer_done(&salida.text);
    buffer_done(&salida.packed);
    return status;
}
