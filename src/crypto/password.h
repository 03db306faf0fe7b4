/*
 * Passwords: argon2id by libsodium, interactive limits. One hash at a time on
 * a host (64 MiB and some 50 ms each), through a lock shared by all processes,
 * so that a flood of logins starves nothing else.
 */
#ifndef MEED_CRYPTO_PASSWORD_H
#define MEED_CRYPTO_PASSWORD_H

#include "base/sv.h"

enum { PASSWORD_HASH_SIZE = 128, PASSWORD_MIN = 10, PASSWORD_MAX = 200 };

/* False when memory for the hash can't be had, or the lock was not free within 3 s: answer 503. */
MUST_USE bool password_hash(char out[PASSWORD_HASH_SIZE], struct sv password);
enum password_check { PASSWORD_MATCHES, PASSWORD_WRONG, PASSWORD_BUSY };
/* hash NULL: spends the same time on a made-up hash and says PASSWORD_WRONG (unknown user). */
MUST_USE enum password_check password_check(const char *hash, struct sv password);
/* The lock: a file in run_dir, set once before use; without it hashing is not serialised. */
void password_set_lock(const char *path);

#endif
