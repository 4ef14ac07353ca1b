#include "simulacro/filas.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

bool celda_es_blanca(enum celda_clase clase)
{
    return clase == CELDA_VACIA || clase == CELDA_GUION;
}

static bool contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

enum celda_clase celda_clasifica(const char *text, celda *out_numero)
{
    char name[COLUMNA_NOMBRE_SIZE];
    int64_t value;

    if (text[0] == '\0') {
        return CELDA_VACIA;
    }
    if (text[0] >= '0' && text[0] <= '9' && strchr(text, ',') == NULL &&
        numero_tolerante(text, &value)) {
        if (value > CELDA_MAX) {
            return CELDA_OTRA;
        }
        *out_numero = (celda)value;
        return CELDA_DE_NUMERO;
    }
    if (text[strspn(text, "-")] == '\0') {
        return CELDA_GUION;
    }
    nombre_normaliza(text, name);
    if (strcmp(name, "N_A") == 0 || strcmp(name, "NA") == 0 ||
        strcmp(name, "NO_APLICA") == 0) {
        return CELDA_GUION;
    }
    if (contains(name, "ILEGIBLE")) {
        return CELDA_DICE_ILEGIBLE;
    }
    if (strncmp(name, "SIN_ACTA", strlen("SIN_ACTA")) == 0) {
        return CELDA_DICE_SIN_ACTA;
    }
    if (strncmp(name, "SIN_DATO", strlen("SIN_DATO")) == 0 ||
        strcmp(name, "VACIO") == 0 || strcmp(name, "EN_BLANCO") == 0) {
        return CELDA_DICE_SIN_DATO;
    }
    return CELDA_OTRA;
}

/* The four causes, by local words or by the number of the federal list. */
static enum sin_acta sin_acta_causa(const char *name)
{
    static const struct {
        const char *word;
        enum sin_acta cause;
    } words[] = {
        { "NO_INSTALADA", SIN_ACTA_CASILLA_NO_INSTALADA },
        { "NO_ENTREGADO", SIN_ACTA_PAQUETE_NO_ENTREGADO },
        { "NO_RECIBIDO", SIN_ACTA_PAQUETE_NO_ENTREGADO },
        { "URNA", SIN_ACTA_CONTINGENCIA_URNA },
        { "CONTINGENCIA", SIN_ACTA_CONTINGENCIA_URNA },
        { "SIN_BOLSA", SIN_ACTA_SIN_BOLSA },
        { "SIN_SOBRE", SIN_ACTA_SIN_BOLSA },
        { "SIN_ACTA_1", SIN_ACTA_PAQUETE_NO_ENTREGADO },
        { "SIN_ACTA_2", SIN_ACTA_CASILLA_NO_INSTALADA },
        { "SIN_ACTA_3", SIN_ACTA_SIN_BOLSA },
        { "SIN_ACTA_4", SIN_ACTA_CONTINGENCIA_URNA },
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (contains(name, words[i].word)) {
            return words[i].cause;
        }
    }
    return SIN_ACTA_SIN_BOLSA; /* by far the most frequent: prep-rules 16.2 #12 */
}

uint32_t observacion_clasifica(const char *text, enum sin_acta *out_sin_acta)
{
    char name[COLUMNA_NOMBRE_SIZE];
    uint32_t found = 0;

    *out_sin_acta = SIN_ACTA_NO;
    nombre_normaliza(text, name);
    if (name[0] == '\0') {
        return 0;
    }
    if (contains(name, "FUERA_DE_CAT")) {
        return OBS_FUERA;
    }
    if (contains(name, "SIN_ACTA") || contains(name, "SIN_AR_")) {
        *out_sin_acta = sin_acta_causa(name);
        return OBS_SIN_ACTA;
    }
    if (contains(name, "EXCEDE")) {
        found |= OBS_EXCEDE;
    }
    if (contains(name, "IDENTIFICACION")) {
        found |= OBS_IDENTIFICACION;
    }
    if (contains(name, "TODOS")) {
        bool ilegible = contains(name, "ILEGIBLE");
        bool vacio = contains(name, "SIN_DATO") || contains(name, "VACI");

        found |= ilegible && vacio ? OBS_TODOS
                 : ilegible        ? OBS_TODOS_ILEGIBLES
                                   : OBS_TODOS_SIN_DATO;
    } else if (contains(name, "ALGUN")) {
        found |= OBS_ALGUN_CAMPO;
    } else {
        found |= contains(name, "ILEGIBLE") ? OBS_ILEGIBLE : 0;
        found |=
            contains(name, "SIN_DATO") || contains(name, "VACI") ? OBS_SIN_DATO : 0;
    }
    return found == 0 ? OBS_OTRA : found;
}

