#include <stdbool.h>
#include <string.h>

#include <yaml.h>

#include "base/buffer.h"
#include "base/config_parts.h"

#define PATH_BYTES_MAX 1000u

struct walk {
    yaml_parser_t parser;
    struct config_lines *lines;
    struct buffer path;
    const char *file, *text;
    struct prep_reason *reason;
};

static unsigned mark_line(yaml_mark_t mark)
{
    return (unsigned)mark.line + 1;
}

/* Of a place that libyaml only counts in bytes. */
static unsigned offset_line(const struct walk *walk, size_t offset)
{
    unsigned line = 1;

    for (size_t i = 0; i < offset && walk->text[i] != '\0'; i++) {
        line += walk->text[i] == '\n';
    }
    return line;
}

/* What libyaml says, for those who do not read English. */
static const char *syntax_spanish(const char *problem)
{
    static const struct {
        const char *english, *spanish;
    } known[] = {
        { "did not find expected key",
          "sangría o llave mal escrita: alinee con las de su grupo" },
        { "did not find expected '-' indicator",
          "la lista está mal alineada: ponga cada - en la misma columna" },
        { "mapping values are not allowed in this context",
          "hay un «:» de más o falta sangría: ponga entre comillas el texto que lo "
          "lleve" },
        { "could not find expected ':'", "falta «:» después del nombre del campo" },
        { "found character that cannot start any token",
          "hay un tabulador o un signo reservado: use espacios, o comillas" },
        { "found a tab character that violates indentation",
          "hay un tabulador en la sangría: use espacios" },
        { "found unexpected end of stream",
          "el archivo termina a medias: cierre las comillas o corchetes" },
        { "did not find expected ',' or ']'", "falta una coma o cerrar «]»" },
        { "did not find expected ',' or '}'", "falta una coma o cerrar «}»" },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(problem, known[i].english) == 0) {
            return known[i].spanish;
        }
    }
    return problem;
}

static enum prep_status next_event(struct walk *walk, yaml_event_t *out_event)
{
    const char *problem;

    if (yaml_parser_parse(&walk->parser, out_event) != 0) {
        return PREP_OK;
    }
    if (walk->parser.error == YAML_MEMORY_ERROR) {
        return prep_fail(walk->reason, PREP_ERR_MEMORY, "%s: sin memoria", walk->file);
    }
    problem = walk->parser.problem == NULL ? "?" : walk->parser.problem;
    if (walk->parser.error == YAML_READER_ERROR) {
        return prep_fail(walk->reason, PREP_ERR_CONFIG,
                         "%s:%u: hay un byte que no es UTF-8 o un carácter de control: "
                         "guarde el archivo en UTF-8",
                         walk->file, offset_line(walk, walk->parser.problem_offset));
    }
    return prep_fail(walk->reason, PREP_ERR_CONFIG, "%s:%u: YAML mal formado: %s",
                     walk->file, mark_line(walk->parser.problem_mark),
                     syntax_spanish(problem));
}

static enum prep_status remember(struct walk *walk, unsigned line)
{
    enum prep_status status =
        config_lines_add(walk->lines, buffer_text(&walk->path), line);

    if (status == PREP_ERR_FULL) {
        return prep_fail(walk->reason, PREP_ERR_CONFIG,
                         "%s:%u: demasiados valores: divida el archivo", walk->file,
                         line);
    }
    if (status != PREP_OK) {
        return prep_fail(walk->reason, status, "%s: sin memoria", walk->file);
    }
    return PREP_OK;
}

static bool is_decimal(const char *text)
{
    text += *text == '-' ? 1 : 0;
    return strspn(text, "0123456789") == strlen(text) && text[0] != '\0' &&
           (text[0] != '0' || text[1] == '\0');
}

