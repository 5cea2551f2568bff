/* The made-up cards that both libraries show, from the environment variable FAKE_GPUS:
 *   NAME|COMPUTE CAPABILITY|MEGABYTES[|MULTIPROCESSORS];...   e.g. NVIDIA H200|9.0|143771;NVIDIA L4|8.9|23034
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CARDS 16

typedef struct {
  char name[96];
  int major, minor, multiprocessors;
  size_t bytes;
} Card;

static int multiprocessors_of(const char *name) {
  static const struct { const char *part; int number; } known[] = {
      {"H200", 132}, {"H100", 132}, {"A100", 108}, {"B200", 148}, {"L40", 142}, {"L4", 58}, {"4090", 128}, {"T4", 40}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (strstr(name, known[k].part)) return known[k].number;
  return 64;
}

/* Fills `cards`, and returns their number. */
static int read_cards(Card *cards) {
  const char *text = getenv("FAKE_GPUS");
  char *copy = strdup(text ? text : ""), *rest = copy, *one;
  int number = 0;
  while (number < MOST_CARDS && (one = strsep(&rest, ";"))) {
    Card *card = &cards[number];
    double megabytes;
    int fields = sscanf(one, "%95[^|]|%d.%d|%lf|%d", card->name, &card->major, &card->minor, &megabytes,
                        &card->multiprocessors);
    if (fields < 4) continue;
    if (fields < 5) card->multiprocessors = multiprocessors_of(card->name);
    card->bytes = (size_t)megabytes << 20;
    number++;
  }
  free(copy);
  return number;
}

/* The number in the last byte makes the UUID of a card; its text is GPU-fa4e0000-0000-0000-0000-0000000000NN. */
static inline void uuid_of(int number, unsigned char bytes[16]) {
  memset(bytes, 0, 16);
  bytes[0] = 0xfa, bytes[1] = 0x4e, bytes[15] = (unsigned char)number;
}

static void uuid_text(int number, char *text, size_t length) {
  snprintf(text, length, "GPU-fa4e0000-0000-0000-0000-0000000000%02x", number);
}
