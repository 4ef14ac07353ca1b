/*
 * Writes the seeds of the corpora: one good input of each kind. Run when a message
 * changes: fuzz_seeds tests/fuzz/corpus
 */
#include "fuzz_mundo.h"

#include "prep/celda.h"

static const char *root;

static void seed(const char *target, const char *name, const void *data, size_t len)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s/%s", root, target, name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

/* The same event bare, behind the number of its signer, and sealed; and in a request.
 */
static void seed_event(const char *name, unsigned numero, Prep__Event *event)
{
    static uint8_t zeros[HASH_LEN];
    uint8_t bytes[ENVELOPE_BYTES_MAX], sealed[2 * ENVELOPE_BYTES_MAX];
    uint8_t packed[2 * ENVELOPE_BYTES_MAX];
    Prep__Peticion peticion = PREP__PETICION__INIT;
    char sealed_name[80];
    size_t len;

    event->version = EVENT_VERSION;
    event->proceso = (char *)(uintptr_t)FUZZ_PROCESO;
    event->emisor = numero;
    event->secuencia = 1;
    event->anterior = (ProtobufCBinaryData){ HASH_LEN, zeros };
    event->hora_ms = INT64_C(1812000000000);
    bytes[0] = (uint8_t)numero;
    len = 1 + prep__event__pack(event, bytes + 1);
    seed("envelope", name, bytes, len);
    len = fuzz_seal(numero, ENVELOPE_PREFIX_EVENT, bytes + 1, len - 1, sealed,
                    sizeof sealed);
    (void)snprintf(sealed_name, sizeof sealed_name, "%s-firmado", name);
    seed("envelope", sealed_name, sealed, len);
    peticion.cuerpo_case = PREP__PETICION__CUERPO_SOBRE;
    peticion.sobre = (ProtobufCBinaryData){ len, sealed };
    seed("peticion", name, packed, prep__peticion__pack(&peticion, packed));
}

