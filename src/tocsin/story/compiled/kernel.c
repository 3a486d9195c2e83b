/* The compiled index of stories as a module of Python: what it has, and from which source it was built. */
#include "kernel.h"

static PyMethodDef functions[] = {
    {"keys", (PyCFunction)(void (*)(void))keys_of, METH_FASTCALL, "Return the keys of the words of a post."},
    {NULL},
};

static PyModuleDef kernel = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_kernel",
    .m_doc = "The words and texts of stories in flat arrays; see `tocsin.story.compiled`.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__kernel(void) {
    if (PyType_Ready(&WordsType) || PyType_Ready(&CountsType) || PyType_Ready(&TextsType)) return NULL;
    PyObject *module = PyModule_Create(&kernel);
    if (!module) return NULL;
    if (PyModule_AddObjectRef(module, "Words", (PyObject *)&WordsType) ||
        PyModule_AddObjectRef(module, "Counts", (PyObject *)&CountsType) ||
        PyModule_AddObjectRef(module, "Texts", (PyObject *)&TextsType) ||
        PyModule_AddObject(module, "SOURCE", PyLong_FromUnsignedLong(TOCSIN_SOURCE))) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
