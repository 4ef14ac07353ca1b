#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "desk/desk_private.h"

#define REFUSED_LOG_MAX 10u /* lines a second; a flood must not hide the rest */

struct route {
    const char *method;
    const char *path; /* one that ends in / stands for what is below it */
    enum desk_route route;
};

static const struct route routes[] = {
    { "POST", "/tomar", DESK_ROUTE_TOMAR },
    { "POST", "/capturas", DESK_ROUTE_CAPTURAS },
    { "POST", "/cotejos", DESK_ROUTE_COTEJOS },
    { "GET", "/actas/", DESK_ROUTE_ACTA },
    { "GET", "/imagenes/", DESK_ROUTE_IMAGEN },
    { "POST", "/propuestas", DESK_ROUTE_PROPUESTA },
    { "POST", "/confirmaciones", DESK_ROUTE_CONFIRMACION },
    { "GET", "/propuestas", DESK_ROUTE_PROPUESTAS },
};

static bool path_matches(const struct route *route, const char *path)
{
    size_t len = strlen(route->path);

    return route->path[len - 1] == '/' ? strncmp(path, route->path, len) == 0
                                       : strcmp(path, route->path) == 0;
}

static bool is_coordina(enum desk_route route)
{
    return route == DESK_ROUTE_PROPUESTA || route == DESK_ROUTE_CONFIRMACION ||
           route == DESK_ROUTE_PROPUESTAS;
}

/* Of two with the same path, the one of the method; or the first, to say so. */
static const struct route *route_find(const struct desk *desk, const char *method,
                                      const char *path)
{
    const struct route *found = NULL;

    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].route == DESK_ROUTE_COTEJOS && !desk->stage->cotejos) {
            continue;
        }
        if (is_coordina(routes[i].route) && !desk->stage->coordina) {
            continue;
        }
        if (path_matches(&routes[i], path) &&
            (found == NULL || strcmp(method, routes[i].method) == 0)) {
            found = &routes[i];
        }
    }
    return found;
}

static bool operator_enters(struct desk *desk, struct http_request *request,
                            enum etapa etapa, uint32_t *out_operador)
{
    uint32_t operador = 0;
    enum prep_status status =
        operators_find(desk->operators, http_bearer(request), etapa, &operador);

    if (status == PREP_OK) {
        *out_operador = operador;
        return true;
    }
    if (desk->refused_logged++ < REFUSED_LOG_MAX) {
        log_warning("operador.rechazado", LOG_UINT("operador", operador),
                    LOG_TEXT("ruta", http_path(request)), LOG_STATUS(status));
    }
    if (status == PREP_ERR_STATE) {
        http_answer_error(request, 403, "operador.sin.etapa",
                          "su clave no es de esta etapa; pida a su coordinación que la "
                          "agregue en operadores.yaml");
    } else {
        http_answer_error(request, 401, "operador.desconocido",
                          "la clave no es de ningún operador; revise el encabezado "
                          "Authorization: Bearer");
    }
    return false;
}

static void pending_add(struct desk *desk, const struct desk_pending *item)
{
    if (desk->pending_count == desk->pending_room) {
        size_t room = desk->pending_room == 0 ? 64 : desk->pending_room * 2;
        struct desk_pending *grown =
            realloc(desk->pending, room * sizeof *desk->pending);

        if (grown == NULL) {
            abort();
        }
        desk->pending = grown;
        desk->pending_room = room;
    }
    desk->pending[desk->pending_count++] = *item;
}

void desk_request(struct http_request *request, void *context)
{
    struct desk *desk = context;
    const char *path = http_path(request);
    const struct route *route = route_find(desk, http_method(request), path);
    struct desk_pending item = { .request = request };

    if (strcmp(path, "/estado") == 0 && strcmp(http_method(request), "GET") == 0) {
        desk_view_estado(desk, request); /* counts only: no token */
        return;
    }
    if (route == NULL) {
        http_answer_error(request, 404, "ruta.desconocida",
                          "no hay nada en esa ruta; vea docs/API_CAPTURA.md");
        return;
    }
    if (strcmp(http_method(request), route->method) != 0) {
        http_answer_error(request, 405, "metodo.rechazado",
                          "esa ruta no acepta ese método; vea docs/API_CAPTURA.md");
        return;
    }
    if (operator_enters(desk, request,
                        is_coordina(route->route) ? OPERATORS_COORDINACION
                                                  : desk->stage->etapa,
                        &item.operador)) {
        item.route = route->route;
        pending_add(desk, &item);
    }
}
