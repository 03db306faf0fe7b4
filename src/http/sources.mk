libmeed_a_SOURCES += \
	%D%/http.h \
	%D%/http_address.c %D%/http_address.h \
	%D%/http_body.c \
	%D%/http_cors.c %D%/http_cors.h \
	%D%/http_exchange.c \
	%D%/http_guard.c \
	%D%/http_idempotency.c %D%/http_idempotency.h \
	%D%/http_internal.h \
	%D%/http_linger.c %D%/http_linger.h \
	%D%/http_multipart.c %D%/http_multipart.h \
	%D%/http_parse.c %D%/http_parse.h \
	%D%/http_pool.c \
	%D%/http_problem.c \
	%D%/http_request.c \
	%D%/http_response.c \
	%D%/http_router.c %D%/http_router.h \
	%D%/http_server.h \
	%D%/http_shared.c %D%/http_shared.h
