/*
 * eleccion_yaml.h - the shape of definicion.yaml, as libcyaml loads it; private to the
 * files that load a definition.
 *
 * Words with a fixed list of values (modo, tipo, fuente...) are texts here, so that
 * the refusal of a bad one can name the line and the values that exist.
 */
#ifndef PREP_ELECCION_YAML_H
#define PREP_ELECCION_YAML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"

struct opcion_yaml {
    char *clave;
    char *tipo;
    char **miembros;
    unsigned miembros_count;
};

struct candidatura_yaml {
    char *clave, *nombre;
    char **miembros;
    unsigned miembros_count;
    char **territorios; /* optional */
    unsigned territorios_count;
};

struct reglas_yaml {
    bool inconsistencia_algun_campo, inconsistencia_sin_acta;
    bool campos_dan_observacion, mixtos_contabilizan;
    bool representantes_en_limite_especial, representantes_fijos;
    int64_t boletas_especial_max, representantes_default;
    char *nivel_reparto, *resto_reparto; /* optional */
};

struct columna_yaml {
    char *nombre; /* optional for campos, opciones and what has a name of its own */
    char *fuente;
    char *apostrofo; /* optional */
    char *prefijo;   /* optional, opciones only: how combinations are called */
};

struct renombra_yaml {
    char *columna, *nombre;
};

struct excepcion_yaml {
    char **columnas;
    unsigned columnas_count;
    char **estados;
    unsigned estados_count;
    char *tipos; /* optional */
    char *texto;
};

struct textos_yaml {
    char *ilegible, *sin_dato, *no_aplica, *campo_no_aplica;
    char *sin_hora, *sin_imagen, *sin_codigo, *sin_representantes, *sin_identificacion;
    char *sin_cotejo;
};

struct observaciones_yaml {
    char *estilo;
    char *apertura, *separador, *cierre; /* lista only */
    char **orden;                        /* lista only */
    unsigned orden_count;
    char *ninguna, *no_capturada, *fuera;
    char *algun_campo;         /* local only */
    char *ilegible, *sin_dato; /* lista only */
    char *excede, *excede_especial;
    char *todos_ilegibles, *todos_sin_dato, *todos_mixto;
    char *paquete_no_entregado, *casilla_no_instalada, *sin_bolsa, *contingencia_urna;
};

struct contabilizada_yaml {
    char *si, *no, *fuera, *no_capturada;
};

/* Everything is optional here, because it may come from the profile named by `de`;
 * perfil_incluye.c says what is missing. */
struct perfil_yaml {
    char *de;
    char *archivo, *archivo_candidaturas;
    char *separador, *fin_de_linea, *comillas, *porcentajes;
    bool *bom;
    char *titulo; /* optional: the name of the election */
    char **preambulo;
    unsigned preambulo_count;
    char *formato_fecha, *formato_hora;
    char *formato_hora_fuera; /* optional */
    char **encabezado;        /* optional: other names for the 13 */
    unsigned encabezado_count;
    struct columna_yaml *columnas;
    unsigned columnas_count;
    struct textos_yaml textos;
    char **no_aplica_en; /* optional */
    unsigned no_aplica_en_count;
    struct excepcion_yaml *excepciones;
    unsigned excepciones_count;
    struct renombra_yaml *renombra;
    unsigned renombra_count;
    struct observaciones_yaml observaciones;
    struct contabilizada_yaml contabilizada;
};

struct eleccion_yaml {
    char *clave, *nombre, *territorio;
    char **campos;
    unsigned campos_count;
    struct opcion_yaml *opciones;
    unsigned opciones_count;
    struct candidatura_yaml *candidaturas; /* optional */
    unsigned candidaturas_count;
    struct reglas_yaml reglas;
    struct perfil_yaml perfil;
};

struct vocabularios_yaml {
    char **mecanismos, **documentos, **origenes, **digitalizaciones;
    unsigned mecanismos_count, documentos_count, origenes_count, digitalizaciones_count;
};

struct definicion_yaml {
    char *proceso, *nombre, *entidad, *modo, *desfase, *inicio, *fin;
    int64_t cadencia_s, cadencia_bases_s;
    char **formatos; /* optional */
    unsigned formatos_count;
    struct vocabularios_yaml vocabularios;
    struct eleccion_yaml *elecciones;
    unsigned elecciones_count;
};

extern const cyaml_schema_value_t definicion_yaml_schema;
extern const cyaml_schema_value_t perfil_yaml_schema; /* a profile in its own file */

#endif
