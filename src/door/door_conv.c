/*
 * POST /api/conv: the CPS network's door.
 *
 *   Authorization: Bearer pc_live_… | pc_test_…
 *   {"program_id", "brand_order_ref", "order_value", "order_currency", "pcps_click"?,
 *    "event"?, "code"?, "ref"?, "token"?, "campaign"?, "email"?, "ip"?, "country"?, "items"?,
 *    "subtotal"?, "tax"?, "subscription"?, "occurred_at"?}   subtotal and tax: for programs that
 * pay by a part
 *
 *   201 {"status":"attributed"|"unattributed"|"awaiting","conversion_id":…}   awaiting: the click
 *       is on its way; the sale is credited, or not, within a day
 *   200 {"status":"duplicate","conversion_id":…}   also with other content: the stored value
 *       stands, and "conflict" names the member that differs
 *   202 {"status":"queued"}   stored; recording failed and is tried again
 *   401 key, 403 another brand's program, 422 a member, 503 send it again
 */
#include "door/door.h"
#include "door/door_key.h"

http_handler door_conv_post;

static const struct door_names names = {.program = "program_id",
                                        .program_need = DOOR_REQUIRED,
                                        .order = "brand_order_ref",
                                        .click = "pcps_click",
                                        .amount = "order_value",
                                        .currency = "order_currency"};

static void answer_recorded(struct http_request *request, struct http_response *response,
                            const struct sale_event *event, const struct conversion_answer *a)
{
    struct buf b = buf_new(request->arena, 2048);
    bool created = a->outcome == CONVERSION_CREATED;
    buf_printf(&b, "{\"status\":\"%s\",\"conversion_id\":\"%s\"",
               created ? door_credit_text(a->credit) : "duplicate",
               uuid_text(request->arena, a->pid));
    if (created) {
        buf_printf(&b, ",\"reason\":\"" SV_FMT "\",\"mode\":\"%s\"", SV_ARG(a->reason),
                   event->test_mode ? "test" : "live");
        door_put_money(request, &b, "commission", a->commission, &a->unit);
        buf_printf(&b, ",\"commission_currency\":\"%s\"", a->unit.code);
    } else if (a->outcome == CONVERSION_CONFLICT) {
        buf_printf(&b, ",\"conflict\":\"%s\"", door_member_name(&names, a->field));
    }
    buf_puts(&b, "}\n");
    http_json(response, created ? 201 : 200, buf_sv(&b));
}

static void record(struct http_request *request, struct http_response *response,
                   const struct sale_event *event)
{
    struct conversion_answer answer;
    switch (conversion_record(request->db, request->arena, event, &answer)) {
    case CONVERSION_CREATED:
    case CONVERSION_DUPLICATE:
    case CONVERSION_CONFLICT:
        answer_recorded(request, response, event, &answer);
        return;
    case CONVERSION_REFUSED:
        door_refused_as(request, response, &answer, &names);
        return;
    case CONVERSION_QUEUED:
        http_json(response, 202, SV("{\"status\":\"queued\"}\n"));
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

void door_conv_post(struct http_request *request, struct http_response *response)
{
    struct api_key_caller caller;
    if (!door_authenticate(request, response, API_KEY_BRAND, &caller))
        return;
    accept_sale(request, response, &caller);
    if (caller.test_mode)
        door_note_refusal(request, response, caller.brand, SALE_DOOR_API);
}
