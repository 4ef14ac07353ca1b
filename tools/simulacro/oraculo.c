#include "simulacro/oraculo.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/durable.h"
#include "prep/acta_id.h"
#include "prep/perfil.h"
#include "prep/perfil_privado.h"
#include "simulacro/almacen.h"
#include "simulacro/hechos.h"

#define ARCHIVO_MAX (1024u * 1024u * 1024u)

/* A fact without its cells; corte 0: it never happened. */
struct marca {
    uint32_t corte, eleccion;
    int64_t hora_ms;
    uint32_t mecanismo, documento, origen, digitalizacion, sin_acta;
};

/* Everything that the facts say of one acta, with the corte from which it shows. */
struct estado {
    struct marca sin_acta, acopio, imagen, captura, verificacion;
    size_t celda_count;
    uint32_t cotejo;
    celda *celdas;
    const char *identificacion;
};

struct oraculo {
    struct almacen *almacen;
    struct definicion *definicion;
    struct corte_publicado *cortes;
    size_t corte_count;
    size_t acta_count, acta_room;
    struct catalogo_acta *actas; /* id - 1 */
    struct estado *estados;      /* same order */
    size_t fuera_count, fuera_room;
    struct estado *fuera;
};

static enum prep_status acta_visit(const struct catalogo_acta *acta, void *context,
                                   struct prep_reason *reason)
{
    struct oraculo *oraculo = context;

    (void)reason;
    oraculo->actas = vector_grow(oraculo->actas, oraculo->acta_count,
                                 &oraculo->acta_room, sizeof *oraculo->actas);
    oraculo->actas[oraculo->acta_count++] = *acta;
    return PREP_OK;
}

static struct estado *estado_de(struct oraculo *oraculo, const struct hecho *hecho,
                                struct prep_reason *reason)
{
    if (hecho->acta != 0) {
        if (hecho->acta > oraculo->acta_count) {
            (void)prep_fail(reason, PREP_ERR_FORMAT,
                            "hechos.csv: el acta %llu no está en el catálogo",
                            (unsigned long long)hecho->acta);
            return NULL;
        }
        return &oraculo->estados[hecho->acta - 1];
    }
    while (oraculo->fuera_count < hecho->fuera) {
        oraculo->fuera = vector_grow(oraculo->fuera, oraculo->fuera_count,
                                     &oraculo->fuera_room, sizeof *oraculo->fuera);
        oraculo->fuera[oraculo->fuera_count++] = (struct estado){ 0 };
    }
    return &oraculo->fuera[hecho->fuera - 1];
}

static struct marca marca_de(const struct hecho *hecho)
{
    return (struct marca){ .corte = hecho->corte,
                           .eleccion = hecho->eleccion,
                           .hora_ms = hecho->hora_ms,
                           .mecanismo = hecho->mecanismo,
                           .documento = hecho->documento,
                           .origen = hecho->origen,
                           .digitalizacion = hecho->digitalizacion,
                           .sin_acta = hecho->sin_acta };
}

static void hecho_aplica(struct oraculo *oraculo, struct estado *estado,
                         const struct hecho *hecho)
{
    const struct marca marca = marca_de(hecho);

    switch (hecho->tipo) {
    case HECHO_ACOPIO:
        if (hecho->sin_acta != 0) {
            estado->sin_acta = marca;
            break;
        }
        estado->acopio = marca;
        estado->identificacion = almacen_text(oraculo->almacen, hecho->identificacion);
        break;
    case HECHO_IMAGEN:
        estado->imagen = marca;
        break;
    case HECHO_CAPTURA:
        estado->captura = marca;
        break;
    case HECHO_VERIFICACION:
        estado->verificacion = marca;
        estado->celda_count = hecho->celda_count;
        estado->celdas = almacen_alloc(oraculo->almacen,
                                       hecho->celda_count * sizeof *estado->celdas);
        memcpy(estado->celdas, hecho->celdas, hecho->celda_count * sizeof(celda));
        break;
    case HECHO_COTEJO:
        estado->cotejo = hecho->cotejo;
        break;
    }
}

/* The same check that a daemon makes of a captura. */
static enum prep_status celdas_revisa(const struct oraculo *oraculo,
                                      const struct hecho *hecho,
                                      struct prep_reason *reason)
{
    const struct catalogo_acta *acta;

    if (hecho->tipo != HECHO_CAPTURA && hecho->tipo != HECHO_VERIFICACION) {
        return PREP_OK;
    }
    if (hecho->acta == 0) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "hechos.csv: F%u: una fuera de catálogo no se captura",
                         hecho->fuera);
    }
    acta = &oraculo->actas[hecho->acta - 1];
    return eleccion_celdas_check(
        definicion_eleccion(oraculo->definicion, acta->eleccion), acta->no_aplica,
        hecho->celdas, hecho->celda_count, reason);
}

static enum prep_status hechos_lee(struct oraculo *oraculo, const char *carpeta,
                                   struct prep_reason *reason)
{
    struct hechos_reader *reader;
    enum prep_status status = hechos_open(carpeta, &reader, reason);

