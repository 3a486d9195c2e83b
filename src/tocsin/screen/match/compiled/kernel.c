/* Fold a batch of UTF-8 texts into one buffer, and cut its tags, in one pass. The numpy lanes of lanes.py do the same
 * with other means and give the same finds; what the tables and the marked bytes mean is said in tables.py and tags.py.
 * Plain C with no Python in it, so that any compiler builds it and ctypes calls it with the interpreter unlocked. */
#include <string.h>

typedef unsigned char byte;
typedef long long number;

enum { SPACE = 0x20, SPECIAL = 0xF8, UNSPACED = 0xF8, ACCENT = 0xF9, SIGN = 0xFA, CARE = 0xFB, BORDER = 0xFC };
enum { END, LOWER, UPPER, OTHER, DIGIT, UNDERSCORE };
enum { LAST_CODE = 0x1FFFF, TEXT_END = 0xFF, MOST_TAGS = 64 };

typedef struct {
    const byte *table, *classes;                    /* by code point, 0..LAST_CODE */
    const byte *long_words, *middle_words, *short_words; /* how wanted words begin; see vocabulary.py */
    number any_word;                                /* a wanted word may begin with anything */
} Wanted;

typedef struct {
    byte *folded;       /* one byte a code point, borders between texts */
    number *starts;     /* of each text in `folded` */
    byte *careful;      /* 1 for a text that one byte a character cannot fold */
    byte *cut;          /* the texts that have cuts, a space at each */
    number *piece_starts, *origins; /* of each piece between cuts: where it stands in `cut`, where it comes from */
    number *cuts;       /* room for the cuts of one text */
    number folded_size, cut_size, pieces; /* told at the end */
} Folded;

typedef struct { number first, from, to; int wanted; } Tag;

number tocsin_kernel_version(void) { return 1; }

