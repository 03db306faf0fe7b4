/* By hand: the texts of a form or of a CSV row, and the file they come in. Pure. */
#include "tests/support/unit.h"

#include <unistd.h>

#include "base/clock.h"
#include "door/door_csv.h"
#include "door/door_hand.h"

static struct arena *arena;

static int setup(void **state)
{
    const char *why;
    char path[] = "/tmp/test_door_hand.XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    unlink(path);
    arena = arena_new(ARENA_CEILING_DEFAULT);
    bool ok = keys_create(path) && keys_open(path, arena, &why);
    unlink(path);
    return ok ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* 2026-11-21T12:00:00Z */
#define NOW_US INT64_C(1795262400000000)

static struct hand_context context_of(enum sale_door door)
{
    struct hand_context context = {
        .door = door, .brand = 1, .program = 2, .by_user = 3, .zone = "Europe/Berlin"};
    assert_true(unit_find_currency(SV("EUR"), &context.currency));
    context.received_us = NOW_US;
    return context;
}

static struct hand_entry read_row(enum sale_door door, const struct hand_input *input)
{
    struct hand_context context = context_of(door);
    struct hand_entry entry;
    bool sound = hand_read(arena, &context, input, &entry);
    assert_int_equal(sound, entry.errors == 0);
    return entry;
}

#define ROW(...) read_row(SALE_DOOR_CSV, &(struct hand_input){.field = {__VA_ARGS__}})

static void assert_fault(struct hand_entry entry, enum hand_field field)
{
    assert_int_equal(entry.errors, 1);
    assert_non_null(entry.error[field]);
}

static void a_sale_needs_an_order_and_an_amount_alone(void **state)
{
    (void)state;
    struct hand_entry e = ROW([HAND_ORDER] = SV(" A-1 "), [HAND_AMOUNT] = SV("129.90"));
    assert_int_equal(e.errors, 0);
    assert_false(e.is_refund);
    assert_sv_equal(e.sale.order_ref, "A-1");
    assert_int_equal(e.sale.amount, 12990);
    assert_string_equal(e.sale.unit.code, "EUR");
    assert_int_equal(e.sale.occurred_us, 0);
    assert_int_equal(e.sale.by_user, 3);
    assert_fault(ROW([HAND_AMOUNT] = SV("1")), HAND_ORDER);
    assert_fault(ROW([HAND_ORDER] = SV("A-1")), HAND_AMOUNT);
}

static void a_sale_is_free_under_a_code_and_a_lead_always(void **state)
{
    (void)state;
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("0")), HAND_AMOUNT);
    assert_int_equal(
        ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("0"), [HAND_CODE] = SV("ALL100")).errors, 0);
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_CODE] = SV("ALL100")), HAND_AMOUNT);
    assert_int_equal(ROW([HAND_ORDER] = SV("A"), [HAND_EVENT] = SV("lead")).errors, 0);
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_EVENT] = SV("rebill")), HAND_AMOUNT);
}

static void amounts_are_exact_in_their_own_currency(void **state)
{
    (void)state;
    struct hand_entry e =
        ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1500"), [HAND_CURRENCY] = SV("jpy"));
    assert_int_equal(e.sale.amount, 1500);
    assert_fault(
        ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1.5"), [HAND_CURRENCY] = SV("JPY")),
        HAND_AMOUNT);
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1e3")), HAND_AMOUNT);
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1,000.00")), HAND_AMOUNT);
    assert_fault(ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1"), [HAND_CURRENCY] = SV("EURO")),
                 HAND_CURRENCY);
}

