/* What CPython allows for the reference pattern: written by hand for a DNS header alone, makes the very dict that bitwright makes.
 *
 * setup(template, keys, first) takes a dict of the thirteen names whose values are one placeholder, and where a copy of it has its values:
 * `first` bytes behind what lies at its byte `keys`, 16 bytes apart (-1: nobody knows).  match(data) returns the dict, or None where
 * the data are too short.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NAMES 13

static PyObject *template, *names[NAMES], *placeholder, *small[256];
static Py_ssize_t keys_at, first_at;

static inline long word(const unsigned char *at) { return (long)at[0] << 8 | at[1]; }

static inline PyObject *number(long value) { return value < 256 ? Py_NewRef(small[value]) : PyLong_FromLong(value); }

/* A copy of the template with these values, which are taken over. */
static PyObject *filled(PyObject **values) {
    PyObject *dict = PyDict_Copy(template);
    int failed = dict == NULL;
    for (int index = 0; index < NAMES; index++) failed |= values[index] == NULL;
    if (!failed && first_at >= 0) {
        char *at = *(char **)((char *)dict + keys_at) + first_at;
        for (int index = 0; index < NAMES; index++) {
            *(PyObject **)(at + 16 * index) = values[index];
            Py_DECREF(placeholder);
        }
        return dict;
    }
    for (int index = 0; index < NAMES; index++) {
        failed = failed || PyDict_SetItem(dict, names[index], values[index]) < 0;
        Py_XDECREF(values[index]);
    }
    if (failed) Py_CLEAR(dict);
    return dict;
}

static PyObject *match(PyObject *self, PyObject *data) {
    if (!PyBytes_CheckExact(data)) return PyErr_Format(PyExc_TypeError, "bytes are matched");
    const char *raw = PyBytes_AS_STRING(data);
    Py_ssize_t size = PyBytes_GET_SIZE(data);
    if (size < 12) Py_RETURN_NONE;
    const unsigned char *at = (const unsigned char *)raw;
    long flags = word(at + 2);
    return filled((PyObject *[]){
        PyBytes_FromStringAndSize(raw, 2), number(flags >> 15), number(flags >> 11 & 15), number(flags >> 10 & 1),
        number(flags >> 9 & 1), number(flags >> 8 & 1), number(flags >> 7 & 1), number(flags & 15),
        number(word(at + 4)), number(word(at + 6)), number(word(at + 8)), number(word(at + 10)),
        PyBytes_FromStringAndSize(raw + 12, size - 12),
    });
}

static PyObject *setup(PyObject *self, PyObject *args) {
    PyObject *name;
    Py_ssize_t place = 0;
    if (!PyArg_ParseTuple(args, "O!nn", &PyDict_Type, &template, &keys_at, &first_at)) return NULL;
    if (PyDict_GET_SIZE(template) != NAMES) return PyErr_Format(PyExc_ValueError, "the template has %d names", NAMES);
    Py_INCREF(template);
    for (int value = 0; value < 256; value++) if ((small[value] = PyLong_FromLong(value)) == NULL) return NULL;
    for (int index = 0; PyDict_Next(template, &place, &name, &placeholder); index++) names[index] = Py_NewRef(name);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"match", match, METH_O, NULL}, {"setup", setup, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bitwright_floor_pattern", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bitwright_floor_pattern(void) { return PyModule_Create(&module); }
