#include "desk/desk_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "prep/acta_id.h"

#define RING_FIRST 1024u   /* candidates, a power of two */
#define STATES_FIRST 4096u /* actas */

enum state { NONE = 0, WAITING, HELD, PARKED, DONE };

struct desk_queue {
    struct desk_candidate *ring; /* acta 0: taken from the middle */
    size_t room;                 /* a power of two */
    size_t head;                 /* index of the oldest */
    size_t len;                  /* slots in use, those taken included */
    size_t waiting;              /* actas in state WAITING */

    uint8_t *states; /* by acta */
    uint32_t *vence; /* by acta: seconds since 1970, when parked */
    size_t state_room;
    size_t parked;
    uint32_t vence_first; /* no parked one expires before */
};

static void *must(void *memory)
{
    if (memory == NULL) {
        abort(); /* nothing sensible is left to do; the database has the truth */
    }
    return memory;
}

struct desk_queue *desk_queue_new(void)
{
    struct desk_queue *queue = must(calloc(1, sizeof *queue));

    queue->room = RING_FIRST;
    queue->ring = must(calloc(queue->room, sizeof *queue->ring));
    queue->state_room = STATES_FIRST;
    queue->states = must(calloc(queue->state_room, sizeof *queue->states));
    queue->vence = must(calloc(queue->state_room, sizeof *queue->vence));
    queue->vence_first = UINT32_MAX;
    return queue;
}

void desk_queue_free(struct desk_queue **queue)
{
    if (*queue != NULL) {
        free((*queue)->ring);
        free((*queue)->states);
        free((*queue)->vence);
        free(*queue);
        *queue = NULL;
    }
}

void desk_queue_clear(struct desk_queue *queue)
{
    queue->head = queue->len = queue->waiting = queue->parked = 0;
    queue->vence_first = UINT32_MAX;
    memset(queue->states, 0, queue->state_room * sizeof *queue->states);
}

static bool known(uint64_t acta)
{
    return acta_id_es_de_catalogo(acta) && acta <= DESK_ACTA_MAX;
}

static void states_reach(struct desk_queue *queue, uint64_t acta)
{
    size_t room = queue->state_room;

    while (room <= acta) {
        room *= 2;
    }
    if (room != queue->state_room) {
        queue->states = must(realloc(queue->states, room * sizeof *queue->states));
        queue->vence = must(realloc(queue->vence, room * sizeof *queue->vence));
        memset(queue->states + queue->state_room, 0,
               (room - queue->state_room) * sizeof *queue->states);
        queue->state_room = room;
    }
}

static void state_set(struct desk_queue *queue, uint64_t acta, enum state state)
{
    states_reach(queue, acta);
    queue->parked -= queue->states[acta] == PARKED;
    queue->parked += state == PARKED;
    queue->waiting -= queue->states[acta] == WAITING;
    queue->waiting += state == WAITING;
    queue->states[acta] = (uint8_t)state;
}

static struct desk_candidate *slot(struct desk_queue *queue, size_t i)
{
    return &queue->ring[(queue->head + i) & (queue->room - 1)];
}

static void ring_make_room(struct desk_queue *queue)
{
    struct desk_candidate *ring;

    if (queue->len < queue->room) {
        return;
    }
    ring = must(calloc(queue->room * 2, sizeof *ring));
    for (size_t i = 0; i < queue->len; i++) {
        ring[i] = *slot(queue, i);
    }
    free(queue->ring);
    queue->ring = ring;
    queue->room *= 2;
    queue->head = 0;
}

/* Many holes would make every search walk over them. */
static void ring_compact(struct desk_queue *queue)
{
    size_t kept = 0;

    if (queue->len < RING_FIRST || queue->waiting > queue->len / 2) {
        return;
    }
    for (size_t i = 0; i < queue->len; i++) {
        if (slot(queue, i)->acta != 0) {
            *slot(queue, kept++) = *slot(queue, i);
        }
    }
    queue->len = kept;
}

void desk_queue_add(struct desk_queue *queue, uint64_t acta, uint32_t excluye1,
                    uint32_t excluye2)
{
    if (!known(acta)) {
        return;
    }
    states_reach(queue, acta);
    if (queue->states[acta] != NONE && queue->states[acta] != PARKED) {
        return;
    }
    state_set(queue, acta, WAITING);
    ring_make_room(queue);
    *slot(queue, queue->len++) =
        (struct desk_candidate){ (uint32_t)acta, { excluye1, excluye2 } };
}

bool desk_queue_pick(struct desk_queue *queue, uint32_t operador,
                     struct desk_candidate *out)
{
    while (queue->len > 0 && slot(queue, 0)->acta == 0) {
        queue->head = (queue->head + 1) & (queue->room - 1);
        queue->len--;
    }
    for (size_t i = 0; i < queue->len; i++) {
        struct desk_candidate *item = slot(queue, i);

        if (item->acta == 0) {
            continue;
        }
        if (queue->states[item->acta] != WAITING) { /* done by others meanwhile */
            item->acta = 0;
            continue;
        }
        if (operador != 0 &&
            (item->excluye[0] == operador || item->excluye[1] == operador)) {
            continue;
        }
        *out = *item;
        item->acta = 0;
        state_set(queue, out->acta, HELD);
        ring_compact(queue);
        return true;
    }
    return false;
}

void desk_queue_put_back(struct desk_queue *queue, const struct desk_candidate *item)
{
    assert(known(item->acta));
    state_set(queue, item->acta, WAITING);
    ring_make_room(queue);
    queue->head = (queue->head - 1) & (queue->room - 1);
    queue->len++;
    *slot(queue, 0) = *item;
}

void desk_queue_park(struct desk_queue *queue, uint64_t acta, int64_t vence_ms)
{
    int64_t seconds = vence_ms / 1000 + (vence_ms % 1000 != 0); /* never before */

    if (!known(acta)) {
        return;
    }
    if (seconds < 0 || seconds >= UINT32_MAX) {
        seconds = seconds < 0 ? 0 : UINT32_MAX - 1;
    }
    state_set(queue, acta, PARKED);
    queue->vence[acta] = (uint32_t)seconds;
    if (queue->vence[acta] < queue->vence_first) {
        queue->vence_first = queue->vence[acta];
    }
}

void desk_queue_drop(struct desk_queue *queue, uint64_t acta)
{
    if (known(acta)) {
        state_set(queue, acta, NONE);
    }
}

void desk_queue_done(struct desk_queue *queue, uint64_t acta)
{
    if (known(acta)) {
        state_set(queue, acta, DONE);
    }
}

void desk_queue_expire(struct desk_queue *queue, int64_t now_ms)
{
    int64_t now = now_ms / 1000;
    uint32_t first = UINT32_MAX;

    if (queue->parked == 0 || now < queue->vence_first) {
        return;
    }
    /* From the last id, so that put_back leaves them in the order of the catalogue. */
    for (size_t acta = queue->state_room - 1; acta > 0; acta--) {
        if (queue->states[acta] != PARKED) {
            continue;
        }
        if (queue->vence[acta] <= now) {
            desk_queue_put_back(queue,
                                &(struct desk_candidate){ (uint32_t)acta, { 0, 0 } });
        } else if (queue->vence[acta] < first) {
            first = queue->vence[acta];
        }
    }
    queue->vence_first = first;
}

size_t desk_queue_waiting(const struct desk_queue *queue)
{
    return queue->waiting;
}

size_t desk_queue_parked(const struct desk_queue *queue)
{
    return queue->parked;
}
