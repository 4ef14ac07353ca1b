/* The section `observaciones:` of a profile: how a publisher writes each cause. */
#include <string.h>

#include "simulacro/escribe.h"
#include "simulacro/yaml.h"

#define SIN_ACTA_COUNT 4u

/* What the observations of a base say, and with which words. */
struct vocabulario_obs {
    bool lista, corchetes;
    const char *separador;
    const char *ninguna, *no_capturada, *fuera, *algun_campo, *ilegible, *sin_dato;
    const char *excede, *excede_especial, *todos_ilegibles, *todos_sin_dato;
    const char *todos_mixto, *sin_acta[SIN_ACTA_COUNT];
    int posicion[PERFIL_CAUSA_COUNT]; /* of each cause where several are together */
};

static const struct vocabulario_obs locales = {
    .separador = ", ",
    .ninguna = "",
    .no_capturada = "-",
    .fuera = "FUERA DE CATÁLOGO",
    .algun_campo = "ALGÚN CAMPO ILEGIBLE O SIN DATO",
    .ilegible = "ILEGIBLE",
    .sin_dato = "SIN DATO",
    .excede = "EXCEDE LISTA NOMINAL",
    .todos_ilegibles = "TODOS ILEGIBLES O SIN DATO",
    .todos_sin_dato = "TODOS ILEGIBLES O SIN DATO",
    .todos_mixto = "TODOS ILEGIBLES O SIN DATO",
    .sin_acta = { "SIN ACTA POR PAQUETE NO ENTREGADO",
                  "SIN ACTA POR CASILLA NO INSTALADA",
                  "SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA",
                  "SIN ACTA POR CONTINGENCIA EN URNA ELECTRÓNICA" },
};

static const struct vocabulario_obs federales = {
    .lista = true,
    .separador = ",",
    .ninguna = "",
    .no_capturada = "-",
    .fuera = "Fuera de Catálogo",
    .ilegible = "Ilegible",
    .sin_dato = "Sin dato",
    .excede = "Excede Lista Nominal",
    .todos_ilegibles = "Todos los campos ilegibles",
    .todos_sin_dato = "Todos los campos vacíos",
    .todos_mixto = "",
    .sin_acta = { "Sin acta(1)", "Sin acta(2)", "Sin acta(3)", "Sin acta(4)" },
};

/* Inside the brackets of ['a', 'b']. */
static const char *interior(struct almacen *almacen, const char *text)
{
    size_t len = strlen(text);

    if (len >= 4 && strncmp(text, "['", 2) == 0 && strcmp(text + len - 2, "']") == 0) {
        return almacen_text_len(almacen, text + 2, len - 4);
    }
    return text;
}

static bool varias(uint32_t observacion)
{
    uint32_t causes =
        observacion & (OBS_EXCEDE | OBS_ILEGIBLE | OBS_SIN_DATO | OBS_IDENTIFICACION);

    return (causes & (causes - 1)) != 0;
}

/* A list names causes one by one; a local text says ALGÚN CAMPO for all. */
static void estilo_decide(const struct noche_eleccion *eleccion,
                          struct vocabulario_obs *out)
{
    bool single = false, algun = false, brackets = false;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            uint32_t obs = corte->filas[i].lectura.observacion;
            const char *text =
                tabla_celda(corte->tabla, corte->filas[i].fila, COL_OBSERVACIONES);

            brackets = brackets || strncmp(text, "['", 2) == 0;
            single = single || (obs & (OBS_ILEGIBLE | OBS_SIN_DATO)) != 0;
            algun = algun || (obs & OBS_ALGUN_CAMPO) != 0;
        }
    }
    *out = brackets || (single && !algun) ? federales : locales;
    out->corchetes = brackets;
    if (brackets) {
        out->separador = "', '";
    }
}

/* Keeps the text of a cause the last time that it is seen alone. */
static void fila_aprende(const struct noche *noche, const struct base_corte *corte,
                         const struct base_fila *fila, struct vocabulario_obs *out)
{
    const char *text = tabla_celda(corte->tabla, fila->fila, COL_OBSERVACIONES);
    const char *inside = interior(noche->base->almacen, text);
    uint32_t obs = fila->lectura.observacion;
    bool especial =
        strcmp(tabla_celda(corte->tabla, fila->fila, COL_TIPO_CASILLA), "S") == 0;

    switch (fila->lectura.estado) {
    case FILA_NO_CAPTURADA:
        out->no_capturada = text;
        return;
    case FILA_FUERA:
        out->fuera = text[0] == '\0' ? out->fuera : text;
        return;
    case FILA_SIN_ACTA:
        if (obs & OBS_SIN_ACTA) {
            out->sin_acta[fila->lectura.sin_acta - 1] = text;
        }
        return;
    case FILA_CAPTURADA:
        break;
    }
    switch (obs) {
    case 0:
        out->ninguna = text;
        break;
    case OBS_ALGUN_CAMPO:
        out->algun_campo = text;
        break;
    case OBS_ILEGIBLE:
        out->ilegible = inside;
        break;
    case OBS_SIN_DATO:
        out->sin_dato = inside;
        break;
    case OBS_EXCEDE:
        if (especial) {
            out->excede_especial = inside;
        } else {
            out->excede = inside;
        }
        break;
    case OBS_TODOS:
        out->todos_ilegibles = inside;
        out->todos_sin_dato = inside;
        out->todos_mixto = inside;
        break;
    case OBS_TODOS_ILEGIBLES:
        out->todos_ilegibles = inside;
        break;
    case OBS_TODOS_SIN_DATO:
        out->todos_sin_dato = inside;
        break;
    default:
        break;
    }
}

