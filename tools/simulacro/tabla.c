#include "simulacro/tabla_privado.h"

#include <stdlib.h>
#include <string.h>

#define LINEAS_ANTES_MAX 60u /* where the line of column names may be */
#define CONOCIDAS_MIN 5u     /* column names that must be known to take it */
#define LINEAS_UNIDAS_MAX 4u /* a quoted field may hold ends of line */

/* A copy of the next line, without its end; NULL at the end of the text. */
static char *take_line(struct lector *lector)
{
    const char *line = lector->at;
    size_t len;

    if (*line == '\0') {
        return NULL;
    }
    len = strcspn(line, "\r\n");
    lector->at = line + len;
    if (lector->at[0] == '\r' && lector->at[1] == '\n') {
        lector->at++;
    }
    lector->at += *lector->at != '\0';
    lector->linea++;
    return almacen_text_len(lector->almacen, line, len);
}

static const char *fin_de_linea(const char *text)
{
    text += strcspn(text, "\r\n");
    if (*text == '\r') {
        return text[1] == '\n' ? "crlf" : "cr";
    }
    return "lf";
}

/* Blanks, apostrophes and ="..." are marks for spreadsheets, not part of a value. */
char *celda_limpia(char *text, size_t *out_inicial, size_t *out_envuelto)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        text[--len] = '\0';
    }
    if (len >= 3 && text[0] == '=' && text[1] == '"' && text[len - 1] == '"') {
        text[len - 1] = '\0';
        text += 2;
        len -= 3;
    }
    if (len >= 2 && text[0] == '\'' && text[len - 1] == '\'') {
        *out_envuelto += 1;
        text[len - 1] = '\0';
        text++;
    } else if (len >= 1 && text[0] == '\'') {
        *out_inicial += 1;
        text++;
    } else if (len >= 1 && text[len - 1] == '\'') {
        text[len - 1] = '\0';
    }
    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        text[--len] = '\0';
    }
    return text;
}

/*
 * Splits line in place. Returns the count of fields, 0 when there are too many, and
 * sets out_open when a quote was never closed.
 */
static size_t split(struct lector *lector, char *line, bool quotes, bool *out_open)
{
    const char delimiter = lector->tabla->separador;
    size_t count = 0;
    char *at = line;

    *out_open = false;
    for (;;) {
        char *field = at, *end;

        if (count == TABLA_COLUMNAS_MAX) {
            return 0;
        }
        lector->marcado[count] = quotes && *at == '"';
        if (lector->marcado[count]) {
            end = field = ++at;
            while (*at != '\0' && (at[0] != '"' || at[1] == '"')) {
                at += at[0] == '"';
                *end++ = *at++;
            }
            *out_open = *at == '\0';
            at += *at != '\0';
            /* What follows the quotes up to the delimiter is kept as it comes. */
            while (*at != '\0' && *at != delimiter) {
                *end++ = *at++;
            }
        } else {
            at = strchr(field, delimiter);
            at = at == NULL ? field + strlen(field) : at;
            end = at;
        }
        lector->campos[count++] = field;
        if (*at == '\0') {
            *end = '\0';
            return count;
        }
        *end = '\0';
        at++;
    }
}

bool linea_en_blanco(const char *line)
{
    return line[strspn(line, " \t,|;\"")] == '\0';
}

static char best_delimiter(const char *line)
{
    static const char delimiters[] = { ',', '|', ';', '\t' };
    size_t best_count = 0;
    char best = ',';

    for (size_t i = 0; i < sizeof delimiters; i++) {
        size_t count = 0;

        for (const char *at = line; *at != '\0'; at++) {
            count += *at == delimiters[i];
        }
        if (count > best_count) {
            best_count = count;
            best = delimiters[i];
        }
    }
    return best;
}

/* Fields of a copy of line, so that line stays whole. */
size_t linea_divide(struct lector *lector, const char *line)
{
    bool open;

    return split(lector, almacen_text(lector->almacen, line), true, &open);
}

