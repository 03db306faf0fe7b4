libmeed_a_SOURCES += \
	%D%/door.c \
	%D%/door.h \
	%D%/door_conv.c \
	%D%/door_key.c \
	%D%/door_key.h \
	%D%/door_postback.c
