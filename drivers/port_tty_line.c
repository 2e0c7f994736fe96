/* port_tty_line.c - see port_tty_line.h. */
#include "drivers/port_tty_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int sp_error(enum sp_return r)
{
    int saved = errno;

    switch (r) {
    case SP_OK:
        return 0;
    case SP_ERR_ARG:
        return -EINVAL;
    case SP_ERR_MEM:
        return -ENOMEM;
    case SP_ERR_SUPP:
        return -ENOTSUP;
    default:
        return saved == ENOENT || saved == ENXIO ? -ENODEV : saved ? -saved : -EIO;
    }
}

int tty_line_of(const char *path, struct sp_port **ret_line)
{
    char real[PATH_MAX];

    return realpath(path, real) ? sp_error(sp_get_port_by_name(real, ret_line)) : -ENODEV;
}

/* Before the line's settings are touched: they may be another program's. The lock is for those who
 * ask for it, and for us; TIOCEXCL for those who do not. */
static int line_lock(struct tty_line *line, const char *path)
{
    line->lock = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->lock < 0)
        return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
    if (flock(line->lock, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return 0;
}

static int parity_of(char parity, enum sp_parity *ret_parity)
{
    switch (parity) {
    case 'n':
        *ret_parity = SP_PARITY_NONE;
        return 0;
    case 'e':
        *ret_parity = SP_PARITY_EVEN;
        return 0;
    case 'o':
        *ret_parity = SP_PARITY_ODD;
        return 0;
    default:
        return -EINVAL;
    }
}

static int line_set(struct tty_line *line, const struct line_settings *settings)
{
    struct sp_port_config *config = NULL;
    enum sp_parity parity;
    int r = parity_of(settings->parity, &parity);

    if (settings->baud == 0 || settings->baud > INT_MAX) /* 0 would hang up */
        return -EINVAL;
    if (r == 0)
        r = sp_error(sp_new_config(&config));
    if (r < 0)
        return r;
    (void)sp_set_config_baudrate(config, (int)settings->baud);
    (void)sp_set_config_bits(config, settings->data_bits);
    (void)sp_set_config_stopbits(config, settings->stop_bits);
    (void)sp_set_config_parity(config, parity);
    (void)sp_set_config_flowcontrol(config, SP_FLOWCONTROL_NONE);
    r = sp_error(sp_set_config(line->line, config));
    sp_free_config(config);
    return r;
}

int tty_line_take(struct tty_line *line, const char *path, enum sp_mode mode,
                  const struct line_settings *settings)
{
    int r;

    *line = (struct tty_line){.lock = -1, .fd = -1};
    r = line_lock(line, path);
    if (r == 0)
        r = tty_line_of(path, &line->line);
    if (r == 0)
        r = sp_error(sp_open(line->line, mode));
    if (r == 0)
        r = sp_error(sp_get_port_handle(line->line, &line->fd));
    if (r == 0 && ioctl(line->fd, TIOCEXCL) < 0)
        r = -errno;
    if (r == 0)
        r = line_set(line, settings);
    if (r == 0)
        r = sp_error(sp_flush(line->line, SP_BUF_INPUT)); /* what was sent before anyone listened */
    return r;
}

void tty_line_release(struct tty_line *line)
{
    if (line->fd >= 0)
        (void)ioctl(line->fd, TIOCNXCL); /* a line may outlive our descriptor */
    if (line->line) {
        (void)sp_close(line->line); /* refused when it was never opened */
        sp_free_port(line->line);
    }
    if (line->lock >= 0)
        close(line->lock);
}
