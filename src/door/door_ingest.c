/*
 * POST /api/ingest/conversion: the CPA network's door, for events of an offer.
 *
 *   X-Offer-Key: ok_live_… | ok_test_…   a key of the program, so the body names none
 *   {"event"?: lead | trial | sale (unless told) | rebill | signup | form,
 *    "external_payment_id": required of sale and rebill, "gross_amount"? (major units),
 *    "currency"?, "click_id"?, "user_ref"?, "is_first_payment"?, "ref"?, "code"?, "token"?,
 *    "campaign"?, "email"?, "ip"?, "country"?, "items"?, "subtotal"?, "tax"?, "occurred_at"?}
 *
 *   201 {"status":"created","conversion_id",…}
 *   200 {"status":"duplicate","conversion_id"}   also with other content: the stored value stands,
 *       and "conflict" names the member that differs
 *   202 {"status":"queued"}   400   401   422   429   503
 *
 * An external_payment_id counts once in the brand. What comes without one (a lead, say) counts once
 * by program, user_ref and event. A rebill credits whom the user's first conversion credited.
 */
#include "base/i18n.h"
#include "base/json.h"
#include "door/door_ingest.h"

http_handler door_ingest_conversion_post;

static const struct door_names names = {.click = "click_id",
                                        .amount = "gross_amount",
                                        .currency = "currency",
                                        .subscription = "user_ref"};

static void read_buyer(struct door_reader *r, struct sale_event *event)
{
    bool is_first = false;
    if (door_flag(r, "is_first_payment", &is_first))
        event->buyer = is_first ? SALE_BUYER_NEW : SALE_BUYER_RETURNING;
}

/* What names the event: its payment, else who did what in which program. */
static void read_identity(struct door_reader *r, struct sale_event *event)
{
    struct arena *arena = r->request->arena;
    bool needs_payment = event->kind == SALE_KIND_SALE || event->kind == SALE_KIND_REBILL;
    struct sv payment = door_text(r, "external_payment_id", DOOR_PAYMENT_ID_MAX,
                                  needs_payment ? DOOR_REQUIRED : DOOR_OPTIONAL);
    if (payment.n > 0) {
        event->order_ref = payment;
        sale_event_add_key(event, SALE_KEY_PAYMENT, payment);
        return;
    }
    struct sv user = door_text(r, "user_ref", DOOR_PAYMENT_ID_MAX, DOOR_REQUIRED);
    const char *kind = sale_kind_text(event->kind);
    struct sv what = sv_from(arena_printf(arena, SV_FMT "/%s", SV_ARG(user), kind));
    /* People read "u_17/lead"; the order's key tells two programs apart, whatever the scope. */
    event->order_ref = what;
    event->event_id =
        sv_from(arena_printf(arena, "%" PRIu64 "/" SV_FMT, event->program, SV_ARG(what)));
    sale_event_add_key(event, SALE_KEY_ORDER, event->event_id);
    sale_event_add_key(event, SALE_KEY_USER_EVENT, what);
}

static void answer_recorded(struct http_request *request, struct http_response *response,
                            const struct sale_event *event, const struct conversion_answer *a)
{
    struct buf b = buf_new(request->arena, 4096);
    bool created = a->outcome == CONVERSION_CREATED;
    buf_printf(&b, "{\"status\":\"%s\",\"conversion_id\":\"%s\"", created ? "created" : "duplicate",
               uuid_text(request->arena, a->pid));
    if (created) {
        buf_printf(&b, ",\"event\":\"%s\",\"attribution\":\"%s\",\"reason\":\"" SV_FMT "\"",
                   sale_kind_text(event->kind), door_credit_text(a->credit), SV_ARG(a->reason));
        buf_printf(&b, ",\"mode\":\"%s\"", event->test_mode ? "test" : "live");
        door_put_money(request, &b, "payout", a->payout, &a->unit);
        buf_printf(&b, ",\"payout_currency\":\"%s\"", a->unit.code);
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

static void accept_event(struct http_request *request, struct http_response *response,
                         const struct api_key_caller *caller)
{
    struct door_reader reader;
    struct sale_event event = {.door = SALE_DOOR_INGEST,
                               .brand = caller->brand,
                               .program = caller->program,
                               .test_mode = caller->test_mode};
    if (!door_open(&reader, request, response))
        return;
    door_stamp(request, &event);
    door_read_common(&reader, &names, &event);
    read_buyer(&reader, &event);
    read_identity(&reader, &event);
    if (door_is_sound(&reader, response))
        record(request, response, &event);
    door_close(&reader);
}

void door_ingest_conversion_post(struct http_request *request, struct http_response *response)
{
    struct api_key_caller caller;
    if (!door_authenticate(request, response, API_KEY_PROGRAM, &caller))
        return;
    accept_event(request, response, &caller);
    if (caller.test_mode)
        door_note_refusal(request, response, caller.brand, SALE_DOOR_INGEST);
}
