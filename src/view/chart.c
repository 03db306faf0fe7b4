#include "view/chart.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "view/format.h"

/*
 *        ┌ gutter ┬──────── plot ───────────────┐   Two pictures side by side: the gutter is as
 *     0  │    400 │ ─────────────────────────── │   wide as its labels, the plot takes the rest.
 *        │      0 │ ─────────────────────────── │   x positions are per cent of the plot,
 * CHART_H│        │ 1 Jun      8 Jun     15 Jun │   (i + ½) / count, so that each point owns a
 *        └────────┴─────────────────────────────┘   cell for the pointer. Lines and areas stand in
 * an inner <svg> of PLOT_UNITS × PLOT_H that is stretched, with strokes that are not.
 */
enum {
    CHART_H = 196,
    PLOT_TOP = 8,
    PLOT_H = 160,
    PLOT_BOTTOM = PLOT_TOP + PLOT_H,
    PLOT_UNITS = 1000,
    GRID_LINES = 4,
    X_LABELS = 6,
    GLYPH_W = 7, /* of a digit, with room to spare */
    HTML_LIMIT = 512 * 1024,
    SPARK_W = 120,
    SPARK_H = 28,
};

static int64_t largest(const struct chart *chart)
{
    int64_t max = 0;
    for (size_t s = 0; s <= chart->series_count; s++) {
        const int64_t *values =
            s < chart->series_count ? chart->series[s].values : chart->before.values;
        for (size_t i = 0; values && i < chart->count; i++)
            if (values[i] > max)
                max = values[i];
    }
    return max;
}

/* The smallest of 1, 2, 5 × 10ⁿ that reaches `max` in at most GRID_LINES steps. */
static int64_t step_for(int64_t max)
{
    static const int64_t factors[] = {1, 2, 5};
    for (int64_t power = 1; power < INT64_MAX / 100; power *= 10)
        for (size_t i = 0; i < COUNT_OF(factors); i++)
            if (factors[i] * power >= max / GRID_LINES + (max % GRID_LINES != 0))
                return factors[i] * power;
    UNREACHABLE(); /* amounts end at MONEY_MAX */
}

/* Pixels below the plot's top; rounding is of a picture, so a double may do it. */
static double y_of(int64_t value, int64_t top)
{
    return PLOT_H - (double)value / (double)top * PLOT_H;
}

static double x_of(size_t i, size_t count)
{
    return ((double)i + 0.5) / (double)count;
}

static char *value_text(struct arena *arena, const struct chart *chart, int64_t value)
{
    return chart->unit ? money_format_display(arena, value, chart->unit)
                       : format_count(arena, value);
}

/* On the axis "$2,000" is enough for "$2,000.00". */
static char *axis_text(struct arena *arena, const struct chart *chart, int64_t value)
{
    char *text = value_text(arena, chart, value);
    size_t len = strlen(text), digits = chart->unit ? chart->unit->exponent : 0;
    if (digits && len > digits + 1 && strspn(text + len - digits, "0") == digits)
        text[len - digits - 1] = '\0';
    return text;
}

static void put_escaped(struct buf *out, const char *text)
{
    buf_put_html(out, sv_from(text));
}

struct axis {
    int64_t step, top;
};

static struct axis axis_for(const struct chart *chart)
{
    struct axis axis = {.step = step_for(largest(chart))};
    do
        axis.top += axis.step;
    while (axis.top < largest(chart));
    return axis;
}

static void put_gutter(struct buf *out, const struct chart *chart, struct axis axis)
{
    size_t longest = 0;
    for (int64_t value = 0; value <= axis.top; value += axis.step) {
        size_t len = strlen(axis_text(out->arena, chart, value));
        longest = len > longest ? len : longest;
    }
    int width = (int)longest * GLYPH_W + 8;
    buf_printf(out, "<svg class=\"chart-svg\" width=\"%d\" height=\"%d\" aria-hidden=\"true\">",
               width, CHART_H);
    for (int64_t value = 0; value <= axis.top; value += axis.step) {
        buf_printf(out, "<text text-anchor=\"end\" x=\"%d\" y=\"%.1f\">", width - 8,
                   PLOT_TOP + y_of(value, axis.top) + 4);
        put_escaped(out, axis_text(out->arena, chart, value));
        buf_puts(out, "</text>");
    }
    buf_puts(out, "</svg>");
}

static void put_grid(struct buf *out, struct axis axis)
{
    for (int64_t value = 0; value <= axis.top; value += axis.step) {
        double y = PLOT_TOP + y_of(value, axis.top);
        buf_printf(out, "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
                   value ? "chart-grid" : "chart-base", y, y);
    }
}

/* At most X_LABELS, evenly; every second one is "minor": phones leave it out. */
static void put_x_labels(struct buf *out, const struct chart *chart)
{
    size_t every = (chart->count + X_LABELS - 1) / X_LABELS;
    for (size_t i = 0, shown = 0; i < chart->count; i += every, shown++) {
        const char *anchor = i + 1 == chart->count ? "end" : "middle";
        buf_printf(out, "<text class=\"chart-x%s\" text-anchor=\"%s\" x=\"%.2f%%\" y=\"%d\">",
                   shown % 2 ? " chart-minor" : "", anchor, x_of(i, chart->count) * 100,
                   CHART_H - 6);
        put_escaped(out, chart->labels[i]);
        buf_puts(out, "</text>");
    }
}