    while (status == PREP_OK) {
        struct estado *estado;
        struct hecho hecho;
        bool end;

        status = hechos_next(reader, &hecho, &end, reason);
        if (status != PREP_OK || end) {
            break;
        }
        estado = estado_de(oraculo, &hecho, reason);
        if (estado == NULL) {
            status = PREP_ERR_FORMAT;
            break;
        }
        status = celdas_revisa(oraculo, &hecho, reason);
        if (status == PREP_OK) {
            hecho_aplica(oraculo, estado, &hecho);
        }
    }
    hechos_close(&reader);
    return status;
}

static bool visible(const struct marca *marca, size_t corte)
{
    return marca->corte != 0 && marca->corte <= corte;
}

/* FECHA_HORA_ACOPIO is that of the image when it comes from the casilla. */
static void llegada_arma(const struct definicion *definicion,
                         const struct estado *estado, size_t corte,
                         struct acta_vista *vista)
{
    const char *origen;
    bool casilla;

    vista->mecanismo = estado->acopio.mecanismo;
    vista->documento = estado->acopio.documento != 0 ? estado->acopio.documento
                                                     : estado->imagen.documento;
    vista->tiene_imagen = visible(&estado->imagen, corte);
    vista->origen = vista->tiene_imagen ? estado->imagen.origen : 0;
    vista->digitalizacion = vista->tiene_imagen ? estado->imagen.digitalizacion : 0;
    origen = vocabulario_texto(&definicion->origenes, vista->origen);
    casilla = origen != NULL && strcmp(origen, "CASILLA") == 0;
    vista->tiene_acopio = true;
    vista->acopio_ms = casilla ? estado->imagen.hora_ms : estado->acopio.hora_ms;
    vista->tiene_captura = visible(&estado->captura, corte);
    vista->captura_ms = estado->captura.hora_ms;
    vista->tiene_verificacion = visible(&estado->verificacion, corte);
    vista->verificacion_ms = estado->verificacion.hora_ms;
}

static void codigo_arma(uint64_t id, struct acta_vista *vista)
{
    hash_of(&id, sizeof id, &vista->imagen);
}

static void vista_arma(const struct oraculo *oraculo, size_t at, size_t corte,
                       struct acta_vista *vista)
{
    const struct estado *estado = &oraculo->estados[at];
    const struct catalogo_acta *acta = &oraculo->actas[at];
    const struct eleccion *eleccion =
        definicion_eleccion(oraculo->definicion, acta->eleccion);

    *vista = (struct acta_vista){ .catalogo = *acta };
    vista->hechos = (struct acta_hechos){
        .tipo_casilla = acta->tipo_casilla[0],
        .lista_nominal = acta->lista_nominal,
        .representantes = acta->representantes,
    };
    if (visible(&estado->verificacion, corte)) {
        assert(estado->celda_count == eleccion->celda_count);
        memcpy(vista->celdas, estado->celdas, eleccion->celda_count * sizeof(celda));
        vista->hechos.verificada = true;
        vista->hechos.celdas = vista->celdas;
        vista->cotejada = estado->cotejo;
    }
    if (visible(&estado->acopio, corte)) {
        llegada_arma(oraculo->definicion, estado, corte, vista);
        codigo_arma(acta->id, vista);
    } else if (visible(&estado->sin_acta, corte)) {
        vista->hechos.sin_acta = (enum sin_acta)estado->sin_acta.sin_acta;
        vista->mecanismo = estado->sin_acta.mecanismo;
        vista->documento = estado->sin_acta.documento;
        vista->tiene_acopio = true;
        vista->acopio_ms = estado->sin_acta.hora_ms;
    }
    reglas_decide(eleccion, &vista->hechos, &vista->decision);
}

/* {"campo":"texto"} into the identity columns of the row. */
static void identificacion_arma(const char *json, struct catalogo_acta *catalogo)
{
    json_t *object = json_loads(json, 0, NULL), *value;
    const char *key;

    json_object_foreach(object, key, value)
    {
        for (size_t i = 0; i < perfil_identidad_count; i++) {
            if (strcmp(perfil_identidades[i].palabra, key) == 0 &&
                json_is_string(value)) {
                char *field = (char *)catalogo + perfil_identidades[i].offset;
                size_t len = json_string_length(value);

                if (len < perfil_identidades[i].size) {
                    memcpy(field, json_string_value(value), len + 1);
                }
            }
        }
    }
    json_decref(object);
}

static void fuera_arma(const struct oraculo *oraculo, const struct eleccion *eleccion,
                       size_t at, struct acta_vista *vista)
{
    const struct estado *estado = &oraculo->fuera[at];

    *vista = (struct acta_vista){ 0 };
    identificacion_arma(estado->identificacion, &vista->catalogo);
    vista->hechos.fuera_de_catalogo = true;
    vista->hechos.tipo_casilla = vista->catalogo.tipo_casilla[0];
    llegada_arma(oraculo->definicion, estado, SIZE_MAX, vista);
    codigo_arma(ACTA_ID_FUERA + at, vista);
    reglas_decide(eleccion, &vista->hechos, &vista->decision);
}

