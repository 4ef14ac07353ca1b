#include "prep/vida.h"

#include <assert.h>

#include "prep/acta_id.h"

/* clang-format off: the tables read as tables */
static const char *const estados[VIDA_ESTADOS] = {
    [VIDA_ESPERADA] = "esperada",       [VIDA_SIN_ACTA] = "sin acta",
    [VIDA_RECIBIDA] = "recibida",       [VIDA_CAPTURADA] = "capturada",
    [VIDA_DISCREPANTE] = "discrepante", [VIDA_VERIFICADA] = "verificada",
    [VIDA_CORREGIDA] = "corregida",     [VIDA_REABIERTA] = "reabierta",
    [VIDA_FUERA] = "fuera de catálogo", [VIDA_IDENTIFICADA] = "identificada",
};

static const char *const eventos[VIDA_EVENTOS] = {
    [VIDA_ACOPIO] = "acopio",
    [VIDA_ACOPIO_SIN_ACTA] = "acopio sin acta",
    [VIDA_IMAGEN] = "imagen",
    [VIDA_PRIMERA] = "primera captura",
    [VIDA_SEGUNDA_IGUAL] = "segunda, igual",
    [VIDA_SEGUNDA_DISTINTA] = "segunda, distinta",
    [VIDA_TERCERA] = "tercera",
    [VIDA_COTEJO] = "cotejo",
    [VIDA_CORRECCION] = "corrección",
    [VIDA_REAPERTURA] = "reapertura",
    [VIDA_IDENTIFICACION] = "identificación",
};

/* What a cell of the table says: a state, or one of these. */
enum negativa {
    YA_CAPTURADA = VIDA_ESTADOS, /* the same range, so that a cell is one number */
    FALTA_PRIMERA,
    FALTA_SEGUNDA,
    FALTA_VERIFICAR,
    REABIERTA,
    NO_SE_CAPTURA,
    DE_CATALOGO,
    YA_IDENTIFICADA,
    NEGATIVAS_FIN
};

static const struct {
    const char *codigo, *motivo;
} negativas[NEGATIVAS_FIN - VIDA_ESTADOS] = {
    [YA_CAPTURADA - VIDA_ESTADOS] = { "captura.existente",
                                      "esta acta ya tiene esa captura; pida otra" },
    [FALTA_PRIMERA -
        VIDA_ESTADOS] = { "captura.faltante",
                          "esta acta todavía no tiene primera captura; pida otra" },
    [FALTA_SEGUNDA -
        VIDA_ESTADOS] = { "captura.faltante",
                          "esta acta todavía no tiene segunda captura; pida otra" },
    [FALTA_VERIFICAR - VIDA_ESTADOS] = { "verificacion.faltante",
                                         "esta acta todavía no está "
                                         "verificada; espere a que lo esté" },
    [REABIERTA - VIDA_ESTADOS] = { "acta.reabierta",
                                   "esta acta está reabierta y no tiene "
                                   "valores; primero proponga su corrección" },
    [NO_SE_CAPTURA - VIDA_ESTADOS] = { "acta.fuera.de.catalogo",
                                       "un acta fuera de catálogo se registra y no se "
                                       "captura; pida otra" },
    [DE_CATALOGO -
        VIDA_ESTADOS] = { "acta.de.catalogo",
                          "esta acta es del catálogo: no hay nada que identificar" },
    [YA_IDENTIFICADA - VIDA_ESTADOS] = { "identificacion.existente",
                                         "esta acta ya fue identificada; si fue con "
                                         "otra casilla, corrija la otra" },
};

