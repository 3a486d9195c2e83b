/* Count the words of stories: the compiled equal of the inverted lists of `index.py`. */
#include "words.h"

/* Return the words of a story that is counted here; NULL, with KeyError, for another. Borrowed. */
Counts *counts_of(Words *self, PyObject *live) {
    static PyObject *name;
    if (!name && !(name = PyUnicode_InternFromString("terms"))) return NULL;
    PyObject *counts = PyObject_GetAttr(live, name);
    if (!counts) return NULL;
    Py_DECREF(counts); /* the story holds it */
    if (Py_TYPE(counts) == &CountsType && ((Counts *)counts)->words == self) return (Counts *)counts;
    PyErr_SetString(PyExc_KeyError, "this story is not counted here");
    return NULL;
}

/* Where a word stands in `places`, or would; -1 with an error set. */
static int place_at(const Words *self, PyObject *word, Py_hash_t hash) {
    int at = (int)(hash & self->mask);
    for (;; at = (at + 1) & self->mask) {
        const Place place = self->places[at];
        if (place.number < 0) return at;
        if (place.hash != hash) continue;
        const PyObject *held = self->terms[place.number].word;
        if (held == word || !PyUnicode_Compare((PyObject *)held, word)) return at;
        if (PyErr_Occurred()) return -1;
    }
}

/* Return the number of a word, -1 if no story holds it, -2 with an error set. */
static int number_of(const Words *self, PyObject *word) {
    const Py_hash_t hash = PyUnicode_Check(word) ? PyObject_Hash(word) : -1;
    if (hash == -1) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a word is a string");
        return -2;
    }
    const int at = place_at(self, word, hash);
    return at < 0 ? -2 : self->places[at].number;
}

/* Give the words twice as many places, before half of them are taken. */
static bool widen(Words *self) {
    if (self->places && 2 * (self->held + 1) <= self->mask) return true;
    const int before = self->places ? self->mask + 1 : 0, mask = before ? 2 * before - 1 : 4095;
    Place *old = self->places, *places = PyMem_Malloc((size_t)(mask + 1) * sizeof *places);
    if (!places) {
        PyErr_NoMemory();
        return false;
    }
    memset(places, -1, (size_t)(mask + 1) * sizeof *places);
    for (int from = 0; from < before; from++) {
        int at = (int)(old[from].hash & mask);
        if (old[from].number < 0) continue;
        while (places[at].number >= 0) at = (at + 1) & mask;
        places[at] = old[from];
    }
    PyMem_Free(old);
    self->places = places;
    self->mask = mask;
    return true;
}

/* Forget where a word stands, and move those up that stood behind it only for want of their own place. */
static void forget(Words *self, PyObject *word) {
    int hole = place_at(self, word, PyObject_Hash(word));
    for (int at = (hole + 1) & self->mask; self->places[at].number >= 0; at = (at + 1) & self->mask) {
        const int wanted = (int)(self->places[at].hash & self->mask);
        if (((at - wanted) & self->mask) < ((at - hole) & self->mask)) continue;
        self->places[hole] = self->places[at];
        hole = at;
    }
    self->places[hole].number = -1;
    self->held--;
}

/* Order words as Python does. */
int compare_terms(const Term *one, const Term *other) {
    if (one->begins != other->begins) return one->begins < other->begins ? -1 : 1;
    return PyUnicode_Compare(one->word, other->word);
}

static uint64_t begins_with(PyObject *word) {
    uint64_t begins = 0;
    for (Py_ssize_t at = 0; at < 3; at++)
        begins = begins << 21 | (at < PyUnicode_GET_LENGTH(word) ? PyUnicode_READ_CHAR(word, at) : 0);
    return begins;
}

/* Put the numbers of some words into `asked`, -1 for those that no story holds; return how many, -1 with an error. */
int ask(Words *self, PyObject *terms) {
    PyObject *listed = PySequence_Fast(terms, "words come as a sequence");
    if (!listed) return -1;
    int size = (int)PySequence_Fast_GET_SIZE(listed);
    if (!make_room(&self->asked, &self->asked_room, size, sizeof *self->asked) ||
        !make_room(&self->known, &self->known_room, size, sizeof *self->known) ||
        !make_room(&self->times, &self->times_room, size, sizeof *self->times))
        size = -1;
    for (int at = 0; at < size; at++) {
        self->asked[at] = number_of(self, PySequence_Fast_GET_ITEM(listed, at));
        if (self->asked[at] == -2) size = -1;
    }
    Py_DECREF(listed);
    return size;
}

double common_of(const Words *self) { return self->set.common * (self->posts + self->set.common_posts); }

static bool comes_before(const Counts *one, const Counts *other, int number) {
    const double first = count_of(one, number), second = count_of(other, number);
    return first > second || (first == second && PyUnicode_Compare(one->id, other->id) < 0);
}

