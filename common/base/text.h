/*
 * text.h - short texts: copies that must fit, and numbers read digit by digit.
 *
 * PURPOSE
 *     text_copy() is for texts whose length was checked where they came in: one that
 *     does not fit is our own mistake and stops the program.
 *     text_digits() reads a number without the signs, blanks and silent overflows that
 *     sscanf(3) and strtoul(3) let through.
 *
 * THREADS
 *     Plain functions over the caller's memory.
 */
#ifndef PREP_TEXT_H
#define PREP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out is `size` bytes; text and its NUL must fit. */
void text_copy(char *out, size_t size, const char *text);

/*
 * Reads from 1 to `digits_max` (at most 19) ASCII digits at *at, all that there are up
 * to that many, and moves *at past them. False, moving nothing, when there is none.
 */
bool text_digits(const char **at, size_t digits_max, uint64_t *out_value);

#endif