#define ES(estado) VIDA_##estado
static const uint8_t tabla[VIDA_ESTADOS][VIDA_EVENTOS] = {
    /*                   acopio            sin acta          imagen            primera
       segunda igual     segunda distinta   tercera           cotejo corrección
       reapertura        identificación */
    [VIDA_ESPERADA] = { ES(RECIBIDA), ES(SIN_ACTA), ES(RECIBIDA), ES(CAPTURADA),
                        FALTA_PRIMERA, FALTA_PRIMERA, FALTA_PRIMERA, FALTA_VERIFICAR,
                        FALTA_VERIFICAR, FALTA_VERIFICAR, DE_CATALOGO },
    [VIDA_SIN_ACTA] = { ES(RECIBIDA), ES(SIN_ACTA), ES(RECIBIDA), ES(CAPTURADA),
                        FALTA_PRIMERA, FALTA_PRIMERA, FALTA_PRIMERA, FALTA_VERIFICAR,
                        FALTA_VERIFICAR, FALTA_VERIFICAR, DE_CATALOGO },
    [VIDA_RECIBIDA] = { ES(RECIBIDA), ES(RECIBIDA), ES(RECIBIDA), ES(CAPTURADA),
                        FALTA_PRIMERA, FALTA_PRIMERA, FALTA_PRIMERA, FALTA_VERIFICAR,
                        FALTA_VERIFICAR, FALTA_VERIFICAR, DE_CATALOGO },
    [VIDA_CAPTURADA] = { ES(CAPTURADA), ES(CAPTURADA), ES(CAPTURADA), YA_CAPTURADA,
                         ES(VERIFICADA), ES(DISCREPANTE), FALTA_SEGUNDA,
                         FALTA_VERIFICAR, FALTA_VERIFICAR, FALTA_VERIFICAR,
                         DE_CATALOGO },
    [VIDA_DISCREPANTE] = { ES(DISCREPANTE), ES(DISCREPANTE), ES(DISCREPANTE),
                           YA_CAPTURADA, YA_CAPTURADA, YA_CAPTURADA, ES(VERIFICADA),
                           FALTA_VERIFICAR, FALTA_VERIFICAR, FALTA_VERIFICAR,
                           DE_CATALOGO },
    [VIDA_VERIFICADA] = { ES(VERIFICADA), ES(VERIFICADA), ES(VERIFICADA), YA_CAPTURADA,
                          YA_CAPTURADA, YA_CAPTURADA, YA_CAPTURADA, ES(VERIFICADA),
                          ES(CORREGIDA), ES(REABIERTA), DE_CATALOGO },
    [VIDA_CORREGIDA] = { ES(CORREGIDA), ES(CORREGIDA), ES(CORREGIDA), YA_CAPTURADA,
                         YA_CAPTURADA, YA_CAPTURADA, YA_CAPTURADA, ES(CORREGIDA),
                         ES(CORREGIDA), ES(REABIERTA), DE_CATALOGO },
    [VIDA_REABIERTA] = { ES(REABIERTA), ES(REABIERTA), ES(REABIERTA), YA_CAPTURADA,
                         YA_CAPTURADA, YA_CAPTURADA, YA_CAPTURADA, REABIERTA,
                         ES(CORREGIDA), REABIERTA, DE_CATALOGO },
    [VIDA_FUERA] = { ES(FUERA), ES(FUERA), ES(FUERA), NO_SE_CAPTURA, NO_SE_CAPTURA,
                     NO_SE_CAPTURA, NO_SE_CAPTURA, NO_SE_CAPTURA, NO_SE_CAPTURA,
                     NO_SE_CAPTURA, ES(IDENTIFICADA) },
    [VIDA_IDENTIFICADA] = { ES(IDENTIFICADA), ES(IDENTIFICADA), ES(IDENTIFICADA),
                            NO_SE_CAPTURA, NO_SE_CAPTURA, NO_SE_CAPTURA, NO_SE_CAPTURA,
                            NO_SE_CAPTURA, NO_SE_CAPTURA, NO_SE_CAPTURA,
                            YA_IDENTIFICADA },
};
/* clang-format on */

struct vida_paso vida_paso(enum vida_estado estado, enum vida_evento evento)
{
    unsigned dice;

    assert(estado < VIDA_ESTADOS && evento < VIDA_EVENTOS);
    dice = tabla[estado][evento];
    if (dice < VIDA_ESTADOS) {
        return (struct vida_paso){ .acepta = true, .estado = (enum vida_estado)dice };
    }
    return (struct vida_paso){ .codigo = negativas[dice - VIDA_ESTADOS].codigo,
                               .motivo = negativas[dice - VIDA_ESTADOS].motivo };
}

enum vida_estado vida_estado(const struct acta_row *row)
{
    if (acta_id_es_fuera(row->id)) {
        return row->identificada_como != 0 ? VIDA_IDENTIFICADA : VIDA_FUERA;
    }
    if (row->correccion_numero != 0) {
        return row->correccion_count > 0 ? VIDA_CORREGIDA : VIDA_REABIERTA;
    }
    if (row->tiene_verificacion) {
        return VIDA_VERIFICADA;
    }
    if (row->tiene_captura[0]) {
        return row->tiene_captura[1] ? VIDA_DISCREPANTE : VIDA_CAPTURADA;
    }
    if (row->tiene_imagen || (row->tiene_acopio && row->sin_acta == 0)) {
        return VIDA_RECIBIDA;
    }
    return row->tiene_acopio ? VIDA_SIN_ACTA : VIDA_ESPERADA;
}

const char *vida_estado_texto(enum vida_estado estado)
{
    assert(estado < VIDA_ESTADOS);
    return estados[estado];
}

const char *vida_evento_texto(enum vida_evento evento)
{
    assert(evento < VIDA_EVENTOS);
    return eventos[evento];
}

void vida_tabla(struct buffer *out)
{
    buffer_add_text(out, "| state |");
    for (unsigned e = 0; e < VIDA_EVENTOS; e++) {
        buffer_printf(out, " %s |", eventos[e]);
    }
    buffer_add_text(out, "\n|---|");
    for (unsigned e = 0; e < VIDA_EVENTOS; e++) {
        buffer_add_text(out, "---|");
    }
    buffer_add_char(out, '\n');
    for (unsigned s = 0; s < VIDA_ESTADOS; s++) {
        buffer_printf(out, "| **%s** |", estados[s]);
        for (unsigned e = 0; e < VIDA_EVENTOS; e++) {
            const struct vida_paso paso = vida_paso(s, e);

            if (!paso.acepta) {
                buffer_printf(out, " `%s` |", paso.codigo);
            } else {
                buffer_printf(out, " %s |",
                              paso.estado == s ? "=" : estados[paso.estado]);
            }
        }
        buffer_add_char(out, '\n');
    }
}