static void votos_lee(const struct tabla *tabla, const struct fila *fila,
                      struct fila_lectura *lectura, bool *out_sin_acta)
{
    size_t sin_acta = 0;

    for (size_t i = 0; i < tabla->columna_count; i++) {
        enum columna_clase clase = tabla->columnas[i].clase;
        celda numero = 0;
        enum celda_clase cell;

        if (!columna_es_celda(clase)) {
            continue;
        }
        cell = celda_clasifica(fila->celdas[i], &numero);
        if (!columna_es_voto(clase)) {
            lectura->campos_dudosos +=
                cell == CELDA_DICE_ILEGIBLE || cell == CELDA_DICE_SIN_DATO;
            continue;
        }
        lectura->votos_count++;
        lectura->votos_numero += cell == CELDA_DE_NUMERO;
        lectura->votos_ilegible += cell == CELDA_DICE_ILEGIBLE;
        lectura->votos_sin_dato += cell == CELDA_DICE_SIN_DATO;
        lectura->votos_blanco += celda_es_blanca(cell);
        sin_acta += cell == CELDA_DICE_SIN_ACTA;
        lectura->suma += cell == CELDA_DE_NUMERO ? numero : 0;
    }
    *out_sin_acta = sin_acta > 0 && lectura->votos_numero == 0;
}

static int contabilizada_lee(const struct tabla *tabla, const struct fila *fila)
{
    const char *text = tabla_celda(tabla, fila, COL_CONTABILIZADA);
    int64_t value;

    if (numero_tolerante(text, &value) && value >= 0 && value <= 2) {
        return (int)value;
    }
    return -1;
}

/* Somebody typed the acta: an hour of capture, a word, a number. */
static bool hay_captura(const struct tabla *tabla, const struct fila *fila,
                        const struct fila_lectura *lectura)
{
    const char *captura = tabla_celda(tabla, fila, COL_CAPTURA);

    return (captura[0] >= '0' && captura[0] <= '9') ||
           lectura->votos_ilegible + lectura->votos_sin_dato > 0 || lectura->suma > 0;
}

void fila_lee(const struct tabla *tabla, const struct fila *fila,
              struct fila_lectura *out_lectura)
{
    struct fila_lectura lectura = { .estado = FILA_NO_CAPTURADA };
    bool sin_acta_cells;

    votos_lee(tabla, fila, &lectura, &sin_acta_cells);
    lectura.contabilizada = contabilizada_lee(tabla, fila);
    lectura.observacion = observacion_clasifica(
        tabla_celda(tabla, fila, COL_OBSERVACIONES), &lectura.sin_acta);
    if ((lectura.observacion & OBS_FUERA) || lectura.contabilizada == 2) {
        lectura.estado = FILA_FUERA;
    } else if ((lectura.observacion & OBS_SIN_ACTA) || sin_acta_cells) {
        lectura.estado = FILA_SIN_ACTA;
        if (lectura.sin_acta == SIN_ACTA_NO) {
            lectura.sin_acta = SIN_ACTA_SIN_BOLSA;
        }
    } else if (lectura.contabilizada >= 0 &&
               tabla_columna(tabla, COL_CONTABILIZADA) < tabla->columna_count) {
        /* A zero base may print 0 for an acta that nobody has seen. */
        lectura.estado = lectura.contabilizada == 1 || lectura.observacion != 0 ||
                                 hay_captura(tabla, fila, &lectura)
                             ? FILA_CAPTURADA
                             : FILA_NO_CAPTURADA;
    } else if (hay_captura(tabla, fila, &lectura)) {
        lectura.estado = FILA_CAPTURADA;
    }
    *out_lectura = lectura;
}

const char *fila_clave(const struct tabla *tabla, const struct fila *fila,
                       struct almacen *almacen)
{
    static const enum columna_clase parts[] = {
        COL_CLAVE_CASILLA, COL_CLAVE_ACTA,   COL_ENTIDAD,
        COL_TERRITORIO,    COL_SECCION,      COL_TIPO_CASILLA,
        COL_ID_CASILLA,    COL_EXT_CONTIGUA, COL_TIPO_ACTA,
    };
    const char *texts[COUNT_OF(parts)];
    size_t len = 0;
    char *clave;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        texts[i] = tabla_celda(tabla, fila, parts[i]);
        len += strlen(texts[i]) + 1;
    }
    clave = almacen_alloc(almacen, len + 1);
    len = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const size_t part = strlen(texts[i]);

        memcpy(clave + len, texts[i], part);
        clave[len + part] = '\x1f';
        len += part + 1;
    }
    return clave;
}
