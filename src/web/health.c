#include "base/clock.h"
#include "db/migrate.h"
#include "http/http_shared.h"
#include "web/health.h"

enum { METRICS_MAX = 1024 * 1024 };

http_handler web_health_live, web_health_ready, web_health_metrics;

static bool (*link_map_is_open)(void);

void web_health_set_link_map_check(bool (*is_open)(void))
{
    link_map_is_open = is_open;
}

void web_health_live(struct http_request *request, struct http_response *response)
{
    (void)request;
    http_json(response, 200, SV("{\"status\":\"up\"}\n"));
    http_set_header(response, "Cache-Control", SV("no-store"));
}

struct readiness {
    bool database, schema, link_map, worker;
    unsigned schema_version;
};

static struct readiness look(struct http_request *request)
{
    int64_t since_beat_us = clock_wire_us() - http_metric_get(METRIC_WORKER_BEAT_US);
    struct readiness found = {
        .database = request->db != NULL && db_is_reachable(request->db),
        .link_map = link_map_is_open != NULL && link_map_is_open(),
        .worker = since_beat_us < WORKER_BEAT_LATE_US,
    };

    if (found.database &&
        migrate_current_version(request->db, request->arena, &found.schema_version) == DB_OK)
        found.schema = found.schema_version >= SCHEMA_VERSION_LOWEST &&
                       found.schema_version <= SCHEMA_VERSION_HIGHEST;
    return found;
}

static const char *as_json(bool value)
{
    return value ? "true" : "false";
}

void web_health_ready(struct http_request *request, struct http_response *response)
{
    struct readiness found = look(request);
    bool ready = found.database && found.schema && found.link_map && found.worker;
    char *body = arena_printf(request->arena,
                              "{\"ready\":%s,\"database\":%s,\"schema\":%s,\"schema_version\":%u,"
                              "\"link_map\":%s,\"worker\":%s}\n",
                              as_json(ready), as_json(found.database), as_json(found.schema),
                              found.schema_version, as_json(found.link_map), as_json(found.worker));

    http_json(response, ready ? 200 : 503, sv_from(body));
    http_set_header(response, "Cache-Control", SV("no-store"));
}

void web_health_metrics(struct http_request *request, struct http_response *response)
{
    struct buf metrics = buf_new(request->arena, METRICS_MAX);

    http_metrics_print(&metrics);
    if (metrics.overflow) {
        http_unavailable(request, response);
        return;
    }
    http_text(response, 200, buf_sv(&metrics));
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
}
