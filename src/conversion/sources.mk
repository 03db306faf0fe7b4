libmeed_a_SOURCES += \
	%D%/attribution.c \
	%D%/attribution.h \
	%D%/attribution_store.c \
	%D%/conversion.h \
	%D%/conversion_approve.c \
	%D%/conversion_inbox.c \
	%D%/conversion_internal.h \
	%D%/conversion_detail.c \
	%D%/conversion_check.c \
	%D%/conversion_csv.c \
	%D%/conversion_list.c \
	%D%/conversion_list.h \
	%D%/conversion_list_internal.h \
	%D%/conversion_query.c \
	%D%/conversion_jobs.c \
	%D%/conversion_price.c \
	%D%/conversion_program.c \
	%D%/conversion_record.c \
	%D%/conversion_store.c \
	%D%/earning.c \
	%D%/sale_event.c \
	%D%/sale_event.h \
	%D%/sale_pages.c \
	%D%/sale_pages.h \
	%D%/sale_story_pages.c \
	%D%/sale_words.c \
	%D%/sale_words.h
