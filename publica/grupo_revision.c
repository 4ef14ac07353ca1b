#include "grupo_revision.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

static bool is(const json_t *acta, const char *campo, const char *texto)
{
    const char *valor = json_string_value(json_object_get(acta, campo));

    return valor != NULL && strcmp(valor, texto) == 0;
}

static bool inconsistente(const struct eleccion *eleccion, const json_t *acta)
{
    return is(acta, "estado", "excede_lista_nominal") ||
           is(acta, "estado", "todos_ilegibles_o_sin_dato") ||
           (eleccion->reglas.inconsistencia_algun_campo &&
            is(acta, "estado", "algun_campo_ilegible_o_sin_dato")) ||
           (eleccion->reglas.inconsistencia_sin_acta && is(acta, "estado", "sin_acta"));
}

static void cuenta(const struct eleccion *eleccion, const json_t *acta,
                   struct resumen *suma)
{
    const json_t *contabilizada = json_object_get(acta, "contabilizada");
    const json_t *celdas = json_object_get(acta, "celdas");
    uint64_t total = 0;

    suma->esperadas++;
    if (contabilizada == NULL) {
        return;
    }
    suma->capturadas++;
    suma->inconsistentes += inconsistente(eleccion, acta);
    if (!json_is_true(contabilizada)) {
        suma->no_contabilizadas++;
        return;
    }
    suma->contabilizadas++;
    suma->lista_nominal +=
        (uint64_t)json_integer_value(json_object_get(acta, "lista_nominal"));
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        /* what is not a number is 0 */
        json_int_t votos =
            json_integer_value(json_array_get(celdas, eleccion->campo_count + i));

        suma->votos[i] += (uint64_t)votos;
        total += (uint64_t)votos;
    }
    suma->votos_c_cs += total;
    suma->votos_s_cs += is(acta, "tipo_casilla", "S") ? 0 : total;
}

static enum prep_status compara(const struct eleccion *eleccion, const char *direccion,
                                const struct resumen *lee, const struct resumen *suma,
                                struct prep_reason *reason)
{
    const struct {
        const char *nombre;
        uint64_t lee, suma;
    } campos[] = {
        { "actas_esperadas", lee->esperadas, suma->esperadas },
        { "actas_capturadas", lee->capturadas, suma->capturadas },
        { "actas_contabilizadas", lee->contabilizadas, suma->contabilizadas },
        { "actas_no_contabilizadas", lee->no_contabilizadas, suma->no_contabilizadas },
        { "actas_inconsistentes", lee->inconsistentes, suma->inconsistentes },
        { "lista_nominal", lee->lista_nominal, suma->lista_nominal },
        { "total_votos_c_cs", lee->votos_c_cs, suma->votos_c_cs },
        { "total_votos_s_cs", lee->votos_s_cs, suma->votos_s_cs },
    };

    for (size_t i = 0; i < sizeof campos / sizeof campos[0]; i++) {
        if (campos[i].lee != campos[i].suma) {
            return prep_fail(reason, PREP_ERR_CONFLICT,
                             "%s: %s: sus actas dicen %" PRIu64 " y se sumó %" PRIu64,
                             direccion, campos[i].nombre, campos[i].lee,
                             campos[i].suma);
        }
    }
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (lee->votos[i] != suma->votos[i]) {
            return prep_fail(
                reason, PREP_ERR_CONFLICT,
                "%s: %s: sus actas dicen %" PRIu64 " votos y se sumó %" PRIu64,
                direccion, eleccion->opciones[i].clave, lee->votos[i], suma->votos[i]);
        }
    }
    return PREP_OK;
}

enum prep_status grupo_revision(const struct eleccion *eleccion, const char *direccion,
                                const char *text, size_t len,
                                const struct resumen *resumen,
                                struct prep_reason *reason)
{
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    struct resumen lee = { 0 };
    const json_t *seccion, *acta;
    enum prep_status status;
    size_t s, a;

    if (root == NULL) {
        return prep_fail(reason, PREP_ERR_CONFLICT, "%s: no es JSON", direccion);
    }
    json_array_foreach(json_object_get(root, "secciones"), s, seccion)
    {
        json_array_foreach(json_object_get(seccion, "actas"), a, acta)
        {
            cuenta(eleccion, acta, &lee);
        }
    }
    status = compara(eleccion, direccion, &lee, resumen, reason);
    json_decref(root);
    return status;
}
