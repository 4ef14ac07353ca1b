/*
 * Why a cell differs. Each function is one proof, from the base alone, that its
 * publisher departed from its own rules; the table is in docs/REGLAS.md.
 */
#include <string.h>

#include "simulacro/compara.h"

static enum columna_clase clase(const struct causa_contexto *c)
{
    return c->corte->tabla->columnas[c->columna].clase;
}

static const struct fila_lectura *publicada(const struct causa_contexto *c)
{
    return &c->fila->lectura;
}

static bool es_estado(const struct causa_contexto *c)
{
    return clase(c) == COL_OBSERVACIONES || clase(c) == COL_CONTABILIZADA;
}

/* EXCEDE with every vote erased: ours has the number that the rules need. */
static bool excede_en_cero(const struct causa_contexto *c)
{
    return publicada(c)->estado == FILA_CAPTURADA &&
           (publicada(c)->observacion & OBS_EXCEDE) && publicada(c)->suma == 0 &&
           c->nuestra->lectura.suma > 0 &&
           (columna_es_voto(clase(c)) || clase(c) == COL_CALCULADO);
}

/* By how much a row passes its lista nominal, with or without its representatives. */
static int64_t rebase(const struct tabla *tabla, const struct base_fila *fila,
                      bool with_representatives)
{
    celda lista = 0, representantes = 0;

    if (celda_clasifica(tabla_celda(tabla, fila->fila, COL_LISTA_NOMINAL), &lista) !=
        CELDA_DE_NUMERO) {
        lista = 0;
    }
    if (!with_representatives ||
        celda_clasifica(tabla_celda(tabla, fila->fila, COL_REPRESENTANTES),
                        &representantes) != CELDA_DE_NUMERO) {
        representantes = 0;
    }
    return fila->lectura.suma - lista - representantes;
}

/* Another row of the base, of the same kind, treated the other way although it passes
 * its limit by as much or less (or by as much or more). */
static bool limite_contradictorio(const struct causa_contexto *c)
{
    const struct tabla *tabla = c->corte->tabla;
    bool excede = (publicada(c)->observacion & OBS_EXCEDE) != 0;
    bool especial = tabla_celda(tabla, c->fila->fila, COL_TIPO_CASILLA)[0] == 'S';
    bool ours_excede = (c->nuestra->lectura.observacion & OBS_EXCEDE) != 0;

    if (!es_estado(c) || publicada(c)->suma == 0 || excede == ours_excede) {
        return false;
    }
    if (excede && !especial && rebase(tabla, c->fila, false) <= 0) {
        return true; /* it does not even pass its lista nominal */
    }
    for (size_t i = 0; i < c->corte->fila_count; i++) {
        const struct base_fila *other = &c->corte->filas[i];
        bool other_excede = (other->lectura.observacion & OBS_EXCEDE) != 0;

        if (other->lectura.estado != FILA_CAPTURADA || other_excede == excede ||
            other->lectura.suma == 0 ||
            (tabla_celda(tabla, other->fila, COL_TIPO_CASILLA)[0] == 'S') != especial ||
            (!other_excede && other->lectura.contabilizada != 1)) {
            continue;
        }
        for (int with = 0; with < 2; with++) {
            int64_t mine = rebase(tabla, c->fila, with);
            int64_t its = rebase(tabla, other, with);

            if (excede ? its >= mine : its <= mine) {
                return true;
            }
        }
    }
    return false;
}

/* No number at all, and the base counts some such rows and not others. */
static bool sin_numeros_contradictorio(const struct causa_contexto *c)
{
    const struct fila_lectura *mine = publicada(c);

    if (!es_estado(c) || mine->votos_numero != 0 || mine->estado != FILA_CAPTURADA) {
        return false;
    }
    for (size_t i = 0; i < c->corte->fila_count; i++) {
        const struct fila_lectura *other = &c->corte->filas[i].lectura;

        if (other->estado == FILA_CAPTURADA && other->votos_numero == 0 &&
            (other->votos_ilegible > 0) == (mine->votos_ilegible > 0) &&
            (other->votos_sin_dato > 0) == (mine->votos_sin_dato > 0) &&
            other->contabilizada != mine->contabilizada) {
            return true;
        }
    }
    return false;
}

static bool dice_ilegible(uint32_t observacion)
{
    return (observacion & (OBS_ALGUN_CAMPO | OBS_ILEGIBLE | OBS_SIN_DATO)) != 0;
}

