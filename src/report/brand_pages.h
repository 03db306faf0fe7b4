/* Handlers of the brand's home and its creators. See web/routes.def. */
#ifndef MEED_REPORT_BRAND_PAGES_H
#define MEED_REPORT_BRAND_PAGES_H

#include "http/http.h"

http_handler brand_home_show, brand_home_live, brand_creators_show;

#endif
