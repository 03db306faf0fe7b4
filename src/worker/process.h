/*
 * What every program does first: read the settings, open the log, map the
 * business clock (development), load the keys.
 */
#ifndef MEED_WORKER_PROCESS_H
#define MEED_WORKER_PROCESS_H

#include "base/arena.h"
#include "base/settings.h"

/* NULL after a sentence on stderr. `config` NULL: the default path. `arena` lives as long. */
struct settings *process_open(struct arena *arena, const char *program, const char *config);

#endif
