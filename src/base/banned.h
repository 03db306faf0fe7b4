/*
 * Calls that no source of Meed may make: each has a bounded or re-entrant
 * counterpart. Included last by base/base.h, so that a use is a compile error.
 */
#ifndef MEED_BASE_BANNED_H
#define MEED_BASE_BANNED_H

#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok atoi atol     \
    atoll atof localtime gmtime ctime asctime rand srand random tmpnam mktemp

#endif
