/* corre: not here yet. */
#include "simulacro/ordenes.h"

enum prep_status orden_corre(int argc, char **argv, struct prep_reason *reason)
{
    (void)argc;
    (void)argv;
    return prep_fail(reason, PREP_ERR_STATE, "corre: aún no está en esta versión");
}
