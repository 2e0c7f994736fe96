/* password.c - see password.h. */
#include "db/password.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#define OPS_LIMIT 2ULL
#define MEM_LIMIT ((size_t)19 * 1024 * 1024)
enum { DIFFERENT_MIN = 4 };

_Static_assert((int)PASSWORD_HASH_TEXT == (int)crypto_pwhash_STRBYTES, "size of a password hash");

/* Of random bytes nobody kept, with the parameters above: what an unknown user is compared with.
 * house: allow secret - opens nothing */
static const char nobodys_hash[] = "$argon2id$v=19$m=19456,t=2,p=1$jO/52kEnwadPZS8dWRDuYw$"
                                   "FCMFNng8cyWnLENxP2lpBCxyAcxJb3L1IjWwdREn3NA";

/* The common ones that are long enough to get past the length; lower case. */
static const char *const common[] = {
    "1234567890",   "12345678910",   "123456789a",     "a123456789",   "aa123456789",
    "abc1234567",   "abc123456789",  "0123456789",     "0987654321",   "9876543210",
    "1357924680",   "1472583690",    "1122334455",     "5201314520",   "woaini1314",
    "woaini520520", "woaini123456",  "qwertyuiop",     "qwerty1234",   "qwerty12345",
    "qwerty123456", "1q2w3e4r5t",    "1q2w3e4r5t6y",   "1qaz2wsx3edc", "q1w2e3r4t5",
    "qazwsxedcrfv", "zaq12wsxcde3",  "password12",     "password123",  "password1234",
    "password!123", "passw0rd123",   "p@ssw0rd123",    "p@ssword123",  "admin12345",
    "admin123456",  "administrator", "administrator1", "changeme123",  "welcome123",
    "welcome1234",  "letmein123",    "iloveyou123",    "abcdefghij",   "abcd123456",
    "asdfghjkl;",   "asdfghjkl123",  "asdf123456",     "zxcvbnm123",   "test123456",
    "root123456",   "anchang123",    "anchang1234",    "anchang2026",
};

/* Characters of UTF-8; what follows a lead byte does not count. */
static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static size_t different_bytes(const char *text)
{
    bool seen[256] = {false};
    size_t n = 0;

    for (; *text; text++) {
        n += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return n;
}

int password_check(struct fault *f, const char *login, const char *password)
{
    size_t n = characters(password);
    bool weak = n < PASSWORD_MIN || n > PASSWORD_MAX || strcasecmp(login, password) == 0 ||
                different_bytes(password) < DIFFERENT_MIN;

    for (size_t i = 0; !weak && i < sizeof(common) / sizeof(common[0]); i++)
        weak = strcasecmp(common[i], password) == 0;
    return weak ? fault_set(f, FAULT_PASSWORD_WEAK, NULL) : 0;
}

int password_hash(const char *password, char ret_hash[PASSWORD_HASH_TEXT])
{
    char hash[PASSWORD_HASH_TEXT];

    if (crypto_pwhash_str(hash, password, strlen(password), OPS_LIMIT, MEM_LIMIT) != 0)
        return -ENOMEM;
    memcpy(ret_hash, hash, sizeof(hash));
    return 0;
}

bool password_matches(const char *hash, const char *password)
{
    bool same =
        crypto_pwhash_str_verify(hash ? hash : nobodys_hash, password, strlen(password)) == 0;

    return same && hash;
}

bool password_hash_stale(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, OPS_LIMIT, MEM_LIMIT) != 0;
}
