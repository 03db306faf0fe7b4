#include "support/unit.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "door/door_shopify_read.h"

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

/* As Shopify's "Send test notification" makes it, without the members that nobody reads. */
static const char *const sample =
    "{'id':820982911946154508,'admin_graphql_api_id':'gid://shopify/Order/820982911946154508',"
    "'app_id':null,'browser_ip':null,'buyer_accepts_marketing':true,'cancel_reason':'customer',"
    "'cancelled_at':'2021-12-31T19:00:00-05:00','cart_token':null,'checkout_id':null,"
    "'client_details':null,'confirmed':false,'contact_email':'jon@example.com',"
    "'created_at':'2021-12-31T19:00:00-05:00','currency':'USD','current_subtotal_price':'398.00',"
    "'current_total_price':'398.00','customer_locale':'en','device_id':null,'discount_codes':[],"
    "'email':'jon@example.com','financial_status':'voided','landing_site':null,'name':'#9999',"
    "'note':null,'note_attributes':[],'number':234,'order_number':1234,"
    "'presentment_currency':'USD','referring_site':null,'source_name':'web',"
    "'subtotal_price':'388.00','tags':'tag1, tag2','tax_lines':[],'taxes_included':false,"
    "'test':true,'token':'123456abcd','total_discounts':'20.00','total_line_items_price':'398.00',"
    "'total_price':'388.00','total_tax':'0.00','user_id':null,'customer':{'id':115310627314723954,"
    "'email':'john@example.com','first_name':'John','last_name':'Smith','state':'disabled',"
    "'default_address':{'country_code':'CA'}},'shipping_address':{'first_name':'Steve',"
    "'country':'United States','country_code':'US'},'billing_address':{'country_code':'CA'},"
    "'line_items':[{'id':866550311766439020,'product_id':788032119674292922,'sku':'SKU2006-001',"
    "'quantity':1,'price':'199.00','total_discount':'0.00','discount_allocations':[]},"
    "{'id':141249953214522974,'product_id':788032119674292922,'sku':null,'quantity':1,"
    "'price':'199.00','total_discount':'5.00','discount_allocations':[{'amount':'5.00',"
    "'discount_application_index':0},{'amount':'5.00','discount_application_index':2}]}]}";

static struct shopify_order order_of(const char *text)
{
    struct shopify_order order;
    struct door_fault fault = {NULL, NULL};
    if (!door_shopify_read_order(arena, parse(text), &order, &fault))
        fail_msg("%s: %s", fault.code, fault.field);
    return order;
}

static void assert_order_fault(const char *text, const char *code, const char *field)
{
    struct shopify_order order;
    struct door_fault fault = {NULL, NULL};
    assert_false(door_shopify_read_order(arena, parse(text), &order, &fault));
    assert_string_equal(fault.code, code);
    assert_string_equal(fault.field, field);
}

static void reads_shopifys_own_sample(void **state)
{
    (void)state;
    struct shopify_order order = order_of(sample);
    const struct sale_event *e = &order.event;
    assert_true(order.is_test);
    assert_sv_equal(order.id, "820982911946154508"); /* beyond 2^53, to the last digit */
    assert_int_equal(e->n_keys, 1);
    assert_int_equal(e->keys[0].kind, SALE_KEY_ORDER);
    assert_sv_equal(e->keys[0].value, "820982911946154508");
    assert_sv_equal(e->order_ref, "#9999");
    assert_string_equal(e->unit.code, "USD");
    assert_int_equal(e->amount, 38800);
    assert_true(e->has_subtotal && e->has_tax);
    assert_int_equal(e->subtotal, 38800);
    assert_int_equal(e->tax, 0);
    assert_sv_equal(e->country, "US");
    assert_sv_equal(order.email, "jon@example.com");
    assert_int_equal(order.ip.n, 0);
    assert_int_equal(e->buyer, SALE_BUYER_UNKNOWN);
    assert_int_equal(e->occurred_us, INT64_C(1640995200) * CLOCK_SECOND);
    assert_int_equal(e->n_items, 2);
    assert_sv_equal(e->items[0].line_ref, "866550311766439020");
    assert_sv_equal(e->items[0].sku, "SKU2006-001");
    assert_int_equal(e->items[0].base, 19900);
    assert_int_equal(e->items[1].sku.n, 0);
    assert_int_equal(e->items[1].base, 18900); /* its own discount and its share of the order's */
}

