#include "image_format.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *ext;
    enum image_format format;
} exts[] = {
    { "webp", IMAGE_WEBP }, { "jpg", IMAGE_JPEG }, { "png", IMAGE_PNG },
    { "pdf", IMAGE_PDF },   { "tif", IMAGE_TIFF }, { "jpeg", IMAGE_JPEG },
    { "tiff", IMAGE_TIFF },
};

static int starts(const void *bytes, size_t len, size_t at, const char *magic,
                  size_t magic_len)
{
    return len >= at + magic_len &&
           memcmp((const char *)bytes + at, magic, magic_len) == 0;
}

enum image_format image_format_of(const void *bytes, size_t len)
{
    if (starts(bytes, len, 0, "RIFF", 4) && starts(bytes, len, 8, "WEBP", 4)) {
        return IMAGE_WEBP;
    }
    if (starts(bytes, len, 0, "\xff\xd8\xff", 3)) {
        return IMAGE_JPEG;
    }
    if (starts(bytes, len, 0, "\x89PNG\r\n\x1a\n", 8)) {
        return IMAGE_PNG;
    }
    if (starts(bytes, len, 0, "%PDF-", 5)) {
        return IMAGE_PDF;
    }
    if (starts(bytes, len, 0, "II*\0", 4) || starts(bytes, len, 0, "MM\0*", 4) ||
        starts(bytes, len, 0, "II+\0", 4) || starts(bytes, len, 0, "MM\0+", 4)) {
        return IMAGE_TIFF;
    }
    return IMAGE_UNKNOWN;
}

const char *image_format_ext(uint32_t format)
{
    for (size_t i = 0; i < sizeof exts / sizeof exts[0]; i++) {
        if ((uint32_t)exts[i].format == format) {
            return exts[i].ext; /* The first of each is the one we write. */
        }
    }
    return NULL;
}

enum image_format image_format_of_ext(const char *ext)
{
    for (size_t i = 0; i < sizeof exts / sizeof exts[0]; i++) {
        if (strcasecmp(exts[i].ext, ext) == 0) {
            return exts[i].format;
        }
    }
    return IMAGE_UNKNOWN;
}
