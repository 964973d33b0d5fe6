/* YAML: a document as a tree whose every node knows its line and column.
 *
 * The case file and the plan files are written by planners, so each error must say where it
 * is. libyaml's events carry places; this file builds a plain tree out of them (not libyaml's
 * own document, which recurses without a limit) and offers typed reading on top.
 *
 * A smaller YAML than the standard's, on purpose: one document, UTF-8, no anchors, aliases or
 * tags, keys that are texts and occur once. Whoever needs more has most likely made a mistake,
 * and a file that a person checks by eye must mean what it shows. Numbers are plain decimal
 * numbers; a quoted scalar is always text; there is no yes/no/on/off magic, and 010 is no
 * number, for YAML 1.1 and 1.2 disagree whether it is eight or ten.
 *
 * References: YAML 1.1 (2005), libyaml 0.2.5 yaml.h. */
#include "base/base_int.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32, NODES_MAX = 1000000, FILE_MAX = 64 * 1024 * 1024 };

/* A node and, while it grows, its two arrays: keys only for maps. */
struct node {
    struct bj_yaml y;  /* first, so that the public pointer is the node's */
    struct node *next; /* of the document, newest first */
    struct bj_yaml **items, **keys;
    size_t items_cap, keys_cap, n_keys;
};

struct bj_yaml_doc {
    struct bj_ctx *ctx;
    char *path;
    struct bj_strings strings;
    struct node *nodes;
    size_t n_nodes;
    const struct bj_yaml *root;
};

/* Everything of one parse; stack holds the open lists and maps. */
struct build {
    struct bj_ctx *ctx;
    struct bj_yaml_doc *doc;
    yaml_parser_t parser;
    struct node *stack[DEPTH_MAX];
    size_t depth;
    bool done; /* the root is complete */
};

void bj_yaml_free(struct bj_yaml_doc *doc)
{
    struct bj_ctx *ctx;

    if (!doc)
        return;
    ctx = doc->ctx;
    while (doc->nodes) {
        struct node *next = doc->nodes->next;

        bj_free(ctx, doc->nodes->keys);
        bj_free(ctx, doc->nodes->items);
        bj_free(ctx, doc->nodes);
        doc->nodes = next;
    }
    bj_strings_release(ctx, &doc->strings);
    bj_free(ctx, doc->path);
    bj_free(ctx, doc);
}

const struct bj_yaml *bj_yaml_root(const struct bj_yaml_doc *doc)
{
    return doc->root;
}

const char *bj_yaml_path(const struct bj_yaml_doc *doc)
{
    return doc->path;
}

/* ---- errors --------------------------------------------------------------- */

static enum bj_status fail_at(struct bj_ctx *ctx, const char *path, int line, int column,
                              const char *what)
{
    return bj_fail(ctx, BJ_EDATA, "%s (%s:%d:%d)", what, path, line, column);
}

/* A sentence stays on one line and valid UTF-8, whatever part of the file it quotes. */
static void make_sentence(char *s)
{
    while (*s) {
        size_t rest = strlen(s), len = 1;

        while (len < 4 && len < rest && !bj_utf8_valid(s, len))
            len++;
        if (!bj_utf8_valid(s, len)) {
            *s = '?';
            len = 1;
        }
        if ((unsigned char)*s < ' ')
            *s = ' ';
        s += len;
    }
}

