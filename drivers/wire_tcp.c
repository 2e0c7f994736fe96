/* wire_tcp.c - a printer in the network, which prints what comes to its port. */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/wire.h"

enum { CONNECT_MS = 3000 };

static void tcp_close(struct wire *w)
{
    struct wire_fd *tcp = (struct wire_fd *)w;

    close(tcp->fd);
    free(tcp);
}

static int connected(int fd, const struct addrinfo *to)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t n = sizeof(error);

    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -errno;
    if (poll(&wait, 1, CONNECT_MS) <= 0)
        return -ETIMEDOUT;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        return -errno;
    return -error;
}

static int address_open(const struct addrinfo *to)
{
    const int on = 1;
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int r = fd < 0 ? -errno : connected(fd, to);

    if (r < 0) {
        if (fd >= 0)
            close(fd);
        return r;
    }
    /* A question is three bytes and is asked now; one that was unplugged is noticed some day. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    return fd;
}

static int tcp_open(const struct wire_target *target, struct wire **ret_wire)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    struct wire_fd *w = calloc(1, sizeof(*w));
    char port[8];
    int fd = -EHOSTUNREACH;

    if (!w)
        return -ENOMEM;
    snprintf(port, sizeof(port), "%u", target->port);
    if (getaddrinfo(target->where, port, &wanted, &found) == 0)
        for (const struct addrinfo *to = found; to && fd < 0; to = to->ai_next)
            fd = address_open(to);
    if (found)
        freeaddrinfo(found);
    if (fd < 0) {
        free(w);
        return fd;
    }
    *w = (struct wire_fd){{&wire_tcp}, fd};
    *ret_wire = &w->wire;
    return 0;
}

const struct wire_ops wire_tcp = {.name = "tcp",
                                  .open = tcp_open,
                                  .write = wire_fd_write,
                                  .read = wire_fd_read,
                                  .close = tcp_close};