static int width(byte lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

static unsigned code_at(const byte *at) {
    unsigned code;
    switch (width(*at)) {
    case 1: return *at;
    case 2: return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    case 3: return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    }
    code = (at[0] & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
    return code < LAST_CODE ? code : LAST_CODE;
}

static int is_spelled(byte folded) { return folded != SPACE && folded < SPECIAL; }

/* The byte that stands for a character after `before`; a text that needs more care is marked. */
static byte settled(byte folded, byte before, const byte *next, const Wanted *wanted, byte *careful) {
    if (folded < SPECIAL) return folded;
    if (folded == SIGN) return SPACE;
    if (folded == ACCENT && before == SPACE) return SPACE; /* after an emoji: no word has begun */
    if (folded == UNSPACED) {
        int touches = is_spelled(before);
        if (*next != TEXT_END) touches |= is_spelled(wanted->table[code_at(next)]);
        if (touches) *careful = 1;
        return folded;
    }
    *careful = 1;
    return folded;
}

static int is_letter(int kind) { return kind == LOWER || kind == UPPER || kind == OTHER; }

static int is_cut(int before, int here) {
    return (before == LOWER && here == UPPER) || (before == DIGIT && is_letter(here)) || (is_letter(before) && here == DIGIT);
}

static int may_begin(const Wanted *wanted, const byte *at) {
    unsigned key = (at[0] & 31u) << 11 ^ (at[1] & 31u) << 7 ^ (at[2] & 31u) << 3 ^ (at[3] & 31u);
    return wanted->long_words[key] || wanted->middle_words[key ^ (at[3] & 31u)] ||
           wanted->short_words[(unsigned)at[0] << 8 | at[1]];
}

/* Fold the run after a sign and note its cuts; return where the run ends in the input. */
static const byte *fold_tag(const byte *in, const Wanted *wanted, Folded *out, number *at, Tag *tag, byte *careful) {
    int before = END, earlier = END, here;
    tag->first = *at;
    tag->to = tag->from;
    tag->wanted = (int)wanted->any_word;
    while (*in != TEXT_END) {
        unsigned code = code_at(in);
        here = wanted->classes[code];
        if (here == END) break;
        in += width(*in);
        out->folded[*at] = settled(wanted->table[code], out->folded[*at - 1], in, wanted, careful);
        if (is_cut(before, here)) out->cuts[tag->to++] = *at;
        else if (earlier == UPPER && before == UPPER && here == LOWER) out->cuts[tag->to++] = *at - 1;
        if (here == UNDERSCORE) tag->wanted = 1;
        earlier = before;
        before = here;
        ++*at;
    }
    return in;
}

static int is_wanted(const Tag *tag, const Wanted *wanted, const Folded *out) {
    if (tag->wanted || out->folded[tag->first] == SPACE || may_begin(wanted, out->folded + tag->first)) return 1;
    for (number cut = tag->from; cut < tag->to; cut++)
        if (may_begin(wanted, out->folded + out->cuts[cut])) return 1;
    return 0;
}

static void add_piece(Folded *out, number start, number end) {
    out->piece_starts[out->pieces] = out->cut_size;
    out->origins[out->pieces++] = start;
    memcpy(out->cut + out->cut_size, out->folded + start, (size_t)(end - start));
    out->cut_size += end - start;
    out->cut[out->cut_size++] = SPACE;
}

static void cut_text(number start, number end, const Tag *tags, int count, const Wanted *wanted, Folded *out) {
    number done = start;
    for (int index = 0; index < count; index++) {
        if (tags[index].from == tags[index].to || !is_wanted(&tags[index], wanted, out)) continue;
        for (number cut = tags[index].from; cut < tags[index].to; cut++) {
            add_piece(out, done, out->cuts[cut]);
            done = out->cuts[cut];
        }
    }
    if (done > start) add_piece(out, done, end);
}

static number add_border(byte *folded, number at) {
    folded[at] = folded[at + 2] = SPACE;
    folded[at + 1] = BORDER;
    return at + 3;
}

/* in: texts, each followed by TEXT_END. The sizes of the buffers are those of kernel.py. */
void tocsin_fold(const byte *in, number texts, const Wanted *wanted, Folded *out) {
    byte ascii[256];
    Tag tags[MOST_TAGS];
    number at = add_border(out->folded, 0);
    /* Local copies: a byte written through `folded` might else be one of these pointers, and all be read again. */
    const byte *const table = wanted->table;
    byte *const room = out->folded;
    memset(ascii, CARE, sizeof ascii);
    memcpy(ascii, wanted->table, 128);
    out->cut[0] = SPACE;
    out->cut_size = 1;
    out->pieces = 0;
    for (number text = 0; text < texts; text++) {
        byte careful = 0, folded;
        int count = 0;
        number used = 0, start = at;
        out->starts[text] = start;
        for (;;) {
            for (;;) { /* what most characters are: one byte for one, two or three */
                byte lead = *in;
                if ((folded = ascii[lead]) < SPECIAL) {
                    in++;
                } else if (lead >= 0xC2 && lead < 0xE0) {
                    folded = table[(lead & 0x1Fu) << 6 | (in[1] & 0x3Fu)];
                    if (folded >= SPECIAL) break;
                    in += 2;
                } else if (lead >= 0xE0 && lead < 0xF0) {
                    folded = table[(lead & 0x0Fu) << 12 | (in[1] & 0x3Fu) << 6 | (in[2] & 0x3Fu)];
                    if (folded >= SPECIAL) break;
                    in += 3;
                } else
                    break;
                room[at++] = folded;
            }
            if (*in == TEXT_END) break;
            unsigned code = code_at(in);
            int opens = wanted->table[code] == SIGN && out->folded[at - 1] == SPACE;
            in += width(*in);
            out->folded[at] = settled(wanted->table[code], out->folded[at - 1], in, wanted, &careful);
            at++;
            if (opens && count < MOST_TAGS) {
                tags[count].from = used;
                in = fold_tag(in, wanted, out, &at, &tags[count], &careful);
                used = tags[count++].to;
            } else if (opens)
                careful = 1; /* a pile of tags: the slow way takes it whole */
        }
        in++;
        at = add_border(out->folded, at);
        /* A word of three letters may be looked at with the byte after it, which the next text has not written yet. */
        memset(out->folded + at, SPACE, 4);
        out->careful[text] = careful;
        if (count && !careful) cut_text(start, at - 1, tags, count, wanted, out);
    }
    out->folded[at++] = SPACE;
    out->folded_size = at;
}
