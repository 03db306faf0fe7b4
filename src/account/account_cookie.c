#include "account/account.h"
#include "account/account_cookie.h"
#include "crypto/keys.h"

enum { CSRF_TOKEN_SIZE = 2 * HASH_SIZE + 1 };

static const char *cookie_name(const struct http_request *request)
{
    return request->secure ? "__Host-meed_session" : "meed_session";
}

struct sv account_cookie_token(struct http_request *request)
{
    return http_cookie(request, cookie_name(request));
}

static void put_cookie(struct http_request *request, struct http_response *response,
                       const char *token, int64_t max_age_s)
{
    http_set_cookie(
        response,
        sv_from(arena_printf(
            request->arena, "%s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Lax%s",
            cookie_name(request), token, max_age_s, request->secure ? "; Secure" : "")));
}

void account_cookie_set(struct http_request *request, struct http_response *response,
                        const char *token)
{
    put_cookie(request, response, token, ACCOUNT_SESSION_IDLE_US / CLOCK_SECOND);
}

void account_cookie_clear(struct http_request *request, struct http_response *response)
{
    put_cookie(request, response, "", 0);
}

/* Follows from the session's secret and tells nothing about it; needs no place of its own. */
static const char *csrf_token(struct arena *arena, struct sv session_token)
{
    uint8_t hash[HASH_SIZE];
    char *hex = arena_alloc(arena, CSRF_TOKEN_SIZE);
    struct buf text = buf_new(arena, 256);

    buf_puts(&text, "csrf ");
    buf_put(&text, session_token);
    keys_hash(hash, KEY_SESSION, buf_sv(&text));
    hex_encode(hex, hash, sizeof hash);
    return hex;
}

/* Who manages brands may also be somebody's creator: the brand chosen decides. */
static enum http_role role_of(const struct account_session *session)
{
    if (session->is_admin)
        return ROLE_ADMIN;
    return session->partner != 0 && session->brand == 0 ? ROLE_PARTNER : ROLE_BRAND;
}

bool account_authenticate(struct http_request *request)
{
    struct account_session session;
    struct sv token = account_cookie_token(request);

    if (token.n == 0)
        return true;
    switch (account_find_session(request->db, request->arena, token, &session)) {
    case ACCOUNT_DONE:
        break;
    case ACCOUNT_NOT_FOUND:
        return true;
    default:
        return false;
    }
    request->actor = (struct http_actor){
        .role = role_of(&session),
        .user = session.user,
        .session = session.id,
        .company = session.company,
        .brand = session.brand,
        .partner = session.partner,
        .display_name = session.user_name,
        .brand_name = session.brand_name,
        .zone = session.brand_zone,
        .test_mode = session.test_mode,
        .csrf_token = csrf_token(request->arena, token),
    };
    return true;
}
