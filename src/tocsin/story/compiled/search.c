/* Weigh words against what all others say: the compiled equal of `candidates` and `sharers` of index.py, and of
 * evidence.py. Each sum is made in the order in which Python makes it, so that not even the last digit differs. */
#include <math.h>

#include "words.h"

enum { FEW = 64 };

static int by_weight(const void *one, const void *other) {
    const Weighed *first = one, *second = other;
    if (first->weight != second->weight) return first->weight > second->weight ? -1 : 1;
    return PyUnicode_Compare(first->name, second->name);
}

static int by_rarity(const void *one, const void *other) {
    const Known *first = one, *second = other;
    return first->held != second->held ? first->held - second->held : compare_terms(first->term, second->term);
}

/* The rarest first. Where they are few, putting each where it belongs is quicker than a call for every pair. */
static void sort_by_rarity(Known *known, int size) {
    if (size > FEW) {
        qsort(known, (size_t)size, sizeof *known, by_rarity);
        return;
    }
    for (int at = 1; at < size; at++) {
        const Known one = known[at];
        int to = at;
        for (; to; to--) {
            if (by_rarity(&known[to - 1], &one) < 0) break;
            known[to] = known[to - 1];
        }
        known[to] = one;
    }
}

/* Leave the words out of `asked` that most posts say; return how many are left. */
static int leave_common(Words *self, int size) {
    const double common = common_of(self);
    int kept = 0;
    for (int at = 0; at < size; at++) {
        const int number = self->asked[at];
        if (number < 0 || self->terms[number].total <= common) self->asked[kept++] = number;
    }
    return kept;
}

static void begin_search(Words *self) {
    self->search++;
    self->found_size = 0;
}

static void find(Words *self, int number, double weight) {
    Slot *slot = &self->slots[number];
    if (slot->search != self->search) {
        slot->search = self->search;
        slot->weight = 0.0;
        self->found[self->found_size++].slot = number;
    }
    slot->weight += weight;
}

/* Put the few stories that hold most of the rarest of the words asked for, or lead in one, into `lives`. */
static int candidates(Words *self, int size, Counts **lives) {
    int known = 0, left = self->set.searched_terms;
    begin_search(self);
    for (int at = 0; at < size; at++)
        if (self->asked[at] >= 0) {
            const Term *term = &self->terms[self->asked[at]];
            self->known[known++] = (Known){term->size, term};
        }
    sort_by_rarity(self->known, known);
    for (int at = 0; at < known; at++) {
        const Term *term = self->known[at].term;
        const double weight = log1p((double)self->stories / (double)term->size);
        if (left && term->size <= self->set.crowded) {
            left--;
            for (int holder = 0; holder < term->size; holder++) find(self, term->holders[holder], weight);
        } else if (term->leader) {
            find(self, term->leader->slot, weight);
        }
    }
    double most = 0.0;
    for (int at = 0; at < self->found_size; at++)
        if (self->slots[self->found[at].slot].weight > most) most = self->slots[self->found[at].slot].weight;
    int near = 0;
    for (int at = 0; at < self->found_size; at++) {
        const int number = self->found[at].slot;
        const Slot *slot = &self->slots[number];
        if (slot->weight >= self->set.near_best * most)
            self->found[near++] = (Weighed){slot->weight, slot->counts->id, number};
    }
    if (near > 1) qsort(self->found, (size_t)near, sizeof *self->found, by_weight);
    const int tried = near < self->set.tried ? near : self->set.tried;
    for (int at = 0; at < tried; at++) lives[at] = self->slots[self->found[at].slot].counts;
    return tried;
}

/* The evidence of words that a story and a post share: the next strongest always counts less. */
static double together(const Settings *set, double *times, int size) {
    double evidence = 0.0, weight = 1.0;
    for (int at = 1; at < size; at++) {
        const double one = times[at];
        int to = at;
        for (; to && times[to - 1] < one; to--) times[to] = times[to - 1];
        times[to] = one;
    }
    for (int at = 0; at < size; at++) {
        if (times[at] <= 1.0) {
            evidence += log(times[at]);
            continue;
        }
        evidence += weight * log(times[at]);
        weight *= set->next;
    }
    return evidence;
}

