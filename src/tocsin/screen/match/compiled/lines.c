/* Find the texts in lines of JSON, and tell whether they are whole: valid strings of valid UTF-8. The lines are bytes of
 * Python, read where they lie through two functions of its stable interface, so that this is called with the interpreter
 * locked. Each is copied to one small room first, which stays in the cache and has zero bytes behind the line. */
#include "blocks.h"
#include <stddef.h>

enum { MOST_LEVELS = 64, MOST_BYTES = 1 << 15 }; /* a longer line is left to msgspec */

static int is_unit(const byte *in) {
    if (in[0] != '\\' || in[1] != 'u') return 0;
    for (int at = 2; at < 6; at++)
        if (!((byte)(in[at] - '0') < 10 || (byte)((in[at] | 0x20) - 'a') < 6)) return 0;
    return 1;
}

/* How long the escape at `in` is; 0 if it is none, or half a character. Twelve bytes may be read. */
static int whole_escape(const byte *in) {
    if (in[1] != 'u') return in[1] && strchr("\"\\/bfnrt", in[1]) ? 2 : 0;
    if (!is_unit(in)) return 0;
    const unsigned half = code_unit(in + 2) & 0xFC00;
    if (half == 0xDC00) return 0;
    if (half != 0xD800) return 6;
    return is_unit(in + 6) && (code_unit(in + 8) & 0xFC00) == 0xDC00 ? 12 : 0;
}

/* Marks what is no UTF-8 in the block at `in`, before which three bytes more are read. */
INLINE Block broken_in(const byte *in) {
    const Block here = block_at(in), one = block_at(in - 1), two = block_at(in - 2), three = block_at(in - 3);
    const Block follows = is_within(here, 0x80, 0x40);
    const Block must = (Block)(one >= all(0xC0)) | (Block)(two >= all(0xE0)) | (Block)(three >= all(0xF0));
    const Block overlong = (is_byte(one, 0xE0) & (Block)(here < all(0xA0))) | (is_byte(one, 0xF0) & (Block)(here < all(0x90)));
    const Block half = is_byte(one, 0xED) & (Block)(here >= all(0xA0));
    const Block beyond = (is_byte(one, 0xF4) & (Block)(here >= all(0x90))) | (Block)(here >= all(0xF5));
    return (follows ^ must) | overlong | half | beyond | is_within(here, 0xC0, 2);
}

/* Whether from[0..to) is valid UTF-8. Three bytes stand before `from` and BLOCK bytes behind `to`. */
static int is_utf8(const byte *from, const byte *to) {
    uint32_t broken = 0;
    for (; from < to; from += BLOCK) {
        const number left = to - from;
        broken |= bits_of((Block)(broken_in(from) != all(0))) & below(left < BLOCK ? (int)left : BLOCK);
    }
    return !broken;
}

/* What follows reads a line of JSON with a zero byte behind it, and BLOCK more. A zero byte is no part of any value, so
 * that everything ends there at the latest. Each function returns what follows in the line, or 0 where the line is not
 * plainly right; msgspec then looks at it. */

/* A line in a room of its own. marks: bit i of number j says whether byte 32 j + i ends a string or needs a look in one. */
typedef struct {
    uint32_t marks[MOST_BYTES / BLOCK + 3];
    byte before[BLOCK], bytes[MOST_BYTES + BLOCK];
} Line;

/* Copy a line of at most MOST_BYTES into its room, and mark it: all blocks at once, which waits for none of them. */
static void take_line(Line *line, const char *data, number size) {
    memcpy(line->bytes, data, (size_t)size);
    memset(line->bytes + size, 0, BLOCK);
    for (number at = 0; at <= size; at += BLOCK) {
        const Block block = block_at(line->bytes + at);
        line->marks[at / BLOCK] = bits_of(is_byte(block, '"') | is_byte(block, '\\') | (Block)(block < all(SPACE)));
    }
    line->marks[size / BLOCK + 1] = 0;
}

