#include "calculo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "base/daemon.h"
#include "base/log.h"
#include "calculo_niveles.h"
#include "grupos.h"
#include "historia.h"
#include "prep/ledger.h"
#include "prep/vista.h"
#include "publica_db.h"

#define IDS_POR_LECTURA 4096u  /* actas asked by id in one statement */
#define ACTAS_POR_SENAL 16384u /* rows between two signs of life to systemd */
#define FUERA_MAX (64u * 1024u * 1024u)

struct calculo {
    struct publica *publica;
    struct aside *aside;
    struct corte *corte;
    struct calculo_cuenta *cuenta;
    struct grupos *grupos;
    struct base *bases[ELECCION_MAX]; /* NULL: this corte has none */
    bool con_filas;                   /* rows read now go to the bases too */
    struct niveles_fuera fuera[ELECCION_MAX];
    struct historia *historia;
    struct acta_vista vista;
};

/* A fact that cannot be is published as not captured, and reported: one acta never
 * stops a corte. */
static void arma(struct calculo *calculo, const struct eleccion *eleccion,
                 const struct acta_row *row, const struct catalogo_acta *catalogo)
{
    struct prep_reason reason = { "" };
    enum prep_status status = vista_arma(calculo->publica->definicion, eleccion,
                                         catalogo, row, &calculo->vista, &reason);

    if (status != PREP_OK) {
        log_err("acta.rechazada", LOG_UINT("acta", row->id), LOG_STATUS(status),
                LOG_TEXT("reason", reason.text));
    }
    calculo->vista.historia = calculo->historia;
}

/* Those that are listed beside the one of reference: any of them may be the proof. */
static enum prep_status publica_otras(struct calculo *calculo,
                                      const struct acta_row *row,
                                      struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    for (size_t i = 0; i < row->otra_count && status == PREP_OK; i++) {
        status = imagenes_publica(calculo->publica->imagenes, &row->otras[i].sha256,
                                  row->otras[i].formato, reason);
    }
    return status;
}

static enum prep_status visit_acta(void *context, const struct acta_row *row,
                                   const struct catalogo_acta *catalogo,
                                   struct prep_reason *reason)
{
    struct calculo *calculo = context;
    const uint32_t e = row->eleccion - 1;
    enum prep_status status = PREP_OK;

    arma(calculo, &calculo->publica->definicion->elecciones[e], row, catalogo);
    if (calculo->con_filas && calculo->bases[e] != NULL) {
        status = base_fila(calculo->bases[e], &calculo->vista, reason);
    }
    if (status == PREP_OK) {
        status = grupos_acta(calculo->grupos, row->id, &calculo->vista,
                             row->imagen_formato, reason);
    }
    if (status == PREP_OK && calculo->vista.decision.capturada) {
        status = publica_otras(calculo, row, reason);
    }
    if (++calculo->cuenta->actas % ACTAS_POR_SENAL == 0) {
        daemon_watchdog();
    }
    return status;
}

/* One whose election is not known is listed in every base. */
static enum prep_status visit_fuera(void *context, const struct acta_row *row,
                                    const struct catalogo_acta *catalogo,
                                    struct prep_reason *reason)
{
    struct calculo *calculo = context;
    const struct definicion *definicion = calculo->publica->definicion;
    const bool known = definicion_eleccion(definicion, row->eleccion) != NULL;
    enum prep_status status = PREP_OK;

    if (!row->tiene_acopio) {
        return PREP_OK; /* an image of something that nobody has registered yet */
    }
    for (size_t e = 0; e < definicion->eleccion_count && status == PREP_OK; e++) {
        const struct eleccion *eleccion = &definicion->elecciones[e];
        struct niveles_fuera *fuera = &calculo->fuera[e];

        if (known && eleccion->ordinal != row->eleccion) {
            continue;
        }
        arma(calculo, eleccion, row, catalogo);
        buffer_add_text(&fuera->actas, fuera->count++ == 0 ? "\n" : ",\n");
        objeto_acta(definicion, eleccion, row->id, &calculo->vista, row->imagen_formato,
                    &fuera->actas);
        resumen_suma(&fuera->resumen, eleccion, &calculo->vista.hechos,
                     &calculo->vista.decision, 1);
        if (calculo->bases[e] != NULL) {
            status = base_fila(calculo->bases[e], &calculo->vista, reason);
        }
    }
    if (status == PREP_OK && row->tiene_imagen) {
        status = imagenes_publica(calculo->publica->imagenes, &row->imagen,
                                  row->imagen_formato, reason);
    }
    if (status == PREP_OK) {
        status = publica_otras(calculo, row, reason);
    }
    return status;
}

