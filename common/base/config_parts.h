/*
 * config_parts.h - what config.c, config_walk.c, config_lines.c and
 * config_refusal.c share. Only for those files.
 */
#ifndef PREP_CONFIG_PARTS_H
#define PREP_CONFIG_PARTS_H

#include <stdarg.h>
#include <stddef.h>

#include "base/config.h"

#define CONFIG_DEPTH_MAX 32u
#define CONFIG_VALUE_SHOWN 60 /* bytes of a wrong value that are shown */

/*
 * Walks the events of a document, remembers the line of each node, and refuses
 * what libcyaml would let pass: no document or several, anchors, compound keys,
 * "si" spelled wrong (any other word is true for libcyaml) and 010 (octal 8).
 */
PREP_MUST_CHECK
enum prep_status config_lines_read(const char *file, const char *text, size_t len,
                                   const cyaml_schema_value_t *schema,
                                   struct config_lines **out_lines,
                                   struct prep_reason *reason);

/* The table of lines: filled, then sorted once, then asked. PREP_ERR_FULL, _MEMORY. */
struct config_lines *config_lines_new(void);
PREP_MUST_CHECK
enum prep_status config_lines_add(struct config_lines *lines, const char *path,
                                  unsigned line);
void config_lines_sort(struct config_lines *lines);

/* Line of the last value at path when it is there more than once; else 0. */
unsigned config_line_repeated(const struct config_lines *lines, const char *path);

/* The schema of the field of a mapping, or of the entries of a sequence; or NULL. */
const cyaml_schema_value_t *config_schema_field(const cyaml_schema_value_t *schema,
                                                const char *key);
const cyaml_schema_value_t *config_schema_entry(const cyaml_schema_value_t *schema);

/* What libcyaml said while it loaded, message first and then outwards. */
struct config_complaint {
    char message[256];
    struct {
        char field[64]; /* or "" */
        long entry;     /* from 0, or -1 */
    } frames[CONFIG_DEPTH_MAX];
    size_t frame_count;
};

/* A cyaml_log_fn_t whose context is a struct config_complaint. */
void config_complaint_take(cyaml_log_t level, void *context, const char *format,
                           va_list args);

/* PREP_ERR_CONFIG, with the complaint in Spanish: file, line, value and cure. */
enum prep_status config_refusal(const struct config_complaint *complaint,
                                const char *file, const cyaml_schema_value_t *schema,
                                const struct config_lines *lines,
                                struct prep_reason *reason);

#endif
