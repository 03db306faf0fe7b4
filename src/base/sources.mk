libmeed_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/banned.h src/base/base.h \
	src/base/buf.c src/base/buf.h \
	src/base/check.c \
	src/base/clock.c src/base/clock.h \
	src/base/country.c src/base/country.h src/base/country_table.c \
	src/base/csv.c src/base/csv.h \
	src/base/geo.c src/base/geo.h \
	src/base/i18n.c src/base/i18n.h \
	src/base/id.c src/base/id.h \
	src/base/json.c src/base/json.h \
	src/base/log.c src/base/log.h \
	src/base/money.c src/base/money.h \
	src/base/money_units.c src/base/money_units.h \
	src/base/settings.c src/base/settings.h \
	src/base/sv.c src/base/sv.h
