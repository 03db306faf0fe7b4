/*
 * Handlers of the brand's sales: the table, its CSV, what is new, one sale; and of the events that
 * told of them. See web/routes.def.
 */
#ifndef MEED_CONVERSION_SALE_PAGES_H
#define MEED_CONVERSION_SALE_PAGES_H

#include "http/http.h"

http_handler sale_page_list, sale_page_csv, sale_page_live, sale_page_show;
http_handler event_page_list, event_page_show, event_page_replay;

#endif