enum bj_status bj_yaml_fail(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                            const struct bj_yaml *node, const char *fmt, ...)
{
    char what[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    make_sentence(what);
    if (!node)
        return bj_fail(ctx, BJ_EDATA, "%s (%s)", what, doc->path);
    return fail_at(ctx, doc->path, node->line, node->column, what);
}

/* What libyaml says of the mistakes that people make most, and what to do about them. */
static const char *hint_of(const char *problem)
{
    static const char *const hint[][2] = {
        {"found character that cannot start any token",
         N_("indent with spaces, not tabs, and put quotes around a text that starts with @, ` or "
            "%")},
        {"mapping values are not allowed in this context",
         N_("check the indentation, and put quotes around a text that holds ': '")},
        {"could not find expected ':'", N_("a key needs ': ' (with a space) and a value")},
        {"did not find expected key", N_("check the indentation")},
        {"did not find expected '-' indicator", N_("check the indentation of the list")},
        {"found unexpected end of stream", N_("a quote is not closed")},
        {"did not find expected ',' or '}'", N_("a brace is not closed, or a comma is missing")},
        {"did not find expected ',' or ']'", N_("a bracket is not closed, or a comma is missing")},
        {"block sequence entries are not allowed in this context",
         N_("start the list on a new line")},
        {"control characters are not allowed", N_("remove the control character")},
    };

    for (size_t i = 0; i < sizeof(hint) / sizeof(*hint); i++)
        if (strcmp(problem, hint[i][0]) == 0)
            return _(hint[i][1]);
    return NULL;
}

/* Line and column (1-based, in characters) of a byte. */
static void place_of(const char *text, size_t n, size_t offset, int *line, int *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < n; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

static enum bj_status fail_syntax(struct build *b, const char *text, size_t n)
{
    const yaml_parser_t *p = &b->parser;
    const char *problem = p->problem ? p->problem : _("it cannot be read");
    const char *hint = hint_of(problem);
    int line = (int)p->problem_mark.line + 1, column = (int)p->problem_mark.column + 1;
    char what[512];

    if (p->error == YAML_MEMORY_ERROR)
        return bj_fail(b->ctx, BJ_ENOMEM, _("out of memory while reading '%s'"), b->doc->path);
    if (p->error == YAML_READER_ERROR)
        place_of(text, n, p->problem_offset, &line, &column);
    if (hint)
        snprintf(what, sizeof(what), _("not valid YAML: %s; %s"), problem, hint);
    else
        snprintf(what, sizeof(what), _("not valid YAML: %s"), problem);
    return fail_at(b->ctx, b->doc->path, line, column, what);
}

/* ---- tree ------------------------------------------------------------------ */

static struct node *new_node(struct build *b, enum bj_yaml_kind kind, const yaml_mark_t *mark)
{
    struct node *node;

    if (b->doc->n_nodes >= NODES_MAX) {
        (void)fail_at(b->ctx, b->doc->path, (int)mark->line + 1, (int)mark->column + 1,
                      _("the file has more than a million values"));
        return NULL;
    }
    node = bj_alloc0(b->ctx, 1, sizeof(*node));
    if (!node)
        return NULL;
    node->y.kind = kind;
    node->y.line = (int)mark->line + 1;
    node->y.column = (int)mark->column + 1;
    node->next = b->doc->nodes;
    b->doc->nodes = node;
    b->doc->n_nodes++;
    return node;
}

/* A map takes a key and a value in turn: it waits for a value while it has more keys. */
static bool wants_key(const struct node *map)
{
    return map->y.kind == BJ_YAML_MAP && map->n_keys == map->y.n;
}

/* Puts a new node into the innermost open list or map, or makes it the root. */
static enum bj_status attach(struct build *b, struct node *node)
{
    struct node *top = b->depth ? b->stack[b->depth - 1] : NULL;

    if (!top) {
        b->doc->root = &node->y;
        return BJ_OK;
    }
    if (wants_key(top)) {
        if (node->y.kind != BJ_YAML_SCALAR)
            return bj_yaml_fail(b->ctx, b->doc, &node->y,
                                _("a key must be a plain word, not a list or a map"));
        if (!bj_grow(b->ctx, (void **)&top->keys, &top->keys_cap, top->n_keys, sizeof(*top->keys)))
            return BJ_ENOMEM;
        top->keys[top->n_keys++] = &node->y;
        top->y.key = top->keys;
        return BJ_OK;
    }
    if (!bj_grow(b->ctx, (void **)&top->items, &top->items_cap, top->y.n, sizeof(*top->items)))
        return BJ_ENOMEM;
    top->items[top->y.n++] = &node->y;
    top->y.item = top->items;
    return BJ_OK;
}

static enum bj_status open_node(struct build *b, enum bj_yaml_kind kind, const yaml_mark_t *mark)
{
    struct node *node;
    enum bj_status st;

    if (b->depth == DEPTH_MAX)
        return fail_at(b->ctx, b->doc->path, (int)mark->line + 1, (int)mark->column + 1,
                       _("lists and maps are nested deeper than 32"));
    node = new_node(b, kind, mark);
    if (!node)
        return b->doc->n_nodes >= NODES_MAX ? BJ_EDATA : BJ_ENOMEM;
    st = attach(b, node);
    if (st)
        return st;
    b->stack[b->depth++] = node;
    return BJ_OK;
}

/* Escapes in double quotes ("\\0", "\\e") can make what a terminal would obey. */
static bool has_control(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < ' ' && s[i] != '\n' && s[i] != '\t') || s[i] == 0x7F)
            return true;
    return false;
}

