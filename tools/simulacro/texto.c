/* Texts of old bases: encodings, numbers and dates as they were really written. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "simulacro/tabla.h"

/* cp1252 from 0x80 to 0x9F; 0 where it has nothing. */
static const uint16_t cp1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool is_utf8(const char *data, size_t len)
{
    while (len > 0) {
        uint32_t code;
        size_t step = utf8_decode(data, len, &code);

        if (step == 0) {
            return false;
        }
        data += step;
        len -= step;
    }
    return true;
}

static size_t utf8_put(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | (code >> 12));
    out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

char *texto_utf8(struct almacen *almacen, const char *data, size_t len, bool *out_bom,
                 bool *out_utf8)
{
    size_t written = 0;
    char *text;

    *out_bom = len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
    if (*out_bom) {
        data += 3;
        len -= 3;
    }
    *out_utf8 = is_utf8(data, len);
    if (*out_utf8) {
        return almacen_text_len(almacen, data, len);
    }
    text = almacen_alloc(almacen, len * 3 + 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)data[i];
        uint32_t code = byte;

        if (byte >= 0x80 && byte < 0xA0) {
            code = cp1252[byte - 0x80] == 0 ? 0xFFFD : cp1252[byte - 0x80];
        }
        written += utf8_put(text + written, code);
    }
    return text;
}

bool numero_tolerante(const char *text, int64_t *out_value)
{
    int64_t value = 0;
    bool digits = false;

    for (; *text != '\0'; text++) {
        if (*text == ',') {
            continue;
        }
        if (!isdigit((unsigned char)*text)) {
            break;
        }
        if (value > INT64_MAX / 100) {
            return false;
        }
        value = value * 10 + (*text - '0');
        digits = true;
    }
    /* Decimals of zero say the same integer. */
    if (*text == '.') {
        text += 1 + strspn(text + 1, "0");
    }
    if (*text == '%') {
        text++;
    }
    *out_value = value;
    return digits && *text == '\0';
}

static bool take_number(const char **at, int digits_max, int *out_value)
{
    int value = 0, count = 0;

    while (count < digits_max && isdigit((unsigned char)**at)) {
        value = value * 10 + (**at - '0');
        (*at)++;
        count++;
    }
    *out_value = value;
    return count > 0;
}

/* "(UTC-5)", "UTC -6:00", "(UTC)" after the time. */
static bool desfase_read(const char *text, int *out_min)
{
    const char *at = strstr(text, "UTC");
    int hours, minutes = 0;
    bool minus;

    if (at == NULL) {
        return false;
    }
    at += 3;
    at += strspn(at, " ");
    minus = *at == '-';
    if (*at != '-' && *at != '+') {
        return false;
    }
    at++;
    at += strspn(at, " ");
    if (!take_number(&at, 2, &hours)) {
        return false;
    }
    if (*at == ':') {
        at++;
        if (!take_number(&at, 2, &minutes)) {
            return false;
        }
    }
    *out_min = (hours * 60 + minutes) * (minus ? -1 : 1);
    return hours <= 14;
}

/* The date that starts at text: 3 numbers with / or -, then hh:mm[:ss]. */
static bool fecha_read(const char *text, struct clock_parts *parts)
{
    const char *at = text;
    int first, second, third;
    char mark;

    if (!take_number(&at, 4, &first) || (*at != '/' && *at != '-')) {
        return false;
    }
    mark = *at++;
    if (!take_number(&at, 2, &second) || *at++ != mark) {
        return false;
    }
    if (!take_number(&at, 4, &third)) {
        return false;
    }
    *parts = first > 31
                 ? (struct clock_parts){ .year = first, .month = second, .day = third }
                 : (struct clock_parts){ .year = third, .month = second, .day = first };
    if (*at != ' ' && *at != 'T') {
        return false;
    }
    at += strspn(at, " T");
    if (!take_number(&at, 2, &parts->hour) || *at++ != ':' ||
        !take_number(&at, 2, &parts->minute)) {
        return false;
    }
    if (*at == ':') {
        at++;
        return take_number(&at, 2, &parts->second);
    }
    return true;
}

bool fecha_tolerante(const char *text, int64_t *out_local_ms, bool *out_tiene_desfase,
                     int *out_desfase_min)
{
    *out_tiene_desfase = desfase_read(text, out_desfase_min);
    for (const char *at = text; *at != '\0'; at++) {
        struct clock_parts parts;

        if (isdigit((unsigned char)*at) &&
            (at == text || !isdigit((unsigned char)at[-1])) && fecha_read(at, &parts) &&
            clock_from_parts(&parts, 0, out_local_ms) == PREP_OK) {
            return true;
        }
    }
    return false;
}