/* Every vote is a number and the row says that some is not. */
static bool observacion_sin_celda(const struct causa_contexto *c)
{
    return clase(c) == COL_OBSERVACIONES && publicada(c)->estado == FILA_CAPTURADA &&
           dice_ilegible(publicada(c)->observacion) &&
           publicada(c)->votos_ilegible + publicada(c)->votos_sin_dato == 0;
}

/* A vote is a word and the row does not say so. */
static bool falta_observacion(const struct causa_contexto *c)
{
    return clase(c) == COL_OBSERVACIONES && publicada(c)->estado == FILA_CAPTURADA &&
           publicada(c)->observacion == 0 &&
           publicada(c)->votos_ilegible + publicada(c)->votos_sin_dato > 0;
}

/* Numbers, within the limit by its own lista nominal, no observation, and not counted.
 */
static bool no_contabilizada_sin_causa(const struct causa_contexto *c)
{
    return clase(c) == COL_CONTABILIZADA && publicada(c)->estado == FILA_CAPTURADA &&
           publicada(c)->contabilizada == 0 && publicada(c)->votos_numero > 0 &&
           (publicada(c)->observacion & (OBS_EXCEDE | OBS_TODOS_CUALQUIERA)) == 0;
}

/* How an acta was identified is not among its cells; it counts all the same. */
static bool identificacion_manual(const struct causa_contexto *c)
{
    return clase(c) == COL_OBSERVACIONES &&
           (publicada(c)->observacion & OBS_IDENTIFICACION);
}

static bool total_contradice_suma(const struct causa_contexto *c)
{
    int64_t total, ours;

    return clase(c) == COL_CALCULADO && publicada(c)->estado == FILA_CAPTURADA &&
           numero_tolerante(c->publicado, &total) &&
           numero_tolerante(c->nuestro, &ours) && ours == publicada(c)->suma &&
           total != publicada(c)->suma;
}

/* Another corte of the same base says of this acta what ours says. */
static bool correccion_posterior(const struct causa_contexto *c)
{
    const char *nombre = c->corte->tabla->columnas[c->columna].nombre;

    for (size_t k = 0; k < c->eleccion->corte_count; k++) {
        const struct base_corte *other = &c->eleccion->cortes[k];
        size_t at, column;

        if (other == c->corte) {
            continue;
        }
        /* Never early: what a later corte shows first must not be here already. */
        if (publicada(c)->estado == FILA_NO_CAPTURADA && other > c->corte) {
            continue;
        }
        at = indice_busca(other->indice, c->fila->clave);
        column = tabla_columna_nombre(other->tabla, nombre);
        if (at != INDICE_NADA && column < other->tabla->columna_count &&
            other->filas[at].lectura.estado == c->nuestra->lectura.estado &&
            strcmp(other->filas[at].fila->celdas[column], c->nuestro) == 0) {
            return true;
        }
    }
    return false;
}

/* Prep-rules 6.4: without acta there is no image, no capture and no document. */
static bool sin_acta_con_datos(const struct causa_contexto *c)
{
    celda ignored;
    enum celda_clase text = celda_clasifica(c->publicado, &ignored);

    return !celda_es_blanca(text) && text != CELDA_DICE_SIN_ACTA &&
           publicada(c)->estado == FILA_SIN_ACTA &&
           c->nuestra->lectura.estado == FILA_SIN_ACTA &&
           (clase(c) == COL_CODIGO || clase(c) == COL_CAPTURA ||
            clase(c) == COL_VERIFICACION || clase(c) == COL_ORIGEN ||
            clase(c) == COL_DIGITALIZACION || clase(c) == COL_DOCUMENTO ||
            clase(c) == COL_COTEJADA || columna_es_celda(clase(c)));
}

static bool sin_codigo(const struct causa_contexto *c)
{
    const struct tabla *tabla = c->corte->tabla;

    return clase(c) == COL_CODIGO && strlen(c->publicado) < 32 &&
           strlen(c->nuestro) >= 32 &&
           (tabla_celda(tabla, c->fila->fila, COL_ORIGEN)[0] != '\0' ||
            tabla_celda(tabla, c->fila->fila, COL_DIGITALIZACION)[0] != '\0');
}

