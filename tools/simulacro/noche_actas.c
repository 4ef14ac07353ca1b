/* The catalogue, and when each acta was first seen in which state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "simulacro/noche.h"

#define TIPOS_CASILLA "BCESMAPVU"

/* A text of the base into a field of the catalogue, cut if it is too long. */
static void copia(char *field, size_t size, const char *text)
{
    size_t len = strlen(text);

    len = len >= size ? size - 1 : len;
    /* Never half a character of UTF-8. */
    while (len > 0 && len < strlen(text) && ((unsigned char)text[len] & 0xC0) == 0x80) {
        len--;
    }
    memcpy(field, text, len);
    field[len] = '\0';
}

#define COPIA(acta, campo, text) copia((acta)->campo, sizeof(acta)->campo, text)

static int64_t hora(const struct noche *noche, const struct tabla *tabla,
                    const struct fila *fila, enum columna_clase clase)
{
    int64_t local_ms;
    int desfase;
    bool tiene;

    if (!fecha_tolerante(tabla_celda(tabla, fila, clase), &local_ms, &tiene,
                         &desfase)) {
        return CLOCK_UNKNOWN;
    }
    return local_ms - (int64_t)noche->base->desfase_min * 60000;
}

static uint32_t codigo(struct noche *noche, struct lista_textos *lista,
                       const struct tabla *tabla, const struct fila *fila,
                       enum columna_clase clase)
{
    const char *text = tabla_celda(tabla, fila, clase);
    celda ignored;

    if (celda_es_blanca(celda_clasifica(text, &ignored))) {
        return 0;
    }
    return lista_codigo(noche->base->almacen, lista, text);
}

static bool tiene_codigo(const struct tabla *tabla, const struct fila *fila)
{
    return strlen(tabla_celda(tabla, fila, COL_CODIGO)) >= 32;
}

/* One letter; B C E S and the rest as LEEME files write them, or their first letter. */
static char tipo_casilla(const char *text)
{
    char letter = text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 32) : text[0];

    return letter != '\0' && strchr(TIPOS_CASILLA, letter) != NULL ? letter : '\0';
}

static void identidad_lee(const struct tabla *tabla, const struct fila *fila,
                          struct catalogo_acta *catalogo)
{
    const char *territorio = tabla_celda(tabla, fila, COL_TERRITORIO);
    const char *nombre = tabla_celda(tabla, fila, COL_TERRITORIO_NOMBRE);

    COPIA(catalogo, clave_casilla, tabla_celda(tabla, fila, COL_CLAVE_CASILLA));
    COPIA(catalogo, clave_acta, tabla_celda(tabla, fila, COL_CLAVE_ACTA));
    COPIA(catalogo, entidad, tabla_celda(tabla, fila, COL_ENTIDAD));
    COPIA(catalogo, entidad_nombre, tabla_celda(tabla, fila, COL_ENTIDAD_NOMBRE));
    COPIA(catalogo, territorio, territorio[0] == '\0' ? nombre : territorio);
    COPIA(catalogo, territorio_nombre, nombre);
    COPIA(catalogo, seccion, tabla_celda(tabla, fila, COL_SECCION));
    COPIA(catalogo, id_casilla, tabla_celda(tabla, fila, COL_ID_CASILLA));
    COPIA(catalogo, tipo_casilla, tabla_celda(tabla, fila, COL_TIPO_CASILLA));
    COPIA(catalogo, ext_contigua, tabla_celda(tabla, fila, COL_EXT_CONTIGUA));
    COPIA(catalogo, ubicacion, tabla_celda(tabla, fila, COL_UBICACION));
    COPIA(catalogo, tipo_acta, tabla_celda(tabla, fila, COL_TIPO_ACTA));
    if (catalogo->clave_casilla[0] == '\0') {
        char key[64];

        (void)snprintf(key, sizeof key, "%.4s%.6s%.2s%.4s%.4s", catalogo->entidad,
                       catalogo->seccion, catalogo->tipo_casilla, catalogo->id_casilla,
                       catalogo->ext_contigua);
        COPIA(catalogo, clave_casilla, key);
    }
}

/* The last row that says a number wins: pending rows may leave it out. */
static void numeros_lee(const struct tabla *tabla, const struct fila *fila,
                        struct catalogo_acta *catalogo)
{
    celda value;

    if (celda_clasifica(tabla_celda(tabla, fila, COL_LISTA_NOMINAL), &value) ==
        CELDA_DE_NUMERO) {
        catalogo->lista_nominal = value;
    }
    if (celda_clasifica(tabla_celda(tabla, fila, COL_REPRESENTANTES), &value) ==
            CELDA_DE_NUMERO &&
        value <= 9999) {
        catalogo->representantes = value;
    }
}

static void sin_acta_lee(struct noche *noche, const struct tabla *tabla,
                         const struct base_fila *fila, size_t corte,
                         struct noche_acta *acta)
{
    if (acta->corte_sin_acta != 0 || acta->corte_captura != 0) {
        return;
    }
    acta->corte_sin_acta = corte;
    acta->sin_acta = fila->lectura.sin_acta;
    acta->sin_acta_ms = hora(noche, tabla, fila->fila, COL_ACOPIO);
    acta->sin_acta_mecanismo =
        codigo(noche, &noche->mecanismos, tabla, fila->fila, COL_MECANISMO);
    acta->sin_acta_documento =
        codigo(noche, &noche->documentos, tabla, fila->fila, COL_DOCUMENTO);
}

