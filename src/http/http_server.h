/*
 * One FastCGI exchange, in three steps, and the loop that most pools run.
 *
 *   http_exchange_read      parameters → request: target, query, client address
 *   http_exchange_dispatch  route, limits, role, body, CSRF, handler → response
 *   http_exchange_answer    send, log, count; the arena is reset
 *
 * The steps are apart so that a pool may hold several exchanges between
 * dispatch and answer: the click pool makes a whole batch durable in one write
 * before it answers any of it. A pool that answers at once calls http_pool_run.
 * Knows FastCGI; knows no table, no template and no feature.
 */
#ifndef MEED_HTTP_HTTP_SERVER_H
#define MEED_HTTP_HTTP_SERVER_H

#include <fcgiapp.h>
#include <signal.h>

#include "http/http.h"

/* What the features lend to the server; each may be NULL. */
struct http_hooks {
    /*
     * Fills request->actor from the session cookie; leaves it public when there is none.
     * False when the database can't be asked (logged at its origin).
     */
    bool (*authenticate)(struct http_request *request);
    /*
     * True when the request came under a host that pages don't live on, and the response says so.
     * Asked of the app pool's requests, before anything of theirs is read.
     */
    bool (*turn_away)(struct http_request *request, struct http_response *response);
    /* The error page; the empty view when it can't be rendered: a plain page stands in. */
    struct sv (*render_problem)(struct http_request *request, const struct http_problem *problem);
};

/* One per process. */
struct http_server;

/* Builds the router of one pool; CHECKs that the route table makes sense. `db` NULL: no database.
 */
struct http_server *http_server_new(enum http_pool pool, const struct settings *settings,
                                    struct db *db, const struct http_hooks *hooks);
void http_server_free(struct http_server *server);

struct http_exchange {
    FCGX_Request fcgi;
    struct arena *arena;
    struct http_request request;
    struct http_response response;
    int64_t started_us; /* monotonic */
    bool body_left;     /* part of the body was never read */
    uint64_t bytes_sent;
};

/* Once per exchange slot: an arena, and a FastCGI request bound to the listening descriptor. */
void http_exchange_open(struct http_exchange *exchange, int listen_fd);
void http_exchange_close(struct http_exchange *exchange);

/* After FCGX_Accept_r. What is wrong with the request is answered by dispatch. */
void http_exchange_read(struct http_exchange *exchange, struct http_server *server);
void http_exchange_dispatch(struct http_exchange *exchange, struct http_server *server);
/*
 * Sends, logs, counts and finishes. Returns a descriptor to linger on when the peer may still be
 * sending its body, else −1: read it empty, without blocking, until it ends, then close it.
 */
int http_exchange_answer(struct http_exchange *exchange, struct http_server *server);

/*
 * Stopping. libfcgi installs a SIGTERM handler of its own that spoils the next request, so:
 * http_stop_install() after FCGX_Init blocks SIGTERM and SIGHUP and takes them over. A loop waits
 * in ppoll or epoll_pwait with http_stop_mask(), the only place where the signals get through,
 * and leaves once http_stop_asked(): no request is ever cut short.
 */
void http_stop_install(void);
const sigset_t *http_stop_mask(void);
bool http_stop_asked(void);

/* Accepts and answers, one request at a time, until asked to stop. */
void http_pool_run(int listen_fd, struct http_server *server);

#endif