static void add_leaf(void *context, const struct hash *hoja)
{
    merkle_add(context, hoja);
}

/* Size and root of the prefix. What is in memory is dropped when the ledger is shorter
 * than it: then it is another ledger. */
static enum prep_status prefijo(struct publica *p, struct corte *corte,
                                struct prep_reason *reason)
{
    enum prep_status status;
    uint64_t size = 0;

    status = ledger_size(p->db, &size, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (corte->tamano == CALCULO_TODO) {
        corte->tamano = size;
    } else if (corte->tamano > size) {
        return prep_fail(reason, PREP_ERR_GAP,
                         "el libro tiene %" PRIu64
                         " eventos y el corte muestra %" PRIu64,
                         size, corte->tamano);
    }
    if (p->merkle.size > corte->tamano) {
        merkle_init(&p->merkle);
        p->al_dia = false;
    }
    status = publica_db_hojas(p->db, p->merkle.size, corte->tamano, add_leaf,
                              &p->merkle, reason);
    if (status != PREP_OK) {
        merkle_init(&p->merkle);
        return status;
    }
    merkle_root(&p->merkle, &corte->raiz);
    return PREP_OK;
}

/* Reads again, by id, the grupos asked for that are not complete. */
static enum prep_status lee_pedidos(struct calculo *calculo, struct prep_reason *reason)
{
    const struct arbol *arbol = calculo->publica->arbol;
    uint64_t *ids = malloc((IDS_POR_LECTURA + GRUPO_ACTAS_MAX * 2) * sizeof *ids);
    enum prep_status status = PREP_OK;
    size_t count;

    if (ids == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    calculo->con_filas = false;
    do {
        uint32_t grupo = 0;

        for (count = 0;
             count < IDS_POR_LECTURA && grupos_aplazado(calculo->grupos, &grupo);
             grupo++) {
            const struct arbol_grupo *g = &arbol->grupos[grupo];

            for (uint32_t i = 0; i < g->slot_count; i++) {
                ids[count++] = arbol->slot_id[g->slot_first + i];
            }
        }
        if (count > 0) {
            status = publica_db_actas(calculo->publica->db, ids, count, visit_acta,
                                      calculo, reason);
        }
    } while (count > 0 && status == PREP_OK);
    free(ids);
    return status;
}

static enum prep_status pide_cambiados(struct calculo *calculo,
                                       struct prep_reason *reason)
{
    struct publica *p = calculo->publica;
    enum prep_status status;
    uint64_t *ids = NULL;
    size_t count = 0;

    status = publica_db_cambiadas(p->db, p->tamano, calculo->corte->tamano, &ids,
                                  &count, reason);
    for (size_t i = 0; i < count; i++) {
        uint32_t grupo;

        if (arbol_grupo_de(p->arbol, ids[i], &grupo)) {
            grupos_pide(calculo->grupos, grupo);
        }
    }
    free(ids);
    return status;
}

/* Everything that is read, from one snapshot. */
static enum prep_status lee(struct calculo *calculo, struct prep_reason *reason)
{
    struct publica *p = calculo->publica;
    enum prep_status status;

    status = db_begin_snapshot(p->db, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = prefijo(p, calculo->corte, reason);
    if (status == PREP_OK) {
        status = historia_lee(p->db, p->topology, calculo->corte->tamano,
                              &calculo->historia, reason);
    }
    calculo->cuenta->completo = !p->al_dia;
    if (status == PREP_OK && calculo->cuenta->completo) {
        arbol_olvida(p->arbol);
        grupos_pide_todos(calculo->grupos);
    } else if (status == PREP_OK) {
        status = pide_cambiados(calculo, reason);
    }
    if (status == PREP_OK && (calculo->cuenta->completo || calculo->corte->bases)) {
        calculo->con_filas = true;
        status = publica_db_todas(p->db, visit_acta, calculo, reason);
    }
    if (status == PREP_OK) {
        status = lee_pedidos(calculo, reason);
    }
    if (status == PREP_OK) {
        status = publica_db_fuera(p->db, visit_fuera, calculo, reason);
    }
    if (status == PREP_OK) {
        status = db_commit(p->db, reason);
    } else {
        db_rollback(p->db);
    }
    return status;
}

static enum prep_status abre(struct calculo *calculo, struct prep_reason *reason)
{
    struct publica *p = calculo->publica;
    enum prep_status status;

