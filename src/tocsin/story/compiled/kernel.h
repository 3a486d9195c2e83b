/* What the files of the compiled index share. Everything of it answers as the plain index does, number for number:
 * sums are made in the same order, so that it must be built without anything that changes them (see __main__.py). */
#ifndef TOCSIN_STORY_KERNEL_H
#define TOCSIN_STORY_KERNEL_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

extern PyTypeObject WordsType, CountsType, TextsType;
PyObject *keys_of(PyObject *module, PyObject *const *given, Py_ssize_t n);

/* Make room for `wanted` things of `size` bytes where `*room` are; false, with an error set, where memory ends. */
static inline bool make_room(void *things, int *room, int wanted, size_t size) {
    if (wanted <= *room) return true;
    const int more = wanted > 2 * *room ? wanted + 4 : 2 * *room;
    void *grown = PyMem_Realloc(*(void **)things, (size_t)more * size);
    if (!grown) {
        PyErr_NoMemory();
        return false;
    }
    *(void **)things = grown;
    *room = more;
    return true;
}

#endif