static enum bj_status add_scalar(struct build *b, const yaml_event_t *e)
{
    const char *text = (const char *)e->data.scalar.value;
    struct node *node = new_node(b, BJ_YAML_SCALAR, &e->start_mark);

    if (!node)
        return b->doc->n_nodes >= NODES_MAX ? BJ_EDATA : BJ_ENOMEM;
    if (has_control(text, e->data.scalar.length))
        return bj_yaml_fail(b->ctx, b->doc, &node->y, _("a text cannot hold control characters"));
    node->y.quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->y.text = bj_strings_add(b->ctx, &b->doc->strings, text, e->data.scalar.length);
    if (!node->y.text)
        return BJ_ENOMEM;
    return attach(b, node);
}

static int compare_keys(const void *a, const void *b)
{
    const struct bj_yaml *p = *(struct bj_yaml *const *)a, *q = *(struct bj_yaml *const *)b;
    int order = strcmp(p->text, q->text);

    if (order == 0)
        order = p->line != q->line ? (p->line < q->line ? -1 : 1)
                                   : (p->column > q->column) - (p->column < q->column);
    return order;
}

/* Sorts a copy, so that a map of a hundred thousand keys is no trap. */
static enum bj_status check_unique(struct build *b, const struct node *map)
{
    struct bj_yaml **sorted;
    enum bj_status st = BJ_OK;

    if (map->y.n < 2)
        return BJ_OK;
    sorted = bj_alloc0(b->ctx, map->y.n, sizeof(struct bj_yaml *));
    if (!sorted)
        return BJ_ENOMEM;
    memcpy(sorted, map->keys, map->y.n * sizeof(*sorted));
    qsort(sorted, map->y.n, sizeof(*sorted), compare_keys);
    for (size_t i = 1; i < map->y.n && !st; i++)
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0)
            st = bj_yaml_fail(b->ctx, b->doc, sorted[i],
                              _("key '%s' is given twice, first in line %d"), sorted[i]->text,
                              sorted[i - 1]->line);
    bj_free(b->ctx, sorted);
    return st;
}

static enum bj_status close_node(struct build *b)
{
    const struct node *top = b->stack[--b->depth];

    return top->y.kind == BJ_YAML_MAP ? check_unique(b, top) : BJ_OK;
}

static enum bj_status refuse_extras(struct build *b, const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    const char *what;

    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    }
    if (e->type == YAML_ALIAS_EVENT || anchor)
        what = _(
            "anchors (&) and aliases (*) are not used here; write the value again, in quotes if it "
            "starts with & or *");
    else if (tag)
        what = _("tags (!) are not used here; put quotes around a text that starts with !");
    else
        return BJ_OK;
    return fail_at(b->ctx, b->doc->path, (int)e->start_mark.line + 1, (int)e->start_mark.column + 1,
                   what);
}

