/* A version's settings: their JSON, their defaults, and what they may be. Pure. */
#include "program/program.h"

#include "base/json.h"
#include "net/url.h"

enum { SETTINGS_JSON_MAX = 4096 };

struct program_settings program_settings_default(enum program_preset preset)
{
    struct program_settings s = {
        .pay = PROGRAM_PAY_PERCENT,
        .rate_bp = 1000,
        .fee_bearer = PROGRAM_BEARER_BOTH,
        .base = PROGRAM_BASE_SUBTOTAL,
        .approval = PROGRAM_APPROVAL_AFTER_HOLDBACK,
        .holdback_days = 30,
        .attribution_window_days = 30,
        .reversal_window_days = 30,
        .click_param = SV(""),
    };
    switch (preset) {
    case PROGRAM_STANDARD:
    case PROGRAM_REWARDS:
        break;
    case PROGRAM_SAAS:
        s.rate_bp = 2000;
        s.attribution_window_days = 90;
        s.approval = PROGRAM_APPROVAL_MANUAL;
        break;
    case PROGRAM_CPS:
        s.network_fee_bp = 2000;
        s.base = PROGRAM_BASE_TOTAL;
        break;
    case PROGRAM_CPA:
        s.attribution_window_days = 60;
        s.base = PROGRAM_BASE_TOTAL;
        break;
    case PROGRAM_PRESET_COUNT:
        UNREACHABLE();
    }
    return s;
}

