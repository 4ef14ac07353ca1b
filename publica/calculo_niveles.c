#include "calculo_niveles.h"

#include <stdio.h>
#include <stdlib.h>

#include "pagina.h"

#define OBJETO_MAX (128u * 1024u * 1024u)

struct territorio_job {
    struct pool_job job;
    struct arbol *arbol;
    struct aside *aside;
    size_t territorio;
    bool ultimo;
};

static enum prep_status territorio_run(struct pool_job *job, struct taller *taller,
                                       bool cancelled, struct prep_reason *reason)
{
    struct territorio_job *t = (struct territorio_job *)job;
    enum prep_status status = cancelled ? PREP_ERR_STATE : PREP_OK;
    char direccion[DIRECCION_SIZE];
    struct buffer text;

    buffer_init(&text, OBJETO_MAX);
    if (status == PREP_OK) {
        objeto_territorio(t->arbol, t->territorio, t->ultimo, &text);
        direccion_territorio(t->arbol, t->territorio, direccion);
        status = buffer_status(&text);
    }
    if (status == PREP_OK) {
        status = aside_object(t->aside, taller, text.data, text.len, direccion,
                              &t->arbol->territorios[t->territorio].objeto, reason);
    }
    buffer_done(&text);
    free(t);
    return status;
}

/* Those that changed; all of them when the participation is now that of the last
 * corte, or no longer is. */
static enum prep_status territorios(struct publica *p, struct aside *aside, bool ultimo,
                                    struct prep_reason *reason)
{
    const bool todos = ultimo != p->con_especiales;
    enum prep_status status = PREP_OK, waited;

    for (size_t i = 0; i < p->arbol->territorio_count && status == PREP_OK; i++) {
        struct territorio_job *job;

        if (!todos && !p->arbol->territorios[i].sucio) {
            continue;
        }
        job = calloc(1, sizeof *job);
        if (job == NULL) {
            status = prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
            break;
        }
        *job = (struct territorio_job){ .job.run = territorio_run,
                                        .arbol = p->arbol,
                                        .aside = aside,
                                        .territorio = i,
                                        .ultimo = ultimo };
        p->arbol->territorios[i].sucio = false;
        pool_put(p->pool, &job->job);
    }
    p->con_especiales = ultimo;
    waited = pool_wait(p->pool, status == PREP_OK ? reason : NULL);
    return status == PREP_OK ? waited : status;
}

static enum prep_status put(struct publica *p, struct aside *aside, struct buffer *text,
                            const char *direccion, struct hash *out_hash,
                            struct prep_reason *reason)
{
    enum prep_status status = buffer_status(text);

    if (status == PREP_OK) {
        status = aside_object(aside, &p->taller, text->data, text->len, direccion,
                              out_hash, reason);
    }
    buffer_clear(text);
    return status;
}

static enum prep_status entidades(struct publica *p, struct aside *aside,
                                  const struct corte *corte, struct buffer *text,
                                  struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    for (size_t i = 0; i < p->arbol->entidad_count && status == PREP_OK; i++) {
        char direccion[DIRECCION_SIZE];

        objeto_entidad(p->arbol, i, corte, text);
        direccion_entidad(p->arbol, i, direccion);
        status = put(p, aside, text, direccion, &p->arbol->entidades[i].objeto, reason);
    }
    return status;
}

static enum prep_status eleccion(struct publica *p, struct aside *aside, size_t e,
                                 const struct niveles_fuera *fuera,
                                 const struct corte *corte, struct buffer *text,
                                 struct resumen *out_resumen, struct hash *out_objeto,
                                 struct prep_reason *reason)
{
    const struct eleccion *una = &p->definicion->elecciones[e];
    struct objeto_fuera resto = { .actas = fuera->count };
    enum prep_status status = buffer_status(&fuera->actas);
    char direccion[DIRECCION_SIZE];

    if (status == PREP_OK && fuera->count > 0) {
        buffer_add_text(text, "{\"tipo\":\"fuera_de_catalogo\",\"eleccion\":");
        buffer_add_json(text, una->clave);
        buffer_add_text(text, ",\"actas\":[");
        buffer_add(text, fuera->actas.data, fuera->actas.len);
        buffer_add_text(text, "]}\n");
        direccion_fuera(una, direccion);
        status = put(p, aside, text, direccion, &resto.objeto, reason);
    }
    if (status == PREP_OK) {
        arbol_eleccion_resumen(p->arbol, (uint32_t)e, out_resumen);
        resumen_agrega(out_resumen, &fuera->resumen, resumen_votos_count(una));
        objeto_eleccion(p->arbol, una, out_resumen, &resto, corte, text);
        direccion_eleccion(una, direccion);
        status = put(p, aside, text, direccion, out_objeto, reason);
    }
    return status;
}

enum prep_status niveles_objetos(struct publica *publica, struct aside *aside,
                                 const struct niveles_fuera *fuera, struct corte *corte,
                                 struct resumen *out_resumenes,
                                 struct prep_reason *reason)
{
    struct hash objetos[ELECCION_MAX];
    enum prep_status status;
    struct buffer text;

    buffer_init(&text, OBJETO_MAX);
    status = territorios(publica, aside, corte->ultimo, reason);
    if (status == PREP_OK) {
        status = entidades(publica, aside, corte, &text, reason);
    }
    for (size_t e = 0; e < publica->definicion->eleccion_count && status == PREP_OK;
         e++) {
        status = eleccion(publica, aside, e, &fuera[e], corte, &text, &out_resumenes[e],
                          &objetos[e], reason);
    }
    if (status == PREP_OK) {
        objeto_raiz(publica->definicion, out_resumenes, objetos, corte, &text);
        status = put(publica, aside, &text, "datos/raiz.json", &corte->objeto, reason);
    }
    buffer_done(&text);
    return status;
}

enum prep_status niveles_paginas(struct publica *publica, struct aside *aside,
                                 const struct corte *corte,
                                 const struct resumen *resumenes,
                                 struct prep_reason *reason)
{
    const int64_t bases_ms = corte->bases ? corte->nominal_ms : publica->bases_ms;
    enum prep_status status;
    struct buffer text;

    buffer_init(&text, PAGINA_MAX);
    pagina_indice(publica->definicion, resumenes, corte, bases_ms, &text);
    status = buffer_status(&text);
    if (status == PREP_OK) {
        status = aside_text(aside, &publica->taller, ASIDE_MUTABLE, "index.html",
                            text.data, text.len, reason);
    }
    for (size_t e = 0; e < publica->definicion->eleccion_count && status == PREP_OK;
         e++) {
        const struct eleccion *una = &publica->definicion->elecciones[e];
        char path[DIRECCION_SIZE];

        buffer_clear(&text);
        pagina_eleccion(publica->arbol, una, &resumenes[e], corte, bases_ms, &text);
        (void)snprintf(path, sizeof path, "%s/index.html", una->clave);
        status = buffer_status(&text);
        if (status == PREP_OK) {
            status = aside_text(aside, &publica->taller, ASIDE_MUTABLE, path, text.data,
                                text.len, reason);
        }
    }
    buffer_done(&text);
    return status;
}
