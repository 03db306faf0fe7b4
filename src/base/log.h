/*
 * Structured logs: one JSON object a line, on stderr.
 *
 * A failure is logged once, where it happened. Never pass a secret, a token,
 * an e-mail or an IP address. Fields are built by LOG_… macros:
 *   log_line(LOG_WARN, "mail_failed", LOG_U64("outbox", id), LOG_STR("why", text));
 */
#ifndef MEED_BASE_LOG_H
#define MEED_BASE_LOG_H

#include "base/sv.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name;
    enum { LOG_FIELD_SV, LOG_FIELD_I64, LOG_FIELD_U64, LOG_FIELD_BOOL } kind;
    struct sv text;
    int64_t i64;
    uint64_t u64;
};

#define LOG_SV(k, v)   ((struct log_field){.name = (k), .kind = LOG_FIELD_SV, .text = (v)})
#define LOG_STR(k, v)  LOG_SV(k, sv_from(v))
#define LOG_I64(k, v)  ((struct log_field){.name = (k), .kind = LOG_FIELD_I64, .i64 = (v)})
#define LOG_U64(k, v)  ((struct log_field){.name = (k), .kind = LOG_FIELD_U64, .u64 = (v)})
#define LOG_BOOL(k, v) ((struct log_field){.name = (k), .kind = LOG_FIELD_BOOL, .i64 = (v)})

void log_open(const char *program, enum log_level lowest);
enum log_level log_level_named(const char *name); /* "debug" … "error", as settings allow */
/* Set on every later line of this process until cleared with NULL. Copied. */
void log_set_request_id(const char *request_id);
void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#define log_line(level, event, ...)                                                                \
    log_fields((level), (event), (const struct log_field[]){__VA_ARGS__},                          \
               sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
#define log_event(level, event) log_fields((level), (event), NULL, 0)

#endif
