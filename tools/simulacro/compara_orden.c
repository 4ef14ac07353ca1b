/* compara: the subcommand. */
#include <dirent.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/durable.h"
#include "base/hash.h"
#include "simulacro/diferencias.h"
#include "simulacro/ordenes.h"

#define IMAGEN_BYTES_MAX (64u * 1024u * 1024u)
#define PROFUNDIDAD_MAX 4
#define IMPRESAS_MAX 400u /* differences printed one by one */

static void usage(FILE *out)
{
    fprintf(
        out,
        "uso: prep-simulacro compara BASE DIR_PUBLICADO [opciones]\n\n"
        "Compara la base de un instituto con lo que publicó este sistema: los 13\n"
        "valores del encabezado y cada celda de cada renglón, de cada corte y cada\n"
        "elección. Cada diferencia sale con su causa. Termina con 0 solo si ninguna\n"
        "queda sin explicar.\n\n"
        "  --diferencias LISTA  las diferencias aceptadas: deben ser exactamente esas\n"
        "  --escribe LISTA      guarda las que hubo, en la misma forma\n"
        "  --json               resumen en JSON\n"
        "  --help               esta ayuda\n");
}

struct opciones {
    const char *base, *publicado, *diferencias, *escribe;
    bool json;
};

/* Names of the images under path whose bytes have that SHA-256. */
static void imagenes_lee(const char *path, int depth, struct almacen *almacen,
                         struct indice *imagenes)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    struct buffer bytes;

    if (dir == NULL) {
        return;
    }
    buffer_init(&bytes, IMAGEN_BYTES_MAX);
    while ((entry = readdir(dir)) != NULL) {
        char inner[PATH_MAX], text[HASH_TEXT_SIZE];
        struct stat info;
        struct hash hash;

        if (entry->d_name[0] == '.' ||
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >=
                (int)sizeof inner ||
            stat(inner, &info) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            if (depth < PROFUNDIDAD_MAX) {
                imagenes_lee(inner, depth + 1, almacen, imagenes);
            }
            continue;
        }
        if (strlen(entry->d_name) < HASH_TEXT_LEN ||
            durable_read(inner, IMAGEN_BYTES_MAX, &bytes, NULL) != PREP_OK) {
            continue;
        }
        hash_of(buffer_text(&bytes), bytes.len, &hash);
        hash_text(&hash, text);
        if (strncmp(text, entry->d_name, HASH_TEXT_LEN) == 0) {
            indice_pon(imagenes, almacen_text(almacen, text), 1);
        }
    }
    buffer_done(&bytes);
    (void)closedir(dir);
}

static void diferencia_imprime(const struct diferencia *d)
{
    printf("%s %s %s %s: publicado «%s», nuestro «%s»: %s\n", d->eleccion, d->sello,
           d->lugar, d->columna, d->publicado, d->nuestro, causa_texto(d->causa));
}

static void imprime(const struct comparacion *c, const size_t *nuevas,
                    size_t nueva_count)
{
    size_t printed = 0;

    for (size_t i = 0; i < c->diferencia_count; i++) {
        const struct diferencia *d = &c->diferencias[i];

        /* What is not explained is printed always; the rest up to a screenful. */
        if (d->causa == CAUSA_DE_SIN_EXPLICAR || printed < IMPRESAS_MAX) {
            diferencia_imprime(d);
            printed++;
        }
    }
    if (printed < c->diferencia_count) {
        printf("... y %zu diferencias explicadas más\n", c->diferencia_count - printed);
    }
    for (size_t i = 0; i < nueva_count; i++) {
        printf("no está en la lista de diferencias: ");
        diferencia_imprime(&c->diferencias[nuevas[i]]);
    }
}

static void resume(const struct comparacion *c, size_t nuevas, size_t ausentes)
{
    size_t unexplained = c->por_causa[CAUSA_DE_SIN_EXPLICAR];

    for (size_t i = 1; i < CAUSA_DE_COUNT; i++) {
        if (c->por_causa[i] > 0) {
            printf("  %8zu  %s\n", c->por_causa[i], causa_texto((enum causa)i));
        }
    }
    printf("%zu cortes, %zu renglones, %zu celdas comparadas: %zu iguales, %zu "
           "diferencias explicadas, %zu sin explicar",
           c->cortes, c->filas, c->celdas, c->iguales,
           c->diferencia_count - unexplained, unexplained);
    if (nuevas + ausentes > 0) {
        printf("; %zu no están en la lista y %zu de la lista ya no ocurren", nuevas,
               ausentes);
    }
    printf("\n");
}

