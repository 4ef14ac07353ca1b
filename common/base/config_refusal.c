#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/config_parts.h"

#define CURE_BYTES_MAX 300u

const cyaml_schema_value_t *config_schema_field(const cyaml_schema_value_t *schema,
                                                const char *key)
{
    if (schema == NULL || schema->type != CYAML_MAPPING) {
        return NULL;
    }
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key != NULL; f++) {
        if (strcmp(f->key, key) == 0) {
            return &f->value;
        }
    }
    return NULL;
}

const cyaml_schema_value_t *config_schema_entry(const cyaml_schema_value_t *schema)
{
    if (schema == NULL ||
        (schema->type != CYAML_SEQUENCE && schema->type != CYAML_SEQUENCE_FIXED)) {
        return NULL;
    }
    return schema->sequence.entry;
}

/*
 * libcyaml tells where it was only through its log, as text: the message, then
 * "  in mapping field 'x' (line: ..." or "  in sequence entry '2' (line: ..."
 * from inside out. Whatever else it may say is shown as it comes.
 */
void config_complaint_take(cyaml_log_t level, void *context, const char *format,
                           va_list args)
{
    static const char field_mark[] = "  in mapping field '";
    static const char entry_mark[] = "  in sequence entry '";
    struct config_complaint *complaint = context;
    char text[sizeof complaint->message];
    size_t count = complaint->frame_count;

    (void)level;
    (void)vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, "Load: ", 6) == 0) {
        memmove(text, text + 6, strlen(text + 6) + 1);
    }
    if (complaint->message[0] == '\0') {
        memcpy(complaint->message, text, sizeof text);
        return;
    }
    if (strncmp(text, "  in mapping", strlen("  in mapping")) != 0 &&
        strncmp(text, entry_mark, strlen(entry_mark)) != 0) {
        return;
    }
    if (count == CONFIG_DEPTH_MAX) {
        return;
    }
    complaint->frames[count].field[0] = '\0';
    complaint->frames[count].entry = -1;
    if (strncmp(text, field_mark, strlen(field_mark)) == 0) {
        const char *name = text + strlen(field_mark);
        const char *end = strstr(name, "' (line: ");

        (void)snprintf(complaint->frames[count].field,
                       sizeof complaint->frames[count].field, "%.*s",
                       end == NULL ? 0 : (int)(end - name), name);
    } else if (strncmp(text, entry_mark, strlen(entry_mark)) == 0) {
        /* It counts from 1, and has counted one when it refuses that one. */
        complaint->frames[count].entry =
            strtol(text + strlen(entry_mark), NULL, 10) - 1;
    }
    complaint->frame_count++;
}

/* Where the complaint is, leaving out the innermost `skip` frames. */
static const cyaml_schema_value_t *locate(const struct config_complaint *complaint,
                                          size_t skip,
                                          const cyaml_schema_value_t *schema,
                                          struct buffer *out_path)
{
    buffer_clear(out_path);
    for (size_t i = complaint->frame_count; i > skip; i--) {
        const char *field = complaint->frames[i - 1].field;
        long entry = complaint->frames[i - 1].entry;

        if (field[0] != '\0') {
            buffer_printf(out_path, "%s%s", out_path->len == 0 ? "" : ".", field);
            schema = config_schema_field(schema, field);
        } else if (entry >= 0) {
            buffer_printf(out_path, "[%ld]", entry);
            schema = config_schema_entry(schema);
        }
    }
    return schema;
}

static void list_fields(struct buffer *out, const cyaml_schema_value_t *schema)
{
    buffer_add_text(out, "los campos de aquí son ");
    if (schema == NULL || schema->type != CYAML_MAPPING) {
        return;
    }
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key != NULL; f++) {
        buffer_printf(out, "%s%s", f == schema->mapping.fields ? "" : ", ", f->key);
    }
}

static void list_words(struct buffer *out, const cyaml_schema_value_t *schema)
{
    buffer_add_text(out, "escriba uno de: ");
    if (schema == NULL || (schema->type != CYAML_ENUM && schema->type != CYAML_FLAGS)) {
        return;
    }
    for (uint32_t i = 0; i < schema->enumeration.count; i++) {
        buffer_printf(out, "%s%s", i == 0 ? "" : ", ",
                      schema->enumeration.strings[i].str);
    }
}

static void number_range(struct buffer *out, const cyaml_schema_value_t *schema)
{
    const unsigned bits =
        schema == NULL || schema->data_size > 8 ? 64 : 8 * schema->data_size;

    if (schema != NULL && schema->type == CYAML_INT) {
        buffer_printf(out, "escriba un número entero de %" PRId64 " a %" PRId64,
                      bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1)),
                      bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - 1)) - 1);
    } else {
        buffer_printf(out, "escriba un número entero de 0 a %" PRIu64,
                      bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1);
    }
}

static const char *kind_spanish(const char *expected)
{
    if (strncmp(expected, "SEQUENCE", 8) == 0) {
        return "escriba una lista, con un - por elemento";
    }
    if (strncmp(expected, "MAPPING", 7) == 0) {
        return "escriba un grupo de campos con su nombre";
    }
    return "escriba un solo valor";
}

