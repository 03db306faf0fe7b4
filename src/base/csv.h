/* Writing CSV by RFC 4180: a comma before each cell but a line's first, quotes where they must be.
 */
#ifndef MEED_BASE_CSV_H
#define MEED_BASE_CSV_H

#include "base/buf.h"

/* What a spreadsheet would take for a formula (= + - @, tab, CR in front) is defused by a quote. */
void csv_put_cell(struct buf *b, struct sv text);

#endif
