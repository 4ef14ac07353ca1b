#include <string.h>

#include "base/clock.h"
#include "historia.h"
#include "objeto.h"
#include "prep/projection.h"

#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)

static void digits(char *at, int value, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* As clock_iso(), which formats three times per acta half a million times. */
void objeto_hora(const char *clave, int64_t ms, int desfase_min, struct buffer *out)
{
    char text[] = ":\"0000-00-00T00:00:00+00:00\"";
    int offset = desfase_min < 0 ? -desfase_min : desfase_min;
    struct clock_parts parts;

    clock_to_parts(ms, desfase_min, &parts);
    digits(text + 2, parts.year, 4);
    digits(text + 7, parts.month, 2);
    digits(text + 10, parts.day, 2);
    digits(text + 13, parts.hour, 2);
    digits(text + 16, parts.minute, 2);
    digits(text + 19, parts.second, 2);
    text[21] = desfase_min < 0 ? '-' : '+';
    digits(text + 22, offset / 60, 2);
    digits(text + 25, offset % 60, 2);
    buffer_add_char(out, '"');
    buffer_add_text(out, clave);
    buffer_add_char(out, '"');
    buffer_add(out, text, sizeof text - 1);
}

void objeto_hash(const char *clave, const struct hash *hash, struct buffer *out)
{
    char text[HASH_TEXT_SIZE];

    hash_text(hash, text);
    buffer_add_char(out, '"');
    buffer_add_text(out, clave);
    TEXTO(out, "\":\"");
    buffer_add(out, text, HASH_TEXT_LEN);
    buffer_add_char(out, '"');
}

const char *objeto_formato(uint32_t formato)
{
    static const char *const nombres[] = { NULL, "webp", "jpg", "png", "pdf", "tif" };

    return formato < sizeof nombres / sizeof nombres[0] ? nombres[formato] : NULL;
}

static const char *estado_texto(enum acta_estado estado)
{
    switch (estado) {
    case ACTA_FUERA_DE_CATALOGO:
        return "fuera_de_catalogo";
    case ACTA_SIN_ACTA:
        return "sin_acta";
    case ACTA_TODOS_ILEGIBLES:
        return "todos_ilegibles_o_sin_dato";
    case ACTA_EXCEDE:
        return "excede_lista_nominal";
    case ACTA_ALGUN_CAMPO:
        return "algun_campo_ilegible_o_sin_dato";
    case ACTA_NORMAL:
        return "sin_observaciones";
    case ACTA_NO_CAPTURADA:
        return "no_capturada";
    }
    return "";
}

static const char *sin_acta_texto(enum sin_acta causa)
{
    switch (causa) {
    case SIN_ACTA_NO:
        break;
    case SIN_ACTA_PAQUETE_NO_ENTREGADO:
        return "paquete_no_entregado";
    case SIN_ACTA_CASILLA_NO_INSTALADA:
        return "casilla_no_instalada";
    case SIN_ACTA_SIN_BOLSA:
        return "paquete_entregado_sin_bolsa";
    case SIN_ACTA_CONTINGENCIA_URNA:
        return "contingencia_en_urna_electronica";
    }
    return "";
}

static void texto(const char *clave, const char *valor, struct buffer *out)
{
    if (valor == NULL || valor[0] == '\0') {
        return;
    }
    TEXTO(out, ",\"");
    buffer_add_text(out, clave);
    TEXTO(out, "\":");
    buffer_add_json(out, valor);
}

static void hora(const char *clave, bool tiene, int64_t ms, int desfase_min,
                 struct buffer *out)
{
    if (tiene && ms != CLOCK_UNKNOWN) {
        buffer_add_char(out, ',');
        objeto_hora(clave, ms, desfase_min, out);
    }
}

void objeto_celdas(const celda *valores, size_t count, struct buffer *out)
{
    buffer_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buffer_add_char(out, ',');
        }
        switch (valores[i]) {
        case CELDA_ILEGIBLE:
            TEXTO(out, "\"ilegible\"");
            break;
        case CELDA_SIN_DATO:
            TEXTO(out, "\"sin_dato\"");
            break;
        case CELDA_NO_APLICA:
            TEXTO(out, "null");
            break;
        default:
            buffer_add_uint(out, (uint64_t)valores[i]);
        }
    }
    buffer_add_char(out, ']');
}

static void identidad(const struct catalogo_acta *c, bool fuera, struct buffer *out)
{
    texto("clave_acta", c->clave_acta, out);
    texto("clave_casilla", c->clave_casilla, out);
    if (fuera) { /* the others say it in the objects above them */
        texto("entidad", c->entidad, out);
        texto("territorio", c->territorio, out);
        texto("seccion", c->seccion, out);
    }
    texto("tipo_casilla", c->tipo_casilla, out);
    texto("id_casilla", c->id_casilla, out);
    texto("ext_contigua", c->ext_contigua, out);
    texto("ubicacion", c->ubicacion, out);
    texto("tipo_acta", c->tipo_acta, out);
    if (!fuera) {
        TEXTO(out, ",\"lista_nominal\":");
        buffer_add_int(out, c->lista_nominal);
        if (c->representantes >= 0) {
            TEXTO(out, ",\"representantes\":");
            buffer_add_int(out, c->representantes);
        }
    }
}

