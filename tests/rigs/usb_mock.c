/* usb_mock.c - see usb_mock.h.
 *
 * umockdev makes a device's node a plain file, which no epoll takes. Here it is a pipe, kept full
 * while no transfer has ended and drained when one has: then it is "writable" exactly when usbfs
 * would be.
 */
#include "tests/rigs/usb_mock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

enum { URBS_MAX = 128, TEXT = 256, DESCRIPTOR = 64, GET_DESCRIPTOR = 6 };

struct urb {
    UMockdevIoctlData *data; /* its struct usbdevfs_urb */
    size_t filled;
};

struct usb_mock {
    struct usb_mock_says says;
    pthread_mutex_t lock;
    UMockdevIoctlBase *ioctls;
    char node[TEXT], sys[TEXT], file[TEXT * 2];
    int gate; /* our end of the pipe */
    struct urb waiting[URBS_MAX], ended[URBS_MAX];
    unsigned n_waiting, n_ended, lost, opened;
    bool gone, busy, kernel, forgotten;
    enum usb_mock_answer answer;
};

static UMockdevTestbed *bed;

static void must(bool done, const char *what)
{
    if (!done) {
        fprintf(stderr, "usb_mock: %s: %s\n", what, strerror(errno));
        abort();
    }
}

void usb_mock_bed(void)
{
    bed = umockdev_testbed_new();
}

void usb_mock_bed_free(void)
{
    g_clear_object(&bed);
}

/* ---- transfers; under the lock ---- */

static void gate_set(struct usb_mock *mock)
{
    static const char bytes[4096];
    char drop[4096];

    if (mock->n_ended || mock->gone)
        while (read(mock->gate, drop, sizeof(drop)) > 0)
            ;
    else
        while (write(mock->gate, bytes, sizeof(bytes)) > 0)
            ;
}

static struct usbdevfs_urb *urb_of(const struct urb *urb)
{
    return (struct usbdevfs_urb *)(void *)urb->data->data;
}

static struct urb urb_take(struct urb *from, unsigned *n, unsigned i)
{
    struct urb urb = from[i];

    memmove(from + i, from + i + 1, (*n - i - 1) * sizeof(*from));
    (*n)--;
    return urb;
}

static void urb_end(struct usb_mock *mock, unsigned i, int status)
{
    struct urb urb = urb_take(mock->waiting, &mock->n_waiting, i);

    urb_of(&urb)->status = status;
    urb_of(&urb)->actual_length = (int)urb.filled;
    mock->ended[mock->n_ended++] = urb;
    gate_set(mock);
}

static void urb_fill(struct urb *urb, size_t at, const uint8_t *bytes, size_t n)
{
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(
        urb->data, offsetof(struct usbdevfs_urb, buffer), (size_t)urb_of(urb)->buffer_length, NULL);

    memcpy(buffer->data + at, bytes, n);
    umockdev_ioctl_data_update(buffer, at, buffer->data + at, (gint)n);
    umockdev_ioctl_data_unref(buffer);
}

/* The one question that is asked: its report descriptor. */
static void control_answer(struct usb_mock *mock, unsigned i)
{
    struct urb *urb = &mock->waiting[i];
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(
        urb->data, offsetof(struct usbdevfs_urb, buffer), (size_t)urb_of(urb)->buffer_length, NULL);
    size_t wanted = (size_t)(buffer->data[6] | buffer->data[7] << 8);
    bool known =
        buffer->data[0] == 0x81 && buffer->data[1] == GET_DESCRIPTOR && buffer->data[3] == 0x22;

    umockdev_ioctl_data_unref(buffer);
    if (mock->answer == USB_SILENT)
        return;
    if (!known || mock->answer == USB_REFUSES) {
        urb_end(mock, i, -EPIPE);
        return;
    }
    urb->filled = wanted < mock->says.n_descriptor ? wanted : mock->says.n_descriptor;
    urb_fill(urb, 8, mock->says.descriptor, urb->filled);
    urb_end(mock, i, 0);
}

