/*
 * POST /api/v2/affiliate/pixel/{brand_id}: a shop's page tells of a sale (door_pixel_read.h).
 *
 * Nothing is signed, so anybody can send anything. Therefore:
 *   - the page's Origin is on the brand's list (door_pixel_origin.h), else 403; a sandboxed page
 *     (Origin null, Shopify's frames) names no brand, and its sale is always held;
 *   - what comes is of the lowest rank, and held until another door tells of the order, unless the
 *     program trusts its pixel;
 *   - the answer tells nothing about the partner or the money;
 *   - what is refused is not kept, but for one row a brand, for its setup page.
 * "test":true makes test data. So does a test link's click: it can turn a sale into test data,
 * never test data into a sale.
 *
 *   201 {"data":{"conversion_id","order_id","mode"}}   200 {"ok":true,"created":false}
 *   202 {"ok":true,"queued":true}   204 Sec-GPC: nothing is kept
 *   200 {"ok":false,"reason":"unknown_brand"|"affiliate_disabled"}
 *   400 no JSON   403 origin_not_allowed | program_not_yours   409 conflict   422 a member
 *   429 240 a minute and address   503
 */
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/settings.h"
#include "click/click.h"
#include "door/door.h"
#include "door/door_pixel_origin.h"
#include "door/door_pixel_read.h"
#include "http/http_cors.h"

http_handler door_pixel_post;
http_handler door_pixel_options;

struct pixel {
    struct http_request *request;
    struct http_response *response;
    uint64_t brand;
    struct unit currency;
    bool is_active;
    bool unverified; /* the page is a sandbox: whose, nobody can say */
};

/* Whose page ------------------------------------------------------------------------------------
 */

DB_SQL(pixel_find_brand, "SELECT id, status, currency FROM brand WHERE pid = ?");

static enum db_status find_brand(struct pixel *p, struct uuid pid)
{
    struct db_rows *row;
    enum db_status status = db_get_one(p->request->db, p->request->arena, &pixel_find_brand,
                                       DB_ARGS(db_uuid(&pid)), &row);
    if (status != DB_OK)
        return status;
    p->brand = db_col_u64(row, 0);
    p->is_active = sv_eq(db_col_text(row, 1), SV("active"));
    return unit_find_currency(db_col_text(row, 2), &p->currency) ? DB_OK : DB_FAILED;
}

static void refuse_origin(struct pixel *p)
{
    struct sv origin = p->request->origin;
    const char *named = origin.n > 0 ? sv_dup(p->request->arena, origin) : "-";
    http_problem(
        p->request, p->response,
        &(struct http_problem){
            .status = 403,
            .code = "origin_not_allowed",
            .field = "Origin",
            .what = _("The sale was not recorded: this page may not report any."),
            .why = arena_printf(p->request->arena,
                                _("Its origin, %s, is neither one of the brand's verified "
                                  "sites nor on the pixel's list."),
                                named),
            .next = _(
                "Add it on the integrations page, under \"Scripts and pixel\", or prove the site."),
        });
    log_line(LOG_INFO, "pixel_origin_refused", LOG_U64("brand", p->brand),
             LOG_STR("origin", named));
    /* The setup page names the origin itself, to be added with one click. */
    p->response->problem_field = named;
}

/* False: an answer stands in the response. */
static bool may_report(struct pixel *p)
{
    struct http_request *request = p->request;
    enum db_status status =
        door_pixel_origin_find(request->db, request->arena, p->brand, request->origin);
    p->unverified =
        status == DB_NO_ROW && door_pixel_origin_is_sandbox(request->arena, request->origin);
    if (status == DB_OK || p->unverified)
        return true;
    if (status == DB_NO_ROW)
        refuse_origin(p);
    else
        http_unavailable(request, p->response);
    return false;
}

/* The sale --------------------------------------------------------------------------------------
 */

static const struct door_names names = {.program = "program",
                                        .order = "order_id",
                                        .click = "click_id",
                                        .amount = "amount",
                                        .currency = "currency"};

/* Codes of door_pixel_read: why, and what to do. */
static const char *const fault_words[][3] = {
    {"missing_field", N_("It is missing or empty."), N_("Let the page send it.")},
    {"wrong_type", N_("It has another type than it should."),
     N_("Send it as a number, or as a string such as \"129.90\".")},
    {"bad_order", N_("It is no order's number of at most 200 bytes."),
     N_("Send the number by which the shop knows the order.")},
    {"unknown_event", N_("There is no such event on a page."),
     N_("Use sale, lead, signup, form or trial.")},
    {"unknown_currency", N_("It is no ISO 4217 currency."),
     N_("Send a code of three letters, such as USD.")},
    {"amount_not_a_number", N_("It is not a plain decimal number."),
     N_("Send it in major units with a point, such as 129.90: no exponent, no separators.")},
    {"amount_negative", N_("It is below zero."), N_("Send the order's total.")},
    {"amount_over_precise", N_("It has more decimals than its currency."),
     N_("Round it to the currency's smallest unit before sending it.")},
    {"amount_too_large", N_("It is larger than any amount Meed keeps."), N_("Check the amount.")},
    {"amount_zero", N_("A sale is worth more than nothing."),
     N_("Send the total. A sale that a discount made free names the discount's code.")},
    {"bad_program", N_("It is not the id of a program."),
     N_("Copy the id from the program's page.")},
};

