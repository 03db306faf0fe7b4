/* Handlers of the partner's home and earnings. See web/routes.def. */
#ifndef MEED_REPORT_PARTNER_PAGES_H
#define MEED_REPORT_PARTNER_PAGES_H

#include "http/http.h"

http_handler partner_home_show, partner_home_live;
http_handler partner_earnings_show, partner_earnings_live, partner_earning_show;

#endif
