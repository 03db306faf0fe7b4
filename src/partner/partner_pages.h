/*
 * Handlers of the partner's own pages (links and codes, the marketplace) and of what a brand
 * decides about partners. See web/routes.def.
 */
#ifndef MEED_PARTNER_PARTNER_PAGES_H
#define MEED_PARTNER_PARTNER_PAGES_H

#include "http/http.h"

http_handler partner_links_show, partner_links_add, partner_link_pause, partner_link_resume;
http_handler partner_market_show, partner_offer_show, partner_offer_apply;

http_handler partner_applications_show, partner_application_accept;
http_handler partner_application_ask, partner_application_decline;
http_handler partner_creator_pause, partner_creator_resume;
http_handler partner_creator_ask, partner_creator_end;

http_handler partner_codes_show, partner_codes_csv, partner_codes_save;
http_handler partner_code_show, partner_code_discount, partner_code_replace;

#endif
