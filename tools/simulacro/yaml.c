#include "simulacro/yaml.h"

void yaml_texto(struct buffer *out, const char *text)
{
    buffer_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            buffer_add_char(out, '\\');
            buffer_add_char(out, *text);
        } else if ((unsigned char)*text < ' ') {
            buffer_printf(out, "\\x%02X", (unsigned char)*text);
        } else {
            buffer_add_char(out, *text);
        }
    }
    buffer_add_char(out, '"');
}

void yaml_campo(struct buffer *out, const char *clave, const char *text)
{
    buffer_printf(out, "%s: ", clave);
    yaml_texto(out, text);
    buffer_add_char(out, '\n');
}

void yaml_lista(struct buffer *out, const char *clave, const char *const *texts,
                size_t count)
{
    buffer_printf(out, "%s: [", clave);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buffer_add_text(out, ", ");
        }
        yaml_texto(out, texts[i]);
    }
    buffer_add_text(out, "]\n");
}
