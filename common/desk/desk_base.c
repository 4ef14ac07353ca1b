#include "base/clock.h"
#include "base/log.h"
#include "desk/desk_private.h"
#include "prep/proceso.h"

#define RETRY_MS 1000       /* between attempts to come back */
#define FOLLOW_EVERY_MS 50  /* however often we are woken */
#define FOLLOW_IDLE_MS 1000 /* even if nobody wakes us */

static void loss_over(struct desk *desk)
{
    if (desk->loss_logged) {
        log_info(
            "base.recuperada",
            LOG_UINT("en_espera", desk_queue_waiting(desk_work_queue(desk->work))));
        daemon_status("en servicio");
        desk->loss_logged = false;
    }
}

bool desk_base_up(struct desk *desk)
{
    struct prep_reason reason = { "" };
    enum prep_status status;

    if (desk->up) {
        return true;
    }
    if (desk->loss_logged && clock_monotonic_ms() - desk->lost_ms < RETRY_MS) {
        return false;
    }
    status = db_ready(desk->db, &reason);
    if (status == PREP_OK && !desk->checked) { /* it was away when we started */
        status = proceso_check(desk->db, desk->definicion, NULL, &reason);
        desk->checked = status == PREP_OK;
    }
    if (status == PREP_OK) {
        status = desk_batch_restore(desk->batch, &reason);
    }
    if (status == PREP_OK) {
        status = desk_work_load(desk->work, &reason);
    }
    if (status != PREP_OK) {
        desk_base_lost(desk, status, &reason);
        return false;
    }
    desk->up = true;
    desk->followed_ms = clock_monotonic_ms();
    if (!desk->loss_is_room) {
        loss_over(desk);
    }
    return true;
}

void desk_base_lost(struct desk *desk, enum prep_status status,
                    const struct prep_reason *reason)
{
    db_rollback(desk->db);
    desk->up = false;
    desk->lost_ms = clock_monotonic_ms();
    desk->loss_is_room = status != PREP_ERR_UNAVAILABLE && status != PREP_ERR_UNKNOWN;
    if (!desk->loss_logged) {
        log_err("base.perdida", LOG_STATUS(status), LOG_TEXT("reason", reason->text));
        daemon_status("sin base de datos: nada se acepta");
        desk->loss_logged = true;
    }
}

void desk_base_committed(struct desk *desk)
{
    loss_over(desk);
}

void desk_base_follow(struct desk *desk, bool due)
{
    struct prep_reason reason = { "" };
    int64_t now = clock_monotonic_ms();
    int64_t since = now - desk->followed_ms;
    enum prep_status status;

    if (!desk->up || since < FOLLOW_EVERY_MS ||
        !(due || desk->woken || since >= FOLLOW_IDLE_MS)) {
        return;
    }
    status = desk_work_follow(desk->work, &reason);
    if (status != PREP_OK) {
        desk_base_lost(desk, status, &reason);
        return;
    }
    desk->woken = false;
    desk->followed_ms = now;
}
