/* Handlers of what a brand sets up. See web/routes.def. */
#ifndef MEED_SETUP_SETUP_PAGES_H
#define MEED_SETUP_SETUP_PAGES_H

#include "http/http.h"

http_handler setup_programs_show, setup_program_new, setup_program_create;
http_handler setup_program_show, setup_program_save, setup_program_activate, setup_program_pause,
    setup_program_resume, setup_program_close;
http_handler setup_sites_show, setup_sites_live, setup_site_add, setup_site_check;
http_handler setup_integrations_show, setup_integration_show;
http_handler setup_origin_add, setup_origin_remove;
http_handler setup_skus_show, setup_skus_add, setup_sku_remove;
http_handler setup_key_create, setup_key_replace, setup_key_revoke, setup_secret_rotate,
    setup_secret_end;
http_handler setup_wizard_show, setup_wizard_steps, setup_wizard_news, setup_test_creator;
http_handler setup_test_data_show, setup_test_data_erase;

#endif
