/*
 * publica.h - the parts of prep-publica, opened in order and shared by its modules.
 *
 * SETTINGS (one YAML file)
 *     definicion: DIR      topologia: FILE     llave: FILE    base: "conninfo"
 *     salida: DIR          published here; on the file system of `imagenes`, links do
 *     imagenes: DIR        the store of prep-digitaliza; absent: none is published
 *     escucha: "127.0.0.1:8105"   control; loopback only
 *     operadores: FILE     who may ask for a corte (operators.h, etapa publica);
 * absent: in a simulacro anybody on this host, in oficial nobody hilos: 2 threads that
 * compress and write
 *
 * OWNERSHIP AND THREADS
 *     One thread; the pool's work under it.
 */
#ifndef PUBLICA_PUBLICA_H
#define PUBLICA_PUBLICA_H

#include "arbol.h"
#include "imagenes.h"
#include "objeto.h"
#include "pool.h"
#include "prep/db.h"
#include "prep/emitter.h"
#include "prep/keys.h"
#include "prep/merkle.h"
#include "prep/operators.h"
#include "prep/topology.h"

struct publica_config {
    char *definicion, *topologia, *llave, *base, *salida, *imagenes, *escucha,
        *operadores;
    unsigned hilos;
};
PREP_MUST_CHECK
enum prep_status publica_config_load(const char *path,
                                     struct publica_config **out_config,
                                     struct prep_reason *reason);
void publica_config_free(struct publica_config **config);

struct publica {
    const char *salida;
    struct definicion *definicion;
    struct topology *topology;
    struct keys *keys;
    struct operators *operators; /* NULL: none declared */
    const struct topology_process *self;
    struct emitter emitter;
    struct db *db;
    struct arbol *arbol;
    struct merkle merkle;
    struct pool *pool;
    struct taller taller; /* of the main thread */
    struct imagenes *imagenes;
    int salida_lock; /* only one publica writes a salida */

    bool leido;            /* the three below are what the ledger says */
    struct corte anterior; /* last Corte event; numero 0: none */
    uint64_t desde;        /* ledger position after it */
    int64_t bases_ms;      /* nominal time of the last one with bases; 0: none */

    bool al_dia;     /* sums and objects in arbol are those of `tamano`, published */
    uint64_t tamano; /* ledger size that arbol shows */
    bool con_especiales; /* territorios were made with the participation of the last */
};

/* salida: NULL for that of the settings. Everything but the database and salida when
 * check_only. Safe to close after any failure. */
PREP_MUST_CHECK
enum prep_status publica_open(struct publica *publica,
                              const struct publica_config *config, const char *salida,
                              bool check_only, struct prep_reason *reason);
void publica_close(struct publica *publica);

#endif
