#include "base/clock.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YEAR_MIN 1990
#define YEAR_MAX 2200
#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_MINUTE (60 * MS_PER_SECOND)
#define MS_PER_DAY (24 * 60 * MS_PER_MINUTE)
#define OFFSET_MAX_MIN (14 * 60) /* Kiribati, the largest in use */

static int64_t clock_read_ms(clockid_t id)
{
    struct timespec now;
    int rc = clock_gettime(id, &now);

    assert(rc == 0); /* Both clocks exist on every Linux. */
    (void)rc;
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/*
 * Days since 1970-01-01 of a proleptic Gregorian date, counting years from
 * March so that the leap day comes last (H. Hinnant, "chrono-compatible
 * low-level date algorithms"). timegm() would accept dates that do not exist.
 */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, struct clock_parts *out_parts)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
        365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;

    out_parts->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    out_parts->month = (int)(month < 10 ? month + 3 : month - 9);
    out_parts->year = (int)(year_of_era + era * 400 + (out_parts->month <= 2 ? 1 : 0));
}

enum prep_status clock_from_parts(const struct clock_parts *parts, int offset_min,
                                  int64_t *out_ms)
{
    int64_t days;

    if (parts->year < YEAR_MIN || parts->year > YEAR_MAX || parts->month < 1 ||
        parts->month > 12 || parts->day < 1 ||
        parts->day > month_days(parts->year, parts->month) || parts->hour < 0 ||
        parts->hour > 23 || parts->minute < 0 || parts->minute > 59 ||
        parts->second < 0 || parts->second > 59 || offset_min < -OFFSET_MAX_MIN ||
        offset_min > OFFSET_MAX_MIN) {
        return PREP_ERR_RANGE;
    }
    days = days_from_date(parts->year, parts->month, parts->day);
    *out_ms = days * MS_PER_DAY +
              (parts->hour * 60 + parts->minute - offset_min) * MS_PER_MINUTE +
              parts->second * MS_PER_SECOND;
    return PREP_OK;
}

void clock_to_parts(int64_t ms, int offset_min, struct clock_parts *out_parts)
{
    int64_t local = ms + offset_min * MS_PER_MINUTE;
    int64_t days = local / MS_PER_DAY;
    int64_t rest = local % MS_PER_DAY;

    if (rest < 0) { /* Before 1970 the division rounds up. */
        rest += MS_PER_DAY;
        days--;
    }
    date_from_days(days, out_parts);
    out_parts->hour = (int)(rest / (60 * MS_PER_MINUTE));
    out_parts->minute = (int)(rest / MS_PER_MINUTE % 60);
    out_parts->second = (int)(rest / MS_PER_SECOND % 60);
}

/* Whether text has the shape of form, where 'd' is a digit and the rest itself. */
static bool has_form(const char *text, const char *form)
{
    for (; *form != '\0'; text++, form++) {
        bool fits = *form == 'd' ? *text >= '0' && *text <= '9' : *text == *form;

        if (!fits) {
            return false; /* An early NUL in text fits nothing. */
        }
    }
    return *text == '\0';
}

static int number(const char *digits, int width)
{
    int value = 0;

    for (int i = 0; i < width; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

enum prep_status clock_parse_iso(const char *text, int64_t *out_ms)
{
    struct clock_parts parts;
    int offset_min = 0;

    if (has_form(text, "dddd-dd-ddTdd:dd:dd+dd:dd") ||
        has_form(text, "dddd-dd-ddTdd:dd:dd-dd:dd")) {
        if (number(text + 23, 2) > 59) {
            return PREP_ERR_RANGE;
        }
        offset_min = number(text + 20, 2) * 60 + number(text + 23, 2);
        offset_min = text[19] == '-' ? -offset_min : offset_min;
    } else if (!has_form(text, "dddd-dd-ddTdd:dd:ddZ")) {
        return PREP_ERR_FORMAT;
    }
    parts = (struct clock_parts){
        .year = number(text, 4),
        .month = number(text + 5, 2),
        .day = number(text + 8, 2),
        .hour = number(text + 11, 2),
        .minute = number(text + 14, 2),
        .second = number(text + 17, 2),
    };
    return clock_from_parts(&parts, offset_min, out_ms);
}

void clock_iso(int64_t ms, int offset_min, char out_text[static CLOCK_TEXT_SIZE])
{
    struct clock_parts p;
    int offset = offset_min < 0 ? -offset_min : offset_min;

    clock_to_parts(ms, offset_min, &p);
    (void)snprintf(out_text, CLOCK_TEXT_SIZE,
                   "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", p.year, p.month, p.day,
                   p.hour, p.minute, p.second, offset_min < 0 ? '-' : '+', offset / 60,
                   offset % 60);
}

void clock_stamp(int64_t ms, int offset_min, char out_text[static CLOCK_TEXT_SIZE])
{
    struct clock_parts p;

    clock_to_parts(ms, offset_min, &p);
    (void)snprintf(out_text, CLOCK_TEXT_SIZE, "%04d%02d%02d_%02d%02d", p.year, p.month,
                   p.day, p.hour, p.minute);
}
