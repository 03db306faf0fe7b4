#include "ctl/ctl.h"

#include "crypto/keys.h"

enum ctl_exit ctl_keys_create(struct ctl *ctl)
{
    if (ctl->argc != 1)
        return CTL_USAGE;
    if (access(ctl->argv[0], F_OK) == 0)
        return ctl_fail("%s exists already. Whatever it sealed would be lost without it.",
                        ctl->argv[0]);
    if (!keys_create(ctl->argv[0]))
        return ctl_fail("%s can't be written: %s.", ctl->argv[0], strerror(errno));
    printf("wrote %s; keep a copy where the database's backups are not\n", ctl->argv[0]);
    return CTL_OK;
}