static enum bj_status take_event(struct build *b, const yaml_event_t *e)
{
    enum bj_status st = refuse_extras(b, e);

    if (st)
        return st;
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->doc->root)
            return fail_at(b->ctx, b->doc->path, (int)e->start_mark.line + 1, 1,
                           _("a second document starts here; the file may hold only one"));
        return BJ_OK;
    case YAML_SCALAR_EVENT:
        return add_scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(b, BJ_YAML_LIST, &e->start_mark);
    case YAML_MAPPING_START_EVENT:
        return open_node(b, BJ_YAML_MAP, &e->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_node(b);
    case YAML_STREAM_END_EVENT:
        b->done = true;
        return BJ_OK;
    default:
        return BJ_OK;
    }
}

/* No document, or one with nothing in it, is an empty map. */
static enum bj_status settle_root(struct build *b)
{
    static const yaml_mark_t start;
    const struct bj_yaml *root = b->doc->root;
    struct node *node;

    if (root && !(root->kind == BJ_YAML_SCALAR && !root->quoted && root->text[0] == '\0'))
        return BJ_OK;
    node = new_node(b, BJ_YAML_MAP, &start);
    if (!node)
        return BJ_ENOMEM;
    b->doc->root = &node->y;
    return BJ_OK;
}

static enum bj_status build_tree(struct build *b, const char *text, size_t n)
{
    enum bj_status st = BJ_OK;

    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)text, n);
    while (!st && !b->done) {
        yaml_event_t event;

        if (!yaml_parser_parse(&b->parser, &event))
            return fail_syntax(b, text, n);
        st = take_event(b, &event);
        yaml_event_delete(&event);
    }
    return st ? st : settle_root(b);
}

/* Bytes of the longest beginning that is valid UTF-8. */
static size_t valid_length(const char *text, size_t n)
{
    size_t good = 0, len;

    do {
        for (len = 1; len <= 4 && len <= n - good; len++)
            if (bj_utf8_valid(text + good, len))
                break;
        if (len > 4 || len > n - good)
            return good;
        good += len;
    } while (good < n);
    return good;
}

static enum bj_status refuse_other_encodings(struct bj_ctx *ctx, const char *path, const char *text,
                                             size_t n)
{
    int line, column;

    if (bj_utf8_valid(text, n))
        return BJ_OK;
    place_of(text, n, valid_length(text, n), &line, &column);
    return fail_at(ctx, path, line, column,
                   _("the file is not UTF-8 text; save it again with the encoding UTF-8"));
}

enum bj_status bj_yaml_parse(struct bj_ctx *ctx, const char *path, const char *text, size_t n,
                             struct bj_yaml_doc **out)
{
    struct build b = {.ctx = ctx};
    enum bj_status st;

    /* Excel and Notepad write a byte order mark; libyaml would count it as a column. */
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        n -= 3;
    }
    st = refuse_other_encodings(ctx, path, text, n);
    if (st)
        return st;
    b.doc = bj_alloc0(ctx, 1, sizeof(*b.doc));
    if (!b.doc)
        return BJ_ENOMEM;
    b.doc->ctx = ctx;
    b.doc->path = bj_strdup(ctx, path);
    if (!b.doc->path) {
        bj_yaml_free(b.doc);
        return BJ_ENOMEM;
    }
    if (yaml_parser_initialize(&b.parser)) {
        st = build_tree(&b, text, n);
        yaml_parser_delete(&b.parser);
    } else {
        st = bj_fail(ctx, BJ_ENOMEM, _("out of memory while reading '%s'"), path);
    }
    if (st)
        bj_yaml_free(b.doc);
    else
        *out = b.doc;
    return st;
}

enum bj_status bj_yaml_read(struct bj_ctx *ctx, const char *path, struct bj_yaml_doc **out)
{
    char *text = NULL;
    size_t n = 0;
    enum bj_status st = bj_read_file(ctx, path, FILE_MAX, &text, &n);

