/* corre: the subcommand. Plays a night corte by corte and says how it went. */
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "simulacro/corre_catd.h"
#include "simulacro/corre_labor.h"
#include "simulacro/corre_noche.h"
#include "simulacro/ordenes.h"

#define PASO_MS 5         /* longest wait for the network in one turn */
#define LINEA_TTY_MS 200  /* progress on a terminal */
#define LINEA_LOG_MS 5000 /* progress in a file */
#define VELOCIDAD_MAX 1e7
#define OPERADORES_DEFAULT 16u
#define PLAZO_S_DEFAULT 120

struct corrida {
    struct noche noche;
    struct catds *catds;
    struct labores *labores;
    int64_t inicio_ms, linea_ms;
    bool tty;
    bool corte_pedido;
    bool corte_listo;
};

static void usage(FILE *out)
{
    fprintf(
        out,
        "uso: prep-simulacro corre CARPETA [opciones]\n\n"
        "Reproduce los hechos de CARPETA (hecha por importa) contra los servicios en\n"
        "marcha: acopio e imágenes en los CATD, capturas y verificaciones por "
        "operadores\n"
        "simulados, y cada corte en su momento.\n\n"
        "  --velocidad N     N veces el tiempo real; las horas sin hechos se saltan;\n"
        "                    0 (de fábrica): tan rápido como se pueda\n"
        "  --config ARCHIVO  dónde están los servicios (simulacro.yaml en CARPETA)\n"
        "  --operadores N    personas que capturan y verifican (16)\n"
        "  --errores P       por ciento de las actas con una captura equivocada (2)\n"
        "  --semilla N       semilla del azar (1): misma semilla, mismos errores\n"
        "  --plazo S         segundos sin respuesta o sin avance antes de rendirse "
        "(120)\n"
        "  --help            esta ayuda\n\n"
        "Termina con 0 si todo ocurrió y cada error de captura fue descubierto.\n");
}

/* ---- options */

static enum prep_status number(const char *option, const char *text, double min,
                               double max, double *out, struct prep_reason *reason)
{
    char *end = NULL;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value) || value < min || value > max) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "--%s %s: escriba un número de %.0f a %.0f", option, text, min,
                         max);
    }
    *out = value;
    return PREP_OK;
}

enum {
    OPT_VELOCIDAD = 1,
    OPT_CONFIG,
    OPT_OPERADORES,
    OPT_ERRORES,
    OPT_SEMILLA,
    OPT_PLAZO,
    OPT_HELP
};

static const struct option options[] = {
    { "velocidad", required_argument, NULL, OPT_VELOCIDAD },
    { "config", required_argument, NULL, OPT_CONFIG },
    { "operadores", required_argument, NULL, OPT_OPERADORES },
    { "errores", required_argument, NULL, OPT_ERRORES },
    { "semilla", required_argument, NULL, OPT_SEMILLA },
    { "plazo", required_argument, NULL, OPT_PLAZO },
    { "help", no_argument, NULL, OPT_HELP },
    { NULL, 0, NULL, 0 },
};

static enum prep_status option_take(int option, const char *text,
                                    struct corre_opciones *opciones,
                                    struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    double value = 0;

    switch (option) {
    case OPT_VELOCIDAD:
        return number("velocidad", text, 0, VELOCIDAD_MAX, &opciones->velocidad,
                      reason);
    case OPT_CONFIG:
        opciones->config = text;
        return PREP_OK;
    case OPT_OPERADORES:
        status = number("operadores", text, 3, 100000, &value, reason);
        opciones->operadores = (size_t)value;
        return status;
    case OPT_ERRORES:
        return number("errores", text, 0, 100, &opciones->errores, reason);
    case OPT_SEMILLA:
        status = number("semilla", text, 0, 1e15, &value, reason);
        opciones->semilla = (uint64_t)value;
        return status;
    case OPT_PLAZO:
        status = number("plazo", text, 1, 86400, &value, reason);
        opciones->plazo_ms = (int64_t)(value * 1000);
        return status;
    default:
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "opción desconocida o sin su valor; vea prep-simulacro corre "
                         "--help");
    }
}

/* ---- progress */

