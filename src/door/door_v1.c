/*
 * POST /api/v1/conversions: for a checkout of one's own.
 *
 *   Authorization: Bearer pc_live_… | pc_test_…
 *   Idempotency-Key: any text of one's own            (optional; see http_idempotency.h)
 *   {"order_id", "amount", "currency", "program"?, "click_id"?, "ref"?, "code"?, "token"?,
 *    "event"?, "subscription"?, "campaign"?, "email"?, "ip"?, "country"?, "items"?, "subtotal"?,
 *    "tax"?, "occurred_at"?}
 *
 *   201 {"created":true,"data":{"conversion_id",…}}   200 the same with "created":false
 *   202 {"queued":true}   stored; recording failed and is tried again
 *   400 no JSON   401 key   403 another brand's program   409 other content, naming the member
 *   422 a member, with why   429   503
 *
 * The program is the one named, else that of the click, code, token or ref, else the brand's first
 * active one.
 */
#include "door/door.h"
#include "door/door_key.h"
#include "http/http_idempotency.h"

http_handler door_v1_conversion_post;

static const struct door_names names = {.program = "program",
                                        .order = "order_id",
                                        .click = "click_id",
                                        .amount = "amount",
                                        .currency = "currency"};

static void answer_recorded(struct http_request *request, struct http_response *response,
                            const struct sale_event *event, const struct conversion_answer *a)
{
    struct buf b = buf_new(request->arena, 4096);
    bool created = a->outcome == CONVERSION_CREATED;
    buf_printf(&b, "{\"created\":%s,\"data\":{", created ? "true" : "false");
    door_put_created(request, &b, event, a);
    buf_puts(&b, "}}\n");
    http_json(response, created ? 201 : 200, buf_sv(&b));
}

static void record(struct http_request *request, struct http_response *response,
                   const struct sale_event *event)
{
    struct conversion_answer answer;
    switch (conversion_record(request->db, request->arena, event, &answer)) {
    case CONVERSION_CREATED:
    case CONVERSION_DUPLICATE:
        answer_recorded(request, response, event, &answer);
        return;
    case CONVERSION_CONFLICT:
        door_conflict(request, response, &answer, &names);
        return;
    case CONVERSION_REFUSED:
        door_refused_as(request, response, &answer, &names);
        return;
    case CONVERSION_QUEUED:
        http_json(response, 202, SV("{\"queued\":true}\n"));
        return;
    case CONVERSION_UNAVAILABLE:
        door_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

static void accept_sale(struct http_request *request, struct http_response *response,
                        const struct api_key_caller *caller)
{
    struct door_reader reader;
    struct sale_event event = {
        .door = SALE_DOOR_API, .brand = caller->brand, .test_mode = caller->test_mode};
    if (!door_open(&reader, request, response))
        return;
    door_stamp(request, &event);
    door_read_common(&reader, &names, &event);
    if (door_is_sound(&reader, response))
        record(request, response, &event);
    door_close(&reader);
}

void door_v1_conversion_post(struct http_request *request, struct http_response *response)
{
    struct api_key_caller caller;
    struct http_idempotency key;
    if (!door_authenticate(request, response, API_KEY_BRAND, &caller))
        return;
    const char *actor = arena_printf(request->arena, "brand/%" PRIu64 "/%s", caller.brand,
                                     caller.test_mode ? "test" : "live");
    if (!http_idempotency_begin(request, response, sv_from(actor), &key))
        return;
    accept_sale(request, response, &caller);
    if (caller.test_mode)
        door_note_refusal(request, response, caller.brand, SALE_DOOR_API);
    http_idempotency_end(request, response, &key);
}
