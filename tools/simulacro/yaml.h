/*
 * yaml.h - texts and lists as YAML, for the definition that importa writes.
 */
#ifndef PREP_SIMULACRO_YAML_H
#define PREP_SIMULACRO_YAML_H

#include "base/buffer.h"

/* Between double quotes, escaped. */
void yaml_texto(struct buffer *out, const char *text);
/* "<indent><clave>: <text>\n" */
void yaml_campo(struct buffer *out, const char *clave, const char *text);
void yaml_lista(struct buffer *out, const char *clave, const char *const *texts,
                size_t count);

#endif
