#include "support/unit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "door/door_woocommerce_read.h"

static struct arena *arena;
static struct json_object *json;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    json_free(json);
    json = NULL;
    arena_free(arena);
    return 0;
}

/* JSON with ' for ", so that it can be read here. */
static struct json_object *parse(const char *text)
{
    const char *why = NULL;
    char *quoted = arena_strdup(arena, text);
    for (char *c = quoted; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_free(json);
    json = json_parse(arena, sv_from(quoted), &why);
    if (!json)
        fail_msg("%s: %s", why, quoted);
    return json;
}

static struct woocommerce_order order_of(const char *text)
{
    struct woocommerce_order order;
    struct door_fault fault = {NULL, NULL};
    if (!door_woocommerce_read_order(arena, parse(text), &order, &fault))
        fail_msg("%s: %s", fault.code, fault.field);
    return order;
}

static void assert_fault(const char *text, const char *code, const char *field)
{
    struct woocommerce_order order;
    struct door_fault fault = {NULL, NULL};
    assert_false(door_woocommerce_read_order(arena, parse(text), &order, &fault));
    assert_string_equal(fault.code, code);
    assert_string_equal(fault.field, field);
}

#define CLICK "01890a5d-ac96-774b-bcce-b302099a8057"

/* The order of WooCommerce's own reference, with what a click leaves in it. */
static const char *const sample =
    "{'id':727,'parent_id':0,'number':'727','order_key':'wc_order_58d2d042d1d','status':'%s',"
    "'currency':'USD','date_created':'2017-03-22T16:28:02','date_created_gmt':'2017-03-22T19:28:02',"
    "'discount_total':'2.00','discount_tax':'0.00','shipping_total':'10.00','shipping_tax':'0.00',"
    "'cart_tax':'1.35','total':'29.35','total_tax':'1.35','prices_include_tax':false,"
    "'customer_id':0,'customer_ip_address':'203.0.113.9','billing':{'first_name':'John',"
    "'country':'CA','email':'john.doe@example.com'},'shipping':{'country':'US'},"
    "'meta_data':[{'id':13106,'key':'_download_permissions_granted','value':'yes'},"
    "{'id':13107,'key':'_meed_click','value':'" CLICK
    "'},{'id':1,'key':'_order_key','value':'x'},"
    "{'id':2,'key':'complex','value':{'a':[1]}},{'id':3,'key':'meed_token','value':'abcd2345'}],"
    "'line_items':[{'id':315,'name':'Woo Single #1','product_id':93,'variation_id':0,'quantity':2,"
    "'subtotal':'6.00','total':'4.50','total_tax':'0.45','sku':'','price':2.25},"
    "{'id':316,'product_id':22,'quantity':1,'subtotal':'14.00','total':'13.50','sku':'Bar3',"
    "'price':13.5}],'coupon_lines':[{'id':1,'code':'anna10','discount':'2.00'}],"
    "'refunds':%s}";

static struct woocommerce_order sample_in(const char *status, const char *refunds)
{
    return order_of(arena_printf(arena, sample, status, refunds));
}

static void reads_woocommerces_own_sample(void **state)
{
    (void)state;
    struct woocommerce_order order = sample_in("processing", "[]");
    const struct sale_event *e = &order.event;
    char click[UUID_TEXT_SIZE];
    assert_sv_equal(order.id, "727");
    assert_sv_equal(e->order_ref, "727");
    assert_int_equal(e->keys[0].kind, SALE_KEY_ORDER);
    assert_sv_equal(e->keys[0].value, "727");
    assert_int_equal(e->amount, 2935);
    assert_true(e->has_subtotal && e->has_tax);
    assert_int_equal(e->subtotal, 1800); /* the lines after discounts */
    assert_int_equal(e->tax, 135);
    assert_sv_equal(e->country, "US");
    assert_sv_equal(order.email, "john.doe@example.com");
    assert_sv_equal(order.ip, "203.0.113.9");
    assert_int_equal(e->occurred_us, INT64_C(1490210882) * CLOCK_SECOND); /* told without a zone */
    assert_int_equal(e->n_items, 2);
    assert_sv_equal(e->items[0].line_ref, "315");
    assert_int_equal(e->items[0].base, 450);
    assert_int_equal(e->items[0].quantity, 2);
    assert_sv_equal(e->items[1].sku, "Bar3");
    uuid_format(click, e->click);
    assert_string_equal(click, CLICK);
    assert_sv_equal(e->token, "abcd2345");
    assert_int_equal(e->n_codes, 1);
    assert_sv_equal(e->codes[0], "ANNA10");
    assert_false(order.is_free);
}

static void counts_only_what_is_paid(void **state)
{
    (void)state;
    static const char *const open[] = {"pending", "on-hold", "cancelled",      "refunded",
                                       "failed",  "trash",   "checkout-draft", ""};
    assert_true(sample_in("processing", "[]").is_paid);
    assert_true(sample_in("completed", "null").is_paid);
    for (size_t i = 0; i < COUNT_OF(open); i++)
        assert_false(sample_in(open[i], "[]").is_paid);
}

static void each_refund_is_one_of_its_own(void **state)
{
    (void)state;
    struct woocommerce_order order = sample_in("completed",
                                               "[{'id':726,'reason':'','total':'-10.00'},"
                                               "{'id':724,'reason':'broken','total':-9.35}]");
    assert_int_equal(order.n_refunds, 2);
    assert_sv_equal(order.refunds[0].ref, "726");
    assert_sv_equal(order.refunds[0].event_id, "727/refund/726");
    assert_int_equal(order.refunds[0].extent, ADJUSTMENT_OF_TOTAL);
    assert_int_equal(order.refunds[0].amount, 1000);
    assert_string_equal(order.refunds[0].unit.code, "USD");
    assert_sv_equal(order.refunds[0].targets[0].value, "727");
    assert_int_equal(order.refunds[1].amount, 935);
    assert_int_equal(order.refunds[1].note.n, 0);
}

static void a_refund_that_cannot_be_read_does_not_pass_for_none(void **state)
{
    (void)state;
    assert_fault(arena_printf(arena, sample, "completed", "[{'id':1,'total':'--1'}]"),
                 "amount_not_a_number", "refunds");
    assert_fault(arena_printf(arena, sample, "completed", "[{'total':'-1.00'}]"),
                 "amount_not_a_number", "refunds");
    assert_fault(arena_printf(arena, sample, "completed", "[null]"), "amount_not_a_number",
                 "refunds");
}

static void without_lines_the_goods_are_what_is_left(void **state)
{
    (void)state;
    struct woocommerce_order order = order_of(
        "{'id':1,'status':'completed','currency':'JPY','total':'1500','total_tax':'100',"
        "'shipping_total':'400'}");
    assert_int_equal(order.event.subtotal, 1000);
    assert_true(order.event.has_subtotal);
    order = order_of("{'id':1,'status':'completed','currency':'JPY','total':'1500'}");
    assert_false(order.event.has_subtotal || order.event.has_tax);
    order = order_of(
        "{'id':1,'status':'completed','currency':'JPY','total':'100','total_tax':'0',"
        "'line_items':[{'id':1,'total':'200'}]}");
    assert_false(order.event.has_subtotal); /* a part larger than the whole is no part */
}

static void names_what_makes_it_no_order(void **state)
{
    (void)state;
    assert_fault("{}", "missing_field", "id");
    assert_fault("{'id':1}", "unknown_currency", "currency");
    assert_fault("{'id':1,'currency':'USD'}", "missing_field", "total");
    assert_fault("{'id':1,'currency':'USD','total':'-3'}", "amount_negative", "total");
    assert_fault("{'id':1,'currency':'USD','total':[]}", "wrong_type", "total");
}

static void a_free_order_counts_only_under_a_coupon(void **state)
{
    (void)state;
    assert_true(order_of("{'id':1,'currency':'USD','total':'0.00'}").is_free);
    assert_false(
        order_of("{'id':1,'currency':'USD','total':'0.00','coupon_lines':[{'code':'a'}]}").is_free);
}

static void knows_the_ping_by_its_form(void **state)
{
    (void)state;
    assert_true(door_woocommerce_is_ping(SV("webhook_id=17")));
    assert_false(door_woocommerce_is_ping(SV("webhook_id=")));
    assert_false(door_woocommerce_is_ping(SV("webhook_id=17&x=1")));
    assert_false(door_woocommerce_is_ping(SV("webhook_id=-1")));
    assert_false(door_woocommerce_is_ping(SV("{}")));
    assert_false(door_woocommerce_is_ping(SV("")));
}

#define T(function) cmocka_unit_test_setup_teardown(function, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(reads_woocommerces_own_sample),
        T(counts_only_what_is_paid),
        T(each_refund_is_one_of_its_own),
        T(a_refund_that_cannot_be_read_does_not_pass_for_none),
        T(without_lines_the_goods_are_what_is_left),
        T(names_what_makes_it_no_order),
        T(a_free_order_counts_only_under_a_coupon),
        T(knows_the_ping_by_its_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
