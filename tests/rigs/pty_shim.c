/* pty_shim.c - loaded before libserialport, lets it take a pseudo-terminal for a serial line.
 *
 * A pseudo-terminal lacks two things that the library insists on: an entry in /sys/class/tty, and
 * modem lines. Both are answered for /dev/pts/N alone; whatever the system can answer by itself it
 * does. (Debian's libserialport 0.1.1 asks by __lxstat, readlink and ioctl.)
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PTS "/sys/class/tty/pts/"

int __lxstat(int version, const char *path, struct stat *ret_stat);

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static bool begins(const char *path, const char *with)
{
    return strncmp(path, with, strlen(with)) == 0;
}

int __lxstat(int version, const char *path, struct stat *ret_stat)
{
    int (*next)(int, const char *, struct stat *) =
        (int (*)(int, const char *, struct stat *))real("__lxstat");

    return next(version, begins(path, PTS) ? "/sys/class/tty" : path, ret_stat);
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the system's are reserved
ssize_t readlink(const char *path, char *out, size_t size)
{
    static const char device[] = "../../pseudo";
    ssize_t (*next)(const char *, char *, size_t) =
        (ssize_t(*)(const char *, char *, size_t))real("readlink");

    if (!begins(path, PTS))
        return next(path, out, size);
    if (size < sizeof(device) - 1) {
        errno = ERANGE;
        return -1;
    }
    memcpy(out, device, sizeof(device) - 1);
    return sizeof(device) - 1;
}

int ioctl(int fd, unsigned long request, ...)
{
    int (*next)(int, unsigned long, ...) = (int (*)(int, unsigned long, ...))real("ioctl");
    va_list args;
    void *arg;
    int r;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    r = next(fd, request, arg);
    if (r == 0 || (errno != ENOTTY && errno != EINVAL))
        return r;
    if (request == TIOCMGET)
        *(int *)arg = TIOCM_DSR | TIOCM_CTS | TIOCM_CD; /* somebody is at the other end */
    return request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC
               ? 0
               : r;
}
