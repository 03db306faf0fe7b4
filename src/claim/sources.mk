libmeed_a_SOURCES += \
	%D%/claim.h \
	%D%/claim_brand_pages.c \
	%D%/claim_pages.h \
	%D%/claim_partner_pages.c \
	%D%/claim_store.c \
	%D%/claim_words.c \
	%D%/claim_words.h \
	%D%/find_pages.c
