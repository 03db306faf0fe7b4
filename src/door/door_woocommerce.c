/*
 * POST /webhooks/woocommerce?program_id=: WooCommerce's webhooks.
 *
 *   X-WC-Webhook-Signature: base64 of HMAC-SHA256(secret, raw body); nothing signs a time
 *   X-WC-Webhook-Topic, -Source (the shop's address), -Delivery-ID (not unique)
 *
 *   order.created, order.updated   the whole order each time: a sale once it is processing or
 *                                  completed, and each of its refunds by its own id
 *   others                         authentic, so noted; they move no money
 *   webhook_id=N, a form           the ping of a webhook just made; unsigned: 200
 *
 *   200 {"status":…,"refunds":[…]}   400 invalid_json   401 invalid_signature
 *   412 woocommerce_not_configured   200 {"ok":false,"reason":"unknown_program"}   429   503
 *
 * Source: https://woocommerce.com/document/webhooks/ and its class WC_Webhook.
 */
#include "base/i18n.h"
#include "base/json.h"
#include "crypto/signature.h"
#include "door/door_webhook.h"
#include "door/door_woocommerce_read.h"

http_handler door_woocommerce_post;

static const struct door_provider woocommerce = {
    .door = SALE_DOOR_WOOCOMMERCE,
    .secrets = SECRET_WOOCOMMERCE,
    .by_program = true,
    .not_configured = "woocommerce_not_configured",
    .sign = N_("Paste the secret of the webhook, as WooCommerce has it under Settings, Advanced, "
               "Webhooks."),
};

static bool is_signed_by(struct http_request *request, struct sv secret)
{
    char expected[HMAC_SHA256_BASE64_SIZE];
    signature_hmac_sha256_base64(expected, secret, &request->body, 1);
    return signature_equal(sv_from(expected), http_header(request, "X-WC-Webhook-Signature"));
}

static struct door_webhook_fate note(struct door_webhook *w, enum inbox_state state,
                                     const char *reason, const char *field, struct sv order_ref)
{
    return door_webhook_note(
        w, &(struct door_webhook_note){
               .state = state, .reason = reason, .field = field, .order_ref = order_ref});
}

static struct door_webhook_fate take_sale(struct door_webhook *w, struct woocommerce_order *order)
{
    struct sale_event *event = &order->event;
    if (!order->is_paid)
        return note(w, INBOX_IGNORED, "not_paid", NULL, event->order_ref);
    if (order->is_free)
        return note(w, INBOX_IGNORED, "zero_amount", NULL, event->order_ref);
    event->has_customer = door_hash_email(order->email, event->customer_hash);
    event->has_ip = door_take_ip(w->request->arena, event, order->ip);
    return door_webhook_record(w, event);
}

/* The sale first, so that its refunds find it. All of them are known or the shop sends it again. */
static void take_order(struct door_webhook *w, struct json_object *json)
{
    struct arena *arena = w->request->arena;
    struct woocommerce_order order;
    struct door_fault fault;
    struct buf b = buf_new(arena, 16 * 1024);
    if (!door_woocommerce_read_order(arena, json, &order, &fault)) {
        struct door_webhook_fate refused = note(w, INBOX_REFUSED, fault.code, fault.field, SV(""));
        door_webhook_answer(w, &refused);
        return;
    }
    struct door_webhook_fate fate = take_sale(w, &order);
    buf_putc(&b, '{');
    if (fate.is_stored)
        door_webhook_put_fate(&b, &fate);
    for (size_t i = 0; i < order.n_refunds && fate.is_stored; i++) {
        fate = door_webhook_adjust(w, &order.refunds[i]);
        buf_printf(&b, "%s{\"refund_id\":", i == 0 ? ",\"refunds\":[" : ",");
        json_put_string(&b, order.refunds[i].ref);
        buf_putc(&b, ',');
        if (fate.is_stored)
            door_webhook_put_fate(&b, &fate);
        buf_puts(&b, i + 1 < order.n_refunds ? "}" : "}]");
    }
    buf_puts(&b, "}\n");
    if (!fate.is_stored)
        door_unavailable(w->request, w->response);
    else
        http_json(w->response, 200, buf_sv(&b));
}

static void take_other(struct door_webhook *w)
{
    struct door_webhook_fate fate = note(w, INBOX_IGNORED, "other_topic", NULL, SV(""));
    door_webhook_answer(w, &fate);
}

void door_woocommerce_post(struct http_request *request, struct http_response *response)
{
    struct door_webhook w;
    if (door_woocommerce_is_ping(request->body)) {
        http_json(response, 200, SV("{\"status\":\"ignored\",\"reason\":\"ping\"}\n"));
        return;
    }
    if (!door_webhook_open(&w, request, response, &woocommerce,
                           http_query_param(request, "program_id")))
        return;
    door_webhook_name(&w, http_header(request, "X-WC-Webhook-Topic"),
                      http_header(request, "X-WC-Webhook-Delivery-ID"));
    if (!door_webhook_verify(&w, is_signed_by))
        return;
    struct json_object *json = door_webhook_parse(&w);
    if (!json)
        return;
    door_webhook_heard(&w, http_header(request, "X-WC-Webhook-Source"),
                       door_json_time(request->arena, json, "date_modified_gmt"));
    if (sv_eq(w.topic, SV("order.created")) || sv_eq(w.topic, SV("order.updated")))
        take_order(&w, json);
    else
        take_other(&w);
    json_free(json);
}