static void lead(Words *self, int number, Counts *counts) {
    Term *term = &self->terms[number];
    if (term->leader != counts && (!term->leader || comes_before(counts, term->leader, number))) term->leader = counts;
}

static void lead_anew(Words *self, int number) {
    Term *term = &self->terms[number];
    term->leader = NULL;
    for (int at = 0; at < term->size; at++) {
        Counts *holder = self->slots[term->holders[at]].counts;
        if (count_of(holder, number) >= self->set.led) lead(self, number, holder);
    }
}

/* Return the number of a word that no story held until now; -1 with an error set. */
static int begin_term(Words *self, PyObject *word) {
    if (!widen(self) || !make_room(&self->terms, &self->room, self->size + 1, sizeof *self->terms) ||
        !make_room(&self->unused, &self->unused_room, self->size + 1, sizeof *self->unused))
        return -1;
    const int is_everyday = PySet_Contains(self->everyday, word);
    if (is_everyday < 0) return -1;
    const Py_hash_t hash = PyObject_Hash(word);
    const int place = place_at(self, word, hash);
    if (place < 0) return -1;
    const int number = self->unused_size ? self->unused[--self->unused_size] : self->size;
    if (number == self->size) self->terms[self->size++] = (Term){0};
    self->places[place] = (Place){hash, number};
    self->held++;
    Term *term = &self->terms[number];
    term->word = Py_NewRef(word);
    term->begins = begins_with(word);
    term->is_everyday = is_everyday;
    term->total = is_everyday ? self->set.said_often : self->set.said_once;
    term->leader = NULL;
    term->size = 0;
    return number;
}

/* Let a story hold a word. number: as `ask` gives it. */
static bool hold(Words *self, Counts *counts, PyObject *word, int number, double count) {
    if (number < 0 && (number = begin_term(self, word)) < 0) return false;
    Term *term = &self->terms[number];
    if (!make_room(&counts->terms, &counts->terms_room, counts->size + 1, sizeof *counts->terms) ||
        !make_room(&counts->counts, &counts->counts_room, counts->size + 1, sizeof *counts->counts) ||
        !make_room(&term->holders, &term->room, term->size + 1, sizeof *term->holders))
        return false;
    counts->terms[counts->size] = number;
    counts->counts[counts->size++] = count;
    term->holders[term->size++] = counts->slot;
    term->total += count;
    if (count >= self->set.led) lead(self, number, counts);
    return true;
}

/* Forget that a story holds a word, which it holds no longer. */
static void let_go(Words *self, Counts *counts, int number, double count) {
    Term *term = &self->terms[number];
    int at = 0;
    while (at < term->size && term->holders[at] != counts->slot) at++;
    if (at < term->size) term->holders[at] = term->holders[--term->size];
    if (!term->size) {
        forget(self, term->word);
        Py_CLEAR(term->word);
        self->unused[self->unused_size++] = number;
        return;
    }
    term->total -= count;
    if (term->leader == counts) lead_anew(self, number);
}

/* A count as Python has it; nearly all are small and whole, and made once. */
static PyObject *boxed(double count) {
    static PyObject *whole[64];
    const int number = count >= 0.0 && count < 64.0 ? (int)count : -1;
    if (number < 0 || number != count) return PyFloat_FromDouble(count);
    if (!whole[number] && !(whole[number] = PyFloat_FromDouble(count))) return NULL;
    return Py_NewRef(whole[number]);
}

static PyObject *counts_copy(Counts *self, PyObject *nothing) {
    (void)nothing;
    PyObject *copy = PyDict_New();
    for (int at = 0; copy && self->words && at < self->size; at++) {
        PyObject *count = boxed(self->counts[at]);
        if (!count || PyDict_SetItem(copy, self->words->terms[self->terms[at]].word, count)) Py_CLEAR(copy);
        Py_XDECREF(count);
    }
    return copy;
}

/* Let the words of a story go out of its slot. */
static void detach(Words *self, Counts *counts) {
    self->slots[counts->slot].counts = NULL;
    self->vacant[self->vacant_size++] = counts->slot;
    counts->words = NULL;
    Py_CLEAR(counts->live);
    Py_DECREF(counts);
}