/* ---- what usbfs would answer; umockdev's thread ---- */

static int on_submit(struct usb_mock *mock, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data, *buffer;
    struct usbdevfs_urb *urb;

    if (mock->gone)
        return -ENODEV;
    if (mock->n_waiting + mock->n_ended == URBS_MAX)
        return -ENOMEM;
    data = umockdev_ioctl_data_resolve(arg, 0, sizeof(*urb), NULL);
    urb = (struct usbdevfs_urb *)(void *)data->data;
    buffer = umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer),
                                         (size_t)urb->buffer_length, NULL);
    umockdev_ioctl_data_unref(buffer);
    mock->waiting[mock->n_waiting++] = (struct urb){.data = data};
    if (urb->type == USBDEVFS_URB_TYPE_CONTROL)
        control_answer(mock, mock->n_waiting - 1);
    return 0;
}

static int on_discard(struct usb_mock *mock, const UMockdevIoctlData *arg)
{
    for (unsigned i = 0; i < mock->n_waiting; i++)
        if (mock->waiting[i].data->client_addr == *(const gulong *)(const void *)arg->data) {
            urb_end(mock, i, -ENOENT);
            return 0;
        }
    return -EINVAL;
}

static int on_reap(struct usb_mock *mock, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data;
    struct urb urb;

    if (!mock->n_ended)
        return mock->gone ? -ENODEV : -EAGAIN;
    urb = urb_take(mock->ended, &mock->n_ended, 0);
    gate_set(mock);
    data = umockdev_ioctl_data_resolve(arg, 0, sizeof(gpointer), NULL);
    umockdev_ioctl_data_set_ptr(data, 0, urb.data);
    umockdev_ioctl_data_unref(data);
    umockdev_ioctl_data_unref(urb.data);
    return 0;
}

static int on_get_driver(struct usb_mock *mock, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data;
    struct usbdevfs_getdriver *said;

    if (!mock->kernel)
        return -ENODATA;
    data = umockdev_ioctl_data_resolve(arg, 0, sizeof(*said), NULL);
    said = (struct usbdevfs_getdriver *)(void *)data->data;
    snprintf(said->driver, sizeof(said->driver), "usbhid");
    umockdev_ioctl_data_update(data, 0, data->data, sizeof(*said));
    umockdev_ioctl_data_unref(data);
    return 0;
}

static int on_claim(struct usb_mock *mock)
{
    if (mock->gone)
        return -ENODEV;
    if (mock->busy || mock->kernel)
        return -EBUSY;
    mock->opened++;
    return 0;
}

static int on_driver_ioctl(struct usb_mock *mock, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data =
        umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_ioctl), NULL);
    int code = ((struct usbdevfs_ioctl *)(void *)data->data)->ioctl_code;

    umockdev_ioctl_data_unref(data);
    mock->kernel = code == (int)USBDEVFS_CONNECT;
    return 0;
}

static int answer(struct usb_mock *mock, unsigned long request, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *data;

    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        data = umockdev_ioctl_data_resolve(arg, 0, sizeof(guint32), NULL);
        *(guint32 *)(void *)data->data = USBDEVFS_CAP_ZERO_PACKET |
                                         USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                                         USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
        umockdev_ioctl_data_update(data, 0, data->data, sizeof(guint32));
        umockdev_ioctl_data_unref(data);
        return 0;
    case USBDEVFS_GETDRIVER:
        return on_get_driver(mock, arg);
    case USBDEVFS_IOCTL:
        return on_driver_ioctl(mock, arg);
    case USBDEVFS_CLAIMINTERFACE:
        return on_claim(mock);
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_CLEAR_HALT:
        return mock->gone ? -ENODEV : 0;
    case USBDEVFS_SUBMITURB:
        return on_submit(mock, arg);
    case USBDEVFS_DISCARDURB:
        return on_discard(mock, arg);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        return on_reap(mock, arg);
    default:
        fprintf(stderr, "usb_mock: no answer to ioctl %lx\n", request);
        return -ENOTTY;
    }
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer arg)
{
    struct usb_mock *mock = arg;
    UMockdevIoctlData *data = umockdev_ioctl_client_get_arg(client);
    int r;

    (void)base;
    pthread_mutex_lock(&mock->lock);
    r = answer(mock, umockdev_ioctl_client_get_request(client), data);
    pthread_mutex_unlock(&mock->lock);
    umockdev_ioctl_client_complete(client, r < 0 ? -1 : 0, r < 0 ? -r : 0);
    return TRUE;
}

