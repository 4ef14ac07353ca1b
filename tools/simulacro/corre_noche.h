/*
 * corre_noche.h - the night being played: its actas, its facts and its clock.
 *
 * PURPOSE
 *     Streams hechos.csv one corte at a time and lets each fact out when the simulated
 *     clock reaches it, into the hands of those who make it happen: CATD workers
 *     (corre_catd.h) and people (corre_labor.h). Idle hours are skipped.
 *
 * CLOCK
 *     Simulated ms = real ms times `velocidad`; 0 means that every fact is already
 *     due. What a daemon records is the time of the fact itself, sent with each
 *     request, so what is published does not depend on how fast the night was played.
 *
 * OWNERSHIP AND THREADS
 *     One thread. Everything hangs from struct noche.
 */
#ifndef PREP_CORRE_NOCHE_H
#define PREP_CORRE_NOCHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prep/catalogo.h"
#include "simulacro/corre_cliente.h"
#include "simulacro/corre_config.h"
#include "simulacro/hechos.h"

struct corre_opciones {
    const char *carpeta; /* made by importa */
    const char *config;  /* simulacro.yaml */
    double velocidad;    /* 0: as fast as it goes */
    double errores;      /* percentage of actas with one capture altered */
    uint64_t semilla;
    int64_t plazo_ms;  /* longest wait without an answer or without progress */
    size_t operadores; /* people */
};

/* What people do with an acta: first captures at captura, the rest at verifica. */
enum labor_clase { LABOR_CAPTURA, LABOR_VERIFICA, LABOR_COUNT };
enum labor_estado { LABOR_NO_TOCA, LABOR_DEBIDA, LABOR_HECHA };

struct acta_labor {
    enum labor_estado estado;
    uint8_t paso; /* as offered to who holds it */
    bool enviada; /* submitted, answer pending */
    int32_t mano; /* who has claimed it; -1: nobody */
    int64_t hora_ms;
    uint16_t celda_count;
    celda *celdas; /* the true values */
};

struct acta_sim {
    uint64_t id; /* 0: fuera de catalogo, not told by the worker yet */
    char clave[40];
    struct acta_labor labor[LABOR_COUNT];
    uint32_t corte_captura, corte_verificacion; /* 0: never */
    uint8_t paso_alterado;                      /* 0: none; 1 or 2 */
    bool discrepancia;                          /* seen by verifica */
    uint32_t rechazos;
};

/* A fact let out and waiting for somebody to make it happen. */
struct hecho_suelto {
    uint32_t acta;  /* index in actas */
    uint32_t linea; /* of hechos.csv: idempotency key */
    enum hecho_tipo tipo;
    int64_t hora_ms;
    uint8_t mecanismo, documento, origen, digitalizacion, sin_acta, cotejo;
    uint32_t eleccion;
    char *identificacion; /* NULL unless fuera de catalogo */
};

struct cola { /* in order; done ones are at the front */
    struct hecho_suelto *items;
    size_t first, count, room;
};

struct noche_cuentas {
    uint64_t acopios, imagenes, capturas, verificaciones, cotejos;
};

struct noche {
    const struct corre_opciones *opciones;
    struct corre_config config;
    struct definicion *definicion;
    struct cliente *cliente;
    struct acta_sim *actas; /* 1 to catalogo_count, then fuera de catalogo */
    size_t catalogo_count, acta_count;
    struct corte_publicado *cortes;
    size_t corte_count;
    struct hechos_reader *reader;
    struct hecho *siguiente; /* read, not let out yet; NULL at the end */
    uint32_t linea;
    uint32_t corte; /* being played */
    /* clock */
    int64_t real_ms, simulado_ms; /* simulado_ms was true at real_ms */
    int64_t ultima_hora_ms;       /* of the last fact let out */
    /* waiting to happen */
    struct cola acopios, imagenes, cotejos;
    uint64_t debidas[LABOR_COUNT]; /* not done yet */
    uint64_t libres[LABOR_COUNT];  /* of those, claimed by nobody */
    struct noche_cuentas total, suelto, hecho;
    uint64_t alteradas, discrepancias, falsas, no_detectadas, rechazos, retomadas;
    int64_t avance_ms; /* real time of the last thing that happened */
    bool fallo;
    struct prep_reason motivo;
};

PREP_MUST_CHECK
enum prep_status noche_abre(struct noche *noche, const struct corre_opciones *opciones,
                            struct prep_reason *reason);
void noche_cierra(struct noche *noche);

/* Lets out every fact of the present corte whose time has come. */
PREP_MUST_CHECK
enum prep_status noche_suelta(struct noche *noche, struct prep_reason *reason);
/* Nothing of the present corte is still to be let out. */
bool noche_corte_suelto(const struct noche *noche);
/* Everything let out has happened, as far as the people of the night can tell. */
bool noche_al_dia(const struct noche *noche);
int64_t noche_ahora(const struct noche *noche);

/* Index of an internal id; 0 when it is none of ours. */
uint32_t noche_indice(const struct noche *noche, uint64_t id);

/* Cells that paso of this acta gets, one altered if its turn has come. */
void noche_celdas(const struct noche *noche, uint32_t acta, unsigned paso,
                  celda out_celdas[static ELECCION_CELDAS_MAX], size_t *out_count);
/* The two first captures, as played, do not agree. */
bool noche_discrepa(const struct noche *noche, uint32_t acta);

/* Shared with corre_abre.c: the next fact of the file, and where its acta is. */
PREP_MUST_CHECK
enum prep_status noche_lee(struct noche *noche, struct prep_reason *reason);
uint32_t noche_indice_hecho(const struct noche *noche, const struct hecho *hecho);
/* The n-th number of a seed, the same on every machine. */
uint64_t noche_azar(uint64_t seed, uint64_t n);

/* Something happened: the night is not stuck. */
void noche_avanza(struct noche *noche);
/* The first failure stops the night; later ones are ignored. */
__attribute__((format(printf, 2, 3))) void noche_falla(struct noche *noche,
                                                       const char *format, ...);

/* Claims as the replay knows them; the services decide. */
void labor_toma(struct noche *noche, enum labor_clase clase, uint32_t acta,
                int32_t mano, unsigned paso);
void labor_suelta(struct noche *noche, enum labor_clase clase, uint32_t acta);
void labor_termina(struct noche *noche, enum labor_clase clase, uint32_t acta);

void cola_agrega(struct cola *cola, const struct hecho_suelto *hecho);
struct hecho_suelto *cola_primero(const struct cola *cola, size_t n); /* or NULL */
void cola_quita(struct cola *cola, size_t count);
void cola_libera(struct cola *cola);
size_t cola_largo(const struct cola *cola);

#endif