/* What arrived, with or without a capture after it. */
static void acopio_lee(struct noche *noche, const struct tabla *tabla,
                       const struct base_fila *fila, size_t corte,
                       struct noche_acta *acta)
{
    acta->mecanismo =
        codigo(noche, &noche->mecanismos, tabla, fila->fila, COL_MECANISMO);
    acta->documento =
        codigo(noche, &noche->documentos, tabla, fila->fila, COL_DOCUMENTO);
    acta->origen = codigo(noche, &noche->origenes, tabla, fila->fila, COL_ORIGEN);
    acta->digitalizacion =
        codigo(noche, &noche->digitalizaciones, tabla, fila->fila, COL_DIGITALIZACION);
    acta->imagen = tiene_codigo(tabla, fila->fila) || acta->origen != 0 ||
                   acta->digitalizacion != 0;
    acta->acopio_ms = hora(noche, tabla, fila->fila, COL_ACOPIO);
    if (acta->corte_acopio == 0) {
        acta->corte_acopio = corte;
    }
}

static void captura_lee(struct noche *noche, const struct tabla *tabla,
                        const struct base_fila *fila, size_t corte,
                        struct noche_acta *acta)
{
    const char *cotejada = tabla_celda(tabla, fila->fila, COL_COTEJADA);

    if (acta->corte_captura == 0) {
        acta->corte_captura = corte;
    }
    acopio_lee(noche, tabla, fila, corte, acta);
    acta->captura_ms = hora(noche, tabla, fila->fila, COL_CAPTURA);
    acta->verificacion_ms = hora(noche, tabla, fila->fila, COL_VERIFICACION);
    acta->cotejo = cotejada[0] >= '1' && cotejada[0] <= '3' && cotejada[1] == '\0'
                       ? (uint32_t)(cotejada[0] - '0')
                       : 0;
    acta->fila = fila;
    acta->tabla = tabla;
}

static void fila_lleva(struct noche *noche, struct noche_eleccion *eleccion,
                       const struct base_corte *corte, const struct base_fila *fila,
                       struct indice *indice)
{
    const struct tabla *tabla = corte->tabla;
    size_t at = indice_busca(indice, fila->clave);
    struct noche_acta *acta;

    if (fila->lectura.estado == FILA_FUERA) {
        return;
    }
    if (at == INDICE_NADA) {
        if (tipo_casilla(tabla_celda(tabla, fila->fila, COL_TIPO_CASILLA)) == '\0') {
            noche_nota(noche, eleccion,
                       "%s:%zu: renglón sin tipo de casilla reconocible: «%s»; se "
                       "deja fuera",
                       ruta_nombre(tabla->ruta), fila->fila->linea,
                       tabla_celda(tabla, fila->fila, COL_TIPO_CASILLA));
            return;
        }
        eleccion->actas = vector_grow(eleccion->actas, eleccion->acta_count,
                                      &eleccion->acta_room, sizeof *eleccion->actas);
        at = eleccion->acta_count++;
        eleccion->actas[at] = (struct noche_acta){ .clave = fila->clave };
        eleccion->actas[at].catalogo.representantes =
            CATALOGO_REPRESENTANTES_DESCONOCIDO;
        indice_pon(indice, fila->clave, at);
    }
    acta = &eleccion->actas[at];
    identidad_lee(tabla, fila->fila, &acta->catalogo);
    acta->catalogo.tipo_casilla[0] = tipo_casilla(acta->catalogo.tipo_casilla);
    acta->catalogo.tipo_casilla[1] = '\0';
    numeros_lee(tabla, fila->fila, &acta->catalogo);
    if (acta->fila == NULL) {
        acta->tabla = tabla;
    }
    if (fila->lectura.estado == FILA_SIN_ACTA) {
        sin_acta_lee(noche, tabla, fila, corte->corte + 1, acta);
    } else if (fila->lectura.estado == FILA_CAPTURADA) {
        captura_lee(noche, tabla, fila, corte->corte + 1, acta);
    } else if (acta->corte_captura == 0 &&
               (tiene_codigo(tabla, fila->fila) ||
                hora(noche, tabla, fila->fila, COL_ACOPIO) != CLOCK_UNKNOWN)) {
        acopio_lee(noche, tabla, fila, corte->corte + 1, acta);
    }
}

enum prep_status noche_actas(struct noche *noche, struct noche_eleccion *eleccion,
                             struct prep_reason *reason)
{
    struct indice *indice = indice_new();
    uint64_t id = 0;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            fila_lleva(noche, eleccion, corte, &corte->filas[i], indice);
        }
    }
    indice_free(&indice);
    for (struct noche_eleccion *other = noche->elecciones; other < eleccion; other++) {
        id += other->acta_count;
    }
    for (size_t i = 0; i < eleccion->acta_count; i++) {
        eleccion->actas[i].catalogo.id = ++id;
        eleccion->actas[i].catalogo.eleccion =
            (uint32_t)(eleccion - noche->elecciones) + 1;
    }
    if (eleccion->acta_count == 0) {
        return prep_fail(reason, PREP_ERR_FORMAT, "%s: no tiene ningún renglón legible",
                         eleccion->tabla->ruta);
    }
    return PREP_OK;
}
