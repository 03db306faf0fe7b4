/*
 * Sales and refunds that people of the brand record themselves: by a form, or by the row of a CSV
 * file. Both are the same texts, read by the same rules.
 *
 *   type      sale (unless told) | refund
 *   order     the order's number; a sale counts once by it, whichever door tells of it
 *   amount    in major units; a refund without one is the whole
 *   currency  of the sale, else the program's
 *   date      2026-11-21, in the brand's zone: its last moment, so that clicks of that day precede
 *             it; or RFC 3339. Not told: now
 *   creator   handle; code, click_id: what else may credit somebody
 *   event     sale (unless told) | lead | signup | form | trial | rebill
 *   refund_id of a partial refund: a repeated row must not count twice
 *   reason    of a refund; note: free text
 */
#ifndef MEED_DOOR_DOOR_HAND_H
#define MEED_DOOR_DOOR_HAND_H

#include "conversion/adjustment.h"
#include "conversion/conversion.h"

/* X(name, text): the names of fields and columns. */
#define HAND_FIELDS(X)                                                                             \
    X(TYPE, "type")                                                                                \
    X(ORDER, "order")                                                                              \
    X(AMOUNT, "amount")                                                                            \
    X(CURRENCY, "currency")                                                                        \
    X(DATE, "date")                                                                                \
    X(CREATOR, "creator")                                                                          \
    X(CODE, "code")                                                                                \
    X(CLICK, "click_id")                                                                           \
    X(EVENT, "event")                                                                              \
    X(REFUND, "refund_id")                                                                         \
    X(REASON, "reason")                                                                            \
    X(NOTE, "note")

/* Bytes: with the reason before it, it still fits an adjustment's note. */
enum { HAND_REFUND_NOTE_MAX = 380 };

enum hand_field {
#define X(name, text) HAND_##name,
    HAND_FIELDS(X)
#undef X
        HAND_FIELD_COUNT
};

/* Who records, and where. */
struct hand_context {
    enum sale_door door; /* SALE_DOOR_MANUAL or SALE_DOOR_CSV */
    uint64_t brand, program, by_user;
    bool test_mode;
    struct unit currency; /* the program's */
    const char *zone;     /* the brand's */
    struct uuid request;
    int64_t received_us;
};

struct hand_input {
    struct sv field[HAND_FIELD_COUNT];
};

struct hand_entry {
    bool is_refund;
    struct sale_event sale;         /* unless is_refund */
    struct adjustment_event refund; /* if it is */
    struct sv creator;              /* handle, without "@"; sale.ref is set by hand_find_creator */
    const char *error[HAND_FIELD_COUNT]; /* why a field does not do, translated; NULL: it does */
    unsigned errors;
};

const char *hand_field_name(enum hand_field field);
MUST_USE bool hand_field_find(struct sv name, enum hand_field *out); /* case doesn't matter */

/* Why something is taken back; what people choose from. The i-th, NULL past the last. */
struct hand_reason {
    const char *code, *text; /* text: for _() */
    enum adjustment_kind kind;
};
const struct hand_reason *hand_reason_at(size_t i);

/* Pure. True when every field does. Texts belong to the input. */
MUST_USE bool hand_read(struct arena *arena, const struct hand_context *context,
                        const struct hand_input *input, struct hand_entry *out);

/*
 * The creator's ref in the program, into sale.ref, so that the sale is theirs. An error at the
 * field when the program has no such creator.
 */
MUST_USE enum db_status hand_find_creator(struct db *db, struct arena *arena,
                                          const struct hand_context *context,
                                          struct hand_entry *entry);
/* Is there a sale of this order number? */
MUST_USE enum db_status hand_is_known(struct db *db, struct arena *arena,
                                      const struct hand_context *context, struct sv order_ref,
                                      bool *is_known);

/* What came of recording a sale, in a sentence: "Recorded, credited to @nia". */
const char *hand_outcome_words(struct arena *arena, const struct hand_entry *entry,
                               const struct conversion_answer *answer);
/* And of a refund. */
const char *hand_refund_words(struct arena *arena, const struct adjustment_answer *answer);

#endif
