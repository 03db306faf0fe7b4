meedctl_SOURCES += \
	%D%/ctl.h \
	%D%/ctl_clock.c \
	%D%/ctl_demo.c \
	%D%/ctl_domain.c \
	%D%/ctl_health.c \
	%D%/ctl_keys.c \
	%D%/ctl_ledger.c \
	%D%/ctl_migrate.c \
	%D%/ctl_routes.c \
	%D%/ctl_user.c \
	%D%/ctl_worker.c \
	%D%/demo.h \
	%D%/demo_agenda.c \
	%D%/demo_agenda.h \
	%D%/demo_clicks.c \
	%D%/demo_creators.c \
	%D%/demo_json.c \
	%D%/demo_people.c \
	%D%/demo_plan.c \
	%D%/demo_plan.h \
	%D%/demo_sales.c \
	%D%/demo_steps.c \
	%D%/main.c