/* Where several causes are together: what separates them, and in which order. */
static void juntas_aprende(const struct noche *noche, const struct base_corte *corte,
                           const struct base_fila *fila, struct vocabulario_obs *out)
{
    const char *text = interior(
        noche->base->almacen, tabla_celda(corte->tabla, fila->fila, COL_OBSERVACIONES));
    const char *const causes[PERFIL_CAUSA_COUNT] = { out->excede, out->ilegible,
                                                     out->sin_dato };

    if (!varias(fila->lectura.observacion)) {
        return;
    }
    for (size_t i = 0; i < PERFIL_CAUSA_COUNT; i++) {
        const char *at = strstr(text, causes[i]);

        if (at == NULL) {
            continue;
        }
        out->posicion[i] = (int)(at - text) + 1;
        if (!out->corchetes && at > text) {
            out->separador = strncmp(at - 2, ", ", 2) == 0    ? ", "
                             : strncmp(at - 3, " - ", 3) == 0 ? " - "
                                                              : ",";
        }
    }
}

static void recorre(const struct noche *noche, const struct noche_eleccion *eleccion,
                    void (*visit)(const struct noche *, const struct base_corte *,
                                  const struct base_fila *, struct vocabulario_obs *),
                    struct vocabulario_obs *out)
{
    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            visit(noche, corte, &corte->filas[i], out);
        }
    }
}

static void orden_escribe(const struct vocabulario_obs *words, struct buffer *out)
{
    static const char *const names[PERFIL_CAUSA_COUNT] = { "excede", "ilegible",
                                                           "sin_dato" };
    size_t order[PERFIL_CAUSA_COUNT] = { 0, 1, 2 };

    /* Causes never seen together keep the usual order. */
    for (size_t i = 1; i < PERFIL_CAUSA_COUNT; i++) {
        for (size_t k = i; k > 0; k--) {
            int before = words->posicion[order[k - 1]],
                after = words->posicion[order[k]];

            if (before != 0 && after != 0 && before > after) {
                size_t swap = order[k];

                order[k] = order[k - 1];
                order[k - 1] = swap;
            }
        }
    }
    buffer_printf(out, "        orden: [%s, %s, %s]\n", names[order[0]],
                  names[order[1]], names[order[2]]);
}

void escribe_observaciones(const struct noche *noche,
                           const struct noche_eleccion *eleccion, struct buffer *out)
{
    struct vocabulario_obs words;

    estilo_decide(eleccion, &words);
    recorre(noche, eleccion, fila_aprende, &words);
    recorre(noche, eleccion, juntas_aprende, &words);
    buffer_add_text(out, "      observaciones:\n");
    yaml_campo(out, "        estilo", words.lista ? "lista" : "local");
    if (words.lista) {
        yaml_campo(out, "        apertura", words.corchetes ? "['" : "");
        yaml_campo(out, "        separador", words.separador);
        yaml_campo(out, "        cierre", words.corchetes ? "']" : "");
        orden_escribe(&words, out);
        yaml_campo(out, "        ilegible", words.ilegible);
        yaml_campo(out, "        sin_dato", words.sin_dato);
    } else {
        yaml_campo(out, "        algun_campo", words.algun_campo);
    }
    yaml_campo(out, "        ninguna", words.ninguna);
    yaml_campo(out, "        no_capturada", words.no_capturada);
    yaml_campo(out, "        fuera", words.fuera);
    yaml_campo(out, "        excede", words.excede);
    if (words.excede_especial != NULL) {
        yaml_campo(out, "        excede_especial", words.excede_especial);
    }
    yaml_campo(out, "        todos_ilegibles", words.todos_ilegibles);
    yaml_campo(out, "        todos_sin_dato", words.todos_sin_dato);
    yaml_campo(out, "        todos_mixto", words.todos_mixto);
    yaml_campo(out, "        paquete_no_entregado", words.sin_acta[0]);
    yaml_campo(out, "        casilla_no_instalada", words.sin_acta[1]);
    yaml_campo(out, "        sin_bolsa", words.sin_acta[2]);
    yaml_campo(out, "        contingencia_urna", words.sin_acta[3]);
}
