/*
 * A FastCGI client for tests: one whole request in, the answer's text out, over a real socket
 * and through libfcgi, in one process. FastCGI 1.0, sections 3.3 and 5.
 */
#ifndef MEED_TESTS_FCGI_CLIENT_H
#define MEED_TESTS_FCGI_CLIENT_H

#include "base/buf.h"

struct fcgi_client;

/* Opens a listening socket in a new temporary folder. */
struct fcgi_client *fcgi_client_new(void);
void fcgi_client_free(struct fcgi_client *client);
int fcgi_client_listen_fd(const struct fcgi_client *client);

/*
 * Connects and sends the whole request, so that a later FCGX_Accept_r finds it waiting.
 * `params` is name, value, …, NULL. The returned descriptor belongs to the caller.
 */
int fcgi_client_send(struct fcgi_client *client, const char *const *params, struct sv body);
/* Reads the answer (headers and body as the application wrote them) to its end and closes `fd`. */
struct sv fcgi_client_receive(struct arena *arena, int fd);

#endif
