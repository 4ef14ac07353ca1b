/*
 * reglas.c - how long the rules take over every acta of a country.
 *
 * PURPOSE
 *     N actas, the same at each run, in secciones of 7 and territorios of 497.
 *
 *     reglas rows N     prints them as COPY text: territorio, seccion, especial, lista
 *                       nominal, one column per vote
 *     reglas decide N   decides each one and adds it up by seccion, territorio, entidad
 *                       and election; prints one JSON object: CPU seconds of that
 *                       alone, the process's peak memory and the sums
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "prep/reglas.h"

#define OPCIONES 20u
#define ACTAS_SECCION 7u
#define SECCIONES_TERRITORIO 71u
#define TERRITORIOS_ENTIDAD 32u
#define LISTA_NOMINAL 750
#define REPRESENTANTES 20

struct filas {
    size_t count;
    celda *celdas; /* OPCIONES each */
    char *tipos;
};

static uint64_t dado(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void *need(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL) {
        fprintf(stderr, "reglas: out of memory\n");
        exit(1);
    }
    return memory;
}

/* One in fifty has a cell that cannot be read; one in two hundred exceeds its list. */
static struct filas filas_make(size_t count)
{
    struct filas filas = { .count = count,
                           .celdas = need(count, OPCIONES * sizeof(celda)),
                           .tipos = need(count, 1) };
    uint64_t state = 88172645463325252u;

    for (size_t i = 0; i < count; i++) {
        celda *celdas = filas.celdas + i * OPCIONES;

        filas.tipos[i] = i % ACTAS_SECCION == 0 ? 'B' : 'C';
        if (i % 441 == 440) {
            filas.tipos[i] = 'S';
        }
        for (size_t v = 0; v < OPCIONES; v++) {
            celdas[v] = (celda)(dado(&state) % (v < 10 ? 60 : 4));
        }
        if (i % 50 == 49) {
            celdas[dado(&state) % OPCIONES] =
                i % 100 == 99 ? CELDA_ILEGIBLE : CELDA_SIN_DATO;
        }
        if (i % 200 == 199) {
            celdas[0] = 900;
        }
    }
    return filas;
}

static void filas_print(const struct filas *filas)
{
    for (size_t i = 0; i < filas->count; i++) {
        const size_t seccion = i / ACTAS_SECCION;

        printf("%zu\t%zu\t%c\t%d", seccion / SECCIONES_TERRITORIO, seccion,
               filas->tipos[i] == 'S' ? 't' : 'f',
               filas->tipos[i] == 'S' ? 0 : LISTA_NOMINAL);
        for (size_t v = 0; v < OPCIONES; v++) {
            printf("\t%" PRId32, filas->celdas[i * OPCIONES + v]);
        }
        putchar('\n');
    }
}

static double cpu_s(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static struct resumen *levels(size_t count)
{
    return need(count, sizeof(struct resumen));
}

static int decide(const struct filas *filas)
{
    static struct opcion opciones[OPCIONES];
    const struct eleccion eleccion = {
        .opcion_count = OPCIONES,
        .opciones = opciones,
        .celda_count = OPCIONES,
        .reglas = { .inconsistencia_algun_campo = true,
                    .representantes_en_limite_especial = true,
                    .boletas_especial_max = 1000,
                    .representantes_default = REPRESENTANTES },
    };
    const size_t secciones = (filas->count + ACTAS_SECCION - 1) / ACTAS_SECCION;
    const size_t territorios = secciones / SECCIONES_TERRITORIO + 1;
    const size_t entidades = territorios / TERRITORIOS_ENTIDAD + 1;
    const double start = cpu_s();
    struct resumen *seccion = levels(secciones), *territorio = levels(territorios),
                   *entidad = levels(entidades), total = { 0 };
    struct rusage usage;
    double spent;

    for (size_t i = 0; i < filas->count; i++) {
        const struct acta_hechos hechos = {
            .verificada = true,
            .celdas = filas->celdas + i * OPCIONES,
            .tipo_casilla = filas->tipos[i],
            .lista_nominal = filas->tipos[i] == 'S' ? 0 : LISTA_NOMINAL,
            .representantes = REPRESENTANTES,
        };
        struct acta_decision decision;

        reglas_decide(&eleccion, &hechos, &decision);
        resumen_suma(&seccion[i / ACTAS_SECCION], &eleccion, &hechos, &decision, 1);
    }
    for (size_t i = 0; i < secciones; i++) {
        resumen_agrega(&territorio[i / SECCIONES_TERRITORIO], &seccion[i], OPCIONES);
    }
    for (size_t i = 0; i < territorios; i++) {
        resumen_agrega(&entidad[i / TERRITORIOS_ENTIDAD], &territorio[i], OPCIONES);
    }
    for (size_t i = 0; i < entidades; i++) {
        resumen_agrega(&total, &entidad[i], OPCIONES);
    }
    spent = cpu_s() - start;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "{\"cpu_s\":%.6f,\"peak_mb\":%.1f,\"secciones\":%zu,\"contabilizadas\":%" PRIu64
        ",\"c_cs\":%" PRIu64 ",\"s_cs\":%" PRIu64 ",\"lista_nominal\":%" PRIu64 "}\n",
        spent, (double)usage.ru_maxrss / 1024, secciones, total.contabilizadas,
        total.votos_c_cs, total.votos_s_cs, total.lista_nominal);
    free(seccion);
    free(territorio);
    free(entidad);
    return 0;
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    struct filas filas;

    if (count < 1 || (strcmp(argv[1], "rows") != 0 && strcmp(argv[1], "decide") != 0)) {
        fprintf(stderr, "usage: reglas rows|decide N\n");
        return 64;
    }
    filas = filas_make((size_t)count);
    if (argv[1][0] == 'r') {
        filas_print(&filas);
    } else {
        (void)decide(&filas);
    }
    free(filas.celdas);
    free(filas.tipos);
    return 0;
}