/* Weigh the words asked for: the evidence for each story, and how many telling words it shares with them. */
static void weigh(Words *self, int size, Counts **lives, int many, double *evidence, int *telling) {
    const Settings *set = &self->set;
    double rest = self->posts + set->unheard;
    for (int at = 0; at < size; at++)
        if (self->asked[at] >= 0) self->terms[self->asked[at]].apart = 0.0;
    for (int of = 0; of < many; of++) {
        rest -= lives[of]->mass;
        for (int at = 0; at < size; at++)
            if (self->asked[at] >= 0) self->terms[self->asked[at]].apart += count_of(lives[of], self->asked[at]);
    }
    for (int of = 0; of < many; of++) {
        const double mass = lives[of]->mass, least = mass < set->tells_posts ? 1.0 : 2.0;
        const double scale = rest * set->said / (mass + set->smoothed);
        int shared = 0;
        telling[of] = 0;
        for (int at = 0; at < size; at++) {
            const int place = self->asked[at] < 0 ? -1 : place_of(lives[of], self->asked[at]);
            if (place < 0) continue;
            const Term *term = &self->terms[self->asked[at]];
            const double count = lives[of]->counts[place];
            const double times = set->unsaid + scale * count / (term->total - term->apart);
            self->times[shared++] = set->most_a_word < times ? set->most_a_word : times;
            telling[of] += count >= least && !term->is_everyday;
        }
        evidence[of] = together(set, self->times, shared) + (size - shared) * set->lost;
    }
}

static bool is_enough(const Settings *set, const Counts *counts, int size, int telling) {
    return telling >= (counts->mass >= set->tells_posts ? 1 : size < 2 ? size : 2);
}

PyObject *words_likely(Words *self, PyObject *const *given, Py_ssize_t n) {
    Counts *lives[MOST_LIVES], *answered = NULL;
    double evidence[MOST_LIVES];
    int telling[MOST_LIVES];
    if (n != 2) return PyErr_Format(PyExc_TypeError, "likely(terms, answered)");
    if (given[1] != Py_None && !(answered = counts_of(self, given[1]))) return NULL;
    int size = ask(self, given[0]);
    if (size < 0) return NULL;
    size = leave_common(self, size);
    int many = candidates(self, size, lives);
    bool is_there = !answered;
    for (int of = 0; of < many; of++) is_there |= lives[of] == answered;
    if (!is_there) lives[many++] = answered;
    weigh(self, size, lives, many, evidence, telling);
    PyObject *likely = PyList_New(0);
    for (int of = 0; likely && of < many; of++) {
        if (lives[of] != answered && !is_enough(&self->set, lives[of], size, telling[of])) continue;
        PyObject *pair = Py_BuildValue("(Od)", lives[of]->live, evidence[of]);
        if (!pair || PyList_Append(likely, pair)) Py_CLEAR(likely);
        Py_XDECREF(pair);
    }
    return likely;
}

PyObject *words_evidence(Words *self, PyObject *const *given, Py_ssize_t n) {
    if (n != 2) return PyErr_Format(PyExc_TypeError, "evidence(other, live)");
    Counts *other = counts_of(self, given[0]), *live = other ? counts_of(self, given[1]) : NULL;
    if (!live || !make_room(&self->asked, &self->asked_room, other->size, sizeof *self->asked) ||
        !make_room(&self->times, &self->times_room, other->size, sizeof *self->times))
        return NULL;
    int size = 0, telling[2];
    double evidence[2];
    for (int at = 0; at < other->size; at++)
        if (2.0 * other->counts[at] >= other->mass) self->asked[size++] = other->terms[at];
    size = leave_common(self, size);
    weigh(self, size, (Counts *[]){live, other}, 2, evidence, telling);
    if (!is_enough(&self->set, live, size, telling[0])) Py_RETURN_NONE;
    return PyFloat_FromDouble(evidence[0]);
}

PyObject *words_telling(Words *self, PyObject *const *given, Py_ssize_t n) {
    if (n != 2) return PyErr_Format(PyExc_TypeError, "telling(live, most)");
    const Counts *counts = counts_of(self, given[0]);
    const long most = counts ? PyLong_AsLong(given[1]) : -1;
    if (PyErr_Occurred()) return NULL;
    const double others = self->posts - counts->mass, common = common_of(self);
    const double ratio = ((others > 0.0 ? others : 0.0) + self->set.unheard / 4) / (counts->mass + 1.0);
    const double least = counts->mass > 2.0 ? 2.0 : 1.0;
    if (!make_room(&self->found, &self->found_room, counts->size, sizeof *self->found)) return NULL;
    int size = 0;
    for (int at = 0; at < counts->size; at++) {
        const Term *term = &self->terms[counts->terms[at]];
        const double count = counts->counts[at];
        if (count < least || term->total > common) continue;
        const double times = count * ratio / (term->total - count);
        if (times > 1.0) self->found[size++] = (Weighed){count * log(times), term->word, 0};
    }
    qsort(self->found, (size_t)size, sizeof *self->found, by_weight);
    if (size > most) size = (int)most;
    PyObject *telling = PyList_New(size);
    for (int at = 0; telling && at < size; at++) PyList_SET_ITEM(telling, at, Py_NewRef(self->found[at].name));
    return telling;
}

/* A number to six digits as Python rounds it; NaN with an error set. */
static double rounded(double value) {
    char *written = PyOS_double_to_string(value, 'f', 6, 0, NULL);
    if (!written) return NAN;
    const double read = PyOS_string_to_double(written, NULL, NULL);
    PyMem_Free(written);
    return read;
}