struct sv program_settings_write(struct arena *arena, const struct program_settings *s)
{
    struct buf b = buf_new(arena, SETTINGS_JSON_MAX);
    buf_printf(&b, "{\"pay\":\"%s\",\"rate_bp\":%" PRId32 ",\"flat\":%" PRId64 ",\"cap\":%" PRId64,
               program_pay_text(s->pay), s->rate_bp, s->flat, s->cap);
    buf_printf(&b, ",\"network_fee_bp\":%" PRId32 ",\"fee_bearer\":\"%s\",\"base\":\"%s\"",
               s->network_fee_bp, program_bearer_text(s->fee_bearer), program_base_text(s->base));
    buf_printf(&b, ",\"approval\":\"%s\",\"holdback_days\":%d,\"attribution_window_days\":%d",
               program_approval_text(s->approval), s->holdback_days, s->attribution_window_days);
    buf_printf(&b,
               ",\"reversal_window_days\":%d,\"clawback\":\"%s\",\"trust_pixel\":%s"
               ",\"code_rank\":\"%s\",\"click_param\":",
               s->reversal_window_days, program_clawback_text(s->clawback),
               s->trust_pixel ? "true" : "false", program_code_rank_text(s->code_rank));
    json_put_string(&b, s->click_param);
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* Reads members one by one; one that is missing or of another type fails the whole. */
struct reading {
    struct arena *arena;
    struct json_object *json;
    bool good;
};

static int64_t number(struct reading *r, const char *name, int64_t lowest, int64_t highest)
{
    int64_t v = 0;
    if (json_get_i64(r->json, name, &v) != JSON_FIELD_OK || v < lowest || v > highest)
        r->good = false;
    return v;
}

static struct sv word(struct reading *r, const char *name)
{
    struct sv v = SV_NONE;
    if (json_get_string(r->arena, r->json, name, &v) != JSON_FIELD_OK)
        r->good = false;
    return v;
}

/* Versions from before the choice existed have none. */
static enum program_clawback clawback(struct reading *r)
{
    enum program_clawback out = PROGRAM_CLAWBACK_PROPORTIONAL;
    if (json_get(r->json, "clawback") && !program_clawback_find(word(r, "clawback"), &out))
        r->good = false;
    return out;
}

static enum program_code_rank code_rank(struct reading *r)
{
    enum program_code_rank out = PROGRAM_CODE_AFTER_CLICK;
    if (json_get(r->json, "code_rank") && !program_code_rank_find(word(r, "code_rank"), &out))
        r->good = false;
    return out;
}

bool program_settings_read(struct arena *arena, struct sv json, struct program_settings *out)
{
    const char *why;
    struct reading r = {arena, json_parse(arena, json, &why), true};
    *out = (struct program_settings){0};
    if (!r.json)
        return false;
    out->rate_bp = (int32_t)number(&r, "rate_bp", 0, BP_WHOLE);
    out->flat = number(&r, "flat", 0, MONEY_MAX);
    out->cap = number(&r, "cap", 0, MONEY_MAX);
    out->network_fee_bp = (int32_t)number(&r, "network_fee_bp", 0, BP_WHOLE);
    out->holdback_days = (int)number(&r, "holdback_days", 0, 1000);
    out->attribution_window_days = (int)number(&r, "attribution_window_days", 0, 1000);
    out->reversal_window_days = (int)number(&r, "reversal_window_days", 0, 1000);
    out->click_param = word(&r, "click_param");
    out->code_rank = code_rank(&r);
    out->clawback = clawback(&r);
    r.good = program_pay_find(word(&r, "pay"), &out->pay) &&
             program_bearer_find(word(&r, "fee_bearer"), &out->fee_bearer) &&
             program_base_find(word(&r, "base"), &out->base) &&
             program_approval_find(word(&r, "approval"), &out->approval) &&
             json_get_bool(r.json, "trust_pixel", &out->trust_pixel) == JSON_FIELD_OK && r.good;
    json_free(r.json);
    return r.good;
}

const char *program_fault_field(enum program_fault fault)
{
#define X(name, field) field,
    static const char *const fields[] = {PROGRAM_FAULTS(X)};
#undef X
    CHECK(fault < PROGRAM_FAULT_COUNT);
    return fields[fault];
}

static void say_if(bool wrong, struct program_faults *faults, enum program_fault fault)
{
    if (!wrong || faults->has[fault])
        return;
    faults->has[fault] = true;
    faults->count++;
}

/* Parameters that we append ourselves, or read from landing pages. */
static bool is_ours(struct sv name)
{
    static const char *const ours[] = {"pcps_click", "click_id", "meed_click", "meed_token", "ref"};
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        if (sv_eq_nocase(name, sv_from(ours[i])))
            return true;
    return false;
}

static bool is_parameter_name(struct sv name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return name.n <= PROGRAM_CLICK_PARAM_MAX && !is_ours(name);
}

static void check_settings(const struct program_settings *s, struct program_faults *faults)
{
    bool percent = s->pay == PROGRAM_PAY_PERCENT;
    say_if(percent && (s->rate_bp < 1 || s->rate_bp > BP_WHOLE), faults, PROGRAM_FAULT_RATE);
    say_if(!percent && (s->flat < 1 || s->flat > MONEY_MAX), faults, PROGRAM_FAULT_FLAT);
    say_if(s->cap < 0 || s->cap > MONEY_MAX, faults, PROGRAM_FAULT_CAP);
    say_if(s->network_fee_bp < 0 || s->network_fee_bp > BP_WHOLE, faults,
           PROGRAM_FAULT_NETWORK_FEE);
    say_if(s->holdback_days < PROGRAM_HOLDBACK_MIN_DAYS ||
               s->holdback_days > PROGRAM_HOLDBACK_MAX_DAYS,
           faults, PROGRAM_FAULT_HOLDBACK);
    say_if(s->attribution_window_days < 1 || s->attribution_window_days > PROGRAM_WINDOW_MAX_DAYS,
           faults, PROGRAM_FAULT_WINDOW);
    say_if(s->reversal_window_days < 0 || s->reversal_window_days > PROGRAM_REVERSAL_MAX_DAYS,
           faults, PROGRAM_FAULT_REVERSAL);
    say_if(!is_parameter_name(s->click_param), faults, PROGRAM_FAULT_CLICK_PARAM);
}

static bool is_url(struct sv text)
{
    struct arena *arena = arena_new(64 * 1024);
    struct net_url url;
    bool good = net_url_parse(arena, text, &url);
    arena_free(arena);
    return good;
}

void program_check(const struct program_input *input, struct program_faults *faults)
{
    struct unit unit;
    *faults = (struct program_faults){0};
    say_if(sv_trim(input->name).n == 0 || input->name.n > PROGRAM_NAME_MAX ||
               !sv_is_utf8(input->name),
           faults, PROGRAM_FAULT_NAME);
    say_if(input->summary.n > PROGRAM_SUMMARY_MAX || !sv_is_utf8(input->summary), faults,
           PROGRAM_FAULT_SUMMARY);
    say_if(!unit_find_currency(input->currency, &unit), faults, PROGRAM_FAULT_CURRENCY);
    say_if(!is_url(input->dest_url), faults, PROGRAM_FAULT_DEST_URL);
    check_settings(&input->settings, faults);
}
