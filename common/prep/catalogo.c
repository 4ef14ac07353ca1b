#include "prep/catalogo.h"

#include <assert.h>
#include <string.h>

#include "base/csv.h"
#include "prep/catalogo_contradice.h"

#define LISTA_NOMINAL_MAX 9999999 /* the whole list of a vote abroad in one mesa */
#define REPRESENTANTES_MAX 9999
#define NUMERO_DIGITOS_MAX 9

#define TIPOS_CASILLA "BCESMAPVU"

/* A text column: where it goes, and how many bytes fit. */
struct columna_texto {
    size_t offset, size;
};

#define TEXTO(campo)                                                                   \
    {                                                                                  \
        offsetof(struct catalogo_acta, campo),                                         \
            sizeof((struct catalogo_acta *)0)->campo                                   \
    }

enum columna {
    COLUMNA_ID,
    COLUMNA_ELECCION,
    COLUMNA_CLAVE_CASILLA,
    COLUMNA_CLAVE_ACTA,
    COLUMNA_ENTIDAD,
    COLUMNA_ENTIDAD_NOMBRE,
    COLUMNA_TERRITORIO,
    COLUMNA_TERRITORIO_NOMBRE,
    COLUMNA_SECCION,
    COLUMNA_ID_CASILLA,
    COLUMNA_TIPO_CASILLA,
    COLUMNA_EXT_CONTIGUA,
    COLUMNA_UBICACION,
    COLUMNA_TIPO_ACTA,
    COLUMNA_LISTA_NOMINAL,
    COLUMNA_REPRESENTANTES,
    COLUMNA_CATD,
    COLUMNA_NO_APLICA,
    COLUMNA_COUNT,
};

static const struct {
    const char *nombre;
    struct columna_texto texto; /* size 0: not copied as text */
} columnas[COLUMNA_COUNT] = {
    [COLUMNA_ID] = { "id", { 0, 0 } },
    [COLUMNA_ELECCION] = { "eleccion", { 0, 0 } },
    [COLUMNA_CLAVE_CASILLA] = { "clave_casilla", TEXTO(clave_casilla) },
    [COLUMNA_CLAVE_ACTA] = { "clave_acta", TEXTO(clave_acta) },
    [COLUMNA_ENTIDAD] = { "entidad", TEXTO(entidad) },
    [COLUMNA_ENTIDAD_NOMBRE] = { "entidad_nombre", TEXTO(entidad_nombre) },
    [COLUMNA_TERRITORIO] = { "territorio", TEXTO(territorio) },
    [COLUMNA_TERRITORIO_NOMBRE] = { "territorio_nombre", TEXTO(territorio_nombre) },
    [COLUMNA_SECCION] = { "seccion", TEXTO(seccion) },
    [COLUMNA_ID_CASILLA] = { "id_casilla", TEXTO(id_casilla) },
    [COLUMNA_TIPO_CASILLA] = { "tipo_casilla", TEXTO(tipo_casilla) },
    [COLUMNA_EXT_CONTIGUA] = { "ext_contigua", TEXTO(ext_contigua) },
    [COLUMNA_UBICACION] = { "ubicacion", TEXTO(ubicacion) },
    [COLUMNA_TIPO_ACTA] = { "tipo_acta", TEXTO(tipo_acta) },
    [COLUMNA_LISTA_NOMINAL] = { "lista_nominal", { 0, 0 } },
    [COLUMNA_REPRESENTANTES] = { "representantes", { 0, 0 } },
    [COLUMNA_CATD] = { "catd", TEXTO(catd) },
    [COLUMNA_NO_APLICA] = { "no_aplica", { 0, 0 } },
};

/* Where in the file a value is: what every refusal starts with. */
struct lugar {
    const char *path;
    size_t line;
    struct csv_row row;
    struct prep_reason *reason;
};

static enum prep_status refuse(const struct lugar *lugar, enum columna columna,
                               enum prep_status status, const char *cure)
{
    return prep_fail(lugar->reason, status, "%s:%zu: %s: «%.80s»: %s", lugar->path,
                     lugar->line, columnas[columna].nombre, lugar->row.fields[columna],
                     cure);
}

/* ASCII digits only, nothing else. */
static bool numero_read(const char *text, int64_t max, int64_t *out_value)
{
    int64_t value = 0;
    size_t len = strlen(text);

    if (len == 0 || len > NUMERO_DIGITOS_MAX + 1) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *out_value = value;
    return value <= max;
}