static void seed_events(void)
{
    static uint8_t hash_bytes[HASH_LEN] = { 7 };
    static int32_t celdas[] = {
        0, 12, 750, CELDA_ILEGIBLE, CELDA_SIN_DATO, CELDA_NO_APLICA
    };
    ProtobufCBinaryData hash = { HASH_LEN, hash_bytes }, captures[2] = { hash, hash };
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Apertura apertura = PREP__APERTURA__INIT;
    Prep__Acopio acopio = PREP__ACOPIO__INIT;
    Prep__Dato dato = PREP__DATO__INIT, *datos[] = { &dato };
    Prep__Imagen imagen = PREP__IMAGEN__INIT;
    Prep__Captura captura = PREP__CAPTURA__INIT;
    Prep__Verificacion verificacion = PREP__VERIFICACION__INIT;
    Prep__Incidencia incidencia = PREP__INCIDENCIA__INIT;
    Prep__Corte corte = PREP__CORTE__INIT;
    Prep__Cierre cierre = PREP__CIERRE__INIT;
    Prep__Cotejo cotejo = PREP__COTEJO__INIT;

    event.cuerpo_case = PREP__EVENT__CUERPO_APERTURA;
    event.apertura = &apertura;
    apertura.definicion_sha256 = apertura.catalogo_sha256 = hash;
    seed_event("apertura", 8, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_CIERRE;
    event.cierre = &cierre;
    cierre.corte = 6;
    seed_event("cierre", 5, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_CORTE;
    event.corte = &corte;
    corte.numero = 1;
    corte.raiz = corte.objeto = hash;
    seed_event("corte", 5, &event);

    event.acta = 1234;
    event.sigue_a = hash;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &acopio;
    acopio.mecanismo = 1;
    seed_event("acopio", 6, &event);
    event.acta = UINT64_C(1) << 52 | UINT64_C(6) << 32 | 1;
    acopio.eleccion = 1;
    dato.campo = (char *)(uintptr_t) "SECCION";
    dato.texto = (char *)(uintptr_t) "0123 ñ";
    acopio.n_identificacion = 1;
    acopio.identificacion = datos;
    seed_event("acopio-fuera", 6, &event);
    event.acta = 1234;
    event.cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
    event.imagen = &imagen;
    imagen.sha256 = hash;
    imagen.bytes_total = 150000;
    imagen.formato = 1;
    seed_event("imagen", 7, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_CAPTURA;
    event.captura = &captura;
    captura.paso = 1;
    captura.operador = 4411;
    captura.n_celdas = sizeof celdas / sizeof celdas[0];
    captura.celdas = celdas;
    seed_event("captura", 3, &event);
    captura.paso = 2;
    seed_event("captura-2", 4, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_VERIFICACION;
    event.verificacion = &verificacion;
    verificacion.metodo = 1;
    verificacion.n_capturas = 2;
    verificacion.capturas = captures;
    verificacion.n_celdas = captura.n_celdas;
    verificacion.celdas = celdas;
    seed_event("verificacion", 4, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event.cotejo = &cotejo;
    cotejo.resultado = 1;
    seed_event("cotejo", 4, &event);
    event.cuerpo_case = PREP__EVENT__CUERPO_INCIDENCIA;
    event.incidencia = &incidencia;
    incidencia.nombre = (char *)(uintptr_t) "par.rechazado";
    incidencia.detalle = (char *)(uintptr_t) "sección 12";
    seed_event("incidencia", 1, &event);
}

static void seed_acuse(void)
{
    static uint8_t hash_bytes[HASH_LEN] = { 7 };
    Prep__AcuseEvento evento = PREP__ACUSE_EVENTO__INIT, *list[] = { &evento };
    ProtobufCBinaryData imagen = { HASH_LEN, hash_bytes };
    Prep__Acuse acuse = PREP__ACUSE__INIT;
    uint8_t bytes[512], sealed[1024];
    size_t len;

    evento.secuencia = 3;
    evento.posicion = 99;
    evento.hash = imagen;
    acuse.servicio = 1;
    acuse.emisor = 6;
    acuse.n_eventos = 1;
    acuse.eventos = list;
    acuse.n_imagenes = 1;
    acuse.imagenes = &imagen;
    bytes[0] = 1;
    len = 1 + prep__acuse__pack(&acuse, bytes + 1);
    seed("acuse", "acuse", bytes, len);
    seed("respuesta", "acuse", bytes, len);
    len =
        fuzz_seal(1, ENVELOPE_PREFIX_ACUSE, bytes + 1, len - 1, sealed, sizeof sealed);
    seed("acuse", "acuse-firmado", sealed, len);
    acuse.n_eventos = 0;
    bytes[0] = 1;
    len = 1 + prep__acuse__pack(&acuse, bytes + 1);
    seed("respuesta", "acuse-imagen", bytes, len);
}

static void seed_lines(void)
{
    static uint8_t hash_bytes[HASH_LEN] = { 7 };
    const ProtobufCBinaryData hash = { HASH_LEN, hash_bytes };
    Prep__Peticion peticion = PREP__PETICION__INIT;
    Prep__Trozo trozo = PREP__TROZO__INIT;
    Prep__ConsultaCabeza consulta = PREP__CONSULTA_CABEZA__INIT;
    Prep__ConsultaImagen imagen = PREP__CONSULTA_IMAGEN__INIT;
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;
    Prep__Rechazo rechazo = PREP__RECHAZO__INIT;
    Prep__Cabeza cabeza = PREP__CABEZA__INIT;
    Prep__Avance avance = PREP__AVANCE__INIT;
    uint8_t bytes[512];

    trozo.sha256 = trozo.datos = hash;
    trozo.total = 150000;
    trozo.secuencia = 1;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_TROZO;
    peticion.trozo = &trozo;
    seed("peticion", "trozo", bytes, prep__peticion__pack(&peticion, bytes));
    consulta.emisor = 6;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_CABEZA;
    peticion.cabeza = &consulta;
    seed("peticion", "cabeza", bytes, prep__peticion__pack(&peticion, bytes));
    imagen.sha256 = hash;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_IMAGEN;
    peticion.imagen = &imagen;
    seed("peticion", "imagen-consulta", bytes, prep__peticion__pack(&peticion, bytes));

    rechazo.secuencia = 5;
    rechazo.status = PREP_ERR_GAP;
    rechazo.evento = (char *)(uintptr_t) "cadena.hueco";
    rechazo.motivo = (char *)(uintptr_t) "falta";
    rechazo.esperada = 3;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_RECHAZO;
    respuesta.rechazo = &rechazo;
    seed("respuesta", "hueco", bytes, prep__respuesta__pack(&respuesta, bytes));
    rechazo.status = PREP_ERR_FULL;
    seed("respuesta", "lleno", bytes, prep__respuesta__pack(&respuesta, bytes));
    cabeza.emisor = 6;
    cabeza.secuencia = 4;
    cabeza.hash = hash;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_CABEZA;
    respuesta.cabeza = &cabeza;
    seed("respuesta", "cabeza", bytes, prep__respuesta__pack(&respuesta, bytes));
    cabeza.secuencia = 0;
    cabeza.hash.len = 0;
    seed("respuesta", "cabeza-vacia", bytes, prep__respuesta__pack(&respuesta, bytes));
    avance.sha256 = hash;
    avance.recibido = 100;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_AVANCE;
    respuesta.avance = &avance;
    seed("respuesta", "avance", bytes, prep__respuesta__pack(&respuesta, bytes));
}

static void seed_topology(void)
{
    static const char text[] =
        "proceso: FUZZ-1\n"
        "procesos:\n"
        "  - nombre: acopio-1\n"
        "    numero: 1\n"
        "    etapa: acopio\n"
        "    host: ccv\n"
        "    firma: d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n"
        "    curve: \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n"
        "    recibe: tcp://127.0.0.1:7101\n"
        "    anuncia: ipc:///run/prep/acopio.pub\n"
        "  - {nombre: catd-1, numero: 2, etapa: acopio-catd,\n"
        "     firma: "
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,\n"
        "     curve: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"}\n";

    seed("topology", "dos", text, sizeof text - 1);
    seed("topology", "corta", text, 60);
    seed("topology", "vacia", "", 0);
    seed("topology", "ancla", "proceso: &a FUZZ-1\nprocesos: [*a, *a]\n", 38);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: fuzz_seeds CORPUS_FOLDER\n");
        return 64;
    }
    root = argv[1];
    seed_events();
    seed_acuse();
    seed_lines();
    seed_topology();
    return 0;
}
