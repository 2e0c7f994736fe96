/* problem.c - see problem.h. */
#include "daemon/http/problem.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* RFC 9457 `title`: the kind of problem; `detail` is the sentence of fault.def. */
static const char *title_of(enum fault_class class, enum lang lang)
{
    static const struct {
        enum fault_class class;
        const char *text[2];
    } titles[] = {
        {FAULT_CLASS_INVALID, {"请求无效", "Invalid request"}},
        {FAULT_CLASS_UNAUTHENTICATED, {"未登录", "Not logged in"}},
        {FAULT_CLASS_DENIED, {"没有权限", "Not allowed"}},
        {FAULT_CLASS_MISSING, {"未找到", "Not found"}},
        {FAULT_CLASS_METHOD, {"方法不支持", "Method not allowed"}},
        {FAULT_CLASS_CONFLICT, {"与当前状态冲突", "Conflict"}},
        {FAULT_CLASS_GONE, {"已失效", "Gone"}},
        {FAULT_CLASS_STALE, {"内容已变化", "Changed meanwhile"}},
        {FAULT_CLASS_TOO_LARGE, {"内容过大", "Too large"}},
        {FAULT_CLASS_URI, {"地址过长", "Address too long"}},
        {FAULT_CLASS_MEDIA_TYPE, {"内容类型不支持", "Unsupported content type"}},
        {FAULT_CLASS_MISDIRECTED, {"主机名不符", "Misdirected request"}},
        {FAULT_CLASS_UNPROCESSABLE, {"填写有误", "Wrong entries"}},
        {FAULT_CLASS_TOO_MANY, {"请求过多", "Too many requests"}},
        {FAULT_CLASS_INTERNAL, {"系统错误", "Internal error"}},
        {FAULT_CLASS_UNAVAILABLE, {"暂不可用", "Unavailable"}},
        {FAULT_CLASS_FULL, {"磁盘已满", "Disk full"}},
    };

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].class == class)
            return titles[i].text[lang];
    return "";
}

static void set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text));
}

static json_t *items_json(const struct fault *f, enum lang lang)
{
    json_t *list = json_array();
    char detail[512];

    for (size_t i = 0; i < f->n_items; i++) {
        const struct fault_item *item = &f->items[i];
        json_t *o = json_object();

        set_text(o, "code", fault_code_text(item->code));
        fault_render(item->code, item->args, item->n_args, lang, detail, sizeof(detail));
        set_text(o, "detail", detail);
        if (item->field[0])
            set_text(o, "field", item->field);
        if (item->row > 0)
            json_object_set_new(o, "row", json_integer(item->row));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *body_of(const struct fault *f, enum lang lang)
{
    enum fault_class class = fault_code_class(f->code);
    json_t *o = json_object();
    char text[1024];

    snprintf(text, sizeof(text), "urn:anchang:fault:%s", fault_code_text(f->code));
    set_text(o, "type", text);
    set_text(o, "title", title_of(class, lang));
    json_object_set_new(o, "status", json_integer(class));
    fault_render(f->code, f->args, f->n_args, lang, text, sizeof(text));
    set_text(o, "detail", text);
    set_text(o, "code", fault_code_text(f->code));
    if (f->n_items > 0)
        json_object_set_new(o, "errors", items_json(f, lang));
    if (f->total_items > f->n_items)
        json_object_set_new(o, "more", json_integer((json_int_t)(f->total_items - f->n_items)));
    return o;
}

/* What the system failed of, as a fault of its own. */
static void fault_of_errno(int result, struct fault *f, char id[PROBLEM_ID_TEXT])
{
    uint8_t random[6];

    switch (-result) {
    case ENOSPC:
    case EDQUOT:
        fault_set(f, FAULT_DISK_FULL, NULL);
        return;
    case EBUSY:
    case ETIMEDOUT:
    case EAGAIN:
        fault_set(f, FAULT_BUSY, NULL);
        return;
    default:
        randombytes_buf(random, sizeof(random));
        sodium_bin2hex(id, PROBLEM_ID_TEXT, random, sizeof(random));
        fault_set(f, FAULT_INTERNAL, "id", id, NULL);
    }
}

int problem_make(int result, const struct fault *f, enum lang lang, json_t **ret_body,
                 char ret_id[PROBLEM_ID_TEXT])
{
    struct fault own = {0};
    int status;

    ret_id[0] = '\0';
    if (result != -EREFUSED || !f || !f->set) {
        fault_of_errno(result == -EREFUSED ? -EPROTO : result, &own, ret_id);
        f = &own;
    }
    status = (int)fault_code_class(f->code);
    *ret_body = body_of(f, lang);
    fault_clear(&own);
    return status;
}

/* The q of "en;q=0.8" in thousandths. */
static int quality_of(const char *p, const char *end)
{
    int q = 0, scale = 1000;

    while (p < end && *p != ';')
        p++;
    if (p == end)
        return 1000;
    while (p < end && *p != '=')
        p++;
    for (p++; p < end; p++) {
        if (*p >= '0' && *p <= '9' && scale > 0) {
            q += (*p - '0') * scale;
            scale /= 10;
        } else if (*p != '.') {
            break;
        }
    }
    return q > 1000 ? 1000 : q;
}

enum lang lang_of_header(const char *accept_language)
{
    int zh = 0, en = 0;
    const char *p = accept_language;

    while (p && *p) {
        const char *end = strchrnul(p, ',');

        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (end - p >= 2 && !strncasecmp(p, "zh", 2) && quality_of(p, end) > zh)
            zh = quality_of(p, end);
        else if (end - p >= 2 && !strncasecmp(p, "en", 2) && quality_of(p, end) > en)
            en = quality_of(p, end);
        p = *end ? end + 1 : end;
    }
    return en > zh ? LANG_EN : LANG_ZH;
}
