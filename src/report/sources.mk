libmeed_a_SOURCES += \
	%D%/admin_home.h \
	%D%/admin_home_pages.c \
	%D%/admin_home_store.c \
	%D%/brand_creator_pages.c \
	%D%/brand_home_pages.c \
	%D%/brand_home_store.c \
	%D%/brand_home_store.h \
	%D%/brand_pages.h \
	%D%/partner_earning_pages.c \
	%D%/partner_earning_words.c \
	%D%/partner_earning_words.h \
	%D%/partner_home.h \
	%D%/partner_home_pages.c \
	%D%/partner_home_store.c \
	%D%/partner_pages.h \
	%D%/report.c \
	%D%/report.h \
	%D%/report_partnerships.c \
	%D%/rollup.c
