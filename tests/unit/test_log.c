#include "support/unit.h"

#include "base/json.h"
#include "base/log.h"

/* What `statement` writes to stderr. */
#define LOGGED(out, statement)                                                                     \
    do {                                                                                           \
        int ends_[2], kept_ = dup(STDERR_FILENO);                                                  \
        ssize_t got_;                                                                              \
        assert_int_equal(pipe(ends_), 0);                                                          \
        assert_int_equal(dup2(ends_[1], STDERR_FILENO), STDERR_FILENO);                            \
        statement;                                                                                 \
        assert_int_equal(dup2(kept_, STDERR_FILENO), STDERR_FILENO);                               \
        close(kept_);                                                                              \
        close(ends_[1]);                                                                           \
        got_ = read(ends_[0], (out), sizeof(out) - 1);                                             \
        assert_true(got_ >= 0);                                                                    \
        (out)[got_] = '\0';                                                                        \
        close(ends_[0]);                                                                           \
    } while (0)

static void a_line_is_one_json_object_whatever_it_holds(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct json_object *json;
    char line[8192];
    const char *why;
    struct sv text;
    int64_t number;

    (void)state;
    log_open("test", LOG_INFO);
    log_set_request_id("abc");
    LOGGED(line, log_line(LOG_WARN, "odd", LOG_STR("text", "a\"b\\c\n\xff\x01"),
                          LOG_I64("n", INT64_MIN), LOG_BOOL("yes", true)));
    log_set_request_id(NULL);
    json = json_parse(arena, sv_of(line, strlen(line) - 1), &why);
    assert_non_null(json);
    assert_int_equal(line[strlen(line) - 1], '\n');
    assert_int_equal(json_get_string(arena, json, "event", &text), JSON_FIELD_OK);
    assert_sv_equal(text, "odd");
    assert_int_equal(json_get_string(arena, json, "request_id", &text), JSON_FIELD_OK);
    assert_sv_equal(text, "abc");
    assert_int_equal(json_get_i64(json, "n", &number), JSON_FIELD_OK);
    assert_true(number == INT64_MIN);
    json_free(json);
    arena_free(arena);
}

static void a_long_line_loses_fields_but_stays_whole(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct json_object *json;
    char line[8192], text[6000];
    const char *why;
    bool cut = false;

    (void)state;
    memset(text, '"', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    LOGGED(line, log_line(LOG_WARN, "long", LOG_STR("text", text), LOG_I64("n", 1)));
    json = json_parse(arena, sv_of(line, strlen(line) - 1), &why);
    assert_non_null(json);
    assert_int_equal(json_get_bool(json, "cut", &cut), JSON_FIELD_OK);
    assert_true(cut);
    json_free(json);
    arena_free(arena);
}

static void lines_below_the_level_are_not_written(void **state)
{
    char line[256];

    (void)state;
    log_open("test", LOG_WARN);
    LOGGED(line, log_event(LOG_INFO, "quiet"));
    assert_string_equal(line, "");
    log_open("test", LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object_whatever_it_holds),
        cmocka_unit_test(a_long_line_loses_fields_but_stays_whole),
        cmocka_unit_test(lines_below_the_level_are_not_written),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
