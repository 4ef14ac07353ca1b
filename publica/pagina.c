#include "pagina.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "base/clock.h"
#include "pagina_votos.h"

#define TEXTO(out, literal) buffer_add((out), (literal), sizeof(literal) - 1)
#define HORA_SIZE 64u

static const char estilo[] =
    ":root{color-scheme:light dark;--f:#fff;--t:#1b1b1f;--s:#5c5c66;--l:#d9d9e0;"
    "--b:#7a1f5c;--c:#f4f2f6}"
    "@media(prefers-color-scheme:dark){:root{--f:#17151a;--t:#ecebf0;--s:#a9a6b3;"
    "--l:#3a3742;--b:#d98cc0;--c:#221f27}}"
    "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--f);"
    "color:var(--t);font:1rem/1.5 system-ui,sans-serif}"
    "h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}"
    "a{color:var(--b)}small,.s{color:var(--s)}"
    ".aviso{background:var(--b);color:var(--f);padding:.6rem 1rem;border-radius:.4rem;"
    "font-weight:600}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));"
    "gap:.6rem;margin:.5rem 0}"
    "dl div{background:var(--c);padding:.6rem .8rem;border-radius:.4rem}"
    "dt{color:var(--s);font-size:.85rem}"
    "dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}"
    "dd small{font-size:.85rem}"
    ".r{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:right;padding:.35rem .5rem;border-bottom:1px solid var(--l);"
    "font-variant-numeric:tabular-nums}"
    "th:first-child,td:first-child{text-align:left}"
    "td.g{width:30%;min-width:4rem}"
    "td.g i{display:block;height:.8rem;background:var(--b);border-radius:.2rem}"
    "caption{text-align:left}"
    /* A phone: the bar goes under its row, and nothing scrolls sideways. */
    "@media(max-width:40rem){.v tr{display:grid;grid-template-columns:1fr auto 6.5rem}"
    ".v td{border:0;padding-bottom:0}.v th:last-child{display:none}"
    ".v td.g{grid-column:1/-1;width:auto;padding-bottom:.35rem;"
    "border-bottom:1px solid var(--l)}}"
    "footer{margin-top:2.5rem;border-top:1px solid var(--l);padding-top:1rem;"
    "color:var(--s)}";

/* "07/06/2021 20:00 (UTC-5)" */
static void hora(const struct definicion *definicion, int64_t ms,
                 char out_text[static HORA_SIZE])
{
    const int desfase = definicion->desfase_min;
    struct clock_parts p;
    int len;

    clock_to_parts(ms, desfase, &p);
    len = snprintf(out_text, HORA_SIZE, "%02d/%02d/%04d %02d:%02d (UTC%+d", p.day,
                   p.month, p.year, p.hour, p.minute, desfase / 60);
    if (desfase % 60 != 0) {
        len += snprintf(out_text + len, HORA_SIZE - (size_t)len, ":%02d",
                        desfase % 60 < 0 ? -(desfase % 60) : desfase % 60);
    }
    (void)snprintf(out_text + len, HORA_SIZE - (size_t)len, ")");
}

static void abre(const struct definicion *definicion, const char *titulo,
                 struct buffer *out)
{
    TEXTO(out,
          "<!DOCTYPE html>\n<html lang=\"es-MX\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<title>");
    buffer_add_html(out, titulo);
    TEXTO(out, "</title>\n<style>");
    TEXTO(out, estilo);
    TEXTO(out, "</style>\n</head>\n<body>\n");
    if (definicion->modo == MODO_SIMULACRO) {
        TEXTO(out, "<p class=\"aviso\">SIMULACRO. Estas cifras son un ensayo y no son "
                   "resultados de una elección.</p>\n");
    }
}

static void cierra(const char *arriba, struct buffer *out)
{
    TEXTO(
        out,
        "<footer>\n<p>El PREP publica lo que dicen las actas conforme llegan. Sus "
        "resultados son preliminares, tienen carácter informativo y no son "
        "definitivos: los cómputos oficiales se hacen días después.</p>\n"
        "<p>Los porcentajes tienen cuatro decimales y se truncan, no se redondean; "
        "por eso, sumados, pueden quedar un poco por debajo de 100. El de cada opción "
        "es sobre el total de votos, que incluye nulos y candidaturas no "
        "registradas.</p>\n"
        "<p>Para comprobar este corte: ");
    buffer_printf(
        out,
        "<a href=\"%scorte.json\">corte.json</a>, su firma "
        "<a href=\"%scorte.json.minisig\">corte.json.minisig</a> y la llave "
        "<a href=\"%sprep.pub\">prep.pub</a>.</p>\n</footer>\n</body>\n</html>\n",
        arriba, arriba, arriba);
}

static void corte_linea(const struct definicion *definicion, const struct corte *corte,
                        struct buffer *out)
{
    char texto[HORA_SIZE];

    hora(definicion, corte->nominal_ms, texto);
    buffer_printf(out, "<p>Corte %" PRIu64 ", %s.%s</p>\n", corte->numero, texto,
                  corte->ultimo ? " <strong>Último corte: ya no habrá más.</strong>"
                                : "");
}

