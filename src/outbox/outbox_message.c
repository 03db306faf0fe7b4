/*
 * RFC 5322 messages in plain UTF-8 text. Lines are short by themselves; a line that a long
 * name makes longer than 998 bytes can't come into being, since names are bounded.
 */
#include <sodium.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "outbox/outbox_internal.h"

enum { MESSAGE_LIMIT = 64 * 1024, ENCODED_WORD_BYTES = 42 };

static bool is_ascii(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > 0x7e)
            return false;
    return true;
}

/* The value of a placeholder; false when there is none of that name: it is then left as it stands.
 */
static bool find_value(struct arena *arena, const struct settings *settings,
                       const struct outbox_letter *letter, struct sv name, struct sv *value)
{
    if (sv_eq_cstr(name, "name"))
        *value = letter->name;
    else if (sv_eq_cstr(name, "base"))
        *value = sv_from(settings->base_url);
    else if (sv_eq_cstr(name, "token"))
        *value = letter->token;
    else
        return json_get_string(arena, letter->args, sv_dup(arena, name), value) == JSON_FIELD_OK;
    return true;
}

/* Line ends inside a value would start a line of their own, or a header field. */
static void put_value(struct buf *b, struct sv value)
{
    for (size_t i = 0; i < value.n; i++)
        buf_putc(b, value.p[i] == '\r' || value.p[i] == '\n' ? ' ' : value.p[i]);
}

static struct sv fill_in(struct arena *arena, const struct settings *settings,
                         const struct outbox_letter *letter, struct sv text)
{
    struct buf b = buf_new(arena, MESSAGE_LIMIT);

    while (text.n > 0) {
        struct sv rest = text, name, value;

        buf_put(&b, sv_cut(&rest, '{'));
        if (!sv_contains(text, '{'))
            break;
        text = rest;
        name = sv_cut(&text, '}');
        if (find_value(arena, settings, letter, name, &value))
            put_value(&b, value);
        else
            buf_printf(&b, "{" SV_FMT "}", SV_ARG(name));
    }
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* RFC 2047: pieces of at most 75 characters, none of which splits a character. */
static void put_header_text(struct buf *b, struct sv text)
{
    if (is_ascii(text)) {
        buf_put(b, text);
        return;
    }
    while (text.n > 0) {
        char encoded[sodium_base64_ENCODED_LEN(ENCODED_WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
        size_t n = text.n < ENCODED_WORD_BYTES ? text.n : ENCODED_WORD_BYTES;

        while (n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
            n--;
        sodium_bin2base64(encoded, sizeof(encoded), (const unsigned char *)text.p, n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(b, "=?utf-8?B?%s?=", encoded);
        text = sv_from_index(text, n);
        if (text.n > 0)
            buf_puts(b, "\r\n ");
    }
}

/* RFC 5322, section 3.3: "Sat, 21 Nov 2026 06:13:05 +0000" */
static void put_date(struct buf *b, int64_t us)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char iso[CLOCK_TEXT_SIZE]; /* 2026-11-21T06:13:05.123456Z */
    uint64_t month;

    CHECK(us >= 0);
    clock_format_iso(iso, us);
    CHECK(sv_to_u64(sv_of(iso + 5, 2), &month));
    buf_printf(b, "%s, %.2s %s %.4s %.8s +0000", days[us / CLOCK_DAY % 7], iso + 8,
               months[month - 1], iso, iso + 11);
}

static void put_body(struct buf *b, struct sv body)
{
    while (body.n > 0) {
        buf_put(b, sv_cut(&body, '\n'));
        buf_puts(b, "\r\n");
    }
}

/* The host people know us by: what stands between "//" and the port. */
static struct sv host_of(const struct settings *settings)
{
    struct sv rest = sv_from(settings->base_url);

    (void)sv_cut(&rest, ':');
    rest = sv_from_index(rest, 2);
    rest = sv_cut(&rest, '/');
    return sv_cut(&rest, ':');
}

struct outbox_message outbox_message_render(struct arena *arena, const struct settings *settings,
                                            const struct outbox_letter *letter)
{
    struct sv subject = fill_in(arena, settings, letter, sv_from(_(letter->text->subject)));
    struct sv body = fill_in(arena, settings, letter, sv_from(_(letter->text->body)));
    struct sv host = host_of(settings);
    struct buf b = buf_new(arena, MESSAGE_LIMIT);

    buf_printf(&b, "From: Meed <%s>\r\n", settings->mail_from);
    buf_printf(&b, "To: <" SV_FMT ">\r\n", SV_ARG(letter->to));
    buf_puts(&b, "Subject: ");
    put_header_text(&b, subject);
    buf_puts(&b, "\r\nDate: ");
    put_date(&b, letter->date_us);
    buf_printf(&b, "\r\nMessage-ID: <%s@" SV_FMT ">\r\n", letter->id, SV_ARG(host));
    buf_printf(&b,
               "MIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: %s\r\n"
               "Auto-Submitted: auto-generated\r\n"
               "\r\n",
               is_ascii(body) ? "7bit" : "8bit");
    put_body(&b, body);
    CHECK(!b.overflow);
    return (struct outbox_message){.to = letter->to, .text = b.p, .id = letter->id};
}