INLINE const byte *skip_space(const byte *in) {
    if (*in > ' ') return in; /* nearly always */
    while (*in == ' ' || *in == '\t' || *in == '\n' || *in == '\r') in++;
    return in;
}

/* in: behind the opening quote. The zero byte behind the line is marked, so that the search ends there. */
INLINE const byte *skip_string(const Line *line, const byte *in) {
    for (;;) {
        const number at = in - line->bytes;
        uint64_t marks;
        memcpy(&marks, &line->marks[at / BLOCK], sizeof marks);
        marks >>= at % BLOCK;
        if (!marks) {
            in += 2 * BLOCK - at % BLOCK;
            continue;
        }
        in += __builtin_ctzll(marks);
        if (*in == '"') return in + 1;
        const int size = *in == '\\' ? whole_escape(in) : 0;
        if (!size) return 0;
        in += size;
    }
}

/* Of the forms of a number, those with an exponent are left to msgspec. */
static const byte *skip_number(const byte *in) {
    in += *in == '-';
    const byte *first = in;
    while ((byte)(*in - '0') < 10) in++;
    if (in == first || (*first == '0' && in > first + 1)) return 0;
    if (*in == '.') {
        first = ++in;
        while ((byte)(*in - '0') < 10) in++;
        if (in == first) return 0;
    }
    return *in == 'e' || *in == 'E' ? 0 : in;
}

static const byte *skip_word(const byte *in, const char *word) {
    const size_t size = strlen(word);
    return memcmp(in, word, size) ? 0 : in + size;
}

/* in: where the name of a key begins, or ought to. */
INLINE const byte *skip_key(const Line *line, const byte *in) {
    if (*in != '"' || !(in = skip_string(line, in + 1))) return 0;
    in = skip_space(in);
    return *in == ':' ? skip_space(in + 1) : 0;
}

static const byte *skip_value(const Line *line, const byte *in, int depth) {
    const byte open = *in, close = open == '{' ? '}' : ']';
    switch (open) {
    case '"': return skip_string(line, in + 1);
    case 't': return skip_word(in, "true");
    case 'f': return skip_word(in, "false");
    case 'n': return skip_word(in, "null");
    case '{': case '[': break;
    default: return skip_number(in);
    }
    if (!depth) return 0;
    in = skip_space(in + 1);
    if (*in == close) return in + 1;
    for (;;) {
        if (open == '{' && !(in = skip_key(line, in))) return 0;
        if (!(in = skip_value(line, in, depth - 1))) return 0;
        in = skip_space(in);
        if (*in == close) return in + 1;
        if (*in != ',') return 0;
        in = skip_space(in + 1);
    }
}

/* Whether the name at `name` is `key`, of `size` bytes; -1 if it may be without looking like it, or is very long. */
INLINE int is_key(const byte *name, Block key, int size) {
    const Block block = block_at(name);
    const int end = lowest(bits_of(is_byte(block, '"')));
    const uint32_t hidden = bits_of((Block)(block >= all(0x80)) | is_byte(block, '\\'));
    if (end == BLOCK || hidden & below(end)) return -1;
    return end == size && (bits_of((Block)(block == key)) & below(size)) == below(size);
}

/* Where a string stands, quotes included; 0 if it is not there. */
typedef struct { const byte *from, *to; } Place;

static const byte *take_string(const Line *line, const byte *in, Place *place) {
    place->from = in;
    return *in == '"' ? place->to = skip_string(line, in + 1) : 0;
}

/* path: the names of the keys on the way to the text, a zero byte behind each and BLOCK more behind the last. title: the
 * name of the key beside the last one, "" if none is wanted. places: get where the two stand; left alone if they do not. */