static void cifra(const char *nombre, uint64_t valor, const char *nota,
                  struct buffer *out)
{
    TEXTO(out, "<div><dt>");
    buffer_add_text(out, nombre);
    TEXTO(out, "</dt><dd>");
    pagina_numero(valor, out);
    if (nota != NULL) {
        buffer_printf(out, " <small>%s</small>", nota);
    }
    TEXTO(out, "</dd></div>\n");
}

static void avance(const struct resumen *resumen, bool ultimo, struct buffer *out)
{
    char capturadas[PORCENTAJE_SIZE + 32], contabilizadas[PORCENTAJE_SIZE + 32];
    struct encabezado e;

    encabezado_calcula(resumen, ultimo, &e);
    (void)snprintf(capturadas, sizeof capturadas, "%s %% de las esperadas",
                   e.valores[4]);
    (void)snprintf(contabilizadas, sizeof contabilizadas, "%s %% de las esperadas",
                   e.valores[6]);
    TEXTO(out, "<dl>\n");
    cifra("Actas esperadas", resumen->esperadas, NULL, out);
    cifra("Actas capturadas", resumen->capturadas, capturadas, out);
    cifra("Actas contabilizadas", resumen->contabilizadas, contabilizadas, out);
    cifra("Actas no contabilizadas", resumen->no_contabilizadas, NULL, out);
    cifra("Actas fuera de catálogo", resumen->fuera_de_catalogo, NULL, out);
    cifra("Total de votos", resumen->votos_c_cs, NULL, out);
    cifra("Lista nominal de las actas contabilizadas", resumen->lista_nominal, NULL,
          out);
    TEXTO(out, "<div><dt>Participación ciudadana</dt><dd>");
    buffer_add_text(out, e.valores[12]);
    TEXTO(out, " %</dd></div>\n</dl>\n");
}

static void enlaces(const struct definicion *definicion,
                    const struct eleccion *eleccion, int64_t bases_ms,
                    const char *arriba, struct buffer *out)
{
    static const struct {
        uint32_t formato;
        const char *extension, *nombre;
    } formatos[] = { { FORMATO_XLSX, "xlsx", "XLSX" },
                     { FORMATO_JSON, "json", "JSON" },
                     { FORMATO_NIST, "nist.json", "NIST SP 1500-100" } };
    char direccion[DIRECCION_SIZE], texto[HORA_SIZE];

    direccion_eleccion(eleccion, direccion);
    buffer_printf(out, "<p><a href=\"%s%s\">Datos (JSON)</a>", arriba, direccion);
    if (bases_ms != 0) {
        base_nombre(definicion, eleccion, bases_ms, direccion);
        hora(definicion, bases_ms, texto);
        buffer_printf(out, " · <a href=\"%s%s\">Base de datos (CSV)</a> del corte %s",
                      arriba, direccion, texto);
        for (size_t f = 0; f < sizeof formatos / sizeof formatos[0]; f++) {
            if (definicion->formatos & formatos[f].formato) {
                base_nombre_de(definicion, eleccion, bases_ms, formatos[f].extension,
                               direccion);
                buffer_printf(out, ", <a href=\"%s%s\">%s</a>", arriba, direccion,
                              formatos[f].nombre);
            }
        }
    }
    TEXTO(out, "</p>\n");
}

void pagina_indice(const struct definicion *definicion, const struct resumen *resumenes,
                   const struct corte *corte, int64_t bases_ms, struct buffer *out)
{
    abre(definicion, definicion->nombre, out);
    TEXTO(out, "<header>\n<p class=\"s\">Programa de Resultados Electorales "
               "Preliminares</p>\n<h1>");
    buffer_add_html(out, definicion->nombre);
    TEXTO(out, "</h1>\n");
    corte_linea(definicion, corte, out);
    TEXTO(out, "</header>\n<main>\n");
    for (size_t i = 0; i < definicion->eleccion_count; i++) {
        const struct eleccion *eleccion = &definicion->elecciones[i];

        buffer_printf(out, "<section>\n<h2><a href=\"%s/\">", eleccion->clave);
        buffer_add_html(out, eleccion->nombre);
        TEXTO(out, "</a></h2>\n");
        avance(&resumenes[i], corte->ultimo, out);
        pagina_votos(eleccion, &resumenes[i], out);
        enlaces(definicion, eleccion, bases_ms, "", out);
        TEXTO(out, "</section>\n");
    }
    TEXTO(out, "</main>\n");
    cierra("", out);
}

static const char *territorio_nombre(enum territorio_tipo tipo)
{
    switch (tipo) {
    case TERRITORIO_ENTIDAD:
        return "Entidad";
    case TERRITORIO_DISTRITO_FEDERAL:
        return "Distrito federal";
    case TERRITORIO_DISTRITO_LOCAL:
        return "Distrito local";
    case TERRITORIO_MUNICIPIO:
        return "Municipio";
    case TERRITORIO_JUNTA:
        return "Junta";
    }
    return "";
}