static bool is_bool(const char *text)
{
    static const char *const words[] = { "true", "false", "yes", "no", "si", "sí" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum prep_status scalar_check(struct walk *walk, const yaml_event_t *event,
                                     const cyaml_schema_value_t *schema, unsigned line)
{
    const char *text = (const char *)event->data.scalar.value;
    const char *cure = NULL;

    if (schema == NULL) {
        return PREP_OK;
    }
    if ((schema->type == CYAML_INT || schema->type == CYAML_UINT) &&
        !is_decimal(text)) {
        cure = "escriba un número entero en decimal, sin ceros a la izquierda";
    } else if (schema->type == CYAML_BOOL && !is_bool(text)) {
        cure = "escriba true o false";
    }
    if (cure == NULL) {
        return PREP_OK;
    }
    return prep_fail(walk->reason, PREP_ERR_CONFIG, "%s:%u: %s (%.*s): %s", walk->file,
                     line, buffer_text(&walk->path), CONFIG_VALUE_SHOWN, text, cure);
}

static enum prep_status walk_node(struct walk *walk, yaml_event_t *event,
                                  const cyaml_schema_value_t *schema, unsigned line,
                                  unsigned depth);

/* Adds a step to the path; the caller goes back by its length. */
static enum prep_status path_push(struct walk *walk, const char *key, size_t index,
                                  unsigned line)
{
    if (key == NULL) {
        buffer_printf(&walk->path, "[%zu]", index);
    } else {
        buffer_printf(&walk->path, "%s%s", walk->path.len == 0 ? "" : ".", key);
    }
    if (buffer_status(&walk->path) != PREP_OK) {
        return prep_fail(walk->reason, PREP_ERR_CONFIG,
                         "%s:%u: nombres demasiado largos o anidados", walk->file,
                         line);
    }
    return PREP_OK;
}

static void path_pop(struct walk *walk, size_t len)
{
    walk->path.len = len;
    walk->path.full = false;
    if (walk->path.data != NULL) {
        walk->path.data[len] = '\0';
    }
}

static enum prep_status
walk_sequence(struct walk *walk, const cyaml_schema_value_t *schema, unsigned depth)
{
    const size_t len = walk->path.len;

    for (size_t i = 0;; i++) {
        enum prep_status status;
        yaml_event_t event;
        bool end;

        status = next_event(walk, &event);
        if (status != PREP_OK) {
            return status;
        }
        end = event.type == YAML_SEQUENCE_END_EVENT;
        if (!end) {
            status = path_push(walk, NULL, i, mark_line(event.start_mark));
        }
        if (!end && status == PREP_OK) {
            status = walk_node(walk, &event, config_schema_entry(schema),
                               mark_line(event.start_mark), depth + 1);
        }
        yaml_event_delete(&event);
        if (end || status != PREP_OK) {
            return status;
        }
        path_pop(walk, len);
    }
}

/* The key was read: reads its value. */
static enum prep_status walk_field(struct walk *walk, const yaml_event_t *key,
                                   const cyaml_schema_value_t *schema, unsigned depth)
{
    const unsigned line = mark_line(key->start_mark);
    enum prep_status status;
    yaml_event_t value;
    const char *name;

    if (key->type != YAML_SCALAR_EVENT) {
        return prep_fail(walk->reason, PREP_ERR_CONFIG,
                         "%s:%u: el nombre de un campo debe ser un texto", walk->file,
                         line);
    }
    name = (const char *)key->data.scalar.value;
    status = path_push(walk, name, 0, line);
    if (status != PREP_OK) {
        return status;
    }
    status = next_event(walk, &value);
    if (status != PREP_OK) {
        return status;
    }
    status =
        walk_node(walk, &value, config_schema_field(schema, name), line, depth + 1);
    yaml_event_delete(&value);
    return status;
}

static enum prep_status walk_mapping(struct walk *walk,
                                     const cyaml_schema_value_t *schema, unsigned depth)
{
    const size_t len = walk->path.len;

    for (;;) {
        enum prep_status status;
        yaml_event_t key;
        bool end;

        status = next_event(walk, &key);
        if (status != PREP_OK) {
            return status;
        }
        end = key.type == YAML_MAPPING_END_EVENT;
        if (!end) {
            status = walk_field(walk, &key, schema, depth);
        }
        yaml_event_delete(&key);
        if (end || status != PREP_OK) {
            return status;
        }
        path_pop(walk, len);
    }
}

/* line is that of the field's name, which is where people look. */
static enum prep_status walk_node(struct walk *walk, yaml_event_t *event,
                                  const cyaml_schema_value_t *schema, unsigned line,
                                  unsigned depth)
{
    const unsigned char *anchor = NULL;
    enum prep_status status = remember(walk, line);

    if (status != PREP_OK) {
        return status;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        status = scalar_check(walk, event, schema, line);
        break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (depth == CONFIG_DEPTH_MAX) {
            return prep_fail(walk->reason, PREP_ERR_CONFIG,
                             "%s:%u: más de %u niveles de anidamiento", walk->file,
                             line, CONFIG_DEPTH_MAX);
        }
        anchor = event->type == YAML_SEQUENCE_START_EVENT
                     ? event->data.sequence_start.anchor
                     : event->data.mapping_start.anchor;
        break;
    default: /* Only an alias is left where a value goes. */
        anchor = event->data.alias.anchor;
        break;
    }
    if (status == PREP_OK && anchor != NULL) {
        return prep_fail(walk->reason, PREP_ERR_CONFIG,
                         "%s:%u: ancla o alias (%.*s): escriba el valor completo",
                         walk->file, line, CONFIG_VALUE_SHOWN, (const char *)anchor);
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        return walk_sequence(walk, schema, depth);
    }
    if (event->type == YAML_MAPPING_START_EVENT) {
        return walk_mapping(walk, schema, depth);
    }
    return status;
}

/* Stream, one document, end of stream: and nothing else. */
static enum prep_status walk_stream(struct walk *walk,
                                    const cyaml_schema_value_t *schema)
{
    bool seen = false;

    for (;;) {
        enum prep_status status;
        yaml_event_t event;
        bool end;

        status = next_event(walk, &event);
        if (status != PREP_OK) {
            return status;
        }
        end = event.type == YAML_STREAM_END_EVENT;
        switch (event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
        case YAML_STREAM_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (seen) {
                status = prep_fail(walk->reason, PREP_ERR_CONFIG,
                                   "%s:%u: segundo documento (---): deje uno solo",
                                   walk->file, mark_line(event.start_mark));
            }
            seen = true;
            break;
        default:
            status = walk_node(walk, &event, schema, mark_line(event.start_mark), 0);
            break;
        }
        yaml_event_delete(&event);
        if (status != PREP_OK) {
            return status;
        }
        if (end && !seen) {
            return prep_fail(walk->reason, PREP_ERR_CONFIG,
                             "%s:1: archivo vacío: escriba la configuración",
                             walk->file);
        }
        if (end) {
            return PREP_OK;
        }
    }
}

enum prep_status config_lines_read(const char *file, const char *text, size_t len,
                                   const cyaml_schema_value_t *schema,
                                   struct config_lines **out_lines,
                                   struct prep_reason *reason)
{
    struct walk walk = { .file = file, .text = text, .reason = reason };
    enum prep_status status;

    walk.lines = config_lines_new();
    if (walk.lines == NULL || yaml_parser_initialize(&walk.parser) == 0) {
        config_lines_free(&walk.lines);
        return prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", file);
    }
    buffer_init(&walk.path, PATH_BYTES_MAX);
    yaml_parser_set_input_string(&walk.parser, (const unsigned char *)text, len);
    status = walk_stream(&walk, schema);
    yaml_parser_delete(&walk.parser);
    buffer_done(&walk.path);
    if (status != PREP_OK) {
        config_lines_free(&walk.lines);
        return status;
    }
    config_lines_sort(walk.lines);
    *out_lines = walk.lines;
    return PREP_OK;
}
