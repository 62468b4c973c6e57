/* A little-endian pcap file by hand: what reading it and decoding DNS over UDP in it takes where no objects are made at all.
 *
 * packets(path) and questions(path) go through the file and return how many packets, or questions, it has; what they read of each lies
 * in a struct that is then the next one's.  all_packets(path) and all_questions(path) return the same as tuples, to compare.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef const unsigned char *Bytes;

typedef struct {
    unsigned long long time; /* microseconds */
    unsigned captured, original;
    Bytes data;
} Packet;

typedef struct {
    unsigned long long time;
    unsigned char source[16], target[16];
    unsigned address_size, source_port, target_port;
    unsigned id, qr, opcode, aa, tc, rd, ra, z, ad, cd, rcode, qdcount, ancount, nscount, arcount, type, class;
    unsigned name_size;
    char name[256]; /* labels with a dot behind each */
} Question;

static inline unsigned word(Bytes at) { return (unsigned)at[0] << 8 | at[1]; }
static inline unsigned little(Bytes at) { return at[0] | (unsigned)at[1] << 8 | (unsigned)at[2] << 16 | (unsigned)at[3] << 24; }

static inline int next_packet(Bytes *place, Bytes end, Packet *out) {
    Bytes at = *place;
    if (end - at < 16) return 0;
    out->time = little(at) * 1000000ULL + little(at + 4);
    out->captured = little(at + 8), out->original = little(at + 12), out->data = at + 16;
    if (end - at - 16 < (Py_ssize_t)out->captured) return 0;
    *place = at + 16 + out->captured;
    return 1;
}

/* The name at `at` as text; where it goes on, or NULL.  Pointers lead backwards only. */
static Bytes name(Bytes message, Bytes at, Bytes end, Question *out) {
    Bytes after = NULL, limit = end;
    unsigned size = 0;
    for (;;) {
        if (at >= limit) return NULL;
        unsigned length = *at;
        if (length == 0) break;
        if (length < 0x40) {
            if (end - at < (Py_ssize_t)length + 1 || size + length + 1 > sizeof out->name) return NULL;
            memcpy(out->name + size, at + 1, length);
            size += length;
            out->name[size++] = '.';
            at += length + 1;
        } else if (length >= 0xC0) {
            if (end - at < 2) return NULL;
            Bytes there = message + (word(at) & 0x3FFF);
            if (there >= at) return NULL;
            if (after == NULL) after = at + 2;
            limit = at, at = there;
        } else return NULL;
    }
    out->name_size = size;
    return after != NULL ? after : at + 1;
}

static int question(const Packet *packet, Question *out) {
    Bytes frame = packet->data, end = frame + packet->captured, at;
    if (packet->captured < 42) return 0;
    if (word(frame + 12) == 0x0800) {
        Bytes header = frame + 14;
        if (header[0] >> 4 != 4 || (header[0] & 15) < 5 || header[9] != 17 || word(header + 6) & 0x3FFF) return 0;
        out->address_size = 4;
        memcpy(out->source, header + 12, 4), memcpy(out->target, header + 16, 4);
        at = header + 4 * (header[0] & 15);
    } else if (word(frame + 12) == 0x86DD && packet->captured >= 62 && frame[20] == 17) {
        out->address_size = 16;
        memcpy(out->source, frame + 22, 16), memcpy(out->target, frame + 38, 16);
        at = frame + 54;
    } else return 0;
    if (end - at < 20) return 0;
    out->source_port = word(at), out->target_port = word(at + 2);
    if (out->source_port != 53 && out->target_port != 53) return 0;
    Bytes message = at + 8;
    unsigned flags = word(message + 2);
    out->time = packet->time, out->id = word(message);
    out->qr = flags >> 15, out->opcode = flags >> 11 & 15, out->aa = flags >> 10 & 1, out->tc = flags >> 9 & 1, out->rd = flags >> 8 & 1;
    out->ra = flags >> 7 & 1, out->z = flags >> 6 & 1, out->ad = flags >> 5 & 1, out->cd = flags >> 4 & 1, out->rcode = flags & 15;
    out->qdcount = word(message + 4), out->ancount = word(message + 6), out->nscount = word(message + 8), out->arcount = word(message + 10);
    if (out->qdcount == 0) return 0;
    at = name(message, message + 12, end, out);
    if (at == NULL || end - at < 4) return 0;
    out->type = word(at), out->class = word(at + 2);
    return 1;
}

