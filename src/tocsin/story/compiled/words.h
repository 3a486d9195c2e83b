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
    struct Counts *before, *after; /* of all that are counted there */
    double mass;
    int size, terms_room, counts_room;
    int *terms; /* the numbers of its words, in the order in which they came */
    double *counts;
    unsigned long search; /* to which `weight` belongs */
    double weight;
} Counts;

typedef struct {
    PyObject *word; /* NULL in a place that is free */
    double total;
    bool is_everyday;
    int size, room;
    Counts **holders; /* in no order: no answer depends on it */
    Counts *leader;   /* the story of `led` posts or more that says it most; NULL if there is none */
    unsigned long search; /* of the last that marked it */
    double apart, other; /* of one search */
} Term;

typedef struct {
    int searched_terms, crowded, many, tried, most_terms, kept_terms;
    double led, common, common_posts, near_best, said_once, said_often;
    double said, unheard, smoothed, most_a_word, next, tells_posts, unsaid, lost;
} Settings;

typedef struct { int held; Term *term; } Known;
typedef struct { double weight; PyObject *name; Counts *counts; } Weighed;

struct Words {
    PyObject_HEAD
    Settings set;
    PyObject *numbers, *everyday; /* the number of each word that is held; the words that say nothing */
    Term *terms;
    int size, room;
    int *unused, unused_size, unused_room;
    Counts *first;
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
