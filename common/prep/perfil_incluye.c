#include "prep/perfil_incluye.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/durable.h"

#define NOMBRE_MAX 64u
#define LISTA_TEXTO_MAX 200u

enum exigencia { OPCIONAL, EXIGIDO };

/* Every member of struct perfil_yaml that is a pointer, and the count of a list. */
struct miembro {
    const char *nombre;
    size_t offset, count; /* count 0: a text */
    enum exigencia exigencia;
};

#define TEXTO(campo, exigencia)                                                        \
    {                                                                                  \
#campo, offsetof(struct perfil_yaml, campo), 0, exigencia                      \
    }
#define LISTA(campo, exigencia)                                                        \
    {                                                                                  \
#campo, offsetof(struct perfil_yaml, campo),                                   \
            offsetof(struct perfil_yaml, campo##_count), exigencia                     \
    }

static const struct miembro miembros[] = {
    TEXTO(archivo, EXIGIDO),
    TEXTO(archivo_candidaturas, EXIGIDO),
    TEXTO(separador, EXIGIDO),
    TEXTO(fin_de_linea, EXIGIDO),
    TEXTO(comillas, EXIGIDO),
    TEXTO(porcentajes, EXIGIDO),
    TEXTO(bom, EXIGIDO),
    TEXTO(titulo, OPCIONAL),
    LISTA(preambulo, EXIGIDO),
    TEXTO(formato_fecha, EXIGIDO),
    TEXTO(formato_hora, EXIGIDO),
    TEXTO(formato_hora_fuera, OPCIONAL),
    LISTA(encabezado, OPCIONAL),
    LISTA(columnas, EXIGIDO),
    TEXTO(textos.ilegible, EXIGIDO),
    TEXTO(textos.sin_dato, EXIGIDO),
    TEXTO(textos.no_aplica, EXIGIDO),
    TEXTO(textos.campo_no_aplica, OPCIONAL),
    TEXTO(textos.sin_hora, EXIGIDO),
    TEXTO(textos.sin_imagen, EXIGIDO),
    TEXTO(textos.sin_codigo, EXIGIDO),
    TEXTO(textos.sin_representantes, EXIGIDO),
    TEXTO(textos.sin_identificacion, EXIGIDO),
    TEXTO(textos.sin_cotejo, EXIGIDO),
    LISTA(no_aplica_en, OPCIONAL),
    LISTA(renombra, OPCIONAL),
    TEXTO(observaciones.estilo, EXIGIDO),
    TEXTO(observaciones.apertura, OPCIONAL),
    TEXTO(observaciones.separador, OPCIONAL),
    TEXTO(observaciones.cierre, OPCIONAL),
    LISTA(observaciones.orden, OPCIONAL),
    TEXTO(observaciones.ninguna, EXIGIDO),
    TEXTO(observaciones.no_capturada, EXIGIDO),
    TEXTO(observaciones.fuera, EXIGIDO),
    TEXTO(observaciones.algun_campo, OPCIONAL),
    TEXTO(observaciones.ilegible, OPCIONAL),
    TEXTO(observaciones.sin_dato, OPCIONAL),
    TEXTO(observaciones.excede, EXIGIDO),
    TEXTO(observaciones.excede_especial, OPCIONAL),
    TEXTO(observaciones.todos_ilegibles, EXIGIDO),
    TEXTO(observaciones.todos_sin_dato, EXIGIDO),
    TEXTO(observaciones.todos_mixto, EXIGIDO),
    TEXTO(observaciones.paquete_no_entregado, EXIGIDO),
    TEXTO(observaciones.casilla_no_instalada, EXIGIDO),
    TEXTO(observaciones.sin_bolsa, EXIGIDO),
    TEXTO(observaciones.contingencia_urna, EXIGIDO),
    TEXTO(contabilizada.si, EXIGIDO),
    TEXTO(contabilizada.no, EXIGIDO),
    TEXTO(contabilizada.fuera, EXIGIDO),
    TEXTO(contabilizada.no_capturada, EXIGIDO),
};

static bool tiene(const struct perfil_yaml *yaml, const struct miembro *miembro)
{
    const void *at;

    memcpy(&at, (const char *)yaml + miembro->offset, sizeof at);
    return at != NULL;
}

static void completa(struct perfil_yaml *yaml, const struct perfil_yaml *de)
{
    for (size_t i = 0; i < COUNT_OF(miembros); i++) {
        const struct miembro *m = &miembros[i];

        if (tiene(yaml, m)) {
            continue;
        }
        memcpy((char *)yaml + m->offset, (const char *)de + m->offset, sizeof(void *));
        if (m->count != 0) {
            memcpy((char *)yaml + m->count, (const char *)de + m->count,
                   sizeof(unsigned));
        }
    }
}

static enum prep_status exige(const struct obra *obra, const struct perfil_yaml *yaml)
{
    for (size_t i = 0; i < COUNT_OF(miembros); i++) {
        if (miembros[i].exigencia == EXIGIDO && !tiene(yaml, &miembros[i])) {
            return cargador_refuse(obra->cargador,
                                   ruta("elecciones[%zu].perfil", obra->index),
                                   "falta %s; agréguelo, o nombre con «de» un perfil "
                                   "que lo tenga",
                                   miembros[i].nombre);
        }
    }
    return PREP_OK;
}

static enum prep_status no_existe(const struct obra *obra)
{
    char list[LISTA_TEXTO_MAX] = "";
    size_t len = 0;

    for (size_t i = 0; i < perfil_de_fabrica_count && len < sizeof list; i++) {
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
                                i == 0 ? "" : ", ", perfiles_de_fabrica[i].nombre);
    }
    return cargador_refuse(obra->cargador, EN(obra, "de"),
                           "«%.40s» no se conoce: no hay perfil-%.40s.yaml junto a la "
                           "definición, y los del sistema son: %s",
                           obra->yaml->de, obra->yaml->de, list);
}