/* The line of column names: enough of them known, a seccion among them. */
static bool is_header_line(struct lector *lector, const char *line)
{
    size_t known = 0, count;
    bool place = false;

    lector->tabla->separador = best_delimiter(line);
    count = linea_divide(lector, line);
    for (size_t i = 0; i < count; i++) {
        size_t ignored = 0;
        enum columna_clase clase = columna_clasifica(
            celda_limpia((char *)(uintptr_t)lector->campos[i], &ignored, &ignored));

        known += clase != COL_AJENA;
        place = place || clase == COL_SECCION || clase == COL_CLAVE_CASILLA;
    }
    return place && known >= CONOCIDAS_MIN;
}

/* Every column has a name of its own, whatever the file says. */
static void header_names(struct lector *lector, const char *line)
{
    size_t count = linea_divide(lector, line);
    struct tabla *tabla = lector->tabla;

    tabla->columna_count = count;
    for (size_t i = 0; i < count; i++) {
        size_t ignored = 0;
        struct columna *columna = &tabla->columnas[i];

        columna->nombre =
            celda_limpia((char *)(uintptr_t)lector->campos[i], &ignored, &ignored);
        columna->clase = columna_clasifica(columna->nombre);
    }
    /* Delimiters at the end of every line make columns without name. */
    while (tabla->columna_count > 0 &&
           tabla->columnas[tabla->columna_count - 1].nombre[0] == '\0') {
        tabla->columna_count--;
    }
    for (size_t i = 0; i < tabla->columna_count; i++) {
        if (tabla->columnas[i].nombre[0] == '\0' ||
            tabla_columna_nombre(tabla, tabla->columnas[i].nombre) < i) {
            tabla->columnas[i].nombre = almacen_printf(
                lector->almacen, "%s_%zu",
                tabla->columnas[i].nombre[0] == '\0' ? "COLUMNA"
                                                     : tabla->columnas[i].nombre,
                i + 1);
        }
    }
}

static void ilegible_add(struct lector *lector, size_t linea, const char *motivo,
                         const char *texto)
{
    struct tabla *tabla = lector->tabla;

    tabla->ilegibles = vector_grow(tabla->ilegibles, tabla->ilegible_count,
                                   &tabla->ilegible_room, sizeof *tabla->ilegibles);
    tabla->ilegibles[tabla->ilegible_count++] = (struct ilegible){
        .linea = linea, .motivo = motivo, .texto = almacen_text(lector->almacen, texto)
    };
}

/* One line into exactly columna_count fields, trying without quotes if need be. */
static bool row_fields(struct lector *lector, const char *line, size_t *out_count,
                       bool *out_open)
{
    const size_t wanted = lector->tabla->columna_count;
    bool ignored;

    for (int quotes = 1; quotes >= 0; quotes--) {
        bool open;
        size_t count =
            split(lector, almacen_text(lector->almacen, line), quotes, &open);

        if (quotes == 1) {
            *out_open = open;
        }
        while (count > wanted && linea_en_blanco(lector->campos[count - 1])) {
            count--;
        }
        *out_count = count;
        if (count == wanted && !open) {
            return true;
        }
    }
    *out_count = split(lector, almacen_text(lector->almacen, line), true, &ignored);
    return false;
}

static void row_add(struct lector *lector, size_t linea)
{
    struct tabla *tabla = lector->tabla;
    struct fila *fila;

    tabla->filas = vector_grow(tabla->filas, tabla->fila_count, &tabla->fila_room,
                               sizeof *tabla->filas);
    fila = &tabla->filas[tabla->fila_count++];
    fila->linea = linea;
    fila->celdas =
        almacen_alloc(lector->almacen, tabla->columna_count * sizeof *fila->celdas);
    for (size_t i = 0; i < tabla->columna_count; i++) {
        struct columna *columna = &tabla->columnas[i];

        fila->celdas[i] = celda_limpia((char *)(uintptr_t)lector->campos[i],
                                       &columna->apostrofos_iniciales,
                                       &columna->apostrofos_envueltos);
        tabla->comillas = tabla->comillas || lector->marcado[i];
    }
}

