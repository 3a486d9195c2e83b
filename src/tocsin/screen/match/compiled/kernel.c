/* Fold a batch of UTF-8 texts into one buffer, and cut their tags, in one pass. The numpy lanes of lanes.py do the same
 * with other means and give the same finds; what the tables and the marked bytes mean is said in tables.py and tags.py.
 * Texts come plain, each followed by TEXT_END, or as they stand in JSON, `"…","…",`, and tocsin_check has found them
 * whole. Nothing of Python is in here, so that any compiler builds it and ctypes calls it with the interpreter unlocked.
 *
 * Most characters are ASCII and mean nothing special: these go by in blocks. `is_json` is a constant wherever it is
 * handed down, so that the compiler makes two functions of each, with no test of it left inside. */
#include "blocks.h"

enum { SPECIAL = 0xF8, UNSPACED = 0xF8, ACCENT = 0xF9, SIGN = 0xFA, CARE = 0xFB, BORDER = 0xFC };
enum { END, LOWER, UPPER, OTHER, DIGIT, UNDERSCORE };
enum { EVEN, UNEVEN, CAREFUL }; /* a byte for each character; for each but accents and pairs; not at all */
enum { LAST_CODE = 0x1FFFF, TEXT_END = 0xFF, MOST_TAGS = 64 };

typedef struct {
    const byte *table, *classes;                    /* by code point, 0..LAST_CODE */
    const uint16_t *pairs;                          /* the two letters, high byte first, that some code points fold to */
    const byte *long_words, *middle_words, *short_words; /* how wanted words begin; see vocabulary.py */
    number any_word;                                /* a wanted word may begin with anything */
} Wanted;

typedef struct {
    byte *folded;       /* one byte a code point, borders between texts */
    number *starts;     /* of each text in `folded` */
    byte *care;         /* how each text was folded: EVEN, UNEVEN, or CAREFUL when this fold cannot do it */
    byte *cut;          /* the texts that have cuts, a space at each */
    number *piece_starts, *origins; /* of each piece between cuts: where it stands in `cut`, where it comes from */
    number *cuts;       /* room for the cuts of one text */
    number folded_size, cut_size, pieces; /* told at the end */
} Folded;

/* first, last: where a tag stands in `folded`. from, to: which of the cuts are its own. */
typedef struct { number first, last, from, to; int wanted; } Tag;

/* Says from which source this library was built; see kernel.py. */
number tocsin_kernel_source(void) { return TOCSIN_SOURCE; }

/* Write a block of ASCII characters folded; what the others become is written over later. */
INLINE void fold_block(Block block, byte *folded) {
    const Block small = block | all(0x20), letter = is_within(small, 'a', 26), digit = is_within(block, '0', 10);
    const Block done = (small & letter) | (block & digit) | (all(SPACE) & ~(letter | digit));
    memcpy(folded, &done, BLOCK);
}

/* What is not ASCII and, in JSON, what ends a text or escapes a character. */
INLINE uint32_t stops_in(Block block, int is_json) {
    Block marks = (Block)(block >= all(0x80));
    if (is_json) marks |= is_byte(block, '"') | is_byte(block, '\\');
    return bits_of(marks);
}

/* Whether one of the next eight bytes is not ASCII. */
INLINE int is_foreign(const byte *in) {
    uint64_t bytes;
    memcpy(&bytes, in, sizeof bytes);
    return (bytes & 0x8080808080808080u) != 0;
}

INLINE int ends(byte lead, int is_json) { return lead == (is_json ? '"' : TEXT_END); }

/* Read the escape at `in` into `code`; return where the next character stands. All short ones are separators. */
static const byte *read_escape(const byte *in, unsigned *code) {
    *code = SPACE;
    if (in[1] != 'u') return in + 2;
    *code = code_unit(in + 2);
    if (*code < 0xD800 || *code > 0xDBFF) return in + 6;
    *code = 0x10000 + ((*code & 0x3FF) << 10 | (code_unit(in + 8) & 0x3FF));
    if (*code > LAST_CODE) *code = LAST_CODE;
    return in + 12;
}

/* Read the character at `in` into `code`, at most LAST_CODE; return where the next one stands. */
INLINE const byte *read_char(const byte *in, unsigned *code, int is_json) {
    const unsigned lead = *in;
    if (lead < 0x80) {
        *code = lead;
        return is_json && lead == '\\' ? read_escape(in, code) : in + 1;
    }
    if (lead < 0xE0) {
        *code = (lead & 0x1F) << 6 | (in[1] & 0x3Fu);
        return in + 2;
    }
    if (lead < 0xF0) {
        *code = (lead & 0x0F) << 12 | (in[1] & 0x3Fu) << 6 | (in[2] & 0x3Fu);
        return in + 3;
    }
    *code = (lead & 0x07) << 18 | (in[1] & 0x3Fu) << 12 | (in[2] & 0x3Fu) << 6 | (in[3] & 0x3Fu);
    if (*code > LAST_CODE) *code = LAST_CODE;
    return in + 4;
}

