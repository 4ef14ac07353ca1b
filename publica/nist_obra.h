/*
 * nist_obra.h - what the files that write a report of NIST SP 1500-100 share.
 */
#ifndef PUBLICA_NIST_OBRA_H
#define PUBLICA_NIST_OBRA_H

#include "objeto.h"

#define NIST_ID_SIZE 160u

struct nist_obra {
    const struct arbol *arbol;
    const struct eleccion *eleccion;
    uint32_t e; /* index of the election */
    const struct resumen *resumen;
    const struct corte *corte;
    struct buffer *out;
    char ambito[NIST_ID_SIZE]; /* id of the widest place */
};

/* ---- JSON, in the few shapes of a report */
void nist_texto(struct buffer *out, const char *clave, const char *valor);
void nist_numero(struct buffer *out, const char *clave, uint64_t valor);
/* Opens an object of that class. */
void nist_abre(struct buffer *out, const char *clase, bool first);
/* An InternationalizedText in Spanish. */
void nist_en_espanol(struct buffer *out, const char *clave, const char *valor);
void nist_fecha(struct buffer *out, const char *clave, int64_t ms, int desfase_min);
/* CountStatus, SubUnitsReported, TotalSubUnits. */
void nist_avance(const struct resumen *resumen, struct buffer *out);

/* ---- places (nist_lugares.c) */
void nist_id_entidad(const struct nist_obra *obra, size_t entidad,
                     char out_id[static NIST_ID_SIZE]);
void nist_id_territorio(const struct nist_obra *obra, size_t territorio,
                        char out_id[static NIST_ID_SIZE]);
/* Entidades of the election, which are contiguous. */
size_t nist_entidades(const struct nist_obra *obra, size_t *out_first);
/* GpUnit; and obra->ambito. */
void nist_lugares(struct nist_obra *obra);

#endif
