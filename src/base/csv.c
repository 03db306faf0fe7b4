#include "base/csv.h"

static bool is_formula(struct sv text)
{
    return text.n > 0 && strchr("=+-@\t\r", text.p[0]);
}

void csv_put_cell(struct buf *b, struct sv text)
{
    bool quoted = is_formula(text);
    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = strchr(",\"\r\n", text.p[i]) != NULL;
    if (b->len > 0 && b->p[b->len - 1] != '\n')
        buf_putc(b, ',');
    if (!quoted) {
        buf_put(b, text);
        return;
    }
    buf_putc(b, '"');
    if (is_formula(text))
        buf_putc(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_putc(b, '"');
        buf_putc(b, text.p[i]);
    }
    buf_putc(b, '"');
}
