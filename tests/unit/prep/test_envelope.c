/*
 * test_envelope.c - nothing that was touched, made up or out of place is opened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mundo_prueba.h"
#include "prep/acta_id.h"
#include "prep/celda.h"
#include "prep/eleccion.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct mundo mundo;

static int group_setup(void **state)
{
    (void)state;
    mundo_open(&mundo, NULL);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

/* A heap copy of exactly len bytes, so that a read past the end is caught. */
static enum prep_status open_copy(const void *bytes, size_t len, const char *proceso,
                                  bool simulacro, const char **event_name)
{
    struct envelope envelope = { 0 };
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    struct prep_reason reason = { "" };
    enum prep_status status;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    *event_name = "";
    status = envelope_open(mundo.topology, proceso, simulacro, copy, len, &envelope,
                           event_name, &reason);
    if (status == PREP_OK) {
        envelope_close(&envelope);
    } else {
        assert_null(envelope.memory);
        assert_true(reason.text[0] != '\0');
    }
    free(copy);
    return status;
}

static void sign_acopio(enum mundo_process who, struct buffer *out)
{
    struct emitter emitter;
    Prep__Event event;
    Prep__Acopio acopio;

    mundo_emitter(&mundo, who, &emitter);
    mundo_acopio(&event, &acopio, 1234);
    buffer_init(out, ENVELOPE_BYTES_MAX);
    emitter_sign(&emitter, &event, out, NULL);
}

static void test_signed_event_opens_as_it_was_signed(void **state)
{
    struct envelope envelope = { 0 };
    struct hash hash, entry;
    struct emitter emitter;
    Prep__Acopio acopio;
    Prep__Event event;
    struct buffer out;

    (void)state;
    mundo_emitter(&mundo, M_CATD, &emitter);
    mundo_acopio(&event, &acopio, 1234);
    buffer_init(&out, ENVELOPE_BYTES_MAX);
    emitter_sign(&emitter, &event, &out, &hash);
    assert_int_equal(envelope_open(mundo.topology, MUNDO_PROCESO, false, out.data,
                                   out.len, &envelope, NULL, NULL),
                     PREP_OK);
    assert_int_equal(envelope.event->acta, 1234);
    assert_int_equal(envelope.event->acopio->operador, 7);
    assert_int_equal(envelope.event->secuencia, 1);
    assert_ptr_equal(envelope.emisor, mundo.process[M_CATD]);
    assert_ptr_equal(envelope.bytes, out.data);
    assert_true(hash_equal(&envelope.hash, &hash));
    hash_of(out.data, out.len, &entry);
    assert_true(hash_equal(&envelope.entry, &entry));
    envelope_close(&envelope);
    envelope_close(&envelope);
    assert_int_equal(
        envelope_open_trusted(mundo.topology, out.data, out.len, &envelope, NULL),
        PREP_OK);
    envelope_close(&envelope);
    buffer_done(&out);
}

static void test_every_flipped_bit_is_refused(void **state)
{
    struct buffer out;

    (void)state;
    sign_acopio(M_CATD, &out);
    for (size_t bit = 0; bit < 8 * out.len; bit++) {
        const char *event_name;
        enum prep_status status;

        out.data[bit / 8] ^= (char)(1u << bit % 8);
        status = open_copy(out.data, out.len, MUNDO_PROCESO, false, &event_name);
        if (status != PREP_ERR_FORMAT && status != PREP_ERR_AUTH) {
            fail_msg("bit %zu: %s", bit, prep_status_str(status));
        }
        assert_true(strcmp(event_name, "mensaje.malformado") == 0 ||
                    strcmp(event_name, "firma.rechazada") == 0 ||
                    strcmp(event_name, "firmante.desconocido") == 0);
        out.data[bit / 8] ^= (char)(1u << bit % 8);
    }
    buffer_done(&out);
}

static void test_every_truncation_and_every_tail_is_refused(void **state)
{
    static const char tail[] = "\x22\x00\x0a\x00";
    const char *event_name;
    struct buffer out;

    (void)state;
    sign_acopio(M_CATD, &out);
    for (size_t len = 0; len < out.len; len++) {
        assert_int_equal(open_copy(out.data, len, MUNDO_PROCESO, false, &event_name),
                         PREP_ERR_FORMAT);
        assert_string_equal(event_name, "mensaje.malformado");
    }
    for (size_t len = 1; len < sizeof tail; len++) {
        struct buffer longer;

        buffer_init(&longer, ENVELOPE_BYTES_MAX);
        buffer_add(&longer, out.data, out.len);
        buffer_add(&longer, tail, len);
        assert_int_equal(
            open_copy(longer.data, longer.len, MUNDO_PROCESO, false, &event_name),
            PREP_ERR_FORMAT);
        buffer_done(&longer);
    }
    buffer_done(&out);
}

