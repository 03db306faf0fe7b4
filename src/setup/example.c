#include "setup/example.h"

#include "base/buf.h"

enum { EXAMPLE_AMOUNT = 80, EXAMPLE_MAX = 4096 };

/* All that goes between quotes is ours: ids, keys, tokens. None of it may end a quotation. */
static void put_plain(struct buf *b, struct sv value)
{
    CHECK(value.n > 0 && sv_is_ascii_graph(value));
    CHECK(!sv_contains(value, '\'') && !sv_contains(value, '"') && !sv_contains(value, '\\'));
    buf_put(b, value);
}

static void put_url(struct buf *b, const char *url)
{
    buf_putc(b, '\'');
    put_plain(b, sv_from(url));
    buf_putc(b, '\'');
}

static int64_t amount_of(const struct unit *unit)
{
    int64_t minor = EXAMPLE_AMOUNT;
    for (unsigned i = 0; i < unit->exponent; i++)
        minor *= 10;
    return minor;
}

/* The names that a door has for the same things. */
struct names {
    const char *order, *amount, *currency, *click, *prefix;
};

static const struct names api_names = {"brand_order_ref", "order_value", "order_currency",
                                       "pcps_click", "test-api"};
static const struct names postback_names = {"order_id", "amount", "currency", "click_id",
                                            "test-postback"};

static void put_credit(struct buf *b, const struct example *e, const struct names *names)
{
    if (e->click.n > 0 || e->token.n == 0)
        buf_printf(b, "\"%s\":\"", names->click);
    else
        buf_puts(b, "\"token\":\"");
    if (e->click.n > 0)
        put_plain(b, e->click);
    else if (e->token.n > 0)
        put_plain(b, e->token);
    else
        buf_puts(b, "'\"$CLICK_ID\"'");
    buf_putc(b, '"');
}

/* A JSON object in single quotes; the shell puts the time into it. */
static void put_body(struct arena *arena, struct buf *b, const struct example *e,
                     const struct names *names)
{
    buf_printf(b, "'{\"program_id\":\"%s\",\n", uuid_text(arena, e->program));
    buf_printf(b, "   \"%s\":\"%s-'$(date +%%s)'\",\n", names->order, names->prefix);
    buf_printf(b, "   \"%s\":\"%s\",\"%s\":\"%s\",\n", names->amount,
               money_format_major(arena, amount_of(&e->currency), e->currency.exponent),
               names->currency, e->currency.code);
    buf_puts(b, "   ");
    put_credit(b, e, names);
    buf_puts(b, "}'");
}

static struct sv finished(const struct buf *b)
{
    CHECK(!b->overflow);
    return buf_sv(b);
}

static struct sv curl_api(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "curl -sS ");
    put_url(&b, arena_printf(arena, "%s/api/conv", e->base_url));
    buf_puts(&b, " \\\n  -H 'Content-Type: application/json' \\\n  -H ");
    if (e->key.n > 0) {
        buf_puts(&b, "'Authorization: Bearer ");
        put_plain(&b, e->key);
        buf_putc(&b, '\'');
    } else {
        buf_puts(&b, "\"Authorization: Bearer $MEED_KEY\"");
    }
    buf_puts(&b, " \\\n  -d ");
    put_body(arena, &b, e, &api_names);
    return finished(&b);
}

const char *example_postback_url(struct arena *arena, const char *base_url, struct uuid brand)
{
    return arena_printf(arena, "%s/api/v2/affiliate/postback/%s", base_url,
                        uuid_text(arena, brand));
}

static struct sv curl_postback(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "body=");
    put_body(arena, &b, e, &postback_names);
    buf_puts(&b,
             "\nnow=$(date +%s)\nsignature=$(printf '%s.%s' \"$now\" \"$body\" |\n"
             "  openssl dgst -sha256 -hmac ");
    if (e->secret.n > 0) {
        buf_putc(&b, '\'');
        put_plain(&b, e->secret);
        buf_putc(&b, '\'');
    } else {
        buf_puts(&b, "\"$MEED_SECRET\"");
    }
    buf_puts(&b, " | sed 's/^.* //')\ncurl -sS ");
    put_url(&b, example_postback_url(arena, e->base_url, e->brand));
    buf_puts(&b,
             " \\\n  -H 'Content-Type: application/json' \\\n"
             "  -H \"X-Meed-Timestamp: $now\" -H \"X-Meed-Signature: $signature\" \\\n"
             "  -d \"$body\"");
    return finished(&b);
}

