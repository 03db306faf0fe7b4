/*
 * What an operator's monitoring asks: /healthz, /readyz and /metrics.
 * Reads only; knows of other parts no more than whether they are well.
 */
#ifndef MEED_WEB_HEALTH_H
#define MEED_WEB_HEALTH_H

#include "http/http.h"

enum { WORKER_BEAT_LATE_US = 15 * 1000000 };

/* Set by the program that opens the link map; without it the map counts as missing. */
void web_health_set_link_map_check(bool (*is_open)(void));

#endif
