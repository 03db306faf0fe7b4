libmeed_a_SOURCES += \
	%D%/api_key.c \
	%D%/api_key.h \
	%D%/program.h \
	%D%/program_settings.c \
	%D%/program_store.c \
	%D%/program_words.c \
	%D%/secret.c \
	%D%/secret.h \
	%D%/site.c \
	%D%/site.h \
	%D%/site_check.c
