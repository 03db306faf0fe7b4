/* Forms with files: what a browser sends is read, whatever else comes is refused. */
#include "tests/support/unit.h"

#include "http/http_multipart.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define TYPE "multipart/form-data; boundary=XX"

static enum http_parse parse_as(const char *type, struct sv body, struct http_multipart *out)
{
    return http_multipart_parse(arena, sv_from(type), body, out);
}

static struct http_multipart parse(struct sv body)
{
    struct http_multipart form;
    assert_int_equal(parse_as(TYPE, body, &form), HTTP_PARSE_OK);
    return form;
}

static void reads_fields_and_files_as_browsers_send_them(void **state)
{
    (void)state;
    struct http_multipart form =
        parse(SV("--XX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n"
                 "\r\nt0k3n\r\n"
                 "--XX\r\ncontent-disposition: form-data; name=\"file\"; "
                 "filename=\"my; \xc3\xbc.csv\"\r\n"
                 "Content-Type: text/csv\r\n\r\na,b\r\n1,2\r\n\r\n"
                 "--XX\r\nContent-Disposition: form-data; name=empty\r\n"
                 "\r\n\r\n--XX--\r\n"));
    assert_int_equal(form.params_count, 2);
    assert_sv_equal(form.params[0].name, "csrf");
    assert_sv_equal(form.params[0].value, "t0k3n");
    assert_sv_equal(form.params[1].name, "empty");
    assert_int_equal(form.params[1].value.n, 0);
    assert_int_equal(form.files_count, 1);
    assert_sv_equal(form.files[0].name, "file");
    assert_sv_equal(form.files[0].filename, "my; \xc3\xbc.csv");
    assert_sv_equal(form.files[0].type, "text/csv");
    assert_sv_equal(form.files[0].content, "a,b\r\n1,2\r\n");
}

static void a_file_may_hold_any_bytes_but_the_delimiter(void **state)
{
    static const char body[] =
        "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n"
        "\r\n\0\xff--XX\r\n-\r\n--X\r\n--XX--";
    (void)state;
    struct http_multipart form = parse(sv_of(body, sizeof body - 1));
    assert_int_equal(form.files_count, 1);
    assert_int_equal(form.files[0].content.n, 2 + 4 + 2 + 1 + 2 + 3);
    assert_memory_equal(form.files[0].content.p, "\0\xff--XX\r\n-\r\n--X", 14);
}

static void names_are_unescaped_and_what_precedes_the_parts_is_skipped(void **state)
{
    (void)state;
    struct http_multipart form =
        parse(SV("preamble\r\n--XX  \r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac%41\""
                 "\r\n\r\nv\r\n--XX--\r\nepilogue"));
    assert_int_equal(form.params_count, 1);
    assert_sv_equal(form.params[0].name, "a\"b\r\nc%41");
}

static void the_boundary_may_be_quoted_and_need_not_come_first(void **state)
{
    struct http_multipart form;
    struct sv body =
        SV("--a b;c\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--a b;c--");
    (void)state;
    assert_int_equal(
        parse_as("Multipart/Form-Data; charset=utf-8; boundary=\"a b;c\"", body, &form),
        HTTP_PARSE_OK);
    assert_sv_equal(form.params[0].value, "v");
    assert_true(http_multipart_is(SV("Multipart/Form-Data; boundary=x")));
    assert_false(http_multipart_is(SV("multipart/mixed; boundary=x")));
}

static void refuses_what_is_no_form(void **state)
{
    static const char *const bad[] = {
        "",
        "--XX",
        "--XX\r\n",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--XX",
        "--XX\r\n\r\nno headers\r\n--XX--",
        "--XX\r\nContent-Type: text/plain\r\n\r\nno name\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--XX--",
        "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nv\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--XX--",
        "--XXY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--XX--",
        "a=1&b=2",
    };
    struct http_multipart form;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(parse_as(TYPE, sv_from(bad[i]), &form), HTTP_PARSE_BAD_PARTS);
    assert_int_equal(form.params_count, 0);
    assert_int_equal(parse_as("multipart/form-data", SV("--\r\n--"), &form), HTTP_PARSE_BAD_PARTS);
    assert_int_equal(parse_as("multipart/form-data; boundary=", SV("--\r\n"), &form),
                     HTTP_PARSE_BAD_PARTS);
}

static void fields_are_utf8_without_nul(void **state)
{
    static const char latin[] =
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xfc\r\n--XX--";
    static const char nul[] =
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\0\r\n--XX--";
    struct http_multipart form;
    (void)state;
    assert_int_equal(parse_as(TYPE, sv_of(latin, sizeof latin - 1), &form), HTTP_PARSE_NOT_UTF8);
    assert_int_equal(parse_as(TYPE, sv_of(nul, sizeof nul - 1), &form), HTTP_PARSE_NOT_UTF8);
}

static void the_number_of_parts_and_the_size_of_headers_are_bounded(void **state)
{
    struct http_multipart form;
    struct buf many = buf_new(arena, 64 * 1024), long_headers = buf_new(arena, 64 * 1024);
    (void)state;
    for (size_t i = 0; i <= HTTP_PARAMS_MAX; i++)
        buf_puts(&many, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n");
    buf_puts(&many, "--XX--");
    assert_int_equal(parse_as(TYPE, buf_sv(&many), &form), HTTP_PARSE_TOO_MANY);
    buf_puts(&long_headers, "--XX\r\nContent-Disposition: form-data; name=\"");
    for (size_t i = 0; i < 5000; i++)
        buf_putc(&long_headers, 'n');
    buf_puts(&long_headers, "\"\r\n\r\nv\r\n--XX--");
    assert_int_equal(parse_as(TYPE, buf_sv(&long_headers), &form), HTTP_PARSE_BAD_PARTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields_and_files_as_browsers_send_them),
        cmocka_unit_test(a_file_may_hold_any_bytes_but_the_delimiter),
        cmocka_unit_test(names_are_unescaped_and_what_precedes_the_parts_is_skipped),
        cmocka_unit_test(the_boundary_may_be_quoted_and_need_not_come_first),
        cmocka_unit_test(refuses_what_is_no_form),
        cmocka_unit_test(fields_are_utf8_without_nul),
        cmocka_unit_test(the_number_of_parts_and_the_size_of_headers_are_bounded),
    };
    return cmocka_run_group_tests_name("http_multipart", tests, setup, teardown);
}
