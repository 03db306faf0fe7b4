/*
 * The key file and what is derived from it.
 *
 * The file holds one or more master keys, `id:hex64` a line (id 1 to 255), the current
 * one first: rotation puts a new line on top. It lives outside the database. Each purpose uses an
 * own subkey (crypto_kdf), so that no two uses share a key.
 */
#ifndef MEED_CRYPTO_KEYS_H
#define MEED_CRYPTO_KEYS_H

#include "base/arena.h"
#include "base/sv.h"

enum key_purpose {
    KEY_SEAL,        /* secrets at rest */
    KEY_PERSONAL,    /* keyed hashes of e-mail and IP addresses */
    KEY_API,         /* keyed hashes of API keys and tokens */
    KEY_SESSION,     /* session tokens and CSRF tokens */
    KEY_CONTENT_MAC, /* transfers, inbox bodies */
    KEY_AUDIT,       /* chains */
    KEY_PURPOSES,
};

/* Maps all subkeys into this process. False (with a sentence) on a missing or unsafe file. */
MUST_USE bool keys_open(const char *path, struct arena *arena, const char **why);
MUST_USE bool keys_create(const char *path); /* a new file with one random key, mode 0600 */

enum { HASH_SIZE = 32, MAC_SIZE = 32 };

/* Keyed BLAKE2b-256 under the purpose's subkey of the last (oldest) key: stable over rotation. */
void keys_hash(uint8_t out[HASH_SIZE], enum key_purpose purpose, struct sv data);
/*
 * One mailbox, one text, before hashing: trimmed, in lower case (ASCII), without its +tag. At
 * gmail.com, where dots in front of the @ are not told apart and googlemail.com is the same,
 * without those; at no other host, since elsewhere they may be two people's.
 */
struct sv keys_normalise_email(struct arena *arena, struct sv email);
void keys_hash_email(uint8_t out[HASH_SIZE], struct sv email);
void keys_hash_ip(uint8_t out[HASH_SIZE], struct sv ip);

/* secretbox; the result starts with the key id, so that rotation can find what to re-encrypt. */
struct sv keys_seal(struct arena *arena, struct sv plain);
MUST_USE bool keys_unseal(struct arena *arena, struct sv sealed, struct sv *plain);

#endif
