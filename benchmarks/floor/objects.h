/* What the floors share: classes called by position, numbers read from bytes, members of enumerations kept by number. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#define MOST_FIELDS 20

typedef const unsigned char *Bytes;

typedef struct {
    PyObject *class;
    vectorcallfunc make;
    Py_ssize_t places[MOST_FIELDS]; /* where an object has its fields, in the order in which the class is called */
} Class;

static inline unsigned word(Bytes at) { return (unsigned)at[0] << 8 | at[1]; }
static inline unsigned long quad(Bytes at) { return (unsigned long)word(at) << 16 | word(at + 2); }

/* A new object.  The values are taken over but for those that `borrowed` has a bit for; one that is NULL says that making it failed. */
static inline PyObject *made(const Class *of, PyObject **values, int count, unsigned borrowed) {
    PyObject *object = NULL;
    int missing = 0;
    for (int index = 0; index < count; index++) missing |= values[index] == NULL;
    if (!missing) object = of->make(of->class, values, count, NULL);
    for (int index = 0; index < count; index++) if (!(borrowed >> index & 1)) Py_XDECREF(values[index]);
    return object;
}

/* A field of an object, borrowed. */
static inline PyObject *field(const Class *of, PyObject *object, int index) { return *(PyObject **)((char *)object + of->places[index]); }

static int take_class(Class *into, PyObject *class) {
    into->class = Py_NewRef(class);
    Py_ssize_t offset = Py_TYPE(class)->tp_vectorcall_offset; /* a metaclass written in Python hides it up to CPython 3.11 */
    into->make = offset > 0 ? *(vectorcallfunc *)((char *)class + offset) : PyObject_Vectorcall;
    PyObject *names = PyObject_GetAttrString(class, "__struct_fields__");
    if (names == NULL) return -1;
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(names) && index < MOST_FIELDS; index++) {
        PyObject *described = _PyType_Lookup((PyTypeObject *)class, PyTuple_GET_ITEM(names, index));
        if (described == NULL || !Py_IS_TYPE(described, &PyMemberDescr_Type)) {
            Py_DECREF(names);
            PyErr_SetString(PyExc_TypeError, "a field that is no slot");
            return -1;
        }
        into->places[index] = ((PyMemberDescrObject *)described)->d_member->offset;
    }
    Py_DECREF(names);
    return 0;
}

/* The class of that name in a dict. */
static int take_class_from(Class *into, PyObject *classes, const char *name) {
    PyObject *class = PyDict_GetItemString(classes, name);
    if (class == NULL) {
        PyErr_SetString(PyExc_KeyError, name);
        return -1;
    }
    return take_class(into, class);
}

/* The members of an enumeration that were asked for before, and the mapping that has the others. */
typedef struct {
    PyObject *mapping;
    PyObject *known[65536];
} Members;

static PyObject *asked(PyObject *mapping, unsigned long long number) {
    PyObject *key = PyLong_FromUnsignedLongLong(number);
    if (key == NULL) return NULL;
    PyObject *found = PyObject_GetItem(mapping, key);
    Py_DECREF(key);
    return found;
}

/* Borrowed. */
static inline PyObject *member(Members *of, unsigned number) {
    if (of->known[number] == NULL) of->known[number] = asked(of->mapping, number);
    return of->known[number];
}