static const byte *find_text(const Line *line, const byte *in, const char *path, const char *title, Place *places) {
    int found = 0, titled = 0;
    if (!*path) return take_string(line, in, &places[0]);
    const int size = (int)strlen(path);
    const char *const rest = path + size + 1;
    const Block key = block_at((const byte *)path), title_key = block_at((const byte *)title);
    const int title_size = *rest ? 0 : (int)strlen(title);
    if (*in != '{') return 0;
    in = skip_space(in + 1);
    if (*in == '}') return *rest ? 0 : in + 1;
    for (;;) {
        const int here = is_key(in + 1, key, size), there = title_size ? is_key(in + 1, title_key, title_size) : 0;
        found += here;
        titled += there;
        if (here < 0 || found > 1 || titled > 1 || !(in = skip_key(line, in))) return 0;
        if (here) in = find_text(line, in, rest, title, places);
        else in = there ? take_string(line, in, &places[1]) : skip_value(line, in, MOST_LEVELS);
        if (!in) return 0;
        in = skip_space(in);
        if (*in == '}') return *rest && !found ? 0 : in + 1;
        if (*in != ',') return 0;
        in = skip_space(in + 1);
    }
}

/* Strings one after the other, a comma behind each, and where each begins and one more would. */
typedef struct { byte *at; number *starts; byte *first; } Strings;

static void add_string(Strings *strings, Place place) {
    const number size = place.from ? place.to - place.from : 2;
    *strings->starts++ = strings->at - strings->first;
    memcpy(strings->at, place.from ? place.from : (const byte *)"\"\"", (size_t)size);
    strings->at[size] = ',';
    strings->at += size + 1;
}

/* PyList_GetItem and PyBytes_AsStringAndSize. */
typedef struct {
    void *(*item)(void *list, ptrdiff_t index);
    int (*bytes)(void *object, char **data, ptrdiff_t *size);
} Python;

/* Find the text and the title of a line of `size` bytes; return whether it is plainly right. */
static int find_in(const Line *line, number size, const char *path, const char *title, int is_optional, Place *places) {
    const byte *end = find_text(line, skip_space(line->bytes), path, title, places);
    if (!end || skip_space(end) != line->bytes + size || (!places[0].from && !is_optional)) return 0;
    return is_utf8(places[0].from, places[0].to) && is_utf8(places[1].from, places[1].to);
}

enum { SOON = 3, LATER = 16, CACHE_LINE = 64, FETCHED = 1024 };

/* Bring into the cache what is read some lines later: they lie far apart, where no processor looks by itself. */
INLINE void fetch_ahead(const Python *python, void *lines, number now, number count) {
    char *data;
    ptrdiff_t size;
    if (now + LATER < count) __builtin_prefetch(python->item(lines, (ptrdiff_t)(now + LATER)));
    if (now + SOON >= count || python->bytes(python->item(lines, (ptrdiff_t)(now + SOON)), &data, &size)) return;
    for (ptrdiff_t at = 0; at < size && at < FETCHED; at += CACHE_LINE) __builtin_prefetch(data + at);
}

/* Give the text and the title of each line, empty ones where they are missing and where the line is odd: not plainly
 * right. Return how many lines are odd, or -1 if one is not bytes. starts of titles: 0 if no title is wanted. */
number tocsin_find(const Python *python, void *lines, number count, const char *path, const char *title, int is_optional,
                   Strings *texts, Strings *titles, byte *odd) {
    Line line;
    number odd_ones = 0;
    memset(line.before, 0, sizeof line.before);
    for (number number_ = 0; number_ < count; number_++) {
        char *data;
        ptrdiff_t size;
        fetch_ahead(python, lines, number_, count);
        Place places[2] = {{0, 0}, {0, 0}};
        if (python->bytes(python->item(lines, (ptrdiff_t)number_), &data, &size)) return -1;
        odd[number_] = 1;
        if (size <= MOST_BYTES) {
            take_line(&line, data, size);
            odd[number_] = !find_in(&line, size, path, title, is_optional, places);
        }
        if (odd[number_]) places[0].from = places[1].from = 0;
        odd_ones += odd[number_];
        add_string(texts, places[0]);
        if (titles->starts) add_string(titles, places[1]);
    }
    *texts->starts = texts->at - texts->first;
    if (titles->starts) *titles->starts = titles->at - titles->first;
    return odd_ones;
}