static void linea(struct corrida *corrida, bool now)
{
    const struct noche *noche = &corrida->noche;
    const int64_t ms = clock_monotonic_ms();
    const double seconds = (double)(ms - corrida->inicio_ms + 1) / 1000.0;
    char hora[CLOCK_TEXT_SIZE];

    if (!now && ms - corrida->linea_ms < (corrida->tty ? LINEA_TTY_MS : LINEA_LOG_MS)) {
        return;
    }
    corrida->linea_ms = ms;
    clock_stamp(noche->ultima_hora_ms, noche->definicion->desfase_min, hora);
    fprintf(stderr,
            "%s%s corte %u/%zu  acopiadas %" PRIu64 "/%" PRIu64 "  capturadas %" PRIu64
            "/%" PRIu64 "  verificadas %" PRIu64 "/%" PRIu64 "  %.0f/s%s",
            corrida->tty ? "\r\033[K" : "", hora, noche->corte, noche->corte_count,
            noche->hecho.acopios, noche->total.acopios, noche->hecho.capturas,
            noche->total.capturas, noche->hecho.verificaciones,
            noche->total.verificaciones, (double)noche->hecho.verificaciones / seconds,
            corrida->tty ? "" : "\n");
}

static void atorada(struct corrida *corrida)
{
    struct noche *noche = &corrida->noche;
    const char *motivo = "";
    const uint64_t reintentos = cliente_reintentos(noche->cliente, &motivo);

    noche_falla(noche,
                "sin avance en %" PRId64 " s (corte %u): faltan %" PRIu64
                " capturas y %" PRIu64 " verificaciones, %" PRIu64
                " hechos sin acuse en los CATD; %" PRIu64 " reintentos (%s)",
                noche->opciones->plazo_ms / 1000, noche->corte,
                noche->debidas[LABOR_CAPTURA], noche->debidas[LABOR_VERIFICA],
                catds_pendientes(corrida->catds), reintentos, motivo);
}

/* ---- cortes */

static void on_corte(void *context, unsigned code, const json_t *json)
{
    struct corrida *corrida = context;
    struct noche *noche = &corrida->noche;
    const char *mensaje = "";

    if (code == 200) {
        corrida->corte_listo = true;
        noche_avanza(noche);
        return;
    }
    (void)json_unpack((json_t *)json, "{s:{s:s}}", "error", "mensaje", &mensaje);
    noche_falla(noche, "corte %u: publica contestó HTTP %u: %s", noche->corte, code,
                mensaje);
}

static void corte_pide(struct corrida *corrida)
{
    struct noche *noche = &corrida->noche;
    const struct corte_publicado *corte = &noche->cortes[noche->corte - 1];
    json_t *body = NULL;
    char url[320];

    corrida->corte_pedido = true;
    if (noche->config.archivo->publica == NULL) {
        corrida->corte_listo = true;
        return;
    }
    body = json_pack("{s:I,s:b,s:b}", "nominal_ms", (json_int_t)corte->nominal_ms,
                     "ultimo", corte->ultimo, "bases", true);
    assert(body != NULL);
    (void)snprintf(url, sizeof url, "%s/corte", noche->config.archivo->publica);
    cliente_pide(noche->cliente, url, noche->config.personas[0].token, body, on_corte,
                 corrida);
    json_decref(body);
}

static enum prep_status corte_corre(struct corrida *corrida, struct prep_reason *reason)
{
    struct noche *noche = &corrida->noche;
    enum prep_status status = PREP_OK;

    corrida->corte_pedido = false;
    corrida->corte_listo = false;
    while (status == PREP_OK && !corrida->corte_listo && !noche->fallo) {
        status = noche_suelta(noche, reason);
        if (status == PREP_OK) {
            catds_turno(corrida->catds);
            labores_turno(corrida->labores);
            cliente_avanza(noche->cliente, PASO_MS);
            if (!corrida->corte_pedido && noche_corte_suelto(noche) &&
                noche_al_dia(noche) && catds_entregado(corrida->catds)) {
                corte_pide(corrida);
            }
            linea(corrida, false);
            if (clock_monotonic_ms() - noche->avance_ms >
                noche->opciones->plazo_ms + 1000) {
                atorada(corrida);
            }
        }
    }
    linea(corrida, true);
    if (status == PREP_OK && noche->fallo) {
        *reason = noche->motivo;
        status = PREP_ERR_STATE;
    }
    return status;
}

