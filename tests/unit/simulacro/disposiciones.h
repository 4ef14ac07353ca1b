/*
 * disposiciones.h - one small night, written in the layouts that real bases have had.
 *
 * The night is the worked example of the rules (nine actas of the catalogue, one fuera
 * de catalogo), plus a mesa of the vote abroad and one of voto anticipado where the
 * layout has them. Each layout is a row of data.
 *
 * SOURCE
 *     prep-rules 7.5 (the night), 10.2 to 10.7 (the layouts).
 */
#ifndef PREP_TEST_DISPOSICIONES_H
#define PREP_TEST_DISPOSICIONES_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

enum clase_renglon { NORMAL, SIN_PAPEL, PENDIENTE, LLEGADA, FUERA };

enum { IL = -1, SD = -2, NX = -3, VOTOS = 7 };

struct renglon {
    const char *seccion, *tipo, *id, *ext;
    int lista, representantes;
    enum clase_renglon clase;
    int votos[VOTOS]; /* PAN PRI MORENA coalition independent NR NULOS */
    int contabilizada;
    const char *local, *lista_obs; /* causes, in the two vocabularies */
};

static const struct renglon renglones[] = {
    { "0001",
      "B",
      "01",
      "00",
      600,
      20,
      NORMAL,
      { 100, 50, 150, 20, 5, 1, 10 },
      1,
      "",
      "" },
    { "0001",
      "C",
      "01",
      "00",
      600,
      20,
      NORMAL,
      { 120, IL, 130, 10, SD, 0, 8 },
      1,
      "ALGUN",
      "IS" },
    { "0002",
      "B",
      "01",
      "00",
      500,
      20,
      NORMAL,
      { 200, 100, 200, 10, 0, 0, 10 },
      1,
      "",
      "" },
    { "0002",
      "C",
      "01",
      "00",
      500,
      20,
      NORMAL,
      { 201, 100, 200, 10, 0, 0, 10 },
      0,
      "EXCEDE",
      "E" },
    { "0003",
      "B",
      "01",
      "00",
      550,
      20,
      NORMAL,
      { IL, IL, SD, SD, SD, SD, SD },
      0,
      "TODOS",
      "M" },
    { "0003", "E", "01", "01", 300, 20, SIN_PAPEL, { 0 }, 0, "SIN ACTA", "A" },
    { "0003",
      "S",
      "01",
      "00",
      0,
      20,
      NORMAL,
      { 260, 140, 250, 25, 5, 2, 18 },
      1,
      "",
      "" },
    { "0004", "B", "01", "00", 450, 20, PENDIENTE, { 0 }, -1, "", "" },
    { "0004",
      "C",
      "01",
      "00",
      450,
      20,
      NORMAL,
      { 90, 60, 120, 15, 4, 1, 10 },
      1,
      "",
      "" },
    { "0004", "C", "02", "00", 450, 20, LLEGADA, { 0 }, -1, "", "" },
    { "N/A",
      "M",
      "N/A",
      "00",
      12113,
      -1,
      NORMAL,
      { 700, 90, 4422, 3, 2, 0, 1 },
      1,
      "",
      "" },
    { "N/A", "A", "N/A", "00", 16, -1, NORMAL, { 1, 2, 3, 0, 0, 0, 0 }, 1, "", "" },
    { "N/A", "A", "N/A", "00", 9, -1, SIN_PAPEL, { 0 }, 0, "SIN ACTA", "A" },
    { "N/A", "A", "N/A", "00", 7, -1, PENDIENTE, { 0 }, -1, "", "" },
    /* The same key twice: contigua 10 and 11 cut to one digit. */
    { "0005", "C", "01", "00", 400, 20, NORMAL, { 10, 20, 30, 1, 0, 0, 2 }, 1, "", "" },
    { "0005", "C", "01", "00", 400, 20, NORMAL, { 11, 21, 31, 1, 0, 0, 2 }, 1, "", "" },
    { "-", "-", "-", "-", 0, 0, FUERA, { 0 }, 2, "FUERA", "F" },
};

struct columna_prueba {
    const char *nombre;
    char que; /* see valor() */
};