/* ---- the device ---- */

/* Device, configuration, interface, HID and endpoint, in hex, as the kernel shows them. */
static void descriptors_hex(const struct usb_mock_says *says, char *out, size_t size)
{
    const uint8_t bytes[] = {18,
                             1,
                             0,
                             2,
                             0,
                             0,
                             0,
                             8,
                             (uint8_t)says->vid,
                             (uint8_t)(says->vid >> 8),
                             (uint8_t)says->pid,
                             (uint8_t)(says->pid >> 8),
                             0,
                             1,
                             1,
                             2,
                             3,
                             1,
                             9,
                             2,
                             34,
                             0,
                             1,
                             1,
                             0,
                             0xC0,
                             50,
                             9,
                             4,
                             0,
                             0,
                             1,
                             says->class,
                             0,
                             0,
                             0,
                             9,
                             0x21,
                             0x11,
                             1,
                             0,
                             1,
                             0x22,
                             (uint8_t)says->n_descriptor,
                             (uint8_t)(says->n_descriptor >> 8),
                             7,
                             5,
                             0x81,
                             3,
                             says->packet,
                             0,
                             10};

    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(out + 2 * i, size - 2 * i, "%02x", bytes[i]);
}

static void node_as_pipe(struct usb_mock *mock)
{
    char *root = umockdev_testbed_get_root_dir(bed);

    snprintf(mock->file, sizeof(mock->file), "%s%s", root, mock->node);
    g_free(root);
    must(unlink(mock->file) == 0 && mkfifo(mock->file, 0660) == 0, mock->file);
    mock->gate = open(mock->file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    must(mock->gate >= 0 && fcntl(mock->gate, F_SETPIPE_SZ, 4096) >= 0, "the pipe");
}

struct usb_mock *usb_mock_plug(const struct usb_mock_says *says)
{
    struct usb_mock *mock = calloc(1, sizeof(*mock));
    char hex[4 * DESCRIPTOR] = "", text[2048];

    must(mock != NULL, "memory");
    mock->says = *says;
    mock->kernel = true;
    pthread_mutex_init(&mock->lock, NULL);
    snprintf(mock->node, sizeof(mock->node), "/dev/bus/usb/001/%03u", says->address);
    snprintf(mock->sys, sizeof(mock->sys), "/sys/devices/usb1/%s", says->place);
    mock->ioctls = umockdev_ioctl_base_new();
    g_signal_connect(mock->ioctls, "handle-ioctl", G_CALLBACK(on_ioctl), mock);
    must(umockdev_testbed_attach_ioctl(bed, mock->node, mock->ioctls, NULL), "its answers");
    descriptors_hex(says, hex, sizeof(hex));
    snprintf(text, sizeof(text),
             "P: %s\nN: bus/usb/001/%03u\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DRIVER=usb\n"
             "E: BUSNUM=001\nE: DEVNUM=%03u\nE: DEVNAME=%s\nA: busnum=1\\n\nA: devnum=%u\\n\n"
             "A: speed=12\\n\nA: bConfigurationValue=1\\n\nA: idVendor=%04x\\n\n"
             "A: idProduct=%04x\\n\nA: serial=K%04u\\n\nA: product=Card reader \\n\n"
             "H: descriptors=%s\n",
             mock->sys + strlen("/sys"), says->address, says->address, mock->node, says->address,
             says->vid, says->pid, says->pid, hex);
    must(umockdev_testbed_add_from_string(bed, text, NULL), "the device");
    node_as_pipe(mock);
    gate_set(mock);
    usb_mock_told(mock, "add");
    return mock;
}

void usb_mock_told(struct usb_mock *mock, const char *action)
{
    umockdev_testbed_uevent(bed, mock->sys, action);
}

void usb_mock_pull(struct usb_mock *mock)
{
    pthread_mutex_lock(&mock->lock);
    mock->gone = true;
    pthread_mutex_unlock(&mock->lock);
    usb_mock_fail(mock, -ESHUTDOWN);
}

void usb_mock_forget(struct usb_mock *mock)
{
    if (!mock->forgotten) {
        umockdev_testbed_remove_device(bed, mock->sys);
        umockdev_testbed_detach_ioctl(bed, mock->node, NULL);
    }
    mock->forgotten = true;
}

struct usb_mock *usb_mock_free(struct usb_mock *mock)
{
    if (!mock)
        return NULL;
    usb_mock_forget(mock);
    g_object_unref(mock->ioctls);
    while (mock->n_waiting)
        umockdev_ioctl_data_unref(urb_take(mock->waiting, &mock->n_waiting, 0).data);
    while (mock->n_ended)
        umockdev_ioctl_data_unref(urb_take(mock->ended, &mock->n_ended, 0).data);
    close(mock->gate);
    pthread_mutex_destroy(&mock->lock);
    free(mock);
    return NULL;
}

void usb_mock_deny(struct usb_mock *mock, bool denied)
{
    must(chmod(mock->file, denied ? 0 : 0660) == 0, "chmod");
}

void usb_mock_busy(struct usb_mock *mock, bool busy)
{
    pthread_mutex_lock(&mock->lock);
    mock->busy = busy;
    pthread_mutex_unlock(&mock->lock);
}

void usb_mock_answer(struct usb_mock *mock, enum usb_mock_answer how)
{
    pthread_mutex_lock(&mock->lock);
    mock->answer = how;
    pthread_mutex_unlock(&mock->lock);
}

void usb_mock_send(struct usb_mock *mock, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    size_t sent = 0;

    pthread_mutex_lock(&mock->lock);
    if (!mock->n_waiting && !mock->gone)
        mock->lost++;
    while (sent < n && mock->n_waiting) {
        struct urb *urb = &mock->waiting[0];
        size_t room = (size_t)urb_of(urb)->buffer_length - urb->filled;
        size_t piece = n - sent < mock->says.packet ? n - sent : mock->says.packet;

        if (piece > room) {
            urb_end(mock, 0, -EOVERFLOW);
            break;
        }
        urb_fill(urb, urb->filled, at + sent, piece);
        urb->filled += piece;
        sent += piece;
        if (piece < mock->says.packet || piece == room)
            urb_end(mock, 0, 0);
    }
    pthread_mutex_unlock(&mock->lock);
}

void usb_mock_fail(struct usb_mock *mock, int error)
{
    pthread_mutex_lock(&mock->lock);
    while (mock->n_waiting)
        urb_end(mock, 0, error);
    gate_set(mock);
    pthread_mutex_unlock(&mock->lock);
}

#define COUNT(name, type, field)                                                                   \
    type name(struct usb_mock *mock)                                                               \
    {                                                                                              \
        type value;                                                                                \
                                                                                                   \
        pthread_mutex_lock(&mock->lock);                                                           \
        value = mock->field;                                                                       \
        pthread_mutex_unlock(&mock->lock);                                                         \
        return value;                                                                              \
    }

COUNT(usb_mock_has_kernel, bool, kernel)
COUNT(usb_mock_waiting, unsigned, n_waiting)
COUNT(usb_mock_lost, unsigned, lost)
COUNT(usb_mock_opened, unsigned, opened)
