/* Find the texts in lines of JSON, and tell whether they are whole: valid strings of valid UTF-8. */
#include "blocks.h"

enum { MOST_LEVELS = 64 };

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

/* Whether in[first..end) is `texts` JSON strings, a comma behind each, of valid UTF-8 and escapes. starts: gets where
 * each begins. Three bytes stand before `first` and BLOCK bytes behind `end`, all of them ASCII. */
int tocsin_check(const byte *in, number first, number end, number texts, number *starts) {
    Block broken = all(0);
    number expected = first, text = 0, read = first; /* where a string must begin; up to where escapes are read */
    int inside = 0;
    for (number at = first; at < end; at += BLOCK) {
        const Block block = block_at(in + at);
        broken |= broken_in(in + at);
        uint32_t marks = bits_of(is_byte(block, '"') | is_byte(block, '\\') | (Block)(block < all(SPACE)));
        for (; marks; marks &= marks - 1) {
            const number place = at + lowest(marks);
            if (place < read) continue;
            if (!inside) {
                if (place >= end) break;
                if (in[place] != '"' || place != expected || text == texts) return 0;
                starts[text++] = place;
                inside = 1;
            } else if (in[place] == '"') {
                expected = place + 2;
                if (in[place + 1] != ',') return 0;
                inside = 0;
            } else {
                const int size = in[place] == '\\' ? whole_escape(in + place) : 0;
                if (!size) return 0;
                read = place + size;
            }
        }
    }
    return text == texts && !inside && expected == end && !bits_of((Block)(broken != all(0)));
}

/* What follows reads lines of JSON, a zero byte behind each and BLOCK more behind the last. A zero byte is no part of any
 * value, so that everything ends there at the latest. Each function returns what follows in the line, or 0 where a line
 * is not plainly right; msgspec then looks at it. */

INLINE const byte *skip_space(const byte *in) {
    if (*in > ' ') return in; /* nearly always */
    while (*in == ' ' || *in == '\t' || *in == '\n' || *in == '\r') in++;
    return in;
}

/* in: behind the opening quote. */
INLINE const byte *skip_string(const byte *in) {
    for (;;) {
        const Block block = block_at(in);
        const int plain = lowest(bits_of(is_byte(block, '"') | is_byte(block, '\\') | (Block)(block < all(SPACE))));
        in += plain;
        if (plain == BLOCK) continue;
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
INLINE const byte *skip_key(const byte *in) {
    if (*in != '"' || !(in = skip_string(in + 1))) return 0;
    in = skip_space(in);
    return *in == ':' ? skip_space(in + 1) : 0;
}

static const byte *skip_value(const byte *in, int depth) {
    const byte open = *in, close = open == '{' ? '}' : ']';
    switch (open) {
    case '"': return skip_string(in + 1);
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
        if (open == '{' && !(in = skip_key(in))) return 0;
        if (!(in = skip_value(in, depth - 1))) return 0;
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

/* path: the names of the keys on the way to the text, a zero byte behind each and BLOCK more behind the last.
 * from, to: get where the text stands, quotes included; left alone if the last key is not there. */
static const byte *find_text(const byte *in, const char *path, const byte **from, const byte **to) {
    int found = 0;
    if (!*path) {
        *from = in;
        return *in == '"' ? *to = skip_string(in + 1) : 0;
    }
    const int size = (int)strlen(path);
    const char *const rest = path + size + 1;
    const Block key = block_at((const byte *)path);
    if (*in != '{') return 0;
    in = skip_space(in + 1);
    if (*in == '}') return *rest ? 0 : in + 1;
    for (;;) {
        const int here = is_key(in + 1, key, size);
        found += here;
        if (here < 0 || found > 1 || !(in = skip_key(in))) return 0;
        if (!(in = here ? find_text(in, rest, from, to) : skip_value(in, MOST_LEVELS))) return 0;
        in = skip_space(in);
        if (*in == '}') return *rest && !found ? 0 : in + 1;
        if (*in != ',') return 0;
        in = skip_space(in + 1);
    }
}

/* Copy the text of each line to `out` as tocsin_check wants it, an empty one where the last key is missing; return how
 * many bytes that is, or -1 if a line is not plainly right. size: of all lines, with their zero bytes. */
number tocsin_find(const byte *in, number size, number lines, const char *path, int is_optional, byte *out) {
    const byte *const end = in + size;
    byte *at = out;
    for (number line = 0; line < lines; line++) {
        const byte *from = 0, *to = 0;
        in = find_text(skip_space(in), path, &from, &to);
        if (!in) return -1;
        in = skip_space(in);
        if (*in++ || (!from && !is_optional)) return -1;
        if (from) memcpy(at, from, (size_t)(to - from));
        else memcpy(at, "\"\"", 2);
        at += from ? to - from : 2;
        *at++ = ',';
    }
    return in == end ? at - out : -1; /* a line with a zero byte in it has passed for two */
}