/* ---- the end */

static enum prep_status resumen(const struct corrida *corrida,
                                struct prep_reason *reason)
{
    const struct noche *noche = &corrida->noche;

    printf("cortes publicados      %u\n", noche->corte - 1);
    printf("acopios                %" PRIu64 " de %" PRIu64 "\n", noche->hecho.acopios,
           noche->total.acopios);
    printf("imágenes               %" PRIu64 " de %" PRIu64 "\n", noche->hecho.imagenes,
           noche->total.imagenes);
    printf("capturas               %" PRIu64 " de %" PRIu64 "\n", noche->hecho.capturas,
           noche->total.capturas);
    printf("verificaciones         %" PRIu64 " de %" PRIu64 "\n",
           noche->hecho.verificaciones, noche->total.verificaciones);
    printf("cotejos                %" PRIu64 " de %" PRIu64 "\n", noche->hecho.cotejos,
           noche->total.cotejos);
    printf("capturas equivocadas   %" PRIu64 ", descubiertas %" PRIu64 "\n",
           noche->alteradas, noche->discrepancias - noche->falsas);
    printf("reintentos             %" PRIu64 "; ya estaban hechas %" PRIu64
           "; entregas rechazadas %" PRIu64 "\n",
           cliente_reintentos(noche->cliente, NULL), noche->retomadas, noche->rechazos);
    printf("duración               %.1f s\n",
           (double)(clock_monotonic_ms() - corrida->inicio_ms) / 1000.0);
    if (noche->falsas != 0 || noche->no_detectadas != 0 ||
        noche->discrepancias != noche->alteradas) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "la doble captura falló: %" PRIu64 " errores, %" PRIu64
                         " discrepancias, %" PRIu64 " sin motivo, %" PRIu64
                         " no descubiertos",
                         noche->alteradas, noche->discrepancias, noche->falsas,
                         noche->no_detectadas);
    }
    return PREP_OK;
}

static enum prep_status corre(const struct corre_opciones *opciones,
                              struct prep_reason *reason)
{
    struct corrida corrida = { .inicio_ms = clock_monotonic_ms(),
                               .tty = isatty(STDERR_FILENO) == 1 };
    enum prep_status status = noche_abre(&corrida.noche, opciones, reason);

    if (status == PREP_OK) {
        corrida.catds = catds_new(&corrida.noche);
        corrida.labores = labores_new(&corrida.noche);
    }
    while (status == PREP_OK && corrida.noche.corte <= corrida.noche.corte_count) {
        status = corte_corre(&corrida, reason);
        if (status == PREP_OK) {
            corrida.noche.corte++;
        }
    }
    if (corrida.tty) {
        fputc('\n', stderr);
    }
    if (status == PREP_OK) {
        status = resumen(&corrida, reason);
    }
    catds_free(&corrida.catds);
    labores_free(&corrida.labores);
    noche_cierra(&corrida.noche);
    return status;
}

enum prep_status orden_corre(int argc, char **argv, struct prep_reason *reason)
{
    struct corre_opciones opciones = { .errores = 2,
                                       .semilla = 1,
                                       .plazo_ms = PLAZO_S_DEFAULT * 1000,
                                       .operadores = OPERADORES_DEFAULT };
    enum prep_status status = PREP_OK;
    char *config = NULL;
    int option = 0;

    optind = 1;
    opterr = 0;
    while (status == PREP_OK &&
           (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == OPT_HELP) {
            usage(stdout);
            return PREP_OK;
        }
        status = option_take(option, optarg, &opciones, reason);
    }
    if (status == PREP_OK && optind + 1 != argc) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "falta la CARPETA que hizo importa, una sola; vea "
                           "prep-simulacro corre --help");
    }
    if (status != PREP_OK) {
        return status;
    }
    opciones.carpeta = argv[optind];
    if (opciones.config == NULL) {
        if (asprintf(&config, "%s/simulacro.yaml", opciones.carpeta) < 0) {
            return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
        }
        opciones.config = config;
    }
    status = corre(&opciones, reason);
    free(config);
    return status;
}
