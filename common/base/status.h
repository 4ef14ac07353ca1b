/*
 * status.h - the one result type of the project, and how a reason travels.
 *
 * PURPOSE
 *     Every function that can fail returns enum prep_status and nothing else.
 *     A status says what the caller must do, not where the fault happened; the
 *     "where" travels in a reason and in the log.
 *
 * REASONS
 *     Pure parsers give static strings (const char **err_reason). Functions
 *     that must name a file, a line or a value fill a struct prep_reason, which
 *     the caller owns and may pass as NULL. prep_fail() writes it and returns
 *     the status, so that refusing is one line:
 *
 *         return prep_fail(reason, PREP_ERR_RANGE,
 *                          "%s:%d: lista_nominal %ld: debe ir de 0 a %u",
 *                          file, line, value, LISTA_NOMINAL_MAX);
 *
 *     Reasons that reach an operator are in Spanish, and end with the cure.
 *
 * ADDING A STATUS
 *     Add one row to PREP_STATUS_LIST. Numbers are written out and never
 *     reused: they appear in logs and messages that outlive the program.
 */
#ifndef PREP_STATUS_H
#define PREP_STATUS_H

/*  X(name,                   value, text for logs) */
#define PREP_STATUS_LIST(X)                                                            \
    X(PREP_OK, 0, "ok")                                                                \
    X(PREP_ERR_FORMAT, -1, "malformed input")                                          \
    X(PREP_ERR_RANGE, -2, "value not allowed")                                         \
    X(PREP_ERR_CONFLICT, -3, "same identity, other bytes")                             \
    X(PREP_ERR_DUPLICATE, -4, "already done")                                          \
    X(PREP_ERR_AUTH, -5, "signature or key not accepted")                              \
    X(PREP_ERR_NOT_FOUND, -6, "not found")                                             \
    X(PREP_ERR_IO, -7, "the operating system refused")                                 \
    X(PREP_ERR_FULL, -8, "no room")                                                    \
    X(PREP_ERR_UNAVAILABLE, -9, "peer or database not reachable, try again")           \
    X(PREP_ERR_GAP, -10, "something before this one is missing")                       \
    X(PREP_ERR_STATE, -11, "not allowed in this state")                                \
    X(PREP_ERR_CONFIG, -12, "configuration not accepted")                              \
    X(PREP_ERR_MEMORY, -13, "out of memory")                                           \
    X(PREP_ERR_UNKNOWN, -14, "outcome unknown, restart and read what is true")

enum prep_status {
#define PREP_STATUS_ENUM(name, value, text) name = (value),
    PREP_STATUS_LIST(PREP_STATUS_ENUM)
#undef PREP_STATUS_ENUM
};

/* Marks a function whose result must not be dropped. */
#define PREP_MUST_CHECK __attribute__((warn_unused_result))

#define PREP_REASON_SIZE 512u

struct prep_reason {
    char text[PREP_REASON_SIZE];
};

/* The text of a status: static storage, never NULL, never freed. */
const char *prep_status_str(enum prep_status status);

/* Its name, "PREP_ERR_RANGE", for logs and tests: as prep_status_str(). */
const char *prep_status_name(enum prep_status status);

/* Writes the reason (cut to fit; reason may be NULL) and returns status. */
__attribute__((format(printf, 3, 4))) enum prep_status
prep_fail(struct prep_reason *reason, enum prep_status status, const char *format, ...);

#ifdef __clang_analyzer__
/* It sees one file at a time: this tells it that the status given comes back. */
#define prep_fail(reason, status, ...)                                                 \
    (prep_fail((reason), (status), __VA_ARGS__), (status))
#endif

/* The exit code of a program that ended with status: 0, or sysexits(3). */
int prep_exit_code(enum prep_status status);

#endif
