#include "prep/eleccion_yaml.h"

#include "prep/eleccion.h"

#define TEXTO(struct_type, campo)                                                      \
    CYAML_FIELD_STRING_PTR(#campo, CYAML_FLAG_POINTER, struct struct_type, campo, 0,   \
                           CYAML_UNLIMITED)
#define TEXTO_OPCIONAL(struct_type, campo)                                             \
    CYAML_FIELD_STRING_PTR(#campo, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,           \
                           struct struct_type, campo, 0, CYAML_UNLIMITED)
#define LISTA(struct_type, campo)                                                      \
    CYAML_FIELD_SEQUENCE(#campo, CYAML_FLAG_POINTER, struct struct_type, campo,        \
                         &texto_schema, 0, CYAML_UNLIMITED)
#define LISTA_OPCIONAL(struct_type, campo)                                             \
    CYAML_FIELD_SEQUENCE(#campo, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,             \
                         struct struct_type, campo, &texto_schema, 0, CYAML_UNLIMITED)
#define SI_NO(struct_type, campo)                                                      \
    CYAML_FIELD_BOOL(#campo, CYAML_FLAG_DEFAULT, struct struct_type, campo)
#define ENTERO(struct_type, campo)                                                     \
    CYAML_FIELD_INT(#campo, CYAML_FLAG_DEFAULT, struct struct_type, campo)
#define SECCION(struct_type, campo, fields)                                            \
    CYAML_FIELD_MAPPING(#campo, CYAML_FLAG_DEFAULT, struct struct_type, campo, fields)
#define SECCION_OPCIONAL(struct_type, campo, fields)                                   \
    CYAML_FIELD_MAPPING(#campo, CYAML_FLAG_OPTIONAL, struct struct_type, campo, fields)
#define SECUENCIA_OPCIONAL(struct_type, campo, schema)                                 \
    CYAML_FIELD_SEQUENCE(#campo, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,             \
                         struct struct_type, campo, &(schema), 0, CYAML_UNLIMITED)
#define SECUENCIA(struct_type, campo, schema)                                          \
    CYAML_FIELD_SEQUENCE(#campo, CYAML_FLAG_POINTER, struct struct_type, campo,        \
                         &(schema), 0, CYAML_UNLIMITED)

static const cyaml_schema_value_t texto_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t opcion_fields[] = {
    TEXTO(opcion_yaml, clave),
    TEXTO(opcion_yaml, tipo),
    LISTA_OPCIONAL(opcion_yaml, miembros),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t opcion_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct opcion_yaml, opcion_fields),
};

static const cyaml_schema_field_t candidatura_fields[] = {
    TEXTO(candidatura_yaml, clave),
    TEXTO(candidatura_yaml, nombre),
    LISTA(candidatura_yaml, miembros),
    /* Not there means everywhere; empty would mean nowhere, and is refused. */
    CYAML_FIELD_SEQUENCE("territorios", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct candidatura_yaml, territorios, &texto_schema, 1,
                         CANDIDATURA_AMBITOS_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t candidatura_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct candidatura_yaml,
                        candidatura_fields),
};

static const cyaml_schema_field_t reglas_fields[] = {
    SI_NO(reglas_yaml, inconsistencia_algun_campo),
    SI_NO(reglas_yaml, inconsistencia_sin_acta),
    SI_NO(reglas_yaml, campos_dan_observacion),
    SI_NO(reglas_yaml, mixtos_contabilizan),
    SI_NO(reglas_yaml, representantes_en_limite_especial),
    SI_NO(reglas_yaml, representantes_fijos),
    ENTERO(reglas_yaml, boletas_especial_max),
    ENTERO(reglas_yaml, representantes_default),
    TEXTO_OPCIONAL(reglas_yaml, nivel_reparto),
    TEXTO_OPCIONAL(reglas_yaml, resto_reparto),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t columna_fields[] = {
    TEXTO_OPCIONAL(columna_yaml, nombre),
    TEXTO(columna_yaml, fuente),
    TEXTO_OPCIONAL(columna_yaml, apostrofo),
    TEXTO_OPCIONAL(columna_yaml, prefijo),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t columna_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct columna_yaml, columna_fields),
};

static const cyaml_schema_field_t excepcion_fields[] = {
    LISTA(excepcion_yaml, columnas),
    LISTA(excepcion_yaml, estados),
    TEXTO_OPCIONAL(excepcion_yaml, tipos),
    TEXTO(excepcion_yaml, texto),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t excepcion_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct excepcion_yaml, excepcion_fields),
};

static const cyaml_schema_field_t textos_fields[] = {
    TEXTO_OPCIONAL(textos_yaml, ilegible),
    TEXTO_OPCIONAL(textos_yaml, sin_dato),
    TEXTO_OPCIONAL(textos_yaml, no_aplica),
    TEXTO_OPCIONAL(textos_yaml, sin_hora),
    TEXTO_OPCIONAL(textos_yaml, sin_imagen),
    TEXTO_OPCIONAL(textos_yaml, sin_codigo),
    TEXTO_OPCIONAL(textos_yaml, sin_representantes),
    TEXTO_OPCIONAL(textos_yaml, sin_identificacion),
    TEXTO_OPCIONAL(textos_yaml, sin_cotejo),
    TEXTO_OPCIONAL(textos_yaml, campo_no_aplica),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t observaciones_fields[] = {
    TEXTO_OPCIONAL(observaciones_yaml, estilo),
    TEXTO_OPCIONAL(observaciones_yaml, apertura),
    TEXTO_OPCIONAL(observaciones_yaml, separador),
    TEXTO_OPCIONAL(observaciones_yaml, cierre),
    LISTA_OPCIONAL(observaciones_yaml, orden),
    TEXTO_OPCIONAL(observaciones_yaml, ninguna),
    TEXTO_OPCIONAL(observaciones_yaml, no_capturada),
    TEXTO_OPCIONAL(observaciones_yaml, fuera),
    TEXTO_OPCIONAL(observaciones_yaml, algun_campo),
    TEXTO_OPCIONAL(observaciones_yaml, ilegible),
    TEXTO_OPCIONAL(observaciones_yaml, sin_dato),
    TEXTO_OPCIONAL(observaciones_yaml, excede),
    TEXTO_OPCIONAL(observaciones_yaml, excede_especial),
    TEXTO_OPCIONAL(observaciones_yaml, todos_ilegibles),
    TEXTO_OPCIONAL(observaciones_yaml, todos_sin_dato),
    TEXTO_OPCIONAL(observaciones_yaml, todos_mixto),
    TEXTO_OPCIONAL(observaciones_yaml, paquete_no_entregado),
    TEXTO_OPCIONAL(observaciones_yaml, casilla_no_instalada),
    TEXTO_OPCIONAL(observaciones_yaml, sin_bolsa),
    TEXTO_OPCIONAL(observaciones_yaml, contingencia_urna),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t contabilizada_fields[] = {
    TEXTO_OPCIONAL(contabilizada_yaml, si),
    TEXTO_OPCIONAL(contabilizada_yaml, no),
    TEXTO_OPCIONAL(contabilizada_yaml, fuera),
    TEXTO_OPCIONAL(contabilizada_yaml, no_capturada),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t renombra_fields[] = {
    TEXTO(renombra_yaml, columna),
    TEXTO(renombra_yaml, nombre),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t renombra_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct renombra_yaml, renombra_fields),
};

static const cyaml_schema_field_t perfil_fields[] = {
    TEXTO_OPCIONAL(perfil_yaml, de),
    TEXTO_OPCIONAL(perfil_yaml, archivo),
    TEXTO_OPCIONAL(perfil_yaml, archivo_candidaturas),
    TEXTO_OPCIONAL(perfil_yaml, separador),
    TEXTO_OPCIONAL(perfil_yaml, fin_de_linea),
    TEXTO_OPCIONAL(perfil_yaml, comillas),
    TEXTO_OPCIONAL(perfil_yaml, porcentajes),
    CYAML_FIELD_BOOL_PTR("bom", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct perfil_yaml, bom),
    TEXTO_OPCIONAL(perfil_yaml, titulo),
    LISTA_OPCIONAL(perfil_yaml, preambulo),
    TEXTO_OPCIONAL(perfil_yaml, formato_fecha),
    TEXTO_OPCIONAL(perfil_yaml, formato_hora),
    TEXTO_OPCIONAL(perfil_yaml, formato_hora_fuera),
    LISTA_OPCIONAL(perfil_yaml, encabezado),
    SECUENCIA_OPCIONAL(perfil_yaml, columnas, columna_schema),
    SECCION_OPCIONAL(perfil_yaml, textos, textos_fields),
    LISTA_OPCIONAL(perfil_yaml, no_aplica_en),
    SECUENCIA_OPCIONAL(perfil_yaml, excepciones, excepcion_schema),
    SECUENCIA_OPCIONAL(perfil_yaml, renombra, renombra_schema),
    SECCION_OPCIONAL(perfil_yaml, observaciones, observaciones_fields),
    SECCION_OPCIONAL(perfil_yaml, contabilizada, contabilizada_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t perfil_yaml_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct perfil_yaml, perfil_fields),
};

static const cyaml_schema_field_t eleccion_fields[] = {
    TEXTO(eleccion_yaml, clave),
    TEXTO(eleccion_yaml, nombre),
    TEXTO(eleccion_yaml, territorio),
    LISTA(eleccion_yaml, campos),
    SECUENCIA(eleccion_yaml, opciones, opcion_schema),
    CYAML_FIELD_SEQUENCE("candidaturas", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct eleccion_yaml, candidaturas, &candidatura_schema, 1,
                         CANDIDATURAS_MAX),
    SECCION(eleccion_yaml, reglas, reglas_fields),
    SECCION(eleccion_yaml, perfil, perfil_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t eleccion_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct eleccion_yaml, eleccion_fields),
};

static const cyaml_schema_field_t vocabularios_fields[] = {
    LISTA(vocabularios_yaml, mecanismos),
    LISTA(vocabularios_yaml, documentos),
    LISTA(vocabularios_yaml, origenes),
    LISTA(vocabularios_yaml, digitalizaciones),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t definicion_fields[] = {
    TEXTO(definicion_yaml, proceso),
    TEXTO(definicion_yaml, nombre),
    TEXTO(definicion_yaml, entidad),
    TEXTO(definicion_yaml, modo),
    TEXTO(definicion_yaml, desfase),
    TEXTO(definicion_yaml, inicio),
    TEXTO(definicion_yaml, fin),
    ENTERO(definicion_yaml, cadencia_s),
    ENTERO(definicion_yaml, cadencia_bases_s),
    LISTA_OPCIONAL(definicion_yaml, formatos),
    SECCION(definicion_yaml, vocabularios, vocabularios_fields),
    SECUENCIA(definicion_yaml, elecciones, eleccion_schema),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t definicion_yaml_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct definicion_yaml, definicion_fields),
};