static void needs_neither_a_customer_nor_an_address(void **state)
{
    (void)state;
    struct shopify_order order = order_of(
        "{'id':1,'currency':'USD','total_price':'1.00','name':null,'email':null,"
        "'customer':null,'shipping_address':null,'billing_address':null,'browser_ip':null,"
        "'client_details':null,'landing_site':null,'note_attributes':null,'test':null,"
        "'discount_codes':null,'line_items':null,'created_at':null}");
    assert_sv_equal(order.event.order_ref, "1");
    assert_int_equal(order.email.n + order.ip.n + order.event.country.n, 0);
    assert_int_equal(order.event.n_items, 0);
    assert_int_equal(order.event.occurred_us, 0);
    assert_false(order.is_test || order.event.has_subtotal || order.event.has_tax);
}

static void takes_money_as_numbers_and_as_strings(void **state)
{
    (void)state;
    struct shopify_order order = order_of(
        "{'id':'77','currency':'jpy','total_price':1500,'subtotal_price':1200.0,"
        "'total_tax':'109','line_items':[{'id':5,'price':600,'quantity':2}]}");
    assert_string_equal(order.event.unit.code, "JPY");
    assert_int_equal(order.event.amount, 1500);
    assert_int_equal(order.event.subtotal, 1200);
    assert_int_equal(order.event.tax, 109);
    assert_int_equal(order.event.items[0].base, 1200);
    assert_int_equal(order.event.items[0].quantity, 2);
}

static void counts_in_the_shops_currency_not_in_the_buyers(void **state)
{
    (void)state;
    struct shopify_order order = order_of(
        "{'id':1,'currency':'CAD','presentment_currency':'EUR','total_price':'100.00',"
        "'total_price_set':{'shop_money':{'amount':'100.00','currency_code':'CAD'},"
        "'presentment_money':{'amount':'66.00','currency_code':'EUR'}}}");
    assert_string_equal(order.event.unit.code, "CAD");
    assert_int_equal(order.event.amount, 10000);
}

static void names_what_makes_it_no_order(void **state)
{
    (void)state;
    assert_order_fault("{}", "missing_field", "id");
    assert_order_fault("{'id':null}", "missing_field", "id");
    assert_order_fault("{'id':8.2e17}", "missing_field", "id"); /* not an exact number */
    assert_order_fault("{'id':{},'currency':'USD'}", "missing_field", "id");
    assert_order_fault("{'id':1}", "unknown_currency", "currency");
    assert_order_fault("{'id':1,'currency':'XXZ'}", "unknown_currency", "currency");
    assert_order_fault("{'id':1,'currency':'USD'}", "missing_field", "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':true}", "wrong_type", "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':'1,00'}", "amount_not_a_number",
                       "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':1e2}", "amount_not_a_number",
                       "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':'-1.00'}", "amount_negative",
                       "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':'1.005'}", "amount_over_precise",
                       "total_price");
    assert_order_fault("{'id':1,'currency':'USD','total_price':'99999999999999999999'}",
                       "amount_too_large", "total_price");
}

#define ORDER(members) "{'id':1,'currency':'USD','total_price':'10.00'," members "}"
#define CLICK          "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER          "01890a5d-ac96-774b-bcce-b302099a8058"

static void assert_click(struct shopify_order order, const char *text)
{
    char found[UUID_TEXT_SIZE];
    uuid_format(found, order.event.click);
    assert_string_equal(found, text);
}

static void finds_the_click_in_the_carts_attributes(void **state)
{
    (void)state;
    static const char *const names[] = {"meed_click", "pcps_click", "click_id", "_meed_click",
                                        "__click_id", "Meed_Click", "ref"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *text = arena_printf(
            arena,
            ORDER("'note_attributes':[{'name':'gift','value':'yes'},{'name':'%s','value':'%s'}]"),
            names[i], CLICK);
        assert_click(order_of(text), CLICK);
    }
}

static void takes_token_ref_and_campaign_from_attributes(void **state)
{
    (void)state;
    struct shopify_order order =
        order_of(ORDER("'note_attributes':[{'name':'meed_token','value':' abcd2345 '},"
                       "{'name':'ref','value':'anna'},{'name':'meed_campaign','value':7}]"));
    assert_sv_equal(order.event.token, "abcd2345");
    assert_sv_equal(order.event.ref, "anna");
    assert_sv_equal(order.event.campaign, "7");
}

static void reads_the_landing_page_absolute_or_relative(void **state)
{
    (void)state;
    assert_click(order_of(ORDER("'landing_site':'/?utm_source=x&meed_click=" CLICK "#top'")),
                 CLICK);
    assert_click(order_of(ORDER("'landing_site':'https://shop.example/a/b?pcps_click=" CLICK "'")),
                 CLICK);
    struct shopify_order order = order_of(
        ORDER("'landing_site':'/p?ref=anna%20b&meed_token=abcd2345&token=secret&bad=%zz'"));
    assert_sv_equal(order.event.ref, "anna b");
    assert_sv_equal(order.event.token, "abcd2345");
    order = order_of(ORDER("'landing_site':'/checkout'"));
    assert_true(uuid_is_zero(order.event.click));
    assert_int_equal(order.event.bad_click.n, 0);
}