static void put_points(struct buf *out, const int64_t *values, size_t from, size_t to, size_t count,
                       int64_t top)
{
    for (size_t i = from; i < to; i++)
        buf_printf(out, "%s%.1f,%.1f", i > from ? " " : "", x_of(i, count) * PLOT_UNITS,
                   y_of(values[i], top));
}

static void put_polyline(struct buf *out, const char *class, const int64_t *values, size_t from,
                         size_t to, size_t count, int64_t top)
{
    buf_printf(out, "<polyline class=\"%s\" vector-effect=\"non-scaling-stroke\" points=\"", class);
    put_points(out, values, from, to, count, top);
    buf_puts(out, "\"/>");
}

static void put_area(struct buf *out, const struct chart *chart, int64_t top)
{
    size_t n = chart->count;
    buf_puts(out, "<polygon class=\"chart-area\" points=\"");
    buf_printf(out, "%.1f,%d ", x_of(0, n) * PLOT_UNITS, PLOT_H);
    put_points(out, chart->series[0].values, 0, n, n, top);
    buf_printf(out, " %.1f,%d\"/>", x_of(n - 1, n) * PLOT_UNITS, PLOT_H);
}

static void put_lines(struct buf *out, const struct chart *chart, int64_t top)
{
    size_t n = chart->count, settled = n - (chart->last_is_unfinished && n > 1);
    buf_printf(out,
               "<svg x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" "
               "preserveAspectRatio=\"none\" overflow=\"visible\">",
               PLOT_TOP, PLOT_H, PLOT_UNITS, PLOT_H);
    if (chart->series_count == 1)
        put_area(out, chart, top);
    if (chart->before.values)
        put_polyline(out, "chart-before", chart->before.values, 0, n, n, top);
    for (size_t s = 0; s < chart->series_count; s++) {
        char class[64];
        snprintf(class, sizeof class, "chart-line chart-s%zu", s + 1);
        put_polyline(out, class, chart->series[s].values, 0, settled, n, top);
        if (settled == n)
            continue;
        snprintf(class, sizeof class, "chart-line chart-open chart-s%zu", s + 1);
        put_polyline(out, class, chart->series[s].values, n - 2, n, n, top);
    }
    buf_puts(out, "</svg>");
}

/* One cell a point: a guide, its dots, and the words of the tooltip. */
static void put_cell(struct buf *out, const struct chart *chart, size_t i, int64_t top, bool dots)
{
    double width = 100.0 / (double)chart->count, x = x_of(i, chart->count) * 100;
    buf_printf(
        out, "<g class=\"chart-cell\"><rect x=\"%.3f%%\" y=\"0\" width=\"%.3f%%\" height=\"%d\"/>",
        (double)i * width, width, PLOT_BOTTOM);
    if (dots)
        buf_printf(out, "<line x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"%d\" y2=\"%d\"/>", x, x, PLOT_TOP,
                   PLOT_BOTTOM);
    for (size_t s = 0; dots && s < chart->series_count; s++)
        buf_printf(out, "<circle class=\"chart-s%zu\" cx=\"%.3f%%\" cy=\"%.1f\" r=\"3.5\"/>", s + 1,
                   x, PLOT_TOP + y_of(chart->series[s].values[i], top));
    buf_puts(out, "<title>");
    put_escaped(out, chart->labels[i]);
    for (size_t s = 0; s <= chart->series_count; s++) {
        const struct chart_series *series =
            s < chart->series_count ? &chart->series[s] : &chart->before;
        if (!series->values)
            continue;
        buf_puts(out, "\n");
        put_escaped(out, series->name);
        buf_puts(out, ": ");
        put_escaped(out, value_text(out->arena, chart, series->values[i]));
    }
    if (chart->last_is_unfinished && i + 1 == chart->count) {
        buf_puts(out, "\n");
        put_escaped(out, _("This day is not over yet."));
    }
    buf_puts(out, "</title></g>");
}

static void put_table(struct buf *out, const struct chart *chart)
{
    size_t columns = chart->series_count + (chart->before.values != NULL);
    buf_puts(out, "<div class=\"visually-hidden\"><table><caption>");
    put_escaped(out, chart->title);
    buf_puts(out, "</caption><thead><tr><th scope=\"col\">");
    put_escaped(out, _("Day"));
    buf_puts(out, "</th>");
    for (size_t s = 0; s < columns; s++) {
        buf_puts(out, "<th scope=\"col\">");
        put_escaped(out, s < chart->series_count ? chart->series[s].name : chart->before.name);
        buf_puts(out, "</th>");
    }
    buf_puts(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < chart->count; i++) {
        buf_puts(out, "<tr><th scope=\"row\">");
        put_escaped(out, chart->labels[i]);
        buf_puts(out, "</th>");
        for (size_t s = 0; s < columns; s++) {
            const struct chart_series *series =
                s < chart->series_count ? &chart->series[s] : &chart->before;
            buf_puts(out, "<td>");
            put_escaped(out, value_text(out->arena, chart, series->values[i]));
            buf_puts(out, "</td>");
        }
        buf_puts(out, "</tr>");
    }
    buf_puts(out, "</tbody></table></div>");
}