static enum prep_status texto_copy(const struct lugar *lugar, enum columna columna,
                                   struct catalogo_acta *acta)
{
    const struct columna_texto *texto = &columnas[columna].texto;
    const char *value = lugar->row.fields[columna];
    size_t len = strlen(value);

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)value[i] < ' ') {
            return refuse(lugar, columna, PREP_ERR_FORMAT,
                          "tiene un carácter de control; quítelo");
        }
    }
    if (len >= texto->size) {
        return prep_fail(lugar->reason, PREP_ERR_RANGE,
                         "%s:%zu: %s: «%.80s»: tiene %zu bytes; acórtelo a %zu",
                         lugar->path, lugar->line, columnas[columna].nombre, value, len,
                         texto->size - 1);
    }
    memcpy((char *)acta + texto->offset, value, len + 1);
    return PREP_OK;
}

static enum prep_status no_aplica_read(const struct lugar *lugar,
                                       const struct eleccion *eleccion,
                                       struct catalogo_acta *acta)
{
    const char *at = lugar->row.fields[COLUMNA_NO_APLICA];

    for (;;) {
        size_t len, i;

        at += strspn(at, " ");
        len = strcspn(at, " ");
        if (len == 0) {
            return PREP_OK;
        }
        for (i = 0; i < eleccion->opcion_count; i++) {
            const char *clave = eleccion->opciones[i].clave;

            if (strlen(clave) == len && memcmp(clave, at, len) == 0) {
                acta->no_aplica[i / 8] |= (uint8_t)(1u << (i % 8));
                break;
            }
        }
        if (i == eleccion->opcion_count) {
            return prep_fail(lugar->reason, PREP_ERR_RANGE,
                             "%s:%zu: no_aplica: «%.*s»: no es una opción de %s; "
                             "use las claves de su boleta",
                             lugar->path, lugar->line, (int)(len < 80 ? len : 80), at,
                             eleccion->clave);
        }
        at += len;
    }
}

static enum prep_status numeros_read(const struct lugar *lugar,
                                     struct catalogo_acta *acta)
{
    const char *representantes = lugar->row.fields[COLUMNA_REPRESENTANTES];
    int64_t value;

    if (!numero_read(lugar->row.fields[COLUMNA_LISTA_NOMINAL], LISTA_NOMINAL_MAX,
                     &value)) {
        return refuse(lugar, COLUMNA_LISTA_NOMINAL, PREP_ERR_RANGE,
                      "debe ser un entero de 0 a 9999999 (0 en especiales)");
    }
    acta->lista_nominal = (int32_t)value;
    acta->representantes = CATALOGO_REPRESENTANTES_DESCONOCIDO;
    if (representantes[0] != '\0') {
        if (!numero_read(representantes, REPRESENTANTES_MAX, &value)) {
            return refuse(lugar, COLUMNA_REPRESENTANTES, PREP_ERR_RANGE,
                          "debe ser un entero de 0 a 9999, o vacío si no se sabe");
        }
        acta->representantes = (int32_t)value;
    }
    return PREP_OK;
}

