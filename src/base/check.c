#include "base/log.h"

void check_failed(const char *what, const char *file, int line)
{
    log_line(LOG_ERROR, "check_failed", LOG_STR("check", what), LOG_STR("file", file),
             LOG_I64("line", line));
    abort();
}
