/* compara: the subcommand. */
#include "simulacro/ordenes.h"

enum prep_status orden_compara(int argc, char **argv, struct prep_reason *reason)
{
    (void)argc;
    (void)argv;
    return prep_fail(reason, PREP_ERR_STATE, "compara: aún no está en esta versión");
}
