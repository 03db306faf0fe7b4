/*
 * The master of meed-web: holds the sockets, keeps the pools full.
 *
 *            ┌─ track.sock ──┬─ responder … ┐
 *   master ──┼─ ingest.sock ─┼─ responder … ├─ each accepts for itself, from its pool's socket
 *            ├─ app.sock ────┼─ responder … │
 *            └─ beacon.sock ─┴─ responder … ┘
 *
 *   SIGTERM, SIGINT  every responder finishes its request, then all end; sockets are removed
 *   SIGHUP           the master executes itself anew, with settings, templates and program as they
 *                    are now. The sockets stay open all the while, so nobody is refused, and the
 *                    old responders finish beside the new ones
 *   a responder dies its place is filled at once; one that dies young waits longer each time
 *
 * Serves no request itself and holds no connection, so there is little that could hurt it. When it
 * dies all the same, the kernel tells the responders to stop.
 */
#ifndef MEED_WEB_MASTER_H
#define MEED_WEB_MASTER_H

#include "base/settings.h"
#include "http/http.h"

/* Runs in a fresh child until asked to stop; never returns to the master. */
typedef void web_responder(enum http_pool pool, int listen_fd, const struct settings *settings);

/*
 * Makes sure that no other master uses run_dir and opens the sockets, or takes them over from the
 * master it replaces. False (logged) when it can't.
 */
MUST_USE bool web_master_open(const struct settings *settings);
/* `argv` starts this program again; `may_restart` says whether its settings can be read. */
int web_master_run(const struct settings *settings, web_responder *responder, char **argv,
                   bool (*may_restart)(void));

#endif