/* The same signed event in another wrapper would be another entry of the log. */
static void test_only_the_canonical_wrapper_is_taken(void **state)
{
    const char *event_name;
    Prep__Envelope *wrapper;
    struct buffer out, other;

    (void)state;
    sign_acopio(M_CATD, &out);
    wrapper = prep__envelope__unpack(NULL, out.len, (const uint8_t *)out.data);
    assert_non_null(wrapper);
    buffer_init(&other, ENVELOPE_BYTES_MAX);
    /* signature first: any protobuf reader accepts it */
    buffer_add(&other, "\x1a\x40", 2);
    buffer_add(&other, wrapper->signature.data, wrapper->signature.len);
    buffer_add(&other, out.data, out.len - 2 - wrapper->signature.len);
    assert_int_equal(other.len, out.len);
    assert_int_equal(
        open_copy(other.data, other.len, MUNDO_PROCESO, false, &event_name),
        PREP_ERR_FORMAT);
    prep__envelope__free_unpacked(wrapper, NULL);
    buffer_done(&out);
    buffer_done(&other);
}

static void test_size_is_checked_before_anything(void **state)
{
    static uint8_t large[ENVELOPE_BYTES_MAX + 1];
    const char *event_name;

    (void)state;
    assert_int_equal(open_copy(large, sizeof large, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_FORMAT);
    assert_int_equal(open_copy(large, 0, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_FORMAT);
    assert_string_equal(event_name, "mensaje.malformado");
}

static void test_unknown_and_false_signers_are_told_apart(void **state)
{
    const char *event_name;
    Prep__Envelope *wrapper;
    struct buffer out;
    uint8_t *bytes;
    size_t len;

    (void)state;
    sign_acopio(M_STRANGER, &out); /* a key of its own, calling itself... */
    wrapper = prep__envelope__unpack(NULL, out.len, (const uint8_t *)out.data);
    assert_non_null(wrapper);
    key_id_of(mundo.process[M_CATD_OTHER]->firma, wrapper->key_id.data);
    bytes = malloc(out.len);
    assert_non_null(bytes);
    len = prep__envelope__pack(wrapper, bytes);
    assert_int_equal(open_copy(bytes, len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_AUTH); /* ...somebody declared */
    assert_string_equal(event_name, "firma.rechazada");

    memset(wrapper->key_id.data, 0x5a, KEY_ID_LEN);
    len = prep__envelope__pack(wrapper, bytes);
    assert_int_equal(open_copy(bytes, len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_AUTH);
    assert_string_equal(event_name, "firmante.desconocido");
    free(bytes);
    prep__envelope__free_unpacked(wrapper, NULL);
    buffer_done(&out);
}

/* ---- signed, and says what it may not. Fields are set after the emitter's. */

struct saying {
    Prep__Event event;
    Prep__Apertura apertura;
    Prep__Acopio acopio;
    Prep__Imagen imagen;
    Prep__Captura captura;
    Prep__Verificacion verificacion;
    Prep__Incidencia incidencia;
    Prep__Corte corte;
    Prep__Cierre cierre;
    Prep__Cotejo cotejo;
    Prep__Dato datos[EVENT_TEXTOS_MAX + 1];
    Prep__Dato *dato_list[EVENT_TEXTOS_MAX + 1];
    int32_t celdas[ELECCION_CELDAS_MAX + 1];
    ProtobufCBinaryData capturas[4];
    uint8_t hash[HASH_LEN + 1];
    char text[EVENT_DETALLE_MAX + 2];
};

/* Body and emitter of a good event of each kind. */
static void saying_make(struct saying *s, Prep__Event__CuerpoCase body)
{
    const ProtobufCBinaryData hash = { HASH_LEN, s->hash };

    memset(s, 0, sizeof *s);
    memset(s->hash, 0xab, sizeof s->hash);
    prep__event__init(&s->event);
    s->event.version = EVENT_VERSION;
    s->event.proceso = (char *)(uintptr_t)MUNDO_PROCESO;
    s->event.secuencia = 5;
    s->event.anterior = hash;
    s->event.hora_ms = MUNDO_HORA;
    s->event.acta = 1234;
    s->event.cuerpo_case = body;
    prep__apertura__init(&s->apertura);
    s->apertura.definicion_sha256 = s->apertura.catalogo_sha256 = hash;
    prep__acopio__init(&s->acopio);
    prep__imagen__init(&s->imagen);
    s->imagen.sha256 = hash;
    s->imagen.bytes_total = 1000;
    s->imagen.formato = 1;
    prep__captura__init(&s->captura);
    s->captura.paso = 1;
    s->captura.n_celdas = 3;
    s->captura.celdas = s->celdas;
    prep__verificacion__init(&s->verificacion);
    s->verificacion.metodo = 1;
    s->verificacion.n_capturas = 2;
    s->verificacion.capturas = s->capturas;
    s->verificacion.n_celdas = 3;
    s->verificacion.celdas = s->celdas;
    for (size_t i = 0; i < COUNT_OF(s->capturas); i++) {
        s->capturas[i] = hash;
    }
    prep__incidencia__init(&s->incidencia);
    s->incidencia.nombre = (char *)(uintptr_t) "par.rechazado";
    prep__corte__init(&s->corte);
    s->corte.numero = 1;
    s->corte.raiz = s->corte.objeto = hash;
    prep__cierre__init(&s->cierre);
    prep__cotejo__init(&s->cotejo);
    s->cotejo.resultado = 1;
    for (size_t i = 0; i < COUNT_OF(s->datos); i++) {
        prep__dato__init(&s->datos[i]);
        s->datos[i].campo = (char *)(uintptr_t) "SECCION";
        s->datos[i].texto = (char *)(uintptr_t) "0123";
        s->dato_list[i] = &s->datos[i];
    }
    s->acopio.identificacion = s->dato_list;
    switch (body) {
    case PREP__EVENT__CUERPO_APERTURA:
        s->event.apertura = &s->apertura;
        s->event.acta = 0;
        break;
    case PREP__EVENT__CUERPO_ACOPIO:
        s->event.acopio = &s->acopio;
        break;
    case PREP__EVENT__CUERPO_IMAGEN:
        s->event.imagen = &s->imagen;
        break;
    case PREP__EVENT__CUERPO_CAPTURA:
        s->event.captura = &s->captura;
        break;
    case PREP__EVENT__CUERPO_VERIFICACION:
        s->event.verificacion = &s->verificacion;
        break;
    case PREP__EVENT__CUERPO_INCIDENCIA:
        s->event.incidencia = &s->incidencia;
        break;
    case PREP__EVENT__CUERPO_CORTE:
        s->event.corte = &s->corte;
        s->event.acta = 0;
        break;
    case PREP__EVENT__CUERPO_CIERRE:
        s->event.cierre = &s->cierre;
        s->event.acta = 0;
        break;
    case PREP__EVENT__CUERPO_COTEJO:
        s->event.cotejo = &s->cotejo;
        break;
    default:
        break;
    }
}

/* Signs whatever it says, as an emitter gone wrong would. */
static enum prep_status say_as(struct saying *s, enum mundo_process who,
                               uint32_t emisor, const char **event_name)
{
    uint8_t bytes[ENVELOPE_BYTES_MAX], packed[2 * ENVELOPE_BYTES_MAX];
    Prep__Envelope wrapper = PREP__ENVELOPE__INIT;
    uint8_t signature[KEY_SIGNATURE_LEN], id[KEY_ID_LEN];
    size_t len;

    s->event.emisor = emisor;
    len = prep__event__get_packed_size(&s->event);
    assert_true(len <= sizeof bytes);
    (void)prep__event__pack(&s->event, bytes);
    keys_sign(mundo.keys[who], ENVELOPE_PREFIX_EVENT, bytes, len, signature);
    key_id_of(mundo.process[who]->firma, id);
    wrapper.event = (ProtobufCBinaryData){ len, bytes };
    wrapper.key_id = (ProtobufCBinaryData){ sizeof id, id };
    wrapper.signature = (ProtobufCBinaryData){ sizeof signature, signature };
    len = prep__envelope__pack(&wrapper, packed);
    return open_copy(packed, len, MUNDO_PROCESO, false, event_name);
}

static enum prep_status say(struct saying *s, enum mundo_process who)
{
    const char *event_name;
    enum prep_status status = say_as(s, who, (uint32_t)who + 1, &event_name);

    if (status == PREP_ERR_RANGE) {
        assert_string_equal(event_name, "mensaje.rechazado");
    }
    return status;
}

static void test_each_etapa_says_only_its_own(void **state)
{
    static const struct {
        Prep__Event__CuerpoCase body;
        uint32_t paso;
        unsigned who; /* bits of enum mundo_process */
    } rows[] = {
        { PREP__EVENT__CUERPO_APERTURA, 0, 1u << M_TOOL },
        { PREP__EVENT__CUERPO_ACOPIO, 0, 1u << M_CATD | 1u << M_CATD_OTHER },
        { PREP__EVENT__CUERPO_IMAGEN, 0, 1u << M_CATD_IMAGE },
        { PREP__EVENT__CUERPO_CAPTURA, 1, 1u << M_CAPTURA },
        { PREP__EVENT__CUERPO_CAPTURA, 2, 1u << M_VERIFICA },
        { PREP__EVENT__CUERPO_CAPTURA, 3, 1u << M_VERIFICA },
        { PREP__EVENT__CUERPO_CAPTURA, 0, 0 },
        { PREP__EVENT__CUERPO_CAPTURA, 4, 0 },
        { PREP__EVENT__CUERPO_CAPTURA, 33, 0 },
        { PREP__EVENT__CUERPO_VERIFICACION, 0, 1u << M_VERIFICA },
        { PREP__EVENT__CUERPO_COTEJO, 0, 1u << M_VERIFICA },
        { PREP__EVENT__CUERPO_CORTE, 0, 1u << M_PUBLICA },
        { PREP__EVENT__CUERPO_CIERRE, 0, 1u << M_PUBLICA | 1u << M_TOOL },
        { PREP__EVENT__CUERPO_INCIDENCIA, 0, (1u << M_TOTAL) - 1 },
        { PREP__EVENT__CUERPO__NOT_SET, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int who = 0; who < M_TOTAL; who++) {
            enum prep_status status;
            struct saying s;

            saying_make(&s, rows[i].body);
            s.captura.paso = rows[i].paso;
            status = say(&s, (enum mundo_process)who);
            if (status != (rows[i].who & 1u << who ? PREP_OK : PREP_ERR_RANGE)) {
                fail_msg("row %zu as %s: %s", i, mundo_rows[who].nombre,
                         prep_status_str(status));
            }
        }
    }
}

static void test_chain_and_process_fields_are_checked(void **state)
{
    const char *event_name;
    struct saying s;

    (void)state;
#define REFUSED(...)                                                                   \
    do {                                                                               \
        saying_make(&s, PREP__EVENT__CUERPO_ACOPIO);                                   \
        __VA_ARGS__;                                                                   \
        assert_int_equal(say(&s, M_CATD), PREP_ERR_RANGE);                             \
    } while (0)
    REFUSED(s.event.version = 0);
    REFUSED(s.event.version = 2);
    REFUSED(s.event.proceso = (char *)(uintptr_t) "OTRO-2027");
    REFUSED(s.event.proceso = (char *)(uintptr_t) "");
    REFUSED(s.event.simulacro = 1);
    REFUSED(s.event.secuencia = 0);
    REFUSED(s.event.secuencia = UINT64_MAX);
    REFUSED(s.event.secuencia = 1);            /* with an anterior */
    REFUSED(memset(s.hash, 0, sizeof s.hash)); /* fifth, without */
    REFUSED(s.event.anterior.len = 31);
    REFUSED(s.event.anterior.len = 33);
    REFUSED(s.event.anterior.len = 0);
    REFUSED(s.event.sigue_a = (ProtobufCBinaryData){ 31, s.hash });
    REFUSED(s.event.hora_ms = -1);
    REFUSED(s.event.hora_ms = 0); /* only a simulacro may not know */
    REFUSED(s.event.hora_ms = INT64_MAX);
    REFUSED(s.event.acta = 0);
    REFUSED(s.event.acta = (uint64_t)INT32_MAX + 1);
    REFUSED(s.event.acta = UINT64_MAX);
    REFUSED(s.event.acta = ACTA_ID_FUERA);
#undef REFUSED
    saying_make(&s, PREP__EVENT__CUERPO_ACOPIO);
    assert_int_equal(say_as(&s, M_CATD, M_CATD_OTHER + 1, &event_name), PREP_ERR_RANGE);
    assert_int_equal(say_as(&s, M_CATD, M_CATD + 1, &event_name), PREP_OK);
}

static void test_modes_do_not_mix(void **state)
{
    const char *event_name;
    struct emitter emitter;
    Prep__Event event;
    Prep__Acopio acopio;
    struct buffer out;

    (void)state;
    mundo_emitter(&mundo, M_CATD, &emitter);
    emitter.simulacro = true;
    mundo_acopio(&event, &acopio, 1);
    event.hora_ms = 0;
    buffer_init(&out, ENVELOPE_BYTES_MAX);
    emitter_sign(&emitter, &event, &out, NULL);
    assert_int_equal(open_copy(out.data, out.len, MUNDO_PROCESO, true, &event_name),
                     PREP_OK);
    assert_int_equal(open_copy(out.data, out.len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_RANGE);
    assert_string_equal(event_name, "mensaje.rechazado");
    buffer_done(&out);
    sign_acopio(M_CATD, &out);
    assert_int_equal(open_copy(out.data, out.len, MUNDO_PROCESO, true, &event_name),
                     PREP_ERR_RANGE);
    buffer_done(&out);
}

static void test_bodies_are_bounded(void **state)
{
    static const uint64_t fuera_own = ACTA_ID_FUERA | (uint64_t)(M_CATD + 1) << 32 | 9;
    static const uint64_t fuera_other =
        ACTA_ID_FUERA | (uint64_t)(M_CATD_OTHER + 1) << 32 | 9;
    struct saying s;

    (void)state;
#define CASE(body, who, want, ...)                                                     \
    do {                                                                               \
        saying_make(&s, PREP__EVENT__CUERPO_##body);                                   \
        __VA_ARGS__;                                                                   \
        if (say(&s, who) != (want)) {                                                  \
            fail_msg("line %d", __LINE__);                                             \
        }                                                                              \
    } while (0)
    CASE(ACOPIO, M_CATD, PREP_OK, s.acopio.mecanismo = VOCABULARIO_MAX);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.acopio.mecanismo = VOCABULARIO_MAX + 1);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.acopio.documento = VOCABULARIO_MAX + 1);
    CASE(ACOPIO, M_CATD, PREP_OK, s.acopio.sin_acta = 4);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.acopio.sin_acta = 5);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.acopio.eleccion = 1);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.acopio.n_identificacion = 1);
    CASE(ACOPIO, M_CATD, PREP_OK, s.event.acta = fuera_own;
         s.acopio.n_identificacion = EVENT_TEXTOS_MAX;
         s.acopio.eleccion = ELECCION_MAX);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.event.acta = fuera_other);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.event.acta = fuera_own;
         s.acopio.n_identificacion = EVENT_TEXTOS_MAX + 1);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.event.acta = fuera_own;
         s.acopio.eleccion = ELECCION_MAX + 1);
    CASE(ACOPIO, M_CATD, PREP_OK, s.event.acta = fuera_own;
         s.acopio.n_identificacion = 1; memset(s.text, 'x', EVENT_TEXTO_MAX);
         s.datos[0].texto = s.text);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.event.acta = fuera_own;
         s.acopio.n_identificacion = 1; memset(s.text, 'x', EVENT_TEXTO_MAX + 1);
         s.datos[0].texto = s.text);
    CASE(ACOPIO, M_CATD, PREP_ERR_RANGE, s.event.acta = fuera_own;
         s.acopio.n_identificacion = 1; s.datos[0].campo = (char *)(uintptr_t) "");

    CASE(IMAGEN, M_CATD_IMAGE, PREP_OK, s.event.acta = fuera_other);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.sha256.len = 31);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.sha256.len = 0);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.bytes_total = 0);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE,
         s.imagen.bytes_total = EVENT_IMAGEN_BYTES_MAX + 1);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.formato = 0);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.formato = 6);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE, s.imagen.origen = VOCABULARIO_MAX + 1);
    CASE(IMAGEN, M_CATD_IMAGE, PREP_ERR_RANGE,
         s.imagen.digitalizacion = VOCABULARIO_MAX + 1);

    CASE(CAPTURA, M_CAPTURA, PREP_OK, s.captura.n_celdas = ELECCION_CELDAS_MAX);
    CASE(CAPTURA, M_CAPTURA, PREP_ERR_RANGE,
         s.captura.n_celdas = ELECCION_CELDAS_MAX + 1);
    CASE(CAPTURA, M_CAPTURA, PREP_ERR_RANGE, s.captura.n_celdas = 0);
    CASE(CAPTURA, M_CAPTURA, PREP_OK, s.celdas[0] = CELDA_NO_APLICA;
         s.celdas[1] = CELDA_MAX);
    CASE(CAPTURA, M_CAPTURA, PREP_ERR_RANGE, s.celdas[2] = CELDA_NO_APLICA - 1);
    CASE(CAPTURA, M_CAPTURA, PREP_ERR_RANGE, s.celdas[2] = CELDA_MAX + 1);
    CASE(CAPTURA, M_CAPTURA, PREP_ERR_RANGE, s.celdas[2] = INT32_MIN);

    CASE(VERIFICACION, M_VERIFICA, PREP_OK, s.verificacion.n_capturas = 3);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.verificacion.n_capturas = 4);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.verificacion.n_capturas = 0);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.capturas[1].len = 33);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.verificacion.metodo = 0);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.verificacion.metodo = 3);
    CASE(VERIFICACION, M_VERIFICA, PREP_ERR_RANGE, s.celdas[0] = -4);

    CASE(COTEJO, M_VERIFICA, PREP_ERR_RANGE, s.cotejo.resultado = 0);
    CASE(COTEJO, M_VERIFICA, PREP_ERR_RANGE, s.cotejo.resultado = 4);
    CASE(CORTE, M_PUBLICA, PREP_ERR_RANGE, s.corte.numero = 0);
    CASE(CORTE, M_PUBLICA, PREP_ERR_RANGE, s.corte.raiz.len = 1);
    CASE(CORTE, M_PUBLICA, PREP_ERR_RANGE, s.event.acta = 1);
    CASE(APERTURA, M_TOOL, PREP_ERR_RANGE, s.apertura.catalogo_sha256.len = 0);

    CASE(INCIDENCIA, M_CATD, PREP_OK, s.event.acta = 0;
         memset(s.text, 'x', EVENT_DETALLE_MAX); s.incidencia.detalle = s.text);
    CASE(INCIDENCIA, M_CATD, PREP_ERR_RANGE, memset(s.text, 'x', EVENT_DETALLE_MAX + 1);
         s.incidencia.detalle = s.text);
    CASE(INCIDENCIA, M_CATD, PREP_ERR_RANGE,
         s.incidencia.nombre = (char *)(uintptr_t) "");
    CASE(INCIDENCIA, M_CATD, PREP_ERR_RANGE, strcpy(s.text, "a\nb");
         s.incidencia.detalle = s.text);
    CASE(INCIDENCIA, M_CATD, PREP_ERR_RANGE, strcpy(s.text, "a\xc3");
         s.incidencia.detalle = s.text);
    CASE(INCIDENCIA, M_CATD, PREP_ERR_RANGE, strcpy(s.text, "\xed\xa0\x80");
         s.incidencia.detalle = s.text);
    CASE(INCIDENCIA, M_CATD, PREP_OK, strcpy(s.text, "sección ñ 1º");
         s.incidencia.detalle = s.text);
