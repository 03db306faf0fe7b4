/*
 * A line is built on the stack and written by one write(2), so that lines of
 * several processes on one pipe do not mix. A line that would be longer than
 * the buffer loses the rest of its fields, never its closing brace.
 */
#include "base/clock.h"
#include "base/log.h"

enum { LINE_SIZE = 4096, TAIL = sizeof(",\"cut\":true}\n") };

struct line {
    char text[LINE_SIZE];
    size_t len;
    bool cut;
};

static char log_program[32] = "meed";
static enum log_level log_lowest = LOG_INFO;
static char log_request_id[64];

void log_open(const char *program, enum log_level lowest)
{
    (void)snprintf(log_program, sizeof(log_program), "%s", program);
    log_lowest = lowest;
}

enum log_level log_level_named(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0)
            return (enum log_level)i;
    }
    UNREACHABLE();
}

void log_set_request_id(const char *request_id)
{
    (void)snprintf(log_request_id, sizeof(log_request_id), "%s",
                   request_id == NULL ? "" : request_id);
}

static void put(struct line *line, const char *bytes, size_t n)
{
    if (line->cut || n > LINE_SIZE - TAIL - line->len) {
        line->cut = true;
        return;
    }
    memcpy(line->text + line->len, bytes, n);
    line->len += n;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* Bytes outside printable ASCII go as \u00xx: a log line is ASCII whatever was sent to us. */
static void put_quoted(struct line *line, struct sv s)
{
    put(line, "\"", 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char escaped[8];

        if (c == '"' || c == '\\') {
            put(line, "\\", 1);
            put(line, s.p + i, 1);
        } else if (c < 0x20 || c > 0x7e) {
            (void)snprintf(escaped, sizeof(escaped), "\\u%04x", c);
            put(line, escaped, 6);
        } else {
            put(line, s.p + i, 1);
        }
    }
    put(line, "\"", 1);
}

static void put_named(struct line *line, const char *name, struct sv value)
{
    put(line, ",", 1);
    put_quoted(line, sv_from(name));
    put(line, ":", 1);
    put_quoted(line, value);
}

static void put_field(struct line *line, const struct log_field *field)
{
    char number[32];

    if (field->kind == LOG_FIELD_SV) {
        put_named(line, field->name, field->text);
        return;
    }
    if (field->kind == LOG_FIELD_BOOL)
        (void)snprintf(number, sizeof(number), "%s", field->i64 != 0 ? "true" : "false");
    else if (field->kind == LOG_FIELD_I64)
        (void)snprintf(number, sizeof(number), "%" PRId64, field->i64);
    else
        (void)snprintf(number, sizeof(number), "%" PRIu64, field->u64);
    put(line, ",", 1);
    put_quoted(line, sv_from(field->name));
    put(line, ":", 1);
    put_text(line, number);
}

/* Cutting keeps whole fields: what was put of the field that did not fit is taken back. */
static void put_whole_field(struct line *line, const struct log_field *field)
{
    size_t before = line->len;

    if (line->cut)
        return;
    put_field(line, field);
    if (line->cut)
        line->len = before;
}

static void finish(struct line *line)
{
    const char *tail = line->cut ? ",\"cut\":true}\n" : "}\n";
    size_t n = strlen(tail), sent = 0;

    memcpy(line->text + line->len, tail, n);
    line->len += n;
    while (sent < line->len) {
        ssize_t wrote = write(STDERR_FILENO, line->text + sent, line->len - sent);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return; /* nowhere left to say so */
        sent += (size_t)wrote;
    }
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct line line;
    char now[CLOCK_TEXT_SIZE];
    int saved_errno = errno;

    if (level < log_lowest)
        return;
    line.len = 0;
    line.cut = false;
    clock_format_iso(now, clock_wire_us());
    put_text(&line, "{\"at\":");
    put_quoted(&line, sv_from(now));
    put_named(&line, "level", sv_from(names[level]));
    put_named(&line, "program", sv_from(log_program));
    put_named(&line, "event", sv_from(event));
    if (log_request_id[0] != '\0')
        put_named(&line, "request_id", sv_from(log_request_id));
    for (size_t i = 0; i < n; i++)
        put_whole_field(&line, &fields[i]);
    finish(&line);
    errno = saved_errno;
}
