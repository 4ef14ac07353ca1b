/* importa: the subcommand. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "simulacro/ajusta.h"
#include "simulacro/noche.h"
#include "simulacro/ordenes.h"

static void usage(FILE *out)
{
    fprintf(
        out,
        "uso: prep-simulacro importa BASE [--a CARPETA]\n\n"
        "Convierte una base PREP publicada (CSV, zip, tar.gz o carpeta, con uno o\n"
        "varios cortes y elecciones) en una elección lista para correr:\n"
        "definicion.yaml, catalogo.csv, hechos.csv, cortes.csv, candidaturas y\n"
        "LEEME. Los renglones que no se pueden leer quedan en ilegibles.csv con su\n"
        "línea y su motivo; lo que hubo que suponer de un acta, en supuestos.csv.\n\n"
        "  --a CARPETA   dónde escribir (por omisión, ./simulacro)\n"
        "  --help        esta ayuda\n");
}

static void report(const struct noche *noche, const char *carpeta)
{
    const struct base *base = noche->base;
    size_t ilegibles = 0, actas = 0;

    for (size_t i = 0; i < noche->notas.count; i++) {
        printf("parámetro inferido: %s\n", noche->notas.items[i]);
    }
    for (size_t e = 0; e < noche->eleccion_count; e++) {
        const struct noche_eleccion *eleccion = &noche->elecciones[e];

        actas += eleccion->acta_count;
        printf("%s: %zu actas, %zu opciones, %zu cortes\n", eleccion->base->clave,
               eleccion->acta_count, eleccion->celda_count - eleccion->campo_count,
               eleccion->base->corte_count);
        for (size_t k = 0; k < eleccion->base->corte_count; k++) {
            const struct tabla *tabla = eleccion->base->cortes[k].tabla;

            ilegibles += tabla->ilegible_count;
            for (size_t i = 0; i < tabla->ilegible_count; i++) {
                printf("renglón ilegible: %s:%zu: %s\n", tabla->ruta,
                       tabla->ilegibles[i].linea, tabla->ilegibles[i].motivo);
            }
        }
    }
    if (base->repetidas > 0) {
        printf("tablas que repiten elección y corte, y se dejaron fuera: %zu\n",
               base->repetidas);
    }
    printf("%s %d: %zu elecciones, %zu cortes, %zu actas, %zu fuera de catálogo, %zu "
           "renglones ilegibles, %zu supuestos; en %s\n",
           base->entidad, base->anio, base->eleccion_count, base->corte_count, actas,
           noche->fuera_count, ilegibles, noche->supuestos.count, carpeta);
}

enum prep_status importa(const char *path, const char *carpeta,
                         struct prep_reason *reason)
{
    struct noche noche;
    struct base base;
    enum prep_status status;

    status = base_lee(path, &base, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = noche_arma(&base, &noche, reason);
    if (status == PREP_OK) {
        status = noche_escribe(&noche, carpeta, reason);
        if (status == PREP_OK) {
            status = noche_ajusta(&noche, carpeta, reason);
        }
        if (status == PREP_OK) {
            report(&noche, carpeta);
        }
        noche_libera(&noche);
    }
    base_libera(&base);
    return status;
}

enum prep_status orden_importa(int argc, char **argv, struct prep_reason *reason)
{
    static const struct option options[] = { { "a", required_argument, NULL, 'a' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *carpeta = "simulacro";
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "a:h", options, NULL)) != -1) {
        if (option == 'h') {
            usage(stdout);
            return PREP_OK;
        }
        if (option != 'a') {
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s: opción desconocida o sin su valor; vea "
                             "prep-simulacro importa --help",
                             argv[optind - 1]);
        }
        carpeta = optarg;
    }
    if (optind + 1 != argc) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "escriba una BASE, y solo una; vea prep-simulacro importa "
                         "--help");
    }
    return importa(argv[optind], carpeta, reason);
}
