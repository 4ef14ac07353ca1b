#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "desk/desk.h"

void desk_refuse(struct desk_decision *decision, const char *codigo, const char *format,
                 ...)
{
    va_list args;

    decision->result = DESK_RECHAZADA;
    decision->codigo = codigo;
    va_start(args, format);
    (void)vsnprintf(decision->motivo.text, sizeof decision->motivo.text, format, args);
    va_end(args);
}

bool desk_same_cells(const struct desk_entry *entry, const celda *celdas, size_t count)
{
    return entry->celda_count == count &&
           memcmp(entry->celdas, celdas, count * sizeof celdas[0]) == 0;
}
