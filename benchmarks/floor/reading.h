/* Messages to objects; a name that a pointer leads to is the same string as where it was read. */
#include "layouts.h"

#define MOST_NOTED 64
#define MOST_HOPS 64
#define MOST_WIRE 255
#define ROOM 1100 /* for a name's text: four characters for each of 255 bytes, and a byte */

/* A name that was read, or that a pointer led to: as `bitwright.wire.names.Memo` has it. */
typedef struct {
    Py_ssize_t at, own;
    PyObject *text;
    int wire, hops;
} Noted;

typedef struct {
    Bytes data;
    int noted;
    Noted names[MOST_NOTED];
} Reader;

/* --- names -------------------------------------------------------------------------------- */

static int escaped(char *out, Bytes label, int size) {
    char *begin = out;
    for (int index = 0; index < size; index++) {
        unsigned char c = label[index];
        if (!plain[c] && c > 0x20 && c < 0x7f) *out++ = '\\';
        if (c > 0x20 && c < 0x7f) *out++ = (char)c;
        else out += sprintf(out, "\\%03d", c);
    }
    return (int)(out - begin);
}

static inline int label_text(char *out, Bytes label, int size) {
    unsigned all = 1;
    for (int index = 0; index < size; index++) {
        all &= plain[label[index]];
        out[index] = (char)label[index];
    }
    return all ? size : escaped(out, label, size);
}

static const Noted *noted_at(const Reader *r, Py_ssize_t at) {
    for (int index = 0; index < r->noted; index++) if (r->names[index].at == at) return &r->names[index];
    return NULL;
}

static void note(Reader *r, Py_ssize_t at, Py_ssize_t own, PyObject *text, int wire, int hops) {
    if (r->noted < MOST_NOTED) r->names[r->noted++] = (Noted){at, own, Py_NewRef(text), wire, hops};
}

/* The name at `*place`, which moves behind it; what is accepted does not depend on what was noted. */
static PyObject *name(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    char text[ROOM];
    const Noted *known = NULL;
    Py_ssize_t begin = *place, here = begin, start = begin, limit = end, after = -1, led = -1, led_own = 0;
    int size = 0, wire = 1, hops = 0;
    for (;;) {
        if (here >= limit) return NULL;
        unsigned length = r->data[here];
        if (length == 0) break;
        if (length < 0x40) {
            if (here + 1 + (Py_ssize_t)length > limit) return NULL;
            size += label_text(text + size, r->data + here + 1, (int)length);
            text[size++] = '.';
            here += 1 + length;
            wire += 1 + (int)length;
        } else if (length >= 0xC0) {
            if (here + 2 > limit) return NULL;
            Py_ssize_t target = (Py_ssize_t)(length & 0x3F) << 8 | r->data[here + 1];
            if (target >= start) return NULL;
            if (after < 0) after = here + 2;
            if (here == begin) led = target;
            else if (hops == 1) led_own = here + 2 - led; /* of use only where the name is but a pointer */
            hops++;
            limit = start, start = here = target;
            known = noted_at(r, target);
            if (known != NULL) {
                hops += known->hops, wire += known->wire - 1;
                if (target + known->own > limit) return NULL;
                break;
            }
        } else return NULL;
        if (wire > MOST_WIRE || hops > MOST_HOPS) return NULL;
    }
    if (wire > MOST_WIRE || hops > MOST_HOPS) return NULL;
    if (after < 0) after = here + 1;
    *place = after;
    PyObject *made;
    if (size == 0) made = Py_NewRef(known != NULL ? known->text : root);
    else {
        Py_ssize_t more = known != NULL && known->text != root ? PyUnicode_GET_LENGTH(known->text) : 0;
        made = PyUnicode_New(size + more, 127);
        if (made == NULL) return NULL;
        memcpy(PyUnicode_1BYTE_DATA(made), text, size);
        if (more) memcpy(PyUnicode_1BYTE_DATA(made) + size, PyUnicode_1BYTE_DATA(known->text), more);
        if (led >= 0) note(r, led, led_own ? led_own : here + 1 - led, made, wire, hops - 1);
    }
    note(r, begin, after - begin, made, wire, hops);
    return made;
}

/* --- pieces ------------------------------------------------------------------------------- */

static inline PyObject *run(Bytes at, Py_ssize_t size) { return PyBytes_FromStringAndSize((const char *)at, size); }

static inline PyObject *address(const Class *of, Bytes at, Py_ssize_t size) {
    PyTypeObject *type = (PyTypeObject *)of->class;
    PyObject *made = type->tp_alloc(type, size);
    if (made == NULL) return NULL;
    char *content = PyBytes_AS_STRING(made);
    *(Py_hash_t *)(content - sizeof(Py_hash_t)) = -1; /* not known yet */
    memcpy(content, at, size);
    return made;
}

