/* Objects to messages: names as short as they can be, counts and lengths as they follow from the objects. */
#include "layouts.h"

#define MOST_BYTES 8192
#define MOST_SUFFIXES 256
#define POINTER_RANGE 0x4000

/* The end of a name that was written: its wire form lies in the arena. */
typedef struct {
    unsigned hash;
    int at, wire, size;
} Suffix;

typedef struct {
    int size, suffixes, kept;
    Suffix known[MOST_SUFFIXES];
    unsigned char out[MOST_BYTES], arena[MOST_BYTES];
} Writer;

static Kind *by_class[512]; /* by the address of the class */

static inline unsigned place_of_class(PyTypeObject *class) { return (unsigned)(((uintptr_t)class >> 4) * 0x9E3779B97F4A7C15u >> 55); }

static void place_kinds(Kind *of, size_t count) {
    for (size_t index = 0; index < count; index++) {
        unsigned place = place_of_class((PyTypeObject *)of[index].class.class);
        while (by_class[place] != NULL) place = (place + 1) % 512;
        by_class[place] = &of[index];
    }
}

static inline const Kind *kind_of_value(PyObject *value) {
    unsigned place = place_of_class(Py_TYPE(value));
    while (by_class[place] != NULL && by_class[place]->class.class != (PyObject *)Py_TYPE(value)) place = (place + 1) % 512;
    return by_class[place];
}

/* Everything below gives 0, or -1 where the objects are not taken. */

static inline int put(Writer *w, const void *from, Py_ssize_t size) {
    if (size > MOST_BYTES - w->size) return -1;
    memcpy(w->out + w->size, from, size);
    w->size += (int)size;
    return 0;
}

static inline void set_word(unsigned char *at, unsigned value) { at[0] = (unsigned char)(value >> 8), at[1] = (unsigned char)value; }

static inline int number_of(PyObject *value, int bits, unsigned long long *into) {
    int wrong;
    long long number = PyLong_Check(value) ? PyLong_AsLongLongAndOverflow(value, &wrong) : -1;
    *into = (unsigned long long)number;
    return number < 0 || number >> bits ? -1 : 0;
}

static inline int put_number(Writer *w, PyObject *value, int bytes) {
    unsigned long long number;
    if (number_of(value, 8 * bytes, &number) < 0 || bytes > MOST_BYTES - w->size) return -1;
    for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8) w->out[w->size++] = (unsigned char)(number >> shift);
    return 0;
}

/* One label of a text, its escapes undone; the character behind it. */
static const unsigned char *label_of(const unsigned char *from, const unsigned char *end, unsigned char *label, int *size) {
    int count = 0;
    for (; from < end && *from != '.'; count++) {
        if (count == 63) return NULL;
        if (*from != '\\') {
            label[count] = *from++;
            continue;
        }
        if (++from == end) return NULL;
        if (*from < '0' || *from > '9') label[count] = *from++;
        else {
            int code = 0;
            for (int digit = 0; digit < 3; digit++, from++) {
                if (from == end || *from < '0' || *from > '9') return NULL;
                code = code * 10 + *from - '0';
            }
            if (code > 255) return NULL;
            label[count] = (unsigned char)code;
        }
    }
    *size = count;
    return count ? from : NULL;
}