static void prefers_the_cart_to_the_landing_page(void **state)
{
    (void)state;
    assert_click(order_of(ORDER("'landing_site':'/?click_id=" OTHER "','note_attributes':"
                                "[{'name':'click_id','value':'" CLICK "'}]")),
                 CLICK);
}

static void a_mangled_click_gives_way_to_a_whole_one(void **state)
{
    (void)state;
    struct shopify_order order =
        order_of(ORDER("'landing_site':'/?click_id=" OTHER "','note_attributes':"
                       "[{'name':'meed_click','value':'undefined'}]"));
    assert_click(order, OTHER);
    assert_int_equal(order.event.bad_click.n, 0);
    order = order_of(ORDER("'note_attributes':[{'name':'meed_click','value':'undefined'}]"));
    assert_true(uuid_is_zero(order.event.click));
    assert_sv_equal(order.event.bad_click, "undefined");
}

static void keeps_every_discount_code(void **state)
{
    (void)state;
    struct shopify_order order =
        order_of(ORDER("'discount_codes':[{'code':'anna10','amount':'1.00','type':'percentage'},"
                       "{'code':'FREESHIP'},{'code':'ANNA10'},{'code':null},{'code':' spring '}]"));
    assert_int_equal(order.event.n_codes, 3);
    assert_sv_equal(order.event.codes[0], "ANNA10");
    assert_sv_equal(order.event.codes[1], "FREESHIP");
    assert_sv_equal(order.event.codes[2], "SPRING");
}

static void tells_new_buyers_from_returning_ones(void **state)
{
    (void)state;
    assert_int_equal(order_of(ORDER("'customer':{'orders_count':1}")).event.buyer, SALE_BUYER_NEW);
    assert_int_equal(order_of(ORDER("'customer':{'orders_count':2}")).event.buyer,
                     SALE_BUYER_RETURNING);
    assert_int_equal(order_of(ORDER("'customer':{'orders_count':null}")).event.buyer,
                     SALE_BUYER_UNKNOWN);
}

static void finds_address_and_country_where_they_are(void **state)
{
    (void)state;
    struct shopify_order order = order_of(
        ORDER("'client_details':{'browser_ip':'2001:db8::1'},'customer':{'email':'a@b.co'},"
              "'billing_address':{'country_code':'de'}"));
    assert_sv_equal(order.ip, "2001:db8::1");
    assert_sv_equal(order.email, "a@b.co");
    assert_sv_equal(order.event.country, "DE");
    assert_int_equal(order_of(ORDER("'shipping_address':{'country_code':'ZZ'}")).event.country.n,
                     0);
}

static void a_free_order_counts_only_under_a_discount(void **state)
{
    (void)state;
    assert_true(order_of("{'id':1,'currency':'USD','total_price':'0.00'}").is_free);
    assert_false(order_of("{'id':1,'currency':'USD','total_price':'0.00','total_discounts':'5.00'}")
                     .is_free);
    assert_false(order_of("{'id':1,'currency':'USD','total_price':'0.00',"
                          "'discount_codes':[{'code':'A'}]}")
                     .is_free);
}

static void no_part_is_larger_than_the_whole(void **state)
{
    (void)state;
    struct shopify_order order = order_of(ORDER("'subtotal_price':'11.00','total_tax':'12.00'"));
    assert_int_equal(order.event.subtotal, 1000);
    assert_int_equal(order.event.tax, 1000);
}

static void leaves_out_lines_it_cannot_read(void **state)
{
    (void)state;
    struct shopify_order order =
        order_of(ORDER("'line_items':[null,7,{'id':1},{'id':2,'price':'x'},{'id':3,'price':'1.00',"
                       "'quantity':-1},{'id':4,'price':'9000000000000000','quantity':9},"
                       "{'id':5,'price':'2.50','quantity':2,'total_discount':'99.00'},"
                       "{'id':6,'price':'2.50','quantity':0}]"));
    assert_int_equal(order.event.n_items, 2);
    assert_sv_equal(order.event.items[0].line_ref, "5");
    assert_int_equal(order.event.items[0].base, 0); /* never below nothing */
    assert_sv_equal(order.event.items[1].line_ref, "6");
    assert_int_equal(order.event.items[1].base, 0);
}

