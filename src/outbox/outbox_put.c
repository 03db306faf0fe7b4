#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "crypto/keys.h"
#include "outbox/outbox.h"
#include "outbox/outbox_internal.h"

enum { PAYLOAD_LIMIT = 16 * 1024 };

DB_SQL(outbox_insert,
       "INSERT INTO outbox (source_kind, source, kind, seq, brand, mode, payload, created_us)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(outbox_enqueue, "INSERT INTO outbox_queue (outbox) VALUES (?)");

enum db_status outbox_put(struct db *db, const struct outbox_row *row)
{
    enum db_status status;
    uint64_t id;

    CHECK(db_in_tx(db));
    status = db_insert_unless_known(
        db, &outbox_insert,
        DB_ARGS(db_cstr(row->source_kind), db_u64(row->source), db_cstr(row->kind),
                db_u64(row->seq), db_u64(row->brand), db_cstr(row->test_mode ? "test" : "live"),
                db_text(row->payload), db_i64(clock_business_us())),
        &id);
    if (status != DB_OK)
        return status;
    return db_exec_one(db, &outbox_enqueue, DB_ARGS(db_u64(id)));
}

static void put_member(struct buf *b, const char *name, struct sv value)
{
    if (b->p[b->len - 1] != '{')
        buf_putc(b, ',');
    json_put_string(b, sv_from(name));
    buf_putc(b, ':');
    json_put_string(b, value);
}

/* {"user":"7","token":"<hex of the sealed token>","args":{"brand":"Acme"}} */
static struct sv mail_payload(struct arena *arena, const struct outbox_mail *mail)
{
    struct buf b = buf_new(arena, PAYLOAD_LIMIT);

    CHECK(mail->args_count <= OUTBOX_MAIL_ARGS_MAX);
    buf_putc(&b, '{');
    put_member(&b, "user", sv_from(arena_printf(arena, "%" PRIu64, mail->user)));
    if (mail->token.n > 0) {
        struct sv sealed = keys_seal(arena, mail->token);
        char *hex = arena_alloc(arena, 2 * sealed.n + 1);

        hex_encode(hex, (const uint8_t *)sealed.p, sealed.n);
        put_member(&b, "token", sv_from(hex));
    }
    buf_puts(&b, ",\"args\":{");
    for (size_t i = 0; i < mail->args_count; i++)
        put_member(&b, mail->args[i].name, mail->args[i].value);
    buf_puts(&b, "}}");
    CHECK(!b.overflow);
    return buf_sv(&b);
}

enum db_status outbox_put_mail(struct db *db, struct arena *arena, const struct outbox_mail *mail)
{
    CHECK(outbox_mail_text_find(sv_from(mail->kind)) != NULL);
    return outbox_put(db, &(struct outbox_row){
                              .source_kind = mail->source_kind,
                              .source = mail->source,
                              .kind = mail->kind,
                              .seq = mail->seq,
                              .brand = mail->brand,
                              .payload = mail_payload(arena, mail),
                          });
}
