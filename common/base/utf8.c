#include "base/utf8.h"

static int is_tail(unsigned char byte)
{
    return (byte & 0xC0u) == 0x80u;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *out_code)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t need;
    uint32_t code, least;

    if (len == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        *out_code = p[0];
        return 1;
    }
    if ((p[0] & 0xE0u) == 0xC0u) {
        need = 2;
        code = p[0] & 0x1Fu;
        least = 0x80;
    } else if ((p[0] & 0xF0u) == 0xE0u) {
        need = 3;
        code = p[0] & 0x0Fu;
        least = 0x800;
    } else if ((p[0] & 0xF8u) == 0xF0u) {
        need = 4;
        code = p[0] & 0x07u;
        least = 0x10000;
    } else {
        return 0;
    }
    if (len < need) {
        return 0;
    }
    for (size_t i = 1; i < need; i++) {
        if (!is_tail(p[i])) {
            return 0;
        }
        code = (code << 6) | (p[i] & 0x3Fu);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return 0;
    }
    *out_code = code;
    return need;
}
