#include "maker.h"

#include <stdlib.h>
#include <string.h>

#include "prep/acta_id.h"

unsigned maker_dice(struct maker *maker, unsigned sides)
{
    return (unsigned)rand_r(&maker->seed) % sides;
}

void maker_acopio(struct maker *maker, Prep__Event *event)
{
    Prep__Acopio acopio = PREP__ACOPIO__INIT;
    Prep__Dato dato = PREP__DATO__INIT;
    Prep__Dato *datos[] = { &dato };
    char campo[] = "SECCION", texto[] = "0\"\\é";

    if (maker_dice(maker, 4) == 0) {
        event->acta = acta_id_fuera(maker->emitter->self->numero,
                                    1 + maker_dice(maker, MAKER_FUERA));
        acopio.eleccion = maker_dice(maker, 4);
        dato.campo = campo;
        dato.texto = texto;
        acopio.n_identificacion = maker_dice(maker, 2);
        acopio.identificacion = datos;
    }
    acopio.operador = 1 + maker_dice(maker, 9);
    acopio.mecanismo = maker_dice(maker, 4);
    acopio.documento = maker_dice(maker, 3);
    acopio.sin_acta = maker_dice(maker, 2) * maker_dice(maker, 5);
    event->cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event->acopio = &acopio;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_imagen(struct maker *maker, Prep__Event *event)
{
    uint8_t sha256[HASH_LEN];
    Prep__Imagen imagen = PREP__IMAGEN__INIT;

    memset(sha256, (int)maker_dice(maker, 256), sizeof sha256);
    imagen.sha256 = (ProtobufCBinaryData){ sizeof sha256, sha256 };
    imagen.bytes_total = 1 + maker_dice(maker, 100000);
    imagen.formato = 1 + maker_dice(maker, 5);
    imagen.origen = maker_dice(maker, 3);
    imagen.digitalizacion = maker_dice(maker, 3);
    imagen.documento = maker_dice(maker, 3);
    imagen.operador = 1;
    event->cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
    event->imagen = &imagen;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_captura(struct maker *maker, Prep__Event *event, unsigned paso)
{
    Prep__Captura captura = PREP__CAPTURA__INIT;
    int32_t cells[MAKER_CELLS_MAX];

    captura.paso = paso;
    captura.operador = 1 + maker_dice(maker, 9);
    captura.n_celdas = 1 + maker_dice(maker, MAKER_CELLS_MAX);
    for (size_t i = 0; i < captura.n_celdas; i++) {
        cells[i] = (int32_t)maker_dice(maker, 500) - 3;
    }
    captura.celdas = cells;
    event->cuerpo_case = PREP__EVENT__CUERPO_CAPTURA;
    event->captura = &captura;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_verificacion(struct maker *maker, Prep__Event *event)
{
    Prep__Verificacion verificacion = PREP__VERIFICACION__INIT;
    uint8_t hash[HASH_LEN] = { 1 };
    ProtobufCBinaryData capturas[] = { { HASH_LEN, hash }, { HASH_LEN, hash } };
    int32_t cells[MAKER_CELLS_MAX];

    hash[1] = (uint8_t)maker_dice(maker, 256);
    verificacion.metodo = 1 + maker_dice(maker, 2);
    verificacion.operador = 1;
    verificacion.n_capturas = 2;
    verificacion.capturas = capturas;
    verificacion.n_celdas = 1 + maker_dice(maker, MAKER_CELLS_MAX);
    for (size_t i = 0; i < verificacion.n_celdas; i++) {
        cells[i] = (int32_t)maker_dice(maker, 500) - 3;
    }
    verificacion.celdas = cells;
    event->cuerpo_case = PREP__EVENT__CUERPO_VERIFICACION;
    event->verificacion = &verificacion;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_cotejo(struct maker *maker, Prep__Event *event)
{
    Prep__Cotejo cotejo = PREP__COTEJO__INIT;

    cotejo.resultado = 1 + maker_dice(maker, 3);
    cotejo.operador = 1;
    event->cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event->cotejo = &cotejo;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

static ProtobufCBinaryData any_hash(struct maker *maker, uint8_t bytes[static HASH_LEN])
{
    memset(bytes, (int)maker_dice(maker, 256), HASH_LEN);
    return (ProtobufCBinaryData){ HASH_LEN, bytes };
}

void maker_correccion(struct maker *maker, Prep__Event *event)
{
    Prep__Correccion correccion = PREP__CORRECCION__INIT;
    uint8_t hash[HASH_LEN];
    int32_t cells[MAKER_CELLS_MAX];
    char motivo[] = "el acta dice otra cosa";

    correccion.clase = 1 + maker_dice(maker, 2);
    correccion.numero = 1 + maker_dice(maker, 3);
    correccion.propone = 1;
    correccion.confirma = 2 + maker_dice(maker, 9);
    correccion.motivo = motivo;
    if (correccion.clase == PROPUESTA_CORRECCION) {
        correccion.n_celdas = 1 + maker_dice(maker, MAKER_CELLS_MAX);
    }
    for (size_t i = 0; i < correccion.n_celdas; i++) {
        cells[i] = (int32_t)maker_dice(maker, 500) - 3;
    }
    correccion.celdas = cells;
    correccion.propuesta = any_hash(maker, hash);
    correccion.sustituye = correccion.propuesta;
    event->cuerpo_case = PREP__EVENT__CUERPO_CORRECCION;
    event->correccion = &correccion;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_identificacion(struct maker *maker, Prep__Event *event)
{
    Prep__Identificacion identificacion = PREP__IDENTIFICACION__INIT;
    Prep__Imagen imagen = PREP__IMAGEN__INIT;
    uint8_t hash[HASH_LEN], sha256[HASH_LEN];
    char motivo[] = "la sección se lee en la imagen";

    identificacion.fuera = acta_id_fuera(1 + maker_dice(maker, FIXTURE_EMITTERS),
                                         1 + maker_dice(maker, MAKER_FUERA));
    identificacion.propone = 1;
    identificacion.confirma = 2;
    identificacion.motivo = motivo;
    identificacion.evento = any_hash(maker, hash);
    identificacion.propuesta = identificacion.evento;
    identificacion.imagen_ms = MAKER_HORA + maker_dice(maker, 3);
    imagen.sha256 = any_hash(maker, sha256);
    imagen.bytes_total = 1 + maker_dice(maker, 100000);
    imagen.formato = 1 + maker_dice(maker, 5);
    imagen.origen = maker_dice(maker, 3);
    identificacion.imagen = &imagen;
    event->cuerpo_case = PREP__EVENT__CUERPO_IDENTIFICACION;
    event->identificacion = &identificacion;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_hora_dudosa(struct maker *maker, Prep__Event *event)
{
    Prep__HoraDudosa duda = PREP__HORA_DUDOSA__INIT;
    uint8_t hash[HASH_LEN];

    duda.evento = any_hash(maker, hash);
    duda.tipo = PREP__EVENT__CUERPO_ACOPIO;
    duda.dispositivo_ms = MAKER_HORA - maker_dice(maker, 3);
    duda.causas = 1 + maker_dice(maker, 7);
    duda.sin_acta = maker_dice(maker, 2);
    event->cuerpo_case = PREP__EVENT__CUERPO_HORA_DUDOSA;
    event->hora_dudosa = &duda;
    fixture_sign(maker->fixture, maker->emitter, event, maker->out);
}

void maker_event(struct maker *maker, enum fixture_kind kind)
{
    Prep__Event event = PREP__EVENT__INIT;

    event.acta = 1 + maker_dice(maker, MAKER_ACTAS);
    event.hora_ms = MAKER_HORA + maker_dice(maker, 3); /* ties are broken by the hash */
    switch (kind) {
    case FIXTURE_ACOPIO:
        maker_acopio(maker, &event);
        break;
    case FIXTURE_DIGITALIZA:
        if (maker_dice(maker, 5) == 0) { /* often before its acopio */
            event.acta = acta_id_fuera(1 + maker_dice(maker, FIXTURE_EMITTERS),
                                       1 + maker_dice(maker, MAKER_FUERA));
        }
        maker_imagen(maker, &event);
        break;
    case FIXTURE_CAPTURA:
        maker_captura(maker, &event, 1);
        break;
    case FIXTURE_SERVICIO:
        maker_hora_dudosa(maker, &event);
        break;
    default:
        switch (maker_dice(maker, 6)) {
        case 0:
            maker_captura(maker, &event, 2);
            break;
        case 1:
            maker_captura(maker, &event, 3);
            break;
        case 2:
            maker_verificacion(maker, &event);
            break;
        case 3:
            maker_correccion(maker, &event);
            break;
        case 4:
            maker_identificacion(maker, &event);
            break;
        default:
            maker_cotejo(maker, &event);
        }
    }
}
