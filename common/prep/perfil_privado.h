/*
 * perfil_privado.h - a profile once checked: what perfil_carga.c builds and perfil.c
 * renders.
 */
#ifndef PREP_PERFIL_PRIVADO_H
#define PREP_PERFIL_PRIVADO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prep/acta_vista.h"
#include "prep/eleccion.h"
#include "prep/reglas.h"

/* Kinds of row that may be printed differently. Bits of perfil_excepcion.estados. */
enum perfil_estado {
    PERFIL_NORMAL,
    PERFIL_EXCEDE,
    PERFIL_TODOS_ILEGIBLES,
    PERFIL_TODOS_SIN_DATO,
    PERFIL_TODOS_MIXTO,
    PERFIL_SIN_ACTA,
    PERFIL_FUERA,
    PERFIL_NO_CAPTURADA,
    PERFIL_ESTADO_COUNT,
};

enum perfil_fuente {
    FUENTE_IDENTIDAD, /* indice: offset of a text in struct catalogo_acta */
    FUENTE_CELDA,     /* indice: position in the list of cells */
    FUENTE_TEXTO,     /* fijo */
    FUENTE_TOTAL_CALCULADO,
    FUENTE_LISTA_NOMINAL,
    FUENTE_REPRESENTANTES,
    FUENTE_OBSERVACIONES,
    FUENTE_CONTABILIZADA,
    FUENTE_MECANISMO,
    FUENTE_CODIGO_INTEGRIDAD,
    FUENTE_HORA_ACOPIO,
    FUENTE_HORA_CAPTURA,
    FUENTE_HORA_VERIFICACION,
    FUENTE_ORIGEN,
    FUENTE_DIGITALIZACION,
    FUENTE_DOCUMENTO,
    FUENTE_COTEJADA,
};

enum perfil_apostrofo { APOSTROFO_NINGUNO, APOSTROFO_INICIAL, APOSTROFO_ENVUELTO };
enum perfil_comillas { COMILLAS_MINIMAS, COMILLAS_NINGUNAS, COMILLAS_TEXTO };

enum perfil_linea {
    LINEA_SEPARADOR, /* sep=| */
    LINEA_TITULO,
    LINEA_FECHA,
    LINEA_VACIA,
    LINEA_NOMBRES,
    LINEA_VALORES,
};

/* A text in place of the value, for some kinds of row. The first that fits wins. */
struct perfil_excepcion {
    uint32_t estados;  /* bit 1 << enum perfil_estado */
    const char *tipos; /* letters of TIPO_CASILLA; NULL: all */
    const char *texto;
};

struct perfil_columna {
    const char *nombre;
    const char *original;  /* before `renombra` */
    const char *escritura; /* its `fuente`, as written */
    enum perfil_fuente fuente;
    size_t indice;
    const char *fijo;
    enum perfil_apostrofo apostrofo;
    size_t excepcion_count, excepcion_room;
    struct perfil_excepcion *excepciones;
};

enum perfil_causa { CAUSA_ORDEN_EXCEDE, CAUSA_ORDEN_ILEGIBLE, CAUSA_ORDEN_SIN_DATO };
#define PERFIL_CAUSA_COUNT 3u
#define PERFIL_SIN_ACTA_COUNT 4u

struct perfil_observaciones {
    bool lista; /* federal: several causes in one list; else one text alone */
    const char *apertura, *separador, *cierre;
    enum perfil_causa orden[PERFIL_CAUSA_COUNT];
    const char *ninguna, *no_capturada, *fuera, *algun_campo;
    const char *ilegible, *sin_dato, *excede, *excede_especial;
    const char *todos_ilegibles, *todos_sin_dato, *todos_mixto;
    const char *sin_acta[PERFIL_SIN_ACTA_COUNT]; /* by enum sin_acta, less 1 */
};

struct perfil {
    const char *archivo, *archivo_candidaturas;
    char separador;
    const char *fin_de_linea;
    enum perfil_comillas comillas;
    bool bom, porcentajes_sin_ceros;
    const char *titulo;
    size_t linea_count;
    enum perfil_linea *lineas;
    const char *formato_fecha, *formato_hora, *formato_hora_fuera;
    const char *encabezado[ENCABEZADO_COUNT];
    size_t columna_count;
    struct perfil_columna *columnas;
    const char *ilegible, *sin_dato, *no_aplica, *campo_no_aplica;
    const char *sin_hora, *sin_imagen, *sin_codigo, *sin_representantes;
    const char *sin_identificacion, *sin_cotejo;
    /* Kinds of row where an option that the acta does not have prints no_aplica
     * instead of the exception: bits as in perfil_excepcion. */
    uint32_t no_aplica_en;
    struct perfil_observaciones observaciones;
    const char *contabilizada_si, *contabilizada_no, *contabilizada_fuera,
        *contabilizada_no_capturada;
};

/* A column of observations, or any text of the catalogue. */
#define PERFIL_CAMPO_SIZE 512u

/* perfil_observaciones.c; what it returns may be scratch. */
const char *perfil_observaciones_texto(const struct perfil *perfil,
                                       const struct acta_vista *vista,
                                       char scratch[static PERFIL_CAMPO_SIZE]);

/* Words of definicion.yaml, in the order of the enums above. */
extern const char *const perfil_estado_palabras[PERFIL_ESTADO_COUNT];
/* Identity columns: the word of fuente, and where its text is. */
struct perfil_identidad {
    const char *palabra;
    size_t offset, size; /* in struct catalogo_acta */
};
extern const struct perfil_identidad perfil_identidades[];
extern const size_t perfil_identidad_count;
/* The word of fuente of each source that takes no name, NULL for the others. */
const char *perfil_fuente_palabra(enum perfil_fuente fuente);

#endif
