/*
 * What every source of Meed includes first: fixed-width types, CHECK(), and the
 * list of banned calls. System headers that declare a banned name come before it.
 */
#ifndef MEED_BASE_BASE_H
#define MEED_BASE_BASE_H

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MUST_USE          __attribute__((warn_unused_result))
#define NORETURN          __attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(a)       (sizeof(a) / sizeof((a)[0]))

/* A programming error: compiled in always; logs, aborts, and the master respawns the process. */
#define CHECK(cond)   ((cond) ? (void)0 : check_failed(#cond, __FILE__, __LINE__))
#define UNREACHABLE() check_failed("unreachable", __FILE__, __LINE__)

NORETURN void check_failed(const char *what, const char *file, int line);

#include "base/banned.h"

#endif
