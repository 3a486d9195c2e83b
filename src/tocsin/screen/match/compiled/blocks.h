/* What both halves of the kernel share: bytes taken a block at a time, and escapes of JSON. */
#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

typedef unsigned char byte;
typedef long long number;

enum { SPACE = 0x20 };
enum { BLOCK = 32 }; /* bytes; the buffers have as many to spare behind what is read and written, see kernel.py */

#define INLINE static inline __attribute__((always_inline))
typedef byte Block __attribute__((vector_size(BLOCK)));

INLINE Block all(byte value) { return (Block){0} + value; }

INLINE Block block_at(const byte *in) {
    Block block;
    memcpy(&block, in, BLOCK);
    return block;
}

/* Bit i says whether byte i of a block is marked. A marked byte is 0xFF, all others are 0. */
INLINE uint32_t bits_of(Block marks) {
#if defined(__AVX2__)
    return (uint32_t)_mm256_movemask_epi8((__m256i)marks);
#else
    uint32_t bits = 0;
    for (int at = 0; at < BLOCK; at++) bits |= (uint32_t)(marks[at] & 1) << at;
    return bits;
#endif
}

INLINE int lowest(uint32_t bits) { return bits ? __builtin_ctz(bits) : BLOCK; }

INLINE uint32_t below(int bit) { return (uint32_t)(((uint64_t)1 << bit) - 1); }

INLINE Block is_byte(Block block, byte value) { return (Block)(block == all(value)); }

INLINE Block is_within(Block block, byte first, byte count) { return (Block)(block - all(first) < all(count)); }

INLINE unsigned hex_value(byte digit) { return digit <= '9' ? digit - 0x30u : (digit | 0x20u) - 0x61u + 10; }

INLINE unsigned code_unit(const byte *hex) {
    return hex_value(hex[0]) << 12 | hex_value(hex[1]) << 8 | hex_value(hex[2]) << 4 | hex_value(hex[3]);
}