static enum prep_status row_read(const struct lugar *lugar,
                                 const struct definicion *definicion,
                                 uint64_t expected_id, struct catalogo_acta *acta)
{
    const struct csv_row *row = &lugar->row;
    const struct eleccion *eleccion;
    enum prep_status status;
    int64_t id;

    if (row->count != COLUMNA_COUNT) {
        return prep_fail(lugar->reason, PREP_ERR_FORMAT,
                         "%s:%zu: tiene %zu columnas; deben ser %d", lugar->path,
                         lugar->line, row->count, COLUMNA_COUNT);
    }
    if (!numero_read(row->fields[COLUMNA_ID], ACTA_ID_CATALOGO_MAX, &id) ||
        (uint64_t)id != expected_id) {
        return prep_fail(lugar->reason, PREP_ERR_RANGE,
                         "%s:%zu: id: «%.80s»: los ids van de 1 en 1; aquí toca %llu",
                         lugar->path, lugar->line, row->fields[COLUMNA_ID],
                         (unsigned long long)expected_id);
    }
    *acta = (struct catalogo_acta){ .id = (uint64_t)id };
    eleccion = definicion_eleccion_clave(definicion, row->fields[COLUMNA_ELECCION]);
    if (eleccion == NULL) {
        return refuse(lugar, COLUMNA_ELECCION, PREP_ERR_RANGE,
                      "no está en definicion.yaml; use la clave de una elección");
    }
    acta->eleccion = eleccion->ordinal;
    for (enum columna i = 0; i < COLUMNA_COUNT; i++) {
        if (columnas[i].texto.size != 0) {
            status = texto_copy(lugar, i, acta);
            if (status != PREP_OK) {
                return status;
            }
        }
    }
    if (acta->clave_casilla[0] == '\0') {
        return refuse(lugar, COLUMNA_CLAVE_CASILLA, PREP_ERR_FORMAT,
                      "no puede ir vacía");
    }
    if (acta->tipo_casilla[0] == '\0' || acta->tipo_casilla[1] != '\0' ||
        strchr(TIPOS_CASILLA, acta->tipo_casilla[0]) == NULL) {
        return refuse(lugar, COLUMNA_TIPO_CASILLA, PREP_ERR_RANGE,
                      "debe ser una letra de " TIPOS_CASILLA);
    }
    status = numeros_read(lugar, acta);
    if (status != PREP_OK) {
        return status;
    }
    return no_aplica_read(lugar, eleccion, acta);
}

static enum prep_status header_check(const struct lugar *lugar)
{
    if (lugar->row.count != COLUMNA_COUNT) {
        return prep_fail(
            lugar->reason, PREP_ERR_FORMAT,
            "%s:1: tiene %zu columnas; deben ser %d, de «id» a «no_aplica»",
            lugar->path, lugar->row.count, COLUMNA_COUNT);
    }
    for (enum columna i = 0; i < COLUMNA_COUNT; i++) {
        if (strcmp(lugar->row.fields[i], columnas[i].nombre) != 0) {
            return prep_fail(lugar->reason, PREP_ERR_FORMAT,
                             "%s:1: columna %d: «%.80s»: aquí va «%s»", lugar->path,
                             i + 1, lugar->row.fields[i], columnas[i].nombre);
        }
    }
    return PREP_OK;
}

static enum prep_status rows_read(struct csv_reader *reader, struct lugar *lugar,
                                  const struct definicion *definicion,
                                  struct catalogo_contradice *contradice,
                                  catalogo_visit visit, void *context)
{
    uint64_t count = 0;
    bool header = true;

    for (;;) {
        struct catalogo_acta acta;
        enum prep_status status;
        bool end;

        status = csv_next(reader, &lugar->row, &end, lugar->reason);
        if (status != PREP_OK) {
            return status;
        }
        if (end) {
            break;
        }
        lugar->line = lugar->row.line;
        if (header) {
            header = false;
            status = header_check(lugar);
        } else {
            status = row_read(lugar, definicion, count + 1, &acta);
            if (status == PREP_OK) {
                status = catalogo_contradice_acta(contradice, &acta, lugar->path,
                                                  lugar->line, lugar->reason);
            }
            if (status == PREP_OK) {
                count++;
                status = visit(&acta, context, lugar->reason);
            }
        }
        if (status != PREP_OK) {
            return status;
        }
    }
    if (count == 0) {
        return prep_fail(lugar->reason, PREP_ERR_FORMAT,
                         "%s: no tiene ninguna acta; agregue una por renglón",
                         lugar->path);
    }
    return catalogo_contradice_cierra(contradice, lugar->reason);
}

enum prep_status catalogo_read(const char *path, const struct definicion *definicion,
                               catalogo_visit visit, void *context,
                               struct hash *out_sha256, struct prep_reason *reason)
{
    struct lugar lugar = { .path = path, .reason = reason };
    struct catalogo_contradice *contradice = NULL;
    struct csv_reader *reader;
    enum prep_status status;

    assert(visit != NULL);
    status = csv_open(path, ',', true, &reader, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = catalogo_contradice_new(definicion, &contradice, reason);
    if (status == PREP_OK) {
        status = rows_read(reader, &lugar, definicion, contradice, visit, context);
    }
    if (status == PREP_OK && out_sha256 != NULL) {
        csv_sha256(reader, out_sha256);
    }
    catalogo_contradice_free(&contradice);
    csv_close(&reader);
    return status;
}
