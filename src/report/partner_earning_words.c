#include "report/partner_earning_words.h"

#include "base/i18n.h"

static const struct {
    const char *status;
    enum format_state state;
} states[] = {
    {"pending", STATE_PENDING},   {"approved", STATE_APPROVED}, {"rejected", STATE_REJECTED},
    {"reversed", STATE_REVERSED}, {"paid", STATE_PAID},
};

enum format_state earning_state(const struct earning_row *row)
{
    if (row->in_review)
        return STATE_IN_REVIEW;
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (sv_eq_cstr(row->status, states[i].status))
            return states[i].state;
    UNREACHABLE(); /* a partner's sale has a commission, which has one of these */
}

const char *earning_sentence(struct arena *arena, const struct earning_row *row)
{
    const struct format_sale sale = {
        .state = earning_state(row), .release_us = row->release_us, .zone = "Etc/UTC"};
    return format_sale_sentence(arena, &sale);
}

const char *earning_method_words(struct sv method)
{
    static const struct {
        const char *method, *words;
    } all[] = {
        {"click", N_("Your link")},        {"visitor", N_("Your link, an earlier visit")},
        {"coupon", N_("Your code")},       {"token", N_("Your link, told by the order")},
        {"ref", N_("Your ref code")},      {"parent", N_("Renewal of an earlier sale")},
        {"manual", N_("Entered by hand")},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (sv_eq_cstr(method, all[i].method))
            return _(all[i].words);
    return "";
}
