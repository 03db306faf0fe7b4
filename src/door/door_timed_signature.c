#include "crypto/signature.h"
#include "door/door_timed_signature.h"

static const struct {
    const char *time_name, *value_name;
    char separator, joint;
} schemes[] = {
    [DOOR_TIMED_STRIPE] = {"t", "v1", ',', '.'},
    [DOOR_TIMED_PADDLE] = {"ts", "h1", ';', ':'},
};

bool door_timed_signature_read(enum door_timed_scheme scheme, struct sv header,
                               struct door_timed_signature *out)
{
    bool has_time = false;
    *out = (struct door_timed_signature){.scheme = scheme};
    while (header.n > 0) {
        struct sv value = sv_cut(&header, schemes[scheme].separator);
        struct sv name = sv_cut(&value, '=');
        if (sv_eq_cstr(name, schemes[scheme].time_name)) {
            if (has_time || !sv_to_i64(value, &out->time_s) || out->time_s < 0)
                return false;
            out->time = value;
            has_time = true;
        } else if (sv_eq_cstr(name, schemes[scheme].value_name) &&
                   out->n_values < DOOR_TIMED_VALUES_MAX) {
            out->values[out->n_values++] = value;
        }
    }
    return has_time && out->n_values > 0;
}

bool door_timed_signature_fits(const struct door_timed_signature *signature, struct sv secret,
                               struct sv body)
{
    char hex[HMAC_SHA256_HEX_SIZE];
    const struct sv parts[] = {signature->time, sv_of(&schemes[signature->scheme].joint, 1), body};
    bool fits = false;
    if (secret.n == 0)
        return false;
    signature_hmac_sha256_hex(hex, secret, parts, COUNT_OF(parts));
    for (size_t i = 0; i < signature->n_values; i++)
        fits |= signature_equal(sv_from(hex), signature->values[i]);
    return fits;
}

bool door_timed_signature_is_fresh(const struct door_timed_signature *signature, int64_t now_s)
{
    return signature->time_s >= now_s - DOOR_TIMED_TOLERANCE_S &&
           signature->time_s <= now_s + DOOR_TIMED_TOLERANCE_S;
}