static int64_t time_of(const char *date)
{
    struct hand_entry e =
        ROW([HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1"), [HAND_DATE] = sv_from(date));
    return e.error[HAND_DATE] ? -1 : e.sale.occurred_us;
}

static void a_day_counts_as_its_last_second_in_the_brands_zone(void **state)
{
    int64_t expected;
    (void)state;
    assert_true(clock_parse(SV("2026-11-20T22:59:59Z"), &expected)); /* Berlin is an hour ahead */
    assert_int_equal(time_of("2026-11-20"), expected);
    assert_true(clock_parse(SV("2026-10-25T22:59:59Z"), &expected)); /* a day of 25 hours */
    assert_int_equal(time_of("2026-10-25"), expected);
    assert_int_equal(time_of("2026-11-21"), 0); /* today: now */
    assert_true(clock_parse(SV("2026-11-21T06:13:05Z"), &expected));
    assert_int_equal(time_of("2026-11-21T07:13:05+01:00"), expected);
    static const char *const bad[] = {"2026-02-30", "21.11.2026",           "2026-11-22",
                                      "1795262400", "2026-11-21T12:30:00Z", "2026-08-01"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(time_of(bad[i]), -1);
}

static void a_refund_without_an_amount_is_the_whole_and_counts_once_by_its_order(void **state)
{
    (void)state;
    struct hand_entry e = ROW([HAND_TYPE] = SV("Refund"), [HAND_ORDER] = SV("A-1"));
    assert_int_equal(e.errors, 0);
    assert_true(e.is_refund);
    assert_int_equal(e.refund.extent, ADJUSTMENT_WHOLE);
    assert_int_equal(e.refund.kind, ADJUSTMENT_REFUND);
    assert_sv_equal(e.refund.ref, "whole:A-1");
    assert_sv_equal(e.refund.targets[0].value, "A-1");
    assert_string_equal(e.refund.unit.code, "");
}

static void a_partial_refund_has_an_id_of_its_own(void **state)
{
    (void)state;
    struct hand_entry e = ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A-1"),
                              [HAND_AMOUNT] = SV("5"), [HAND_REFUND] = SV("r-1"));
    assert_int_equal(e.errors, 0);
    assert_int_equal(e.refund.extent, ADJUSTMENT_OF_TOTAL);
    assert_int_equal(e.refund.amount, 500);
    assert_sv_equal(e.refund.ref, "r-1");
    assert_fault(ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A-1"), [HAND_AMOUNT] = SV("5")),
                 HAND_REFUND);
    assert_fault(ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A-1"), [HAND_AMOUNT] = SV("0"),
                     [HAND_REFUND] = SV("r-1")),
                 HAND_AMOUNT);
}

static void reasons_are_told_to_the_creator(void **state)
{
    (void)state;
    struct hand_entry e =
        ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A"), [HAND_REASON] = SV("chargeback"));
    assert_int_equal(e.refund.kind, ADJUSTMENT_CHARGEBACK);
    e = ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A"), [HAND_REASON] = SV("cancelled"),
            [HAND_NOTE] = SV("out of stock"));
    assert_sv_equal(e.refund.note, "The order was cancelled: out of stock");
    assert_fault(
        ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A"), [HAND_REASON] = SV("whim")),
        HAND_REASON);
    assert_fault(
        ROW([HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A"), [HAND_REASON] = SV("other")),
        HAND_NOTE);
    /* A form asks for the reason; a file of refunds needn't repeat what it is. */
    struct hand_input bare = {.field = {[HAND_TYPE] = SV("refund"), [HAND_ORDER] = SV("A")}};
    assert_fault(read_row(SALE_DOOR_MANUAL, &bare), HAND_REASON);
}

static void every_text_is_bounded_and_plain(void **state)
{
    (void)state;
    char *long_text = arena_alloc(arena, 1001);
    memset(long_text, 'x', 1000);
    for (unsigned f = 0; f < HAND_FIELD_COUNT; f++) {
        struct hand_input input = {.field = {[HAND_ORDER] = SV("A"), [HAND_AMOUNT] = SV("1")}};
        input.field[f] = sv_of(long_text, 1000);
        bool of_refunds = f == HAND_REFUND || f == HAND_REASON;
        if (of_refunds) {
            input.field[HAND_TYPE] = SV("refund");
            input.field[HAND_AMOUNT] = SV("");
        }
        assert_non_null(read_row(SALE_DOOR_CSV, &input).error[f]);
        input.field[f] = sv_of("a\001b", 3);
        if (f != HAND_NOTE)
            assert_non_null(read_row(SALE_DOOR_CSV, &input).error[f]);
    }
}

/* The file ---------------------------------------------------------------------------------------
 */

static struct door_csv read_file(const char *text, enum door_csv_fault expected, size_t at_row)
{
    struct door_csv csv;
    size_t row;
    assert_int_equal(door_csv_read(arena, sv_from(text), &csv, &row), expected);
    if (at_row > 0)
        assert_int_equal(row, at_row);
    return csv;
}

static void reads_rfc_4180(void **state)
{
    (void)state;
    struct door_csv csv = read_file(
        "\xef\xbb\xbf"
        "a,b\r\n\"1,\"\"x\"\"\r\ny\",2\r\n\r\n,,\r\n3",
        DOOR_CSV_OK, 0);
    assert_int_equal(csv.header.n, 2);
    assert_sv_equal(csv.header.cell[0], "a");
    assert_int_equal(csv.n, 2);
    assert_sv_equal(csv.rows[0].cell[0], "1,\"x\"\r\ny");
    assert_sv_equal(csv.rows[0].cell[1], "2");
    assert_sv_equal(csv.rows[1].cell[0], "3");
    csv = read_file("a;b\n1,5;2\n", DOOR_CSV_OK, 0);
    assert_sv_equal(csv.rows[0].cell[0], "1,5");
}

static void refuses_what_is_no_table(void **state)
{
    (void)state;
    read_file("", DOOR_CSV_EMPTY, 0);
    read_file("\n\r\n,,\n", DOOR_CSV_EMPTY, 0);
    read_file("a\n\"b\n", DOOR_CSV_BAD_QUOTES, 2);
    read_file("a\nb\nc\"d\n", DOOR_CSV_BAD_QUOTES, 3);
    read_file("a\n\xff\n", DOOR_CSV_NOT_UTF8, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sale_needs_an_order_and_an_amount_alone),
        cmocka_unit_test(a_sale_is_free_under_a_code_and_a_lead_always),
        cmocka_unit_test(amounts_are_exact_in_their_own_currency),
        cmocka_unit_test(a_day_counts_as_its_last_second_in_the_brands_zone),
        cmocka_unit_test(a_refund_without_an_amount_is_the_whole_and_counts_once_by_its_order),
        cmocka_unit_test(a_partial_refund_has_an_id_of_its_own),
        cmocka_unit_test(reasons_are_told_to_the_creator),
        cmocka_unit_test(every_text_is_bounded_and_plain),
        cmocka_unit_test(reads_rfc_4180),
        cmocka_unit_test(refuses_what_is_no_table),
    };
    return cmocka_run_group_tests_name("door_hand", tests, setup, teardown);
}