/* What follows prefix in text, or NULL when it starts otherwise. */
static const char *after(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static enum prep_status refuse(const char *file, const struct config_lines *lines,
                               const char *path, const char *value, const char *cure,
                               struct prep_reason *reason)
{
    const char *shown = path[0] == '\0' ? "el archivo" : path;

    if (value == NULL) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%s:%u: %s: %s", file,
                         config_line(lines, path), shown, cure);
    }
    return prep_fail(reason, PREP_ERR_CONFIG, "%s:%u: %s (%.*s): %s", file,
                     config_line(lines, path), shown, CONFIG_VALUE_SHOWN, value, cure);
}

/* Complaints about a value: fills its cure and returns the value; or NULL. */
static const char *value_cure(const char *message, const cyaml_schema_value_t *schema,
                              struct buffer *out_cure)
{
    const char *value;

    if ((value = after(message, "Invalid INT value: ")) != NULL ||
        (value = after(message, "Invalid UINT value: ")) != NULL ||
        (value = after(message, "Invalid uint64_t value: ")) != NULL) {
        number_range(out_cure, schema);
    } else if ((value = after(message, "Invalid ENUM value: ")) != NULL ||
               (value = after(message, "Unknown flag: ")) != NULL) {
        list_words(out_cure, schema);
    } else if ((value = after(message, "Invalid FLOAT value: ")) != NULL) {
        buffer_add_text(out_cure, "escriba un número con punto decimal");
    } else if ((value = after(message, "STRING length > ")) != NULL) {
        buffer_printf(out_cure, "a lo más %ld bytes", strtol(value, NULL, 10));
        value += strcspn(value, ":");
        value += strspn(value, ": ");
    } else if ((value = after(message, "STRING length < ")) != NULL) {
        buffer_printf(out_cure, "al menos %ld bytes", strtol(value, NULL, 10));
        value += strcspn(value, ":");
        value += strspn(value, ": ");
    } else if ((value = after(message, "Expecting ")) != NULL) {
        buffer_add_text(out_cure, kind_spanish(value));
        value = strstr(value, "SCALAR") != NULL         ? "un valor"
                : strstr(value, "SEQUENCE_S") != NULL   ? "una lista"
                : strstr(value, "MAPPING_STAR") != NULL ? "un grupo"
                                                        : "nada";
    }
    return value;
}

enum prep_status config_refusal(const struct config_complaint *complaint,
                                const char *file, const cyaml_schema_value_t *schema,
                                const struct config_lines *lines,
                                struct prep_reason *reason)
{
    const char *message = complaint->message;
    const cyaml_schema_value_t *at;
    enum prep_status status;
    struct buffer path, cure;
    const char *value;

    buffer_init(&path, 1024);
    buffer_init(&cure, CURE_BYTES_MAX);
    if ((value = after(message, "Unexpected key: ")) != NULL) {
        at = locate(complaint, 0, schema, &path);
        list_fields(&cure, at);
        buffer_printf(&path, "%s%s", path.len == 0 ? "" : ".", value);
        status = refuse(file, lines, buffer_text(&path), "campo desconocido",
                        buffer_text(&cure), reason);
    } else if ((value = after(message, "Missing required mapping field: ")) != NULL) {
        /* The innermost frame is the last field that was there, if any. */
        size_t skip =
            complaint->frame_count > 0 && complaint->frames[0].field[0] != '\0' &&
            config_schema_field(locate(complaint, 1, schema, &path),
                                complaint->frames[0].field) != NULL &&
            config_schema_field(locate(complaint, 1, schema, &path), value) != NULL;

        (void)locate(complaint, skip, schema, &path);
        buffer_printf(&cure, "falta el campo %s: agréguelo", value);
        status =
            refuse(file, lines, buffer_text(&path), NULL, buffer_text(&cure), reason);
    } else if (after(message, "Mapping field already seen: ") != NULL) {
        (void)locate(complaint, 0, schema, &path);
        buffer_printf(&cure, "repetido en la línea %u: deje uno solo",
                      config_line_repeated(lines, buffer_text(&path)));
        status =
            refuse(file, lines, buffer_text(&path), NULL, buffer_text(&cure), reason);
    } else if (after(message, "Insufficient entries") != NULL ||
               after(message, "Excessive entries") != NULL) {
        at = locate(complaint, 1, schema, &path);
        if (at != NULL && at->type == CYAML_SEQUENCE) {
            buffer_printf(&cure, "la lista lleva de %u a %u elementos",
                          (unsigned)at->sequence.min, (unsigned)at->sequence.max);
        } else {
            buffer_add_text(&cure, "la lista no tiene el número de elementos pedido");
        }
        status =
            refuse(file, lines, buffer_text(&path), NULL, buffer_text(&cure), reason);
    } else {
        at = locate(complaint, 0, schema, &path);
        value = value_cure(message, at, &cure);
        status = value != NULL
                     ? refuse(file, lines, buffer_text(&path), value,
                              buffer_text(&cure), reason)
                     : refuse(file, lines, buffer_text(&path), NULL,
                              message[0] == '\0' ? "no se acepta" : message, reason);
    }
    buffer_done(&path);
    buffer_done(&cure);
    return status;
}
