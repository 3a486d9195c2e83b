/* The texts that stories hold, found by the values of their bands: the compiled equal of `StoryIndex.copied`. */
#include "kernel.h"

enum { SEARCHED = 32 }; /* bands that may be searched at most */

typedef struct {
    PyObject *live, *id; /* NULL in a place that is free */
    uint64_t *bands;
    int size;
    int hits;
    unsigned long search; /* to which `hits` belongs */
    int next[SEARCHED];   /* the text after this one under the same head, in each searched band; -1 for none */
} Text;

typedef struct {
    PyObject_HEAD
    Text *texts;
    int size, room;
    int *unused; /* places that are free */
    int unused_size, unused_room;
    int *heads; /* the first text of each, by band and value; -1 for none */
    int mask, held;
    int *found; /* of the search that is under way */
    int found_room;
    int searched, same; /* how many bands are searched, and how many must agree in all */
    unsigned long search;
} Texts;

static inline int head_of(const Texts *self, int band, uint64_t value) {
    uint64_t mixed = (value + (uint64_t)band * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return (int)(mixed >> 32) & self->mask;
}

static inline int searched_of(const Texts *self, const Text *text) {
    return text->size < self->searched ? text->size : self->searched;
}

static void link_text(Texts *self, int number) {
    Text *text = &self->texts[number];
    for (int band = 0; band < searched_of(self, text); band++) {
        int *head = &self->heads[head_of(self, band, text->bands[band])];
        text->next[band] = *head;
        *head = number * SEARCHED + band;
    }
}

/* Twice as many heads, once there would be more than one band for each. */
static bool widen(Texts *self) {
    if (self->heads && (self->held + 1) * self->searched <= self->mask) return true;
    const int mask = self->heads ? 2 * self->mask + 1 : 1023;
    int *heads = PyMem_Malloc((size_t)(mask + 1) * sizeof *heads);
    if (!heads) {
        PyErr_NoMemory();
        return false;
    }
    memset(heads, -1, (size_t)(mask + 1) * sizeof *heads);
    PyMem_Free(self->heads);
    self->heads = heads;
    self->mask = mask;
    for (int number = 0; number < self->size; number++)
        if (self->texts[number].live) link_text(self, number);
    return true;
}

/* Read the values of a tuple of bands into `values`; their number, -1 with an error set where one is no number. */
static int read_bands(PyObject *bands, uint64_t *values, int most) {
    const int size = (int)PyTuple_GET_SIZE(bands) < most ? (int)PyTuple_GET_SIZE(bands) : most;
    for (int at = 0; at < size; at++) {
        values[at] = PyLong_AsUnsignedLongLongMask(PyTuple_GET_ITEM(bands, at));
        if (values[at] == (uint64_t)-1 && PyErr_Occurred()) return -1;
    }
    return size;
}

static PyObject *texts_add(Texts *self, PyObject *const *given, Py_ssize_t n) {
    if (n != 3 || !PyTuple_Check(given[2])) return PyErr_Format(PyExc_TypeError, "add(live, id, bands) takes a tuple");
    const int size = (int)PyTuple_GET_SIZE(given[2]);
    if (!widen(self) || !make_room(&self->texts, &self->room, self->size + 1, sizeof *self->texts) ||
        !make_room(&self->found, &self->found_room, self->size + 1, sizeof *self->found) ||
        !make_room(&self->unused, &self->unused_room, self->size + 1, sizeof *self->unused))
        return NULL;
    uint64_t *values = PyMem_Malloc((size_t)(size + 1) * sizeof *values);
    if (!values) return PyErr_NoMemory();
    if (read_bands(given[2], values, size) < 0) {
        PyMem_Free(values);
        return NULL;
    }
    const int number = self->unused_size ? self->unused[--self->unused_size] : self->size++;
    self->texts[number] =
        (Text){.live = Py_NewRef(given[0]), .id = Py_NewRef(given[1]), .bands = values, .size = size};
    link_text(self, number);
    self->held++;
    return PyLong_FromLong(number);
}

static void empty_text(Text *text) {
    PyMem_Free(text->bands);
    text->bands = NULL;
    Py_CLEAR(text->id);
    Py_CLEAR(text->live);
}

static PyObject *texts_drop(Texts *self, PyObject *which) {
    const long number = PyLong_AsLong(which);
    if (number == -1 && PyErr_Occurred()) return NULL;
    if (number < 0 || number >= self->size || !self->texts[number].live)
        return PyErr_Format(PyExc_KeyError, "no text has this number");
    Text *text = &self->texts[number];
    for (int band = 0; band < searched_of(self, text); band++) {
        int *link = &self->heads[head_of(self, band, text->bands[band])];
        while (*link != (int)number * SEARCHED + band) link = &self->texts[*link / SEARCHED].next[*link % SEARCHED];
        *link = text->next[band];
    }
    self->held--;
    self->unused[self->unused_size++] = (int)number;
    empty_text(text);
    Py_RETURN_NONE;
}

/* Gather the texts that agree on a searched band, with how often they do, into `found`; return how many. */
static int gather(Texts *self, const uint64_t *values, int size) {
    int many = 0;
    self->search++;
    for (int band = 0; band < size && band < self->searched; band++) {
        for (int link = self->heads[head_of(self, band, values[band])]; link >= 0;) {
            Text *text = &self->texts[link / SEARCHED];
            const int of = link % SEARCHED;
            if (of == band && text->bands[band] == values[band]) {
                if (text->search != self->search) {
                    text->search = self->search;
                    text->hits = 0;
                    self->found[many++] = link / SEARCHED;
                }
                text->hits++;
            }
            link = text->next[of];
        }
    }
    return many;
}

static PyObject *texts_find(Texts *self, PyObject *bands) {
    uint64_t values[256];
    if (!PyTuple_Check(bands)) return PyErr_Format(PyExc_TypeError, "find(bands) takes a tuple");
    const int size = read_bands(bands, values, 256);
    if (size < 0) return NULL;
    if (!self->held) Py_RETURN_NONE;
    const int many = gather(self, values, size);
    const Text *best = NULL;
    int most = 0;
    for (int at = 0; at < many; at++) {
        const Text *text = &self->texts[self->found[at]];
        if (text->hits < 2) continue;
        int same = 0;
        for (int band = 0; band < size && band < text->size; band++) same += values[band] == text->bands[band];
        if (!best || same > most || (same == most && PyUnicode_Compare(text->id, best->id) < 0)) {
            best = text;
            most = same;
        }
    }
    return Py_NewRef(best && most >= self->same ? best->live : Py_None);
}

static PyObject *texts_new(PyTypeObject *type, PyObject *given, PyObject *named) {
    static char *names[] = {"searched", "same", NULL};
    int searched, same;
    if (!PyArg_ParseTupleAndKeywords(given, named, "ii", names, &searched, &same)) return NULL;
    if (searched < 1 || searched > SEARCHED) return PyErr_Format(PyExc_ValueError, "1 to 32 bands are searched");
    Texts *self = (Texts *)type->tp_alloc(type, 0);
    if (self) self->searched = searched, self->same = same;
    return (PyObject *)self;
}

static void texts_dealloc(Texts *self) {
    for (int number = 0; number < self->size; number++) empty_text(&self->texts[number]);
    PyMem_Free(self->texts);
    PyMem_Free(self->unused);
    PyMem_Free(self->heads);
    PyMem_Free(self->found);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef methods[] = {
    {"add", (PyCFunction)(void (*)(void))texts_add, METH_FASTCALL, "Keep a text of a story; return its number."},
    {"drop", (PyCFunction)texts_drop, METH_O, "Forget the text of a number."},
    {"find", (PyCFunction)texts_find, METH_O, "Return the story of the likest text, None if none is alike enough."},
    {NULL},
};

PyTypeObject TextsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "tocsin.story.compiled._kernel.Texts",
    .tp_doc = "The texts that stories hold, found by their bands.",
    .tp_basicsize = sizeof(Texts),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = texts_new,
    .tp_dealloc = (destructor)texts_dealloc,
    .tp_methods = methods,
};
