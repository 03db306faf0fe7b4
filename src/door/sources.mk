libmeed_a_SOURCES += \
	%D%/door.c \
	%D%/door.h \
	%D%/door_conv.c \
	%D%/door_csv.c \
	%D%/door_csv.h \
	%D%/door_hand.c \
	%D%/door_hand.h \
	%D%/door_hand_pages.c \
	%D%/door_hand_pages.h \
	%D%/door_hand_store.c \
	%D%/door_import_pages.c \
	%D%/door_ingest.c \
	%D%/door_ingest.h \
	%D%/door_ingest_adjust.c \
	%D%/door_key.c \
	%D%/door_key.h \
	%D%/door_postback.c \
	%D%/door_postback_refund.c \
	%D%/door_refund_pages.c \
	%D%/door_resolve.c \
	%D%/door_signed.c \
	%D%/door_signed.h \
	%D%/door_v1.c
libmeed_a_SOURCES += %D%/door_json.c %D%/door_json.h
libmeed_a_SOURCES += %D%/door_shopify_read.c %D%/door_shopify_read.h
libmeed_a_SOURCES += %D%/door_shopify.c %D%/door_woocommerce.c
libmeed_a_SOURCES += %D%/door_webhook.c %D%/door_webhook.h
libmeed_a_SOURCES += %D%/door_woocommerce_read.c %D%/door_woocommerce_read.h

libmeed_a_SOURCES += \
	%D%/door_paddle.c \
	%D%/door_paddle_read.c \
	%D%/door_paddle_read.h \
	%D%/door_payment.c \
	%D%/door_payment.h \
	%D%/door_payment_webhook.c \
	%D%/door_payment_webhook.h \
	%D%/door_stripe.c \
	%D%/door_stripe_read.c \
	%D%/door_stripe_read.h \
	%D%/door_timed_signature.c \
	%D%/door_timed_signature.h

libmeed_a_SOURCES += \
	%D%/door_pixel.c \
	%D%/door_pixel_origin.c \
	%D%/door_pixel_origin.h \
	%D%/door_pixel_read.c \
	%D%/door_pixel_read.h