const char *example_refund_url(struct arena *arena, const char *base_url, struct uuid brand)
{
    return arena_printf(arena, "%s/api/v2/affiliate/refund/%s", base_url, uuid_text(arena, brand));
}

/* Node --------------------------------------------------------------------------------------- */

static void put_js_credit(struct buf *b, const struct example *e, const struct names *names)
{
    bool by_token = e->click.n == 0 && e->token.n > 0;
    buf_printf(b, "  %s: ", by_token ? "token" : names->click);
    if (e->click.n == 0 && e->token.n == 0) {
        buf_puts(b, "process.env.CLICK_ID,\n");
        return;
    }
    buf_putc(b, '\'');
    put_plain(b, by_token ? e->token : e->click);
    buf_puts(b, "',\n");
}

static void put_js_body(struct arena *arena, struct buf *b, const struct example *e,
                        const struct names *names)
{
    buf_printf(b, "const body = JSON.stringify({\n  program_id: '%s',\n",
               uuid_text(arena, e->program));
    buf_printf(b, "  %s: `%s-node-${Date.now()}`,\n", names->order, names->prefix);
    buf_printf(b, "  %s: '%s',\n  %s: '%s',\n", names->amount,
               money_format_major(arena, amount_of(&e->currency), e->currency.exponent),
               names->currency, e->currency.code);
    put_js_credit(b, e, names);
    buf_puts(b, "});\n");
}

/* A literal, or what stands in the environment. */
static void put_js_value(struct buf *b, struct sv value, const char *variable)
{
    if (value.n == 0) {
        buf_printf(b, "process.env.%s", variable);
        return;
    }
    buf_putc(b, '\'');
    put_plain(b, value);
    buf_putc(b, '\'');
}

static struct sv node_api(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "const key = ");
    put_js_value(&b, e->key, "MEED_KEY");
    buf_puts(&b, ";\n");
    put_js_body(arena, &b, e, &api_names);
    buf_puts(&b, "fetch(");
    put_url(&b, arena_printf(arena, "%s/api/conv", e->base_url));
    buf_puts(&b,
             ", {\n  method: 'POST',\n"
             "  headers: { Authorization: `Bearer ${key}`, "
             "'Content-Type': 'application/json' },\n  body,\n"
             "}).then(async (answer) => console.log(answer.status, await answer.text()));");
    return finished(&b);
}

static struct sv node_postback(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "const secret = ");
    put_js_value(&b, e->secret, "MEED_SECRET");
    buf_puts(&b, ";\n");
    put_js_body(arena, &b, e, &postback_names);
    buf_puts(&b,
             "const now = String(Math.floor(Date.now() / 1000));\n"
             "import('node:crypto').then(({ createHmac }) => fetch(");
    put_url(&b, example_postback_url(arena, e->base_url, e->brand));
    buf_puts(&b,
             ", {\n  method: 'POST',\n  headers: {\n"
             "    'Content-Type': 'application/json',\n"
             "    'X-Meed-Timestamp': now,\n"
             "    'X-Meed-Signature': "
             "createHmac('sha256', secret).update(`${now}.${body}`).digest('hex'),\n"
             "  },\n  body,\n"
             "})).then(async (answer) => console.log(answer.status, await answer.text()));");
    return finished(&b);
}

/* PHP ---------------------------------------------------------------------------------------- */

static void put_php_value(struct buf *b, struct sv value, const char *variable)
{
    if (value.n == 0) {
        buf_printf(b, "getenv('%s')", variable);
        return;
    }
    buf_putc(b, '\'');
    put_plain(b, value);
    buf_putc(b, '\'');
}

