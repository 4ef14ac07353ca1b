/*
 * clock.h - time as the project writes it: milliseconds since 1970 UTC.
 *
 * FORM
 *     Instants are int64_t ms; CLOCK_UNKNOWN (0) stands for a time that was not
 *     given. Text is rendered with a fixed offset in minutes, because a PREP
 *     publishes in the official hour of its entidad and says so: "(UTC-5)".
 *
 *     "dd/mm/aaaa hh:mm:ss", "AAAAMMDD_HHMM" and ISO 8601 are the forms written.
 */
#ifndef PREP_CLOCK_H
#define PREP_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define CLOCK_UNKNOWN INT64_C(0)
#define CLOCK_TEXT_SIZE 40u

int64_t clock_now_ms(void);       /* CLOCK_REALTIME */
int64_t clock_monotonic_ms(void); /* for elapsed time and timeouts */

struct clock_parts {
    int year, month, day, hour, minute, second; /* month 1 to 12 */
};

/* PREP_ERR_RANGE for a date that does not exist or a year outside 1990 to 2200. */
PREP_MUST_CHECK
enum prep_status clock_from_parts(const struct clock_parts *parts, int offset_min,
                                  int64_t *out_ms);
void clock_to_parts(int64_t ms, int offset_min, struct clock_parts *out_parts);

/* "2021-06-07T20:00:00-05:00" (offset required; "Z" accepted). */
PREP_MUST_CHECK
enum prep_status clock_parse_iso(const char *text, int64_t *out_ms);
void clock_iso(int64_t ms, int offset_min, char out_text[static CLOCK_TEXT_SIZE]);
/* "20210607_2000" */
void clock_stamp(int64_t ms, int offset_min, char out_text[static CLOCK_TEXT_SIZE]);

#endif