/* A list of what `one` reads until the end. */
static PyObject *all(Reader *r, Py_ssize_t *place, Py_ssize_t end, PyObject *(*one)(Reader *, Py_ssize_t *, Py_ssize_t)) {
    PyObject *list = PyList_New(0);
    while (list != NULL && *place < end) {
        PyObject *item = one(r, place, end);
        if (item == NULL || PyList_Append(list, item) < 0) Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *counted(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    Py_ssize_t begin = *place + 1;
    if (begin > end || begin + r->data[begin - 1] > end) return NULL;
    *place = begin + r->data[begin - 1];
    return run(r->data + begin, *place - begin);
}

static PyObject *type_window(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    if (*place + 2 > end) return NULL;
    long number = r->data[(*place)++];
    PyObject *bits = counted(r, place, end);
    return bits == NULL ? NULL : made(&window, (PyObject *[]){PyLong_FromLong(number), bits}, 2, 0);
}

static PyObject *one_address4(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    *place += 4;
    return *place > end ? NULL : address(&address4, r->data + *place - 4, 4);
}

static PyObject *one_address6(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    *place += 16;
    return *place > end ? NULL : address(&address6, r->data + *place - 16, 16);
}

static PyObject *one_option(Reader *r, Py_ssize_t *place, Py_ssize_t end);
static PyObject *one_parameter(Reader *r, Py_ssize_t *place, Py_ssize_t end);

/* --- data of records, options and parameters, by their layout ------------------------------- */

/* Data that fill their bytes; NULL where they do not fit. */
static PyObject *data_of(Reader *r, const Kind *kind, Py_ssize_t at, Py_ssize_t end) {
    PyObject *values[12] = {NULL}, *value;
    unsigned borrowed = 0;
    int count = 0;
    for (const char *letter = kind->layout; *letter; letter += 2, count++) {
        int place = letter[1] - '0', size = sizes[(unsigned char)*letter];
        if (at + size > end) goto refused;
        Bytes here = r->data + at;
        at += size;
        switch (*letter) {
        case 'b': value = PyLong_FromLong(*here); break;
        case 'h': value = PyLong_FromLong(word(here)); break;
        case 'i': value = PyLong_FromLong((long)quad(here)); break;
        case 'n': case 'N': value = name(r, &at, end); break;
        case 'p': size = here[0]; goto sized;
        case 'P': size = (int)word(here); goto sized;
        case '8': value = run(here, 8); break;
        case 'r': value = run(here, end - at), at = end; break;
        case '4': value = address(&address4, here, 4); break;
        case '6': value = address(&address6, here, 16); break;
        case 'T': borrowed |= 1u << place, value = member(&types, word(here)); break;
        case 'A': borrowed |= 1u << place, value = member(&algorithms, *here); break;
        case 'D': borrowed |= 1u << place, value = member(&digests, *here); break;
        case 'H': borrowed |= 1u << place, value = member(&hashes, *here); break;
        case 'R': borrowed |= 1u << place, value = member(&rcodes, word(here)); break;
        case 'F': borrowed |= 1u << place, value = member(&families, word(here)); break;
        case 'E': borrowed |= 1u << place, value = member(&errors, word(here)); break;
        case 'S': value = asked(timestamps, quad(here)); break;
        case 'U': value = asked(timestamps, (unsigned long long)word(here) << 32 | quad(here + 2)); break;
        case 's': value = all(r, &at, end, counted); break;
        case 'w': value = all(r, &at, end, type_window); break;
        case 'o': value = at == end ? PyList_New(0) : all(r, &at, end, one_option); break;
        case 'v': value = all(r, &at, end, one_parameter); break;
        case 'x': value = all(r, &at, end, one_address4); break;
        case 'y': value = all(r, &at, end, one_address6); break;
        case 'c': borrowed |= 1u << place, value = *here >> 7 ? Py_True : Py_False, values[place + 1] = PyLong_FromLong(*here & 0x7f), count++; break;
        default: value = PyLong_FromLong(*here >> 1), values[place + 1] = *here & 1 ? Py_True : Py_False; borrowed |= 2u << place, count++; break; /* f */
        sized:
            if (at + size > end) goto refused;
            value = run(r->data + at, size);
            at += size;
        }
        values[place] = value;
        if (value == NULL) goto refused;
    }
    if (at == end) return made(&kind->class, values, count, borrowed);
refused:
    for (int index = 0; index < 12; index++) if (!(borrowed >> index & 1)) Py_XDECREF(values[index]);
    return NULL;
}

static inline const Kind *kind_of(Kind *const *table, unsigned number, const Kind *unknown, int empty) {
    const Kind *found = table[number];
    return found == NULL || (empty && !found->empty) ? unknown : found;
}

#define LAST(kinds) (&kinds[COUNT(kinds) - 1])

static PyObject *one_option(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    Py_ssize_t begin = *place + 4;
    if (begin > end) return NULL;
    unsigned code = word(r->data + begin - 4), size = word(r->data + begin - 2);
    Py_ssize_t stop = *place = begin + size;
    if (stop > end) return NULL;
    PyObject *value = data_of(r, kind_of(by_code, code, LAST(values_of_options), size == 0), begin, stop);
    if (value == NULL) value = data_of(r, LAST(values_of_options), begin, stop); /* data that do not fit their code */
    if (value == NULL) return NULL;
    return made(&option, (PyObject *[]){value, member(&codes, code), PyLong_FromLong(size)}, 3, 2);
}

static PyObject *one_parameter(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    Py_ssize_t begin = *place + 4;
    if (begin > end) return NULL;
    unsigned key = word(r->data + begin - 4), size = word(r->data + begin - 2);
    Py_ssize_t stop = *place = begin + size;
    if (stop > end) return NULL;
    PyObject *value = data_of(r, kind_of(by_key, key, LAST(values_of_parameters), size == 0), begin, stop);
    if (value == NULL) return NULL;
    return made(&parameter, (PyObject *[]){value, member(&keys, key), PyLong_FromLong(size)}, 3, 2);
}

/* --- messages ----------------------------------------------------------------------------- */

static PyObject *one_record(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    PyObject *owner = name(r, place, end);
    if (owner == NULL) return NULL;
    Py_ssize_t begin = *place + 10;
    if (begin > end) goto refused;
    Bytes at = r->data + begin - 10;
    unsigned type = word(at), size = word(at + 8);
    Py_ssize_t stop = *place = begin + size;
    if (stop > end) goto refused;
    PyObject *data = data_of(r, kind_of(by_type, type, LAST(kinds), size == 0), begin, stop);
    if (data == NULL) goto refused;
    return made(&record, (PyObject *[]){
        owner, PyLong_FromLong((long)quad(at + 4)), data, member(&types, type), member(&classes_, word(at + 2)), PyLong_FromLong(size),
    }, 6, 1 << 3 | 1 << 4);
refused:
    Py_DECREF(owner);
    return NULL;
}

static PyObject *one_question(Reader *r, Py_ssize_t *place, Py_ssize_t end) {
    PyObject *asked_for = name(r, place, end);
    if (asked_for == NULL) return NULL;
    *place += 4;
    if (*place > end) {
        Py_DECREF(asked_for);
        return NULL;
    }
    Bytes at = r->data + *place - 4;
    return made(&question, (PyObject *[]){asked_for, member(&types, word(at)), member(&classes_, word(at + 2))}, 3, 1 << 1 | 1 << 2);
}

/* So many in a list. */
static PyObject *several(
    Reader *r, Py_ssize_t *place, Py_ssize_t end, unsigned count, int least, PyObject *(*one)(Reader *, Py_ssize_t *, Py_ssize_t)
) {
    if ((Py_ssize_t)count * least > end - *place) return NULL;
    PyObject *list = PyList_New(count);
    for (unsigned index = 0; list != NULL && index < count; index++) {
        PyObject *item = one(r, place, end);
        if (item == NULL) Py_CLEAR(list);
        else PyList_SET_ITEM(list, index, item);
    }
    return list;
}

#define FLAG(bit) (flags >> (bit) & 1 ? Py_True : Py_False)

static PyObject *parse(PyObject *self, PyObject *data) {
    char *raw;
    Py_ssize_t size, place = 12;
    if (PyBytes_AsStringAndSize(data, &raw, &size) < 0) return NULL;
    if (size < 12) Py_RETURN_NONE;
    Bytes at = (Bytes)raw;
    unsigned flags = word(at + 2);
    Reader r;
    r.data = at, r.noted = 0;
    PyObject *lists[4] = {NULL};
    PyObject *(*reading[4])(Reader *, Py_ssize_t *, Py_ssize_t) = {one_question, one_record, one_record, one_record};
    int done = 0;
    for (; done < 4; done++) {
        lists[done] = several(&r, &place, size, word(at + 4 + 2 * done), done ? 11 : 5, reading[done]);
        if (lists[done] == NULL) break;
    }
    for (int index = 0; index < r.noted; index++) Py_DECREF(r.names[index].text);
    if (done < 4 || place != size) {
        for (int index = 0; index < 4; index++) Py_XDECREF(lists[index]);
        if (PyErr_Occurred()) return NULL;
        Py_RETURN_NONE;
    }
    return made(&message, (PyObject *[]){
        PyLong_FromLong(word(at)), FLAG(15), member(&opcodes, flags >> 11 & 15), FLAG(10), FLAG(9), FLAG(8), FLAG(7),
        PyLong_FromLong(flags >> 6 & 1), FLAG(5), FLAG(4), member(&rcodes, flags & 15),
        PyLong_FromLong(word(at + 4)), PyLong_FromLong(word(at + 6)), PyLong_FromLong(word(at + 8)), PyLong_FromLong(word(at + 10)),
        lists[0], lists[1], lists[2], lists[3],
    }, 19, 0x77E);
}