static PyObject *words_add(Words *self, PyObject *const *given, Py_ssize_t n) {
    double mass;
    if (n != 4 || !PyDict_Check(given[2]) || !PyUnicode_Check(given[1]))
        return PyErr_Format(PyExc_TypeError, "add(live, id, terms, mass) takes a name and a dict");
    if ((mass = PyFloat_AsDouble(given[3])) == -1.0 && PyErr_Occurred()) return NULL;
    if (!make_room(&self->found, &self->found_room, (int)self->stories + 2, sizeof *self->found) ||
        !make_room(&self->slots, &self->slots_room, self->slots_size + 1, sizeof *self->slots) ||
        !make_room(&self->vacant, &self->vacant_room, self->slots_size + 1, sizeof *self->vacant))
        return NULL;
    Counts *counts = (Counts *)CountsType.tp_alloc(&CountsType, 0);
    if (!counts) return NULL;
    counts->words = self;
    counts->live = Py_NewRef(given[0]);
    counts->id = Py_NewRef(given[1]);
    counts->mass = mass;
    counts->slot = self->vacant_size ? self->vacant[--self->vacant_size] : self->slots_size++;
    self->slots[counts->slot] = (Slot){.counts = (Counts *)Py_NewRef((PyObject *)counts)};
    self->stories++;
    self->posts += mass;
    PyObject *word, *count;
    for (Py_ssize_t at = 0; PyDict_Next(given[2], &at, &word, &count);) {
        const int number = number_of(self, word);
        if (number == -2 || !hold(self, counts, word, number, PyFloat_AsDouble(count))) {
            Py_DECREF(counts);
            return NULL;
        }
    }
    return (PyObject *)counts;
}

static PyObject *words_drop(Words *self, PyObject *live) {
    Counts *counts = counts_of(self, live);
    if (!counts) return NULL;
    self->stories--;
    self->posts -= counts->mass;
    for (int at = 0; at < counts->size; at++) let_go(self, counts, counts->terms[at], counts->counts[at]);
    detach(self, counts);
    Py_RETURN_NONE;
}

typedef struct { double count; bool is_said; PyObject *word; int at, number; } Rank;

static int by_rank(const void *one, const void *other) {
    const Rank *first = one, *second = other;
    if (first->count != second->count) return first->count < second->count ? -1 : 1;
    if (first->is_said != second->is_said) return first->is_said ? 1 : -1;
    return PyUnicode_Compare(first->word, second->word);
}

/* Newcomers must have a chance: what was said once is dropped first, the words of this post last among equals. */
static bool make_way(Words *self, Counts *counts) {
    const int size = counts->size, gone = size - self->set.kept_terms;
    Rank *ranks = PyMem_Malloc((size_t)size * sizeof *ranks);
    if (!ranks) {
        PyErr_NoMemory();
        return false;
    }
    for (int at = 0; at < size; at++) {
        const Term *term = &self->terms[counts->terms[at]];
        ranks[at] = (Rank){counts->counts[at], term->search == self->search, term->word, at, counts->terms[at]};
    }
    qsort(ranks, (size_t)size, sizeof *ranks, by_rank);
    for (int rank = 0; rank < gone; rank++) counts->terms[ranks[rank].at] = -1;
    int kept = 0;
    for (int at = 0; at < size; at++) {
        counts->counts[kept] = counts->counts[at];
        if ((counts->terms[kept] = counts->terms[at]) >= 0) kept++;
    }
    counts->size = kept;
    for (int rank = 0; rank < gone; rank++) let_go(self, counts, ranks[rank].number, ranks[rank].count);
    PyMem_Free(ranks);
    return true;
}

static PyObject *words_learn(Words *self, PyObject *const *given, Py_ssize_t n) {
    if (n != 2) return PyErr_Format(PyExc_TypeError, "learn(live, terms)");
    Counts *counts = counts_of(self, given[0]);
    PyObject *listed = counts ? PySequence_Fast(given[1], "words come as a sequence") : NULL;
    if (!listed) return NULL;
    self->posts += 1.0;
    counts->mass += 1.0;
    self->search++;
    bool is_done = true;
    for (Py_ssize_t at = 0; is_done && at < PySequence_Fast_GET_SIZE(listed); at++) {
        PyObject *word = PySequence_Fast_GET_ITEM(listed, at);
        int number = number_of(self, word);
        const int place = number < 0 ? -1 : place_of(counts, number);
        if (place < 0) {
            is_done = number > -2 && hold(self, counts, word, number, 1.0);
            if (is_done) number = counts->terms[counts->size - 1];
        } else {
            counts->counts[place] += 1.0;
            self->terms[number].total += 1.0;
            if (counts->counts[place] >= self->set.led) lead(self, number, counts);
        }
        if (is_done) self->terms[number].search = self->search;
    }
    Py_DECREF(listed);
    if (is_done && counts->size > self->set.most_terms) is_done = make_way(self, counts);
    return is_done ? Py_NewRef(Py_None) : NULL;
}