static void cuts_a_long_sku_between_two_characters(void **state)
{
    (void)state;
    struct buf b = buf_new(arena, 1024);
    for (int i = 0; i < 40; i++)
        buf_puts(&b, "\xe2\x82\xac"); /* 120 bytes of three each */
    struct shopify_order order = order_of(
        arena_printf(arena, ORDER("'line_items':[{'id':1,'price':'1.00','sku':'%s'}]"), b.p));
    assert_int_equal(order.event.items[0].sku.n, 99);
    assert_true(sv_is_utf8(order.event.items[0].sku));
}

static void reads_250_lines_and_bounds_what_is_more(void **state)
{
    (void)state;
    for (size_t n = 250; n <= 750; n += 500) {
        struct buf b = buf_new(arena, 1024 * 1024);
        buf_puts(&b, "{'id':1,'currency':'USD','total_price':'250.00','line_items':[");
        for (size_t i = 0; i < n; i++)
            buf_printf(&b, "%s{'id':%zu,'price':'1.00','quantity':1,'sku':'S-%zu'}",
                       i > 0 ? "," : "", i + 1, i);
        buf_puts(&b, "]}");
        assert_int_equal(order_of(b.p).event.n_items, n > SALE_ITEMS_MAX ? SALE_ITEMS_MAX : n);
    }
}

/* Refunds -------------------------------------------------------------------------------------- */

static struct shopify_refund refund_of(const char *text, const struct unit *known)
{
    struct shopify_refund refund;
    struct door_fault fault = {NULL, NULL};
    if (!door_shopify_read_refund(arena, parse(text), known, &refund, &fault))
        fail_msg("%s: %s", fault.code, fault.field);
    return refund;
}

static void assert_refund_fault(const char *text, const char *code, const char *field)
{
    struct shopify_refund refund;
    struct door_fault fault = {NULL, NULL};
    assert_false(door_shopify_read_refund(arena, parse(text), NULL, &refund, &fault));
    assert_string_equal(fault.code, code);
    assert_string_equal(fault.field, field);
}

#define REFUND(members) "{'id':890088186047892319,'order_id':820982911946154508," members "}"

static void refunds_goods_line_by_line(void **state)
{
    (void)state;
    struct shopify_refund refund = refund_of(
        REFUND("'created_at':'2021-12-31T19:00:00-05:00','note':'Things were damaged',"
               "'refund_line_items':[{'id':487817672276298627,'line_item_id':487817672276298554,"
               "'quantity':1,'restock_type':'no_restock','subtotal':199.0,"
               "'subtotal_set':{'shop_money':{'amount':'199.00','currency_code':'USD'},"
               "'presentment_money':{'amount':'150.00','currency_code':'EUR'}},'total_tax':0.0},"
               "{'line_item_id':7,'quantity':2,'subtotal':'1.50'}],"
               "'transactions':[{'id':1,'kind':'refund','status':'success','amount':'41.94',"
               "'currency':'USD','test':false}],'order_adjustments':[{'amount':'-5.00'}]"),
        NULL);
    const struct adjustment_event *e = &refund.event;
    assert_false(refund.is_test);
    assert_int_equal(e->kind, ADJUSTMENT_REFUND);
    assert_sv_equal(e->ref, "890088186047892319");
    assert_int_equal(e->n_targets, 1);
    assert_int_equal(e->targets[0].kind, SALE_KEY_ORDER);
    assert_sv_equal(e->targets[0].value, "820982911946154508");
    assert_int_equal(e->extent, ADJUSTMENT_LINES);
    assert_string_equal(e->unit.code, "USD");
    assert_int_equal(e->n_lines, 2);
    assert_sv_equal(e->lines[0].line_ref, "487817672276298554");
    assert_int_equal(e->lines[0].base, 19900);
    assert_int_equal(e->lines[1].quantity, 2);
    assert_int_equal(e->lines[1].base, 150);
    assert_int_equal(e->note.n, 0); /* the shop's own note is not for the partner */
}

static void a_line_without_a_currency_is_taken_at_its_own_price(void **state)
{
    (void)state;
    const char *text = REFUND(
        "'refund_line_items':[{'line_item_id':7,'quantity':2,"
        "'subtotal':'1.50'}]");
    struct shopify_refund refund = refund_of(text, NULL);
    struct unit yen;
    assert_int_equal(refund.event.lines[0].base, -1);
    assert_int_equal(refund.event.lines[0].quantity, 2);
    assert_string_equal(refund.event.unit.code, "");
    assert_true(unit_find_currency(SV("KWD"), &yen));
    assert_int_equal(refund_of(text, &yen).event.lines[0].base, 1500);
}