static void put_legend(struct buf *out, const struct chart *chart)
{
    if (chart->series_count < 2 && !chart->before.values)
        return;
    buf_puts(out, "<ul class=\"chart-legend\" aria-hidden=\"true\">");
    for (size_t s = 0; s < chart->series_count; s++) {
        buf_printf(out, "<li class=\"chart-s%zu\">", s + 1);
        put_escaped(out, chart->series[s].name);
        buf_puts(out, "</li>");
    }
    if (chart->before.values) {
        buf_puts(out, "<li class=\"chart-before\">");
        put_escaped(out, chart->before.name);
        buf_puts(out, "</li>");
    }
    buf_puts(out, "</ul>");
}

static void open_figure(struct buf *out, const struct chart *chart, struct axis axis)
{
    CHECK(chart->count > 0);
    CHECK(chart->series_count >= 1 && chart->series_count <= CHART_SERIES_MAX);
    buf_puts(out, "<figure class=\"chart\">");
    put_legend(out, chart);
    buf_puts(out, "<div class=\"chart-frame\">");
    put_gutter(out, chart, axis);
    buf_printf(out, "<svg class=\"chart-svg chart-plot\" height=\"%d\" aria-hidden=\"true\">",
               CHART_H);
    buf_printf(out,
               "<defs><pattern id=\"%s-hatch\" width=\"6\" height=\"6\" "
               "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
               "<line class=\"chart-hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>",
               chart->id);
    put_grid(out, axis);
    put_x_labels(out, chart);
}

static struct sv close_figure(struct buf *out, const struct chart *chart)
{
    buf_puts(out, "</svg></div>");
    put_table(out, chart);
    buf_puts(out, "</figure>");
    CHECK(!out->overflow);
    return buf_sv(out);
}

struct sv chart_line(struct arena *arena, const struct chart *chart)
{
    struct buf out = buf_new(arena, HTML_LIMIT);
    struct axis axis = axis_for(chart);
    open_figure(&out, chart, axis);
    if (chart->last_is_unfinished)
        buf_printf(&out,
                   "<rect x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\" "
                   "fill=\"url(#%s-hatch)\"/>",
                   100.0 - 100.0 / (double)chart->count, PLOT_TOP, 100.0 / (double)chart->count,
                   PLOT_H, chart->id);
    put_lines(&out, chart, axis.top);
    for (size_t i = 0; i < chart->count; i++)
        put_cell(&out, chart, i, axis.top, true);
    return close_figure(&out, chart);
}

static void put_bar(struct buf *out, const struct chart *chart, size_t i, int64_t top)
{
    double cell = 100.0 / (double)chart->count;
    double y = y_of(chart->series[0].values[i], top);
    bool unfinished = chart->last_is_unfinished && i + 1 == chart->count;
    buf_printf(out, "<rect class=\"%s\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" height=\"%.1f\"",
               unfinished ? "chart-bar-open" : "chart-bar", ((double)i + 0.15) * cell, cell * 0.7,
               PLOT_TOP + y, PLOT_H - y);
    if (unfinished)
        buf_printf(out, " fill=\"url(#%s-hatch)\"", chart->id);
    buf_puts(out, "/>");
}

struct sv chart_bars(struct arena *arena, const struct chart *chart)
{
    struct buf out = buf_new(arena, HTML_LIMIT);
    CHECK(chart->series_count == 1 && !chart->before.values);
    struct axis axis = axis_for(chart);
    open_figure(&out, chart, axis);
    for (size_t i = 0; i < chart->count; i++)
        put_bar(&out, chart, i, axis.top);
    for (size_t i = 0; i < chart->count; i++)
        put_cell(&out, chart, i, axis.top, false);
    return close_figure(&out, chart);
}

struct sv chart_sparkline(struct arena *arena, const char *title, const int64_t *values,
                          size_t count)
{
    struct buf out = buf_new(arena, HTML_LIMIT);
    int64_t max = 1;
    CHECK(count > 0);
    for (size_t i = 0; i < count; i++)
        if (values[i] > max)
            max = values[i];
    buf_printf(&out, "<svg class=\"sparkline\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
               SPARK_W, SPARK_H);
    put_escaped(&out, title);
    buf_puts(&out,
             "\" preserveAspectRatio=\"none\"><polyline class=\"chart-line chart-s1\" "
             "vector-effect=\"non-scaling-stroke\" points=\"");
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%.1f,%.1f", i ? " " : "",
                   count > 1 ? (double)i * SPARK_W / (double)(count - 1) : 0.0,
                   SPARK_H - 2 - (double)values[i] / (double)max * (SPARK_H - 4));
    buf_puts(&out, "\"/></svg>");
    CHECK(!out.overflow);
    return buf_sv(&out);
}
