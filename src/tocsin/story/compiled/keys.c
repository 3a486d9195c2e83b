/* Find the keys of the words of a post: the compiled equal of `keys_of` in words.py. */
#include "kernel.h"

/* Return what a dict holds for a word, found out by its `__missing__` where the word is new; borrowed. */
static PyObject *known(PyObject *keys, PyObject *word) {
    PyObject *key = PyDict_GetItemWithError(keys, word);
    if (key || PyErr_Occurred()) return key;
    key = PyObject_GetItem(keys, word);
    Py_XDECREF(key); /* the dict holds it now */
    return key;
}

static bool note_tags(PyObject *noted, PyObject *text, PyObject *tag_keys) {
    const Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    Py_ssize_t at = 0;
    while (at < size && (at = PyUnicode_FindChar(text, '#', at, size, 1)) >= 0) {
        const Py_ssize_t first = ++at;
        for (Py_UCS4 letter; at < size; at++) {
            letter = PyUnicode_READ_CHAR(text, at);
            if (!Py_UNICODE_ISALNUM(letter) && letter != '_') break;
        }
        if (at == first) continue;
        PyObject *tag = PyUnicode_Substring(text, first, at);
        PyObject *keys = tag ? known(tag_keys, tag) : NULL;
        Py_XDECREF(tag);
        if (!keys) return false;
        for (Py_ssize_t of = 0; of < PyTuple_GET_SIZE(keys); of++)
            if (PyDict_SetItem(noted, PyTuple_GET_ITEM(keys, of), Py_None)) return false;
    }
    return at != -2;
}

PyObject *keys_of(PyObject *module, PyObject *const *given, Py_ssize_t n) {
    (void)module;
    if (n != 5 || !PyTuple_Check(given[0]) || !PyUnicode_Check(given[1]) || !PyDict_Check(given[3]) ||
        !PyDict_Check(given[4]))
        return PyErr_Format(PyExc_TypeError, "keys(terms, text, besides, word_keys, tag_keys)");
    PyObject *noted = PyDict_New(), *left = NULL;
    for (Py_ssize_t at = 0; noted && at < PyTuple_GET_SIZE(given[0]); at++) {
        PyObject *key = known(given[3], PyTuple_GET_ITEM(given[0], at));
        if (!key || PyDict_SetItem(noted, key, Py_None)) Py_CLEAR(noted);
    }
    if (!noted || !note_tags(noted, given[1], given[4]) || !(left = PyTuple_New(PyDict_Size(noted)))) goto end;
    PyObject *key, *none;
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; PyDict_Next(noted, &at, &key, &none);) {
        const int is_left_out = PySet_Contains(given[2], key);
        if (is_left_out < 0) {
            Py_CLEAR(left);
            goto end;
        }
        if (!is_left_out) PyTuple_SET_ITEM(left, kept++, Py_NewRef(key));
    }
    if (kept < PyTuple_GET_SIZE(left)) _PyTuple_Resize(&left, kept);
end:
    Py_XDECREF(noted);
    return left;
}
