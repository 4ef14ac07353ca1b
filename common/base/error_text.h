/*
 * error_text.h - what an errno value means, in Spanish, for who reads a log or a
 * screen.
 *
 * The C library says it in the language of its locale, and daemons run in C.UTF-8. The
 * errors that operators meet are here; for any other, what strerror() says.
 */
#ifndef PREP_ERROR_TEXT_H
#define PREP_ERROR_TEXT_H

/* Valid until the next call in this thread. */
const char *error_text(int error);

#endif
