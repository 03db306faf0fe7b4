/*
 * The track pool: redirects, each durable before it is answered.
 *
 * Accept-batching: every process takes waiting connections until there are none
 * or 16 are held, dispatches them all, makes their clicks durable by one write,
 * then answers them. Nothing is shared between processes but the listening socket,
 * and a crash loses only what was not answered. For bodyless requests alone: a
 * slow body would stall its batch, so the router refuses bodies here unread.
 * There is no database connection: an outage of it is not noticed.
 */
#ifndef MEED_CLICK_CLICK_POOL_H
#define MEED_CLICK_CLICK_POOL_H

#include "base/settings.h"
#include "click/click.h"
#include "http/http_server.h"

/*
 * Runs until http_stop_asked(). `server` is of POOL_TRACK, its handlers the
 * click_redirect_… below. Call it in a forked child, after http_stop_install().
 */
void click_pool_run(int listen_fd, struct http_server *server, const struct settings *settings);

/*
 * The same for POOL_BEACON, one at a time: a beacon has a body, and waits until it is whole
 * (click/beacon_queue.h). Its processes have spools of their own.
 */
void click_pool_run_beacons(int listen_fd, struct http_server *server,
                            const struct settings *settings);

/* routes.def: /{token}, /go/{slug}, /r?ref= */
void click_redirect_token(struct http_request *request, struct http_response *response);
void click_redirect_slug(struct http_request *request, struct http_response *response);
void click_redirect_ref(struct http_request *request, struct http_response *response);
/* /track/click */
void click_track_post(struct http_request *request, struct http_response *response);
void click_track_options(struct http_request *request, struct http_response *response);

/*
 * Puts a click into the batch under way; a handler's answer goes out only if that
 * becomes durable. Also used by the one-request loop of tests, which commits by itself.
 */
void click_pool_append(const struct click *click);

#endif