#undef CASE
}

/* "ab\0c" would be "ab" for a C program and four characters for everybody else. */
static void test_text_with_a_nul_inside_is_refused(void **state)
{
    uint8_t bytes[512], packed[700];
    Prep__Envelope wrapper = PREP__ENVELOPE__INIT;
    uint8_t signature[KEY_SIGNATURE_LEN], id[KEY_ID_LEN];
    const char *event_name;
    struct saying s;
    size_t len;
    uint8_t *at;

    (void)state;
    saying_make(&s, PREP__EVENT__CUERPO_INCIDENCIA);
    s.event.emisor = M_CATD + 1;
    s.incidencia.detalle = (char *)(uintptr_t) "abXc";
    len = prep__event__pack(&s.event, bytes);
    at = memmem(bytes, len, "abXc", 4);
    assert_non_null(at);
    at[2] = '\0';
    keys_sign(mundo.keys[M_CATD], ENVELOPE_PREFIX_EVENT, bytes, len, signature);
    key_id_of(mundo.process[M_CATD]->firma, id);
    wrapper.event = (ProtobufCBinaryData){ len, bytes };
    wrapper.key_id = (ProtobufCBinaryData){ sizeof id, id };
    wrapper.signature = (ProtobufCBinaryData){ sizeof signature, signature };
    len = prep__envelope__pack(&wrapper, packed);
    assert_int_equal(open_copy(packed, len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_FORMAT);
}

/* 8 KiB of the densest thing there is must not cost more than its arena. */
static void test_hostile_repetition_is_refused(void **state)
{
    static uint8_t event[7900];
    uint8_t packed[ENVELOPE_BYTES_MAX];
    Prep__Envelope wrapper = PREP__ENVELOPE__INIT;
    uint8_t signature[KEY_SIGNATURE_LEN], id[KEY_ID_LEN];
    const char *event_name;
    size_t len;

    (void)state;
    /* acopio (17) whose identificacion (6) is thousands of empty messages */
    event[0] = 0x8a;
    event[1] = 0x01;
    event[2] = (uint8_t)((sizeof event - 4) & 0x7f) | 0x80;
    event[3] = (uint8_t)((sizeof event - 4) >> 7);
    for (size_t i = 4; i < sizeof event; i += 2) {
        event[i] = 0x32;
    }
    keys_sign(mundo.keys[M_CATD], ENVELOPE_PREFIX_EVENT, event, sizeof event,
              signature);
    key_id_of(mundo.process[M_CATD]->firma, id);
    wrapper.event = (ProtobufCBinaryData){ sizeof event, event };
    wrapper.key_id = (ProtobufCBinaryData){ sizeof id, id };
    wrapper.signature = (ProtobufCBinaryData){ sizeof signature, signature };
    assert_true(prep__envelope__get_packed_size(&wrapper) <= sizeof packed);
    len = prep__envelope__pack(&wrapper, packed);
    assert_int_equal(open_copy(packed, len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_FORMAT);
}

/* ---- acuses */

static void acuse_make(struct buffer *out, enum mundo_process who, uint32_t servicio,
                       uint32_t emisor, size_t hash_len)
{
    static uint8_t hash[HASH_LEN] = { 9 };
    Prep__AcuseEvento evento = PREP__ACUSE_EVENTO__INIT;
    Prep__AcuseEvento *eventos[] = { &evento };
    ProtobufCBinaryData imagen = { hash_len, hash };
    Prep__Acuse acuse = PREP__ACUSE__INIT;

    evento.secuencia = 3;
    evento.posicion = 77;
    evento.hash = (ProtobufCBinaryData){ hash_len, hash };
    acuse.servicio = servicio;
    acuse.emisor = emisor;
    acuse.hora_ms = MUNDO_HORA;
    acuse.n_eventos = 1;
    acuse.eventos = eventos;
    acuse.n_imagenes = 1;
    acuse.imagenes = &imagen;
    buffer_init(out, ENVELOPE_ACUSE_BYTES_MAX);
    acuse_sign(mundo.keys[who], &acuse, out);
}

static enum prep_status acuse_try(const struct buffer *bytes)
{
    Prep__Acuse *acuse = NULL;
    enum prep_status status =
        acuse_open(mundo.topology, bytes->data, bytes->len, &acuse, NULL);

    if (status == PREP_OK) {
        assert_int_equal(acuse->eventos[0]->posicion, 77);
        acuse_close(&acuse);
    }
    assert_null(acuse);
    return status;
}

static void test_acuse_of_a_service_opens_and_no_flipped_bit_does(void **state)
{
    struct buffer out;

    (void)state;
    acuse_make(&out, M_ACOPIO, M_ACOPIO + 1, M_CATD + 1, HASH_LEN);
    assert_int_equal(acuse_try(&out), PREP_OK);
    for (size_t bit = 0; bit < 8 * out.len; bit++) {
        out.data[bit / 8] ^= (char)(1u << bit % 8);
        assert_int_not_equal(acuse_try(&out), PREP_OK);
        out.data[bit / 8] ^= (char)(1u << bit % 8);
    }
    for (; out.len > 0; out.len--) {
        struct buffer cut = out;

        cut.len--;
        assert_int_equal(acuse_try(&cut), PREP_ERR_FORMAT);
    }
    buffer_done(&out);
}

static void test_acuses_out_of_place_are_refused(void **state)
{
    static const struct {
        enum mundo_process who;
        uint32_t servicio, emisor;
        size_t hash_len;
        enum prep_status want;
    } rows[] = {
        { M_CATD, M_CATD + 1, M_CATD + 1, 32, PREP_ERR_AUTH },      /* not a service */
        { M_ACOPIO, M_PUBLICA + 1, M_CATD + 1, 32, PREP_ERR_AUTH }, /* as another */
        { M_STRANGER, M_ACOPIO + 1, M_CATD + 1, 32, PREP_ERR_AUTH },
        { M_ACOPIO, M_ACOPIO + 1, 999, 32, PREP_ERR_RANGE },
        { M_ACOPIO, M_ACOPIO + 1, M_CATD + 1, 31, PREP_ERR_RANGE },
        { M_ACOPIO, M_ACOPIO + 1, M_CATD + 1, 0, PREP_ERR_RANGE },
    };
    struct buffer out;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        acuse_make(&out, rows[i].who, rows[i].servicio, rows[i].emisor,
                   rows[i].hash_len);
        assert_int_equal(acuse_try(&out), rows[i].want);
        buffer_done(&out);
    }
}

static void test_acuse_and_event_never_pass_for_each_other(void **state)
{
    const char *event_name;
    struct buffer out;

    (void)state;
    acuse_make(&out, M_ACOPIO, M_ACOPIO + 1, M_CATD + 1, HASH_LEN);
    assert_int_equal(open_copy(out.data, out.len, MUNDO_PROCESO, false, &event_name),
                     PREP_ERR_AUTH);
    assert_string_equal(event_name, "firma.rechazada");
    buffer_done(&out);
    sign_acopio(M_CATD, &out);
    assert_int_equal(acuse_try(&out), PREP_ERR_AUTH);
    buffer_done(&out);
}

static void test_acuse_of_a_full_batch_fits(void **state)
{
    static Prep__AcuseEvento eventos[ENVELOPE_ACUSE_EVENTS_MAX];
    static Prep__AcuseEvento *list[ENVELOPE_ACUSE_EVENTS_MAX];
    static uint8_t hash[HASH_LEN] = { 1 };
    Prep__Acuse acuse = PREP__ACUSE__INIT, *opened = NULL;
    struct buffer out;

    (void)state;
    for (size_t i = 0; i < ENVELOPE_ACUSE_EVENTS_MAX; i++) {
        prep__acuse_evento__init(&eventos[i]);
        eventos[i].secuencia = eventos[i].posicion = INT64_MAX; /* the longest */
        eventos[i].hash = (ProtobufCBinaryData){ HASH_LEN, hash };
        list[i] = &eventos[i];
    }
    acuse.servicio = M_ACOPIO + 1;
    acuse.emisor = M_CATD + 1;
    acuse.hora_ms = MUNDO_HORA;
    acuse.n_eventos = ENVELOPE_ACUSE_EVENTS_MAX;
    acuse.eventos = list;
    buffer_init(&out, ENVELOPE_ACUSE_BYTES_MAX);
    acuse_sign(mundo.keys[M_ACOPIO], &acuse, &out);
    assert_int_equal(acuse_open(mundo.topology, out.data, out.len, &opened, NULL),
                     PREP_OK);
    assert_int_equal(opened->n_eventos, ENVELOPE_ACUSE_EVENTS_MAX);
    acuse_close(&opened);
    buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_event_opens_as_it_was_signed),
        cmocka_unit_test(test_every_flipped_bit_is_refused),
        cmocka_unit_test(test_every_truncation_and_every_tail_is_refused),
        cmocka_unit_test(test_only_the_canonical_wrapper_is_taken),
        cmocka_unit_test(test_size_is_checked_before_anything),
        cmocka_unit_test(test_unknown_and_false_signers_are_told_apart),
        cmocka_unit_test(test_each_etapa_says_only_its_own),
        cmocka_unit_test(test_chain_and_process_fields_are_checked),
        cmocka_unit_test(test_modes_do_not_mix),
        cmocka_unit_test(test_bodies_are_bounded),
        cmocka_unit_test(test_text_with_a_nul_inside_is_refused),
        cmocka_unit_test(test_hostile_repetition_is_refused),
        cmocka_unit_test(test_acuse_of_a_service_opens_and_no_flipped_bit_does),
        cmocka_unit_test(test_acuses_out_of_place_are_refused),
        cmocka_unit_test(test_acuse_and_event_never_pass_for_each_other),
        cmocka_unit_test(test_acuse_of_a_full_batch_fits),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