static int is_spelled(byte folded) { return folded != SPACE && folded < SPECIAL; }

INLINE void need(byte *care, byte level) {
    if (*care < level) *care = level;
}

/* Write at `at` what a character folds to; return where the next one goes. */
INLINE number put(const Wanted *wanted, unsigned code, const byte *next, byte *folded, number at, byte *care, int is_json) {
    const byte here = wanted->table[code], before = folded[at - 1];
    unsigned after = 0;
    folded[at] = here;
    if (here < SPECIAL) return at + 1;
    switch (here) {
    case SIGN:
        folded[at] = SPACE;
        return at + 1;
    case ACCENT:
        if (before == SPACE) { /* after an emoji: no word has begun */
            folded[at] = SPACE;
            return at + 1;
        }
        need(care, is_spelled(before) ? UNEVEN : CAREFUL);
        return at;
    case UNSPACED:
        if (!ends(*next, is_json)) read_char(next, &after, is_json);
        if (is_spelled(before) || (after && (is_spelled(wanted->table[after]) || wanted->table[after] == CARE)))
            need(care, CAREFUL);
        return at + 1;
    }
    if (here != CARE || !wanted->pairs[code]) {
        need(care, CAREFUL);
        return at + 1;
    }
    need(care, UNEVEN);
    folded[at] = wanted->pairs[code] >> 8;
    folded[at + 1] = wanted->pairs[code] & 0xFF;
    return at + 2;
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

/* Note the cuts of the tag whose run begins at `in`; return 0 if it is not a short run of ASCII. */
INLINE int note_tag(const byte *in, number *cuts, Tag *tag, int is_json) {
    const Block block = block_at(in);
    uint32_t upper = bits_of(is_within(block, 'A', 26)), lower = bits_of(is_within(block, 'a', 26));
    uint32_t digit = bits_of(is_within(block, '0', 10)), joint = bits_of(is_byte(block, '_'));
    const int size = lowest(~(upper | lower | digit | joint));
    if (size == BLOCK || in[size] >= 0x80 || (is_json && in[size] == '\\')) return 0;
    upper &= below(size);
    lower &= below(size);
    digit &= below(size);
    uint32_t found = (lower << 1 & upper) | (digit << 1 & (lower | upper)) | ((lower | upper) << 1 & digit) |
                     (upper << 1 & upper & lower >> 1);
    if (joint & below(size)) tag->wanted = 1;
    for (; found; found &= found - 1) cuts[tag->to++] = tag->first + lowest(found);
    return 1;
}

/* Fold the run after a sign, whatever it is made of, and note its cuts; return where it ends in the input. */
INLINE const byte *fold_tag(const byte *in, const Wanted *wanted, Folded *out, Tag *tag, byte *care, int is_json) {
    int before = END, earlier = END, here;
    number last = tag->first; /* where the character before stands */
    while (!ends(*in, is_json)) {
        unsigned code;
        const byte *next = read_char(in, &code, is_json);
        const number at = tag->last;
        here = wanted->classes[code];
        if (here == END) break;
        in = next;
        tag->last = put(wanted, code, in, out->folded, at, care, is_json);
        if (tag->last == at) continue; /* accents hide no cut */
        if (is_cut(before, here)) out->cuts[tag->to++] = at;
        else if (earlier == UPPER && before == UPPER && here == LOWER) out->cuts[tag->to++] = last;
        if (here == UNDERSCORE) tag->wanted = 1;
        earlier = before;
        before = here;
        last = at;
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

/* A text on its way. in, at: where it is read and written. tags: those that have cuts, and one to spare. */
typedef struct {
    const byte *in;
    number start, at;
    int count;
    byte care;
    Tag tags[MOST_TAGS + 1];
} Text;

/* Take the tag whose sign stands right before `in`; it is folded only if it is no short run of ASCII. */
INLINE void take_tag(Text *text, const Wanted *wanted, Folded *out, int is_json) {
    const number used = text->count ? text->tags[text->count - 1].to : 0;
    Tag *tag = &text->tags[text->count];
    *tag = (Tag){text->at, text->at, used, used, (int)wanted->any_word};
    if (!note_tag(text->in, out->cuts, tag, is_json)) {
        text->in = fold_tag(text->in, wanted, out, tag, &text->care, is_json);
        text->at = tag->last;
    }
    if (tag->to == used) return;
    if (text->count < MOST_TAGS) text->count++;
    else need(&text->care, CAREFUL); /* a pile of tags: the slow way takes it whole */
}

/* Fold the ASCII characters up to the first that stops, or a block of them; return whether one stopped. */
INLINE int fold_plain(Text *text, const Wanted *wanted, Folded *out, int is_json) {
    const byte *in = text->in;
    const number at = text->at;
    const Block block = block_at(in);
    const int plain = lowest(stops_in(block, is_json));
    uint32_t signs = bits_of(is_byte(block, '#') | is_byte(block, '@')) & below(plain);
    fold_block(block, out->folded + at);
    for (; signs; signs &= signs - 1) {
        const int after = lowest(signs) + 1;
        if (out->folded[at + after - 2] != SPACE) continue;
        text->in = in + after;
        text->at = at + after;
        take_tag(text, wanted, out, is_json);
        if (text->in != in + after) return 0; /* it is folded, and may reach beyond the block */
    }
    text->in = in + plain;
    text->at = at + plain;
    return plain < BLOCK;
}

/* Fold the characters of one and two bytes up to the last that is not ASCII in this block, or one that needs a look.
 * near: the table of these characters, in which all that stops is special. */
INLINE void fold_near(Text *text, const byte *near, byte *folded) {
    const byte *const in = text->in;
    const Block block = block_at(in);
    number at = text->at;
    int end = BLOCK - __builtin_clz(bits_of((Block)(block >= all(0x80))) | 1); /* behind the last foreign byte */
    const int far = lowest(bits_of((Block)(block >= all(0xE0))));
    uint32_t leads = ~bits_of(is_within(block, 0x80, 0x40)) & below(end < far ? end : far);
    /* From lead to lead, without a branch on how long each is: in Cyrillic, every space would be guessed wrong. */
    for (; leads; leads &= leads - 1) {
        const int place = lowest(leads);
        const unsigned lead = in[place], is_long = lead >> 7;
        const unsigned code = (lead & (0x7F >> 2 * is_long)) << 6 * is_long | (in[place + 1] & 0x3Fu & -is_long);
        const byte here = near[code];
        if (here >= SPECIAL) {
            end = place;
            break;
        }
        folded[at++] = here;
    }
    text->at = at;
    text->in = in + (end < far ? end : far);
    if (text->in == in + BLOCK) text->in += in[BLOCK - 1] >= 0xC0; /* the second byte of the last one */
}

/* Fold what stopped `fold_plain`, and what follows while some of it is not ASCII; return 0 at the end of the text. */
INLINE int fold_foreign(Text *text, const byte *near, const Wanted *wanted, Folded *out, int is_json) {
    do {
        fold_near(text, near, out->folded);
        if (ends(*text->in, is_json)) return 0;
        unsigned code;
        const byte *next = read_char(text->in, &code, is_json);
        const byte before = out->folded[text->at - 1];
        text->at = put(wanted, code, next, out->folded, text->at, &text->care, is_json);
        text->in = next;
        if (wanted->table[code] == SIGN && before == SPACE) take_tag(text, wanted, out, is_json);
    } while (is_foreign(text->in));
    return 1;
}

INLINE void fold_all(const byte *in, number texts, const Wanted *wanted, Folded *out, int is_json) {
    byte near[0x800];
    Text text;
    memcpy(near, wanted->table, sizeof near);
    if (is_json) near['"'] = near['\\'] = CARE;
    out->folded_size = add_border(out->folded, 0);
    out->cut[0] = SPACE;
    out->cut_size = 1;
    out->pieces = 0;
    for (number number_ = 0; number_ < texts; number_++) {
        text.in = in + is_json; /* over the quote */
        text.start = text.at = out->starts[number_] = out->folded_size;
        text.count = text.care = 0;
        while (!fold_plain(&text, wanted, out, is_json) || fold_foreign(&text, near, wanted, out, is_json)) continue;
        in = text.in + 1 + is_json; /* over what ends it, and the comma */
        out->care[number_] = text.care;
        out->folded_size = add_border(out->folded, text.at);
        /* A word of three letters may be looked at with the byte after it, which nothing has written yet. */
        memset(out->folded + out->folded_size, SPACE, 4);
        if (text.count && text.care != CAREFUL) cut_text(text.start, out->folded_size - 1, text.tags, text.count, wanted, out);
    }
    out->folded[out->folded_size++] = SPACE;
}

/* first: where the first text begins in `in`. The sizes of the buffers are those of kernel.py. */
void tocsin_fold(const byte *in, number first, number texts, int is_json, const Wanted *wanted, Folded *out) {
    if (is_json) fold_all(in + first, texts, wanted, out, 1);
    else fold_all(in + first, texts, wanted, out, 0);
}
