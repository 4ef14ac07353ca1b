/*
 * utf8.h - one character of UTF-8 text that may not be UTF-8 at all.
 *
 * SOURCE
 *     RFC 3629: one to four bytes, no overlong form, no surrogate, at most U+10FFFF.
 */
#ifndef PREP_UTF8_H
#define PREP_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the character that starts text (1 to 4) and its code point; 0 when
 * what is there is not UTF-8 (or len is 0).
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *out_code);

#endif