static PyObject *words_fade(Words *self, PyObject *live) {
    Counts *counts = counts_of(self, live);
    if (!counts) return NULL;
    self->posts -= counts->mass;
    counts->mass /= 2;
    self->posts += counts->mass;
    const int size = counts->size;
    int kept = 0;
    for (int at = 0; at < size; at++) {
        const int number = counts->terms[at];
        const double count = counts->counts[at];
        if (count < 2.0) {
            counts->terms[at] = -1;
            let_go(self, counts, number, count);
            continue;
        }
        counts->counts[at] = count / 2;
        self->terms[number].total -= count - count / 2;
        if (self->terms[number].leader == counts) lead_anew(self, number);
    }
    for (int at = 0; at < size; at++) {
        counts->counts[kept] = counts->counts[at];
        if ((counts->terms[kept] = counts->terms[at]) >= 0) kept++;
    }
    counts->size = kept;
    Py_RETURN_NONE;
}

static PyObject *words_new(PyTypeObject *type, PyObject *given, PyObject *named) {
    static char *names[] = {"everyday",    "searched_terms", "crowded",   "many",       "tried",     "most_terms",
                            "kept_terms",  "led",            "common",    "common_posts", "near_best", "said_once",
                            "said_often",  "said",           "unheard",   "smoothed",   "most_a_word", "next",
                            "tells_posts", "unsaid",         "lost",      NULL};
    PyObject *everyday;
    Settings set;
    if (!PyArg_ParseTupleAndKeywords(given, named, "O!$iiiiiidddddddddddddd", names, &PyFrozenSet_Type, &everyday,
                                     &set.searched_terms, &set.crowded, &set.many, &set.tried, &set.most_terms,
                                     &set.kept_terms, &set.led, &set.common, &set.common_posts, &set.near_best,
                                     &set.said_once, &set.said_often, &set.said, &set.unheard, &set.smoothed,
                                     &set.most_a_word, &set.next, &set.tells_posts, &set.unsaid, &set.lost))
        return NULL;
    if (set.tried < 1 || set.tried >= MOST_LIVES || set.kept_terms < 1 || set.kept_terms > set.most_terms)
        return PyErr_Format(PyExc_ValueError, "1 to 3 stories are tried, and no more terms kept than there may be");
    Words *self = (Words *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    self->set = set;
    self->everyday = Py_NewRef(everyday);
    if (widen(self)) return (PyObject *)self;
    Py_DECREF(self);
    return NULL;
}

/* A story and its counts hold each other, so that they end only once they are taken apart here. */
static void words_dealloc(Words *self) {
    for (int slot = 0; slot < self->slots_size; slot++)
        if (self->slots[slot].counts) detach(self, self->slots[slot].counts);
    for (int number = 0; number < self->size; number++) {
        Py_XDECREF(self->terms[number].word);
        PyMem_Free(self->terms[number].holders);
    }
    Py_XDECREF(self->everyday);
    PyMem_Free(self->places);
    PyMem_Free(self->slots);
    PyMem_Free(self->vacant);
    PyMem_Free(self->terms);
    PyMem_Free(self->unused);
    PyMem_Free(self->asked);
    PyMem_Free(self->known);
    PyMem_Free(self->times);
    PyMem_Free(self->found);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void counts_dealloc(Counts *self) {
    Py_XDECREF(self->live);
    Py_XDECREF(self->id);
    PyMem_Free(self->terms);
    PyMem_Free(self->counts);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

#define QUICK(function) ((PyCFunction)(void (*)(void))(function))

static PyMethodDef words_methods[] = {
    {"add", QUICK(words_add), METH_FASTCALL, "Count the words of a story; return what is to stand for them in it."},
    {"drop", (PyCFunction)words_drop, METH_O, "Forget a story."},
    {"learn", QUICK(words_learn), METH_FASTCALL, "Let a story learn the words of a post."},
    {"fade", (PyCFunction)words_fade, METH_O, "Halve what a story said."},
    {"likely", QUICK(words_likely), METH_FASTCALL, "Return the stories that words speak for, with their evidence."},
    {"evidence", QUICK(words_evidence), METH_FASTCALL, "Return what one story's words say for another, or None."},
    {"telling", QUICK(words_telling), METH_FASTCALL, "Return the words that tell a story from all others."},
    {"sharers", QUICK(words_sharers), METH_FASTCALL, "Return the other stories that say these words."},
    {"likenesses", (PyCFunction)words_likenesses, METH_O, "Return how alike the first story is to each other."},
    {NULL},
};

static PyMethodDef counts_methods[] = {
    {"copy", (PyCFunction)counts_copy, METH_NOARGS, "Return the words with their counts, as a dict."},
    {NULL},
};

PyTypeObject WordsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "tocsin.story.compiled._kernel.Words",
    .tp_doc = "The words of all stories that live, and how often each story says them.",
    .tp_basicsize = sizeof(Words),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = words_new,
    .tp_dealloc = (destructor)words_dealloc,
    .tp_methods = words_methods,
};

PyTypeObject CountsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "tocsin.story.compiled._kernel.Counts",
    .tp_doc = "The words of a story that is counted.",
    .tp_basicsize = sizeof(Counts),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)counts_dealloc,
    .tp_methods = counts_methods,
};
