libmeed_a_SOURCES += \
	%D%/address.c \
	%D%/address.h \
	%D%/fetch.c \
	%D%/net.h \
	%D%/resolve.c \
	%D%/url.c \
	%D%/url.h