static void resume_json(const struct comparacion *c, size_t nuevas, size_t ausentes)
{
    json_t *causes = json_object();
    json_t *summary;
    char *text;

    for (size_t i = 0; i < CAUSA_DE_COUNT; i++) {
        if (c->por_causa[i] > 0) {
            json_object_set_new(causes, causa_texto((enum causa)i),
                                json_integer((json_int_t)c->por_causa[i]));
        }
    }
    summary = json_pack(
        "{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "cortes", (json_int_t)c->cortes,
        "renglones", (json_int_t)c->filas, "celdas", (json_int_t)c->celdas, "iguales",
        (json_int_t)c->iguales, "explicadas",
        (json_int_t)(c->diferencia_count - c->por_causa[CAUSA_DE_SIN_EXPLICAR]),
        "sin_explicar", (json_int_t)c->por_causa[CAUSA_DE_SIN_EXPLICAR],
        "fuera_de_lista", (json_int_t)nuevas, "ya_no_ocurren", (json_int_t)ausentes,
        "causas", causes);
    text = json_dumps(summary, JSON_INDENT(1));
    printf("%s\n", text == NULL ? "{}" : text);
    free(text);
    json_decref(summary);
}

static enum prep_status informa(const struct opciones *opciones,
                                const struct comparacion *c,
                                const struct lista_diferencias *lista,
                                struct prep_reason *reason)
{
    size_t unexplained = c->por_causa[CAUSA_DE_SIN_EXPLICAR];
    size_t nueva_count = 0, ausente_count = 0;
    const char **ausentes = NULL;
    size_t *nuevas = NULL;

    if (lista != NULL) {
        diferencias_cruza(lista, c, &nuevas, &nueva_count, &ausentes, &ausente_count);
    }
    if (opciones->json) {
        resume_json(c, nueva_count, ausente_count);
    } else {
        imprime(c, nuevas, nueva_count);
        for (size_t i = 0; i < ausente_count; i++) {
            printf("aceptada que ya no ocurre: %s\n", ausentes[i]);
        }
        resume(c, nueva_count, ausente_count);
    }
    free(nuevas);
    free(ausentes);
    if (c->celdas == 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT, "no hubo nada que comparar");
    }
    if (unexplained + nueva_count + ausente_count > 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "%zu diferencias sin explicar, %zu fuera de la lista, %zu que "
                         "ya no ocurren",
                         unexplained, nueva_count, ausente_count);
    }
    return PREP_OK;
}

/* What publica writes has its pointer; no institute's base has one. */
static bool is_published(const char *path)
{
    char pointer[PATH_MAX];
    struct stat info;

    return snprintf(pointer, sizeof pointer, "%s/corte.json", path) <
               (int)sizeof pointer &&
           stat(pointer, &info) == 0;
}

static enum prep_status compara(const struct opciones *opciones,
                                struct prep_reason *reason)
{
    struct lista_diferencias lista = { 0 };
    struct base publicada, nuestra;
    struct comparacion comparacion;
    struct indice *imagenes = NULL;
    char path[PATH_MAX];
    enum prep_status status;
    struct stat info;

    if (is_published(opciones->base) && !is_published(opciones->publicado)) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "los argumentos van al revés: primero la base del instituto y "
                         "después %s, lo que publicó este sistema",
                         opciones->base);
    }
    if (opciones->diferencias != NULL) {
        status = diferencias_lee(opciones->diferencias, &lista, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    status = base_lee(opciones->base, &publicada, reason);
    if (status != PREP_OK) {
        goto no_base;
    }
    (void)snprintf(path, sizeof path, "%s/bases", opciones->publicado);
    status =
        base_lee(stat(path, &info) == 0 ? path : opciones->publicado, &nuestra, reason);
    if (status != PREP_OK) {
        goto no_nuestra;
    }
    (void)snprintf(path, sizeof path, "%s/imagenes", opciones->publicado);
    if (stat(path, &info) == 0) {
        imagenes = indice_new();
        imagenes_lee(path, 0, nuestra.almacen, imagenes);
    }
    compara_bases(&publicada, &nuestra, imagenes, &comparacion);
    status = informa(opciones, &comparacion,
                     opciones->diferencias == NULL ? NULL : &lista, reason);
    if (opciones->escribe != NULL &&
        diferencias_escribe(opciones->escribe, &comparacion, NULL) != PREP_OK) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: no se pudo escribir",
                           opciones->escribe);
    }
    comparacion_libera(&comparacion);
    indice_free(&imagenes);
    base_libera(&nuestra);

no_nuestra:
    base_libera(&publicada);
no_base:
    diferencias_libera(&lista);
    return status;
}

enum prep_status orden_compara(int argc, char **argv, struct prep_reason *reason)
{
    static const struct option options[] = {
        { "diferencias", required_argument, NULL, 'd' },
        { "escribe", required_argument, NULL, 'e' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct opciones opciones = { 0 };
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'd':
            opciones.diferencias = optarg;
            break;
        case 'e':
            opciones.escribe = optarg;
            break;
        case 'j':
            opciones.json = true;
            break;
        case 'h':
            usage(stdout);
            return PREP_OK;
        default:
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s: opción desconocida o sin su valor; vea "
                             "prep-simulacro compara --help",
                             argv[optind - 1]);
        }
    }
    if (optind + 2 != argc) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "escriba la BASE y DIR_PUBLICADO; vea prep-simulacro compara "
                         "--help");
    }
    opciones.base = argv[optind];
    opciones.publicado = argv[optind + 1];
    return compara(&opciones, reason);
}
