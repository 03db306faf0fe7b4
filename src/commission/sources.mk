libmeed_a_SOURCES += \
	%D%/commission.c \
	%D%/commission.h \
	%D%/commission_explanation.c \
	%D%/commission_terms.c \
	%D%/commission_terms.h