struct disposicion {
    const char *nombre, *archivo;
    bool bom, latin1, renglon_sep, comillas;
    const char *fin, *preambulo; /* T title F date . blank N names V values */
    char separador;
    const char *titulo, *fecha;
    int apostrofos; /* 0 none, 1 leading on codes, 2 around keys, 3 leading on the first
                     */
    const struct columna_prueba *columnas;
    /* header */
    const char *decimal, *porciento; /* after totals, after percentages */
    bool miles, especiales_siempre_fuera;
    /* texts */
    const char *ilegible, *sin_dato, *sin_acta, *sin_acta_total, *pendiente,
        *pendiente_total, *fuera, *sin_hora;
    const char *todos_total; /* total of an acta without a number */
    bool lista, corchetes;
    const char *separa, *nada, *obs_pendiente;
    const char *contabilizada_fuera, *contabilizada_sin_acta;
    bool hora_iso, sin_ceros, mixto_cuenta;
    const char *urbana;
    size_t explicadas; /* differences that its publisher explains */
};

static inline bool es_numero(int v)
{
    return v >= 0;
}

static inline unsigned total(const struct renglon *r)
{
    unsigned sum = 0;

    for (int i = 0; i < VOTOS; i++) {
        sum += es_numero(r->votos[i]) ? (unsigned)r->votos[i] : 0;
    }
    return sum;
}

static inline const char *observacion(const struct disposicion *d,
                                      const struct renglon *r, char out[static 200])
{
    static const struct {
        const char *clave, *texto;
    } locales[] = { { "ALGUN", "ALGUN CAMPO ILEGIBLE O SIN DATO" },
                    { "EXCEDE", "EXCEDE LISTA NOMINAL" },
                    { "TODOS", "TODOS ILEGIBLES O SIN DATO" },
                    { "SIN ACTA", "SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA" },
                    { "FUERA", "FUERA DE CATALOGO" } };

    if (r->clase == PENDIENTE || r->clase == LLEGADA) {
        return d->obs_pendiente;
    }
    if (!d->lista) {
        for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
            if (strcmp(locales[i].clave, r->local) == 0) {
                return locales[i].texto;
            }
        }
        return d->nada;
    }
    if (r->lista_obs[0] == '\0') {
        return d->nada;
    }
    if (r->lista_obs[0] == 'A' || r->lista_obs[0] == 'F') {
        return r->lista_obs[0] == 'A' ? "Sin acta(3)" : "Fuera de catalogo";
    }
    if (r->lista_obs[0] == 'E') {
        snprintf(out, 200, "%sExcede Lista Nominal%s", d->corchetes ? "['" : "",
                 d->corchetes ? "']" : "");
    } else {
        snprintf(out, 200, "%sSin dato%sIlegible%s", d->corchetes ? "['" : "",
                 d->separa, d->corchetes ? "']" : "");
    }
    return out;
}

static inline const char *celda_escrita(const struct disposicion *d, int v,
                                        char out[static 200])
{
    if (v == IL || v == SD) {
        return v == IL ? d->ilegible : d->sin_dato;
    }
    snprintf(out, 200, "%d", v);
    return out;
}

static inline const char *hora_escrita(const struct disposicion *d, size_t at,
                                       int minuto, char out[static 200])
{
    snprintf(out, 200,
             d->hora_iso ? "2021-06-06 20:%02d:%02zu" : "06/06/2021 20:%02d:%02zu",
             minuto, at);
    return out;
}

static inline int contabilizada(const struct disposicion *d, const struct renglon *r)
{
    return d->mixto_cuenta && r->lista_obs[0] == 'M' ? 1 : r->contabilizada;
}

