/* What is hashed of a transfer and of a seal, byte by byte. */
#include "ledger/ledger_internal.h"

enum { BYTES_MAX = 1024 }; /* eight entries of at most 70 bytes, and a head of less than 100 */

struct bytes {
    uint8_t b[BYTES_MAX];
    size_t n;
};

static void put_bytes(struct bytes *out, const void *p, size_t n)
{
    CHECK(out->n + n <= sizeof out->b);
    memcpy(out->b + out->n, p, n);
    out->n += n;
}

static void put_number(struct bytes *out, uint64_t v)
{
    uint8_t le[8];
    for (unsigned i = 0; i < sizeof le; i++)
        le[i] = (uint8_t)(v >> (8 * i));
    put_bytes(out, le, sizeof le);
}

static void put_text(struct bytes *out, const char *text)
{
    put_number(out, strlen(text));
    put_bytes(out, text, strlen(text));
}

static struct sv view(const struct bytes *out)
{
    return sv_of((const char *)out->b, out->n);
}

void ledger_content_mac(uint8_t mac[MAC_SIZE], const struct ledger_transfer *t)
{
    struct bytes out = {.n = 0};
    put_text(&out, "meed-transfer-1");
    put_text(&out, ledger_kind_text(t->kind));
    put_number(&out, t->source);
    put_number(&out, t->seq);
    put_number(&out, t->brand);
    put_text(&out, ledger_mode_text(t->mode));
    put_number(&out, t->reverses);
    put_number(&out, t->n);
    for (unsigned i = 0; i < t->n; i++) {
        const struct ledger_entry *e = &t->entries[i];
        put_text(&out, ledger_purpose_name(e->purpose));
        put_number(&out, e->owner);
        put_text(&out, e->unit.code);
        put_number(&out, (uint64_t)e->amount);
    }
    keys_hash(mac, KEY_CONTENT_MAC, view(&out));
}

void ledger_seal_hash(uint8_t hash[HASH_SIZE], const struct ledger_seal *seal)
{
    struct bytes out = {.n = 0};
    put_text(&out, "meed-seal-1");
    put_number(&out, seal->no);
    put_bytes(&out, seal->before, sizeof seal->before);
    put_number(&out, seal->transfer);
    put_number(&out, (uint64_t)seal->business_us);
    put_bytes(&out, seal->content_mac, sizeof seal->content_mac);
    keys_hash(hash, KEY_AUDIT, view(&out));
}
