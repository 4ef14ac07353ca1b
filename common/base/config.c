#include "base/config.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/config_parts.h"
#include "base/durable.h"

static cyaml_config_t settings(struct config_complaint *complaint)
{
    return (cyaml_config_t){
        .log_fn = complaint == NULL ? NULL : config_complaint_take,
        .log_ctx = complaint,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

static enum prep_status read_file(const char *path, struct buffer *out,
                                  struct prep_reason *reason)
{
    enum prep_status status = durable_read(path, CONFIG_BYTES_MAX, out, reason);

    switch (status) {
    case PREP_ERR_NOT_FOUND:
        return prep_fail(reason, PREP_ERR_CONFIG, "%s: no existe: revise la ruta",
                         path);
    case PREP_ERR_FORMAT:
    case PREP_ERR_RANGE:
        return PREP_ERR_CONFIG; /* The reason already says which. */
    default:
        return status;
    }
}

enum prep_status config_load_text(const char *name, const char *text, size_t len,
                                  const cyaml_schema_value_t *schema, void **out_tree,
                                  struct config_lines **out_lines,
                                  struct prep_reason *reason)
{
    struct config_complaint complaint = { .frame_count = 0 };
    const cyaml_config_t config = settings(&complaint);
    struct config_lines *lines = NULL;
    cyaml_data_t *tree = NULL;
    enum prep_status status;

    assert((schema->flags & CYAML_FLAG_POINTER) != 0); /* libcyaml asks for it */
    status = config_lines_read(name, text, len, schema, &lines, reason);
    if (status != PREP_OK) {
        goto done;
    }
    if (cyaml_load_data((const uint8_t *)text, len, &config, schema, &tree, NULL) !=
        CYAML_OK) {
        status = config_refusal(&complaint, name, schema, lines, reason);
        goto done;
    }
    assert(tree != NULL); /* Only an empty document gives none: refused above. */
    *out_tree = tree;
    if (out_lines != NULL) {
        *out_lines = lines;
        lines = NULL;
    }

done:
    config_lines_free(&lines);
    return status;
}

enum prep_status config_load(const char *path, const cyaml_schema_value_t *schema,
                             void **out_tree, struct config_lines **out_lines,
                             struct prep_reason *reason)
{
    enum prep_status status;
    struct buffer text;

    buffer_init(&text, CONFIG_BYTES_MAX);
    status = read_file(path, &text, reason);
    if (status == PREP_OK) {
        status = config_load_text(path, buffer_text(&text), text.len, schema, out_tree,
                                  out_lines, reason);
    }
    buffer_done(&text);
    return status;
}

void config_free(const cyaml_schema_value_t *schema, void **tree)
{
    const cyaml_config_t config = settings(NULL);

    if (*tree != NULL) {
        (void)cyaml_free(&config, schema, *tree, 0);
        *tree = NULL;
    }
}
