#include "prep/vista.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "prep/acta_id.h"

struct identidad {
    const char *campo;
    size_t offset, size;
};

#define IDENTIDAD(campo)                                                               \
    {                                                                                  \
#campo, offsetof(struct catalogo_acta, campo),                                 \
            sizeof(((struct catalogo_acta *)0)->campo)                                 \
    }

static const struct identidad identidades[] = {
    IDENTIDAD(clave_casilla),  IDENTIDAD(clave_acta), IDENTIDAD(entidad),
    IDENTIDAD(entidad_nombre), IDENTIDAD(territorio), IDENTIDAD(territorio_nombre),
    IDENTIDAD(seccion),        IDENTIDAD(id_casilla), IDENTIDAD(tipo_casilla),
    IDENTIDAD(ext_contigua),   IDENTIDAD(ubicacion),  IDENTIDAD(tipo_acta),
    IDENTIDAD(catd),
};

void vista_identificacion(const char *json, size_t len,
                          struct catalogo_acta *out_catalogo)
{
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);

    *out_catalogo = (struct catalogo_acta){
        .representantes = CATALOGO_REPRESENTANTES_DESCONOCIDO,
    };
    for (size_t i = 0; i < sizeof identidades / sizeof identidades[0]; i++) {
        const char *text =
            json_string_value(json_object_get(root, identidades[i].campo));

        if (text != NULL && strlen(text) < identidades[i].size) {
            text_copy((char *)out_catalogo + identidades[i].offset, identidades[i].size,
                      text);
        }
    }
    json_decref(root);
}

static void tiempos(const struct definicion *definicion, const struct acta_row *row,
                    struct acta_vista *vista)
{
    const char *origen =
        row->tiene_imagen ? vocabulario_texto(&definicion->origenes, row->imagen_origen)
                          : NULL;
    bool casilla = origen != NULL && strcmp(origen, VISTA_ORIGEN_CASILLA) == 0;

    const struct acta_duda *duda = NULL;

    vista->acopio_ms = CLOCK_UNKNOWN;
    if (row->tiene_imagen && (casilla || !row->tiene_acopio)) {
        vista->acopio_ms = row->imagen_ms;
        duda = &row->duda_imagen;
    } else if (row->tiene_acopio) {
        vista->acopio_ms = row->acopio_ms;
        duda = &row->duda_acopio;
    }
    vista->duda_causas = duda == NULL ? 0 : duda->causas;
    if (vista->duda_causas != 0) {
        vista->dispositivo_ms = vista->acopio_ms;
        vista->acopio_ms = duda->recibido_ms;
    }
    vista->captura_ms = row->tiene_captura[0] ? row->captura_ms[0] : CLOCK_UNKNOWN;
    vista->verificacion_ms =
        row->tiene_verificacion ? row->verificacion_ms : CLOCK_UNKNOWN;
    if (row->correccion_numero != 0) {
        vista->verificacion_ms = row->correccion_ms;
    }
}

enum prep_status vista_arma(const struct definicion *definicion,
                            const struct eleccion *eleccion,
                            const struct catalogo_acta *catalogo,
                            const struct acta_row *row, struct acta_vista *out_vista,
                            struct prep_reason *reason)
{
    const bool corregida = row->correccion_numero != 0;
    const bool reabierta = corregida && row->correccion_count == 0;
    const size_t count = corregida ? row->correccion_count : row->verificacion_count;
    struct acta_vista *v = out_vista;
    enum prep_status status = PREP_OK;
    const celda *valores = NULL;

    if (corregida && !reabierta) {
        valores = row->correccion;
    } else if (row->tiene_verificacion && !reabierta) {
        valores = row->verificacion;
    }

    v->catalogo = *catalogo;
    v->hechos = (struct acta_hechos){
        .fuera_de_catalogo = acta_id_es_fuera(row->id),
        .sin_acta = row->tiene_acopio ? (enum sin_acta)row->sin_acta : SIN_ACTA_NO,
        .tipo_casilla = catalogo->tipo_casilla[0],
        .ubicacion = catalogo->ubicacion[1] == '\0' ? catalogo->ubicacion[0] : '\0',
        .lista_nominal = catalogo->lista_nominal,
        .representantes = catalogo->representantes,
    };
    if (valores != NULL && !v->hechos.fuera_de_catalogo) {
        status = eleccion_celdas_check(eleccion, catalogo->no_aplica, valores, count,
                                       reason);
        if (status == PREP_OK) {
            memcpy(v->celdas, valores, eleccion->celda_count * sizeof v->celdas[0]);
            v->hechos.verificada = true;
            v->hechos.celdas = v->celdas;
            v->hechos.sin_acta = SIN_ACTA_NO; /* there was one after all */
        } else {
            status = PREP_ERR_RANGE;
        }
    }
    v->mecanismo = row->tiene_acopio ? row->mecanismo : 0;
    v->documento = row->tiene_acopio && row->acopio_documento != 0
                       ? row->acopio_documento
                       : (row->tiene_imagen ? row->imagen_documento : 0);
    v->origen = row->tiene_imagen ? row->imagen_origen : 0;
    v->digitalizacion = row->tiene_imagen ? row->imagen_digitalizacion : 0;
    v->cotejada = row->tiene_cotejo ? row->cotejo : 0;
    /* For the row to say when it was received, an image will do. */
    v->tiene_acopio = row->tiene_acopio || row->tiene_imagen;
    v->tiene_captura = row->tiene_captura[0] && !reabierta;
    v->tiene_verificacion = row->tiene_verificacion && !reabierta;
    v->tiene_imagen = row->tiene_imagen;
    v->imagen = row->imagen;
    v->otra_count = row->otra_count;
    v->otras = row->otras;
    v->historia = NULL;
    tiempos(definicion, row, v);
    reglas_decide(eleccion, &v->hechos, &v->decision);
    return status;
}
