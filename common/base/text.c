#include "base/text.h"

#include <assert.h>
#include <string.h>

#define DIGITS_MAX 19u /* 10^19 - 1 fits in uint64_t */

void text_copy(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    assert(len < size);
    memcpy(out, text, len + 1);
}

bool text_digits(const char **at, size_t digits_max, uint64_t *out_value)
{
    const char *digit = *at;
    uint64_t value = 0;

    assert(digits_max >= 1 && digits_max <= DIGITS_MAX);
    while ((size_t)(digit - *at) < digits_max && *digit >= '0' && *digit <= '9') {
        value = value * 10 + (uint64_t)(*digit - '0');
        digit++;
    }
    if (digit == *at) {
        return false;
    }
    *at = digit;
    *out_value = value;
    return true;
}
