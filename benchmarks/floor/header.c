/* What CPython allows for a DNS header: written by hand for this one layout, makes the very objects that bitwright makes.
 *
 * setup(class, opcodes, rcodes) takes the value class and tuples of members by number; parse(data) returns an object,
 * or None where it is not 12 bytes.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *header, *opcodes, *rcodes;
static vectorcallfunc make;

#define FLAG(bit) Py_NewRef(flags >> (bit) & 1 ? Py_True : Py_False)

static unsigned word(const unsigned char *at) { return (unsigned)at[0] << 8 | at[1]; }

static PyObject *parse(PyObject *self, PyObject *data) {
    char *raw;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(data, &raw, &size) < 0) return NULL;
    if (size != 12) Py_RETURN_NONE;
    const unsigned char *at = (const unsigned char *)raw;
    unsigned flags = word(at + 2);
    PyObject *values[15] = {
        PyLong_FromLong(word(at)), FLAG(15), Py_NewRef(PyTuple_GET_ITEM(opcodes, flags >> 11 & 15)), FLAG(10), FLAG(9), FLAG(8), FLAG(7),
        PyLong_FromLong(flags >> 6 & 1), FLAG(5), FLAG(4), Py_NewRef(PyTuple_GET_ITEM(rcodes, flags & 15)),
        PyLong_FromLong(word(at + 4)), PyLong_FromLong(word(at + 6)), PyLong_FromLong(word(at + 8)), PyLong_FromLong(word(at + 10)),
    };
    PyObject *made = NULL;
    for (int index = 0; index < 15; index++) if (values[index] == NULL) goto done;
    made = make(header, values, 15, NULL);
done:
    for (int index = 0; index < 15; index++) Py_XDECREF(values[index]);
    return made;
}

static PyObject *setup(PyObject *self, PyObject *args) {
    if (!PyArg_ParseTuple(args, "OO!O!", &header, &PyTuple_Type, &opcodes, &PyTuple_Type, &rcodes)) return NULL;
    Py_INCREF(header), Py_INCREF(opcodes), Py_INCREF(rcodes);
    Py_ssize_t offset = Py_TYPE(header)->tp_vectorcall_offset; /* a metaclass written in Python hides it up to CPython 3.11 */
    make = offset > 0 ? *(vectorcallfunc *)((char *)header + offset) : PyObject_Vectorcall;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"parse", parse, METH_O, NULL}, {"setup", setup, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bitwright_floor_header", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bitwright_floor_header(void) { return PyModule_Create(&module); }