static void procedencia(const struct definicion *definicion,
                        const struct acta_vista *vista, uint32_t formato,
                        struct buffer *out)
{
    const int desfase = definicion->desfase_min;

    texto("mecanismo_traslado",
          vocabulario_texto(&definicion->mecanismos, vista->mecanismo), out);
    texto("documento", vocabulario_texto(&definicion->documentos, vista->documento),
          out);
    texto("origen", vocabulario_texto(&definicion->origenes, vista->origen), out);
    texto("digitalizacion",
          vocabulario_texto(&definicion->digitalizaciones, vista->digitalizacion), out);
    hora("acopio", vista->tiene_acopio, vista->acopio_ms, desfase, out);
    if (vista->duda_causas != 0) { /* the device's is evidence; acopio is the CCV's */
        hora("hora_dispositivo", true, vista->dispositivo_ms, desfase, out);
    }
    hora("captura", vista->tiene_captura, vista->captura_ms, desfase, out);
    hora("verificacion", vista->tiene_verificacion, vista->verificacion_ms, desfase,
         out);
    if (vista->tiene_imagen && objeto_formato(formato) != NULL) {
        char hash[HASH_TEXT_SIZE];

        hash_text(&vista->imagen, hash);
        TEXTO(out, ",\"imagen\":\"imagenes/");
        buffer_add(out, hash, HASH_TEXT_LEN);
        buffer_add_char(out, '.');
        buffer_add_text(out, objeto_formato(formato));
        buffer_add_char(out, '"');
    }
}

/* The ones besides that of reference, in order of arrival. */
static void otras(const struct definicion *definicion, const struct acta_vista *vista,
                  struct buffer *out)
{
    for (size_t i = 0; i < vista->otra_count; i++) {
        const struct acta_imagen *una = &vista->otras[i];
        char name[HASH_TEXT_SIZE];

        hash_text(&una->sha256, name);
        buffer_add_text(out, i == 0 ? ",\"otras_imagenes\":[{" : ",{");
        buffer_printf(out, "\"imagen\":\"imagenes/%s.%s\"", name,
                      objeto_formato(una->formato) == NULL
                          ? "bin"
                          : objeto_formato(una->formato));
        texto("origen", vocabulario_texto(&definicion->origenes, una->origen), out);
        texto("digitalizacion",
              vocabulario_texto(&definicion->digitalizaciones, una->digitalizacion),
              out);
        texto("documento", vocabulario_texto(&definicion->documentos, una->documento),
              out);
        hora("hora", true, una->hora_ms, definicion->desfase_min, out);
        buffer_add_char(out, '}');
    }
    buffer_add_text(out, vista->otra_count > 0 ? "]" : "");
}

void objeto_acta(const struct definicion *definicion, const struct eleccion *eleccion,
                 uint64_t id, const struct acta_vista *vista, uint32_t formato,
                 struct buffer *out)
{
    const struct acta_decision *decision = &vista->decision;
    const bool fuera = vista->hechos.fuera_de_catalogo;

    TEXTO(out, "{\"id\":");
    buffer_add_uint(out, id);
    identidad(&vista->catalogo, fuera, out);
    TEXTO(out, ",\"estado\":\"");
    buffer_add_text(out, estado_texto(decision->estado));
    buffer_add_char(out, '"');
    if (decision->estado == ACTA_SIN_ACTA) {
        texto("causa", sin_acta_texto(vista->hechos.sin_acta), out);
    }
    if (decision->capturada) {
        if (decision->contabilizada) {
            TEXTO(out, ",\"contabilizada\":true");
        } else {
            TEXTO(out, ",\"contabilizada\":false");
        }
    }
    if (vista->hechos.celdas != NULL && decision->estado != ACTA_SIN_ACTA) {
        TEXTO(out, ",\"total\":");
        buffer_add_uint(out, decision->total);
        TEXTO(out, ",\"limite\":");
        buffer_add_uint(out, decision->limite);
        TEXTO(out, ",\"celdas\":");
        objeto_celdas(vista->celdas, eleccion->celda_count, out);
    }
    if (decision->capturada || fuera) {
        procedencia(definicion, vista, formato, out);
    }
    if (vista->cotejada != 0) {
        TEXTO(out, ",\"cotejada\":");
        buffer_add_uint(out, vista->cotejada);
    }
    if (decision->capturada || fuera) {
        otras(definicion, vista, out);
    }
    if (vista->historia != NULL) {
        historia_objeto(vista->historia, definicion, id, out);
    }
    buffer_add_char(out, '}');
}
