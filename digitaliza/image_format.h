/*
 * image_format.h - what kind of image a file is, by its first bytes.
 *
 * FORM
 *     Values are those of Imagen.formato (proto/prep.proto). The name of a file says
 *     nothing: a PDF called .jpg is a PDF.
 *
 * SOURCE
 *     RIFF/WEBP container; JPEG SOI and marker; PNG signature; "%PDF-"; TIFF 6.0 and
 *     BigTIFF, both byte orders.
 */
#ifndef PREP_IMAGE_FORMAT_H
#define PREP_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum image_format {
    IMAGE_UNKNOWN = 0,
    IMAGE_WEBP = 1,
    IMAGE_JPEG = 2,
    IMAGE_PNG = 3,
    IMAGE_PDF = 4,
    IMAGE_TIFF = 5,
};

#define IMAGE_MAGIC_BYTES 12u /* what image_format_of needs to see */

enum image_format image_format_of(const void *bytes, size_t len);

/* "webp", "jpg", "png", "pdf", "tif"; NULL when unknown. */
const char *image_format_ext(uint32_t format);

/* By extension, case ignored ("jpeg" and "tiff" too); IMAGE_UNKNOWN for another. */
enum image_format image_format_of_ext(const char *ext);

#endif
