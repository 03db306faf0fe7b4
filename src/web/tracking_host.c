#include "web/tracking_host.h"

#include "base/i18n.h"
#include "base/settings.h"
#include "click/linkmap.h"
#include "view/layout.h"

/* No log-in, no cookie and no form under a brand's name: it may point elsewhere tomorrow. */
bool web_tracking_host(struct http_request *request, struct http_response *response)
{
    struct sv rest = request->host, host = sv_cut(&rest, ':');
    uint64_t brand;

    if (linkmap_find_host(request->settings->link_map_dir, host, &brand) != LINKMAP_FOUND)
        return false;
    http_set_header(response, "Cache-Control", SV("no-store"));
    http_set_header(response, "X-Robots-Tag", SV("noindex"));
    http_html(response, 404, layout_dead_link_page(request->arena, SV_NONE, i18n_current()));
    return true;
}