static void refuse_sale(struct pixel *p, const struct door_fault *fault)
{
    struct http_problem problem = {
        .status = 422,
        .code = fault->code,
        .field = fault->field,
        .what = arena_printf(p->request->arena, _("The sale was not recorded: look at %s."),
                             fault->field),
    };
    for (size_t i = 0; i < COUNT_OF(fault_words); i++)
        if (strcmp(fault->code, fault_words[i][0]) == 0) {
            problem.why = _(fault_words[i][1]);
            problem.next = _(fault_words[i][2]);
        }
    http_problem(p->request, p->response, &problem);
}

static enum db_status is_test_click(struct pixel *p, const struct sale_event *event, bool *is_test)
{
    struct click_row click;
    if (uuid_is_zero(event->click))
        return DB_OK;
    enum db_status status = click_find(p->request->db, p->request->arena, &event->click, &click);
    if (status == DB_OK && click.brand == p->brand && click.test_mode)
        *is_test = true;
    return status == DB_NO_ROW ? DB_OK : status;
}

static void answer_created(struct pixel *p, const struct sale_event *event,
                           const struct conversion_answer *answer)
{
    struct buf b = buf_new(p->request->arena, 2048);
    buf_printf(&b, "{\"data\":{\"conversion_id\":\"%s\",\"order_id\":",
               uuid_text(p->request->arena, answer->pid));
    json_put_string(&b, event->order_ref);
    buf_printf(&b, ",\"mode\":\"%s\"}}\n", event->test_mode ? "test" : "live");
    http_json(p->response, 201, buf_sv(&b));
}

static void record(struct pixel *p, const struct sale_event *event)
{
    struct conversion_answer answer;
    switch (conversion_record(p->request->db, p->request->arena, event, &answer)) {
    case CONVERSION_CREATED:
        answer_created(p, event, &answer);
        return;
    case CONVERSION_DUPLICATE:
        http_json(p->response, 200, SV("{\"ok\":true,\"created\":false}\n"));
        return;
    case CONVERSION_CONFLICT:
        door_conflict(p->request, p->response, &answer, &names);
        return;
    case CONVERSION_REFUSED:
        door_refused_as(p->request, p->response, &answer, &names);
        return;
    case CONVERSION_QUEUED:
        http_json(p->response, 202, SV("{\"ok\":true,\"queued\":true}\n"));
        return;
    case CONVERSION_UNAVAILABLE:
        door_unavailable(p->request, p->response);
        return;
    }
    UNREACHABLE();
}

static void accept_sale(struct pixel *p, struct door_reader *reader)
{
    struct pixel_sale sale;
    struct door_fault fault;
    if (!door_pixel_read(p->request->arena, reader->json, &p->currency, &sale, &fault)) {
        refuse_sale(p, &fault);
        return;
    }
    struct sale_event *event = &sale.event;
    bool is_test = sale.is_test;
    if (is_test_click(p, event, &is_test) != DB_OK) {
        http_unavailable(p->request, p->response);
        return;
    }
    event->door = SALE_DOOR_PIXEL;
    event->brand = p->brand;
    event->test_mode = is_test;
    event->unverified = p->unverified;
    /* The buyer's own browser sends this: its address, and by that its country. */
    event->has_ip = door_take_ip(p->request->arena, event, p->request->client_ip);
    door_stamp(p->request, event);
    record(p, event);
}

static void accept(struct pixel *p)
{
    struct door_reader reader;
    if (!may_report(p) ||
        !http_allow(p->request, p->response, "pixel_brand",
                    sv_of((const char *)&p->brand, sizeof p->brand),
                    p->request->settings->ingest_limit_per_minute_brand) ||
        !door_open(&reader, p->request, p->response))
        return;
    accept_sale(p, &reader);
    door_close(&reader);
}

static void answer_not_ok(struct pixel *p, const char *reason)
{
    http_json(
        p->response, 200,
        sv_from(arena_printf(p->request->arena, "{\"ok\":false,\"reason\":\"%s\"}\n", reason)));
}

void door_pixel_post(struct http_request *request, struct http_response *response)
{
    struct pixel p = {.request = request, .response = response};
    struct uuid pid;
    enum db_status status = DB_NO_ROW;
    http_cors_allow(response);
    if (sv_eq_cstr(http_header(request, "Sec-GPC"), "1")) {
        http_no_content(response);
        return;
    }
    if (uuid_parse(http_path_param(request, "brand_id"), &pid))
        status = find_brand(&p, pid);
    if (status == DB_NO_ROW) {
        answer_not_ok(&p, "unknown_brand");
    } else if (status != DB_OK) {
        http_unavailable(request, response);
    } else if (!p.is_active) {
        answer_not_ok(&p, "affiliate_disabled");
    } else {
        accept(&p);
        door_note_refusal(request, response, p.brand, SALE_DOOR_PIXEL);
    }
}

void door_pixel_options(struct http_request *request, struct http_response *response)
{
    (void)request;
    http_cors_allow(response);
    http_cors_preflight(response);
}