    for (size_t e = 0; e < ELECCION_MAX; e++) {
        buffer_init(&calculo->fuera[e].actas, FUERA_MAX);
    }
    /* With bases, their rows are the check of every acta. */
    status = grupos_open(p->arbol, calculo->aside, p->pool, p->imagenes,
                         !calculo->corte->bases, &calculo->grupos, reason);
    for (size_t e = 0; e < p->definicion->eleccion_count && status == PREP_OK; e++) {
        if (calculo->corte->bases) {
            status = base_open(p->definicion, &p->definicion->elecciones[e],
                               calculo->aside, p->pool, &calculo->bases[e], reason);
        }
    }
    return status;
}

static enum prep_status termina_bases(struct calculo *calculo,
                                      const struct resumen *resumenes,
                                      struct prep_reason *reason)
{
    const struct definicion *definicion = calculo->publica->definicion;
    enum prep_status status = PREP_OK;

    for (size_t e = 0; e < definicion->eleccion_count && status == PREP_OK; e++) {
        if (calculo->bases[e] != NULL) {
            status = base_termina(
                calculo->bases[e], &resumenes[e], calculo->corte,
                &calculo->cuenta->bases[calculo->cuenta->base_count++], reason);
        }
    }
    return status;
}

static enum prep_status corre(struct calculo *calculo, struct prep_reason *reason)
{
    struct publica *p = calculo->publica;
    struct resumen *resumenes =
        calloc(p->definicion->eleccion_count, sizeof *resumenes);
    enum prep_status status = PREP_OK, waited;
    struct prep_reason pool_reason = { "" };

    if (resumenes == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    status = abre(calculo, reason);
    if (status == PREP_OK) {
        status = lee(calculo, reason);
    }
    for (size_t e = 0; e < ELECCION_MAX && status == PREP_OK; e++) {
        if (calculo->bases[e] != NULL) {
            status = base_cierra_filas(calculo->bases[e], reason);
        }
    }
    /* Whatever happened, nothing of this corte may still be running after this. */
    waited = pool_wait(p->pool, &pool_reason);
    if (status == PREP_OK && waited != PREP_OK) {
        status = prep_fail(reason, waited, "%s", pool_reason.text);
    }
    if (status == PREP_OK) {
        status = arbol_comprueba(p->arbol, reason);
    }
    if (status == PREP_OK) {
        status = niveles_objetos(p, calculo->aside, calculo->fuera, calculo->corte,
                                 resumenes, reason);
    }
    if (status == PREP_OK) {
        status = termina_bases(calculo, resumenes, reason);
    }
    if (status == PREP_OK) {
        status = formatos_hace(p, calculo->aside, calculo->bases, resumenes,
                               calculo->corte, calculo->cuenta->formatos,
                               &calculo->cuenta->formato_count, reason);
    }
    if (status == PREP_OK) {
        status = niveles_paginas(p, calculo->aside, calculo->corte, resumenes, reason);
    }
    free(resumenes);
    return status;
}

enum prep_status calculo_corre(struct publica *publica, struct aside *aside,
                               struct corte *corte, struct calculo_cuenta *out_cuenta,
                               struct prep_reason *reason)
{
    struct calculo *calculo = calloc(1, sizeof *calculo);
    enum prep_status status;

    if (calculo == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    memset(out_cuenta, 0, sizeof *out_cuenta);
    calculo->publica = publica;
    calculo->aside = aside;
    calculo->corte = corte;
    calculo->cuenta = out_cuenta;
    status = corre(calculo, reason);
    if (calculo->grupos != NULL) {
        grupos_count(calculo->grupos, &out_cuenta->grupos);
    }
    grupos_close(&calculo->grupos);
    historia_free(&calculo->historia);
    for (size_t e = 0; e < ELECCION_MAX; e++) {
        base_close(&calculo->bases[e]);
        buffer_done(&calculo->fuera[e].actas);
    }
    free(calculo);
    /* Until it is published, nobody may build on these objects. */
    publica->al_dia = false;
    return status;
}
