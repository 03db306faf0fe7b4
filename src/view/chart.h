/*
 * Charts, drawn on the server as inline SVG with a table behind them.
 *
 * The result is safe HTML for view_set_safe_html(): every text in it is escaped
 * here, and there is no style attribute, for the Content-Security-Policy. Axes
 * start at zero. Widths are per cent and text keeps its size, so that one
 * drawing fits 360 and 1360 px. One unit a chart: never a sum over currencies.
 */
#ifndef MEED_VIEW_CHART_H
#define MEED_VIEW_CHART_H

#include "base/money.h"
#include "base/sv.h"

enum { CHART_SERIES_MAX = 5 };

struct chart_series {
    const char *name;      /* translated */
    const int64_t *values; /* `count` of them, none negative */
};

struct chart {
    const char *id;            /* unique in the page: [a-z0-9-]+ */
    const char *title;         /* says what is drawn, for whoever can't see it */
    const char *const *labels; /* `count`: "12 Jun" */
    size_t count;
    struct chart_series series[CHART_SERIES_MAX];
    size_t series_count;
    /* The period before, of series[0], drawn dashed; values NULL: none. */
    struct chart_series before;
    const struct unit *unit; /* values are money in it; NULL: they are counts */
    bool last_is_unfinished; /* today: hatched */
};

struct sv chart_line(struct arena *arena, const struct chart *chart);
struct sv chart_bars(struct arena *arena, const struct chart *chart); /* one series, no `before` */
/* A small line without axes, for a KPI card or a row; `title` words it. */
struct sv chart_sparkline(struct arena *arena, const char *title, const int64_t *values,
                          size_t count);

#endif
