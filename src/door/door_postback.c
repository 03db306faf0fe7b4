/*
 * POST /api/v2/affiliate/postback/{brand_id}: the influencer program's door.
 *
 *   X-Meed-Timestamp: unix seconds, within 300 of ours     (or X-KF-Timestamp)
 *   X-Meed-Signature: lower-case hex of HMAC-SHA256(secret, timestamp "." raw body)
 *                                                          (or X-KF-Signature)
 *   {"order_id", "amount", "currency", "token"?, "code"?, "click_id"?, "ref"?, "event"?,
 *    "campaign"?, "program_id"?, "email"?, "ip"?, "country"?, "items"?, "subtotal"?,
 *    "tax"?, "subscription"?, "occurred_at"?}
 *
 *   201 {"data":{…}}   200 {"ok":true,"created":false,…}   202 {"ok":true,"queued":true}
 *   200 {"ok":false,"reason":"unknown_brand"|"affiliate_disabled"}
 *   400 invalid_json   401 invalid_signature | stale_timestamp   409 conflict, naming the field
 *   422 a member, with why   429   503
 *
 * Which of the brand's secrets signed says whether the sale is a test. The program is the one
 * named, else that of the click, code, token or ref, else the brand's first active one.
 */
#include "base/json.h"
#include "door/door.h"
#include "door/door_signed.h"

http_handler door_postback_post;

/* The sale ----------------------------------------------------------------------------------- */

static const struct door_names names = {.program = "program_id",
                                        .order = "order_id",
                                        .click = "click_id",
                                        .amount = "amount",
                                        .currency = "currency"};

static void answer_created(struct http_request *request, struct http_response *response,
                           const struct sale_event *event, const struct conversion_answer *a)
{
    struct buf b = buf_new(request->arena, 4096);
    buf_puts(&b, "{\"data\":{");
    door_put_created(request, &b, event, a);
    buf_puts(&b, "}}\n");
    http_json(response, 201, buf_sv(&b));
}

static void answer_duplicate(struct http_request *request, struct http_response *response,
                             const struct conversion_answer *a)
{
    http_json(response, 200,
              sv_from(arena_printf(request->arena,
                                   "{\"ok\":true,\"created\":false,\"conversion_id\":\"%s\"}\n",
                                   uuid_text(request->arena, a->pid))));
}

static void record(struct http_request *request, struct http_response *response,
                   const struct sale_event *event)
{
    struct conversion_answer answer;
    switch (conversion_record(request->db, request->arena, event, &answer)) {
    case CONVERSION_CREATED:
        answer_created(request, response, event, &answer);
        return;
    case CONVERSION_DUPLICATE:
        answer_duplicate(request, response, &answer);
        return;
    case CONVERSION_CONFLICT:
        door_conflict(request, response, &answer, &names);
        return;
    case CONVERSION_REFUSED:
        door_refused(request, response, &answer);
        return;
    case CONVERSION_QUEUED:
        http_json(response, 202, SV("{\"ok\":true,\"queued\":true}\n"));
        return;
    case CONVERSION_UNAVAILABLE:
        door_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

static void accept_sale(struct http_request *request, struct http_response *response,
                        const struct door_signed *caller)
{
    struct door_reader reader;
    struct sale_event event = {
        .door = SALE_DOOR_POSTBACK, .brand = caller->brand, .test_mode = caller->test_mode};
    if (!door_open(&reader, request, response))
        return;
    door_stamp(request, &event);
    door_read_common(&reader, &names, &event);
    if (door_is_sound(&reader, response))
        record(request, response, &event);
    door_close(&reader);
}

void door_postback_post(struct http_request *request, struct http_response *response)
{
    struct door_signed caller;
    if (door_signed_open(request, response, &caller))
        accept_sale(request, response, &caller);
    /* Unsigned, its mode can't be known: the one that is being set up. */
    if (caller.brand != 0 && (!caller.is_signed || caller.test_mode))
        door_note_refusal(request, response, caller.brand, SALE_DOOR_POSTBACK);
}
