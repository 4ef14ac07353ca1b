/*
 * grupos.h - the grupos of a corte, each gathered acta by acta and written whole.
 *
 * PURPOSE
 *     Actas come in catalogue order, or a few by id; each is written as JSON into its
 *     grupo and added to its sums. A grupo that has all its actas moves the sums of
 *     its territorio and goes to the pool, which makes its object and publishes
 *     its images.
 *
 * MEMORY
 *     In catalogue order about one grupo per territorio is open at a time. When more
 *     than GRUPOS_ABIERTOS_BYTES wait, a new grupo is put off: grupos_aplazados()
 *     lists those, and the caller reads their actas again by id.
 *
 * OWNERSHIP AND THREADS
 *     One thread calls. Images and objects are the workers'.
 */
#ifndef PUBLICA_GRUPOS_H
#define PUBLICA_GRUPOS_H

#include "arbol.h"
#include "aside.h"
#include "imagenes.h"
#include "pool.h"
#include "prep/acta_vista.h"

#define GRUPOS_ABIERTOS_BYTES (16u * 1024u * 1024u)

struct grupos; /* opaque */

/* revisa: each object is read back and counted again (grupo_revision.h). */
PREP_MUST_CHECK
enum prep_status grupos_open(struct arbol *arbol, struct aside *aside,
                             struct pool *pool, struct imagenes *imagenes, bool revisa,
                             struct grupos **out_grupos, struct prep_reason *reason);
/* Drops what is open. Only when the pool is idle. Accepts a pointer to NULL. */
void grupos_close(struct grupos **grupos);

/* Asks for a grupo: its actas are wanted from now on. */
void grupos_pide(struct grupos *grupos, uint32_t grupo);
void grupos_pide_todos(struct grupos *grupos);
bool grupos_pedido(const struct grupos *grupos, uint32_t grupo);

/* An acta of a grupo asked for; any other is ignored. */
PREP_MUST_CHECK
enum prep_status grupos_acta(struct grupos *grupos, uint64_t id,
                             const struct acta_vista *vista, uint32_t formato,
                             struct prep_reason *reason);

/* The next grupo that was asked for and is not complete, from *grupo on; false: none.
 * What it had gathered is dropped: all its actas must come again. */
bool grupos_aplazado(struct grupos *grupos, uint32_t *grupo);

/* Grupos completed, and those whose object is new. */
void grupos_count(const struct grupos *grupos, size_t *out_hechos);

#endif
