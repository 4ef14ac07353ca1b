/* The words with which a profile is written. */
#include <stddef.h>

#include "prep/catalogo.h"
#include "prep/perfil_privado.h"

const char *const perfil_estado_palabras[PERFIL_ESTADO_COUNT] = {
    [PERFIL_NORMAL] = "normal",
    [PERFIL_EXCEDE] = "excede",
    [PERFIL_TODOS_ILEGIBLES] = "todos_ilegibles",
    [PERFIL_TODOS_SIN_DATO] = "todos_sin_dato",
    [PERFIL_TODOS_MIXTO] = "todos_mixto",
    [PERFIL_SIN_ACTA] = "sin_acta",
    [PERFIL_FUERA] = "fuera",
    [PERFIL_NO_CAPTURADA] = "no_capturada",
};

#define IDENTIDAD(campo)                                                               \
    {                                                                                  \
#campo, offsetof(struct catalogo_acta, campo),                                 \
            sizeof((struct catalogo_acta *)0)->campo                                   \
    }

const struct perfil_identidad perfil_identidades[] = {
    IDENTIDAD(clave_casilla),  IDENTIDAD(clave_acta), IDENTIDAD(entidad),
    IDENTIDAD(entidad_nombre), IDENTIDAD(territorio), IDENTIDAD(territorio_nombre),
    IDENTIDAD(seccion),        IDENTIDAD(id_casilla), IDENTIDAD(tipo_casilla),
    IDENTIDAD(ext_contigua),   IDENTIDAD(ubicacion),  IDENTIDAD(tipo_acta),
    IDENTIDAD(catd),
};
const size_t perfil_identidad_count =
    sizeof perfil_identidades / sizeof perfil_identidades[0];

const char *perfil_fuente_palabra(enum perfil_fuente fuente)
{
    switch (fuente) {
    case FUENTE_TOTAL_CALCULADO:
        return "total_calculado";
    case FUENTE_LISTA_NOMINAL:
        return "lista_nominal";
    case FUENTE_REPRESENTANTES:
        return "representantes";
    case FUENTE_OBSERVACIONES:
        return "observaciones";
    case FUENTE_CONTABILIZADA:
        return "contabilizada";
    case FUENTE_MECANISMO:
        return "mecanismo";
    case FUENTE_CODIGO_INTEGRIDAD:
        return "codigo_integridad";
    case FUENTE_HORA_ACOPIO:
        return "hora_acopio";
    case FUENTE_HORA_CAPTURA:
        return "hora_captura";
    case FUENTE_HORA_VERIFICACION:
        return "hora_verificacion";
    case FUENTE_ORIGEN:
        return "origen";
    case FUENTE_DIGITALIZACION:
        return "digitalizacion";
    case FUENTE_DOCUMENTO:
        return "documento";
    case FUENTE_COTEJADA:
        return "cotejada";
    case FUENTE_IDENTIDAD:
    case FUENTE_CELDA:
    case FUENTE_TEXTO:
        break;
    }
    return NULL;
}
