#include "formatos.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/durable_os.h"
#include "base_json.h"
#include "hoja_xlsx.h"
#include "nist.h"

#define NIST_MAX (64u * 1024u * 1024u)
#define READ_SIZE (256u * 1024u)

struct formato_job {
    struct pool_job job;
    uint32_t formato; /* FORMATO_XLSX or FORMATO_JSON */
    const struct definicion *definicion;
    struct base_texto base;
    const struct resumen *resumen;
    const struct corte *corte;
    struct aside *aside;
    struct corte_base *out;
};

/* libxlsxwriter writes the file itself: what it wrote is read to know its hash. */
static enum prep_status archivo_huella(const char *path, struct corte_base *out,
                                       struct prep_reason *reason)
{
    struct hash_stream *sha256 = hash_stream_new();
    char *bytes = malloc(READ_SIZE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;

    out->bytes = 0;
    while (fd >= 0 && bytes != NULL && (n = read(fd, bytes, READ_SIZE)) > 0) {
        hash_stream_add(sha256, bytes, (size_t)n);
        out->bytes += (uint64_t)n;
    }
    hash_stream_end(sha256, &out->sha256);
    hash_stream_free(&sha256);
    free(bytes);
    if (fd >= 0) {
        (void)close(fd);
    }
    return n == 0 ? PREP_OK : durable_os_fail(reason, path, "read", errno);
}

static enum prep_status xlsx(const struct formato_job *f, const char *path,
                             struct prep_reason *reason)
{
    enum prep_status status = hoja_xlsx_escribe(&f->base, f->corte->nominal_ms,
                                                f->base.eleccion->nombre, path, reason);

    if (status == PREP_OK) {
        status = archivo_huella(path, f->out, reason);
    }
    return status == PREP_OK
               ? aside_note(f->aside, ASIDE_IMMUTABLE, f->out->archivo, reason)
               : status;
}

static enum prep_status json(const struct formato_job *f, const char *path,
                             struct prep_reason *reason)
{
    char gz[DIRECCION_SIZE + 8];
    enum prep_status status = base_json_escribe(f->definicion, &f->base, f->resumen,
                                                f->corte, path, f->out, reason);

    if (status == PREP_OK) {
        status = aside_note(f->aside, ASIDE_IMMUTABLE, f->out->archivo, reason);
    }
    (void)snprintf(gz, sizeof gz, "%s.gz", f->out->archivo);
    return status == PREP_OK ? aside_note(f->aside, ASIDE_IMMUTABLE, gz, reason)
                             : status;
}

static enum prep_status formato_run(struct pool_job *job, struct taller *taller,
                                    bool cancelled, struct prep_reason *reason)
{
    struct formato_job *f = (struct formato_job *)job;
    enum prep_status status = cancelled ? PREP_ERR_STATE : PREP_OK;
    char path[ASIDE_PATH_SIZE];

    (void)taller;
    if (status == PREP_OK) {
        status = aside_path(f->aside, f->out->archivo, path, reason);
    }
    if (status == PREP_OK) {
        status =
            f->formato == FORMATO_XLSX ? xlsx(f, path, reason) : json(f, path, reason);
    }
    free(f);
    return status;
}

static enum prep_status pide(struct publica *p, const struct formato_job *model,
                             uint32_t formato, struct corte_base *out,
                             struct prep_reason *reason)
{
    struct formato_job *job = malloc(sizeof *job);

    if (job == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    *job = *model;
    job->job.run = formato_run;
    job->formato = formato;
    job->out = out;
    base_nombre_de(p->definicion, job->base.eleccion, job->corte->nominal_ms,
                   formato == FORMATO_XLSX ? "xlsx" : "json", out->archivo);
    pool_put(p->pool, &job->job);
    return PREP_OK;
}

static enum prep_status nist(struct publica *p, struct aside *aside,
                             const struct eleccion *eleccion,
                             const struct resumen *resumen, const struct corte *corte,
                             struct corte_base *out, struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer text;

    buffer_init(&text, NIST_MAX);
    nist_informe(p->arbol, eleccion, resumen, corte, &text);
    status = buffer_status(&text);
    base_nombre_de(p->definicion, eleccion, corte->nominal_ms, "nist.json",
                   out->archivo);
    if (status == PREP_OK) {
        hash_of(text.data, text.len, &out->sha256);
        out->bytes = text.len;
        status = aside_text(aside, &p->taller, ASIDE_IMMUTABLE, out->archivo, text.data,
                            text.len, reason);
    }
    buffer_done(&text);
    return status;
}

static enum prep_status publica_esquemas(struct publica *p, struct aside *aside,
                                         struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    for (size_t i = 0; i < esquema_count && status == PREP_OK; i++) {
        char path[DIRECCION_SIZE];

        (void)snprintf(path, sizeof path, "esquemas/%s.json", esquemas[i].nombre);
        status = aside_text(aside, &p->taller, ASIDE_MUTABLE, path, esquemas[i].texto,
                            esquemas[i].len, reason);
    }
    return status;
}

static enum prep_status eleccion_hace(struct publica *p, struct formato_job *model,
                                      struct corte_base *archivos, size_t *count,
                                      struct prep_reason *reason)
{
    const uint32_t formatos = p->definicion->formatos;
    enum prep_status status = PREP_OK;

    if (formatos & FORMATO_XLSX) {
        status = pide(p, model, FORMATO_XLSX, &archivos[(*count)++], reason);
    }
    if (status == PREP_OK && (formatos & FORMATO_JSON)) {
        status = pide(p, model, FORMATO_JSON, &archivos[(*count)++], reason);
    }
    if (status == PREP_OK && (formatos & FORMATO_NIST)) {
        status = nist(p, model->aside, model->base.eleccion, model->resumen,
                      model->corte, &archivos[(*count)++], reason);
    }
    return status;
}

enum prep_status formatos_hace(struct publica *publica, struct aside *aside,
                               struct base *const *bases,
                               const struct resumen *resumenes,
                               const struct corte *corte,
                               struct corte_base out_archivos[static FORMATOS_MAX],
                               size_t *out_count, struct prep_reason *reason)
{
    const struct definicion *definicion = publica->definicion;
    struct prep_reason pool_reason = { "" };
    enum prep_status status = PREP_OK, waited;

    *out_count = 0;
    for (size_t e = 0; e < definicion->eleccion_count && status == PREP_OK; e++) {
        struct formato_job model = { .definicion = definicion,
                                     .resumen = &resumenes[e],
                                     .corte = corte,
                                     .aside = aside };

        if (bases[e] != NULL) {
            base_texto(bases[e], &model.base);
            status = eleccion_hace(publica, &model, out_archivos, out_count, reason);
        }
    }
    /* Whatever happened, nothing may be reading the bases after this. */
    waited = pool_wait(publica->pool, &pool_reason);
    if (status == PREP_OK && waited != PREP_OK) {
        status = prep_fail(reason, waited, "%s", pool_reason.text);
    }
    if (status == PREP_OK && *out_count > 0 && (definicion->formatos & FORMATO_JSON)) {
        status = publica_esquemas(publica, aside, reason);
    }
    return status;
}