/* --- files ---------------------------------------------------------------------------------- */

typedef struct { Bytes begin, end; } File;

static int opened(PyObject *path, File *out) {
    const char *name = PyUnicode_AsUTF8(path);
    struct stat about;
    if (name == NULL) return -1;
    int file = open(name, O_RDONLY);
    if (file < 0 || fstat(file, &about) < 0) {
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, name);
        return -1;
    }
    void *there = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    close(file);
    if (there == MAP_FAILED) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    out->begin = there, out->end = out->begin + about.st_size;
    return 0;
}

static void closed(File *file) { munmap((void *)file->begin, (size_t)(file->end - file->begin)); }

static PyObject *packets(PyObject *self, PyObject *path) {
    File file;
    volatile Packet kept;
    Packet packet;
    long count = 0;
    if (opened(path, &file) < 0) return NULL;
    for (Bytes place = file.begin + 24; next_packet(&place, file.end, &packet); count++) kept = packet;
    (void)kept;
    closed(&file);
    return PyLong_FromLong(count);
}

static PyObject *questions(PyObject *self, PyObject *path) {
    File file;
    Packet packet;
    static Question found;
    long count = 0;
    if (opened(path, &file) < 0) return NULL;
    for (Bytes place = file.begin + 24; next_packet(&place, file.end, &packet);) {
        count += question(&packet, &found);
        __asm__ volatile("" : : "r"(&found) : "memory"); /* all of it counts as read */
    }
    closed(&file);
    return PyLong_FromLong(count);
}

static PyObject *all_packets(PyObject *self, PyObject *path) {
    File file;
    Packet packet;
    PyObject *list = PyList_New(0);
    if (list == NULL || opened(path, &file) < 0) return NULL;
    for (Bytes place = file.begin + 24; list != NULL && next_packet(&place, file.end, &packet);) {
        PyObject *one = Py_BuildValue("Ky#", packet.time, packet.data, (Py_ssize_t)packet.captured);
        if (one == NULL || PyList_Append(list, one) < 0) Py_CLEAR(list);
        Py_XDECREF(one);
    }
    closed(&file);
    return list;
}

static PyObject *all_questions(PyObject *self, PyObject *path) {
    File file;
    Packet packet;
    Question q;
    PyObject *list = PyList_New(0);
    if (list == NULL || opened(path, &file) < 0) return NULL;
    for (Bytes place = file.begin + 24; next_packet(&place, file.end, &packet);) {
        if (!question(&packet, &q)) continue;
        PyObject *one = Py_BuildValue(
            "Ky#y#IIIIIIIIIIIIIIIIIy#II", q.time, q.source, (Py_ssize_t)q.address_size, q.target, (Py_ssize_t)q.address_size, q.source_port,
            q.target_port, q.id, q.qr, q.opcode, q.aa, q.tc, q.rd, q.ra, q.z, q.ad, q.cd, q.rcode, q.qdcount, q.ancount, q.nscount,
            q.arcount, q.name, (Py_ssize_t)q.name_size, q.type, q.class);
        if (one == NULL || PyList_Append(list, one) < 0) Py_CLEAR(list);
        Py_XDECREF(one);
        if (list == NULL) break;
    }
    closed(&file);
    return list;
}

static PyMethodDef methods[] = {
    {"packets", packets, METH_O, NULL}, {"questions", questions, METH_O, NULL},
    {"all_packets", all_packets, METH_O, NULL}, {"all_questions", all_questions, METH_O, NULL}, {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bitwright_floor_walk", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bitwright_floor_walk(void) { return PyModule_Create(&module); }