static int put_name(Writer *w, PyObject *text, int compress) {
    unsigned char wire[320];
    int starts[130], hashes_at[130], labels = 0, size = 0;
    if (!PyUnicode_Check(text) || !PyUnicode_IS_ASCII(text)) return -1;
    const unsigned char *from = PyUnicode_1BYTE_DATA(text), *end = from + PyUnicode_GET_LENGTH(text);
    if (from == end) return -1;
    if (end - from > 1 || *from != '.') {
        while (from < end) {
            int length;
            from = label_of(from, end, wire + size + 1, &length);
            if (from == NULL) return -1;
            starts[labels++] = size;
            wire[size] = (unsigned char)length;
            size += length + 1;
            if (size > 254) return -1;
            from += from < end; /* the dot */
        }
    }
    wire[size++] = 0;
    if (!compress) return put(w, wire, size);
    unsigned hash = 2166136261u;
    for (int index = labels - 1; index >= 0; index--) {
        for (int at = starts[index]; at <= starts[index] + wire[starts[index]]; at++) hash = (hash ^ wire[at]) * 16777619u;
        hashes_at[index] = (int)hash;
    }
    int begin = w->size, copied = 0;
    for (int index = 0; index < labels; index++) {
        int at = starts[index], left = size - at;
        for (int which = 0; which < w->suffixes; which++) {
            const Suffix *one = &w->known[which];
            if (one->hash == (unsigned)hashes_at[index] && one->size == left && !memcmp(w->arena + one->wire, wire + at, left)) {
                unsigned char pointer[2];
                set_word(pointer, 0xC000u | (unsigned)one->at);
                return put(w, wire, at) < 0 ? -1 : put(w, pointer, 2);
            }
        }
        if (begin + at < POINTER_RANGE) {
            if (w->suffixes == MOST_SUFFIXES || w->kept + size > MOST_BYTES) return -1;
            if (!copied) memcpy(w->arena + w->kept, wire, size), w->kept += size, copied = 1;
            w->known[w->suffixes++] = (Suffix){(unsigned)hashes_at[index], begin + at, w->kept - size + at, left};
        }
    }
    return put(w, wire, size);
}

static inline int put_bytes(Writer *w, PyObject *value, int counted) {
    if (!PyBytes_CheckExact(value)) return -1;
    Py_ssize_t size = PyBytes_GET_SIZE(value);
    if (counted) {
        unsigned char before[2];
        set_word(before, (unsigned)size);
        if (size >> (8 * counted) || put(w, before + 2 - counted, counted) < 0) return -1;
    }
    return put(w, PyBytes_AS_STRING(value), size);
}

static inline int put_address(Writer *w, PyObject *value, const Class *of) {
    return Py_IS_TYPE(value, (PyTypeObject *)of->class) ? put(w, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value)) : -1;
}

static int put_data(Writer *w, const Kind *kind, PyObject *value);

/* An option or a service parameter: value, its number, its length, in the order of the class. */
static int put_tagged(Writer *w, const Class *of, PyObject *value) {
    if (!Py_IS_TYPE(value, (PyTypeObject *)of->class) || field(of, value, 2) != Py_None) return -1;
    PyObject *content = field(of, value, 0), *tag = field(of, value, 1);
    const Kind *kind = kind_of_value(content);
    if (kind == NULL) return -1;
    unsigned char head[4] = {0};
    unsigned long long number = kind->number;
    if (tag != Py_None && number_of(tag, 16, &number) < 0) return -1;
    if (number > 0xFFFF) return -1;
    set_word(head, (unsigned)number);
    if (put(w, head, 4) < 0) return -1;
    int begin = w->size;
    if (put_data(w, kind, content) < 0) return -1;
    set_word(w->out + begin - 2, (unsigned)(w->size - begin));
    return 0;
}

static int put_all(Writer *w, PyObject *list, char letter) {
    if (!PyList_Check(list)) return -1;
    for (Py_ssize_t index = 0; index < PyList_GET_SIZE(list); index++) {
        PyObject *item = PyList_GET_ITEM(list, index);
        int done;
        switch (letter) {
        case 's': done = put_bytes(w, item, 1); break;
        case 'x': done = put_address(w, item, &address4); break;
        case 'y': done = put_address(w, item, &address6); break;
        case 'o': done = put_tagged(w, &option, item); break;
        case 'v': done = put_tagged(w, &parameter, item); break;
        default:
            done = Py_IS_TYPE(item, (PyTypeObject *)window.class) ? put_number(w, field(&window, item, 0), 1) : -1;
            if (done == 0) done = put_bytes(w, field(&window, item, 1), 1);
        }
        if (done < 0) return -1;
    }
    return 0;
}

