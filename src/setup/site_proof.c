#include "setup/site_proof.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "net/net.h"
#include "setup/live_etag.h"
#include "view/format.h"

bool site_is_due(const struct site *site)
{
    return site->next_check_us > 0 && site->next_check_us <= clock_wire_us();
}

const char *site_method_words(enum site_method method)
{
    switch (method) {
    case SITE_METHOD_NONE:
        return _("Verified");
    case SITE_METHOD_DNS:
        return _("Verified by its DNS record");
    case SITE_METHOD_FILE:
        return _("Verified by its file");
    case SITE_METHOD_SCRIPT:
        return _("Verified by the script on its front page");
    }
    UNREACHABLE();
}

const char *site_hint_words(struct arena *arena, const struct site *site)
{
    switch (site->hint) {
    case SITE_HINT_NOT_CHECKED:
        return _("Not looked at yet.");
    case SITE_HINT_NO_HOST:
        return arena_printf(arena,
                            _("There is no %s in the DNS. Look for a typing mistake, or set the "
                              "name up first."),
                            site->host);
    case SITE_HINT_REFUSED:
        return arena_printf(arena,
                            _("%s leads to an address that is not public, so we did not connect. "
                              "Use the DNS record, or give the site a public address."),
                            site->host);
    case SITE_HINT_NO_ANSWER:
        return arena_printf(arena,
                            _("%s did not answer in time. See whether it opens from outside your "
                              "network, or use the DNS record."),
                            site->host);
    case SITE_HINT_NO_PROOF:
        return _(
            "We reached it and saw none of the proofs. Put one in place; a new DNS record can "
            "take an hour to be seen.");
    case SITE_HINT_WRONG_TOKEN:
        return _("A proof is there, with another value. Replace it by the value below.");
    case SITE_HINT_GAVE_UP:
        return _(
            "No proof was seen for 7 days, so we stopped looking. Put one in place, then "
            "check again.");
    case SITE_HINT_COUNT:
        break;
    }
    UNREACHABLE();
}

/* When we look again; NULL: not by ourselves. */
static const char *next_words(struct arena *arena, const struct site *site, const char *zone)
{
    if (site->next_check_us == 0)
        return NULL;
    if (site_is_due(site))
        return _("We look now …");
    return arena_printf(arena, _("We look again by ourselves: %s."),
                        format_date_time(arena, site->next_check_us, zone));
}

/* The script is a proof as well; it is offered once there is one to paste. */
void site_show_proof(struct arena *arena, const struct settings *settings, struct view *view,
                     const char *marker, const struct site *site, const char *zone)
{
    struct view *part = view_include(view, marker, "setup/site_proof.tpl");
    const char *next = next_words(arena, site, zone);
    struct net_url url;
    view_set_cstr(part, "HINT", site_hint_words(arena, site));
    if (next)
        view_set_cstr(view_add(part, "NEXT"), "WHEN", next);
    const char *front = arena_printf(arena, "https://%s/", site->host);
    if (!net_url_parse(arena, sv_from(front), &url))
        return; /* it was parsed when it was added */
    const char *scheme = net_is_exempt(settings, url.host, url.port) ? "http" : "https";
    if (!url.host_is_address) {
        struct view *dns = view_add(part, "DNS");
        layout_copy(dns, "NAME", sv_from(url.host), _("Copy the record's name"));
        layout_copy(dns, "VALUE", sv_from(site_txt_record(arena, site)),
                    _("Copy the record's value"));
    }
    struct view *file = view_add(part, "FILE");
    layout_copy(file, "ADDRESS",
                sv_from(arena_printf(arena, "%s://%s%s", scheme, site->host, SITE_FILE_PATH)),
                _("Copy the file's address"));
    layout_copy(file, "CONTENT", sv_from(site->token), _("Copy the file's content"));
}

uint64_t site_mix(uint64_t mix, const struct site *site)
{
    mix = live_mix(mix, (int64_t)site->id);
    mix = live_mix(mix, site->verified_us);
    mix = live_mix(mix, site->next_check_us);
    mix = live_mix(mix, (int64_t)site->hint);
    return live_mix(mix, site_is_due(site));
}