    if (!st)
        st = bj_yaml_parse(ctx, path, text, n, out);
    bj_free(ctx, text);
    return st;
}

/* ---- typed reading --------------------------------------------------------- */

const struct bj_yaml *bj_yaml_get(const struct bj_yaml *map, const char *key)
{
    if (!map || map->kind != BJ_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->key[i]->text, key) == 0)
            return map->item[i];
    return NULL;
}

static bool is_known(const char *word, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(word, *known) == 0)
            return true;
    return false;
}

enum bj_status bj_yaml_check_keys(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                                  const struct bj_yaml *map, const char *const *known)
{
    if (map->kind != BJ_YAML_MAP)
        return bj_yaml_fail(ctx, doc, map, _("'key: value' lines are expected here"));
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->key[i]->text, *near;

        if (is_known(key, known))
            continue;
        near = bj_closest(key, known);
        if (near)
            return bj_yaml_fail(ctx, doc, map->key[i], _("unknown key '%s'; did you mean '%s'?"),
                                key, near);
        return bj_yaml_fail(ctx, doc, map->key[i], _("unknown key '%s'"), key);
    }
    return BJ_OK;
}

bool bj_yaml_is_null(const struct bj_yaml *node)
{
    static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};

    return node->kind == BJ_YAML_SCALAR && !node->quoted && is_known(node->text, null);
}

/* [-+] digits [. digits] [e [-+] digits], no leading zero: what every reader takes alike. */
static bool is_plain_decimal(const char *s)
{
    size_t whole, part = 0;

    s += *s == '-' || *s == '+';
    whole = strspn(s, "0123456789");
    if (whole > 1 && s[0] == '0')
        return false;
    s += whole;
    if (*s == '.') {
        part = strspn(s + 1, "0123456789");
        s += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        if (!isdigit((unsigned char)*s))
            return false;
        s += strspn(s, "0123456789");
    }
    return *s == '\0';
}

bool bj_yaml_is_number(const struct bj_yaml *node, double *out)
{
    double v;

    if (node->kind != BJ_YAML_SCALAR || node->quoted || !is_plain_decimal(node->text))
        return false;
    v = strtod(node->text, NULL);
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

static enum bj_status fail_no_value(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                                    const struct bj_yaml *node, const char *key)
{
    return bj_yaml_fail(ctx, doc, node, _("'%s' has no value; give one or remove the line"), key);
}

enum bj_status bj_yaml_text(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                            const struct bj_yaml *map, const char *key, const char **out)
{
    const struct bj_yaml *node = bj_yaml_get(map, key);

    if (!node)
        return BJ_OK;
    if (bj_yaml_is_null(node))
        return fail_no_value(ctx, doc, node, key);
    if (node->kind != BJ_YAML_SCALAR)
        return bj_yaml_fail(ctx, doc, node, _("'%s' must be one text, not a list or a map"), key);
    *out = node->text;
    return BJ_OK;
}

enum bj_status bj_yaml_number(struct bj_ctx *ctx, const struct bj_yaml_doc *doc,
                              const struct bj_yaml *map, const char *key, double *out)
{
    const struct bj_yaml *node = bj_yaml_get(map, key);

    if (!node || bj_yaml_is_number(node, out))
        return BJ_OK;
    if (bj_yaml_is_null(node))
        return fail_no_value(ctx, doc, node, key);
    if (node->kind != BJ_YAML_SCALAR)
        return bj_yaml_fail(ctx, doc, node, _("'%s' must be a number, not a list or a map"), key);
    if (node->quoted)
        return bj_yaml_fail(ctx, doc, node, _("'%s' must be a number without quotes, not \"%s\""),
                            key, node->text);
    return bj_yaml_fail(ctx, doc, node, _("'%s' must be a number, not '%s'"), key, node->text);
}