static int put_data(Writer *w, const Kind *kind, PyObject *value) {
    for (const char *letter = kind->layout; *letter; letter += 2) {
        int place = letter[1] - '0', done, bits = 7;
        PyObject *one = field(&kind->class, value, place);
        unsigned long long high, low;
        switch (*letter) {
        case 'n': case 'N': done = put_name(w, one, *letter == 'n'); break;
        case 'p': done = put_bytes(w, one, 1); break;
        case 'P': done = put_bytes(w, one, 2); break;
        case '8': done = PyBytes_CheckExact(one) && PyBytes_GET_SIZE(one) == 8 ? put_bytes(w, one, 0) : -1; break;
        case 'r': done = put_bytes(w, one, 0); break;
        case '4': done = put_address(w, one, &address4); break;
        case '6': done = put_address(w, one, &address6); break;
        case 's': case 'w': case 'o': case 'v': case 'x': case 'y': done = put_all(w, one, *letter); break;
        case 'c': bits = 1; /* the flag is above: one bit, then seven; of f it is below */
        /* fallthrough */
        case 'f':
            done = number_of(one, bits, &high) | number_of(field(&kind->class, value, place + 1), 8 - bits, &low);
            if (done == 0) {
                unsigned char both = (unsigned char)(high << (8 - bits) | low);
                done = put(w, &both, 1);
            }
            break;
        default: done = put_number(w, one, sizes[(unsigned char)*letter]);
        }
        if (done < 0) return -1;
    }
    return 0;
}

static int put_record(Writer *w, PyObject *value) {
    PyObject *data, *type;
    if (!Py_IS_TYPE(value, (PyTypeObject *)record.class) || field(&record, value, 5) != Py_None) return -1;
    data = field(&record, value, 2), type = field(&record, value, 3);
    const Kind *kind = kind_of_value(data);
    if (kind == NULL) return -1;
    unsigned long long number = kind->number, class, ttl;
    if ((type != Py_None && number_of(type, 16, &number) < 0) || number > 0xFFFF) return -1;
    if (number_of(field(&record, value, 4), 16, &class) < 0 || number_of(field(&record, value, 1), 32, &ttl) < 0) return -1;
    if (put_name(w, field(&record, value, 0), 1) < 0) return -1;
    unsigned char head[10] = {0};
    set_word(head, (unsigned)number), set_word(head + 2, (unsigned)class);
    set_word(head + 4, (unsigned)(ttl >> 16)), set_word(head + 6, (unsigned)ttl);
    if (put(w, head, 10) < 0) return -1;
    int begin = w->size;
    if (put_data(w, kind, data) < 0) return -1;
    set_word(w->out + begin - 2, (unsigned)(w->size - begin));
    return 0;
}

static int put_question(Writer *w, PyObject *value) {
    if (!Py_IS_TYPE(value, (PyTypeObject *)question.class) || put_name(w, field(&question, value, 0), 1) < 0) return -1;
    return put_number(w, field(&question, value, 1), 2) < 0 ? -1 : put_number(w, field(&question, value, 2), 2);
}

static int put_message(Writer *w, PyObject *value) {
    static const unsigned char widths[10] = {1, 4, 1, 1, 1, 1, 1, 1, 1, 4};
    unsigned long long flags = 0, one;
    unsigned char counts[8];
    if (!Py_IS_TYPE(value, (PyTypeObject *)message.class) || put_number(w, field(&message, value, 0), 2) < 0) return -1;
    for (int index = 0; index < 10; index++) {
        if (number_of(field(&message, value, 1 + index), widths[index], &one) < 0) return -1;
        flags = flags << widths[index] | one;
    }
    unsigned char word_of_flags[2];
    set_word(word_of_flags, (unsigned)flags);
    for (int index = 0; index < 4; index++) {
        PyObject *list = field(&message, value, 15 + index);
        if (field(&message, value, 11 + index) != Py_None || !PyList_Check(list) || PyList_GET_SIZE(list) > 0xFFFF) return -1;
        set_word(counts + 2 * index, (unsigned)PyList_GET_SIZE(list));
    }
    if (put(w, word_of_flags, 2) < 0 || put(w, counts, 8) < 0) return -1;
    for (int index = 0; index < 4; index++) {
        PyObject *list = field(&message, value, 15 + index);
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list); at++) {
            PyObject *item = PyList_GET_ITEM(list, at);
            if ((index ? put_record(w, item) : put_question(w, item)) < 0) return -1;
        }
    }
    return 0;
}

static PyObject *build(PyObject *self, PyObject *value) {
    Writer w;
    w.size = w.suffixes = w.kept = 0;
    if (put_message(&w, value) < 0) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return PyBytes_FromStringAndSize((const char *)w.out, w.size);
}