/* What one column of one row says. */
static inline const char *valor(const struct disposicion *d, const struct renglon *r,
                                size_t at, char que, char out[static 200])
{
    const bool paper = r->clase == NORMAL;
    const char *absent = r->clase == SIN_PAPEL ? d->sin_acta
                         : r->clase == FUERA   ? d->fuera
                                               : d->pendiente;
    const char *none = r->clase == SIN_PAPEL ? d->sin_hora : absent;
    const bool here = paper || r->clase == FUERA || r->clase == LLEGADA;
    const bool mesa = r->tipo[0] == 'A' || r->tipo[0] == 'M';
    bool todos = r->clase == NORMAL && strcmp(r->local, "TODOS") == 0;

    switch (que) {
    case 'k':
        snprintf(out, 200, "01%s%s%s%s", r->seccion, r->tipo, r->id, r->ext);
        return r->clase == FUERA ? "-" : out;
    case 'K':
        snprintf(out, 200, "01%s%s%s%s2", r->seccion, r->tipo, r->id, r->ext);
        return r->clase == FUERA ? "-" : out;
    case 'e':
        return "01";
    case 'E':
        return d->latin1 ? "M\xE9xico" : "México";
    case 'd':
        return r->clase == FUERA ? "-" : "001";
    case 'D':
        return r->clase == FUERA ? "-" : "CALVILLO, AGS.";
    case 's':
        return r->seccion;
    case 'i':
        return r->id;
    case 't':
        return r->tipo;
    case 'x':
        return r->ext;
    case 'u':
        return r->clase == FUERA ? "3" : d->urbana;
    case 'a':
        return r->clase == FUERA ? "-" : "2";
    case 'b':
        return mesa ? "N/A" : paper ? "17" : absent;
    case 'p':
        return paper ? (at % 3 == 0 ? d->sin_dato : "300") : absent;
    case 'n': /* a quantity that only other actas have */
        return paper ? "-" : absent;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
        return paper ? celda_escrita(d, r->votos[que - '0'], out) : absent;
    case 'C':
        if (r->clase == SIN_PAPEL) {
            return d->sin_acta_total;
        }
        if (!paper || (todos && d->todos_total != NULL)) {
            return r->clase == FUERA ? d->fuera
                   : todos           ? d->todos_total
                                     : d->pendiente_total;
        }
        snprintf(out, 200, "%u", total(r));
        return out;
    case 'L':
        snprintf(out, 200, "%d", r->lista);
        return r->clase == FUERA ? d->fuera : out;
    case 'R':
        snprintf(out, 200, "%d", r->representantes);
        return r->clase == FUERA ? d->fuera : mesa ? "N/A" : out;
    case 'O':
        return observacion(d, r, out);
    case 'c':
        if (!paper && r->clase != SIN_PAPEL) {
            return r->clase == FUERA ? d->contabilizada_fuera : d->pendiente;
        }
        return r->clase == SIN_PAPEL      ? d->contabilizada_sin_acta
               : contabilizada(d, r) == 1 ? "1"
                                          : "0";
    case 'm':
        return paper ? (at % 2 == 0 ? "F-D" : "I") : none;
    case 'h':
        snprintf(out, 200, "%064zx", at + 1);
        return here ? out : none;
    case 'q':
        return here ? hora_escrita(d, at, 10, out) : none;
    case 'w':
        return paper ? hora_escrita(d, at, 20, out) : none;
    case 'z':
        return paper ? hora_escrita(d, at, 30, out) : none;
    case 'o':
        return here ? (at % 2 == 0 ? "CASILLA" : "CATD") : none;
    case 'g':
        return here ? (at % 2 == 0 ? "MOVIL" : "ESCANER") : none;
    case 'y':
        return here ? "ACTA PREP" : none;
    case 'J':
        return paper ? (at % 3 == 0 ? "1" : "0") : absent;
    default:
        return "";
    }
}

static inline bool es_codigo_de_columna(char que)
{
    return strchr("kKedsix", que) != NULL;
}

static inline void campo(const struct disposicion *d, char que, const char *text,
                         struct buffer *out)
{
    bool key = que == 'k' || que == 'K';
    bool quote = (d->comillas && text[strspn(text, "0123456789.")] != '\0') ||
                 strchr(text, d->separador) != NULL;
    bool mark = strcmp(text, "-") != 0 &&
                ((d->apostrofos == 1 && es_codigo_de_columna(que)) ||
                 (d->apostrofos == 2 && key) || (d->apostrofos == 3 && que == 'k'));

    if (quote) {
        buffer_add_char(out, '"');
    }
    if (mark) {
        buffer_add_char(out, '\'');
    }
    buffer_add_text(out, text);
    if (mark && d->apostrofos == 2) {
        buffer_add_char(out, '\'');
    }
    if (quote) {
        buffer_add_char(out, '"');
    }
}

static inline void miles(unsigned long value, char out[static 40])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lu", value), at = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

/* num of den truncated to 4 decimals, by hand. */
static inline void porciento(unsigned long num, unsigned long den, bool sin_ceros,
                             char out[static 40])
{
    unsigned long q = den == 0 ? 0 : num * 1000000 / den;
    size_t len = (size_t)snprintf(out, 40, "%lu.%04lu", q / 10000, q % 10000);

    while (sin_ceros && out[len - 1] == '0') {
        out[--len] = '\0';
    }
    if (sin_ceros && out[len - 1] == '.') {
        out[len - 1] = '\0';
    }
}

