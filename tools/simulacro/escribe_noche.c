/* catalogo.csv, hechos.csv, cortes.csv and the files that go along. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/durable.h"
#include "simulacro/escribe.h"

static void csv_campo(struct buffer *out, const char *text)
{
    buffer_add_char(out, ',');
    csv_add(out, text, ',');
}

static void acta_escribe(const struct noche_eleccion *eleccion,
                         const struct catalogo_acta *acta, struct buffer *out)
{
    const char *const texts[] = { acta->clave_casilla, acta->clave_acta,
                                  acta->entidad,       acta->entidad_nombre,
                                  acta->territorio,    acta->territorio_nombre,
                                  acta->seccion,       acta->id_casilla,
                                  acta->tipo_casilla,  acta->ext_contigua,
                                  acta->ubicacion,     acta->tipo_acta };
    bool first = true;

    buffer_printf(out, "%" PRIu64 ",%s", acta->id, eleccion->base->clave);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        csv_campo(out, texts[i]);
    }
    buffer_printf(out, ",%" PRId32 ",", acta->lista_nominal);
    if (acta->representantes >= 0) {
        buffer_add_int(out, acta->representantes);
    }
    buffer_add_text(out, ",,");
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        if (catalogo_no_aplica(acta->no_aplica, c - eleccion->campo_count)) {
            buffer_printf(out, "%s%s", first ? "" : " ", eleccion->celdas[c].clave);
            first = false;
        }
    }
    buffer_add_char(out, '\n');
}

static enum prep_status catalogo_escribe(const struct noche *noche, const char *carpeta,
                                         struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, ESCRIBE_BYTES_MAX);
    buffer_add_text(
        &out, "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,"
              "territorio,territorio_nombre,seccion,id_casilla,tipo_casilla,"
              "ext_contigua,ubicacion,tipo_acta,lista_nominal,representantes,catd,"
              "no_aplica\n");
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        const struct noche_eleccion *eleccion = &noche->elecciones[e];

        for (size_t i = 0; i < eleccion->acta_count; i++) {
            acta_escribe(eleccion, &eleccion->actas[i].catalogo, &out);
        }
    }
    status = escribe_archivo(carpeta, "catalogo.csv", &out, reason);
    buffer_done(&out);
    return status;
}

/* One fact before it is written, with what orders it. */
struct apunte {
    size_t corte;
    int64_t orden_ms; /* when it can have happened */
    uint64_t acta;    /* fuera de catalogo: after every id of the catalogue */
    enum hecho_tipo tipo;
    const struct noche_eleccion *eleccion;
    const struct noche_acta *de; /* NULL: fuera */
    const struct noche_fuera *fuera;
    bool sin_acta;
    int64_t hora_ms;
};

struct apuntes {
    struct apunte *items;
    size_t count, room;
};

static void anota(struct apuntes *apuntes, struct apunte apunte, int64_t *last_ms)
{
    apunte.orden_ms = apunte.hora_ms > *last_ms ? apunte.hora_ms : *last_ms;
    *last_ms = apunte.orden_ms;
    apuntes->items = vector_grow(apuntes->items, apuntes->count, &apuntes->room,
                                 sizeof *apuntes->items);
    apuntes->items[apuntes->count++] = apunte;
}

static void acta_anota(struct apuntes *apuntes, const struct noche_eleccion *eleccion,
                       const struct noche_acta *acta)
{
    struct apunte apunte = { .acta = acta->catalogo.id,
                             .eleccion = eleccion,
                             .de = acta };
    int64_t last = 0;

    if (acta->corte_sin_acta != 0) {
        apunte.corte = acta->corte_sin_acta;
        apunte.tipo = HECHO_ACOPIO;
        apunte.sin_acta = true;
        apunte.hora_ms = acta->sin_acta_ms;
        anota(apuntes, apunte, &last);
    }
    if (acta->corte_acopio == 0) {
        return;
    }
    apunte.corte = acta->corte_acopio;
    apunte.sin_acta = false;
    apunte.tipo = HECHO_ACOPIO;
    apunte.hora_ms = acta->acopio_ms;
    anota(apuntes, apunte, &last);
    if (acta->imagen) {
        apunte.tipo = HECHO_IMAGEN;
        anota(apuntes, apunte, &last);
    }
    if (acta->corte_captura == 0) {
        return;
    }
    apunte.corte = acta->corte_captura;
    apunte.tipo = HECHO_CAPTURA;
    apunte.hora_ms = acta->captura_ms;
    anota(apuntes, apunte, &last);
    apunte.tipo = HECHO_VERIFICACION;
    apunte.hora_ms = acta->verificacion_ms;
    anota(apuntes, apunte, &last);
    if (acta->cotejo != 0) {
        apunte.tipo = HECHO_COTEJO;
        apunte.hora_ms = 0;
        anota(apuntes, apunte, &last);
    }
}

