/* Which stories say a word, and how often: what the files of the compiled words share. */
#ifndef TOCSIN_STORY_WORDS_H
#define TOCSIN_STORY_WORDS_H
#include "kernel.h"

enum { MOST_LIVES = 4, MOST_LIKE = 16 }; /* stories that are weighed, or held against one another, at once */

typedef struct Words Words;

/* What a story says; in Python what stands in `LiveStory.terms`. */
typedef struct Counts {
    PyObject_HEAD
    Words *words; /* where it is counted; NULL once it was dropped */
    PyObject *live, *id;
    int slot; /* its place in `Words.slots` */
    double mass;
    int size, terms_room, counts_room;
    int *terms; /* the numbers of its words, in the order in which they came */
    double *counts;
} Counts;

/* A story as a search comes by it: so little that those of all stories stay in the processor's cache. */
typedef struct {
    Counts *counts; /* NULL in a slot that is free */
    double weight;
    unsigned long search; /* to which `weight` belongs */
} Slot;

typedef struct {
    PyObject *word; /* NULL in a place that is free */
    uint64_t begins; /* with which three letters: orders most words without a look at them */
    double total;
    bool is_everyday;
    int size, room;
    int *holders;     /* slots, in no order: no answer depends on it */
    Counts *leader;   /* the story of `led` posts or more that says it most; NULL if there is none */
    unsigned long search; /* of the last that marked it */
    double apart, other; /* of one search */
} Term;

typedef struct {
    int searched_terms, crowded, many, tried, most_terms, kept_terms;
    double led, common, common_posts, near_best, said_once, said_often;
    double said, unheard, smoothed, most_a_word, next, tells_posts, unsaid, lost;
} Settings;

typedef struct { Py_hash_t hash; int number; } Place; /* number: -1 for none */
typedef struct { int held; const Term *term; } Known;
typedef struct { double weight; PyObject *name; int slot; } Weighed;

struct Words {
    PyObject_HEAD
    Settings set;
    PyObject *everyday; /* the words that say nothing */
    Place *places;      /* of each word that is held, found by its hash; the word itself stands in its term */
    int mask, held;     /* places less one; words that are held */
    Term *terms;
    int size, room;
    int *unused, unused_size, unused_room;
    Slot *slots;
    int slots_size, slots_room, *vacant, vacant_size, vacant_room;
    Py_ssize_t stories;
    double posts;
    unsigned long search;
    /* Room of the search that is under way. */
    int *asked, asked_room;
    Known *known;
    int known_room;
    double *times;
    int times_room;
    Weighed *found;
    int found_room, found_size;
};

/* Of words.c. */
Counts *counts_of(Words *self, PyObject *live);
int ask(Words *self, PyObject *terms);
int compare_terms(const Term *one, const Term *other);
double common_of(const Words *self);

/* Where a story holds a word, -1 where it does not. */
static inline int place_of(const Counts *counts, int number) {
    const int *terms = counts->terms, size = counts->size;
    for (int at = 0; at < size; at++)
        if (terms[at] == number) return at;
    return -1;
}

static inline double count_of(const Counts *counts, int number) {
    const int at = place_of(counts, number);
    return at < 0 ? 0.0 : counts->counts[at];
}

/* Of search.c: the answers. */
PyObject *words_likely(Words *self, PyObject *const *given, Py_ssize_t n);
PyObject *words_evidence(Words *self, PyObject *const *given, Py_ssize_t n);
PyObject *words_telling(Words *self, PyObject *const *given, Py_ssize_t n);
PyObject *words_sharers(Words *self, PyObject *const *given, Py_ssize_t n);
PyObject *words_likenesses(Words *self, PyObject *lives);

#endif