static inline void encabezado_escribe(const struct disposicion *d, struct buffer *out)
{
    unsigned long esp = 0, fuera = 0, cap = 0, cont = 0, inc = 0, lista = 0, con = 0,
                  sin = 0;
    char texts[13][40];

    for (size_t i = 0; i < sizeof renglones / sizeof renglones[0]; i++) {
        const struct renglon *r = &renglones[i];

        fuera += r->clase == FUERA;
        esp += r->clase != FUERA;
        cap += r->clase == NORMAL || r->clase == SIN_PAPEL;
        inc += r->clase == NORMAL && r->local[0] != '\0';
        if (r->clase == NORMAL && contabilizada(d, r) == 1) {
            cont++;
            lista += (unsigned)r->lista;
            con += total(r);
            sin += r->tipo[0] == 'S' ? 0 : total(r);
        }
    }
    {
        const unsigned long counts[13] = { esp, cap + fuera, fuera, cap, 0,   cont, 0,
                                           0,   cap - cont,  lista, con, sin, 0 };

        for (int i = 0; i < 13; i++) {
            if (d->miles) {
                miles(counts[i], texts[i]);
            } else {
                snprintf(texts[i], sizeof texts[i], "%lu%s", counts[i],
                         i >= 10 ? d->decimal : "");
            }
        }
    }
    porciento(cap, esp, d->sin_ceros, texts[4]);
    porciento(cont, esp, d->sin_ceros, texts[6]);
    porciento(inc, esp, d->sin_ceros, texts[7]);
    porciento(d->especiales_siempre_fuera ? sin : con, lista, d->sin_ceros, texts[12]);
    for (int i = 0; i < 13; i++) {
        bool percent = i == 4 || i == 6 || i == 7 || i == 12;

        buffer_printf(out, "%s%s%s%s", i == 0 ? "" : (char[]){ d->separador, '\0' },
                      percent && d->porciento[0] != '\0' ? "'" : "", texts[i],
                      percent ? d->porciento : "");
    }
}

static inline void base_escribe(const struct disposicion *d, struct buffer *out)
{
    static const char *const names[13] = { "ACTAS_ESPERADAS",
                                           "ACTAS_REGISTRADAS",
                                           "ACTAS_FUERA_CATALOGO",
                                           "ACTAS_CAPTURADAS",
                                           "PORCENTAJE_ACTAS_CAPTURADAS",
                                           "ACTAS_CONTABILIZADAS",
                                           "PORCENTAJE_ACTAS_CONTABILIZADAS",
                                           "PORCENTAJE_ACTAS_CON_INCONSISTENCIAS",
                                           "ACTAS_NO_CONTABILIZADAS",
                                           "LISTA_NOMINAL_ACTAS_CONTABILZADAS",
                                           "TOTAL_VOTOS_C_CS",
                                           "TOTAL_VOTOS_S_CS",
                                           "PORCENTAJE_PARTICIPACION_CIUDADANA" };

    if (d->bom) {
        buffer_add_text(out, "\xEF\xBB\xBF");
    }
    if (d->renglon_sep) {
        buffer_printf(out, "sep=%c%s", d->separador, d->fin);
    }
    for (const char *at = d->preambulo; *at != '\0'; at++) {
        if (*at == 'T' || *at == 'F') {
            buffer_add_text(out, *at == 'T' ? d->titulo : d->fecha);
        }
        if (*at == 'N') {
            for (int i = 0; i < 13; i++) {
                buffer_printf(out, "%s%s", i == 0 ? "" : (char[]){ d->separador, '\0' },
                              names[i]);
            }
        }
        if (*at == 'V') {
            encabezado_escribe(d, out);
        }
        buffer_add_text(out, d->fin);
    }
    for (const struct columna_prueba *c = d->columnas; c->nombre != NULL; c++) {
        buffer_printf(out, "%s%s",
                      c == d->columnas ? "" : (char[]){ d->separador, '\0' },
                      c->nombre);
    }
    buffer_add_text(out, d->fin);
    for (size_t i = 0; i < sizeof renglones / sizeof renglones[0]; i++) {
        for (const struct columna_prueba *c = d->columnas; c->nombre != NULL; c++) {
            char text[200];

            if (c != d->columnas) {
                buffer_add_char(out, d->separador);
            }
            campo(d, c->que, valor(d, &renglones[i], i, c->que, text), out);
        }
        buffer_add_text(out, d->fin);
    }
}

#endif
