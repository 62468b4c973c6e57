/* What CPython allows for a DNS header: written by hand for this one layout, makes the very objects that bitwright makes.
 *
 * setup(class, opcodes, rcodes) takes the value class and tuples of members by number; parse(data) returns an object,
 * or None where it is not 12 bytes; build(object) returns the 12 bytes, or None where a field is none of its numbers.
 */
#include "objects.h"

static Class header;
static PyObject *opcodes, *rcodes;

#define FLAG(bit) (flags >> (bit) & 1 ? Py_True : Py_False)

static PyObject *parse(PyObject *self, PyObject *data) {
    char *raw;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(data, &raw, &size) < 0) return NULL;
    if (size != 12) Py_RETURN_NONE;
    Bytes at = (Bytes)raw;
    unsigned flags = word(at + 2);
    return made(&header, (PyObject *[]){
        PyLong_FromLong(word(at)), FLAG(15), PyTuple_GET_ITEM(opcodes, flags >> 11 & 15), FLAG(10), FLAG(9), FLAG(8), FLAG(7),
        PyLong_FromLong(flags >> 6 & 1), FLAG(5), FLAG(4), PyTuple_GET_ITEM(rcodes, flags & 15),
        PyLong_FromLong(word(at + 4)), PyLong_FromLong(word(at + 6)), PyLong_FromLong(word(at + 8)), PyLong_FromLong(word(at + 10)),
    }, 15, 0x77E);
}

static PyObject *build(PyObject *self, PyObject *value) {
    static const unsigned char widths[15] = {16, 1, 4, 1, 1, 1, 1, 1, 1, 1, 4, 16, 16, 16, 16};
    if (!Py_IS_TYPE(value, (PyTypeObject *)header.class)) Py_RETURN_NONE;
    unsigned char out[12];
    unsigned long long bits = 0;
    int waiting = 0, at = 0;
    for (int index = 0; index < 15; index++) {
        int wrong;
        long long number = PyLong_AsLongLongAndOverflow(field(&header, value, index), &wrong);
        if (number < 0 || number >> widths[index]) {
            PyErr_Clear();
            Py_RETURN_NONE;
        }
        bits = bits << widths[index] | (unsigned long long)number;
        waiting += widths[index];
        if (waiting == 16) out[at++] = (unsigned char)(bits >> 8), out[at++] = (unsigned char)bits, bits = 0, waiting = 0;
    }
    return PyBytes_FromStringAndSize((const char *)out, 12);
}

static PyObject *setup(PyObject *self, PyObject *args) {
    PyObject *class;
    if (!PyArg_ParseTuple(args, "OO!O!", &class, &PyTuple_Type, &opcodes, &PyTuple_Type, &rcodes)) return NULL;
    Py_INCREF(opcodes), Py_INCREF(rcodes);
    if (take_class(&header, class) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"parse", parse, METH_O, NULL}, {"build", build, METH_O, NULL}, {"setup", setup, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bitwright_floor_header", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bitwright_floor_header(void) { return PyModule_Create(&module); }