static void without_lines_what_was_paid_back_counts(void **state)
{
    (void)state;
    struct shopify_refund refund = refund_of(
        REFUND("'refund_line_items':[],'transactions':["
               "{'kind':'refund','status':'success','amount':'5.00','currency':'EUR','test':true},"
               "{'kind':'refund','status':'success','amount':2.5,'currency':'EUR'},"
               "{'kind':'refund','status':'failure','amount':'90.00','currency':'EUR'},"
               "{'kind':'refund','status':'pending','amount':'90.00','currency':'EUR'},"
               "{'kind':'sale','status':'success','amount':'90.00','currency':'EUR'}],"
               "'order_adjustments':[{'amount':'-7.50'}]"),
        NULL);
    assert_true(refund.is_test);
    assert_int_equal(refund.event.extent, ADJUSTMENT_OF_TOTAL);
    assert_int_equal(refund.event.amount, 750);
    assert_string_equal(refund.event.unit.code, "EUR");
}

static void nothing_paid_back_takes_nothing(void **state)
{
    (void)state;
    assert_int_equal(refund_of(REFUND("'transactions':[]"), NULL).event.extent, ADJUSTMENT_NOTHING);
    assert_int_equal(refund_of(REFUND("'transactions':[{'kind':'refund','status':'success',"
                                      "'amount':'0.00','currency':'EUR'}]"),
                               NULL)
                         .event.extent,
                     ADJUSTMENT_NOTHING);
}

static void names_what_makes_it_no_refund(void **state)
{
    (void)state;
    assert_refund_fault("{}", "missing_field", "id");
    assert_refund_fault("{'id':1}", "missing_field", "order_id");
    assert_refund_fault(
        REFUND("'transactions':[{'kind':'refund','status':'success','amount':'1'}]"),
        "missing_field", "currency");
    assert_refund_fault(REFUND("'transactions':[{'kind':'refund','status':'success',"
                               "'amount':'x','currency':'USD'}]"),
                        "amount_not_a_number", "amount");
    assert_refund_fault(REFUND("'transactions':[{'kind':'refund','status':'success','amount':'1',"
                               "'currency':'USD'},{'kind':'refund','status':'success','amount':'1',"
                               "'currency':'EUR'}]"),
                        "other_currency", "transactions");
}

/* People --------------------------------------------------------------------------------------- */

static void reads_whom_to_forget(void **state)
{
    (void)state;
    struct shopify_privacy privacy;
    door_shopify_read_privacy(
        arena,
        parse("{'shop_id':954889,'shop_domain':'x.myshopify.com','customer':{'id':191167,"
              "'email':'john@example.com','phone':'555-625-1199'},"
              "'orders_to_redact':[299938,'280263',null,{},820982911946154508]}"),
        &privacy);
    assert_sv_equal(privacy.email, "john@example.com");
    assert_int_equal(privacy.n_orders, 3);
    assert_sv_equal(privacy.orders[2], "820982911946154508");
    door_shopify_read_privacy(arena,
                              parse("{'customer':{'id':1},'orders_requested':[1,2],"
                                    "'data_request':{'id':9999}}"),
                              &privacy);
    assert_sv_equal(privacy.request_id, "9999");
    assert_int_equal(privacy.n_orders, 2);
    assert_int_equal(privacy.email.n, 0);
}

#define T(function) cmocka_unit_test_setup_teardown(function, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(reads_shopifys_own_sample),
        T(needs_neither_a_customer_nor_an_address),
        T(takes_money_as_numbers_and_as_strings),
        T(counts_in_the_shops_currency_not_in_the_buyers),
        T(names_what_makes_it_no_order),
        T(finds_the_click_in_the_carts_attributes),
        T(takes_token_ref_and_campaign_from_attributes),
        T(reads_the_landing_page_absolute_or_relative),
        T(prefers_the_cart_to_the_landing_page),
        T(a_mangled_click_gives_way_to_a_whole_one),
        T(keeps_every_discount_code),
        T(tells_new_buyers_from_returning_ones),
        T(finds_address_and_country_where_they_are),
        T(a_free_order_counts_only_under_a_discount),
        T(no_part_is_larger_than_the_whole),
        T(leaves_out_lines_it_cannot_read),
        T(cuts_a_long_sku_between_two_characters),
        T(reads_250_lines_and_bounds_what_is_more),
        T(refunds_goods_line_by_line),
        T(a_line_without_a_currency_is_taken_at_its_own_price),
        T(without_lines_what_was_paid_back_counts),
        T(nothing_paid_back_takes_nothing),
        T(names_what_makes_it_no_refund),
        T(reads_whom_to_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