/* Rows of the same kind in the same column of the base that say what ours says. */
static bool base_escribe_igual(const struct causa_contexto *c)
{
    const enum fila_estado estado = publicada(c)->estado;

    for (size_t i = 0; i < c->corte->fila_count; i++) {
        if (c->corte->filas[i].lectura.estado == estado &&
            strcmp(c->corte->filas[i].fila->celdas[c->columna], c->nuestro) == 0) {
            return true;
        }
    }
    return false;
}

/* Two ways of writing the same absence, both in the same column of the base. */
static bool texto_variante(const struct causa_contexto *c)
{
    celda a, b;
    enum celda_clase mine = celda_clasifica(c->publicado, &a);
    enum celda_clase ours = celda_clasifica(c->nuestro, &b);
    char x[COLUMNA_NOMBRE_SIZE], y[COLUMNA_NOMBRE_SIZE];

    if (!base_escribe_igual(c)) {
        return false;
    }
    if (celda_es_blanca(mine) && celda_es_blanca(ours)) {
        return true;
    }
    if (mine != ours || mine == CELDA_DE_NUMERO) {
        return false;
    }
    nombre_normaliza(c->publicado, x);
    nombre_normaliza(c->nuestro, y);
    return x[0] != '\0' && strcmp(x, y) == 0;
}

static bool numero_variante(const struct causa_contexto *c)
{
    int64_t mine, ours;

    return !columna_es_identidad(clase(c)) && numero_tolerante(c->publicado, &mine) &&
           numero_tolerante(c->nuestro, &ours) && mine == ours;
}

static bool hora_variante(const struct causa_contexto *c)
{
    int64_t mine, ours;
    bool tiene;
    int desfase;

    return columna_es_hora(clase(c)) &&
           fecha_tolerante(c->publicado, &mine, &tiene, &desfase) &&
           fecha_tolerante(c->nuestro, &ours, &tiene, &desfase) &&
           mine / 1000 == ours / 1000;
}

/* Longer than a text of the catalogue can be. */
static bool texto_largo(const struct causa_contexto *c)
{
    size_t len = strlen(c->nuestro);

    return columna_es_identidad(clase(c)) && len > 0 && len < strlen(c->publicado) &&
           strncmp(c->publicado, c->nuestro, len) == 0;
}

static bool celda_no_legible(const struct causa_contexto *c)
{
    celda ignored;

    return columna_es_celda(clase(c)) &&
           celda_clasifica(c->publicado, &ignored) == CELDA_OTRA;
}

enum causa causa_de_celda(const struct causa_contexto *contexto)
{
    static const struct {
        bool (*prueba)(const struct causa_contexto *);
        enum causa causa;
    } pruebas[] = {
        { excede_en_cero, CAUSA_DE_EXCEDE_EN_CERO },
        { texto_variante, CAUSA_DE_TEXTO_VARIANTE },
        { numero_variante, CAUSA_DE_NUMERO_VARIANTE },
        { hora_variante, CAUSA_DE_HORA_VARIANTE },
        { texto_largo, CAUSA_DE_TEXTO_LARGO },
        { correccion_posterior, CAUSA_DE_CORRECCION_POSTERIOR },
        { limite_contradictorio, CAUSA_DE_EXCEDE_CONTRADICTORIO },
        { sin_numeros_contradictorio, CAUSA_DE_SIN_NUMEROS_CONTRADICTORIO },
        { identificacion_manual, CAUSA_DE_IDENTIFICACION },
        { observacion_sin_celda, CAUSA_DE_OBSERVACION_SIN_CELDA },
        { falta_observacion, CAUSA_DE_FALTA_OBSERVACION },
        { no_contabilizada_sin_causa, CAUSA_DE_NO_CONTABILIZADA_SIN_CAUSA },
        { total_contradice_suma, CAUSA_DE_TOTAL_CONTRADICE_SUMA },
        { sin_acta_con_datos, CAUSA_DE_SIN_ACTA_CON_DATOS },
        { sin_codigo, CAUSA_DE_SIN_CODIGO },
        { celda_no_legible, CAUSA_DE_CELDA_NO_LEGIBLE },
    };

    for (size_t i = 0; i < sizeof pruebas / sizeof pruebas[0]; i++) {
        if (pruebas[i].prueba(contexto)) {
            return pruebas[i].causa;
        }
    }
    return CAUSA_DE_SIN_EXPLICAR;
}
