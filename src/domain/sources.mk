libmeed_a_SOURCES += \
	%D%/domain.h %D%/domain_internal.h \
	%D%/domain_check.c \
	%D%/domain_pages.c %D%/domain_pages.h \
	%D%/domain_proof.c \
	%D%/domain_rules.c \
	%D%/domain_store.c