PyObject *words_sharers(Words *self, PyObject *const *given, Py_ssize_t n) {
    if (n != 2) return PyErr_Format(PyExc_TypeError, "sharers(terms, live)");
    const Counts *live = counts_of(self, given[1]);
    const int size = live ? ask(self, given[0]) : -1;
    if (size < 0) return NULL;
    begin_search(self);
    for (int at = 0; at < size; at++) {
        const int number = self->asked[at];
        if (number < 0) return PyErr_Format(PyExc_KeyError, "no story says this word");
        const Term *term = &self->terms[number];
        const bool is_rare = term->size <= self->set.many;
        for (int of = 0; of < (is_rare ? term->size : term->leader ? 1 : 0); of++) {
            const Counts *other = is_rare ? self->slots[term->holders[of]].counts : term->leader;
            const double count = count_of(other, number);
            if (other != live && (count > 1.0 || other->mass <= 2.0)) find(self, other->slot, count / other->mass);
        }
    }
    for (int at = 0; at < self->found_size; at++) {
        const Slot *slot = &self->slots[self->found[at].slot];
        self->found[at].weight = rounded(slot->weight);
        self->found[at].name = slot->counts->id;
    }
    if (PyErr_Occurred()) return NULL;
    qsort(self->found, (size_t)self->found_size, sizeof *self->found, by_weight);
    PyObject *sharers = PyList_New(self->found_size);
    for (int at = 0; sharers && at < self->found_size; at++)
        PyList_SET_ITEM(sharers, at, Py_NewRef(self->slots[self->found[at].slot].counts->live));
    return sharers;
}

/* The weight of each word of a story beyond what is said elsewhere, of length 1, into `weights` as its words stand;
 * 0 for a word that has none. Each is also what `other` of the word becomes. */
static void weigh_beyond(Words *self, const Counts *counts, double posts, double *weights) {
    const double common = common_of(self), scale = 1.0 / (counts->mass + 2.0);
    double squares = 0.0;
    for (int at = 0; at < counts->size; at++) {
        const Term *term = &self->terms[counts->terms[at]];
        const double count = counts->counts[at];
        weights[at] = 0.0;
        if (count <= 1.0 || term->total > common) continue;
        const double share = count * scale, odds = share * posts / (term->total - term->apart);
        if (odds <= 1.0) continue;
        weights[at] = share * log(odds);
        squares += weights[at] * weights[at];
    }
    const double length = sqrt(squares);
    for (int at = 0; at < counts->size; at++) {
        if (weights[at] != 0.0) weights[at] /= length;
        self->terms[counts->terms[at]].other = weights[at];
    }
}

PyObject *words_likenesses(Words *self, PyObject *given) {
    if (!PyList_Check(given) || PyList_GET_SIZE(given) < 1 || PyList_GET_SIZE(given) > MOST_LIKE)
        return PyErr_Format(PyExc_TypeError, "likenesses(lives) takes a list of 1 to 16 stories");
    const int many = (int)PyList_GET_SIZE(given);
    Counts *lives[MOST_LIKE];
    int longest = 0;
    double mass = 0.0;
    for (int of = 0; of < many; of++) {
        if (!(lives[of] = counts_of(self, PyList_GET_ITEM(given, of)))) return NULL;
        mass += lives[of]->mass;
        if (lives[of]->size > longest) longest = lives[of]->size;
        for (int at = 0; at < lives[of]->size; at++) self->terms[lives[of]->terms[at]].apart = 0.0;
    }
    for (int of = 0; of < many; of++)
        for (int at = 0; at < lives[of]->size; at++)
            if (lives[of]->counts[at] > 1.0) self->terms[lives[of]->terms[at]].apart += lives[of]->counts[at];
    const double others = self->posts - mass, posts = (others > 0.0 ? others : 0.0) + self->set.unheard;
    double *weights = PyMem_Malloc((size_t)(2 * longest + 1) * sizeof *weights);
    if (!weights) return PyErr_NoMemory();
    double *mine = weights + longest;
    weigh_beyond(self, lives[0], posts, mine);
    PyObject *likenesses = PyList_New(many - 1);
    for (int of = 1; likenesses && of < many; of++) {
        double alike = 0.0;
        for (int at = 0; at < lives[0]->size; at++) self->terms[lives[0]->terms[at]].other = 0.0;
        weigh_beyond(self, lives[of], posts, weights);
        for (int at = 0; at < lives[0]->size; at++) {
            const double other = self->terms[lives[0]->terms[at]].other;
            if (mine[at] != 0.0 && other != 0.0) alike += mine[at] * other;
        }
        PyObject *boxed = PyFloat_FromDouble(alike);
        if (boxed) PyList_SET_ITEM(likenesses, of - 1, boxed);
        else Py_CLEAR(likenesses);
    }
    PyMem_Free(weights);
    return likenesses;
}