static void put_php_body(struct arena *arena, struct buf *b, const struct example *e,
                         const struct names *names)
{
    bool by_token = e->click.n == 0 && e->token.n > 0;
    buf_printf(b, "$body = json_encode([\n  'program_id' => '%s',\n", uuid_text(arena, e->program));
    buf_printf(b, "  '%s' => '%s-php-' . (int) (microtime(true) * 1000),\n", names->order,
               names->prefix);
    buf_printf(b, "  '%s' => '%s',\n  '%s' => '%s',\n", names->amount,
               money_format_major(arena, amount_of(&e->currency), e->currency.exponent),
               names->currency, e->currency.code);
    buf_printf(b, "  '%s' => ", by_token ? "token" : names->click);
    put_php_value(b, by_token ? e->token : e->click, "CLICK_ID");
    buf_puts(b, ",\n]);\n");
}

/* `headers` is PHP, an expression for what stands behind the content type. */
static void put_php_request(struct buf *b, const char *url, const char *headers)
{
    buf_puts(b, "$answer = file_get_contents(");
    put_url(b, url);
    buf_printf(b,
               ", false, stream_context_create(['http' => [\n"
               "  'method' => 'POST',\n"
               "  'header' => \"Content-Type: application/json\\r\\n\"\n    . %s,\n"
               "  'content' => $body,\n"
               "  'ignore_errors' => true,\n"
               "]]));\n"
               "echo $http_response_header[0], \"\\n\", $answer, \"\\n\";\n",
               headers);
}

static struct sv php_api(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "<?php\n$key = ");
    put_php_value(&b, e->key, "MEED_KEY");
    buf_puts(&b, ";\n");
    put_php_body(arena, &b, e, &api_names);
    put_php_request(&b, arena_printf(arena, "%s/api/conv", e->base_url),
                    "\"Authorization: Bearer $key\"");
    return finished(&b);
}

static struct sv php_postback(struct arena *arena, const struct example *e)
{
    struct buf b = buf_new(arena, EXAMPLE_MAX);
    buf_puts(&b, "<?php\n$secret = ");
    put_php_value(&b, e->secret, "MEED_SECRET");
    buf_puts(&b, ";\n");
    put_php_body(arena, &b, e, &postback_names);
    buf_puts(&b,
             "$now = time();\n"
             "$signature = hash_hmac('sha256', \"$now.$body\", $secret);\n");
    put_php_request(&b, example_postback_url(arena, e->base_url, e->brand),
                    "\"X-Meed-Timestamp: $now\\r\\nX-Meed-Signature: $signature\"");
    return finished(&b);
}

/* Which one ---------------------------------------------------------------------------------- */

static const struct {
    const char *name, *param;
    struct sv (*api)(struct arena *, const struct example *);
    struct sv (*postback)(struct arena *, const struct example *);
} languages[EXAMPLE_LANGUAGES] = {
    [EXAMPLE_CURL] = {"cURL", "curl", curl_api, curl_postback},
    [EXAMPLE_NODE] = {"Node", "node", node_api, node_postback},
    [EXAMPLE_PHP] = {"PHP", "php", php_api, php_postback},
};

struct sv example_write(struct arena *arena, const struct example *e, enum example_door door,
                        enum example_language language)
{
    CHECK(language < EXAMPLE_LANGUAGES);
    return door == EXAMPLE_API ? languages[language].api(arena, e)
                               : languages[language].postback(arena, e);
}

const char *example_language_name(enum example_language language)
{
    CHECK(language < EXAMPLE_LANGUAGES);
    return languages[language].name;
}

const char *example_language_param(enum example_language language)
{
    CHECK(language < EXAMPLE_LANGUAGES);
    return languages[language].param;
}

enum example_language example_language_read(struct sv param)
{
    for (unsigned i = 0; i < EXAMPLE_LANGUAGES; i++)
        if (sv_eq_cstr(param, languages[i].param))
            return (enum example_language)i;
    return EXAMPLE_CURL;
}
