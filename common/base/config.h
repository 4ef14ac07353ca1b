/*
 * config.h - YAML files through libcyaml, refused with file, line, value and cure.
 *
 * PURPOSE
 *     config_load() reads one file of at most CONFIG_BYTES_MAX bytes against a
 *     libcyaml schema. A shape that the schema refuses comes back as
 *     PREP_ERR_CONFIG with "file:line: what (value): what to write instead".
 *
 *     libcyaml does not keep the line of each value, and most mistakes of an
 *     election definition are contradictions between two well-formed values.
 *     struct config_lines remembers, for every node of the file, its path and
 *     line, so that a later check can say where:
 *
 *         config_line(lines, "elecciones[1].opciones[3].clave")  -> 47
 *
 * OWNERSHIP AND THREADS
 *     The loaded tree belongs to the caller, who frees it with
 *     config_free(schema, &tree). Lines are freed by config_lines_free.
 */
#ifndef PREP_CONFIG_H
#define PREP_CONFIG_H

#include <stdbool.h>

#include <cyaml/cyaml.h>

#include "base/status.h"

#define CONFIG_BYTES_MAX (16u * 1024u * 1024u)

struct config_lines; /* opaque */

/* out_lines may be NULL. *out_tree is what the schema describes. */
PREP_MUST_CHECK
enum prep_status config_load(const char *path, const cyaml_schema_value_t *schema,
                             void **out_tree, struct config_lines **out_lines,
                             struct prep_reason *reason);
/* The same for a text that is not in a file; name is how refusals call it. */
PREP_MUST_CHECK
enum prep_status config_load_text(const char *name, const char *text, size_t len,
                                  const cyaml_schema_value_t *schema, void **out_tree,
                                  struct config_lines **out_lines,
                                  struct prep_reason *reason);
void config_free(const cyaml_schema_value_t *schema, void **tree);

/* Line (from 1) of the value at path; that of its nearest known parent; or 0. */
unsigned config_line(const struct config_lines *lines, const char *path);
/* Whether the file has a value at exactly that path. */
bool config_has(const struct config_lines *lines, const char *path);
void config_lines_free(struct config_lines **lines);

#endif
