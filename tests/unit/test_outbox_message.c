#include "support/unit.h"

#include "base/clock.h"
#include "outbox/outbox_internal.h"

static struct arena *arena;
static const struct settings settings = {.base_url = "https://meed.example:8443",
                                         .mail_from = "no-reply@meed.example"};

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *render(const struct outbox_mail_text *text, const char *name, const char *args)
{
    const char *why;
    struct json_object *json = json_parse(arena, sv_from(args), &why);
    struct outbox_letter letter = {.text = text,
                                   .to = SV("ana@example.com"),
                                   .name = sv_from(name),
                                   .token = SV("secret"),
                                   .args = json,
                                   .id = "meed-1",
                                   .date_us = 1795241585 * CLOCK_SECOND};
    struct outbox_message message = outbox_message_render(arena, &settings, &letter);

    json_free(json);
    return message.text;
}

static void lays_out_header_and_body(void **state)
{
    static const struct outbox_mail_text text = {"t", "Hello {name}", "{base}/x/{token}\n\nBye\n"};

    (void)state;
    assert_string_equal(render(&text, "Ana", "{}"),
                        "From: Meed <no-reply@meed.example>\r\n"
                        "To: <ana@example.com>\r\n"
                        "Subject: Hello Ana\r\n"
                        "Date: Sat, 21 Nov 2026 06:13:05 +0000\r\n"
                        "Message-ID: <meed-1@meed.example>\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "\r\n"
                        "https://meed.example:8443/x/secret\r\n"
                        "\r\n"
                        "Bye\r\n");
}

static void no_value_can_add_a_header_field(void **state)
{
    static const struct outbox_mail_text text = {"t", "Hello {name}", "{brand}\n"};
    const char *message =
        render(&text, "Eve\r\nBcc: all@example.com", "{\"brand\":\"A\\r\\n.\\r\\nB\"}");

    (void)state;
    assert_non_null(strstr(message, "Subject: Hello Eve  Bcc: all@example.com\r\n"));
    assert_non_null(strstr(message, "\r\n\r\nA  .  B\r\n"));
}

static void values_are_not_filled_in_again(void **state)
{
    static const struct outbox_mail_text text = {"t", "s", "{name} {unknown}\n"};

    (void)state;
    assert_non_null(strstr(render(&text, "{token}", "{}"), "\r\n\r\n{token} {unknown}\r\n"));
}

static void long_subjects_are_cut_between_characters(void **state)
{
    static const struct outbox_mail_text text = {"t", "{name}", "x\n"};
    const char *message = render(&text, "日本語日本語日本語日本語日本語日本語日本語日本語", "{}");

    (void)state;
    assert_non_null(strstr(message, "Subject: =?utf-8?B?"));
    assert_non_null(strstr(message, "?=\r\n =?utf-8?B?"));
    for (const char *line = message; *line != '\0';) {
        const char *end = strstr(line, "\r\n");

        assert_true(end - line <= 76 + (ptrdiff_t)strlen("Subject: "));
        line = end + 2;
    }
}

static void every_kind_of_mail_has_its_words(void **state)
{
    (void)state;
    assert_non_null(outbox_mail_text_find(SV("mail.confirm")));
    assert_null(outbox_mail_text_find(SV("mail.nonsense")));
    assert_non_null(strstr(render(outbox_mail_text_find(SV("mail.reset")), "Ana", "{}"),
                           "https://meed.example:8443/reset/secret\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_out_header_and_body),
        cmocka_unit_test(no_value_can_add_a_header_field),
        cmocka_unit_test(values_are_not_filled_in_again),
        cmocka_unit_test(long_subjects_are_cut_between_characters),
        cmocka_unit_test(every_kind_of_mail_has_its_words),
    };

    return cmocka_run_group_tests_name("outbox_message", tests, open_arena, close_arena);
}
