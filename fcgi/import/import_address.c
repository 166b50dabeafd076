#include "import/import_address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block4 {
  uint32_t first;
  int bits;
};

static bool public4(uint32_t address)
{
  static const struct block4 special[] = {
      {0x00000000, 8},  /* this network */
      {0x0A000000, 8},  /* private */
      {0x64400000, 10}, /* shared by customers of a provider */
      {0x7F000000, 8},  /* loopback */
      {0xA9FE0000, 16}, /* link-local; metadata services of clouds */
      {0xAC100000, 12}, /* private */
      {0xC0000000, 24}, /* protocol assignments */
      {0xC0000200, 24}, /* documentation */
      {0xC0586300, 24}, /* 6to4 relays */
      {0xC0A80000, 16}, /* private */
      {0xC6120000, 15}, /* benchmarks */
      {0xC6336400, 24}, /* documentation */
      {0xCB007100, 24}, /* documentation */
      {0xE0000000, 4},  /* multicast */
      {0xF0000000, 4},  /* reserved, broadcast */
  };
  for (size_t i = 0; i < sizeof special / sizeof *special; i++)
    if ((address ^ special[i].first) >> (32 - special[i].bits) == 0)
      return false;
  return true;
}

static uint32_t word_at(const unsigned char *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool begins(const unsigned char *p, const unsigned char *prefix, int bits)
{
  int bytes = bits / 8, rest = bits % 8;
  return memcmp(p, prefix, (size_t)bytes) == 0 && (!rest || (p[bytes] ^ prefix[bytes]) >> (8 - rest) == 0);
}

static bool public6(const unsigned char *p)
{
  static const unsigned char mapped[16] = {[10] = 0xFF, [11] = 0xFF}, nat64[16] = {0x00, 0x64, 0xFF, 0x9B}, to4[] = {0x20, 0x02};
  static const struct {
    unsigned char prefix[4];
    int bits;
  } special[] = {{{0x20, 0x01, 0x00, 0x00}, 23}, /* protocol assignments, Teredo */
                 {{0x20, 0x01, 0x0D, 0xB8}, 32}, /* documentation */
                 {{0x3F, 0xFF, 0x00, 0x00}, 20}, /* documentation */
                 {{0x3F, 0xFE, 0x00, 0x00}, 16}}; /* the former 6bone */
  if (begins(p, mapped, 96) || begins(p, nat64, 96))
    return public4(word_at(p + 12));
  if (begins(p, to4, 16))
    return public4(word_at(p + 2));
  for (size_t i = 0; i < sizeof special / sizeof *special; i++)
    if (begins(p, special[i].prefix, special[i].bits))
      return false;
  return p[0] >> 5 == 1; /* 2000::/3, all that is assigned for global use */
}

bool import_address_public(const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return public4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    return public6(v6.sin6_addr.s6_addr);
  }
  return false;
}