/* A quoted field that holds ends of line: joined with what follows, if that helps. */
static bool row_joined(struct lector *lector, const char *line)
{
    const struct lector before = *lector;
    char *joined = almacen_text(lector->almacen, line);
    size_t count;
    bool open;

    for (unsigned i = 0; i < LINEAS_UNIDAS_MAX; i++) {
        const char *next = take_line(lector);

        if (next == NULL) {
            break;
        }
        joined = almacen_printf(lector->almacen, "%s %s", joined, next);
        if (row_fields(lector, joined, &count, &open)) {
            return true;
        }
    }
    lector->at = before.at;
    lector->linea = before.linea;
    return false;
}

static void rows_read(struct lector *lector)
{
    for (char *line = take_line(lector); line != NULL; line = take_line(lector)) {
        size_t linea = lector->linea, count = 0;
        bool open = false;

        if (linea_en_blanco(line)) {
            continue;
        }
        if (row_fields(lector, line, &count, &open) ||
            (open && row_joined(lector, line))) {
            row_add(lector, linea);
            continue;
        }
        ilegible_add(lector, linea,
                     open ? "unas comillas no se cierran"
                          : almacen_printf(lector->almacen,
                                           "tiene %zu columnas y deben ser %zu", count,
                                           lector->tabla->columna_count),
                     line);
    }
}

size_t tabla_columna(const struct tabla *tabla, enum columna_clase clase)
{
    size_t i = 0;

    while (i < tabla->columna_count && tabla->columnas[i].clase != clase) {
        i++;
    }
    return i;
}

size_t tabla_columna_nombre(const struct tabla *tabla, const char *nombre)
{
    size_t i = 0;

    while (i < tabla->columna_count && strcmp(tabla->columnas[i].nombre, nombre) != 0) {
        i++;
    }
    return i;
}

const char *tabla_celda(const struct tabla *tabla, const struct fila *fila,
                        enum columna_clase clase)
{
    size_t i = tabla_columna(tabla, clase);

    return i < tabla->columna_count ? fila->celdas[i] : "";
}

/* The vectors move into the almacen, so that releasing it releases the table. */
static void settle(struct lector *lector)
{
    struct tabla *tabla = lector->tabla;
    struct fila *filas =
        almacen_alloc(lector->almacen, tabla->fila_count * sizeof *filas);
    struct ilegible *ilegibles =
        almacen_alloc(lector->almacen, tabla->ilegible_count * sizeof *ilegibles);

    if (tabla->fila_count > 0) {
        memcpy(filas, tabla->filas, tabla->fila_count * sizeof *filas);
    }
    if (tabla->ilegible_count > 0) {
        memcpy(ilegibles, tabla->ilegibles, tabla->ilegible_count * sizeof *ilegibles);
    }
    free(tabla->filas);
    free(tabla->ilegibles);
    tabla->filas = filas;
    tabla->ilegibles = ilegibles;
}

enum prep_status tabla_lee(const struct archivo *archivo, struct almacen *almacen,
                           struct tabla **out_tabla, struct prep_reason *reason)
{
    struct tabla *tabla = almacen_alloc(almacen, sizeof *tabla);
    struct lector lector = { .almacen = almacen, .tabla = tabla };
    int positions[TABLA_COLUMNAS_MAX];
    size_t name_count = 0;

    tabla->ruta = almacen_text(almacen, archivo->ruta);
    tabla->titulo = "";
    tabla->fecha_texto = "";
    lector.at =
        texto_utf8(almacen, archivo->data, archivo->len, &tabla->bom, &tabla->utf8);
    tabla->fin_de_linea = fin_de_linea(lector.at);
    for (unsigned i = 0; i < LINEAS_ANTES_MAX; i++) {
        const char *line = take_line(&lector);

        if (line == NULL) {
            break;
        }
        if (is_header_line(&lector, line)) {
            header_names(&lector, line);
            rows_read(&lector);
            settle(&lector);
            *out_tabla = tabla;
            return PREP_OK;
        }
        preambulo_linea(&lector, line, positions, &name_count);
    }
    return prep_fail(reason, PREP_ERR_NOT_FOUND,
                     "%s: no tiene un renglón con los nombres de las columnas",
                     archivo->ruta);
}
