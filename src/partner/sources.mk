libmeed_a_SOURCES += \
	src/partner/partner.h \
	src/partner/partner_application_pages.c \
	src/partner/partner_code.c \
	src/partner/partner_code_csv.c \
	src/partner/partner_code_pages.c \
	src/partner/partner_decision_pages.c \
	src/partner/partner_internal.h \
	src/partner/partner_link.c \
	src/partner/partner_link_pages.c \
	src/partner/partner_market_pages.c \
	src/partner/partner_pages.h \
	src/partner/partner_rules.c \
	src/partner/partner_store.c \
	src/partner/partner_words.c \
	src/partner/partner_words.h \
	src/partner/partnership.c
