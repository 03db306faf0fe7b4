#include <curl/curl.h>
#include <fcntl.h>

#include "base/buf.h"
#include "base/log.h"
#include "outbox/outbox_internal.h"

enum { CONNECT_TIMEOUT_S = 10, SEND_TIMEOUT_S = 30, SMTP_REFUSED = 500 };

/* ---- a folder of .eml files ------------------------------------------------------------ */

static bool write_file(const char *path, struct sv text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t done = 0;
    bool written;

    if (fd < 0)
        return false;
    while (done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    written = done == text.n && fsync(fd) == 0;
    return close(fd) == 0 && written;
}

/* A reader of the folder never sees half a message: it gets its name when it is whole. */
static enum outbox_sent send_to_folder(struct arena *arena, const char *folder,
                                       const struct outbox_message *message, const char **why)
{
    const char *path = arena_printf(arena, "%s/%s.eml", folder, message->id);
    const char *unfinished = arena_printf(arena, "%s/.%s.tmp", folder, message->id);

    if (write_file(unfinished, sv_from(message->text)) && rename(unfinished, path) == 0)
        return OUTBOX_SENT;
    *why = arena_printf(arena, "%s: %s", path, strerror(errno));
    (void)unlink(unfinished);
    return OUTBOX_SEND_LATER;
}

/* ---- SMTP -------------------------------------------------------------------------------- */

struct upload {
    struct sv rest;
};

static size_t read_upload(char *out, size_t size, size_t count, void *context)
{
    struct upload *upload = context;
    struct sv part = sv_sub(upload->rest, 0, size * count);

    if (part.n > 0)
        memcpy(out, part.p, part.n);
    upload->rest = sv_from_index(upload->rest, part.n);
    return part.n;
}

static struct sv bare_address(struct sv address)
{
    ptrdiff_t open_at = sv_find(address, '<');

    if (open_at < 0)
        return address;
    address = sv_from_index(address, (size_t)open_at + 1);
    return sv_cut(&address, '>');
}

static void set_up(CURL *curl, const struct settings *settings, struct upload *upload,
                   const char *sender, struct curl_slist *recipients, char *fault)
{
    curl_easy_setopt(curl, CURLOPT_URL, settings->mail_url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
    curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SEND_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fault);
    if (settings->mail_user[0] != '\0') {
        /* a password goes over TLS or not at all */
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
        curl_easy_setopt(curl, CURLOPT_USERNAME, settings->mail_user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->mail_password);
    } else {
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
    }
}

static enum outbox_sent send_by_smtp(struct arena *arena, const struct settings *settings,
                                     const struct outbox_message *message, const char **why)
{
    struct upload upload = {sv_from(message->text)};
    const char *sender = sv_dup(arena, bare_address(sv_from(settings->mail_from)));
    struct curl_slist *recipients = curl_slist_append(NULL, sv_dup(arena, message->to));
    char *fault = arena_alloc(arena, CURL_ERROR_SIZE);
    CURL *curl = curl_easy_init();
    CURLcode code;
    long answer = 0;

    CHECK(curl != NULL && recipients != NULL);
    set_up(curl, settings, &upload, sender, recipients, fault);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK)
        return OUTBOX_SENT;
    *why = arena_printf(arena, "%s (SMTP %ld)", fault[0] != '\0' ? fault : curl_easy_strerror(code),
                        answer);
    return code == CURLE_SEND_ERROR && answer >= SMTP_REFUSED ? OUTBOX_REFUSED : OUTBOX_SEND_LATER;
}

enum outbox_sent outbox_transport_send(struct arena *arena, const struct settings *settings,
                                       const struct outbox_message *message, const char **why)
{
    struct sv url = sv_from(settings->mail_url);

    if (sv_starts(url, SV("file://")))
        return send_to_folder(arena, url.p + strlen("file://"), message, why);
    return send_by_smtp(arena, settings, message, why);
}