/* The text of the profile: the institute's file, or one of ours. */
static enum prep_status perfil_lee(const struct obra *obra, const char *path,
                                   struct buffer *out, const char **out_nombre)
{
    const char *de = obra->yaml->de;
    enum prep_status status;

    *out_nombre = path;
    status = durable_read(path, CONFIG_BYTES_MAX, out, obra->cargador->reason);
    if (status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    for (size_t i = 0; i < perfil_de_fabrica_count; i++) {
        if (strcmp(perfiles_de_fabrica[i].nombre, de) == 0) {
            buffer_add(out, perfiles_de_fabrica[i].texto, perfiles_de_fabrica[i].len);
            *out_nombre = de;
            return buffer_status(out);
        }
    }
    return no_existe(obra);
}

enum prep_status perfil_incluye(struct obra *obra)
{
    struct cargador *cargador = obra->cargador;
    struct incluido *incluido = &obra->archivo_incluido;
    const char *de = obra->yaml->de, *name;
    char path[PATH_MAX];
    struct buffer text;
    enum prep_status status;
    void *tree = NULL;

    if (de == NULL) {
        return exige(obra, obra->yaml);
    }
    if (de[0] == '\0' || strlen(de) > NOMBRE_MAX ||
        strspn(de, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(de)) {
        return cargador_refuse(cargador, EN(obra, "de"),
                               "«%.60s» no sirve de nombre de perfil; use minúsculas, "
                               "dígitos y guiones",
                               de);
    }
    (void)snprintf(path, sizeof path, "%s/perfil-%s.yaml",
                   cargador->definicion->carpeta, de);
    buffer_init(&text, CONFIG_BYTES_MAX);
    status = perfil_lee(obra, path, &text, &name);
    if (status == PREP_OK) {
        hash_stream_add(cargador->huella, buffer_text(&text), text.len);
        incluido->archivo = memoria_text(&cargador->memoria, name);
        status =
            config_load_text(name, buffer_text(&text), text.len, &perfil_yaml_schema,
                             &tree, &incluido->lines, cargador->reason);
    }
    buffer_done(&text);
    if (status != PREP_OK) {
        return status;
    }
    obra->incluido = tree;
    (void)snprintf(incluido->prefijo, sizeof incluido->prefijo,
                   "elecciones[%zu].perfil.", obra->index);
    cargador->incluido = incluido;
    if (obra->incluido->de != NULL) {
        incluido->solo_archivo = true;
        return cargador_refuse(cargador, EN(obra, "de"),
                               "un perfil no incluye a otro; copie de «%.60s» lo que "
                               "necesite",
                               obra->incluido->de);
    }
    completa(&obra->completo, obra->incluido);
    return exige(obra, &obra->completo);
}

void perfil_incluye_libera(struct obra *obra)
{
    void *tree = obra->incluido;

    obra->incluido = NULL;
    obra->cargador->incluido = NULL;
    config_lines_free(&obra->archivo_incluido.lines);
    config_free(&perfil_yaml_schema, &tree);
}