static bool fuera_visible(const struct estado *estado, const struct eleccion *eleccion,
                          size_t corte)
{
    return estado->acopio.corte != 0 && estado->acopio.corte <= corte &&
           (estado->acopio.eleccion == 0 ||
            estado->acopio.eleccion == eleccion->ordinal);
}

static void filas_escribe(const struct oraculo *oraculo,
                          const struct eleccion *eleccion, size_t corte,
                          struct resumen *resumen, struct buffer *out)
{
    struct acta_vista vista;

    for (size_t i = 0; i < oraculo->acta_count; i++) {
        if (oraculo->actas[i].eleccion != eleccion->ordinal) {
            continue;
        }
        vista_arma(oraculo, i, corte, &vista);
        resumen_suma(resumen, eleccion, &vista.hechos, &vista.decision, 1);
        perfil_fila(oraculo->definicion, eleccion, &vista, out);
    }
    for (size_t i = 0; i < oraculo->fuera_count; i++) {
        if (fuera_visible(&oraculo->fuera[i], eleccion, corte)) {
            fuera_arma(oraculo, eleccion, i, &vista);
            resumen_suma(resumen, eleccion, &vista.hechos, &vista.decision, 1);
            perfil_fila(oraculo->definicion, eleccion, &vista, out);
        }
    }
}

static enum prep_status corte_publica(const struct oraculo *oraculo,
                                      const struct eleccion *eleccion, size_t k,
                                      const char *salida, struct prep_reason *reason)
{
    const struct corte_publicado *corte = &oraculo->cortes[k];
    struct resumen resumen = { 0 };
    struct encabezado encabezado;
    char path[PATH_MAX];
    enum prep_status status;
    struct buffer rows, text;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s_PREP_%s_%s", salida, corte->sello,
                   eleccion->clave, oraculo->definicion->entidad_clave);
    status = durable_mkdir(path, 0755, reason);
    if (status != PREP_OK) {
        return status;
    }
    buffer_init(&rows, ARCHIVO_MAX);
    buffer_init(&text, ARCHIVO_MAX);
    filas_escribe(oraculo, eleccion, corte->numero, &resumen, &rows);
    encabezado_calcula(&resumen, corte->ultimo, &encabezado);
    perfil_preambulo(oraculo->definicion, eleccion, &encabezado, corte->nominal_ms,
                     &text);
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "/%s",
                   perfil_archivo(eleccion));
    file = fopen(path, "wbe");
    if (file == NULL || fwrite(buffer_text(&text), 1, text.len, file) != text.len ||
        fwrite(buffer_text(&rows), 1, rows.len, file) != rows.len) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: no se pudo escribir", path);
    }
    if (file != NULL && fclose(file) != 0 && status == PREP_OK) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: no se pudo escribir", path);
    }
    buffer_done(&rows);
    buffer_done(&text);
    return status;
}

/* Whether the base has this election in this corte. */
static bool nombra(const char *elecciones, const char *clave)
{
    size_t len = strlen(clave);

    for (const char *at = elecciones; *at != '\0'; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncmp(at, clave, len) == 0 && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

static enum prep_status publica(const struct oraculo *oraculo, const char *salida,
                                struct prep_reason *reason)
{
    for (size_t k = 0; k < oraculo->corte_count; k++) {
        for (size_t e = 0; e < oraculo->definicion->eleccion_count; e++) {
            const struct eleccion *eleccion = &oraculo->definicion->elecciones[e];
            enum prep_status status;

            if (!nombra(oraculo->cortes[k].elecciones, eleccion->clave)) {
                continue;
            }
            status = corte_publica(oraculo, eleccion, k, salida, reason);
            if (status != PREP_OK) {
                return status;
            }
        }
    }
    return PREP_OK;
}

enum prep_status oraculo_publica(const char *carpeta, const char *salida,
                                 struct prep_reason *reason)
{
    struct oraculo oraculo = { .almacen = almacen_new() };
    char path[PATH_MAX];
    enum prep_status status;

    status = definicion_load(carpeta, &oraculo.definicion, reason);
    if (status == PREP_OK) {
        (void)snprintf(path, sizeof path, "%s/catalogo.csv", carpeta);
        status =
            catalogo_read(path, oraculo.definicion, acta_visit, &oraculo, NULL, reason);
    }
    if (status == PREP_OK) {
        oraculo.estados = almacen_alloc(oraculo.almacen,
                                        oraculo.acta_count * sizeof *oraculo.estados);
        status = cortes_read(carpeta, &oraculo.cortes, &oraculo.corte_count, reason);
    }
    if (status == PREP_OK) {
        status = hechos_lee(&oraculo, carpeta, reason);
    }
    if (status == PREP_OK) {
        status = publica(&oraculo, salida, reason);
    }
    definicion_free(&oraculo.definicion);
    free(oraculo.cortes);
    free(oraculo.actas);
    free(oraculo.fuera);
    almacen_free(&oraculo.almacen);
    return status;
}
