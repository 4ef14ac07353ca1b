#include "pagina_votos.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)

void pagina_numero(uint64_t valor, struct buffer *out)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, valor);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            buffer_add_char(out, ',');
        }
        buffer_add_char(out, digits[i]);
    }
}

static const char *opcion_nombre(const struct opcion *opcion)
{
    switch (opcion->tipo) {
    case OPCION_NO_REGISTRADAS:
        return "Candidaturas no registradas";
    case OPCION_NULOS:
        return "Votos nulos";
    case OPCION_PARTIDO:
    case OPCION_COMBINACION:
    case OPCION_CANDIDATURA_COMUN:
    case OPCION_INDEPENDIENTE:
        break;
    }
    return opcion->clave;
}

static void tabla_abre(const char *titulo, const char *columna, struct buffer *out)
{
    buffer_printf(out,
                  "<div class=\"r v\"><table>\n<caption class=\"s\">%s</caption>\n"
                  "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">Votos</th>"
                  "<th scope=\"col\">Porcentaje</th><th></th></tr></thead>\n<tbody>\n",
                  titulo, columna);
}

static void tabla_fila(const char *nombre, uint64_t votos, uint64_t total,
                       struct buffer *out)
{
    char texto[PORCENTAJE_SIZE];

    porcentaje_texto(votos, total, texto);
    TEXTO(out, "<tr><td>");
    buffer_add_html(out, nombre);
    TEXTO(out, "</td><td>");
    pagina_numero(votos, out);
    buffer_printf(out,
                  "</td><td>%s&nbsp;%%</td><td class=\"g\">"
                  "<i style=\"width:%s%%\"></i></td></tr>\n",
                  texto, texto);
}

static void tabla_cierra(struct buffer *out)
{
    TEXTO(out, "</tbody>\n</table></div>\n");
}

void pagina_votos(const struct eleccion *eleccion, const struct resumen *resumen,
                  struct buffer *out)
{
    tabla_abre("Votos por opción, en el orden de la boleta", "Opción", out);
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        tabla_fila(opcion_nombre(&eleccion->opciones[i]), resumen->votos[i],
                   resumen->votos_c_cs, out);
    }
    tabla_cierra(out);
}

static const char *renglon_nombre(const struct eleccion *eleccion, size_t renglon)
{
    const struct candidatura *candidatura = coalicion_candidatura(eleccion, renglon);

    return candidatura != NULL
               ? candidatura->nombre
               : opcion_nombre(
                     &eleccion->opciones[renglon - eleccion->candidatura_count]);
}

void pagina_resultado(const struct eleccion *eleccion,
                      const struct resultado *resultado, uint64_t total,
                      struct buffer *out)
{
    uint16_t orden[RENGLONES_MAX];
    size_t count = coalicion_orden(eleccion, &resultado->candidaturas, orden);

    tabla_abre("Votos por candidatura: los de sus partidos y los de sus combinaciones",
               "Candidatura", out);
    for (size_t i = 0; i < count; i++) {
        tabla_fila(renglon_nombre(eleccion, orden[i]),
                   resultado->candidaturas.votos[orden[i]], total, out);
    }
    tabla_cierra(out);
    if (!resultado->con_partidos) {
        return;
    }
    tabla_abre("Votos por partido político: los de cada combinación, repartidos entre "
               "sus partidos",
               "Partido o candidatura", out);
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (!coalicion_se_reparte(&eleccion->opciones[i])) {
            tabla_fila(opcion_nombre(&eleccion->opciones[i]), resultado->partidos[i],
                       total, out);
        }
    }
    tabla_cierra(out);
}

void pagina_mayoria(const struct eleccion *eleccion, const struct resultado *resultado,
                    struct buffer *out)
{
    uint16_t quienes[RENGLONES_MAX];
    size_t count = coalicion_mayoria(eleccion, &resultado->candidaturas, quienes);

    if (count == 0) {
        TEXTO(out, "—");
    } else if (count > 1) {
        TEXTO(out, "Empate: ");
    }
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "" : ", ");
        buffer_add_html(out, renglon_nombre(eleccion, quienes[i]));
    }
}
