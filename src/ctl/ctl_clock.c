#include "ctl/ctl.h"

#include "base/clock.h"

static void print_clocks(void)
{
    char business[CLOCK_TEXT_SIZE], wire[CLOCK_TEXT_SIZE];
    clock_format_iso(business, clock_business_us());
    clock_format_iso(wire, clock_wire_us());
    printf("business %s\nwire     %s\n", business, wire);
}

enum ctl_exit ctl_clock_show(struct ctl *ctl)
{
    if (ctl->argc != 0)
        return CTL_USAGE;
    print_clocks();
    return CTL_OK;
}

enum ctl_exit ctl_clock_advance(struct ctl *ctl)
{
    int64_t span_us;
    if (ctl->argc != 1)
        return CTL_USAGE;
    if (!clock_parse_span(sv_from(ctl->argv[0]), &span_us))
        return ctl_fail(
            "\"%s\" is no span of time. Write 31d, 12h, 90m or 45s; a leading minus "
            "goes back.",
            ctl->argv[0]);
    if (!ctl->settings->development)
        return ctl_fail(
            "the business clock moves in development alone "
            "(environment = development).");
    if (!clock_advance(span_us))
        return ctl_fail("the clock page in %s can't be written.", ctl->settings->run_dir);
    print_clocks();
    return CTL_OK;
}
