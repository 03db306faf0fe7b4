#include "ctl/ctl.h"

#include "http/http.h"

enum ctl_exit ctl_routes(struct ctl *ctl)
{
    bool as_json = ctl->argc == 1 && strcmp(ctl->argv[0], "--json") == 0;
    if (ctl->argc != 0 && !as_json)
        return CTL_USAGE;
    http_routes_print(stdout, as_json);
    return CTL_OK;
}
