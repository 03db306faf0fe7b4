libmeed_a_SOURCES += \
	src/crypto/keys.c src/crypto/keys.h \
	src/crypto/password.c src/crypto/password.h \
	src/crypto/signature.c src/crypto/signature.h