static void territorio_fila(const struct arbol *arbol, size_t i, bool ultimo,
                            struct buffer *out)
{
    const struct arbol_territorio *t = &arbol->territorios[i];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[t->eleccion];
    char direccion[DIRECCION_SIZE];
    struct resultado resultado;
    struct encabezado e;

    encabezado_calcula(&t->resumen, ultimo, &e);
    direccion_territorio(arbol, i, direccion);
    buffer_printf(out, "<tr><td><a href=\"../%s\">", direccion);
    buffer_add_html(out, t->clave);
    buffer_add_char(out, ' ');
    buffer_add_html(out, t->nombre);
    TEXTO(out, "</a></td><td>");
    pagina_numero(t->resumen.esperadas, out);
    TEXTO(out, "</td><td>");
    pagina_numero(t->resumen.capturadas, out);
    TEXTO(out, "</td><td>");
    pagina_numero(t->resumen.contabilizadas, out);
    buffer_printf(out, "</td><td>%s&nbsp;%%</td><td>", e.valores[6]);
    pagina_numero(t->resumen.no_contabilizadas, out);
    TEXTO(out, "</td><td>");
    pagina_numero(t->resumen.votos_c_cs, out);
    buffer_printf(out, "</td><td>%s&nbsp;%%</td>", e.valores[12]);
    if (resultado_hay(eleccion)) {
        resultado_territorio(arbol, i, &resultado);
        TEXTO(out, "<td>");
        pagina_mayoria(eleccion, &resultado, out);
        TEXTO(out, "</td>");
    }
    TEXTO(out, "</tr>\n");
}

static void territorios(const struct arbol *arbol, const struct eleccion *eleccion,
                        bool ultimo, struct buffer *out)
{
    uint32_t entidad = UINT32_MAX;

    buffer_printf(
        out,
        "<h2>Avance por territorio</h2>\n<div class=\"r\"><table>\n<thead><tr>"
        "<th scope=\"col\">%s</th><th scope=\"col\">Esperadas</th>"
        "<th scope=\"col\">Capturadas</th><th scope=\"col\">Contabilizadas</th>"
        "<th scope=\"col\">%s de las esperadas</th>"
        "<th scope=\"col\">No contabilizadas</th><th scope=\"col\">Votos</th>"
        "<th scope=\"col\">Participación</th>%s</tr></thead>\n<tbody>\n",
        territorio_nombre(eleccion->territorio), "%",
        resultado_hay(eleccion) ? "<th scope=\"col\">Más votos</th>" : "");
    for (size_t i = 0; i < arbol->territorio_count; i++) {
        const struct arbol_territorio *t = &arbol->territorios[i];

        if (t->eleccion != eleccion->ordinal - 1) {
            continue;
        }
        if (t->entidad != entidad) {
            entidad = t->entidad;
            buffer_printf(out, "<tr><th scope=\"rowgroup\" colspan=\"%d\">",
                          resultado_hay(eleccion) ? 9 : 8);
            buffer_add_html(out, arbol->entidades[entidad].nombre);
            TEXTO(out, "</th></tr>\n");
        }
        territorio_fila(arbol, i, ultimo, out);
    }
    TEXTO(out, "</tbody>\n</table></div>\n");
}

void pagina_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                     const struct resumen *resumen, const struct corte *corte,
                     int64_t bases_ms, struct buffer *out)
{
    struct resultado resultado;

    abre(arbol->definicion, eleccion->nombre, out);
    TEXTO(out, "<header>\n<p><a href=\"../\">");
    buffer_add_html(out, arbol->definicion->nombre);
    TEXTO(out, "</a></p>\n<h1>");
    buffer_add_html(out, eleccion->nombre);
    TEXTO(out, "</h1>\n");
    corte_linea(arbol->definicion, corte, out);
    TEXTO(out, "</header>\n<main>\n");
    avance(resumen, corte->ultimo, out);
    pagina_votos(eleccion, resumen, out);
    if (resultado_hay(eleccion)) {
        resultado_eleccion(arbol, eleccion, &resultado);
        pagina_resultado(eleccion, &resultado, resumen->votos_c_cs, out);
    }
    enlaces(arbol->definicion, eleccion, bases_ms, "../", out);
    territorios(arbol, eleccion, corte->ultimo, out);
    TEXTO(out, "</main>\n");
    cierra("../", out);
}

void pagina_aviso(const struct definicion *definicion, struct buffer *out)
{
    char texto[HORA_SIZE];

    hora(definicion, definicion->inicio_ms, texto);
    abre(definicion, definicion->nombre, out);
    TEXTO(out, "<header>\n<p class=\"s\">Programa de Resultados Electorales "
               "Preliminares</p>\n<h1>");
    buffer_add_html(out, definicion->nombre);
    buffer_printf(out,
                  "</h1>\n</header>\n<main>\n<p>Los resultados se publicarán aquí "
                  "a partir del %s.</p>\n</main>\n</body>\n</html>\n",
                  texto);
}