static void fuera_anota(struct apuntes *apuntes, const struct noche_fuera *fuera,
                        size_t number)
{
    struct apunte apunte = { .acta = (uint64_t)INT32_MAX + 1 + number,
                             .corte = fuera->corte,
                             .tipo = HECHO_ACOPIO,
                             .fuera = fuera,
                             .hora_ms = fuera->acopio_ms };
    int64_t last = 0;

    anota(apuntes, apunte, &last);
    if (fuera->imagen) {
        apunte.tipo = HECHO_IMAGEN;
        anota(apuntes, apunte, &last);
    }
}

static int apunte_compare(const void *a, const void *b)
{
    const struct apunte *x = a, *y = b;

    if (x->corte != y->corte) {
        return x->corte < y->corte ? -1 : 1;
    }
    if (x->orden_ms != y->orden_ms) {
        return x->orden_ms < y->orden_ms ? -1 : 1;
    }
    if (x->acta != y->acta) {
        return x->acta < y->acta ? -1 : 1;
    }
    return (int)x->tipo - (int)y->tipo;
}

static void celdas_escribe(const struct apunte *apunte, struct buffer *out)
{
    if (apunte->tipo != HECHO_CAPTURA && apunte->tipo != HECHO_VERIFICACION) {
        return;
    }
    for (size_t i = 0; i < apunte->eleccion->celda_count; i++) {
        if (i > 0) {
            buffer_add_char(out, ' ');
        }
        buffer_add_int(out, apunte->de->celdas[i]);
    }
}

static void apunte_escribe(const struct apunte *apunte, struct buffer *out)
{
    const bool acopio = apunte->tipo == HECHO_ACOPIO;
    const bool imagen = apunte->tipo == HECHO_IMAGEN;
    struct hecho hecho = { 0 };

    if (apunte->fuera != NULL) {
        hecho.mecanismo = acopio ? apunte->fuera->mecanismo : 0;
        hecho.documento = apunte->fuera->documento;
        hecho.origen = imagen ? apunte->fuera->origen : 0;
        hecho.digitalizacion = imagen ? apunte->fuera->digitalizacion : 0;
        hecho.eleccion = apunte->fuera->eleccion;
    } else if (apunte->sin_acta) {
        hecho.mecanismo = apunte->de->sin_acta_mecanismo;
        hecho.documento = apunte->de->sin_acta_documento;
        hecho.sin_acta = apunte->de->sin_acta;
    } else if (acopio || imagen) {
        hecho.mecanismo = acopio ? apunte->de->mecanismo : 0;
        hecho.documento = apunte->de->documento;
        hecho.origen = imagen ? apunte->de->origen : 0;
        hecho.digitalizacion = imagen ? apunte->de->digitalizacion : 0;
    } else if (apunte->tipo == HECHO_COTEJO) {
        hecho.cotejo = apunte->de->cotejo;
    }
    buffer_printf(out, "%zu,", apunte->corte);
    if (apunte->fuera != NULL) {
        buffer_printf(out, "F%" PRIu64, apunte->acta - INT32_MAX);
    } else {
        buffer_add_uint(out, apunte->acta);
    }
    buffer_printf(out, ",%s,%" PRId64 ",%u,%u,%u,%u,%u,%u,%u,",
                  hecho_tipo_texto(apunte->tipo), apunte->hora_ms, hecho.mecanismo,
                  hecho.documento, hecho.origen, hecho.digitalizacion, hecho.sin_acta,
                  hecho.cotejo, hecho.eleccion);
    celdas_escribe(apunte, out);
    csv_campo(out,
              apunte->fuera != NULL && acopio ? apunte->fuera->identificacion : "");
    buffer_add_char(out, '\n');
}

static enum prep_status hechos_escribe(const struct noche *noche, const char *carpeta,
                                       struct prep_reason *reason)
{
    struct apuntes apuntes = { 0 };
    enum prep_status status;
    struct buffer out;

    for (size_t e = 0; e < noche->eleccion_count; e++) {
        for (size_t i = 0; i < noche->elecciones[e].acta_count; i++) {
            acta_anota(&apuntes, &noche->elecciones[e], &noche->elecciones[e].actas[i]);
        }
    }
    for (size_t i = 0; i < noche->fuera_count; i++) {
        fuera_anota(&apuntes, &noche->fuera[i], i);
    }
    if (apuntes.count > 0) {
        qsort(apuntes.items, apuntes.count, sizeof apuntes.items[0], apunte_compare);
    }
    buffer_init(&out, ESCRIBE_BYTES_MAX);
    buffer_add_text(&out, "corte,acta,tipo,hora_ms,mecanismo,documento,origen,"
                          "digitalizacion,sin_acta,cotejo,eleccion,celdas,"
                          "identificacion\n");
    for (size_t i = 0; i < apuntes.count; i++) {
        apunte_escribe(&apuntes.items[i], &out);
    }
    status = escribe_archivo(carpeta, HECHOS_ARCHIVO, &out, reason);
    buffer_done(&out);
    free(apuntes.items);
    return status;
}

