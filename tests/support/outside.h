/*
 * A small outside world for tests: a DNS server and a web server on loopback,
 * in a process of their own, that answer what the test last told them. The
 * process dies with the test.
 */
#ifndef MEED_TESTS_SUPPORT_OUTSIDE_H
#define MEED_TESTS_SUPPORT_OUTSIDE_H

#include "base/base.h"

enum { OUTSIDE_RECORDS = 8, OUTSIDE_PAGES = 8, OUTSIDE_TEXT = 400 };

/* Shared with that process; change it at any time. Unused entries have an empty name or path. */
struct outside {
    unsigned dns_port, web_port;
    struct {
        char name[100]; /* any record makes the name exist */
        char a[2][20];  /* IPv4 addresses */
        char cname[100];
        char txt[2][OUTSIDE_TEXT];
    } records[OUTSIDE_RECORDS];
    struct {
        char path[100]; /* any host; other paths are 404 */
        int status;     /* 200; of a redirect, `body` is its target */
        char body[OUTSIDE_TEXT];
        unsigned repeat;     /* the body is sent so many times; 0: once */
        unsigned dribble_ms; /* between two bytes */
    } pages[OUTSIDE_PAGES];
    bool dns_silent;                      /* swallows every question */
    unsigned dns_questions, web_requests; /* counted; addresses alone, not TXT */
    char last_request[2000];
};

/* Starts it once; later calls forget every answer. */
struct outside *outside_open(void);

#endif
