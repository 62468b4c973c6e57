/* What CPython allows for whole DNS messages: written by hand for them alone, makes the very objects that bitwright makes.
 *
 * setup(classes, tables) takes the value classes and the tables of members by name; parse(data) returns a message, build(message)
 * bytes.  Either gives None for what it does not take: what is malformed, an option or a service parameter that has no layout
 * here, and, when building, lengths and counts that are given, which names would have to be written to fit.
 */
#include "reading.h"
#include "writing.h"

static int take_kinds(Kind *kinds, size_t count, Kind **table, PyObject *classes) {
    for (size_t index = 0; index < count; index++) {
        if (take_class_from(&kinds[index].class, classes, kinds[index].name) < 0) return -1;
        if (kinds[index].number != ~0u) table[kinds[index].number] = &kinds[index];
    }
    return 0;
}

static int take_members(PyObject *tables, const char *name, Members *into) {
    into->mapping = Py_XNewRef(PyDict_GetItemString(tables, name));
    if (into->mapping == NULL) PyErr_SetString(PyExc_KeyError, name);
    return into->mapping == NULL ? -1 : 0;
}

#define KINDS(kinds, table) (take_kinds(kinds, COUNT(kinds), table, classes) < 0)

/* setup(classes, tables): the value classes and the tables of members by name. */
static PyObject *setup(PyObject *self, PyObject *args) {
    PyObject *classes, *tables;
    if (!PyArg_ParseTuple(args, "O!O!", &PyDict_Type, &classes, &PyDict_Type, &tables)) return NULL;
    for (int c = 0; c < 256; c++) plain[c] = c > 0x20 && c < 0x7f && strchr("\"().;\\@$", c) == NULL;
    struct { const char *name; Class *into; } taken[] = {
        {"Message", &message}, {"Question", &question}, {"Record", &record}, {"Option", &option}, {"SvcParam", &parameter},
        {"TypeWindow", &window},
    };
    for (size_t index = 0; index < COUNT(taken); index++)
        if (take_class_from(taken[index].into, classes, taken[index].name) < 0) return NULL;
    address4.class = PyDict_GetItemString(classes, "IPv4Address"), address6.class = PyDict_GetItemString(classes, "IPv6Address");
    timestamps = PyDict_GetItemString(tables, "timestamps");
    if (address4.class == NULL || address6.class == NULL || timestamps == NULL) return PyErr_Format(PyExc_KeyError, "an address or timestamps");
    Py_INCREF(address4.class), Py_INCREF(address6.class), Py_INCREF(timestamps);
    struct { const char *name; Members *into; } members[] = {
        {"Type", &types}, {"Class", &classes_}, {"Opcode", &opcodes}, {"Rcode", &rcodes}, {"Algorithm", &algorithms},
        {"DigestType", &digests}, {"Nsec3Hash", &hashes}, {"AddressFamily", &families}, {"OptionCode", &codes}, {"SvcParamKey", &keys},
        {"ExtendedErrorCode", &errors},
    };
    for (size_t index = 0; index < COUNT(members); index++)
        if (take_members(tables, members[index].name, members[index].into) < 0) return NULL;
    root = PyUnicode_InternFromString(".");
    if (root == NULL || KINDS(kinds, by_type) || KINDS(values_of_options, by_code) || KINDS(values_of_parameters, by_key)) return NULL;
    place_kinds(kinds, COUNT(kinds)), place_kinds(values_of_options, COUNT(values_of_options));
    place_kinds(values_of_parameters, COUNT(values_of_parameters));
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"parse", parse, METH_O, NULL}, {"build", build, METH_O, NULL}, {"setup", setup, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "bitwright_floor_message", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bitwright_floor_message(void) { return PyModule_Create(&module); }