static enum prep_status cortes_escribe(const struct noche *noche, const char *carpeta,
                                       struct prep_reason *reason)
{
    const struct base *base = noche->base;
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, ESCRIBE_BYTES_MAX);
    buffer_add_text(&out, "corte,sello,nominal_ms,ultimo,elecciones\n");
    for (size_t k = 0; k < base->corte_count; k++) {
        bool first = true;

        buffer_printf(&out, "%zu,%s,%" PRId64 ",%d,", k + 1, base->cortes[k].sello,
                      corte_ms(base, k), k + 1 == base->corte_count && noche->ultimo);
        for (size_t e = 0; e < base->eleccion_count; e++) {
            for (size_t i = 0; i < base->elecciones[e].corte_count; i++) {
                if (base->elecciones[e].cortes[i].corte == k) {
                    buffer_printf(&out, "%s%s", first ? "" : " ",
                                  base->elecciones[e].clave);
                    first = false;
                }
            }
        }
        buffer_add_char(&out, '\n');
    }
    status = escribe_archivo(carpeta, CORTES_ARCHIVO, &out, reason);
    buffer_done(&out);
    return status;
}

/* The publisher's own candidaturas and LEEME go along as they are. */
static enum prep_status anexos_escribe(const struct base *base, const char *carpeta,
                                       struct prep_reason *reason)
{
    for (size_t e = 0; e < base->eleccion_count; e++) {
        const struct base_eleccion *eleccion = &base->elecciones[e];
        const struct {
            const struct archivo *archivo;
            const char *nombre, *extension;
        } rows[] = { { eleccion->candidaturas, "candidaturas", "csv" },
                     { eleccion->leeme, "LEEME", "txt" } };

        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char path[PATH_MAX];
            enum prep_status status;

            if (rows[i].archivo == NULL) {
                continue;
            }
            (void)snprintf(path, sizeof path, "%s/%s-%s.%s", carpeta, rows[i].nombre,
                           eleccion->clave, rows[i].extension);
            status = durable_replace(path, rows[i].archivo->data, rows[i].archivo->len,
                                     0644, reason);
            if (status != PREP_OK) {
                return status;
            }
        }
    }
    return PREP_OK;
}

static enum prep_status ilegibles_escribe(const struct base *base, const char *carpeta,
                                          struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, ESCRIBE_BYTES_MAX);
    buffer_add_text(&out, "archivo,linea,motivo,texto\n");
    for (size_t e = 0; e < base->eleccion_count; e++) {
        for (size_t k = 0; k < base->elecciones[e].corte_count; k++) {
            const struct tabla *tabla = base->elecciones[e].cortes[k].tabla;

            for (size_t i = 0; i < tabla->ilegible_count; i++) {
                csv_add(&out, tabla->ruta, ',');
                buffer_printf(&out, ",%zu", tabla->ilegibles[i].linea);
                csv_campo(&out, tabla->ilegibles[i].motivo);
                csv_campo(&out, tabla->ilegibles[i].texto);
                buffer_add_char(&out, '\n');
            }
        }
    }
    status = escribe_archivo(carpeta, "ilegibles.csv", &out, reason);
    buffer_done(&out);
    return status;
}

static enum prep_status supuestos_escribe(const struct noche *noche,
                                          const char *carpeta,
                                          struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer out;

    buffer_init(&out, ESCRIBE_BYTES_MAX);
    buffer_add_text(&out,
                    "eleccion,linea,clave_acta,celda,publicado,supuesto,porque\n");
    for (size_t i = 0; i < noche->supuestos.count; i++) {
        buffer_add_text(&out, noche->supuestos.items[i]);
        buffer_add_char(&out, '\n');
    }
    status = escribe_archivo(carpeta, "supuestos.csv", &out, reason);
    buffer_done(&out);
    return status;
}

enum prep_status noche_escribe(const struct noche *noche, const char *carpeta,
                               struct prep_reason *reason)
{
    enum prep_status status;

    status = durable_mkdir(carpeta, 0755, reason);
    if (status == PREP_OK) {
        status = noche_escribe_definicion(noche, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = catalogo_escribe(noche, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = hechos_escribe(noche, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = cortes_escribe(noche, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = anexos_escribe(noche->base, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = ilegibles_escribe(noche->base, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = supuestos_escribe(noche, carpeta, reason);
    }
    return status;
}
