#include "simulacro/corre_imagen.h"

#include <assert.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

#define MODULE_PX 4       /* pixels per side of a QR module: read by any phone */
#define QUIET_MODULES 4   /* ISO/IEC 18004: blank margin */
#define QR_MODULES_MAX 57 /* version 10 holds 174 bytes at level M */

static enum prep_status codifica(const QRcode *qr, struct buffer *out,
                                 struct prep_reason *reason)
{
    const int side = (qr->width + 2 * QUIET_MODULES) * MODULE_PX;
    uint8_t *webp = NULL;
    size_t len = 0;
    uint8_t *rgb = malloc((size_t)side * (size_t)side * 3);

    if (rgb == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para una imagen");
    }
    memset(rgb, 0xFF, (size_t)side * (size_t)side * 3);
    for (int y = 0; y < qr->width * MODULE_PX; y++) {
        for (int x = 0; x < qr->width * MODULE_PX; x++) {
            const int module = y / MODULE_PX * qr->width + x / MODULE_PX;
            const int px =
                (y + QUIET_MODULES * MODULE_PX) * side + x + QUIET_MODULES * MODULE_PX;

            if (qr->data[module] & 1) {
                memset(rgb + (size_t)px * 3, 0, 3);
            }
        }
    }
    len = WebPEncodeLosslessRGB(rgb, side, side, side * 3, &webp);
    free(rgb);
    if (len == 0) {
        return prep_fail(reason, PREP_ERR_MEMORY, "libwebp no pudo codificar");
    }
    buffer_clear(out);
    buffer_add(out, webp, len);
    WebPFree(webp);
    return buffer_status(out);
}

enum prep_status imagen_genera(const char *proceso, const char *acta, const char *clave,
                               struct buffer *out, struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    char text[160];
    QRcode *qr = NULL;

    (void)snprintf(text, sizeof text, "PREP1:%s:%s:%s", proceso, acta, clave);
    qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (qr == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "libqrencode no pudo codificar");
    }
    assert(qr->width <= QR_MODULES_MAX);
    status = codifica(qr, out, reason);
    QRcode_free(qr);
    return status;
}
