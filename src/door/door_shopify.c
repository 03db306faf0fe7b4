/*
 * POST /api/v2/affiliate/shopify/{brand_id}: Shopify's webhooks.
 *
 *   X-Shopify-Hmac-Sha256: base64 of HMAC-SHA256(key, raw body); nothing signs a time
 *   X-Shopify-Topic, -Webhook-Id (the delivery, the same over retries), -Shop-Domain
 *
 *   orders/create            a sale: key is the order's id
 *   refunds/create           may come before its order, and waits for it then
 *   app/uninstalled          the connection has ended: the brand's managers get a mail
 *   customers/data_request   noted, and mailed to them with its date
 *   customers/redact, shop/redact          carried out by the worker (conversion/shop_request.h)
 *   others                   authentic, so noted; they move no money
 *
 *   200 {"status":…}   400 invalid_json   401 invalid_signature   412 shopify_not_configured
 *   200 {"ok":false,"reason":"unknown_brand"|"affiliate_disabled"}   429   503: send it again
 *
 * Source: https://shopify.dev/docs/apps/build/webhooks. The key belongs to the shop: with webhooks
 * made under Settings → Notifications it is the one shown there.
 */
#include "base/i18n.h"
#include "base/json.h"
#include "conversion/shop_request.h"
#include "crypto/signature.h"
#include "door/door_shopify_read.h"
#include "door/door_webhook.h"

http_handler door_shopify_post;

static const struct door_provider shopify = {
    .door = SALE_DOOR_SHOPIFY,
    .secrets = SECRET_SHOPIFY,
    .not_configured = "shopify_not_configured",
    .sign = N_("Paste the key that Shopify shows below the list of its webhooks, under "
               "Settings, Notifications."),
};

static bool is_signed_by(struct http_request *request, struct sv secret)
{
    char expected[HMAC_SHA256_BASE64_SIZE];
    signature_hmac_sha256_base64(expected, secret, &request->body, 1);
    return signature_equal(sv_from(expected), http_header(request, "X-Shopify-Hmac-Sha256"));
}

typedef struct door_webhook_fate topic_handler(struct door_webhook *w, struct json_object *json);

static struct door_webhook_fate ignore(struct door_webhook *w, const char *reason,
                                       struct sv order_ref)
{
    return door_webhook_note(w, &(struct door_webhook_note){.state = INBOX_IGNORED,
                                                            .reason = reason,
                                                            .order_ref = order_ref});
}

static struct door_webhook_fate refuse(struct door_webhook *w, const struct door_fault *fault,
                                       struct sv order_ref)
{
    return door_webhook_note(w, &(struct door_webhook_note){.state = INBOX_REFUSED,
                                                            .reason = fault->code,
                                                            .field = fault->field,
                                                            .order_ref = order_ref});
}

static struct sv shop_domain(struct door_webhook *w)
{
    return http_header(w->request, "X-Shopify-Shop-Domain");
}

/* Sales ---------------------------------------------------------------------------------------- */

static struct door_webhook_fate take_order(struct door_webhook *w, struct json_object *json)
{
    struct arena *arena = w->request->arena;
    struct shopify_order order;
    struct door_fault fault;
    if (!door_shopify_read_order(arena, json, &order, &fault))
        return refuse(w, &fault, SV(""));
    struct sale_event *event = &order.event;
    w->test_mode = w->test_mode || order.is_test;
    door_webhook_heard(w, shop_domain(w), event->occurred_us);
    if (order.is_free)
        return ignore(w, "zero_amount", event->order_ref);
    event->has_customer = door_hash_email(order.email, event->customer_hash);
    event->has_ip = door_take_ip(arena, event, order.ip);
    return door_webhook_record(w, event);
}

/* Refunds -------------------------------------------------------------------------------------- */

/* Whichever program's scope the order is in. */
DB_SQL(shopify_find_order,
       "SELECT c.unit FROM (SELECT 0 AS id UNION ALL SELECT id FROM program WHERE brand = ?) s"
       " JOIN conversion_key k ON k.brand = ? AND k.mode = ? AND k.scope = s.id"
       " AND k.kind = 'order' AND k.value = ? JOIN conversion c ON c.id = k.conversion LIMIT 1");

/* The recorded order's unit. DB_NO_ROW: there is none in that mode. */
static enum db_status find_unit(struct door_webhook *w, struct sv order, bool test_mode,
                                struct unit *unit)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(w->request->db, w->request->arena, &shopify_find_order,
                   DB_ARGS(db_u64(w->brand), db_u64(w->brand), db_cstr(test_mode ? "test" : "live"),
                           db_text(order)),
                   &row);
    if (status != DB_OK)
        return status;
    return unit_find_currency(db_col_text(row, 0), unit) ? DB_OK : DB_NO_ROW;
}

/*
 * Refunds don't say that their order was a test, and older ones name no currency: the recorded
 * order does. One that is not here yet is taken for what the key says.
 */
static enum db_status find_order(struct door_webhook *w, struct sv order, struct unit *unit)
{
    enum db_status status = find_unit(w, order, w->test_mode, unit);
    if (status != DB_NO_ROW || w->test_mode)
        return status;
    status = find_unit(w, order, true, unit);
    w->test_mode = status == DB_OK;
    return status;
}

