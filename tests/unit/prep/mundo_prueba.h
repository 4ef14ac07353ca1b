/* A small system for tests: keys of every process in a folder, and their topology. */
#ifndef PREP_TEST_MUNDO_PRUEBA_H
#define PREP_TEST_MUNDO_PRUEBA_H

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "prep/emitter.h"
#include "prep/envelope.h"
#include "prep/keys.h"
#include "prep/topology.h"

#define MUNDO_PROCESO "PRUEBA-2027"
#define MUNDO_HORA INT64_C(1812000000000)

enum mundo_process {
    M_ACOPIO,
    M_DIGITALIZA,
    M_CAPTURA,
    M_VERIFICA,
    M_PUBLICA,
    M_CATD,       /* acopio-catd */
    M_CATD_OTHER, /* another acopio-catd */
    M_CATD_IMAGE, /* digitaliza-catd */
    M_TOOL,
    M_TOTAL,
    M_STRANGER = M_TOTAL, /* has keys and is not in the topology */
    M_KEYS,
};

struct mundo_row {
    const char *nombre;
    const char *etapa;
};

static const struct mundo_row mundo_rows[M_KEYS] = {
    { "acopio-1", "acopio" },         { "digitaliza-1", "digitaliza" },
    { "captura-1", "captura" },       { "verifica-1", "verifica" },
    { "publica-1", "publica" },       { "catd-1", "acopio-catd" },
    { "catd-2", "acopio-catd" },      { "catd-imagen", "digitaliza-catd" },
    { "herramienta", "herramienta" }, { "extrano", "" },
};

struct mundo {
    char path[64];
    struct keys *keys[M_KEYS];
    struct topology *topology;
    const struct topology_process *process[M_TOTAL];
};

static inline void mundo_file(const struct mundo *m, const char *name, char *out_path,
                              size_t size)
{
    (void)snprintf(out_path, size, "%s/%s", m->path, name);
}

/* recibe: address of acopio-1; NULL for a socket file in the folder. */
static inline void mundo_open(struct mundo *m, const char *recibe)
{
    char path[128];
    FILE *file;

    memset(m, 0, sizeof *m);
    strcpy(m->path, "/tmp/prep-mundo-XXXXXX");
    if (mkdtemp(m->path) == NULL) {
        abort();
    }
    mundo_file(m, "topologia.yaml", path, sizeof path);
    file = fopen(path, "w");
    if (file == NULL) {
        abort();
    }
    fprintf(file, "proceso: %s\nprocesos:\n", MUNDO_PROCESO);
    for (int i = 0; i < M_KEYS; i++) {
        uint8_t public[KEY_SIGN_PUBLIC_LEN];
        char firma[2 * KEY_SIGN_PUBLIC_LEN + 1];

        (void)snprintf(path, sizeof path, "%s/%s.llave", m->path, mundo_rows[i].nombre);
        if (keys_create(path, mundo_rows[i].nombre, &m->keys[i], NULL) != PREP_OK) {
            abort();
        }
        if (i >= M_TOTAL) {
            continue;
        }
        keys_sign_public(m->keys[i], public);
        hex_write(public, sizeof public, firma);
        fprintf(file,
                "  - nombre: %s\n    numero: %d\n    etapa: %s\n    host: uno\n"
                "    firma: %s\n    curve: \"%s\"\n",
                mundo_rows[i].nombre, i + 1, mundo_rows[i].etapa, firma,
                keys_curve_public(m->keys[i]));
        if (i == M_ACOPIO && recibe != NULL) {
            fprintf(file, "    recibe: %s\n", recibe);
        } else if (i <= M_PUBLICA) {
            fprintf(file, "    recibe: ipc://%s/%s.recibe\n", m->path,
                    mundo_rows[i].nombre);
        }
        if (i <= M_PUBLICA) {
            fprintf(file, "    anuncia: ipc://%s/%s.anuncia\n", m->path,
                    mundo_rows[i].nombre);
        }
    }
    if (fclose(file) != 0) {
        abort();
    }
    struct prep_reason reason = { "" };

    mundo_file(m, "topologia.yaml", path, sizeof path);
    if (topology_load(path, &m->topology, &reason) != PREP_OK) {
        fprintf(stderr, "%s\n", reason.text);
        abort();
    }
    for (int i = 0; i < M_TOTAL; i++) {
        m->process[i] = topology_by_nombre(m->topology, mundo_rows[i].nombre);
        assert(m->process[i] != NULL);
    }
}

static inline void mundo_close(struct mundo *m)
{
    struct dirent *entry;
    DIR *dir = opendir(m->path);

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[400];

        (void)snprintf(path, sizeof path, "%s/%s", m->path, entry->d_name);
        (void)unlink(path);
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)rmdir(m->path);
    for (int i = 0; i < M_KEYS; i++) {
        keys_free(&m->keys[i]);
    }
    topology_free(&m->topology);
}

static inline void mundo_emitter(const struct mundo *m, enum mundo_process who,
                                 struct emitter *out_emitter)
{
    /* A stranger signs with its own key and calls itself catd-1. */
    emitter_init(out_emitter, m->keys[who],
                 m->process[who == M_STRANGER ? M_CATD : (int)who], MUNDO_PROCESO,
                 false);
}

/* An acopio of an acta of the catalogue; the caller owns both structs. */
static inline void mundo_acopio(Prep__Event *event, Prep__Acopio *acopio, uint64_t acta)
{
    prep__event__init(event);
    prep__acopio__init(acopio);
    acopio->operador = 7;
    acopio->mecanismo = 1;
    acopio->documento = 1;
    event->hora_ms = MUNDO_HORA;
    event->acta = acta;
    event->cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event->acopio = acopio;
}

#endif
