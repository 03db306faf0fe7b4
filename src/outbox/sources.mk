libmeed_a_SOURCES += \
	src/outbox/outbox.h src/outbox/outbox_internal.h \
	src/outbox/outbox_job.c \
	src/outbox/outbox_mail_texts.c \
	src/outbox/outbox_message.c \
	src/outbox/outbox_put.c \
	src/outbox/outbox_transport.c