static struct door_webhook_fate take_refund(struct door_webhook *w, struct json_object *json)
{
    struct arena *arena = w->request->arena;
    struct shopify_refund refund;
    struct door_fault fault;
    struct unit unit;
    struct sv order = door_shopify_refunded_order(arena, json);
    enum db_status status = order.n > 0 ? find_order(w, order, &unit) : DB_NO_ROW;
    if (status != DB_OK && status != DB_NO_ROW)
        return (struct door_webhook_fate){.is_stored = false};
    if (!door_shopify_read_refund(arena, json, status == DB_OK ? &unit : NULL, &refund, &fault))
        return refuse(w, &fault, order);
    w->test_mode = w->test_mode || refund.is_test;
    door_webhook_heard(w, shop_domain(w), refund.event.occurred_us);
    if (refund.event.extent == ADJUSTMENT_NOTHING)
        return ignore(w, "nothing_refunded", order);
    return door_webhook_adjust(w, &refund.event);
}

/* Requests ------------------------------------------------------------------------------------- */

static struct door_webhook_fate ask(struct door_webhook *w, enum shop_request_kind kind,
                                    const struct shopify_privacy *privacy, const char *reason,
                                    struct sv event)
{
    struct shop_request r = {.brand = w->brand,
                             .door = SALE_DOOR_SHOPIFY,
                             .test_mode = w->test_mode,
                             .kind = kind,
                             .event_id = w->event_id,
                             .account = door_webhook_account(shop_domain(w)),
                             .received_us = w->request->received_us};
    if (privacy) {
        r.has_customer = door_hash_email(privacy->email, r.customer_hash);
        r.orders = privacy->orders;
        r.n_orders = privacy->n_orders;
    }
    if (shop_request_put(w->request->db, w->request->arena, &r) != DB_OK)
        return (struct door_webhook_fate){.is_stored = false};
    return door_webhook_note(
        w, &(struct door_webhook_note){.state = INBOX_IGNORED, .reason = reason, .event = event});
}

static struct door_webhook_fate take_uninstalled(struct door_webhook *w, struct json_object *json)
{
    (void)json;
    return ask(w, SHOP_REQUEST_UNINSTALLED, NULL, "app_uninstalled", SV(""));
}

/* Which request, and by when it is to be answered: what the event log shows. */
static struct door_webhook_fate take_data_request(struct door_webhook *w, struct json_object *json)
{
    struct shopify_privacy privacy;
    char due[CLOCK_TEXT_SIZE];
    struct buf b = buf_new(w->request->arena, 1024);
    door_shopify_read_privacy(w->request->arena, json, &privacy);
    clock_format_date(due, clock_wire_us() + SHOP_REQUEST_DUE_US);
    buf_puts(&b, "{\"data_request\":");
    json_put_string(&b, privacy.request_id);
    buf_printf(&b, ",\"orders\":%zu,\"due\":\"%s\"}", privacy.n_orders, due);
    return ask(w, SHOP_REQUEST_DATA_REQUEST, &privacy, "data_request", buf_sv(&b));
}

static struct door_webhook_fate take_customer_redact(struct door_webhook *w,
                                                     struct json_object *json)
{
    struct shopify_privacy privacy;
    door_shopify_read_privacy(w->request->arena, json, &privacy);
    return ask(w, SHOP_REQUEST_REDACT_CUSTOMER, &privacy, "customer_redacted", SV(""));
}

static struct door_webhook_fate take_shop_redact(struct door_webhook *w, struct json_object *json)
{
    (void)json;
    return ask(w, SHOP_REQUEST_REDACT_SHOP, NULL, "shop_redacted", SV(""));
}

/* Topics --------------------------------------------------------------------------------------- */

static struct door_webhook_fate take_other(struct door_webhook *w, struct json_object *json)
{
    struct sv name = door_json_text(w->request->arena, json, "name", SALE_ORDER_REF_MAX);
    door_webhook_heard(w, shop_domain(w), 0);
    return ignore(w, "other_topic", sv_starts(w->topic, SV("orders/")) ? name : SV(""));
}

static topic_handler *find_topic(struct sv topic)
{
    static const struct {
        const char *name;
        topic_handler *take;
    } topics[] = {
        {"orders/create", take_order},
        {"refunds/create", take_refund},
        {"app/uninstalled", take_uninstalled},
        {"customers/data_request", take_data_request},
        {"customers/redact", take_customer_redact},
        {"shop/redact", take_shop_redact},
    };
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        if (sv_eq_cstr(topic, topics[i].name))
            return topics[i].take;
    return take_other;
}

void door_shopify_post(struct http_request *request, struct http_response *response)
{
    struct door_webhook w;
    if (!door_webhook_open(&w, request, response, &shopify, http_path_param(request, "brand_id")))
        return;
    door_webhook_name(&w, http_header(request, "X-Shopify-Topic"),
                      http_header(request, "X-Shopify-Webhook-Id"));
    if (!door_webhook_verify(&w, is_signed_by))
        return;
    struct json_object *json = door_webhook_parse(&w);
    if (!json)
        return;
    struct door_webhook_fate fate = find_topic(w.topic)(&w, json);
    json_free(json);
    if (fate.is_stored && fate.reason && strcmp(fate.reason, "brand_inactive") == 0)
        http_json(response, 200, SV("{\"ok\":false,\"reason\":\"affiliate_disabled\"}\n"));
    else
        door_webhook_answer(&w, &fate);
}
